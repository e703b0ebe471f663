"""What somebody could book now: what is free, as far as the rules let this person have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.bookings.booker import Standing, standing_of
from app.bookings.decision import Booker, Place, Wish, claimed_period, refusals
from app.bookings.rules import BOOKABLE_AHEAD
from app.inventory.booking_rules import NOTHING_SAID, BookingRules, OutsideHours, SpaceRules, rules_of
from app.inventory.queries import Count, ResourceCard, SpaceWindow, count_free
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, Kind, wall_instant
from app.inventory.standing_claims import days_of, whole_day
from app.kernel.periods import Period, merged, without
from app.kernel.refusals import Refusal
from app.kernel.wall_time import local_day


async def count_bookable(
    windows: Sequence[SpaceWindow],
    kind: Kind,
    hours: Mapping[int, Hours],
    now: datetime,
    *,
    person: int | None,
    words: Collection[str] = (),
    said: Mapping[int, SpaceRules] | None = None,
) -> list[Count]:
    """For each window the count of that kind that fits these words at that space, in the windows' order.

    The hours are those of the windows' spaces, and so is what is `said` there of the kind, by whoever has read it. Two
    queries, one more for somebody who is known, and two more where rules ask who it is.
    """
    if said is None:
        said = await rules_of({window.space for window in windows}, kind)
    standing = await standing_of(person, (rules for space in said.values() for rules in space.rules), now)
    pieces = [
        (number, piece)
        for number, window in enumerate(windows)
        for piece in _pieces(window, said.get(window.space), hours[window.space], standing, now)
    ]
    counts = await count_free([piece for _, piece in pieces], kind, words)
    free, total = [0] * len(windows), [0] * len(windows)
    for (number, _), count in zip(pieces, counts, strict=True):
        free[number] += count.free
        total[number] += count.total
    return [Count(*both) for both in zip(free, total, strict=True)]


def _pieces(
    window: SpaceWindow, said: SpaceRules | None, hours: Hours, standing: Standing, now: datetime
) -> list[SpaceWindow]:
    """The window once for each of the space's rules, with the time that a booking by them would take."""
    if said is None:
        bar = standing.bars.get(window.space)
        is_barred = bar is not None and bar.covers(window.period.starts_at)
        may_be = not is_barred and hours.takes(window.period) and hours.covers(window.period)
        return [SpaceWindow(window.space, window.period, None, may_be)]
    wish, booker = Wish(window.period, now), standing.at(window.space, said.operator)
    return [
        SpaceWindow(
            window.space,
            claimed_period(window.period, rules),
            rules.key,
            next(refusals(wish, Place("", hours, rules), booker), None) is None,
        )
        for rules in (NOTHING_SAID, *said.rules)
    ]


async def what_forbids(
    resources: Sequence[ResourceCard], space: str, hours: Hours, period: Period, now: datetime, *, person: int | None
) -> Mapping[int, Refusal]:
    """By the keys of one space's resources what keeps this person from booking them then, whether free or not."""
    said = (await rules_of({resource.space for resource in resources})).values()
    rules = next(iter(said), SpaceRules(0, ()))
    standing = await standing_of(person, rules.rules, now)
    wish, booker = Wish(period, now), standing.at(resources[0].space if resources else 0, rules.operator)
    found = {
        resource.id: next(
            refusals(wish, Place(space, hours, rules.named(resource.rules), resource.capacity), booker), None
        )
        for resource in resources
    }
    return {resource: refusal for resource, refusal in found.items() if refusal is not None}


async def bookable_times(
    resources: Sequence[ResourceCard], hours: Hours, window: Period, now: datetime, *, person: int | None
) -> Mapping[int, list[Period]]:
    """By the keys of one space's resources all of the window in which this person may book it, free or not.

    That is open time, or for what is booked round the clock all time but closed days, by everybody or on the days of a
    plan by who has it; not before the last moment for a
    booking and not after the last day on which one may begin. One query for the rules, and more where they ask who it
    is, for any number of resources.
    """
    said = next(iter((await rules_of({resource.space for resource in resources})).values()), SpaceRules(0, ()))
    booker = (await standing_of(person, said.rules, now)).at(resources[0].space if resources else 0, said.operator)
    by_rules = {rules.key: _bookable_time(rules, hours, window, now, booker) for rules in (NOTHING_SAID, *said.rules)}
    return {resource.id: by_rules.get(resource.rules, by_rules[NOTHING_SAID.key]) for resource in resources}


def _bookable_time(rules: BookingRules, hours: Hours, window: Period, now: datetime, booker: Booker) -> list[Period]:
    ahead = rules.days_ahead + (rules.own_members_days if booker.is_own_member else 0)
    first_closed = local_day(now, hours.zone) + timedelta(days=ahead + 1)
    latest = min(
        wall_instant(first_closed, 0, hours.zone), now + BOOKABLE_AHEAD, hours.takes_until or now + BOOKABLE_AHEAD
    )
    bar = booker.bar
    if bar is not None and bar.until is None:
        return []
    earliest = max(now + rules.notice, bar.until if bar and bar.until else now)
    within = window.clipped_to(Period(earliest, latest)) if earliest < latest else None
    if within is None:
        return []
    open_then = merged([*open_time(rules, hours, within), *_any_time(rules, hours, within, booker)])
    return [part for period in open_then if (part := period.clipped_to(within)) is not None]


def _any_time(rules: BookingRules, hours: Hours, window: Period, booker: Booker) -> list[Period]:
    """The days of the window on which the booker's plan is round the clock there, where the rules ask for it."""
    if rules.outside_hours is not OutsideHours.MEMBERSHIPS or not booker.at_any_time:
        return []
    days = [
        whole_day(day, hours.zone)
        for day in days_of(window, hours.zone)
        if any(one.covers(day) for one in booker.at_any_time)
    ]
    everywhere = open_time(replace(rules, outside_hours=OutsideHours.EVERYONE), hours, window)
    return [part for period in everywhere for day in days if (part := period.clipped_to(day)) is not None]


def open_time(rules: BookingRules, hours: Hours, window: Period) -> list[Period]:
    """All time of the window, not cut at its ends, in which these rules let somebody without an organisation book."""
    if rules.outside_hours is not OutsideHours.EVERYONE:
        return hours.periods_within(window)
    closed = [
        Period(wall_instant(day, 0, hours.zone), wall_instant(day, MINUTES_OF_A_DAY, hours.zone))
        for day, changes in hours.changes.items()
        if changes and not hours.openings_on(day)
    ]
    return without([window], closed)
