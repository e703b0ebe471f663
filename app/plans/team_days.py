"""Days that a team provides to its people, one by one: what pays for them, taken out of a pool and put back.

A day is decided on without what its person has booked: a seat without limit pays for it, else a pool gives a day of its
own. So who books for others learns nothing of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from app.plans.accounts import NewAccount, account_rows, expire
from app.plans.entries import entry_row
from app.plans.needs import Need, Scope
from app.plans.purses import ScopeShape
from app.plans.rules import Source
from app.plans.uses import Change, Entry, Unit, units_for
from app.platform.database import fetch, fetch_value
from app.platform.new_rows import NewRow, insert_together

_FROM_POOL = "team_day"


@dataclass(slots=True)
class Pool:
    """A team's shared account of desk days, of which so much is `left` for what is decided in one go; None without
    limit."""

    id: int
    left: int | None
    scope: Scope
    half_days: bool

    def units(self, need: Need) -> int:
        return units_for(Unit.DESK_DAY, need.minutes, half_days=self.half_days)

    def gives(self, need: Need) -> bool:
        return self.scope.covers(need) and (self.left is None or self.units(need) <= self.left)


@dataclass(frozen=True, slots=True)
class Seats:
    """Accounts without limit that a team provides to single people, by person."""

    accounts: Mapping[int, Sequence[tuple[int, Scope]]]

    def paying(self, person: int, need: Need) -> int | None:
        """The key of the person's account that pays for it."""
        return next((key for key, scope in self.accounts.get(person, ()) if scope.covers(need)), None)


async def seats_without_limit(purse: int, day: date) -> Seats:
    """Those that hold on this day."""
    rows = await fetch(
        "SELECT id, person, scope::text AS scope FROM entitlement WHERE purse = $1 AND person IS NOT NULL"
        " AND left_units IS NULL AND unit = 'desk_day' AND starts_on <= $2 AND coalesce(ends_on, 'infinity') >= $2"
        " AND expired_at IS NULL ORDER BY ends_on, id",
        purse,
        day,
    )
    found: dict[int, list[tuple[int, Scope]]] = {}
    for row in rows:
        found.setdefault(row["person"], []).append((row["id"], _scope(row["scope"])))
    return Seats(found)


async def pools_of(purse: int, day: date) -> list[Pool]:
    """The pools that hold on this day, the one that ends first first. Whoever takes more than is left when it is
    written decides again (SpentMeanwhile)."""
    rows = await fetch(
        "SELECT id, left_units, scope::text AS scope, half_days FROM entitlement WHERE purse = $1 AND person IS NULL"
        " AND unit = 'desk_day' AND starts_on <= $2 AND coalesce(ends_on, 'infinity') >= $2 AND expired_at IS NULL"
        " ORDER BY ends_on, id",
        purse,
        day,
    )
    return [Pool(row["id"], row["left_units"], _scope(row["scope"]), row["half_days"]) for row in rows]


async def people_who_spend(purse: int, day: date) -> int:
    """How many may spend from the purse on this day."""
    count: int = await fetch_value(
        "SELECT count(*) FROM purse_member WHERE purse = $1 AND first <= $2 AND coalesce(last, 'infinity') >= $2",
        purse,
        day,
    )
    return count


@dataclass(frozen=True, slots=True)
class ProvidedDay:
    """A day of work at one space that a team gives to somebody, as an account of the person's own."""

    purse: int
    person: int
    day: date
    space: int
    units: int
    half_days: bool
    team: str


async def new_days(days: Sequence[ProvidedDay], now: datetime) -> list[tuple[int, Sequence[NewRow]]]:
    """The key and the rows of each day's account, in their order; keys are drawn in one query."""
    keys = await fetch(
        "SELECT nextval(pg_get_serial_sequence('entitlement', 'id')) AS key FROM generate_series(1, $1)", len(days)
    )
    return [(row["key"], account_rows(row["key"], _account(one), now)) for row, one in zip(keys, days, strict=True)]


async def take_out(pool: int, units: int, actor: int, now: datetime) -> None:
    """So much of the pool has become days of single people."""
    entry = Entry(Change.ADJUST, left=-units)
    await insert_together(entry_row(pool, entry, now, actor=actor, reason=_FROM_POOL))


async def put_back(pool: int, units: int, actor: int | None, now: datetime) -> None:
    """The days are no more; an account that has ended meanwhile takes nothing."""
    lives = await fetch_value(
        "SELECT left_units IS NOT NULL FROM entitlement WHERE id = $1 AND expired_at IS NULL FOR UPDATE", pool
    )
    if lives:
        entry = Entry(Change.ADJUST, left=units)
        await insert_together(entry_row(pool, entry, now, actor=actor, reason=_FROM_POOL))


async def end_days(accounts: Sequence[int], now: datetime) -> None:
    """What is left of these days lapses."""
    for account in sorted(accounts):
        await expire(account, now)


def _account(one: ProvidedDay) -> NewAccount:
    return NewAccount(
        one.person,
        Unit.DESK_DAY,
        Source.TEAM,
        one.units,
        one.day,
        one.day,
        one.team,
        one.team,
        ScopeShape(spaces=[one.space]),
        half_days=one.half_days,
        purse=one.purse,
    )


def _scope(said: str) -> Scope:
    return msgspec.json.decode(said, type=ScopeShape).read()
