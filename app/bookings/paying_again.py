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
from app.plans.purses import Paid, of_one_team, purse_of, team_behind
from app.plans.rules import chosen_way
from app.plans.tickets import paying_accounts
from app.platform.database import execute
from app.platform.new_rows import insert_together


async def pay_again(booking: BookingCard, facts: Facts, now: datetime) -> BookingCard:
    """The booking as it is paid now: by the account that has paid before, else by another one, never by a charge.

    Of teams only the one pays that has paid before, as long as the person may spend from it that day and within the
    limits: a private day does not turn into one that an employer pays for. What was not given back stays paid. Call it
    in the transaction that takes the place back. Raises NothingPays, and LimitReached where that is why.
    """
    if booking.entitlement is None or not facts.charges or not await has_come_back(booking.entitlement, booking.id):
        return booking
    zone, operator, kind = facts.space.zone, facts.operator, booking.resource.kind
    first, last = local_day(booking.period.starts_at, zone), local_day(booking.period.ends_at, zone)
    known = await purse_of(booking.person, operator, kind, Days(first, last), local_day(now, zone), facts.language)
    purse = of_one_team(known, await team_behind(booking.entitlement))
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
