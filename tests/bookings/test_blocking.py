"""Blocking time: every booking in it is moved or cancelled, all in one step; what is free then says so."""

from datetime import date, timedelta

import pytest

from app.bookings.block_plan import (
    Block,
    BlockEndsBeforeStart,
    BlockIsOver,
    BlockTooLong,
    ClosedAlready,
    CloseDays,
    Fate,
    NothingRepeated,
    ReasonMissing,
    RepeatedBlockTooLong,
)
from app.bookings.blocking import block, lift_block, plan_block
from app.bookings.clearing import AffectedChanged
from app.bookings.consistency import disagreements
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Blocked, ClosedForReason, Status
from app.bookings.waiting import WaitingStatus, waiting_by_id
from app.bookings.waiting_list import JoinLine, join_line
from app.inventory.blockers import BlockerCard, Repetition, blockers_at, cover_by_blockers, occurrences
from app.inventory.booking_rules import BookingRules
from app.inventory.linking import set_parts
from app.inventory.queries import SpaceWindow, count_free, resources_of
from app.inventory.rule_setting import RulesFor, set_rules
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_value
from tests.worlds import HERE, NOW, TOMORROW, APerson, AResource, World, a_resource, a_world, at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def booked(person: APerson, resource: AResource, starts: int = 9, ends: int = 12) -> BookingCard:
    return await book(person.actor(), BookDesk(resource.public_id, tomorrow(starts), tomorrow(ends)), NOW)


async def blocked(
    world: World, command: Block | CloseDays, choices: dict[str, Fate] | None = None
) -> list[BlockerCard]:
    otto, space = world.otto.actor(), await polch(world)
    plan = await plan_block(otto, space, command, NOW)
    return await block(otto, space, command, plan.state, choices or {}, NOW)


async def again(booking: BookingCard) -> BookingCard:
    found = await booking_by_id(booking.id)
    assert found is not None
    return found


def desks(world: World, *names: str, starts: int = 8, ends: int = 18) -> Block:
    return Block(tuple(world.polch[name].public_id for name in names), tomorrow(starts), tomorrow(ends), "Heizung")


async def test_the_plan_names_each_booking_and_an_equal_free_place(world: World) -> None:
    first, second = await booked(world.mia, world.polch["1"]), await booked(world.gundula, world.polch["2"])
    plan = await plan_block(world.otto.actor(), await polch(world), desks(world, "1", "2"), NOW)
    assert [(each.booking.id, each.person, each.suggested) for each in plan.affected] == [
        (first.id, "Mia Hammes", Fate.MOVE),
        (second.id, "Gundula Gast", Fate.CANCEL),
    ], "one desk is left, and the first gets it"
    assert plan.affected[0].place is not None
    assert plan.affected[0].place.name == "3"
    assert (await again(first)).resource.name == "1", "a plan changes nothing"


async def test_bookings_are_moved_or_cancelled_and_the_time_is_held_in_one_step(world: World) -> None:
    first, second = await booked(world.mia, world.polch["1"]), await booked(world.gundula, world.polch["2"])
    [card] = await blocked(world, desks(world, "1", "2"))
    moved, cancelled = await again(first), await again(second)
    assert (moved.resource.name, moved.status, moved.period) == ("3", Status.CONFIRMED, first.period)
    assert (cancelled.status, cancelled.reason) == (Status.CANCELLED, "blocked")
    events = {(row["name"], row["aggregate_id"]) for row in await fetch("SELECT * FROM outbox_event")}
    assert {("booking.moved", first.id), ("booking.cancelled", second.id)} <= events
    with pytest.raises(Blocked) as refusal:
        await booked(world.gundula, world.polch["1"], 13, 14)
    assert refusal.value.facts["reason"] == "Heizung"
    assert await disagreements() == []
    assert card.resources == tuple(sorted(world.polch[name].id for name in "12"))


async def test_what_staff_chooses_goes_before_what_is_suggested(world: World) -> None:
    booking = await booked(world.mia, world.polch["1"])
    await blocked(world, desks(world, "1"), {booking.public_id: Fate.CANCEL})
    assert (await again(booking)).status is Status.CANCELLED


async def test_a_list_that_is_no_longer_true_changes_nothing(world: World) -> None:
    otto, space, command = world.otto.actor(), await polch(world), desks(world, "1")
    shown = (await plan_block(otto, space, command, NOW)).state
    booking = await booked(world.mia, world.polch["1"])
    with pytest.raises(AffectedChanged):
        await block(otto, space, command, shown, {}, NOW)
    assert (await again(booking)).status is Status.CONFIRMED
    assert await fetch_value("SELECT count(*) FROM blocker") == 0


async def test_a_whole_space_leaves_nothing_free_and_lifting_gives_all_back(world: World) -> None:
    [card] = await blocked(world, desks(world))
    window = SpaceWindow(world.polch.id, Period(tomorrow(10), tomorrow(11)))
    assert [count.free for count in await count_free([window], Kind.DESK)] == [0]
    await lift_block(world.otto.actor(), await polch(world), card.public_id, NOW)
    assert [count.free for count in await count_free([window], Kind.DESK)] == [3]
    with pytest.raises(NotFound):
        await lift_block(world.otto.actor(), await polch(world), card.public_id, NOW)


async def test_a_blocker_beneath_another_holds_on_when_that_one_is_lifted(world: World) -> None:
    [upper] = await blocked(world, desks(world, "1"))
    await blocked(world, desks(world, "1", starts=10, ends=12))
    await lift_block(world.otto.actor(), await polch(world), upper.public_id, NOW)
    with pytest.raises(Blocked):
        await booked(world.mia, world.polch["1"], 11, 12)
    await booked(world.mia, world.polch["1"], 12, 13)


async def test_a_weekly_blocker_holds_every_week_by_the_wall_clock(world: World) -> None:
    command = Block(
        (world.polch["1"].public_id,),
        tomorrow(8),
        tomorrow(9),
        "Reinigung",
        repetition=Repetition(frozenset({3}), date(2027, 4, 7)),
    )
    [card] = await blocked(world, command)
    assert card.rrule == "FREQ=WEEKLY;BYDAY=WE;UNTIL=20270407T215959Z"
    assert Repetition.of(card.rrule, HERE) == command.repetition
    summer = date(2027, 3, 31)  # after the clock has changed
    with pytest.raises(Blocked):
        await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, at(summer, 8), at(summer, 9)), NOW)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, at(summer, 9), at(summer, 10)), NOW)


def test_occurrences_keep_the_wall_clock_over_both_changes_of_it() -> None:
    first = Period(at(date(2026, 10, 18), 9), at(date(2026, 10, 18), 10))
    found = occurrences(first, Repetition(frozenset({7}), date(2026, 11, 1)), HERE)
    assert [time.starts_at.astimezone(HERE).hour for time in found] == [9, 9, 9]


async def test_closing_days_cancels_with_its_reason_and_opens_again(world: World) -> None:
    booking = await booked(world.mia, world.polch["1"])
    days = (TOMORROW, TOMORROW + timedelta(days=1))
    cards = await blocked(world, CloseDays(days, "Betriebsausflug", "Outing"))
    assert [card.closes for card in cards] == list(days)
    assert ((await again(booking)).status, (await again(booking)).reason) == (Status.CANCELLED, "closed")
    with pytest.raises(ClosedForReason) as refusal:
        await booked(world.mia, world.polch["1"])
    assert refusal.value.facts["reason"] == "Betriebsausflug"
    with pytest.raises(ClosedAlready):
        await blocked(world, CloseDays((TOMORROW,), "Noch einmal"))
    await lift_block(world.otto.actor(), await polch(world), cards[0].public_id, NOW)
    await booked(world.mia, world.polch["1"])
    assert len(await blockers_at(world.polch.id, HERE, NOW)) == 1


async def test_time_kept_free_beside_a_booking_makes_way(world: World) -> None:
    target = RulesFor(await polch(world), Kind.DESK)
    await set_rules(world.otto.actor(), target, BookingRules(buffer_after=timedelta(hours=1)), 0, NOW)
    booking = await booked(world.mia, world.polch["1"], 9, 11)
    await blocked(world, desks(world, "1", starts=11, ends=13))
    assert (await again(booking)).resource.name == "1", "its own time is not blocked"
    assert await disagreements() == []


async def test_a_place_whose_rules_forbid_it_stands_in_for_none(world: World) -> None:
    booking = await booked(world.mia, world.polch["1"])
    space = await polch(world)
    for resource in await resources_of(space.id, Kind.DESK):
        if resource.name != "1":
            rules = BookingRules(longest=timedelta(hours=1))
            await set_rules(world.otto.actor(), RulesFor(space, Kind.DESK, resource), rules, 0, NOW)
    plan = await plan_block(world.otto.actor(), space, desks(world, "1"), NOW)
    assert [(each.booking.id, each.place) for each in plan.affected] == [(booking.id, None)]


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (Block((), tomorrow(9), tomorrow(9), "Grund"), BlockEndsBeforeStart),
        (Block((), tomorrow(9), tomorrow(10), " "), ReasonMissing),
        (Block((), at(date(2026, 11, 20), 9), at(date(2026, 11, 20), 10), "Grund"), BlockIsOver),
        (Block((), tomorrow(9), at(date(2028, 1, 1), 9), "Grund"), BlockTooLong),
        (
            Block((), tomorrow(9), tomorrow(9) + timedelta(days=2), "G", "", Repetition(frozenset({3}), TOMORROW)),
            RepeatedBlockTooLong,
        ),
        (Block((), tomorrow(9), tomorrow(10), "G", "", Repetition(frozenset({1}), TOMORROW)), NothingRepeated),
        (CloseDays((date(2026, 11, 23),), "Grund"), BlockIsOver),
    ],
)
async def test_what_cannot_be_blocked_says_why(
    world: World, command: Block | CloseDays, refused: type[Refusal]
) -> None:
    with pytest.raises(refused):
        await plan_block(world.otto.actor(), await polch(world), command, NOW)


async def test_others_block_nothing_and_nothing_of_others(world: World) -> None:
    space = await polch(world)
    for person in (world.rolf, world.frida, world.mia):
        with pytest.raises(NotFound):
            await plan_block(person.actor(), space, desks(world, "1"), NOW)
        with pytest.raises(NotFound):
            await block(person.actor(), space, desks(world, "1"), "", {}, NOW)
    foreign = Block((world.andernach["A1"].public_id,), tomorrow(9), tomorrow(10), "Grund")
    with pytest.raises(NotFound):
        await plan_block(world.otto.actor(), space, foreign, NOW)


async def test_who_waits_is_offered_what_a_lifted_blocker_frees_and_nothing_that_is_blocked(world: World) -> None:
    await booked(world.otto, world.polch["Nette"], 9, 12)
    wanted = JoinLine(world.polch["Nette"].public_id, tomorrow(9), tomorrow(12))
    place = await join_line(world.mia.actor(), wanted, NOW)
    [card] = await blocked(world, desks(world, "Nette"))
    waiting = await waiting_by_id(place.id)
    assert waiting is not None
    assert waiting.status is WaitingStatus.WAITING, "the booking is cancelled, but its time is blocked"
    await lift_block(world.otto.actor(), await polch(world), card.public_id, NOW)
    waiting = await waiting_by_id(place.id)
    assert waiting is not None
    assert waiting.status is WaitingStatus.OFFERED
    [again_blocked] = await blocked(world, desks(world, "Nette"))
    waiting = await waiting_by_id(place.id)
    assert waiting is not None
    assert waiting.status is WaitingStatus.WAITING, "an offer of what is blocked is taken back"
    assert again_blocked.id


async def test_what_is_over_stands_in_nobodys_way(world: World) -> None:
    """A desk breaks in the afternoon and is blocked for the day on which somebody sat there in the morning."""
    morning = await booked(world.mia, world.polch["1"], 9, 10)
    otto, space, now = world.otto.actor(), await polch(world), tomorrow(14)
    for command in (desks(world, "1"), CloseDays((TOMORROW,), "Wasserschaden")):
        plan = await plan_block(otto, space, command, now)
        assert plan.affected == ()
        [card] = await block(otto, space, command, plan.state, {}, now)
        assert (await again(morning)).status is Status.CONFIRMED
    await lift_block(otto, space, card.public_id, now)
    with pytest.raises(Blocked):
        await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(15), tomorrow(16)), now)
    assert await disagreements() == []


async def said_of(day: date, world: World) -> list[tuple[object, ...]]:
    rows = await fetch(
        "SELECT opens, closes, reason_de, reason_en FROM hours_exception WHERE space = $1 AND day = $2 ORDER BY opens",
        world.polch.id,
        day,
    )
    return [tuple(row) for row in rows]


async def test_lifting_a_closing_day_brings_back_what_that_day_had_before(world: World) -> None:
    builders, christmas_eve = date(2026, 12, 1), date(2026, 12, 24)
    before = {day: await said_of(day, world) for day in (builders, christmas_eve, TOMORROW)}
    assert before[builders] == [(720, 1080, "Handwerker", "Builders")]
    for card in await blocked(world, CloseDays(tuple(before), "Umzug", "Moving")):
        assert card.closes is not None
        assert await said_of(card.closes, world) == [(None, None, "Umzug", "Moving")]
        await lift_block(world.otto.actor(), await polch(world), card.public_id, NOW)
        assert await said_of(card.closes, world) == before[card.closes]
    with pytest.raises(Refusal) as refused:
        await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, at(builders, 9), at(builders, 11)), NOW)
    assert refused.value.code == "outside_opening_hours", "it opens at noon, as before"


async def test_what_was_said_of_the_day_meanwhile_stays_when_it_opens_again(world: World) -> None:
    day = date(2026, 12, 1)
    [card] = await blocked(world, CloseDays((day,), "Umzug"))
    await execute(
        "UPDATE hours_exception SET opens = 900, closes = 960, reason_de = 'Kurz' WHERE space = $1 AND day = $2",
        world.polch.id,
        day,
    )
    await lift_block(world.otto.actor(), await polch(world), card.public_id, NOW)
    assert await said_of(day, world) == [(900, 960, "Kurz", "")]


async def test_a_resource_that_is_created_later_is_held_by_what_still_stands_ahead(world: World) -> None:
    weekly = Repetition(frozenset({3}), date(2026, 12, 9))
    cleaning = Block((), tomorrow(8), tomorrow(9), "Reinigung", repetition=weekly)
    [repeated] = await blocked(world, cleaning)
    [closed] = await blocked(world, CloseDays((date(2026, 11, 30),), "Umzug"))
    await blocked(world, desks(world, "1", starts=13, ends=14))
    now = tomorrow(12)
    later = await a_resource(world.polch.id, Kind.DESK, "4", order=9)
    await cover_by_blockers(world.polch.id, [later.id], HERE, now)
    rows = await fetch("SELECT holder, starts_at FROM claim WHERE resource = $1 ORDER BY starts_at", later.id)
    assert [(row["holder"], row["starts_at"]) for row in rows] == [
        (closed.id, at(date(2026, 11, 30), 0)),
        (repeated.id, at(date(2026, 12, 2), 8)),
        (repeated.id, at(date(2026, 12, 9), 8)),
    ], "what is over, and what is blocked by name, concerns it no more"
    wednesday = BookDesk(later.public_id, at(date(2026, 12, 2), 8), at(date(2026, 12, 2), 9))
    with pytest.raises(Blocked) as refused:
        await book(world.mia.actor(), wednesday, now)
    assert refused.value.facts["reason"] == "Reinigung"
    await lift_block(world.otto.actor(), await polch(world), repeated.public_id, now)
    await book(world.mia.actor(), wednesday, now)


async def test_a_part_that_is_added_later_is_held_by_what_holds_the_whole(world: World) -> None:
    [blocker] = await blocked(world, desks(world, "Nette"))
    otto, space = world.otto.actor(), await polch(world)
    half = await a_resource(world.polch.id, Kind.ROOM, "Nette links", order=9)
    await set_parts(otto, space, world.polch["Nette"].public_id, [half.public_id], NOW)
    assert await fetch_value("SELECT holder FROM claim WHERE resource = $1", half.id) == blocker.id


async def test_covering_twice_changes_nothing(world: World) -> None:
    await blocked(world, desks(world))
    before = await fetch("SELECT id FROM claim ORDER BY id")
    await cover_by_blockers(world.polch.id, [world.polch["1"].id], HERE, NOW)
    assert await fetch("SELECT id FROM claim ORDER BY id") == before
