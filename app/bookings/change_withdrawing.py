"""A member withdraws from a change of plan: the earlier terms hold again, for what is booked as well.

All that the membership pays for on the days to come is paid anew in the order of the days: by what it grants then, else
by another entitlement, in the order of paying. What nothing pays for is cancelled; money is never taken.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.clearing import CHANGE_WITHDRAWN, AffectedChanged, call_off
from app.bookings.giving_back import free, hand_on
from app.bookings.paying_otherwise import Behind, pay_with
from app.bookings.payment import PaidBooking, return_payment
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, Status
from app.bookings.serving import lock_lines
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.operations import BOOKED
from app.kernel.wall_time import local_day
from app.plans.change_withdrawals import (
    ChangeOrder,
    change_withdrawal_terms,
    demand_way_back,
    go_way_back,
    terms_before,
    way_back,
)
from app.plans.grants import Days
from app.plans.purses import Paid, purse_of
from app.plans.queries import membership_by_id
from app.plans.rules import Payment, Pays, ways_to_pay
from app.plans.terms import PlanTerms
from app.plans.withdrawal import WithdrawalTerms
from app.platform.database import fetch, retried, transaction

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MAY_END: Final = sorted(HOLDING - {Status.CHECKED_IN})


@dataclass(frozen=True, slots=True)
class ChangeBack:
    """What a withdrawal from a change does: from which day on which terms hold again, what of the bookings is paid
    otherwise or cancelled, and what is owed. `state` is another one as soon as anything of it is."""

    order: ChangeOrder
    since: date
    terms: PlanTerms
    behind: Sequence[Behind]
    withdrawal: WithdrawalTerms

    @property
    def state(self) -> str:
        bookings = [(each.booking.id, each.booking.sequence, each.payment and each.payment.key) for each in self.behind]
        money = self.withdrawal.owed, self.withdrawal.charged
        return hashlib.sha256(repr((self.since, bookings, money)).encode()).hexdigest()[:16]


async def plan_change_back(order: ChangeOrder, declared_on: date, now: datetime) -> ChangeBack:
    """What would follow, and changes nothing. Raises EndedAlready and ChangedSince."""
    try:
        async with transaction():
            raise _Shown(await _change_back(None, order, declared_on, now))
    except _Shown as shown:
        return shown.plan


@retried
async def change_back(
    actor: Actor | None, order: ChangeOrder, declared_on: date, shown_state: str | None, now: datetime
) -> ChangeBack:
    """The terms before the change hold again. Whether there is a right to it is the caller's question.

    Raises AffectedChanged where what was shown is no longer so, EndedAlready and ChangedSince.
    """
    async with transaction():
        plan = await _change_back(actor, order, declared_on, now)
        if shown_state is not None and plan.state != shown_state:
            raise AffectedChanged
        await record(
            "membership.change_withdrawn",
            "membership",
            order.membership,
            actor,
            now,
            whom=order.person,
            valid_from=plan.since,
            owed=plan.withdrawal.owed.amount,
        )
        return plan


class _Shown(Exception):
    """Rolls back what was done to see what would follow."""

    def __init__(self, plan: ChangeBack) -> None:
        self.plan = plan


async def _change_back(actor: Actor | None, order: ChangeOrder, declared_on: date, now: datetime) -> ChangeBack:
    today = local_day(now, _ZONE)
    await fetch("SELECT FROM membership WHERE id = $1 FOR UPDATE", order.membership)
    card = await membership_by_id(order.membership)
    assert card is not None, "an order that was found"
    demand_way_back(order, card, today)
    way = way_back(card, order, await terms_before(order), declared_on, today)
    withdrawal = await change_withdrawal_terms(order, way, declared_on)
    ahead = await _paid_ahead(order.membership, way.since, now)
    await lock_lines({booking.space.id for booking in ahead})
    for booking in ahead:
        await return_payment(PaidBooking.of_card(booking), now)
    await go_way_back(actor, order, way, now, today)
    behind = [each for booking in ahead if (each := await _paid_anew(actor, booking, order, now, today)) is not None]
    cancelled = [each.booking for each in behind if each.payment is None]
    for booking in cancelled:
        await call_off(actor, booking, CHANGE_WITHDRAWN, now)
    await hand_on(await free([booking.id for booking in cancelled], *BOOKED), now)
    return ChangeBack(order, way.since, way.steps[0][1].terms, behind, withdrawal)


async def _paid_ahead(membership: int, since: date, now: datetime) -> list[BookingCard]:
    """What the membership pays for from this day on and has not begun, by start; nobody else changes it."""
    rows = await fetch(
        "SELECT b.id FROM booking b JOIN space s ON s.id = b.space WHERE b.starts_at > $2 AND b.status = ANY($3)"
        " AND (b.starts_at AT TIME ZONE s.time_zone)::date >= $4"
        " AND b.entitlement IN (SELECT id FROM entitlement WHERE membership = $1) ORDER BY b.id FOR UPDATE OF b",
        membership,
        now,
        _MAY_END,
        since,
    )
    found = await bookings_where("b.id = ANY($1::bigint[]) ORDER BY b.starts_at, b.id", [row["id"] for row in rows])
    return list(found)


async def _paid_anew(
    actor: Actor | None, booking: BookingCard, order: ChangeOrder, now: datetime, today: date
) -> Behind | None:
    """Pays the booking by what there is now; what becomes of it, None where the membership pays for it as before."""
    payment = await _best_way(booking, order.membership, today)
    if payment is None:
        return Behind(booking, None)
    await pay_with(booking, payment, now)
    if payment.entitlement is not None and payment.entitlement.membership == order.membership:
        return None
    await record("booking.paid_otherwise", "booking", booking.id, actor, now, whom=booking.person)
    return Behind(booking, payment)


async def _best_way(booking: BookingCard, membership: int, today: date) -> Payment | None:
    """By the membership itself, as before, else by the first other entitlement that covers it and is no team's; None
    for neither."""
    days = Days(booking.starts_at.date(), booking.ends_at.date())
    operator, kind = booking.space.operator_id, booking.resource.kind
    purse = await purse_of(booking.person, operator, kind, days, today, "de")
    need = Paid(kind, operator, booking.space.id, booking.resource.id).need(booking.period, booking.space.zone)
    ways = [way for way in ways_to_pay(need, replace(purse, prices=())) if way.kind is not Pays.TEAM]
    own = (way for way in ways if way.entitlement is not None and way.entitlement.membership == membership)
    return next(own, ways[0] if ways else None)
