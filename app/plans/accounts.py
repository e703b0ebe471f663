"""Entitlements as accounts: opened with what is granted, and entered into. Nothing of them is ever overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import Refusal, marked
from app.plans.entries import entry_row, lock_account, lock_taken, use_of, use_row
from app.plans.purses import EVERYWHERE, ScopeShape
from app.plans.rules import Source
from app.plans.tickets import settle_ticket, spend_credit
from app.plans.uses import Change, Entry, Unit, Use, after, consume, release, units_for, unused
from app.platform.database import (
    DecidedTooLate,
    execute,
    fetch,
    fetch_row,
    fetch_value,
    refuse_constraint,
    retried,
    transaction,
)
from app.platform.new_rows import NewRow, insert_together
from app.platform.random_ids import new_public_id


class SpentMeanwhile(DecidedTooLate):
    """Another booking has just used the same account; decide again on what is left."""

    code = "entitlement_spent_meanwhile"
    text = marked("Dieses Guthaben wurde gerade für eine andere Buchung gebraucht. Bitte versuchen Sie es noch einmal.")


refuse_constraint("entitlement_never_below_zero", SpentMeanwhile)
refuse_constraint("entitlement_entry_step", SpentMeanwhile)


class NotSoMuchLeft(Refusal):
    """An adjustment would take more than is left."""

    code = "not_so_much_left"
    text = marked("So viel ist nicht mehr übrig.")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An entitlement to be opened. `units` is what is granted; None opens one without limit. A shared one, provided by
    a `purse`, has no person."""

    person: int | None
    unit: Unit
    source: Source
    units: int | None
    starts_on: date
    ends_on: date | None
    label_de: str
    label_en: str
    scope: ScopeShape = EVERYWHERE
    half_days: bool = False
    membership: int | None = None
    bought: int | None = None
    charge: int | None = None
    credit: int | None = None
    no_show_spends: bool = True
    purse: int | None = None


async def open_account(account: NewAccount, now: datetime) -> int:
    """Its key. Call it inside the transaction of what it comes from."""
    key, rows = await new_account(account, now)
    await insert_together(*rows)
    return key


async def new_account(account: NewAccount, now: datetime) -> tuple[int, list[NewRow]]:
    """The drawn key of an account and its rows, to be inserted together with what it comes from."""
    key: int = await fetch_value("SELECT nextval(pg_get_serial_sequence('entitlement', 'id'))")
    return key, account_rows(key, account, now)


def account_rows(key: int, account: NewAccount, now: datetime) -> list[NewRow]:
    """The rows of an account with this key: itself, and what it is granted."""
    opened = NewRow(
        "entitlement",
        {
            "id": key,
            "public_id": new_public_id(),
            "person": account.person,
            "unit": account.unit,
            "source": account.source,
            "membership": account.membership,
            "pass": account.bought,
            "charge": account.charge,
            "purse": account.purse,
            "credit": account.credit,
            "label_de": account.label_de,
            "label_en": account.label_en,
            "starts_on": account.starts_on,
            "ends_on": account.ends_on,
            "scope": msgspec.to_builtins(account.scope),
            "half_days": account.half_days,
            "no_show_spends": account.no_show_spends,
            "left_units": None if account.units is None else 0,
            "created_at": now,
        },
    )
    granted = [entry_row(key, Entry(Change.GRANT, left=account.units), now)] if account.units else []
    return [opened, *granted]


def new_use(
    entitlement: int,
    use: Use,
    entry: Entry,
    person: int,
    day: date,
    booking: int,
    now: datetime,
    ticket: int | None = None,
) -> NewRow:
    """The entry with which a booking is paid, or its bought day (`ticket`), to be inserted together with it.

    It breaks a constraint that means SpentMeanwhile where another booking was faster.
    """
    return use_row(entitlement, entry, use.step + 1, person, day, booking, now, ticket)


async def give_back(entitlement: int, booking: int, now: datetime) -> None:
    """What a booking has taken of the account comes back. Saying it twice gives nothing more.

    A day that was bought costs what is still booked of it, and goes back as a whole with its last booking.
    """
    taken = await lock_taken(entitlement, booking)
    if taken is None or not taken.booked:
        return
    entry = release(taken.use, taken.account.unit, taken.booked, half_days=taken.account.half_days)
    step, rest = taken.use.step + 1, after(taken.use, entry)
    await insert_together(use_row(entitlement, entry, step, taken.person, taken.day, booking, now))
    if taken.account.is_ticket:
        if not rest.units:
            await expire(entitlement, now)
        await settle_ticket(taken, booking, rest.booked, step, now)


async def use_up(entitlement: int, booking: int, now: datetime) -> None:
    """A booking was used: what is held for it is spent. Saying it twice spends nothing more.

    Of a day that was bought out of an account of money all that is held there is spent with it.
    """
    taken = await lock_taken(entitlement, booking)
    if taken is None or not taken.booked:
        return
    units = units_for(taken.account.unit, taken.booked, half_days=taken.account.half_days)
    entry = consume(taken.use, units - taken.spent)
    if entry is not None:
        await insert_together(use_row(entitlement, entry, taken.use.step + 1, taken.person, taken.day, booking, now))
    await spend_credit(taken, booking, now)


async def miss(entitlement: int, booking: int, now: datetime) -> None:
    """Nobody came: what is held for the booking is spent, or comes back where the account says so: of a day that was
    bought out of an account of money that one."""
    spends: bool = await fetch_value(
        "SELECT coalesce(credit.no_show_spends, e.no_show_spends) FROM entitlement e"
        " LEFT JOIN entitlement credit ON credit.id = e.credit WHERE e.id = $1",
        entitlement,
    )
    await (use_up if spends else give_back)(entitlement, booking, now)


async def has_come_back(entitlement: int, booking: int) -> bool:
    """Whether the booking has given back all that it has taken of the account."""
    booked: int | None = await fetch_value(
        "SELECT sum(booked_change)::int FROM entitlement_entry"
        " WHERE entitlement = $1 AND booking = $2 AND ticket IS NULL",
        entitlement,
        booking,
    )
    return booked == 0


async def change_grant(entitlement: int, units: int, now: datetime) -> None:
    """Brings what was granted to so many units, as far as what is left allows: what is booked stays paid."""
    row = await fetch_row(
        "SELECT left_units, (SELECT coalesce(sum(left_change), 0)::int FROM entitlement_entry"
        " WHERE entitlement = $1 AND change = 'grant') AS granted FROM entitlement WHERE id = $1 FOR UPDATE",
        entitlement,
    )
    assert row is not None, "the account is there"
    more = max(units - row["granted"], -row["left_units"])
    if more:
        await insert_together(entry_row(entitlement, Entry(Change.GRANT, left=more), now))


async def adjust(actor: Actor | None, entitlement: int, units: int, reason: str, now: datetime) -> None:
    """Gives or takes units, with a reason. Raises NotSoMuchLeft."""
    try:
        async with transaction():
            entry = Entry(Change.ADJUST, left=units)
            row = entry_row(entitlement, entry, now, actor=actor.person if actor else None, reason=reason)
            await insert_together(row)
            await record("entitlement.adjusted", "entitlement", entitlement, actor, now, units=units, reason=reason)
    except SpentMeanwhile:
        raise NotSoMuchLeft(field="units") from None


async def expire(entitlement: int, now: datetime) -> int:
    """Ends an account: what is left lapses, what is held stays so. How many units lapsed."""
    async with transaction():
        row = await fetch_row(
            "SELECT left_units FROM entitlement WHERE id = $1 AND expired_at IS NULL FOR UPDATE", entitlement
        )
        if row is None:
            return 0
        if row["left_units"]:
            await insert_together(entry_row(entitlement, Entry(Change.EXPIRE, left=-row["left_units"]), now))
        await execute("UPDATE entitlement SET expired_at = $2 WHERE id = $1", entitlement, now)
        return row["left_units"] or 0


async def expire_past(now: datetime, today: date) -> int:
    """Ends all accounts whose last day is over; how many."""
    rows = await fetch("SELECT id FROM entitlement WHERE ends_on < $1 AND expired_at IS NULL ORDER BY id", today)
    for row in rows:
        await expire(row["id"], now)
    return len(rows)


async def use_up_past(now: datetime, today: date) -> int:
    """Settles what is still held for days that are over, because nobody gave it back or arrived; how many uses.

    It is spent, or comes back where the account says so: a day later, when whoever booked over midnight is there too.
    """
    rows = await fetch(
        "SELECT u.entitlement, u.person, u.day, u.ticket FROM entitlement e"
        " JOIN entitlement_entry u ON u.entitlement = e.id WHERE e.held_units > 0"
        " AND u.day < $1::date - (NOT e.no_show_spends)::integer"
        " GROUP BY u.entitlement, u.person, u.day, u.ticket HAVING sum(u.held_change) > 0"
        " ORDER BY u.entitlement, u.day, u.ticket",
        today,
    )
    for row in rows:
        await _use_up_day(row["entitlement"], row["person"], row["day"], row["ticket"], now)
    return len(rows)


async def accounts_out_of_balance() -> Sequence[int]:
    """The keys of accounts whose sums are not those of their entries, and of bought days for which an account of money
    has not paid what they say; none, ever."""
    rows = await fetch(
        "SELECT e.id FROM entitlement e LEFT JOIN entitlement_entry x ON x.entitlement = e.id GROUP BY e.id"
        " HAVING e.left_units <> coalesce(sum(x.left_change), 0) OR e.held_units <> coalesce(sum(x.held_change), 0)"
        " UNION SELECT id FROM (SELECT entitlement AS id, amount FROM ticket_charge WHERE amount IS NOT NULL"
        "  UNION ALL SELECT ticket, -booked_change FROM entitlement_entry WHERE ticket IS NOT NULL) paid"
        " WHERE EXISTS (SELECT FROM entitlement WHERE entitlement.id = paid.id AND person IS NOT NULL)"
        " GROUP BY id HAVING sum(amount) <> 0 ORDER BY id"
    )
    return [row["id"] for row in rows]


@retried
async def _use_up_day(entitlement: int, person: int, day: date, ticket: int | None, now: datetime) -> None:
    async with transaction():
        if ticket is not None:
            await lock_account(ticket)
        account = await lock_account(entitlement)
        use = await use_of(entitlement, person, day, ticket=ticket)
        if account is None:
            return
        entry = unused(use) if account.gives_back else consume(use, use.held)
        if entry is not None:
            await insert_together(use_row(entitlement, entry, use.step + 1, person, day, None, now, ticket))
