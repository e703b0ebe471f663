"""The kiosk at the entrance: arriving by a code or a number, and never a list of names."""

import pytest

from app.bookings.kiosk import (
    NothingExpected,
    SaidAmbiguously,
    SaidTooLittle,
    arrive_by,
    free_now,
    kiosk_code,
)
from app.bookings.operations import BookDesk, book
from app.bookings.rules import CheckInNotOpen, Status
from app.inventory.devices import DeviceCard, DeviceKind
from app.inventory.queries import Count
from app.network.queries import space_by_slug
from app.platform.database import execute
from app.platform.rate_limits import TooMany
from tests.bookings.devices import a_device
from tests.worlds import NOW, APerson, ASpace, World, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    made = await a_world()
    await execute("UPDATE person SET phone = '0171 555 1234' WHERE id = $1", made.mia.id)
    return made


@pytest.fixture
async def kiosk(world: World) -> DeviceCard:
    device, _ = await a_device(world, DeviceKind.KIOSK)
    return device


async def booked(who: APerson, space: ASpace, name: str, hour: int = 8) -> str:
    wanted = BookDesk(space[name].public_id, tomorrow(hour), tomorrow(hour + 4))
    return (await book(who.actor(), wanted, NOW)).public_id


@pytest.mark.parametrize("said", ["1234", "0171/5551234", "+49 171 555 1234", "551234"])
async def test_the_end_of_the_own_number_is_enough(world: World, kiosk: DeviceCard, said: str) -> None:
    await booked(world.mia, world.polch, "1")
    await booked(world.gundula, world.polch, "2")
    [arrived] = await arrive_by(kiosk, said, tomorrow(8))
    assert (arrived.resource.name, arrived.status) == ("1", Status.CHECKED_IN)


async def test_the_code_on_the_slip_is_enough_however_it_is_typed(world: World, kiosk: DeviceCard) -> None:
    mine = await booked(world.gundula, world.polch, "2")
    for said in (kiosk_code(mine), mine[:6], mine, f" {kiosk_code(mine).lower()} "):
        [arrived] = await arrive_by(kiosk, said, tomorrow(8))
        assert arrived.public_id == mine


async def test_all_that_is_booked_for_now_is_noted_together(world: World, kiosk: DeviceCard) -> None:
    await booked(world.mia, world.polch, "1")
    await booked(world.mia, world.polch, "Nette")
    await booked(world.mia, world.polch, "2", hour=13)
    assert {one.resource.name for one in await arrive_by(kiosk, "1234", tomorrow(8))} == {"1", "Nette"}


async def test_what_fits_several_people_is_asked_again(world: World, kiosk: DeviceCard) -> None:
    await execute("UPDATE person SET phone = '0160 991234' WHERE id = $1", world.gundula.id)
    await booked(world.mia, world.polch, "1")
    await booked(world.gundula, world.polch, "2")
    with pytest.raises(SaidAmbiguously):
        await arrive_by(kiosk, "1234", tomorrow(8))
    assert len(await arrive_by(kiosk, "991234", tomorrow(8))) == 1


async def test_only_todays_bookings_of_this_house_count(world: World, kiosk: DeviceCard) -> None:
    elsewhere = await booked(world.mia, world.andernach, "A1")
    for said in ("1234", elsewhere):
        with pytest.raises(NothingExpected):
            await arrive_by(kiosk, said, tomorrow(8))
    await booked(world.mia, world.polch, "1")
    with pytest.raises(NothingExpected):
        await arrive_by(kiosk, "1234", NOW)


async def test_who_comes_too_early_hears_when(world: World, kiosk: DeviceCard) -> None:
    await booked(world.mia, world.polch, "1", hour=13)
    with pytest.raises(CheckInNotOpen):
        await arrive_by(kiosk, "1234", tomorrow(8))


@pytest.mark.parametrize("said", ["", "123", "abc", "%%%%%%", "____", "Mia Hammes"])
async def test_too_little_or_a_name_finds_nobody(world: World, kiosk: DeviceCard, said: str) -> None:
    await booked(world.mia, world.polch, "1")
    with pytest.raises((SaidTooLittle, NothingExpected)):
        await arrive_by(kiosk, said, tomorrow(8))


async def test_guessing_ends_soon_and_being_right_costs_nothing(world: World, kiosk: DeviceCard) -> None:
    await booked(world.mia, world.polch, "1")
    for _ in range(30):
        await arrive_by(kiosk, "1234", tomorrow(8))
    for number in range(20):
        with pytest.raises(NothingExpected):
            await arrive_by(kiosk, f"900{number}", tomorrow(8))
    with pytest.raises(TooMany):
        await arrive_by(kiosk, "1234", tomorrow(8))


async def test_free_desks_are_counted_for_the_next_hour(world: World) -> None:
    space = await space_by_slug(world.polch.slug, NOW)
    assert space is not None
    await booked(world.mia, world.polch, "1")
    assert await free_now(space, tomorrow(7)) is None
    assert await free_now(space, tomorrow(8)) == Count(2, 3)
    assert await free_now(space, tomorrow(12)) == Count(3, 3)
    assert await free_now(space, tomorrow(19)) is None
