"""Days that are bought with a booking, by a charge or out of an account of money: what they have cost so far, and what
comes back when they become shorter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.billing.operations import charge_again, take_back
from app.plans.entries import Taken, lock_account, use_of, use_row
from app.plans.rules import Price, priced
from app.plans.uses import Unit, consume, release
from app.platform.database import fetch
from app.platform.new_rows import NewRow, insert_together


def new_ticket_charge(entitlement: int, charge: int, tariff: Price) -> NewRow:
    """Says that this charge pays for the bought day, by these prices."""
    return _ticket_row(entitlement, charge, None, tariff.day, tariff.half_day, tariff.hour)


def new_ticket_amount(entitlement: int, amount: int, tariff: Price) -> NewRow:
    """Says that so much of an account of money pays for the bought day, by these prices."""
    return _ticket_row(entitlement, None, amount, tariff.day, tariff.half_day, tariff.hour)


def _ticket_row(
    entitlement: int, charge: object, amount: int | None, day: object, half_day: object, hour: object
) -> NewRow:
    prices = {"per_day": day, "per_half_day": half_day, "per_hour": hour}
    return NewRow("ticket_charge", {"entitlement": entitlement, "charge": charge, "amount": amount, **prices})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what a bought day has cost: of a charge, or out of the account of money behind it."""

    amount: int
    charge: int | None
    day: int | None
    half_day: int | None
    hour: int | None


def standing_parts(parts: Iterable[Part]) -> list[Part]:
    """What is still paid, the latest last: what came back is taken off what was paid out of the account latest."""
    standing: list[Part] = []
    for part in parts:
        if part.amount >= 0:
            standing.append(part)
            continue
        back = -part.amount
        for number in reversed(range(len(standing))):
            if standing[number].charge is None:
                less = min(back, standing[number].amount)
                standing[number] = replace(standing[number], amount=standing[number].amount - less)
                back -= less
    return [part for part in standing if part.amount]


async def settle_ticket(taken: Taken, booking: int, booked: int, step: int, now: datetime) -> None:
    """Brings what the day has cost to what so many booked minutes cost by the prices at which it was bought last.

    What was paid later comes back first; nothing more than before is ever due. The day's account is locked.
    """
    key = taken.account.id
    parts = standing_parts(await _parts(key))
    if not parts:
        return
    latest, paid, out_of_credit = parts[-1], sum(part.amount for part in parts), 0
    worth = priced(latest.day, latest.half_day, latest.hour, booked) if booked else 0
    due = paid if worth is None else min(worth, paid)
    for part in reversed(parts):
        if paid <= due:
            break
        if part.charge is None:
            less = min(part.amount, paid - due)
            out_of_credit += less
            paid -= less
            continue
        await take_back(part.charge, now)
        paid -= part.amount
        if paid < due:
            again = await charge_again(part.charge, due - paid, f"ticket:{key}:{step}", now)
            prices = (latest.day, latest.half_day, latest.hour)
            await insert_together(again, _ticket_row(key, again.values["id"], None, *prices))
    if out_of_credit:
        await _return_credit(taken, booking, out_of_credit, now)


async def _parts(entitlement: int) -> Sequence[Part]:
    rows: Sequence[Any] = await fetch(
        "SELECT coalesce(t.amount, c.amount) AS amount, t.charge, t.per_day, t.per_half_day, t.per_hour"
        " FROM ticket_charge t LEFT JOIN charge c ON c.id = t.charge WHERE t.entitlement = $1"
        " AND NOT EXISTS (SELECT FROM charge WHERE corrects = c.id) ORDER BY t.id",
        entitlement,
    )
    return [Part(*row.values()) for row in rows]


async def _return_credit(taken: Taken, booking: int, amount: int, now: datetime) -> None:
    """So much comes back to the account of money that the day was bought out of."""
    key, credit = taken.account.id, taken.account.credit
    assert credit is not None, "it has paid"
    await lock_account(credit)
    use = await use_of(credit, taken.person, taken.day, ticket=key)
    entry = release(use, Unit.MONEY, amount, half_days=False)
    await insert_together(
        use_row(credit, entry, use.step + 1, taken.person, taken.day, booking, now, key),
        _ticket_row(key, None, -amount, None, None, None),
    )


async def spend_credit(taken: Taken, booking: int, now: datetime) -> None:
    """What the account of money holds for the day is spent with it. The day's account is locked."""
    key, credit = taken.account.id, taken.account.credit
    if credit is None:
        return
    await lock_account(credit)
    use = await use_of(credit, taken.person, taken.day, ticket=key)
    entry = consume(use, use.held)
    if entry is not None:
        await insert_together(use_row(credit, entry, use.step + 1, taken.person, taken.day, booking, now, key))


async def paying_accounts(entitlement: int | None) -> Sequence[int]:
    """Which accounts would pay again for what this one pays: itself, then the account of money that it was bought out
    of."""
    if entitlement is None:
        return ()
    return (await all_paying_accounts([entitlement]))[entitlement]


async def all_paying_accounts(entitlements: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """The same by account, for several."""
    keys = sorted(set(entitlements))
    if not keys:
        return {}
    rows = await fetch("SELECT id, credit FROM entitlement WHERE id = ANY($1::bigint[])", keys)
    return {row["id"]: [key for key in (row["id"], row["credit"]) if key is not None] for row in rows}
