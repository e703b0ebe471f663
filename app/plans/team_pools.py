"""How a team's pools stand, as whoever looks after the team may see it.

What is left is told as of a midnight and never as of now. Below five people who may spend from a pool it is told in
three words, and in its last days not at all anew: a word that changes then would say on which day somebody works.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import wall_instant
from app.kernel.refusals import marked
from app.plans.team_days import FROM_POOL
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import fetch, fetch_value

SHOWN_FROM: Final = 5
"""From so many people on a number is told."""

STILL_DAYS: Final = 7
"""So many last days of an account nothing is told anew below that."""

_ZONE: Final = ZoneInfo("Europe/Berlin")


class PoolState(StrEnum):
    """How much is left of a pool."""

    PLENTY = "plenty"
    LOW = "low"
    EMPTY = "empty"


STATE_WORDS: Final[Mapping[PoolState, str]] = {
    PoolState.PLENTY: marked("reicht"),
    PoolState.LOW: marked("wird knapp"),
    PoolState.EMPTY: marked("leer"),
}


@dataclass(frozen=True, slots=True)
class PoolAccount:
    """An account that the people of a team share. `left` is in its units, and None where it would tell of somebody."""

    unit: Unit
    label: Mapping[str, str]
    starts_on: date
    ends_on: date | None
    granted: int
    left: int | None
    state: PoolState


@dataclass(frozen=True, slots=True)
class Pools:
    """All that holds on a day or soon, as of `as_of` (its first instant), for so many people."""

    accounts: Sequence[PoolAccount]
    people: int
    as_of: date

    @property
    def tells_numbers(self) -> bool:
        return self.people >= SHOWN_FROM

    def state_of(self, unit: Unit, today: date) -> PoolState | None:
        """How the pool of this unit stands on this day, all its accounts together; None where there is none."""
        states = [one.state for one in self.accounts if one.unit is unit and _holds_on(one, today)]
        if not states:
            return None
        return min(states, key=list(PoolState).index)


def state_of(unit: Unit, left: int, granted: int, low_percent: int, *, half_days: bool) -> PoolState:
    """In words. What is less than can be spent is nothing."""
    least = HALVES_OF_A_DAY if unit is Unit.DESK_DAY and not half_days else 1
    if left < least:
        return PoolState.EMPTY
    return PoolState.LOW if left * 100 <= granted * low_percent else PoolState.PLENTY


def told_as_of(today: date, ends_on: date | None, people: int) -> date:
    """The day at whose beginning an account is looked at."""
    if people >= SHOWN_FROM or ends_on is None:
        return today
    return min(today, ends_on - timedelta(days=STILL_DAYS - 1))


async def pools_of(purse: int, today: date, low_percent: int, *, until: date | None = None) -> Pools:
    """The pools of this purse that hold today or begin up to `until`."""
    people: int = await fetch_value(
        "SELECT count(*) FROM purse_member WHERE purse = $1 AND first <= $2 AND coalesce(last, 'infinity') >= $2",
        purse,
        today,
    )
    rows = await fetch(
        "SELECT e.id, e.unit, e.label_de, e.label_en, e.starts_on, e.ends_on, e.half_days FROM entitlement e"
        " JOIN team_account t ON t.entitlement = e.id AND t.seat_holding IS NULL"
        " WHERE e.purse = $1 AND e.left_units IS NOT NULL AND coalesce(e.ends_on, 'infinity') >= $2"
        " AND e.starts_on <= $3 ORDER BY e.starts_on, coalesce(e.ends_on, 'infinity'), e.id",
        purse,
        today,
        until or today,
    )
    found = []
    for row in rows:
        midnight = wall_instant(told_as_of(today, row["ends_on"], people), 0, _ZONE)
        [sums] = await fetch(
            "SELECT coalesce(sum(left_change) FILTER (WHERE is_bought), 0)::int AS granted,"
            " coalesce(sum(left_change) FILTER (WHERE is_bought OR at < $2), 0)::int AS left_then"
            " FROM (SELECT left_change, at, change IN ('grant', 'adjust') AND reason IS DISTINCT FROM $3 AS is_bought"
            " FROM entitlement_entry WHERE entitlement = $1) e",
            row["id"],
            midnight,
            FROM_POOL,
        )
        if not sums["granted"]:
            continue
        unit, left = Unit(row["unit"]), max(0, sums["left_then"])
        found.append(
            PoolAccount(
                unit,
                {"de": row["label_de"], "en": row["label_en"]},
                row["starts_on"],
                row["ends_on"],
                sums["granted"],
                left if people >= SHOWN_FROM else None,
                state_of(unit, left, sums["granted"], low_percent, half_days=row["half_days"]),
            )
        )
    return Pools(found, people, today)


def _holds_on(account: PoolAccount, day: date) -> bool:
    return account.starts_on <= day and (account.ends_on is None or day <= account.ends_on)
