"""Fixed desks: nobody else books them, and what their holders leave is for everybody."""

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from app.bookings.arrivals import leave
from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, lift_block, plan_block
from app.bookings.cancellation import cancel
from app.bookings.consistency import disagreements
from app.bookings.desk_arrivals import NotYoursToday, arrive_at_desk
from app.bookings.desk_endings import end_desk, settle_desks
from app.bookings.fixed_desks import (
    Assigned,
    BookedAhead,
    DayBooked,
    FirstDayOver,
    NoFixedDeskThen,
    NotReleasable,
    assign_desk,
    fixed_desk_reactions,
    release_days,
    take_back,
)
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.release_credits import settle_released
from app.bookings.rules import AlreadyTaken, AnyOf, OutsideOpeningHours, Status
from app.bookings.waiting import WaitingStatus, waiting_by_id
from app.bookings.waiting_list import JoinLine, join_line
from app.insights.counting import day_sums
from app.insights.facts import facts_of, lives_of
from app.insights.spans import minute_of
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.network.managing import managed_space
from app.plans.accounts import accounts_out_of_balance
from app.plans.ending import EndedBecause
from app.plans.fixed_desks import FixedAlready, FixedDesk, desks_of_person
from app.plans.grants import Days
from app.plans.memberships import change_terms, end, pause, resume
from app.plans.purses import ScopeShape
from app.plans.queries import MembershipCard
from app.plans.terms import PlanTerms, PriceClass
from app.platform.database import execute, fetch, fetch_value
from app.platform.outbox import Event
from tests.plans.desks import FIXED, TODAY, a_member, a_version, again, claims_of, held
from tests.selling import a_charging_world
from tests.worlds import NOW, TOMORROW, APerson, AResource, World, at, rules_at, tomorrow

A_DAY = timedelta(days=1)


@pytest.fixture
async def world(undone: None) -> World:
    """Desks cost nothing at Polch: what is tested here is who has them."""
    world = await a_charging_world()
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    return world


async def assigned(world: World, name: str = "1", first_day: date = TODAY, now: datetime = NOW) -> FixedDesk:
    card = await a_member(world.mia)
    made = await assign_desk(world.otto.actor(), card.public_id, world.polch[name].public_id, first_day, now)
    return made.desk


async def booked(
    person: APerson, resource: AResource, day: date = TOMORROW, starts: int = 9, ends: int = 12
) -> BookingCard:
    return await book(person.actor(), BookDesk(resource.public_id, at(day, starts), at(day, ends)), NOW)


async def followed(card: MembershipCard, now: datetime = NOW) -> None:
    """What the worker does after the membership has changed."""
    [reaction] = fixed_desk_reactions()["membership.paused"]
    await reaction.run(Event(0, "membership.paused", 1, "membership", card.id, {}, now), now)


async def test_a_fixed_desk_is_held_as_far_ahead_as_anybody_can_book(world: World) -> None:
    desk = await assigned(world, first_day=TOMORROW)
    one = world.polch["1"]
    assert not await held(one, TODAY)
    assert await held(one, TOMORROW)
    assert await held(one, TODAY + timedelta(days=400))
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, one)
    await booked(world.gundula, world.polch["2"])
    before = await claims_of(desk)
    assert await settle_desks(NOW) == 1
    assert await claims_of(desk) == before
    await settle_desks(NOW + 10 * A_DAY)
    assert await claims_of(desk) == before + 10
    assert await disagreements() == []


async def test_who_may_assign_which_desk_from_when(world: World) -> None:
    card = await a_member(world.mia, TOMORROW)
    one = world.polch["1"].public_id
    with pytest.raises(NotFound):
        await assign_desk(world.gundula.actor(), card.public_id, one, TOMORROW, NOW)
    with pytest.raises(NotFound):
        await assign_desk(world.rolf.actor(), card.public_id, one, TOMORROW, NOW)
    with pytest.raises(NotFound):
        await assign_desk(world.otto.actor(), card.public_id, world.polch["Nette"].public_id, TOMORROW, NOW)
    with pytest.raises(FirstDayOver):
        await assign_desk(world.otto.actor(), card.public_id, one, TODAY - A_DAY, NOW)
    with pytest.raises(NoFixedDeskThen):
        await assign_desk(world.otto.actor(), card.public_id, one, TODAY, NOW)
    await assign_desk(world.mia.actor(), card.public_id, one, TOMORROW, NOW)
    with pytest.raises(NotFound):
        await assign_desk(world.mia.actor(), card.public_id, world.polch["2"].public_id, TOMORROW, NOW)
    other = await a_member(world.gundula, TODAY)
    with pytest.raises(FixedAlready):
        await assign_desk(world.otto.actor(), other.public_id, one, TOMORROW, NOW)


async def test_a_plan_of_some_spaces_has_its_desk_there(world: World) -> None:
    terms = replace(FIXED, scope=ScopeShape(operators=[world.rival_operator]))
    card = await a_member(world.mia, TODAY, terms)
    with pytest.raises(NoFixedDeskThen):
        await assign_desk(world.nadja.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    await assign_desk(world.nadja.actor(), card.public_id, world.andernach["A1"].public_id, TODAY, NOW)


async def test_what_others_have_booked_stands_in_the_way_or_is_moved(world: World) -> None:
    booking = await booked(world.gundula, world.polch["1"])
    card, one = await a_member(world.mia), world.polch["1"]
    with pytest.raises(BookedAhead) as refused:
        await assign_desk(world.otto.actor(), card.public_id, one.public_id, TODAY, NOW)
    assert refused.value.facts["bookings"] == 1
    with pytest.raises(BookedAhead):
        await assign_desk(world.mia.actor(), card.public_id, one.public_id, TODAY, NOW, moves_others=True)
    assert await fetch_value("SELECT count(*) FROM fixed_desk") == 0
    made = await assign_desk(world.otto.actor(), card.public_id, one.public_id, TODAY, NOW, moves_others=True)
    moved = await booking_by_id(booking.id)
    assert moved is not None
    assert (made.moved, moved.resource.id == one.id, moved.status) == (1, False, Status.CONFIRMED)
    assert await held(one, TOMORROW)
    assert await disagreements() == []


async def test_the_holders_own_booking_of_the_desk_stands(world: World) -> None:
    await booked(world.mia, world.polch["1"])
    await assigned(world)
    assert await held(world.polch["1"], TOMORROW)
    assert await disagreements() == []


async def test_another_desk_frees_the_first_and_an_end_frees_it_for_others(world: World) -> None:
    first = await assigned(world)
    other = await assign_desk(world.otto.actor(), first.membership.public_id, world.polch["2"].public_id, TOMORROW, NOW)
    assert await held(world.polch["1"], TODAY)
    assert not await held(world.polch["1"], TOMORROW)
    assert await held(world.polch["2"], TOMORROW)
    with pytest.raises(NotFound):
        await end_desk(world.mia.actor(), other.desk.public_id, TOMORROW, NOW)
    await end_desk(world.otto.actor(), other.desk.public_id, TOMORROW, NOW)
    assert not await held(world.polch["2"], TOMORROW + A_DAY)
    await booked(world.gundula, world.polch["2"], TOMORROW + A_DAY)
    assert (await again(other.desk)).last_day == TOMORROW


async def test_one_that_is_ended_before_it_begins_never_was(world: World) -> None:
    desk = await assigned(world, first_day=TOMORROW)
    await end_desk(world.otto.actor(), desk.public_id, TODAY, NOW)
    assert await desks_of_person(world.mia.id, TODAY) == []
    assert await claims_of(desk) == 0


async def test_a_pause_frees_the_desk_for_these_days_and_the_end_for_good(world: World) -> None:
    desk = await assigned(world)
    one, card = world.polch["1"], desk.membership
    rests = Days(date(2026, 12, 7), date(2026, 12, 20))
    await pause(world.mia.actor(), card.id, rests, NOW, TODAY)
    await followed(card)
    days = [date(2026, 12, 6), date(2026, 12, 7), date(2026, 12, 20), date(2026, 12, 21)]
    assert [await held(one, day) for day in days] == [True, False, False, True]
    await booked(world.gundula, one, date(2026, 12, 8))
    await resume(world.mia.actor(), card.id, date(2026, 12, 7), NOW, TODAY)
    await followed(card)
    assert [await held(one, day) for day in days] == [True, True, True, True]
    stands = await fetch_value("SELECT status FROM booking WHERE person = $1", world.gundula.id)
    assert stands == "confirmed"
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, one, date(2026, 12, 9))
    await end(None, card.id, date(2027, 5, 31), EndedBecause.NOTICE, NOW, TODAY)
    await followed(card)
    assert (await held(one, date(2027, 5, 31)), await held(one, date(2027, 6, 1))) == (True, False)
    assert await fetch_value("SELECT last_day FROM fixed_desk") == date(2027, 5, 31)
    assert await disagreements() == []


async def test_a_plan_without_a_desk_frees_it_from_its_first_day(world: World) -> None:
    desk = await assigned(world)
    eight = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
    first = date(2027, 1, 1)
    await change_terms(None, desk.membership.id, await a_version(), eight, PriceClass.NORMAL, first, NOW, TODAY)
    await followed(desk.membership)
    assert await held(world.polch["1"], first - A_DAY)
    assert not await held(world.polch["1"], first)


async def test_a_released_day_is_for_all_and_back_while_nobody_has_it(world: World) -> None:
    desk = await assigned(world)
    mia, one, friday = world.mia.actor(), world.polch["1"], date(2026, 11, 27)
    assert await release_days(mia, desk.public_id, [TOMORROW, friday], NOW) == [TOMORROW, friday]
    assert (await held(one, TOMORROW), await held(one, TOMORROW + A_DAY)) == (False, True)
    with pytest.raises(NotReleasable):
        await release_days(mia, desk.public_id, [TOMORROW, TODAY - A_DAY], NOW)
    booking = await booked(world.gundula, one)
    with pytest.raises(DayBooked):
        await take_back(mia, desk.public_id, TOMORROW, NOW)
    await take_back(mia, desk.public_id, friday, NOW)
    await take_back(mia, desk.public_id, friday, NOW)
    assert await held(one, friday)
    await cancel(world.gundula.actor(), booking.public_id, NOW)
    assert not await held(one, TOMORROW)
    await take_back(mia, desk.public_id, TOMORROW, NOW)
    assert await held(one, TOMORROW)
    with pytest.raises(NotFound):
        await release_days(world.gundula.actor(), desk.public_id, [friday], NOW)
    assert await release_days(world.frida.actor(), desk.public_id, [friday], NOW) == [friday]


async def test_who_waits_gets_a_released_day_first(world: World) -> None:
    desk = await assigned(world)
    for name in ("2", "3"):
        await booked(world.otto, world.polch[name])
    place = await join_line(
        world.gundula.actor(),
        JoinLine(AnyOf(world.polch.slug, Kind.DESK), tomorrow(9), tomorrow(12)),
        NOW,
    )
    await release_days(world.mia.actor(), desk.public_id, [TOMORROW], NOW)
    served = await waiting_by_id(place.id)
    assert served is not None
    assert served.status is WaitingStatus.OFFERED


async def test_a_holder_who_releases_every_friday_is_credited_when_somebody_comes(world: World) -> None:
    desk = await assigned(world)
    fridays = [date(2026, 11, 27) + timedelta(weeks=n) for n in range(4)]
    await release_days(world.mia.actor(), desk.public_id, fridays, NOW)
    first, second = await booked(world.gundula, world.polch["1"], fridays[0]), fridays[1]
    taken = await booked(world.gundula, world.polch["1"], second)
    await cancel(world.gundula.actor(), taken.public_id, NOW)
    await booked(world.gundula, world.polch["1"], fridays[2])
    expected = {fridays[0]: 500, second: 0, fridays[2]: 500, fridays[3]: 0}
    credits: dict[date, int] = {}
    day = TODAY
    while day <= date(2026, 12, 20):
        await settle_released(at(day, 1))
        rows = await fetch("SELECT day, credit FROM fixed_desk_release WHERE settled_at IS NOT NULL")
        credits = {row["day"]: row["credit"] for row in rows}
        assert credits == {friday: credit for friday, credit in expected.items() if friday < day}
        day += A_DAY
    rows = await fetch(
        "SELECT unit, source, left_units, ends_on FROM entitlement WHERE source = 'credit' AND person = $1 ORDER BY id",
        world.mia.id,
    )
    assert [tuple(row.values()) for row in rows] == [("money", "credit", 500, date(2029, 12, 31))] * 2
    assert first.status is Status.CONFIRMED
    assert await accounts_out_of_balance() == []


async def test_the_credit_of_a_month_is_never_more_than_its_price(world: World) -> None:
    card = await a_member(world.mia, TODAY, replace(FIXED, price=700))
    made: Assigned = await assign_desk(world.otto.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    days = [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)]
    await release_days(world.mia.actor(), made.desk.public_id, days, NOW)
    for day in days:
        await booked(world.gundula, world.polch["1"], day)
    await settle_released(at(date(2026, 11, 28), 1))
    await settle_released(at(date(2026, 11, 28), 2))
    assert await fetch_value("SELECT left_units FROM entitlement WHERE source = 'credit'") == 700


async def test_the_holder_arrives_without_booking_and_keeps_the_desk_after_leaving(world: World) -> None:
    desk = await assigned(world)
    mia, one = world.mia.actor(), world.polch["1"]
    there = await arrive_at_desk(mia, desk.public_id, tomorrow(9, 5))
    assert (there.period.starts_at, there.period.ends_at) == (tomorrow(9), tomorrow(18))
    assert (there.status, there.paid_by, there.price.amount) == (Status.CHECKED_IN, "entitlement", 0)
    assert (await arrive_at_desk(mia, desk.public_id, tomorrow(10))).id == there.id
    assert await disagreements() == []
    await leave(mia, there.public_id, tomorrow(12))
    assert await held(one, TOMORROW)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), BookDesk(one.public_id, tomorrow(14), tomorrow(16)), tomorrow(12, 30))
    assert (await arrive_at_desk(mia, desk.public_id, tomorrow(13))).id != there.id


async def test_nobody_arrives_where_the_desk_is_not_his_today(world: World) -> None:
    desk = await assigned(world)
    await release_days(world.mia.actor(), desk.public_id, [TOMORROW], NOW)
    with pytest.raises(NotYoursToday):
        await arrive_at_desk(world.mia.actor(), desk.public_id, tomorrow(9))
    with pytest.raises(NotFound):
        await arrive_at_desk(world.gundula.actor(), desk.public_id, tomorrow(9))


async def test_who_is_round_the_clock_arrives_at_night(world: World) -> None:
    card = await a_member(world.mia, TODAY, replace(FIXED, round_the_clock=True))
    made = await assign_desk(world.otto.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    there = await arrive_at_desk(world.mia.actor(), made.desk.public_id, tomorrow(20))
    assert there.period.ends_at == at(TOMORROW + A_DAY, 0)


async def test_a_closing_day_goes_before_and_gives_the_desk_back(world: World) -> None:
    await assigned(world)
    otto, one = world.otto.actor(), world.polch["1"]
    space = await managed_space(otto, world.polch.slug)
    command = CloseDays((TOMORROW,), "Betriebsausflug")
    plan = await plan_block(otto, space, command, NOW)
    [card] = await block(otto, space, command, plan.state, {}, NOW)
    assert not await held(one, TOMORROW)
    await settle_desks(NOW)
    assert not await held(one, TOMORROW)
    await lift_block(otto, space, card.public_id, NOW)
    assert await held(one, TOMORROW)
    assert await disagreements() == []


async def test_only_whose_plan_is_round_the_clock_books_outside_the_hours(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, outside_hours="memberships")
    for person in (world.mia, world.gundula):
        await a_member(person, TODAY, replace(FIXED, round_the_clock=person is world.mia))
    wish = BookDesk(world.polch["2"].public_id, tomorrow(20), tomorrow(22))
    with pytest.raises(OutsideOpeningHours):
        await book(world.gundula.actor(), wish, NOW)
    assert (await book(world.mia.actor(), wish, NOW)).status is Status.CONFIRMED
    elsewhere = replace(FIXED, round_the_clock=True, scope=ScopeShape(operators=[world.rival_operator]))
    await a_member(world.otto, TODAY, elsewhere)
    with pytest.raises(OutsideOpeningHours):
        await book(world.otto.actor(), BookDesk(world.polch["3"].public_id, tomorrow(20), tomorrow(22)), NOW)


async def test_occupancy_counts_a_fixed_desk_as_booked_and_a_released_day_as_free(world: World) -> None:
    desk = await assigned(world)
    thursday, friday = TOMORROW + A_DAY, TOMORROW + 2 * A_DAY
    await release_days(world.mia.actor(), desk.public_id, [thursday], NOW)
    await arrive_at_desk(world.mia.actor(), desk.public_id, at(friday, 10))
    [life] = await lives_of([world.polch.id])
    facts = (await facts_of([life], TOMORROW, friday))[world.polch.id]
    sums = day_sums(facts, minute_of(at(friday, 20)))
    counted = [
        (sums[day, Kind.DESK].booked_minutes, sums[day, Kind.DESK].outside_minutes)
        for day in (TOMORROW, thursday, friday)
    ]
    assert counted == [(600, 0), (0, 0), (600, 0)]
    assert (sums[friday, Kind.DESK].used_minutes, sums[friday, Kind.DESK].bookings) == (480, 1)


async def test_a_membership_that_ends_before_it_begins_holds_no_desk(world: World) -> None:
    card = await a_member(world.mia, date(2026, 12, 10))
    desk = world.polch["1"]
    await assign_desk(world.otto.actor(), card.public_id, desk.public_id, date(2026, 12, 10), NOW)
    await end(None, card.id, date(2026, 12, 9), EndedBecause.WITHDRAWN_FREE, NOW, TODAY)
    await followed(card)
    assert not await held(desk, date(2026, 12, 10))
    other = await a_member(world.gundula, date(2026, 12, 11))
    await assign_desk(world.otto.actor(), other.public_id, desk.public_id, date(2026, 12, 11), NOW)
    assert await disagreements() == []
