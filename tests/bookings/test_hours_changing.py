"""New hours, and what they do to bookings that stand."""

from datetime import date

import pytest

from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.clearing import AffectedChanged
from app.bookings.hours_changing import change_hours, plan_hours
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.inventory.hours_setting import (
    USUAL_WEEK,
    DayIsClosed,
    DropDay,
    HoursChangedMeanwhile,
    HoursCommand,
    HoursUnusable,
    Of,
    SetDay,
    SetWeek,
    set_staffed,
    stated_hours,
)
from app.kernel.refusals import NotFound, Refusal
from app.kernel.wall_time import Opening
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

TODAY = date(2026, 11, 24)
MORNINGS = SetWeek({day: (Opening(480, 720),) for day in range(1, 6)})


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


@pytest.fixture
async def in_the_afternoon(world: World) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(16)), NOW)


async def changed(world: World, polch: SpaceCard, command: HoursCommand, kept: set[str] | None = None) -> list[str]:
    """Carries the command out as its plan says; the names of those who are outside."""
    otto = world.otto.actor()
    plan = await plan_hours(otto, polch, command, TODAY, NOW)
    await change_hours(otto, polch, command, plan.state, kept or set(), TODAY, NOW)
    return [person for _, person in plan.outside]


async def test_who_booked_outside_the_new_hours_is_called_off(
    world: World, polch: SpaceCard, in_the_afternoon: BookingCard
) -> None:
    morning = await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(10)), NOW)
    assert await changed(world, polch, MORNINGS) == ["Mia Hammes"]
    gone, stays = await booking_by_id(in_the_afternoon.id), await booking_by_id(morning.id)
    assert gone
    assert stays
    assert (gone.status, gone.reason) == (Status.CANCELLED, "new_hours")
    assert stays.status is Status.CONFIRMED
    with pytest.raises(Refusal):
        await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(15)), NOW)


async def test_what_is_kept_on_purpose_stands(world: World, polch: SpaceCard, in_the_afternoon: BookingCard) -> None:
    await changed(world, polch, MORNINGS, {in_the_afternoon.public_id})
    kept = await booking_by_id(in_the_afternoon.id)
    assert kept
    assert kept.status is Status.CONFIRMED
    assert await changed(world, polch, SetWeek({1: (Opening(480, 720),)})) == [], "outside before and after"


async def test_another_list_than_that_was_shown_changes_nothing(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    plan = await plan_hours(otto, polch, MORNINGS, TODAY, NOW)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(16)), NOW)
    with pytest.raises(AffectedChanged):
        await change_hours(otto, polch, MORNINGS, plan.state, set(), TODAY, NOW)
    assert (await stated_hours(polch.id, Of.SPACE, TODAY)).week[1] == (Opening(480, 1080),)


async def test_one_day_has_other_hours_and_its_own_again(
    world: World, polch: SpaceCard, in_the_afternoon: BookingCard
) -> None:
    longer = SetDay(TOMORROW, (Opening(480, 720), Opening(780, 1320)), "Lange Nacht", "Long night")
    assert await changed(world, polch, longer) == []
    stands = await stated_hours(polch.id, Of.SPACE, TODAY)
    assert [(each.day, each.reason_de) for each in stands.exceptions] == [
        (TOMORROW, "Lange Nacht"),
        (date(2026, 12, 1), "Handwerker"),
        (date(2026, 12, 24), "Heiligabend"),
    ]
    late = await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(20), tomorrow(21)), NOW)
    assert await changed(world, polch, DropDay(TOMORROW)) == ["Mia Hammes"]
    gone = await booking_by_id(late.id)
    assert gone
    assert gone.status is Status.CANCELLED


async def test_a_holiday_may_be_open_every_year_or_once(world: World, polch: SpaceCard) -> None:
    christmas = date(2026, 12, 25)
    await changed(world, polch, SetDay(christmas, (Opening(600, 900),), "Offenes Haus"))
    await changed(world, polch, SetWeek(USUAL_WEEK, open_on_holidays=True))
    assert (await stated_hours(polch.id, Of.SPACE, TODAY)).open_on_holidays
    assert (await managed_space(world.otto.actor(), polch.slug)).open_on_holidays


async def test_a_closing_day_is_lifted_where_it_was_made(world: World, polch: SpaceCard) -> None:
    otto, closing = world.otto.actor(), CloseDays((TOMORROW,), "Umbau")
    await block(otto, polch, closing, (await plan_block(otto, polch, closing, NOW)).state, {}, NOW)
    with pytest.raises(DayIsClosed):
        await changed(world, polch, DropDay(TOMORROW))


@pytest.mark.parametrize("openings", [[(600, 480)], [(480, 720), (700, 900)], [(480, 1500)], [(481, 720)]])
async def test_hours_that_cannot_be_are_refused(
    world: World, polch: SpaceCard, openings: list[tuple[int, int]]
) -> None:
    with pytest.raises(HoursUnusable):
        await changed(world, polch, SetWeek({1: [Opening(*times) for times in openings]}))


async def test_staff_has_hours_of_its_own(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    shown = await stated_hours(polch.id, Of.STAFF, TODAY)
    await set_staffed(otto, polch, MORNINGS, shown.state, TODAY, NOW)
    with pytest.raises(HoursChangedMeanwhile):
        await set_staffed(otto, polch, SetDay(TOMORROW, ()), shown.state, TODAY, NOW)
    stands = await stated_hours(polch.id, Of.STAFF, TODAY)
    await set_staffed(otto, polch, SetDay(TOMORROW, ()), stands.state, TODAY, NOW)
    after = await stated_hours(polch.id, Of.STAFF, TODAY)
    assert after.week[3] == (Opening(480, 720),)
    assert [(each.day, each.openings) for each in after.exceptions] == [(TOMORROW, ())]


async def test_a_rival_changes_no_hours(world: World, polch: SpaceCard) -> None:
    with pytest.raises(NotFound):
        await plan_hours(world.rolf.actor(), polch, MORNINGS, TODAY, NOW)
    with pytest.raises(NotFound):
        await change_hours(world.rolf.actor(), polch, MORNINGS, "", set(), TODAY, NOW)
