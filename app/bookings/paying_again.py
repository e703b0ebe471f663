"""Arriving after all for what has come back to an account because nobody came: it is paid anew."""

from dataclasses import replace
from datetime import datetime
from typing import cast

from app.bookings.facts import Facts
from app.bookings.payment import paid_rows
from app.bookings.queries import BookingCard
from app.kernel.wall_time import local_day
from app.plans.accounts import has_come_back
from app.plans.grants import Days
from app.plans.purses import Paid, purse_of
from app.plans.rules import chosen_way
from app.plans.tickets import paying_accounts
from app.platform.database import execute
from app.platform.new_rows import insert_together


async def pay_again(booking: BookingCard, facts: Facts, now: datetime) -> BookingCard:
    """The booking as it is paid now: by the account that has paid before, else by another one, never by a charge.

    What was not given back stays paid. Call it in the transaction that takes the place back. Raises NothingPays.
    """
    if booking.entitlement is None or not facts.charges or not await has_come_back(booking.entitlement, booking.id):
        return booking
    zone, operator, kind = facts.space.zone, facts.operator, booking.resource.kind
    first, last = local_day(booking.period.starts_at, zone), local_day(booking.period.ends_at, zone)
    purse = await purse_of(booking.person, operator, kind, Days(first, last), local_day(now, zone), facts.language)
    need = Paid(kind, operator, facts.space.id, booking.resource.id).need(booking.period, zone)
    has_paid = await paying_accounts(booking.entitlement)
    payment = chosen_way(need, purse, None, facts.space.name, has_paid=has_paid, by_money=False)
    paid = await paid_rows(payment, booking, now)
    if paid.rows:
        await insert_together(*paid.rows)
    entitlement = paid.columns.get("entitlement")
    await execute(
        "UPDATE booking SET entitlement = $2, paid_by = $3 WHERE id = $1", booking.id, entitlement, payment.kind
    )
    return replace(booking, entitlement=cast("int | None", entitlement), paid_by=payment.kind)
