"""The limits of shared purses: set for everybody or for one person, given more for a month, and read by the person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from app.identity.merging import Merge, on_merge
from app.plans.accounts import SpentMeanwhile
from app.plans.limit_facts import limits_in, own_limits
from app.plans.limits import Amounts, Counted, LimitShape, OwnLimits
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint
from app.platform.new_rows import NewRow

refuse_constraint("limit_step_once", SpentMeanwhile)

_shape = msgspec.json.Decoder(LimitShape)


def encoded(limits: LimitShape) -> str:
    """As the database keeps them."""
    return msgspec.json.encode(limits).decode()


def counted_row(counted: Counted, person: int) -> NewRow:
    """What a booking counts against the person's limits, to be inserted together with it.

    It breaks a constraint that means SpentMeanwhile where another booking was faster.
    """
    return NewRow(
        "limit_step",
        {"purse": counted.purse, "person": person, "month": counted.month, "step": counted.step},
    )


async def limits_for_all(purse: int) -> LimitShape:
    """The limits of everybody who has none of his own."""
    return _shape.decode(await fetch_value("SELECT limits FROM shared_purse WHERE id = $1", purse))


async def set_limits_for_all(purse: int, limits: LimitShape) -> None:
    """From now on they hold for everybody who has none of his own. What is booked stays as it is."""
    await execute("UPDATE shared_purse SET limits = $2 WHERE id = $1", purse, encoded(limits))


async def set_own_limits(purse: int, person: int, limits: LimitShape | None) -> None:
    """From now on they hold for this person instead of everybody's; None takes them away."""
    await execute(
        "UPDATE purse_member SET limits = $3 WHERE purse = $1 AND person = $2 AND last IS NULL",
        purse,
        person,
        None if limits is None else encoded(limits),
    )


async def people_with_own_limits(purse: int) -> Mapping[int, LimitShape]:
    """The limits of those who have their own, by their keys."""
    rows = await fetch(
        "SELECT person, limits FROM purse_member WHERE purse = $1 AND last IS NULL AND limits IS NOT NULL", purse
    )
    return {row["person"]: _shape.decode(row["limits"]) for row in rows}


async def give_extra(purse: int, person: int, month: date, amounts: Amounts, now: datetime) -> None:
    """The person may spend so much more in this month (its first day)."""
    await execute(
        "INSERT INTO purse_extra (purse, person, month, desk_halves, room_minutes, money, given_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        purse,
        person,
        month,
        amounts.desk_halves,
        amounts.room_minutes,
        amounts.money,
        now,
    )


async def own_limits_of(person: int, purse: int, first: date, last: date) -> OwnLimits | None:
    """What the person may spend from this purse in the months of these days, and has spent; None for who may not."""
    row = await fetch_row(
        "SELECT json_agg(t)::text AS limits FROM (SELECT "  # noqa: S608
        + own_limits("$3", "$4")
        + " FROM purse_member m JOIN shared_purse p ON p.id = m.purse"
        " WHERE m.person = $1 AND m.purse = $2 AND m.last IS NULL) t",
        person,
        purse,
        first,
        last,
    )
    return limits_in(row["limits"]).get(purse) if row is not None else None


async def purses_limiting(person: int, day: date) -> Sequence[OwnLimits]:
    """The person's limits in all shared purses, in the month of this day."""
    row = await fetch_row(
        "SELECT json_agg(t)::text AS limits FROM (SELECT "  # noqa: S608
        + own_limits("$2", "$2")
        + " FROM purse_member m JOIN shared_purse p ON p.id = m.purse"
        " WHERE m.person = $1 AND m.first <= $2 AND coalesce(m.last, 'infinity') >= $2) t",
        person,
        day,
    )
    return list(limits_in(row["limits"]).values()) if row is not None else []


@on_merge("limit_step.person")
async def _drop_steps(merge: Merge) -> None:
    """The steps of the record that stays go on."""
    await execute("DELETE FROM limit_step WHERE person = $1", merge.gone)


@on_merge("purse_extra.person")
async def _move_extras(merge: Merge) -> None:
    await execute("UPDATE purse_extra SET person = $1 WHERE person = $2", merge.kept, merge.gone)
