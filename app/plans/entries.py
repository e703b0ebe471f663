"""Accounts as they are locked, what somebody's day has used of them, and the rows of their entries."""

from dataclasses import dataclass
from datetime import date, datetime

from app.plans.uses import Entry, Unit, Use
from app.platform.database import fetch_row
from app.platform.new_rows import NewRow


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account that nobody else enters into. `credit` is the account of money that a day was bought out of."""

    id: int
    unit: Unit
    half_days: bool
    is_ticket: bool
    credit: int | None
    gives_back: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a booking has taken of an account: `booked` and not given back, `spent` of it, on a person's day."""

    account: LockedAccount
    person: int
    day: date
    booked: int
    spent: int
    use: Use


async def lock_account(entitlement: int) -> LockedAccount | None:
    """The account, which nobody else enters into until the transaction ends; None for one without limit, which has no
    entries. A day that was bought is locked before the account of money behind it."""
    row = await fetch_row(
        "SELECT id, unit, half_days, charge IS NOT NULL OR credit IS NOT NULL AS is_ticket, credit,"
        " NOT no_show_spends AND expired_at IS NULL AS gives_back"
        " FROM entitlement WHERE id = $1 AND left_units IS NOT NULL FOR UPDATE",
        entitlement,
    )
    if row is None:
        return None
    return LockedAccount(
        row["id"], Unit(row["unit"]), row["half_days"], row["is_ticket"], row["credit"], row["gives_back"]
    )


async def lock_taken(entitlement: int, booking: int) -> Taken | None:
    """What the booking has taken last, which is of its latest day; None where it has taken nothing."""
    account = await lock_account(entitlement)
    row = await fetch_row(
        "SELECT person, day, sum(booked_change)::int AS booked,"
        " coalesce(-sum(held_change) FILTER (WHERE change = 'consume'), 0)::int AS spent"
        " FROM entitlement_entry WHERE entitlement = $1 AND booking = $2 AND ticket IS NULL GROUP BY person, day"
        " ORDER BY max(id) DESC LIMIT 1",
        entitlement,
        booking,
    )
    if account is None or row is None:
        return None
    use = await use_of(entitlement, row["person"], row["day"])
    return Taken(account, row["person"], row["day"], row["booked"], row["spent"], use)


async def use_of(entitlement: int, person: int, day: date, *, ticket: int | None = None) -> Use:
    """What the day has used: for this bought day, or for everything else that is not one. Its steps are all of them."""
    row = await fetch_row(
        "SELECT coalesce(sum(booked_change) FILTER (WHERE is_its), 0)::int AS booked,"
        " coalesce(sum(held_change) FILTER (WHERE is_its), 0)::int AS held,"
        " coalesce(-sum(left_change + held_change) FILTER (WHERE is_its), 0)::int AS consumed,"
        " coalesce(max(step), 0) AS step"
        " FROM (SELECT *, ticket IS NOT DISTINCT FROM $4 AS is_its FROM entitlement_entry) x"
        " WHERE entitlement = $1 AND person = $2 AND day = $3",
        entitlement,
        person,
        day,
        ticket,
    )
    assert row is not None, "it adds up"
    return Use(row["booked"], row["held"], row["consumed"], row["step"])


def use_row(
    entitlement: int,
    entry: Entry,
    step: int,
    person: int,
    day: date,
    booking: int | None,
    now: datetime,
    ticket: int | None = None,
) -> NewRow:
    """The entry of a use; `ticket` is the bought day that it pays for."""
    return entry_row(entitlement, entry, now, person=person, day=day, step=step, booking=booking, ticket=ticket)


def entry_row(entitlement: int, entry: Entry, now: datetime, **columns: object) -> NewRow:
    """An entry of an account."""
    return NewRow(
        "entitlement_entry",
        {
            "entitlement": entitlement,
            "change": entry.change,
            "left_change": entry.left,
            "held_change": entry.held,
            "booked_change": entry.booked,
            "at": now,
            **columns,
        },
    )
