"""A series: what each date would be, and making all of them in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.bookings.decision import TooManyOpen
from app.bookings.holds import HELD_FOR, Newcomer, hold_desk
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import AnyOf, HouseRulesNotAccepted, InThePast, Status
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MadeSeries, MakeSeries, make_series, preview_series
from app.bookings.series_planning import NothingOfSeries, OnConflict, PlanChanged, SeriesConflicts
from app.bookings.series_plans import SeriesPlan
from app.bookings.series_queries import bookings_of_series, series_for
from app.bookings.waiting_list import JoinLine, join_line
from app.inventory.recurrence import SeriesTooLong
from app.inventory.rules import Kind
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import execute, fetch, fetch_value, queries_run
from tests.identity.conftest import KEY
from tests.worlds import HERE, NOW, APerson, World, a_world, at

THURSDAY = date(2026, 11, 26)
FOUR_THURSDAYS = "FREQ=WEEKLY;BYDAY=TH;COUNT=4"


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def series(world: World, rrule: str = FOUR_THURSDAYS, desk: str = "2", **more: object) -> MakeSeries:
    booking = BookDesk(world.polch[desk].public_id, at(THURSDAY, 8), at(THURSDAY, 17))
    return MakeSeries(booking, rrule, **more)  # type: ignore[arg-type]


async def plan(world: World, wanted: MakeSeries) -> SeriesPlan:
    return await preview_series(world.mia.actor(), wanted, NOW, "de")


async def made(world: World, wanted: MakeSeries | None = None) -> MadeSeries:
    return await make_series(world.mia.actor(), wanted or series(world), NOW)


async def taken(world: World, day: date, *desks: str, by: APerson | None = None) -> None:
    for desk in desks:
        command = BookDesk(world.polch[desk].public_id, at(day, 9), at(day, 10))
        await book((by or world.gundula).actor(), command, NOW)


async def rules_of_desk(desk: int, **columns: object) -> int:
    """An operator's rules for one desk."""
    names = ", ".join(columns)
    places = ", ".join(f"${n}" for n in range(2, len(columns) + 2))
    key: int = await fetch_value(
        f"INSERT INTO booking_rules (space, kind, resource, {names})"
        f" SELECT space, kind, id, {places} FROM resource WHERE id = $1 RETURNING id",
        desk,
        *columns.values(),
    )
    await execute("UPDATE resource SET rules = $2 WHERE id = $1", desk, key)
    return key


def words(bookings: Sequence[BookingCard]) -> list[str]:
    """Those that still stand."""
    return [
        f"{booking.starts_at:%d.%m. %H}-{booking.ends_at:%H} {booking.resource.name}"
        for booking in bookings
        if booking.status in (Status.CONFIRMED, Status.REQUESTED)
    ]


def fates(found: SeriesPlan) -> Mapping[str, str]:
    return {
        f"{date.slot.day:%d.%m.}": "".join(
            (
                date.taken.resource.name if date.taken else "",
                f" {date.refusal.code}" if date.refusal else "",
                f" {date.school_holidays.german}" if date.school_holidays else "",
            )
        ).strip()
        for date in found.dates
    }


async def claims() -> int:
    return int(await fetch_value("SELECT count(*) FROM claim"))


async def test_each_date_says_what_it_would_be(world: World) -> None:
    """Builders on 1 December until noon, Christmas Eve closed; one day taken, one full, one booked by oneself."""
    await taken(world, date(2026, 12, 3), "2")
    await taken(world, date(2026, 12, 8), "1", "2", "3")
    await taken(world, date(2026, 12, 10), "1", by=world.mia)
    wanted = series(world, "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10", on_conflict=OnConflict.ANOTHER, beside_own=False)
    found = await plan(world, wanted)
    assert fates(found) == {
        "26.11.": "2",
        "01.12.": "outside_opening_hours",
        "03.12.": "1 desk_already_taken",
        "08.12.": "desk_already_taken",
        "10.12.": "already_booked",
        "15.12.": "2",
        "17.12.": "2",
        "22.12.": "2",
        "24.12.": "closed_that_day",
        "29.12.": "2",
    }
    assert (found.bookings, len(found.conflicts)) == (6, 4)
    assert await claims() == 5, "looking books nothing"


async def test_the_series_is_what_it_was_made_of(world: World) -> None:
    done = await made(world)
    assert words(done.bookings) == ["26.11. 08-17 2", "03.12. 08-17 2", "10.12. 08-17 2", "17.12. 08-17 2"]
    assert await claims() == 4
    card = await series_for(world.mia.actor(), done.series.public_id)
    assert card == done.series
    assert (card.rrule, card.first.starts_at) == (FOUR_THURSDAYS, at(THURSDAY, 8))
    stored = await bookings_of_series(card.id)
    assert [(b.id, b.series, b.series_slot, b.period) for b in stored] == [
        (b.id, b.series, b.series_slot, b.period) for b in done.bookings
    ]
    assert [b.series_slot for b in stored] == [b.period.starts_at for b in stored]
    assert await series_for(world.gundula.actor(), done.series.public_id) is None


async def test_one_event_tells_of_all_of_them(world: World) -> None:
    done = await made(world)
    [event] = await fetch("SELECT name, payload::text AS payload, aggregate_kind, aggregate_id FROM outbox_event")
    ids = [booking.id for booking in done.bookings]
    assert (event["name"], event["aggregate_kind"], event["aggregate_id"]) == ("series.made", "series", done.series.id)
    assert event["payload"] == f'{{"bookings": {ids}}}'
    entries = await fetch("SELECT action, count(*) AS count FROM audit_entry GROUP BY action ORDER BY action")
    assert [(entry["action"], entry["count"]) for entry in entries] == [("booking.made", 4), ("series.made", 1)]


async def test_one_conflict_refuses_all_and_says_which(world: World) -> None:
    await taken(world, date(2026, 12, 3), "2")
    with pytest.raises(SeriesConflicts) as refused:
        await made(world)
    assert refused.value.facts["conflicts"] == [{"starts_at": at(date(2026, 12, 3), 8), "code": "desk_already_taken"}]
    assert await fetch_value("SELECT count(*) FROM series") == 0


async def test_dates_in_conflict_are_skipped_or_moved_as_one_says(world: World) -> None:
    await taken(world, date(2026, 12, 3), "2")
    skipped = await made(world, series(world, on_conflict=OnConflict.SKIP))
    assert words(skipped.bookings) == ["26.11. 08-17 2", "10.12. 08-17 2", "17.12. 08-17 2"]
    assert [(slot.day, refusal.code) for slot, refusal in skipped.conflicts] == [
        (date(2026, 12, 3), "desk_already_taken")
    ]
    await cancel_series(world.mia.actor(), skipped.series.public_id, CancelSeries(), NOW)
    other = await made(world, series(world, on_conflict=OnConflict.ANOTHER))
    assert words(other.bookings) == ["26.11. 08-17 2", "03.12. 08-17 1", "10.12. 08-17 2", "17.12. 08-17 2"]
    assert not other.conflicts


async def test_any_desk_is_the_one_that_is_free_on_most_dates(world: World) -> None:
    await taken(world, date(2026, 12, 3), "1")
    booking = BookDesk(AnyOf("regiohub-polch", Kind.DESK), at(THURSDAY, 8), at(THURSDAY, 17))
    done = await made(world, MakeSeries(booking, FOUR_THURSDAYS))
    assert done.series.resource.name == "2", "the first of the best that is free on all"
    assert len(done.bookings) == 4


async def test_what_has_changed_since_it_was_shown_is_not_booked(world: World) -> None:
    wanted = series(world, on_conflict=OnConflict.ANOTHER)
    shown = (await plan(world, wanted)).state
    await taken(world, date(2026, 12, 3), "3")
    assert (await plan(world, wanted)).state == shown, "what books nothing else does not matter"
    await taken(world, date(2026, 12, 3), "2")
    with pytest.raises(PlanChanged):
        await made(world, replace(wanted, shown=shown))
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 0


async def test_nothing_is_booked_where_no_date_can_be(world: World) -> None:
    with pytest.raises(NothingOfSeries):
        await made(world, series(world, "FREQ=WEEKLY;BYDAY=SU;COUNT=3", on_conflict=OnConflict.SKIP))


async def test_it_begins_in_the_future_and_ends_within_a_year(world: World) -> None:
    with pytest.raises(InThePast):
        past = BookDesk(world.polch["2"].public_id, at(date(2026, 11, 20), 8), at(date(2026, 11, 20), 17))
        await made(world, MakeSeries(past, FOUR_THURSDAYS))
    with pytest.raises(SeriesTooLong):
        await made(world, series(world, "FREQ=WEEKLY;COUNT=60"))
    with pytest.raises(NotFound):
        await made(world, MakeSeries(BookDesk("nosuchdesk", at(THURSDAY, 8), at(THURSDAY, 17)), FOUR_THURSDAYS))


async def test_house_rules_are_accepted_once_for_all_dates(world: World) -> None:
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, text_en, valid_from) VALUES ($1, 3, 'Leise.', 'Quiet.', $2)",
        world.polch.id,
        NOW - timedelta(days=1),
    )
    with pytest.raises(HouseRulesNotAccepted):
        await made(world)
    wanted = series(world)
    await made(world, replace(wanted, booking=replace(wanted.booking, house_rules=3)))
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance WHERE person = $1", world.mia.id) == 1


async def test_every_date_counts_among_the_open_bookings(world: World) -> None:
    await rules_of_desk(world.polch["2"].id, most_open=3)
    with pytest.raises(SeriesConflicts) as refused:
        await made(world)
    assert [conflict["code"] for conflict in refused.value.facts["conflicts"]] == [TooManyOpen.code]  # type: ignore[attr-defined]
    done = await made(world, series(world, "FREQ=WEEKLY;COUNT=3"))
    later = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 17))
    moved = await change_series(world.mia.actor(), done.series.public_id, later, NOW)
    assert len(words(moved.bookings)) == 3, "what is moved does not count against itself"


async def test_where_approval_is_needed_it_is_a_series_of_requests(world: World) -> None:
    await rules_of_desk(world.polch["2"].id, needs_approval=True)
    done = await made(world)
    assert {booking.status for booking in done.bookings} == {Status.REQUESTED}
    assert all(booking.decide_by and booking.due_at == booking.decide_by for booking in done.bookings)
    assert await claims() == 4


async def test_what_is_kept_free_around_a_date_bars_the_next_of_the_same_series(world: World) -> None:
    """Round the clock with an hour around: the second day would lie on the first one's hour."""
    await rules_of_desk(world.polch["2"].id, outside_hours="everyone", buffer_after=60)
    booking = BookDesk(world.polch["2"].public_id, at(THURSDAY, 0), at(THURSDAY + timedelta(days=1), 0))
    wanted = MakeSeries(booking, "FREQ=DAILY;COUNT=4", OnConflict.SKIP)
    done = await made(world, wanted)
    assert [slot.day.day for slot, _ in done.conflicts] == [27, 29]
    assert {refusal.code for _, refusal in done.conflicts} == {"series_overlaps_itself"}
    assert await claims() == 4, "two days and two hours behind them"


async def test_parts_are_taken_with_the_whole_on_every_date(world: World) -> None:
    await execute(
        "UPDATE resource SET parts = ARRAY[$2, $3]::bigint[] WHERE id = $1",
        world.polch["Nette"].id,
        world.polch["1"].id,
        world.polch["2"].id,
    )
    await taken(world, date(2026, 12, 3), "1")
    done = await made(world, series(world, desk="Nette", on_conflict=OnConflict.SKIP))
    assert len(done.bookings) == 3
    assert await claims() == 3 * 3 + 1


@pytest.mark.parametrize(
    ("now", "offsets"),
    [(datetime(2027, 3, 20, 9, tzinfo=HERE), (1, 2)), (datetime(2026, 10, 19, 9, tzinfo=HERE), (2, 1))],
    ids=["clocks go forward", "clocks go back"],
)
async def test_eight_stays_eight_when_the_clocks_change(world: World, now: datetime, offsets: tuple[int, int]) -> None:
    tuesday = now.date() + timedelta(days=(1 - now.weekday()) % 7)
    booking = BookDesk(world.polch["2"].public_id, at(tuesday, 8), at(tuesday, 17))
    done = await make_series(world.mia.actor(), MakeSeries(booking, "FREQ=WEEKLY;COUNT=2"), now)
    assert [one.starts_at.hour for one in done.bookings] == [8, 8]
    assert [8 - one.period.starts_at.hour for one in done.bookings] == list(offsets)


async def test_a_front_desk_makes_one_for_somebody(world: World) -> None:
    done = await make_series(world.frida.actor(), series(world), NOW, whom=world.mia.id)
    assert (done.series.person, {booking.made_by for booking in done.bookings}) == (world.mia.id, {world.frida.id})
    assert await series_for(world.mia.actor(), done.series.public_id) is not None
    with pytest.raises(NotAllowed):
        await make_series(world.rolf.actor(), series(world, desk="3"), NOW, whom=world.mia.id)


async def test_guests_come_on_every_date_and_are_forgotten_after_it(world: World) -> None:
    wanted = series(world, desk="Nette")
    booking = replace(wanted.booking, guests=("Anna Adams", "Bert Bauer"))
    await execute("UPDATE resource SET capacity = 8 WHERE id = $1", world.polch["Nette"].id)
    done = await made(world, replace(wanted, booking=booking))
    change = ChangeSeries(starts_at=at(THURSDAY, 10), ends_at=at(THURSDAY, 18))
    await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    rows = await fetch("SELECT g.forget_at - b.ends_at AS kept FROM booking_guest g JOIN booking b ON b.id = g.booking")
    assert [row["kept"] for row in rows] == [timedelta(days=30)] * 8


async def test_who_waits_gets_what_a_changed_series_leaves_and_nothing_of_what_it_keeps(world: World) -> None:
    done = await made(world)
    third = date(2026, 12, 3)
    wanted = JoinLine(world.polch["2"].public_id, at(third, 10), at(third, 12))
    await join_line(world.gundula.actor(), wanted, NOW)
    later = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 18))
    moved = await change_series(world.mia.actor(), done.series.public_id, later, NOW)
    assert len(words(moved.bookings)) == 4
    assert await fetch_value("SELECT status FROM waiting") == "waiting"
    elsewhere = ChangeSeries(what=world.polch["1"].public_id)
    await change_series(world.mia.actor(), done.series.public_id, elsewhere, NOW)
    assert await fetch_value("SELECT status FROM waiting") == "offered"


async def test_what_was_held_beyond_its_time_does_not_hinder_a_series(world: World) -> None:
    hold = BookDesk(world.polch["2"].public_id, at(date(2026, 12, 3), 8), at(date(2026, 12, 3), 12))
    await hold_desk(hold, Newcomer("Nina Neu", "nina@example.org", "de"), NOW, key=KEY, address="nina@example.org")
    with pytest.raises(SeriesConflicts):
        await made(world)
    done = await make_series(world.mia.actor(), series(world), NOW + HELD_FOR)
    assert len(done.bookings) == 4


async def test_a_series_is_nobody_elses(world: World) -> None:
    done = await made(world)
    for person in (world.gundula, world.otto, world.nadja):
        with pytest.raises(NotFound):
            await cancel_series(person.actor(), done.series.public_id, CancelSeries(), NOW)
        with pytest.raises(NotFound):
            change = ChangeSeries(what=world.polch["1"].public_id)
            await change_series(person.actor(), done.series.public_id, change, NOW)


async def test_a_year_asks_no_more_queries_than_a_month(world: World) -> None:
    await taken(world, date(2026, 11, 30), "1", "2", "3")  # a conflict costs one more, however many there are
    counts = []
    for weeks in (5, 52):
        noted: list[str] = []
        queries_run.set(noted)
        wanted = series(world, f"FREQ=WEEKLY;BYDAY=MO;COUNT={weeks}", on_conflict=OnConflict.ANOTHER)
        done = await made(world, wanted)
        change = ChangeSeries(what=world.polch["1"].public_id, on_conflict=OnConflict.SKIP)
        changed = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
        await cancel_series(world.mia.actor(), changed.series.public_id, CancelSeries(), NOW)
        queries_run.set(None)
        counts.append(len(noted))
    assert counts[0] == counts[1] <= 50
