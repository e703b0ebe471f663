"""GET /api/v1/me/fixed-desks and the days that are left to others; staff that takes a fixed desk out of use."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.fixed_desks import assign_desk
from app.bookings.operations import BookDesk, book
from app.plans.fixed_desks import FixedDesk
from app.platform.database import execute
from tests.api.conftest import calling
from tests.plans.desks import TODAY, a_member, held
from tests.selling import it_charges
from tests.worlds import NOW, TOMORROW, World, tomorrow

DESKS = "/api/v1/me/fixed-desks"


@pytest.fixture
async def otto(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The program of the manager of Polch."""
    async with calling(application, **world.otto.bearer) as client:
        yield client


async def given(world: World) -> FixedDesk:
    """Mia's desk in a network that charges, at an operator that does not."""
    await it_charges()
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    card = await a_member(world.mia)
    return (await assign_desk(world.otto.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)).desk


async def test_the_holder_releases_days_and_takes_them_back(mia: httpx.AsyncClient, world: World) -> None:
    desk = await given(world)
    [mine] = (await mia.get(DESKS)).json()["items"]
    assert mine == {
        "id": desk.public_id,
        "resource": {"id": world.polch["1"].public_id, "name": "1"},
        "space": {"id": "regiohub-polch", "name": "RegioHub Polch"},
        "first_day": "2026-11-24",
        "last_day": None,
        "is_held_today": True,
        "released": [],
        "release_credit": {"amount": 500, "currency": "EUR"},
    }
    days = f"{DESKS}/{desk.public_id}/released-days"
    done = await mia.post(days, json={"days": ["2026-11-25", "2026-11-27"]})
    assert done.status_code == 200, done.text
    await book(world.gundula.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    [mine] = (await mia.get(DESKS)).json()["items"]
    assert mine["released"] == [
        {"day": "2026-11-25", "is_booked": True},
        {"day": "2026-11-27", "is_booked": False},
    ]
    taken = await mia.delete(f"{days}/2026-11-25")
    assert (taken.status_code, taken.json()["code"]) == (409, "released_day_booked")
    assert [(await mia.delete(f"{days}/2026-11-27")).status_code for _ in range(2)] == [204, 204]
    again = await mia.post(days, json={"days": ["2026-11-25"]})
    assert again.json()["code"] == "day_not_releasable"
    assert (await mia.delete(f"{days}/morgen")).status_code == 422
    assert not await held(world.polch["1"], TOMORROW)


async def test_nobody_releases_another_ones_desk_nor_the_front_desk_here(
    frida: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    desk = await given(world)
    assert (await frida.get(DESKS)).json() == {"items": []}
    days = f"{DESKS}/{desk.public_id}/released-days"
    assert (await frida.post(days, json={"days": ["2026-11-25"]})).status_code == 404
    assert (await frida.delete(f"{days}/2026-11-25")).status_code == 404
    assert (await anyone.get(DESKS)).status_code == 401


async def test_where_nothing_costs_anything_there_is_none(mia: httpx.AsyncClient, world: World) -> None:
    await given(world)
    await execute("UPDATE network SET charges = false")
    assert (await mia.get(DESKS)).json() == {"items": []}


async def test_staff_ends_the_fixed_desk_with_the_desk(otto: httpx.AsyncClient, world: World) -> None:
    await given(world)
    address = f"/api/v1/resources/{world.polch['1'].public_id}/retirement"
    plan = (await otto.get(address)).json()
    held_by = {"person": "Mia Hammes", "resource_id": world.polch["1"].public_id}
    assert plan["fixed_desks"] == [held_by | {"first_day": "2026-11-24", "last_day": None}]
    refused = await otto.post(address, json={"state": plan["state"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "is_fixed_desk")
    done = await otto.post(address, json={"state": plan["state"], "end_fixed_desks": True})
    assert done.json()["retired_at"] is not None
