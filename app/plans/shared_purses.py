"""Purses that one payer fills for several people: who may spend from them, and on which days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.identity.merging import Merge, on_merge
from app.plans.accounts import expire
from app.platform.database import execute, fetch, fetch_row, fetch_value

_A_DAY = timedelta(days=1)


async def new_purse(payer: int, now: datetime) -> int:
    """The key of an empty purse. Call it in the transaction of what it is for."""
    key: int = await fetch_value(
        "INSERT INTO shared_purse (payer, created_at) VALUES ($1, $2) RETURNING id", payer, now
    )
    return key


async def let_spend(purse: int, person: int, first: date, last: date | None = None) -> None:
    """The person may spend from the purse from this day on; quietly where he may already."""
    await execute(
        "INSERT INTO purse_member (purse, person, first, last) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        purse,
        person,
        first,
        last,
    )


async def end_spending(purse: int, person: int, first_without: date, now: datetime) -> None:
    """From this day on the person spends no more from the purse. What is booked with it stays as it is.

    What the purse provides to this person alone may be given to somebody else before; what is left of it lapses.
    """
    await execute(
        "UPDATE purse_member SET last = greatest($3::date, first - 1) WHERE purse = $1 AND person = $2"
        " AND (last IS NULL OR last > $3)",
        purse,
        person,
        first_without - _A_DAY,
    )
    rows = await fetch(
        "SELECT id FROM entitlement WHERE purse = $1 AND person = $2 AND expired_at IS NULL ORDER BY id", purse, person
    )
    for row in rows:
        await expire(row["id"], now)


async def end_purse(purse: int, last: date) -> None:
    """After this day nobody spends from the purse. What is booked with it stays as it is."""
    await execute(
        "UPDATE purse_member SET last = greatest($2::date, first - 1) WHERE purse = $1 AND (last IS NULL OR last > $2)",
        purse,
        last,
    )


async def keep_purse(purse: int, last: date, people: Sequence[int]) -> None:
    """Takes `end_purse` of this day back for these people."""
    await execute(
        "UPDATE purse_member SET last = NULL WHERE purse = $1 AND last = greatest($2, first - 1)"
        " AND person = ANY($3::bigint[])",
        purse,
        last,
        list(people),
    )


@dataclass(frozen=True, slots=True)
class PurseFacts:
    """What has been done with a purse, for who sets it up; nothing of what was spent."""

    is_filled: bool
    has_limits: bool


async def purse_facts(purse: int) -> PurseFacts:
    """Whether anything was ever put in, and whether it has limits."""
    row = await fetch_row(
        "SELECT EXISTS (SELECT FROM entitlement WHERE purse = $1) AS is_filled,"
        " coalesce(limits::text, '{}') <> '{}' AS has_limits FROM shared_purse WHERE id = $1",
        purse,
    )
    assert row is not None, "purses are never deleted"
    return PurseFacts(row["is_filled"], row["has_limits"])


@on_merge("purse_member.person")
async def _move_purse_members(merge: Merge) -> None:
    """Where both may spend, the one that stays keeps its own limits, since the first day and until the last of
    either."""
    both = (
        "k.person = $1 AND g.person = $2 AND k.purse = g.purse"
        " AND coalesce(k.last, 'infinity') >= $3 AND coalesce(g.last, 'infinity') >= $3"
    )
    people = (merge.kept, merge.gone, merge.now.date())
    await execute(
        "UPDATE purse_member k SET first = least(k.first, g.first),"  # noqa: S608
        " last = nullif(greatest(coalesce(k.last, 'infinity'), coalesce(g.last, 'infinity')), 'infinity')"
        f" FROM purse_member g WHERE {both}",
        *people,
    )
    await execute(f"DELETE FROM purse_member g USING purse_member k WHERE {both}", *people)  # noqa: S608
    await execute("UPDATE purse_member SET person = $1 WHERE person = $2", merge.kept, merge.gone)
