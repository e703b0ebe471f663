"""What a team used and what it cost in a month, told once the month is over and never anew.

What happens to bookings of a closed month later changes nothing of what was told, so that two reports never differ by
one person's day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from app.insights.suppression import Told, told_by_group, told_by_place
from app.platform.database import execute, fetch, fetch_value

OPEN_FOR: Final = 3
"""So many days of the next month are waited for what is settled late."""

NO_COST_CENTRE: Final = ""

_A_DAY: Final = timedelta(days=1)


class Measure(StrEnum):
    """What is told by cost centre: half days and minutes out of seats and pools, and what was paid by use, in minor
    units. Nothing of one follows from another, because each use is counted in one of them."""

    HALF_DAYS = "desk_day"
    MINUTES = "room_minute"
    BY_USE = "money"


class Sums(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is told of one measure, by the key of a cost centre or space; no total is told where nothing may be."""

    total: int | None = None
    parts: dict[str, int] = {}

    @property
    def rest(self) -> int:
        """What all others have together."""
        return (self.total or 0) - sum(self.parts.values())


class MonthTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is ever told of a month. `provided` is what the team had accounts for, `groups` are the cost centres
    that somebody belonged to; `contracts` is what was due for seats, pools and the like, whoever used them, gross in
    minor units."""

    provided: list[Measure] = []
    groups: list[str] = []
    half_days: Sums = Sums()
    minutes: Sums = Sums()
    by_use: Sums = Sums()
    spaces: Sums = Sums()
    contracts: int = 0
    currency: str = "EUR"

    def of(self, measure: Measure) -> Sums:
        """What is told of this measure."""
        return {Measure.HALF_DAYS: self.half_days, Measure.MINUTES: self.minutes, Measure.BY_USE: self.by_use}[measure]

    def share_of_contracts(self, group: str) -> int | None:
        """What the contracts cost by the days of a cost centre, as far as both are told."""
        days, total = self.half_days.parts.get(group), self.half_days.total
        return round(self.contracts * days / total) if days is not None and total else None


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """A month, by its first day, and what is told of it."""

    month: date
    told: MonthTold


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What one person's day took from the accounts of a purse. `space` is where it began."""

    person: int
    day: date
    measure: Measure
    units: int
    space: int | None


async def close_team_months(now: datetime, today: date) -> int:
    """Tells each month of each team that is over and was not told yet; how many."""
    last = month_of(month_of(today - timedelta(days=OPEN_FOR)) - _A_DAY)
    rows = await fetch(
        "SELECT t.id, t.payer, t.purse, starts::date AS month FROM team t CROSS JOIN LATERAL"
        " generate_series(date_trunc('month', t.founded_at), least($1::date, t.ended_at), '1 month') AS starts"
        " WHERE t.purse IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM team_month m WHERE m.team = t.id AND m.month = starts::date)"
        " ORDER BY starts, t.id",
        last,
    )
    for row in rows:
        told = await _told(row["id"], row["payer"], row["purse"], row["month"])
        await execute(
            "INSERT INTO team_month (team, month, told, closed_at) VALUES ($1, $2, $3::jsonb, $4)"
            " ON CONFLICT DO NOTHING",
            row["id"],
            row["month"],
            msgspec.json.encode(told).decode(),
            now,
        )
    return len(rows)


async def team_months(team: int, first: date, last: date) -> list[TeamMonth]:
    """The closed months from the one of `first` to the one of `last`, the latest first."""
    rows = await fetch(
        "SELECT month, told FROM team_month WHERE team = $1 AND month BETWEEN $2 AND $3 ORDER BY month DESC",
        team,
        month_of(first),
        month_of(last),
    )
    return [TeamMonth(row["month"], msgspec.json.decode(row["told"], type=MonthTold)) for row in rows]


async def years_told(team: int) -> list[int]:
    """The years of which months are closed, the latest first."""
    rows = await fetch(
        "SELECT DISTINCT extract(year FROM month)::int AS year FROM team_month WHERE team = $1 ORDER BY 1 DESC", team
    )
    return [row["year"] for row in rows]


async def days_of_use(purse: int, first: date, last: date) -> Sequence[DayOfUse]:
    """What the people of a purse used on these days.

    Out of accounts with a limit it is what their entries say; out of those without, what is booked with them. A day
    that was bought with money counts as money alone.
    """
    rows = await fetch(_USES, purse, first, last)
    return [DayOfUse(**{**row, "measure": Measure(row["measure"])}) for row in rows]


async def cost_centres_in(team: int, month: date) -> Mapping[int, str]:
    """Who belonged to the team in that month, with the key of the cost centre that the person has now."""
    rows = await fetch(
        "SELECT DISTINCT ON (person) person, coalesce(cost_centre::text, '') AS cost_centre FROM team_member"
        " WHERE team = $1 AND joined_at < $3::date AND (left_at IS NULL OR left_at >= $2::date)"
        " ORDER BY person, joined_at DESC",
        team,
        month,
        _next_month(month),
    )
    return {row["person"]: row["cost_centre"] for row in rows}


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


async def _told(team: int, payer: int, purse: int, month: date) -> MonthTold:
    uses = await days_of_use(purse, month, last_day_of(month))
    group_of = dict.fromkeys((use.person for use in uses), NO_COST_CENTRE) | dict(await cost_centres_in(team, month))
    by_group = {measure: told_by_group(group_of, units_of(uses, measure)) for measure in Measure}
    half_days = by_group[Measure.HALF_DAYS]
    return MonthTold(
        provided=await _provided(purse, month),
        groups=sorted(set(group_of.values())),
        half_days=_sums(half_days),
        minutes=_sums(by_group[Measure.MINUTES]),
        by_use=_sums(by_group[Measure.BY_USE]),
        spaces=_sums(told_by_place(half_days, group_of, _by_space(uses))),
        contracts=await _contracts(payer, month),
    )


def units_of(uses: Sequence[DayOfUse], measure: Measure) -> Mapping[int, int]:
    """How much of it each person used."""
    units: dict[int, int] = defaultdict(int)
    for use in uses:
        if use.measure is measure:
            units[use.person] += use.units
    return units


def _by_space(uses: Sequence[DayOfUse]) -> Mapping[str, Mapping[int, int]]:
    units: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for use in uses:
        if use.measure is Measure.HALF_DAYS:
            units[str(use.space or "")][use.person] += use.units
    return units


def _sums(told: Told[str]) -> Sums:
    return Sums(told.total, dict(told.groups))


async def _provided(purse: int, month: date) -> list[Measure]:
    rows = await fetch(
        "SELECT DISTINCT unit FROM entitlement WHERE purse = $1 AND charge IS NULL AND starts_on < $3"
        " AND coalesce(ends_on, 'infinity') >= $2",
        purse,
        month,
        _next_month(month),
    )
    found = {row["unit"] for row in rows}
    return [measure for measure in Measure if measure in found]


async def _contracts(payer: int, month: date) -> int:
    """What is due in that month for contracts, whatever was used of them. What was charged for use, for a budget and
    for desks booked for others is in no sum: it says what somebody has spent."""
    amount: int = await fetch_value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM charge WHERE payer = $1 AND supply_from >= $2"
        " AND supply_from < $3 AND key LIKE 'team_contract:%'",
        payer,
        month,
        _next_month(month),
    )
    return amount


def last_day_of(month: date) -> date:
    """The last day of the month that begins on this day."""
    return _next_month(month) - _A_DAY


def _next_month(month: date) -> date:
    return month_of(month + timedelta(days=31))


_USES: Final = """
WITH account AS (
    SELECT id, unit FROM entitlement WHERE purse = $1 AND charge IS NULL
), entry AS (
    SELECT x.entitlement, x.person, x.day, x.booking, -sum(x.left_change) AS units, sum(x.booked_change) AS booked
      FROM account a JOIN entitlement_entry x ON x.entitlement = a.id
     WHERE x.day BETWEEN $2 AND $3
     GROUP BY x.entitlement, x.person, x.day, x.booking
), spent AS (
    SELECT e.entitlement, e.person, e.day, sum(e.units) AS units,
           min(e.booking) FILTER (WHERE e.booked > 0) AS booking
      FROM entry e GROUP BY e.entitlement, e.person, e.day
)
SELECT s.person, s.day, a.unit AS measure, s.units::int AS units, b.space
  FROM spent s JOIN account a ON a.id = s.entitlement LEFT JOIN booking b ON b.id = s.booking WHERE s.units > 0
"""
