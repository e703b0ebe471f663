"""An operator leaves the network, and nobody stands before a closed door."""

from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.clearing import AffectedChanged
from app.bookings.decision import LeavesTheNetwork
from app.bookings.operations import BookDesk, book
from app.bookings.operator_ends import (
    OPERATOR_ENDED,
    LastDayUnusable,
    end_operator,
    keep_operator,
    plan_end,
    settle_ends,
)
from app.bookings.queries import BookingCard, BookingFilter, booking_by_id, bookings_of
from app.bookings.rules import Status
from app.identity.queries import actor_of_person
from app.inventory.queries import SpaceClock, hours_of
from app.kernel.refusals import NotFound
from app.network.operators import OperatorStatus, operator_record, operators_of_all
from app.network.queries import space_by_slug
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.lines import all_desks, claims_for, states, waits
from tests.worlds import NOW, TOMORROW, World, a_world, at

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
AFTER = at(date(2026, 11, 28), 0)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def booked(world: World, day: date, desk: str = "1") -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 12)), NOW)


async def now_of(booking: BookingCard) -> BookingCard:
    found = await booking_by_id(booking.id)
    assert found
    return found


async def test_bookings_until_the_last_day_stand_and_later_ones_are_cancelled_with_a_mail(world: World) -> None:
    nadja = world.nadja.actor()
    stays, goes = await booked(world, FRIDAY), await booked(world, MONDAY)
    plan = await plan_end(nadja, "polch", FRIDAY, NOW)
    assert [(booking.id, name) for booking, name in plan.affected] == [(goes.id, "Mia Hammes")]
    assert (await now_of(goes)).status is Status.CONFIRMED
    await end_operator(nadja, "polch", FRIDAY, plan.state, NOW)
    assert (await now_of(stays)).status is Status.CONFIRMED
    gone = await now_of(goes)
    assert (gone.status, gone.reason, gone.is_late) == (Status.CANCELLED, OPERATOR_ENDED, False)
    told = await fetch("SELECT aggregate_id FROM outbox_event WHERE name = 'booking.cancelled'")
    assert [row["aggregate_id"] for row in told] == [goes.id]
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1 AND reason = 'booking'", goes.id) == 0
    assert (await operator_record(nadja, "polch", NOW)).status is OperatorStatus.ENDING


async def test_until_then_it_goes_on_and_nothing_is_taken_for_later(world: World) -> None:
    nadja = world.nadja.actor()
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    await booked(world, FRIDAY)
    with pytest.raises(LeavesTheNetwork):
        await booked(world, MONDAY)
    clock = SpaceClock(world.polch.id, "Europe/Berlin", "RP", False)
    hours = (await hours_of([clock], FRIDAY, MONDAY))[world.polch.id]
    assert hours.takes_until == AFTER


async def test_who_books_while_the_list_is_read_is_not_overlooked(world: World) -> None:
    nadja = world.nadja.actor()
    plan = await plan_end(nadja, "polch", FRIDAY, NOW)
    await booked(world, MONDAY)
    with pytest.raises(AffectedChanged):
        await end_operator(nadja, "polch", FRIDAY, plan.state, NOW)
    assert (await operator_record(nadja, "polch", NOW)).ends_at is None


async def test_after_the_last_day_spaces_and_roles_are_gone_and_history_stays(world: World) -> None:
    nadja = world.nadja.actor()
    stays = await booked(world, FRIDAY)
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    assert await settle_ends(AFTER - timedelta(minutes=1)) == 0
    assert await space_by_slug("regiohub-polch", AFTER) is not None
    assert await settle_ends(AFTER) == 1
    assert await settle_ends(AFTER) == 0
    assert await space_by_slug("regiohub-polch", AFTER) is None
    assert await space_by_slug("alte-post-andernach", AFTER) is not None
    for person in (world.otto, world.frida, world.ada):
        assert (await actor_of_person(person.id)).grants == ()
    assert (await actor_of_person(world.rolf.id)).grants == world.rolf.grants
    history = await bookings_of(world.mia.id, BookingFilter(), limit=10, latest_first=True)
    assert [(booking.id, booking.space.name) for booking in history] == [(stays.id, "RegioHub Polch")]
    rows = {row.card.slug: row for row in await operators_of_all(nadja, AFTER)}
    assert (rows["polch"].status, rows["polch"].since) == (OperatorStatus.ENDED, AFTER)


async def test_who_waits_for_a_later_time_is_out_of_line_for_that_reason_and_hears_of_it(world: World) -> None:
    nadja, today = world.nadja.actor(), NOW.date()
    first, *_ = await all_desks(world)
    offered, waiting = await waits(world.mia), await waits(world.gundula)
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert await claims_for("offer") == 1
    plan = await plan_end(nadja, "polch", today, NOW)
    assert plan.waiting == 2
    await end_operator(nadja, "polch", today, plan.state, NOW)
    assert await states() == [("ended", "operator_ended")] * 2
    assert await claims_for("offer") == 0
    told = await fetch("SELECT aggregate_id FROM outbox_event WHERE name = 'waiting.ended' ORDER BY aggregate_id")
    assert [row["aggregate_id"] for row in told] == [offered.id, waiting.id]


async def test_who_waits_for_a_time_before_the_end_stays_in_line(world: World) -> None:
    nadja = world.nadja.actor()
    await all_desks(world)
    await waits(world.mia)
    plan = await plan_end(nadja, "polch", TOMORROW, NOW)
    assert plan.waiting == 0
    await end_operator(nadja, "polch", TOMORROW, plan.state, NOW)
    await settle_ends(NOW)
    assert await states() == [("waiting", None)]


async def test_who_joined_a_line_while_the_end_was_set_is_not_overlooked(world: World) -> None:
    await all_desks(world)
    await waits(world.mia)
    await execute("UPDATE operator SET ends_at = $1 WHERE slug = 'polch'", at(TOMORROW, 0))
    await settle_ends(NOW)
    assert await states() == [("ended", "operator_ended")]


async def test_an_end_can_be_taken_back_before_it_comes(world: World) -> None:
    nadja = world.nadja.actor()
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    await keep_operator(nadja, "polch", NOW)
    await booked(world, MONDAY)
    assert await settle_ends(AFTER) == 0


async def test_what_slipped_in_is_cancelled_too(world: World) -> None:
    nadja = world.nadja.actor()
    late = await booked(world, MONDAY)
    plan = await plan_end(nadja, "polch", MONDAY, NOW)
    await end_operator(nadja, "polch", MONDAY, plan.state, NOW)
    assert (await now_of(late)).status is Status.CONFIRMED
    await execute("UPDATE operator SET ends_at = $1 WHERE slug = 'polch'", AFTER)
    await settle_ends(NOW)
    assert (await now_of(late)).status is Status.CANCELLED


async def test_only_the_network_ends_an_operator_and_not_in_the_past(world: World) -> None:
    for person in (world.otto, world.rolf, world.tilda, world.mia):
        with pytest.raises(NotFound):
            await plan_end(person.actor(), "polch", FRIDAY, NOW)
        with pytest.raises(NotFound):
            await keep_operator(person.actor(), "polch", NOW)
    with pytest.raises(LastDayUnusable):
        await plan_end(world.nadja.actor(), "polch", date(2026, 11, 23), NOW)
