"""The search near home: which spaces lie near, what is free there that day, and on the days around it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.bookings.availability import count_bookable, open_time
from app.bookings.outside_hours import any_time_asked, open_to
from app.bookings.rules import DAY_PARTS, GRID, DayPart, window_at
from app.inventory.booking_rules import NOTHING_SAID, BookingRules, OutsideHours, SpaceRules, rules_of
from app.inventory.needs import OF_TIME
from app.inventory.on_site import on_site_of
from app.inventory.queries import Count, SpaceClock, SpaceWindow, hours_of, totals
from app.inventory.rules import Hours, Kind, wall_instant
from app.inventory.staffing import OnSite, time_fits
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.network.gazetteer import gazetteer
from app.network.geography import Position, distance_km
from app.network.places import Station
from app.network.queries import SpaceCard, published_spaces
from app.network.rules import space_fits

RADIUS_KM = 15.0
DAYS_SHOWN = 7
STATION_NEAR_KM = 1.0
DAYS_LOOKED_AHEAD = 14


@dataclass(frozen=True, slots=True)
class Wanted:
    """When somebody wants to work: a day, and a part of it or own times in minutes of the wall clock."""

    day: date
    part: DayPart
    own: Opening | None = None

    def span(self) -> Opening:
        """The wanted time of the day."""
        if self.part is DayPart.OWN:
            if self.own is None:
                raise ValueError("own times are missing")
            return self.own
        return Opening(*DAY_PARTS[self.part])

    def at(self, hours: Hours, now: datetime, day: date | None = None, said: SpaceRules | None = None) -> Period | None:
        """What of it a space with these hours can give that day (another than the wanted, if told).

        Where it is closed then, what counts is what the rules let everybody book round the clock.
        """
        window = self._by(NOTHING_SAID, hours, now, day)
        if window is None and (at_any_time := round_the_clock(said)) is not None:
            return self._by(at_any_time, hours, now, day)
        return window

    def _by(self, rules: BookingRules, hours: Hours, now: datetime, day: date | None) -> Period | None:
        day, span = day or self.day, self.span()
        wanted = Period(wall_instant(day, span.opens, hours.zone), wall_instant(day, span.closes, hours.zone))
        open_then = open_time(rules, hours, wanted)
        if self.part is DayPart.OWN and not any(period.contains(wanted) for period in open_then):
            return None
        return window_at(open_then, wanted, now)

    def literally(self, hours: Hours, now: datetime) -> Period | None:
        """Own times as they are said, open or not, for what is booked round the clock; None for others and the past."""
        if self.own is None or self.part is not DayPart.OWN:
            return None
        starts_at, ends_at = (wall_instant(self.day, at, hours.zone) for at in (self.own.opens, self.own.closes))
        return Period(starts_at, ends_at) if now - GRID < starts_at < ends_at else None

    def is_over(self, hours: Hours, now: datetime, day: date | None = None, said: SpaceRules | None = None) -> bool:
        """Whether it comes too late: what the space could have given when the day began, it cannot now."""
        dawn = wall_instant(day or self.day, 0, hours.zone)
        return dawn < now and self.at(hours, now, day, said) is None and self.at(hours, dawn, day, said) is not None


def round_the_clock(said: SpaceRules | None) -> BookingRules | None:
    """Rules of the space by which everybody may book outside its hours."""
    rules = said.rules if said else ()
    return next((each for each in rules if each.outside_hours is OutsideHours.EVERYONE), None)


async def window_of(
    space: int, wanted: Wanted, hours: Hours, now: datetime, *, person: int | None = None
) -> Period | None:
    """What this space can give this person of the wanted time; own times as they are where it lets something be booked
    then.
    """
    window = wanted.at(hours, now)
    if window is not None:
        return window
    said = (await rules_of({space})).get(space)
    seen = open_to(said, space, await any_time_asked(person, said.rules if said else ()), wanted.day)
    if (window := wanted.at(hours, now, said=seen)) is not None:
        return window
    if said and any(rules.outside_hours is not OutsideHours.NOBODY for rules in said.rules):
        return wanted.literally(hours, now)
    return None


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for: a kind near a point, some time, and what must be there (words of inventory/needs.py)."""

    here: Position
    wanted: Wanted
    kind: Kind = Kind.DESK
    radius_km: float = RADIUS_KM
    features: Collection[str] = ()
    near_station: bool = False
    only_free: bool = False


@dataclass(frozen=True, slots=True)
class SpaceFound:
    """A space in the result: how far, which time it can give, how much is free of how many.

    `outside_hours` where the space is closed then, and what is free is what the person may book round the clock.
    """

    space: SpaceCard
    distance_km: float
    openings: Sequence[Opening]
    why_closed: str | None
    is_over: bool
    window: Period | None
    outside_hours: bool
    count: Count
    station: Station
    station_km: float
    on_site: OnSite

    @property
    def is_open(self) -> bool:
        return self.window is not None


@dataclass(frozen=True, slots=True)
class DayFound:
    """One day of the week strip; `free` is None where no space near is open then, or none any more: `is_over`."""

    day: date
    free: int | None
    total: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search: spaces by distance, the week around the day, and where to look when nothing is free."""

    spaces: Sequence[SpaceFound]
    days: Sequence[DayFound]
    next_day: DayFound | None
    next_space: SpaceFound | None

    @property
    def free(self) -> int:
        return sum(found.count.free for found in self.spaces)


async def search_spaces(
    search: Search, today: date, now: datetime, language: str, *, person: int | None = None
) -> Found:
    """Looks for spaces within the radius. Free counts what this person could book now for the whole time shown.

    What is wanted leaves out spaces, and of those that stay the resources that don't fit; what must hold during the
    time leaves out days. The list is ordered by distance alone. Six queries, however many spaces and bookings there
    are, and up to three more where rules ask who it is.
    """
    words = frozenset(search.features)
    everywhere = [space for space in await published_spaces(now) if space_fits(words, space.features, space.measures)]
    distances = {space.id: distance_km(search.here, space) for space in everywhere}
    stations = {space.id: gazetteer().nearest_station(space.lat, space.lng) for space in everywhere}
    if search.near_station:
        everywhere = [space for space in everywhere if stations[space.id][1] <= STATION_NEAR_KM]
    everywhere.sort(key=lambda space: (distances[space.id], space.name))
    of_kind = await totals([space.id for space in everywhere], search.kind, words)
    everywhere = [space for space in everywhere if space.id in of_kind]
    days = _days_around(search.wanted.day, today)
    clocks = [SpaceClock(s.id, s.time_zone, s.holiday_region, s.open_on_holidays) for s in everywhere]
    hours = await hours_of(clocks, days[0], days[-1], language)
    everywhere = [space for space in everywhere if _is_offered(hours[space.id], now)]
    on_site = await on_site_of({s.id: hours[s.id] for s in everywhere}, days[0], days[-1], language)
    said = await rules_of({space.id for space in everywhere}, search.kind)
    at_any_time = await any_time_asked(person, (rules for each in said.values() for rules in each.rules))
    near = {space.id for space in everywhere if distances[space.id] <= search.radius_km}

    windows: dict[tuple[int, date], SpaceWindow] = {}
    for space in everywhere:
        for day in days if space.id in near else [search.wanted.day]:
            seen = open_to(said.get(space.id), space.id, at_any_time, day)
            period = search.wanted.at(hours[space.id], now, day, seen)
            if period is not None and hours[space.id].takes(period) and time_fits(words, on_site[space.id], period):
                windows[space.id, day] = SpaceWindow(space.id, period)
    asked = list(windows.values())
    bookable = await count_bookable(asked, search.kind, hours, now, person=person, words=words, said=said)
    counts = dict(zip(windows, bookable, strict=True))
    if not words.isdisjoint(OF_TIME):
        everywhere = [space for space in everywhere if (space.id, search.wanted.day) in windows]

    def is_over(space: int, day: date) -> bool:
        return search.wanted.is_over(hours[space], now, day, open_to(said.get(space), space, at_any_time, day))

    def found(space: SpaceCard) -> SpaceFound:
        window = windows.get((space.id, search.wanted.day))
        station, station_km = stations[space.id]
        return SpaceFound(
            space=space,
            distance_km=distances[space.id],
            openings=hours[space.id].openings_on(search.wanted.day),
            why_closed=hours[space.id].why_closed(search.wanted.day),
            is_over=window is None and is_over(space.id, search.wanted.day),
            window=window.period if window else None,
            outside_hours=window is not None and not hours[space.id].covers(window.period),
            count=counts.get((space.id, search.wanted.day), Count(0, of_kind[space.id])),
            station=station,
            station_km=station_km,
            on_site=on_site[space.id],
        )

    def day_found(day: date) -> DayFound:
        there = [counts[key] for key in counts if key[1] == day and key[0] in near]
        if not there:
            return DayFound(day, None, 0, any(is_over(space, day) for space in near))
        return DayFound(day, sum(count.free for count in there), sum(count.total for count in there), is_over=False)

    all_found = [found(space) for space in everywhere]
    spaces = [f for f in all_found if f.space.id in near and (f.count.free or not search.only_free)]
    strip = [day_found(day) for day in days]
    if sum(f.count.free for f in spaces):
        return Found(spaces, strip, None, None)
    return Found(
        spaces,
        strip,
        min(
            (day for day in strip if day.free),
            key=lambda day: (abs((day.day - search.wanted.day).days), day.day),
            default=None,
        ),
        next((f for f in all_found if f.space.id not in near and f.count.free), None),
    )


def _is_offered(hours: Hours, now: datetime) -> bool:
    """A space whose operator is suspended is not offered; one that leaves later is, until then."""
    return hours.takes_until is None or hours.takes_until > now


def _days_around(day: date, today: date) -> list[date]:
    """The wanted day with the one before it and the five after it, never starting before today."""
    first = max(min(today, day), day - timedelta(days=1))
    return [first + timedelta(days=n) for n in range(DAYS_SHOWN)]


@dataclass(frozen=True, slots=True)
class NextFree:
    """The next day on which a space can give the wanted time, and how much is free then."""

    day: date
    free: int


async def next_free_day(
    space: int,
    hours: Hours,
    wanted: Wanted,
    kind: Kind,
    now: datetime,
    words: Collection[str] = (),
    *,
    person: int | None = None,
) -> NextFree | None:
    """Looks at the two weeks after the wanted day; `hours` must reach that far. Counts what fits the words."""
    days = [wanted.day + timedelta(days=n) for n in range(1, DAYS_LOOKED_AHEAD + 1)]
    said = await rules_of({space}, kind)
    at_any_time = await any_time_asked(person, (rules for each in said.values() for rules in each.rules))
    seen = {day: open_to(said.get(space), space, at_any_time, day) for day in days}
    windows = {day: period for day in days if (period := wanted.at(hours, now, day, seen[day])) is not None}
    asked = [SpaceWindow(space, period) for period in windows.values()]
    counts = await count_bookable(asked, kind, {space: hours}, now, person=person, words=words, said=said)
    return next((NextFree(day, count.free) for day, count in zip(windows, counts, strict=True) if count.free), None)
