"""Booking for others of a team by programs: as the page does it, and telling as little."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role, Scope
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from app.teams.cost_centres import add_cost_centre
from app.teams.queries import TeamCard, members_of
from tests.api.conftest import calling
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, TOMORROW, APerson, World, add_token, tomorrow


@pytest.fixture
async def team(world: World) -> TeamCard:
    """Mia and Otto belong to it, and Gundula manages it."""
    return await a_team(world, world.mia, world.otto)


@pytest.fixture
async def gundula(application: ASGIApp, team: TeamCard, world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(application, **world.gundula.bearer) as client:
        yield client


def at(team: TeamCard, rest: str = "") -> str:
    return f"/api/v1/team/{team.public_id}{rest}"


async def wish(team: TeamCard, world: World, **more: object) -> dict[str, Any]:
    """The body that books for everybody in the team."""
    members = [member.public_id for member in await members_of(team.id)]
    return {"members": members, "day": TOMORROW.isoformat(), "spaces": [world.polch.slug], **more}


async def a_pool(team: TeamCard, days: int) -> int:
    wanted = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 2 * days, TODAY, None, "Becker", "Becker", purse=team.purse)
    await execute("UPDATE network SET charges = true")
    return await open_account(wanted, NOW)


async def a_price(world: World, cents: int) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', $2, '2026-01-01', $3)",
        world.operator,
        cents,
        NOW,
    )


async def test_who_manages_it_finds_the_team_and_the_ids_of_its_people(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    listed = (await gundula.get("/api/v1/team")).json()
    assert listed == {
        "items": [{"id": team.public_id, "name": "Becker Maschinenbau", "ends_on": None, "has_ended": False}]
    }
    shown = (await gundula.get(at(team))).json()
    members = await members_of(team.id)
    assert shown["members"] == {
        "items": [{"id": each.public_id, "name": each.name, "cost_centre_id": None} for each in members],
        "next": None,
    }
    assert [each["name"] for each in shown["members"]["items"]] == ["Mia Hammes", "Otto Wirt"]
    assert "mia@" not in str(shown)


async def test_people_are_listed_page_by_page_by_name_and_by_cost_centre(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    for person in (world.frida, world.rolf, world.ada):
        await joined(team, person)
    everybody = [member.name for member in await members_of(team.id)]
    names, cursor = [], None
    for _ in range(3):
        page = (await gundula.get(at(team), params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        names += [each["name"] for each in page["members"]["items"]]
        cursor = page["members"]["next"]
    assert (names, cursor) == (everybody, None)
    found = (await gundula.get(at(team), params={"name": "hamm"})).json()["members"]["items"]
    assert [each["name"] for each in found] == ["Mia Hammes"]
    centre = await add_cost_centre(await acting(world.gundula), team, "4711", "Vertrieb", NOW)
    await execute(
        "UPDATE team_member SET cost_centre = (SELECT id FROM cost_centre WHERE public_id = $1) WHERE person = $2",
        centre,
        world.otto.id,
    )
    of_it = (await gundula.get(at(team), params={"cost_centre": centre})).json()
    assert [each["name"] for each in of_it["members"]["items"]] == ["Otto Wirt"]
    assert of_it["members"]["items"][0]["cost_centre_id"] == of_it["cost_centres"][0]["id"] == centre
    assert (await gundula.get(at(team), params={"cost_centre": "nochkeine"})).status_code == 404
    assert (await gundula.get(at(team), params={"cursor": "bm9jaGtlaW5l"})).json()["code"] == "cursor_unknown"


async def test_everybody_gets_a_desk_and_it_can_be_seen_and_given_back(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    made = await gundula.post(at(team, "/bookings"), json=await wish(team, world))
    assert made.status_code == 201, made.text
    act = made.json()
    mia, otto = await members_of(team.id)
    assert act["booked"] == [
        {"member_id": mia.public_id, "name": "Mia Hammes", "space": "regiohub-polch"},
        {"member_id": otto.public_id, "name": "Otto Wirt", "space": "regiohub-polch"},
    ]
    assert (act["count"], act["rest"], act["called_off_at"]) == (2, [], None)
    assert (await gundula.get(at(team, f"/bookings/{act['id']}"))).json() == act
    assert (await gundula.get(at(team, "/bookings"))).json() == {"items": [act]}
    back = await gundula.post(at(team, f"/bookings/{act['id']}/cancel"))
    assert (back.status_code, back.json()["called_off_at"] is None) == (200, False)
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == 0
    again = await gundula.post(at(team, f"/bookings/{act['id']}/cancel"))
    assert (again.status_code, again.json()["code"]) == (409, "too_late_to_call_off")


async def test_as_many_as_possible_or_all_or_nothing(gundula: httpx.AsyncClient, team: TeamCard, world: World) -> None:
    for person in (world.frida, world.rolf, world.ada):
        await joined(team, person)
    asked = (await gundula.post(at(team, "/quotes"), json=await wish(team, world))).json()
    assert (asked["wanted"], asked["possible"], asked["dearest"]) == (5, 3, None)
    nothing = await gundula.post(at(team, "/bookings"), json=await wish(team, world, all_or_nothing=True))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "not_for_all")
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    some = (await gundula.post(at(team, "/bookings"), json=await wish(team, world))).json()
    assert (some["count"], [each["reason"] for each in some["rest"]]) == (3, ["no_desk"] * 2)
    assert all(each["member_id"] and each["name"] for each in some["rest"])


async def test_the_same_key_books_once(gundula: httpx.AsyncClient, team: TeamCard, world: World) -> None:
    body, key = await wish(team, world), {"Idempotency-Key": "montag-team"}
    first = await gundula.post(at(team, "/bookings"), json=body, headers=key)
    second = await gundula.post(at(team, "/bookings"), json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert await fetch_value("SELECT count(*) FROM booking") == 2
    other = await gundula.post(at(team, "/bookings"), json=body | {"part": "morning"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_it_costs_at_most_is_asked_and_agreed_to(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    await a_pool(team, 1)
    await a_price(world, 1900)
    asked = (await gundula.post(at(team, "/quotes"), json=await wish(team, world))).json()
    assert asked["dearest"] == asked["spaces"][0]["price"] == {"amount": 1900, "currency": "EUR"}
    cheap = await gundula.post(at(team, "/bookings"), json=await wish(team, world, agreed_price=1800))
    assert (cheap.status_code, cheap.json()["code"]) == (409, "price_changed")
    made = await gundula.post(at(team, "/bookings"), json=await wish(team, world, agreed_price=1900))
    assert made.json()["count"] == 2
    assert await fetch_value("SELECT sum(amount) FROM charge") == 1900, "one out of the pool, one at its price"
    await gundula.post(at(team, f"/bookings/{made.json()['id']}/cancel"))
    assert await accounts_out_of_balance() == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"members": []}, "nobody_chosen", "members"),
        ({"members": ["keinervonuns"]}, "not_in_team", "members"),
        ({"day": "2026-02-30"}, "time_unreadable", "day"),
        ({"day": "2026-11-29"}, "closed_then", "day"),
        ({"part": "evening"}, "not_a_choice", "part"),
        ({"spaces": []}, "wrong_length", "spaces"),
        ({"standort": "polch"}, "field_unknown", "standort"),
    ],
)
async def test_what_is_wrong_is_said_by_its_field_and_nothing_is_booked(
    gundula: httpx.AsyncClient, team: TeamCard, world: World, change: dict[str, object], code: str, field: str
) -> None:
    for address in ("/bookings", "/quotes"):
        answer = await gundula.post(at(team, address), json=await wish(team, world) | change)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert [each["field"] for each in answer.json().get("errors", [])] in ([field], [])
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_a_space_that_is_none_and_somebody_of_another_team_are_not_there(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    nowhere = await gundula.post(at(team, "/bookings"), json=await wish(team, world, spaces=["nirgendwo"]))
    assert nowhere.status_code == 404
    other = await a_team(world, world.rolf, name="Andere")
    [stranger] = await members_of(other.id)
    answer = await gundula.post(at(team, "/bookings"), json=await wish(team, world, members=[stranger.public_id]))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_in_team")
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_who_assists_sees_the_own_acts_alone_and_others_none(
    application: ASGIApp, gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    act = (await gundula.post(at(team, "/bookings"), json=await wish(team, world))).json()["id"]
    await grant_role(None, world.ada.id, Grant(Role.TEAM_ASSISTANT, "team", team.id), NOW)
    async with calling(application, **world.ada.bearer) as ada:
        assert (await ada.get(at(team))).status_code == 200
        assert (await ada.get(at(team, "/bookings"))).json() == {"items": []}
        assert (await ada.get(at(team, f"/bookings/{act}"))).status_code == 404
        assert (await ada.post(at(team, f"/bookings/{act}/cancel"))).status_code == 404
    await grant_role(None, world.rolf.id, Grant(Role.WORKS_COUNCIL, "team", team.id), NOW)
    for person in (world.rolf, world.mia):
        async with calling(application, **person.bearer) as client:
            assert (await client.get(at(team))).status_code == 404
            assert (await client.post(at(team, "/bookings"), json=await wish(team, world))).status_code == 404


async def test_a_token_without_the_scope_of_staff_is_told_so(
    application: ASGIApp, team: TeamCard, world: World
) -> None:
    await add_token(world.gundula.id, "nurbuchen", [Scope.READ, Scope.BOOKINGS])
    async with calling(application, Authorization="Bearer nurbuchen") as client:
        for answer in (
            await client.get("/api/v1/team"),
            await client.get(at(team)),
            await client.post(at(team, "/bookings"), json=await wish(team, world)),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_an_act_for_a_team_day_names_nobody(gundula: httpx.AsyncClient, team: TeamCard, world: World) -> None:
    people = await members_of(team.id)
    wanted = Wanted(TOMORROW, DayPart.WHOLE_DAY)
    command = BookForTeam(people, [world.polch.slug], wanted, is_unnamed=True)
    act = await book_for_team(await acting(world.gundula), team, command, NOW)
    shown = (await gundula.get(at(team, f"/bookings/{act}"))).json()
    assert (shown["is_unnamed"], shown["count"], shown["booked"]) == (True, 2, [])
    assert not [each for each in people if each.public_id in str(shown) or each.name in str(shown)]


async def given_back(person: APerson) -> None:
    """The person gives back everything that stands."""
    for row in await fetch("SELECT public_id FROM booking WHERE person = $1 AND status = 'confirmed'", person.id):
        await cancel(await acting(person), row["public_id"], NOW)


async def test_no_answer_depends_on_what_a_colleague_has_booked_or_gives_back(
    gundula: httpx.AsyncClient, team: TeamCard, world: World
) -> None:
    """All answers of a program, letter by letter, in three lives of somebody in a team of two."""
    await a_pool(team, 4)
    await a_price(world, 1900)
    desk = BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(18))
    told = set()
    for life in ("has nothing", "has a desk that the team pays", "gives everything back"):
        if life == "has a desk that the team pays":
            assert (await book(await acting(world.mia), desk, NOW)).paid_by == "team"
        answers = [await gundula.post(at(team, "/quotes"), json=await wish(team, world))]
        answers.append(await gundula.post(at(team, "/bookings"), json=await wish(team, world, agreed_price=1900)))
        act = answers[-1].json()["id"]
        if life == "gives everything back":
            await given_back(world.mia)
        answers.append(await gundula.get(at(team, f"/bookings/{act}")))
        answers.append(await gundula.get(at(team)))
        answers.append(await gundula.post(at(team, f"/bookings/{act}/cancel")))
        assert [each.status_code for each in answers] == [200, 201, 200, 200, 200]
        told.add("\n".join(each.text for each in answers).replace(act, "act"))
        await given_back(world.mia)
    assert len(told) == 1
