"""A series before it stands: the facts that its dates are decided on, in a few queries, and what they would be."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from app.bookings.booker import booker_of
from app.bookings.decision import Wish
from app.bookings.facts import Facts, resources_of_kind
from app.bookings.operations import lock_person
from app.bookings.queries import BookedResource, BookingFilter, bookings_of
from app.bookings.rules import HOLDING, AnyOf
from app.bookings.series_planning import (
    OnConflict,
    PlannedDate,
    SeriesFacts,
    best_for,
    conflicts_of,
    planned,
    state_of,
    total_of,
)
from app.bookings.taking import facts_for, nothing_free, words_of
from app.inventory.held_time import held_times
from app.inventory.operations import lock_resources
from app.inventory.recurrence import LONGEST_SERIES, Recurrence, Slot, read_rule, slots_of
from app.kernel.money import Money
from app.kernel.periods import Period
from app.kernel.refusals import Refusal
from app.kernel.wall_time import local_day
from app.plans.rules import Payment, ways_to_pay
from app.plans.tickets import all_paying_accounts

_MOST_OWN_BOOKINGS = 1_000
_MOST_BESIDE = timedelta(days=1)
"""More than any operator keeps free beside a booking."""


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """What is asked for: something at the wish's time and again by the rule, as text or as it was read before.

    Without `beside_own` dates on which the person has booked the same kind already are refused. On `except_on` nothing
    is planned.
    """

    what: str | AnyOf
    wish: Wish
    rule: str | Recurrence
    on_conflict: OnConflict = OnConflict.REFUSE
    skips_school_holidays: bool = False
    beside_own: bool = True
    except_on: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """Bookings that make way for the plan: their keys, how many there are of each rules' key, and which account has
    paid for them, by the start of the date that takes their place."""

    bookings: Collection[int] = ()
    by_rules: Mapping[int, int] = field(default_factory=dict)
    has_paid: Mapping[datetime, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """What a series would be now: all slots of its rule, and what is planned of them.

    `resources` are those that its dates may get, `ways` those in which its first date can be paid.
    """

    facts: Facts
    rule: Recurrence
    wanted: BookedResource
    resources: Sequence[BookedResource]
    slots: Sequence[Slot]
    dates: Sequence[PlannedDate]
    ways: Sequence[Payment] = ()

    @property
    def bookings(self) -> int:
        return sum(date.taken is not None for date in self.dates)

    @property
    def conflicts(self) -> list[tuple[Slot, Refusal]]:
        return conflicts_of(self.dates)

    @property
    def total(self) -> Money:
        return total_of(self.dates)

    @property
    def state(self) -> str:
        return state_of(self.dates)

    @property
    def window(self) -> Period:
        """All time that its dates may touch."""
        return _window(self.slots)


async def plan_series(
    wanted: SeriesWish,
    person: int,
    now: datetime,
    language: str,
    *,
    replaced: Replaced | None = None,
    lock: bool = False,
) -> SeriesPlan:
    """What each date would be for this person; the same number of queries for any number of dates.

    With `lock` nobody else makes a series of these resources, nor books with their parts, until the transaction ends.
    Raises RuleUnusable, EndlessSeries, SeriesTooLong, NoDates, NotFound for what nobody can book, and NothingFree where
    a space has nothing of the kind.
    """
    replaced = replaced or Replaced()
    start = wanted.wish.period
    reach = Period(start.starts_at, max(start.ends_at, now + LONGEST_SERIES + _MOST_BESIDE))
    facts = await facts_for(wanted.what, reach, person, now, language, for_booking=False)
    zone = facts.space.zone
    rule = read_rule(wanted.rule, zone) if isinstance(wanted.rule, str) else wanted.rule
    slots = slots_of(rule, start, zone, local_day(now, zone))
    resources = [facts.resource]
    if isinstance(wanted.what, AnyOf) or wanted.on_conflict is OnConflict.ANOTHER:
        resources = await resources_of_kind(facts.space.id, facts.resource.kind, words_of(wanted.what))
    if isinstance(wanted.what, AnyOf) and not resources:
        raise nothing_free(wanted.what, facts)
    claimed = sorted({key for resource in [facts.resource, *resources] for key in resource.claims})
    if lock:
        if any(rules.most_open for rules in facts.rules.values()):
            await lock_person(person)
        await lock_resources(claimed)
    around = _window(slots)
    booker = await booker_of(person, facts, replace(wanted.wish, period=around))
    own = [] if wanted.beside_own else await _own_time(person, facts.resource, around)
    paying = await all_paying_accounts(replaced.has_paid.values())
    series_facts = SeriesFacts(
        wanted=facts.resource,
        others=resources,
        places={resource.id: facts.place(resource) for resource in [facts.resource, *resources]},
        held=await held_times(claimed, around, language, but_for=replaced.bookings),
        booker=replace(booker, open_bookings=Counter(booker.open_bookings) - Counter(replaced.by_rules)),
        holiday_region=facts.holiday_region,
        own=own,
        has_paid={at: paying[account] for at, account in replaced.has_paid.items()},
    )
    if isinstance(wanted.what, AnyOf):
        series_facts = replace(series_facts, wanted=best_for(slots, wanted.wish, series_facts, resources))
    dates = planned(
        [slot for slot in slots if slot.day not in wanted.except_on],
        wanted.wish,
        series_facts,
        wanted.on_conflict,
        skips_school_holidays=wanted.skips_school_holidays,
    )
    ways = _ways(slots, series_facts, facts)
    return SeriesPlan(facts, rule, series_facts.wanted, resources, slots, dates, ways)


def _ways(slots: Sequence[Slot], series: SeriesFacts, facts: Facts) -> list[Payment]:
    paid, period = series.places[series.wanted.id].paid, next((slot.period for slot in slots if slot.period), None)
    if paid is None or period is None or not series.booker.purse.charges:
        return []
    return ways_to_pay(paid.need(period, facts.space.zone), series.booker.purse)


def _window(slots: Sequence[Slot]) -> Period:
    return Period(slots[0].starts_at - _MOST_BESIDE, slots[-1].starts_at + 2 * _MOST_BESIDE)


async def _own_time(person: int, resource: BookedResource, window: Period) -> list[Period]:
    standing = BookingFilter(from_at=window.starts_at, until_at=window.ends_at, statuses=sorted(HOLDING))
    bookings = await bookings_of(person, standing, limit=_MOST_OWN_BOOKINGS, latest_first=False)
    return [booking.period for booking in bookings if booking.resource.kind is resource.kind]
