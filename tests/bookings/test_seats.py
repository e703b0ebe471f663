"""A seat changes hands in the middle of a month, and a team's contract ends: who books with what, and what becomes of
bookings ahead."""

from datetime import date, timedelta

import pytest

from app.bookings.clearing import TEAM_PAYS_NO_MORE
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.bookings.seat_changes import settle_ended
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance
from app.plans.grants import Days
from app.plans.purses import purse_of
from app.plans.rules import Pays
from app.plans.seats import HandedOverTooOften, HasSeatAlready, give_seat
from app.plans.team_purchases import end_team_contract
from app.platform.database import fetch_value
from app.teams.operations import leave_team
from tests.contracts import a_bought_pass
from tests.selling import a_charging_world
from tests.teams.buying import POOL, SEAT, bought, seated, seats
from tests.teams.founding import a_team, joined
from tests.worlds import APerson, World, at

FIRST = date(2026, 12, 1)
MIDDLE = date(2026, 12, 16)
"""Sixteen days of December are left from the day after the fifteenth on."""


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def booked(world: World, person: APerson, day: date, desk: str = "1", today: date = FIRST) -> BookingCard:
    wanted = BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 16))
    return await book(person.actor(), wanted, at(today, 6))


async def now_of(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None, "bookings stay"
    return card


async def left_on(world: World, person: APerson, day: date) -> list[int | None]:
    purse = await purse_of(person.id, world.operator, Kind.DESK, Days(day, day), day, "de")
    return [one.left for one in purse.entitlements if one.holds_on(day)]


async def test_a_seat_changes_hands_in_the_middle_of_the_month(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    early, ahead = await booked(world, world.mia, date(2026, 12, 2)), await booked(world, world.mia, date(2026, 12, 21))
    [seat] = await seats(team, FIRST)
    given = date(2026, 12, 15)
    await give_seat(None, seat, world.otto.id, at(given, 12), given)
    assert await left_on(world, world.otto, given) == [], "the day is still Mia's"
    assert await left_on(world, world.otto, MIDDLE) == [10], "16 of 31 days are five of eight, whatever Mia has used"
    assert await left_on(world, world.mia, MIDDLE) == []
    assert await left_on(world, world.mia, date(2027, 1, 5)) == [0]
    await settle_ended(at(given, 13))
    assert (await now_of(early)).status is not Status.CANCELLED
    assert (await now_of(ahead)).status is Status.CANCELLED
    await booked(world, world.otto, date(2026, 12, 21), today=MIDDLE)
    assert await accounts_out_of_balance() == []


async def test_what_was_booked_ahead_with_a_seat_is_paid_by_the_pool_where_there_is_one(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1, FIRST)
    await bought(team, POOL, 2, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    ahead = await booked(world, world.mia, date(2026, 12, 21))
    [seat] = await seats(team, FIRST)
    assert await left_on(world, world.otto, date(2026, 12, 21)) == [4], "the seat pays before the pool"
    await give_seat(None, seat, None, at(FIRST, 12), FIRST)
    assert (await now_of(ahead)).status is Status.CONFIRMED
    assert await settle_ended(at(FIRST, 13)) == 1
    assert await settle_ended(at(FIRST, 14)) == 0
    kept = await now_of(ahead)
    assert (kept.status, kept.paid_by) == (Status.CONFIRMED, Pays.TEAM)
    assert await left_on(world, world.otto, date(2026, 12, 21)) == [2]
    assert await accounts_out_of_balance() == []


async def test_a_seat_that_was_given_back_is_free_from_the_next_day_on(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    [seat] = await seats(team, FIRST)
    seat = await give_seat(None, seat, None, at(FIRST, 12), FIRST)
    seat = await give_seat(None, seat, world.mia.id, at(FIRST, 13), FIRST)
    assert [(one.first, one.last) for one in seat.holdings] == [(FIRST, None)], "as if nothing had been"
    seat = await give_seat(None, seat, None, at(FIRST, 14), FIRST)
    seat = await give_seat(None, seat, world.otto.id, at(FIRST, 15), FIRST)
    assert [(one.name, one.first) for one in seat.holdings] == [
        (world.mia.name, FIRST),
        (world.otto.name, FIRST + timedelta(days=1)),
    ]


async def test_a_seat_changes_hands_once_a_month(world: World) -> None:
    team = await a_team(world, world.mia, world.otto, world.rolf)
    await bought(team, SEAT, 1, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    [seat] = await seats(team, FIRST)
    seat = await give_seat(None, seat, world.otto.id, at(FIRST, 12), FIRST)
    with pytest.raises(HandedOverTooOften):
        await give_seat(None, seat, world.rolf.id, at(MIDDLE, 12), MIDDLE)
    seat = await give_seat(None, seat, None, at(MIDDLE, 12), MIDDLE)
    with pytest.raises(HandedOverTooOften):
        await give_seat(None, seat, world.rolf.id, at(MIDDLE, 13), MIDDLE)
    january = date(2027, 1, 1)
    await give_seat(None, seat, world.rolf.id, at(january, 12), january)
    assert await left_on(world, world.rolf, january) == [16]


async def test_nobody_has_two_seats_of_one_contract(world: World) -> None:
    team = await a_team(world, world.mia)
    await bought(team, SEAT, 2, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    second = (await seats(team, FIRST))[1]
    with pytest.raises(HasSeatAlready):
        await give_seat(None, second, world.mia.id, at(FIRST, 6), FIRST)


async def test_who_leaves_the_team_has_no_seat_any_more(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1, FIRST)
    await seated(team, world.mia, today=FIRST, now=at(FIRST, 5))
    ahead = await booked(world, world.mia, date(2026, 12, 21))
    await leave_team(None, team, await joined(team, world.mia), at(MIDDLE, 9), MIDDLE)
    [seat] = await seats(team, MIDDLE)
    assert seat.holder(MIDDLE) is None
    assert await left_on(world, world.mia, MIDDLE) == []
    await settle_ended(at(MIDDLE, 10))
    assert (await now_of(ahead)).status is Status.CANCELLED


async def test_when_the_contract_ends_what_is_booked_behind_it_is_given_back_or_paid_by_an_own_pass(
    world: World,
) -> None:
    team = await a_team(world, world.mia, world.otto)
    contract = await bought(team, POOL, 20, FIRST)
    await a_bought_pass(world, world.otto)
    before, behind = await booked(world, world.mia, date(2026, 12, 14)), await booked(world, world.mia, MIDDLE)
    otherwise = await booked(world, world.otto, MIDDLE, "2")
    assert otherwise.paid_by == Pays.TEAM
    await end_team_contract(None, contract, date(2026, 12, 15), at(FIRST, 7), FIRST)
    assert await settle_ended(at(FIRST, 8)) == 2
    assert (await now_of(before)).status is Status.CONFIRMED
    assert (await now_of(behind)).status is Status.CANCELLED
    assert (await now_of(otherwise)).paid_by == Pays.ENTITLEMENT
    reason = await fetch_value("SELECT reason FROM booking WHERE id = $1", behind.id)
    assert reason == TEAM_PAYS_NO_MORE
    assert await accounts_out_of_balance() == []
