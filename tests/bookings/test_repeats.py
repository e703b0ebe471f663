"""A repeat: which dates it has, what each would be, and booking all of them in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import bookings_of_group
from app.bookings.repeat_booking import RepeatPlan, book_repeat, plan_repeat
from app.bookings.repeats import Fate, NothingToRepeat, NoWeekday, PlanChanged, Repeat, WeeksUnusable, state_of
from app.bookings.rules import HouseRulesNotAccepted, Status
from app.kernel.refusals import NotFound
from app.kernel.wall_time import Opening
from app.platform.database import execute, fetch, fetch_value, queries_run
from tests.worlds import HERE, NOW, APerson, World, a_world, at

TUESDAY, THURSDAY = 2, 4
WORKDAY = Opening(8 * 60, 17 * 60)
TODAY = NOW.astimezone(HERE).date()


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def repeat(world: World, weeks: int = 5, desk: str = "2", weekdays: Sequence[int] = (TUESDAY, THURSDAY)) -> Repeat:
    return Repeat(world.polch[desk].public_id, frozenset(weekdays), WORKDAY, weeks)


async def plan(world: World, wanted: Repeat, who: APerson | None = None) -> RepeatPlan:
    return await plan_repeat((who or world.mia).id, wanted, NOW, "de")


async def book_all(world: World, wanted: Repeat, house_rules: int | None = None) -> str:
    shown = (await plan(world, wanted)).state
    return await book_repeat(world.mia.actor(), wanted, shown, NOW, house_rules)


def fates(found: RepeatPlan) -> Mapping[str, Fate]:
    return {f"{day.day:%d.%m.}": day.fate for day in found.days}


async def taken(world: World, day: date, *desks: str, by: APerson | None = None) -> None:
    for desk in desks:
        command = BookDesk(world.polch[desk].public_id, at(day, 9), at(day, 10))
        await book((by or world.gundula).actor(), command, NOW)


def test_the_dates_begin_tomorrow_and_last_so_many_weeks() -> None:
    wanted = Repeat("x", frozenset({TUESDAY, THURSDAY}), WORKDAY, 2)
    assert wanted.days(TODAY) == [date(2026, 11, 26), date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 8)]


async def test_each_date_says_what_it_would_be(world: World) -> None:
    """Builders on 1 December until noon, Christmas Eve closed; one day taken, one with a desk of one's own."""
    await taken(world, date(2026, 12, 3), "2")
    await taken(world, date(2026, 12, 8), "1", "2", "3")
    await taken(world, date(2026, 12, 10), "1", by=world.mia)
    found = await plan(world, repeat(world))
    assert fates(found) == {
        "26.11.": Fate.FREE,
        "01.12.": Fate.CLOSED,
        "03.12.": Fate.OTHER,
        "08.12.": Fate.FULL,
        "10.12.": Fate.BOOKED,
        "15.12.": Fate.FREE,
        "17.12.": Fate.FREE,
        "22.12.": Fate.FREE,
        "24.12.": Fate.CLOSED,
        "29.12.": Fate.FREE,
    }
    by_day = {day.day: day for day in found.days}
    assert by_day[date(2026, 12, 1)].openings == (Opening(12 * 60, 18 * 60),)
    assert by_day[date(2026, 12, 24)].why_closed == "Heiligabend"
    other = by_day[date(2026, 12, 3)].desk
    assert other is not None
    assert other.name == "1"
    assert found.bookings == 6


async def test_taken_dates_can_be_left_out_instead(world: World) -> None:
    await taken(world, date(2026, 12, 3), "2")
    found = await plan(world, replace(repeat(world, weeks=2), takes_others=False))
    assert fates(found)["03.12."] is Fate.LEFT_OUT
    assert found.bookings == 2


async def test_public_holidays_are_closed_by_their_name(world: World) -> None:
    found = await plan(world, repeat(world, weeks=6, weekdays=[5]))
    assert {f"{day.day:%d.%m.}": day.why_closed for day in found.days if day.fate is Fate.CLOSED} == {
        "25.12.": "Erster Weihnachtstag",
        "01.01.": "Neujahr",
    }


async def test_a_booth_at_the_same_time_does_not_stand_in_the_way(world: World) -> None:
    await taken(world, date(2026, 11, 26), "K1", by=world.mia)
    assert fates(await plan(world, repeat(world, weeks=1)))["26.11."] is Fate.FREE


async def test_each_date_becomes_a_booking_of_its_own(world: World) -> None:
    group = await book_all(world, repeat(world, weeks=3))
    bookings = await bookings_of_group(world.mia.id, group)
    assert [f"{booking.starts_at:%d.%m. %H} {booking.ends_at:%H} {booking.resource.name}" for booking in bookings] == [
        "26.11. 08 17 2",
        "03.12. 08 17 2",
        "08.12. 08 17 2",
        "10.12. 08 17 2",
        "15.12. 08 17 2",
    ]
    assert await fetch_value("SELECT count(*) FROM claim") == 5
    await cancel(world.mia.actor(), bookings[1].public_id, NOW)
    assert [booking.status for booking in await bookings_of_group(world.mia.id, group)].count(Status.CONFIRMED) == 4
    assert await bookings_of_group(world.gundula.id, group) == []


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [(at(date(2027, 3, 22), 19), "07:00", "06:00"), (at(date(2026, 10, 19), 19), "06:00", "07:00")],
    ids=["clocks go forward", "clocks go back"],
)
async def test_eight_stays_eight_when_the_clocks_change(world: World, now: datetime, before: str, after: str) -> None:
    found = await plan_repeat(world.mia.id, repeat(world, weeks=2, weekdays=[TUESDAY]), now, "de")
    starts = [day.period.starts_at for day in found.days if day.period]
    assert [f"{start:%H:%M}" for start in starts] == [before, after]
    assert {f"{start.astimezone(HERE):%H:%M}" for start in starts} == {"08:00"}


async def test_one_event_tells_of_all_of_them(world: World) -> None:
    group = await book_all(world, repeat(world, weeks=2))
    [event] = await fetch(
        "SELECT payload::text AS payload, aggregate_id FROM outbox_event WHERE name = 'bookings.repeated'"
    )
    ids = [booking.id for booking in await bookings_of_group(world.mia.id, group)]
    assert event["payload"] == f'{{"bookings": {ids}}}'
    assert event["aggregate_id"] == ids[0]


async def test_what_has_changed_since_it_was_shown_is_shown_again(world: World) -> None:
    wanted = repeat(world)
    shown = (await plan(world, wanted)).state
    await taken(world, date(2026, 12, 3), "2")
    with pytest.raises(PlanChanged):
        await book_repeat(world.mia.actor(), wanted, shown, NOW)
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 0


async def test_a_change_that_books_nothing_else_does_not_matter(world: World) -> None:
    wanted = repeat(world)
    shown = await plan(world, wanted)
    await taken(world, date(2026, 12, 3), "3")
    assert (await plan(world, wanted)).state == shown.state
    assert state_of(shown.days[1:]) != shown.state


async def test_nothing_is_booked_where_no_date_can_be(world: World) -> None:
    with pytest.raises(NothingToRepeat):
        await book_all(world, repeat(world, weekdays=[7]))


async def test_house_rules_are_accepted_once_for_all_dates(world: World) -> None:
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, text_en, valid_from) VALUES ($1, 3, 'Leise.', 'Quiet.', $2)",
        world.polch.id,
        NOW - timedelta(days=1),
    )
    with pytest.raises(HouseRulesNotAccepted):
        await book_all(world, repeat(world))
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    await book_all(world, repeat(world), house_rules=3)
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance WHERE person = $1", world.mia.id) == 1


@pytest.mark.parametrize(
    ("weekdays", "weeks", "refusal"), [((), 4, NoWeekday), ((2,), 0, WeeksUnusable), ((2,), 13, WeeksUnusable)]
)
async def test_what_makes_no_repeat_is_refused(
    world: World, weekdays: tuple[int, ...], weeks: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await plan(world, repeat(world, weeks, weekdays=weekdays))


async def test_what_nobody_can_book_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        await plan(world, replace(repeat(world), resource="no-such-desk"))
    await execute("UPDATE space SET published_at = NULL")
    with pytest.raises(NotFound):
        await plan(world, repeat(world))


async def test_twelve_weeks_ask_no_more_queries_than_one(world: World) -> None:
    counts = []
    for weeks in (1, 12):
        noted: list[str] = []
        queries_run.set(noted)
        await plan(world, repeat(world, weeks=weeks, weekdays=range(1, 8)))
        queries_run.set(None)
        counts.append(len(noted))
    assert counts[0] == counts[1] <= 6
