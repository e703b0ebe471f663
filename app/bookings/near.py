"""Where colleagues work who let one see it: by day, by distance, and which desk is free beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.facts import free_resources
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import LONGEST, DayPart, Status
from app.bookings.search import Wanted, window_of
from app.bookings.seating import nearest_to
from app.bookings.team_booking import seats_of
from app.identity.queries import people
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Kind, wall_instant
from app.kernel.refusals import NotFound
from app.network.geography import Located, Position, distance_km
from app.network.queries import space_by_id
from app.teams.colleagues import whom_one_sees

_SHOWN: Final = [Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED]
_ZONE: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class ColleagueDay:
    """A colleague's day at a space; the times only where he lets them be seen. `km` as the crow flies, where asked."""

    person: int
    name: str
    day: date
    space: int
    slug: str
    space_name: str
    space_address: str
    at: Position
    updated_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    km: float | None = None


async def days_of_colleagues(viewer: int, first: date, last: date, *, team: int | None = None) -> list[ColleagueDay]:
    """The days on which colleagues work at a desk who let the viewer see it, by day and name; of one team or of all."""
    seen = await whom_one_sees(viewer)
    with_times: dict[int, bool] = {}
    for key, found in seen.items():
        if team is None or key == team:
            for person, times in found:
                with_times[person] = with_times.get(person, False) or times
    if not with_times:
        return []
    bookings = await _at_desks(list(with_times), first, last)
    known = await people(set(with_times))
    by_day: dict[tuple[date, str, int, int], list[BookingCard]] = {}
    for booking in bookings:
        day = booking.starts_at.date()
        if first <= day <= last:
            by_day.setdefault((day, known[booking.person].name, booking.person, booking.space.id), []).append(booking)
    return [
        _day(day, name, together, times=with_times[person])
        for (day, name, person, _), together in sorted(by_day.items(), key=lambda item: item[0])
    ]


async def near_on(viewer: int, day: date, here: Located | None, *, team: int) -> list[ColleagueDay]:
    """Who of them works where that day, the nearest first; without a point by name."""
    found = await days_of_colleagues(viewer, day, day, team=team)
    if here is None:
        return found
    measured = [replace(one, km=distance_km(here, one.at)) for one in found]
    return sorted(measured, key=lambda one: (one.km or 0, one.name))


@dataclass(frozen=True, slots=True)
class Beside:
    """The free desk nearest to a colleague's that day; without one the space has none at all."""

    space: str
    desk: str | None


async def desk_beside(viewer: int, colleague: int, day: date, now: datetime, *, team: int) -> Beside:
    """For the whole day, as long as the space is open. Raises NotFound where the viewer may not see the day."""
    may_see = any(person == colleague for person, _ in (await whom_one_sees(viewer)).get(team, ()))
    theirs = [one for one in await _at_desks([colleague], day, day) if one.starts_at.date() == day] if may_see else []
    if not theirs:
        raise NotFound
    booking = theirs[0]
    space = await space_by_id(booking.space.id)
    assert space is not None, "a booking has a space"
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], day, day))[space.id]
    period = await window_of(space.id, Wanted(day, DayPart.WHOLE_DAY), hours, now, person=viewer)
    free = await free_resources(space.id, Kind.DESK, period) if period is not None else []
    seats = await seats_of([booking.resource.id, *(desk.id for desk in free)])
    nearest = nearest_to(seats[0], seats[1:])
    by_key: Mapping[int, str] = {desk.id: desk.public_id for desk in free}
    return Beside(space.slug, by_key[nearest[0].id] if nearest else None)


async def _at_desks(colleagues: Sequence[int], first: date, last: date) -> list[BookingCard]:
    return await bookings_where(
        "b.person = ANY($1::bigint[]) AND b.starts_at >= $2 AND b.starts_at < $3 AND b.status = ANY($4)"
        " AND r.kind = 'desk' AND b.organisation IS NULL ORDER BY b.starts_at, b.id",
        list(colleagues),
        wall_instant(first, 0, _ZONE) - LONGEST,
        wall_instant(last + timedelta(days=1), 0, _ZONE) + LONGEST,
        _SHOWN,
    )


def _day(day: date, name: str, bookings: Sequence[BookingCard], *, times: bool) -> ColleagueDay:
    space = bookings[0].space
    return ColleagueDay(
        bookings[0].person,
        name,
        day,
        space.id,
        space.slug,
        space.name,
        space.address,
        Position(space.lat, space.lng),
        max(booking.updated_at for booking in bookings),
        min(booking.starts_at for booking in bookings) if times else None,
        max(booking.ends_at for booking in bookings) if times else None,
    )
