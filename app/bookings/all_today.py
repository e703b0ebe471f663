"""How every space of the network stands today: in numbers, without anybody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.bookings.rules import Status
from app.identity.rules import Action, Actor, demand
from app.inventory.queries import Count, SpaceClock, SpaceWindow, count_free, hours_of
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.wall_time import Opening, local_day
from app.network.queries import SpaceCard, published_spaces
from app.platform.database import fetch

CLOSING_AHEAD: Final = timedelta(days=14)


class Alert(StrEnum):
    """What somebody should look at, the gravest first."""

    MAIL_FAILED = "mail_failed"
    SUSPENDED = "suspended"
    LEAVES = "leaves"
    NO_SHOWS = "no_shows"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class SpaceToday:
    """A space and its day. `free` counts desks for the rest of today's opening, None where it does not open again."""

    space: SpaceCard
    openings: Sequence[Opening]
    why_closed: str | None
    is_open: bool
    booked: int
    here: int
    no_shows: int
    failed_mails: int
    free: Count | None
    closes_on: Sequence[date]
    takes_until: datetime | None
    is_suspended: bool

    @property
    def alerts(self) -> list[Alert]:
        found = {
            Alert.MAIL_FAILED: self.failed_mails > 0,
            Alert.SUSPENDED: self.is_suspended,
            Alert.LEAVES: self.takes_until is not None and not self.is_suspended,
            Alert.NO_SHOWS: self.no_shows > 0,
            Alert.CLOSES: bool(self.closes_on),
        }
        return [alert for alert, holds in found.items() if holds]


async def all_spaces_today(actor: Actor, now: datetime, language: str) -> list[SpaceToday]:
    """All published spaces by name. Five queries for any number of them. Raises NotAllowed."""
    demand(actor, Action.SEE_ALL_SPACES)
    spaces = await published_spaces(now)
    clocks = [SpaceClock(s.id, s.time_zone, s.holiday_region, s.open_on_holidays) for s in spaces]
    days = {clock.space: local_day(now, clock.zone) for clock in clocks}
    if not days:
        return []
    hours = await hours_of(clocks, min(days.values()), max(days.values()) + CLOSING_AHEAD, language)
    counts, failed = await _counts(now), await _failed_mails(now)
    left = {space.id: _rest(hours[space.id], days[space.id], now) for space in spaces}
    windows = [SpaceWindow(space, rest) for space, rest in left.items() if rest is not None]
    free = dict(
        zip(
            (window.space for window in windows),
            await count_free(windows, Kind.DESK),
            strict=True,
        )
    )
    return [
        SpaceToday(
            space=space,
            openings=hours[space.id].openings_on(days[space.id]),
            why_closed=hours[space.id].why_closed(days[space.id]),
            is_open=any(p.starts_at <= now < p.ends_at for p in hours[space.id].periods_on(days[space.id])),
            free=free.get(space.id),
            closes_on=_closings(hours[space.id], days[space.id]),
            takes_until=hours[space.id].takes_until,
            is_suspended=_is_over(hours[space.id].takes_until, now),
            failed_mails=failed.get(space.id, 0),
            **counts.get(space.id, _NOTHING),
        )
        for space in spaces
    ]


_NOTHING: Final[Mapping[str, int]] = {"booked": 0, "here": 0, "no_shows": 0}


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _rest(hours: Hours, day: date, now: datetime) -> Period | None:
    """From now, or the next opening, to the end of the day's last opening."""
    ahead = [period for period in hours.periods_on(day) if period.ends_at > now]
    return Period(max(now, ahead[0].starts_at), ahead[0].ends_at) if ahead else None


def _closings(hours: Hours, today: date) -> list[date]:
    """Days ahead on which it is closed although the week would open it, holidays left out."""
    days = (today + timedelta(days=n) for n in range(1, CLOSING_AHEAD.days))
    return [
        day
        for day in days
        if hours.changes.get(day) and not hours.openings_on(day) and hours.week.get(day.isoweekday())
    ]


async def _counts(now: datetime) -> Mapping[int, Mapping[str, int]]:
    rows = await fetch(
        """
        WITH day AS (
            SELECT s.id, date_trunc('day', $1::timestamptz, s.time_zone) AS starts_at,
                   date_trunc('day', $1::timestamptz, s.time_zone) + interval '1 day' AS ends_at
              FROM space s WHERE s.retired_at IS NULL
        )
        SELECT b.space,
               count(*) FILTER (WHERE b.status = ANY($2::text[])) AS booked,
               count(*) FILTER (WHERE b.status = $3 AND b.starts_at <= $1 AND b.ends_at > $1) AS here,
               count(*) FILTER (WHERE b.status = $4) AS no_shows
          FROM day d JOIN booking b ON b.space = d.id AND b.starts_at < d.ends_at AND b.ends_at > d.starts_at
               AND b.starts_at > d.starts_at - interval '1 day'
         GROUP BY b.space
        """,
        now,
        [Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED],
        Status.CHECKED_IN,
        Status.NO_SHOW,
    )
    return {row["space"]: {name: row[name] for name in _NOTHING} for row in rows}


async def _failed_mails(now: datetime) -> Mapping[int, int]:
    """By space how many bookings from now on have a mail that could not be sent."""
    rows = await fetch(
        "SELECT b.space, count(DISTINCT b.id) AS failed FROM job j JOIN booking b ON b.id = j.aggregate_id"
        " WHERE j.state = 'dead' AND j.aggregate_kind = 'booking' AND starts_with(j.handler, 'mail.')"
        " AND b.ends_at > $1 GROUP BY b.space",
        now,
    )
    return {row["space"]: row["failed"] for row in rows}
