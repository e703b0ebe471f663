"""What becomes of each date of a series, decided from facts alone."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.bookings.candidates import claims_of
from app.bookings.decision import Booker, Place, Wish
from app.bookings.queries import BookedResource
from app.bookings.series_planning import (
    OnConflict,
    PlannedDate,
    SeriesFacts,
    best_for,
    conflicts_of,
    planned,
    state_of,
)
from app.inventory.booking_rules import BookingRules, OutsideHours
from app.inventory.held_time import HeldTime
from app.inventory.recurrence import read_rule, slots_of
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from tests.worlds import HERE, NOW, at

THURSDAY = date(2026, 11, 26)
ANY_TIME = BookingRules(outside_hours=OutsideHours.EVERYONE)
HALL, LEFT, RIGHT = (
    BookedResource(1, "hall", Kind.ROOM, "Halle", 50, (), 1, (2, 3)),
    BookedResource(2, "left", Kind.ROOM, "links", 25, (), 1),
    BookedResource(3, "right", Kind.ROOM, "rechts", 25, (), 1),
)


def facts(
    held: dict[int, list[Period]],
    *,
    wanted: BookedResource = HALL,
    rules: BookingRules = ANY_TIME,
    own: tuple[Period, ...] = (),
    blocked: str | None = None,
) -> SeriesFacts:
    place = Place("Halle", Hours(HERE, {}, {}, {}), rules, 50)
    return SeriesFacts(
        wanted,
        [HALL, LEFT, RIGHT],
        {resource.id: place for resource in (HALL, LEFT, RIGHT)},
        {resource: [HeldTime(period, blocked) for period in sorted(periods)] for resource, periods in held.items()},
        Booker(),
        "RP",
        own,
    )


def dates(
    known: SeriesFacts,
    rule: str = "FREQ=WEEKLY;COUNT=4",
    on_conflict: OnConflict = OnConflict.SKIP,
    *,
    first: Period | None = None,
    skips: bool = False,
) -> list[PlannedDate]:
    first = first or Period(at(THURSDAY, 19), at(THURSDAY, 21))
    slots = slots_of(read_rule(rule, HERE), first, HERE, NOW.astimezone(HERE).date())
    return planned(slots, Wish(first, NOW), known, on_conflict, skips_school_holidays=skips)


def evening(weeks: int) -> Period:
    day = THURSDAY + timedelta(weeks=weeks)
    return Period(at(day, 18), at(day, 20))


def names(found: list[PlannedDate]) -> list[str]:
    return [date.taken.resource.name if date.taken else date.refusal.code if date.refusal else "" for date in found]


def test_a_taken_half_bars_the_whole_and_the_other_half_remains() -> None:
    known = facts({2: [evening(1)]})
    assert names(dates(known)) == ["Halle", "desk_already_taken", "Halle", "Halle"]
    assert names(dates(known, on_conflict=OnConflict.ANOTHER)) == ["Halle", "rechts", "Halle", "Halle"]


def test_what_the_operator_has_blocked_says_why() -> None:
    [_, second, *_] = dates(facts({1: [evening(1)]}, blocked="Prüfung der Bühne"))
    assert second.refusal is not None
    assert (second.refusal.code, second.refusal.facts["reason"]) == ("blocked", "Prüfung der Bühne")


def test_dates_beside_ones_own_are_left_out_where_that_is_asked() -> None:
    assert names(dates(facts({}, own=(evening(2),)))) == ["Halle", "Halle", "already_booked", "Halle"]


def test_school_holidays_are_no_conflict() -> None:
    found = dates(facts({}), "FREQ=WEEKLY;COUNT=8", skips=True)
    assert [f"{date.slot.day:%d.%m.}" for date in found if date.school_holidays] == ["24.12.", "31.12.", "07.01."]
    assert conflicts_of(found) == []


def test_the_state_tells_two_plans_apart_exactly_when_they_book_differently() -> None:
    free, later = dates(facts({})), dates(facts({2: [evening(9)]}))
    assert state_of(free) == state_of(later)
    assert state_of(free) != state_of(dates(facts({2: [evening(1)]})))


def test_of_any_resource_the_one_with_the_fewest_conflicts_is_best() -> None:
    known = facts({2: [evening(0), evening(1)], 3: [evening(2)]})
    slots = [date.slot for date in dates(known)]
    assert best_for(slots, Wish(evening(0), NOW), known, [HALL, LEFT, RIGHT]) is RIGHT


hours = st.integers(0, 24 * 30)


@st.composite
def periods(draw: st.DrawFn) -> list[Period]:
    """Time that others hold, without overlaps."""
    marks = sorted(draw(st.sets(hours, max_size=20)))
    start = datetime.combine(THURSDAY, datetime.min.time(), HERE).astimezone(NOW.tzinfo)
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return [Period(start + timedelta(hours=a), start + timedelta(hours=b)) for a, b in pairs]


@settings(max_examples=50)
@given(
    held=st.fixed_dictionaries({1: periods(), 2: periods(), 3: periods()}),
    before=st.integers(0, 4),
    after=st.integers(0, 4),
    length=st.integers(1, 24),
    on_conflict=st.sampled_from(OnConflict),
)
def test_no_plan_overlaps_itself_or_others(
    held: dict[int, list[Period]], before: int, after: int, length: int, on_conflict: OnConflict
) -> None:
    rules = BookingRules(
        outside_hours=OutsideHours.EVERYONE,
        buffer_before=timedelta(hours=before),
        buffer_after=timedelta(hours=after),
    )
    first = Period(at(THURSDAY, 0), at(THURSDAY, 0) + timedelta(hours=length))
    found = dates(facts(held, rules=rules), "FREQ=DAILY;COUNT=20", on_conflict, first=first)
    claimed = {resource: list(times) for resource, times in held.items()}
    for one in found:
        assert (one.taken is None) == (one.refusal is not None and one.is_left_out)
        if one.taken is not None and one.slot.period is not None:
            for wanted in claims_of(one.taken.resource, one.slot.period, rules):
                assert not any(wanted.period.overlaps(other) for other in claimed[wanted.resource])
                claimed[wanted.resource].append(wanted.period)
