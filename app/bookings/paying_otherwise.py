"""Bookings whose payment ends before them: another entitlement of the person's pays, in the order of paying, or they
are cancelled. Nobody is charged for it: money was not agreed to. Nor does a team pay for it but the one that has paid
before: what somebody has booked with something else is nothing of an employer's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from app.bookings.clearing import call_off
from app.bookings.giving_back import free, hand_on
from app.bookings.payment import PaidBooking, paid_rows, return_payment
from app.bookings.queries import BookingCard
from app.bookings.rules import HOLDING, Status
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.operations import BOOKED
from app.plans.grants import Days
from app.plans.purses import Paid, of_one_team, purse_of
from app.plans.rules import Payment, ways_to_pay
from app.plans.uses import Entry
from app.platform.database import execute
from app.platform.new_rows import insert_together

MAY_END: Final = sorted(HOLDING - {Status.CHECKED_IN})
"""How bookings stand that can still be paid otherwise or cancelled."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A booking behind the end with what pays for it then; without anything it is cancelled."""

    booking: BookingCard
    payment: Payment | None


async def otherwise_paid(
    bookings: Sequence[BookingCard], ended: frozenset[int], today: date, *, purse: int | None = None
) -> Sequence[Behind]:
    """What pays for each of these without the accounts that have `ended`: the first entitlement that covers it, once
    those before it are paid; of teams' accounts those of this `purse` alone. Changes nothing."""
    found: list[Behind] = []
    spent: list[tuple[int, date, Entry]] = []
    for booking in bookings:
        payment = await _otherwise(booking, ended, spent, today, purse)
        if payment is not None and payment.entitlement is not None and payment.entry is not None:
            spent.append((payment.entitlement.id, booking.starts_at.date(), payment.entry))
        found.append(Behind(booking, payment))
    return found


async def settle_behind(actor: Actor | None, behind: Sequence[Behind], reason: str, now: datetime) -> None:
    """Pays for them as was found, and cancels the others for this reason; in the transaction of what ends."""
    cancelled = [each.booking for each in behind if each.payment is None]
    for each in behind:
        if each.payment is not None:
            await _pay_otherwise(actor, each.booking, each.payment, now)
    for booking in cancelled:
        await call_off(actor, booking, reason, now)
    await hand_on(await free([booking.id for booking in cancelled], *BOOKED), now)


async def pay_with(booking: BookingCard, payment: Payment, now: datetime) -> None:
    """The booking is paid so from now on; what has paid before was given back."""
    paid = await paid_rows(payment, booking, now)
    if paid.rows:
        await insert_together(*paid.rows)
    await execute(
        "UPDATE booking SET entitlement = $2, paid_by = $3, charge = NULL, price_amount = 0, updated_at = $4"
        " WHERE id = $1",
        booking.id,
        paid.columns.get("entitlement"),
        payment.kind,
        now,
    )


async def _otherwise(
    booking: BookingCard,
    ended: frozenset[int],
    spent: Sequence[tuple[int, date, Entry]],
    today: date,
    of_team: int | None,
) -> Payment | None:
    days = Days(booking.starts_at.date(), booking.ends_at.date())
    operator, kind = booking.space.operator_id, booking.resource.kind
    purse = await purse_of(booking.person, operator, kind, days, today, "de")
    for entitlement, day, entry in spent:
        purse = purse.with_entry(entitlement, day, entry)
    others = [one for one in of_one_team(purse, of_team).entitlements if one.id not in ended]
    need = Paid(kind, operator, booking.space.id, booking.resource.id).need(booking.period, booking.space.zone)
    ways = ways_to_pay(need, replace(purse, entitlements=others, prices=()))
    return next((way for way in ways if way.entitlement is not None), None)


async def _pay_otherwise(actor: Actor | None, booking: BookingCard, payment: Payment, now: datetime) -> None:
    await return_payment(PaidBooking.of_card(booking), now)
    await pay_with(booking, payment, now)
    await record("booking.paid_otherwise", "booking", booking.id, actor, now, whom=booking.person)
