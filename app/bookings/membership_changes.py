"""Pauses and changes of plan that leave no booking unpaid: what is booked has to be given back before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import Conflict, marked
from app.plans.change_orders import OTHER_PLAN, enter_change
from app.plans.changing import (
    Change,
    MoreBooked,
    OtherPriceMeanwhile,
    coming_change,
    grants_by_start,
    stretch_now,
)
from app.plans.grants import Days
from app.plans.holdings import product_on
from app.plans.memberships import change_terms, pause
from app.plans.order_documents import Paper
from app.plans.ordering import Statements
from app.plans.purses import Paid
from app.plans.queries import MembershipCard
from app.plans.timeline import months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS
from app.plans.uses import Unit, units_for
from app.platform.database import retried, transaction

MOST_NAMED: Final = 5
"""So many days are named in a refusal."""


class BookedInPause(Conflict):
    code = "booked_in_pause"
    text = marked("In dieser Zeit ist mit der Mitgliedschaft gebucht: {days}. Bitte sagen Sie das vorher ab.")


async def let_rest(actor: Actor, card: MembershipCard, days: Days, now: datetime, today: date) -> MembershipCard:
    """The membership rests on these days. Raises BookedInPause, AlreadyPaused."""
    booked = [one for one in await _booked_with(card.id, days.first) if days.within(_day(one))]
    if booked:
        raise BookedInPause(days=_named(booked))
    return await pause(actor, card.id, days, now, today)


@dataclass(frozen=True, slots=True)
class MembersOrder:
    """How a change is ordered: what its confirmation is written with, what was stated by ticks, and where staff enters
    it for the member who."""

    paper: Paper
    stated: Statements
    placed_by: int | None = None


@retried
async def change_plan(
    actor: Actor,
    card: MembershipCard,
    change: Change,
    shown: int,
    now: datetime,
    today: date,
    order: MembersOrder,
) -> MembershipCard:
    """The membership goes on in another plan, as `change` says; whatever other change was agreed for later is off.

    `shown` is the price for a period that was agreed to. Raises OtherPriceMeanwhile, MoreBooked.
    """
    if shown != change.after.amount:
        raise OtherPriceMeanwhile
    await _demand_covered(card, change, today)
    async with transaction():
        await enter_change(
            card, change.other_terms, OTHER_PLAN, order.paper, order.stated, now, today, placed_by=order.placed_by
        )
        changed = card
        later = {stretch.days.first for stretch in card.timeline.stretches if stretch.days.first > change.valid_from}
        for day in sorted({change.valid_from, *later}):
            changed = await change_terms(
                actor,
                card.id,
                change.offer.version,
                change.terms,
                change.price_class,
                day,
                now,
                today,
                is_told=True,
            )
        await record(
            "membership.change_ordered",
            "membership",
            card.id,
            actor,
            now,
            whom=card.person,
            price=change.after.amount,
            due_now=change.due_now.amount,
            valid_from=change.valid_from,
        )
        return changed


async def take_back_change(actor: Actor, card: MembershipCard, now: datetime, today: date) -> MembershipCard:
    """The change that was agreed for later is off; the plan of today goes on. Without one nothing changes."""
    coming = coming_change(card, today)
    if coming is None:
        return card
    stretch, (version, _) = stretch_now(card, today), await product_on(card.id, today)
    return await change_terms(
        actor, card.id, version, stretch.terms, stretch.price_class, coming.days.first, now, today
    )


async def _demand_covered(card: MembershipCard, change: Change, today: date) -> None:
    """Raises MoreBooked where bookings ahead would be paid by what the other plan does not grant."""
    ahead = await _booked_with(card.id, change.valid_from)
    scope = change.terms.scope.read()
    lost = [one for one in ahead if not scope.covers(_paid(one).need(one.period, one.space.zone))]
    if not lost:
        lost = _beyond(ahead, change, today)
    if lost:
        raise MoreBooked(valid_from=change.valid_from, days=_named(lost))


def _beyond(ahead: list[BookingCard], change: Change, today: date) -> list[BookingCard]:
    """Bookings of months in which more is booked than the other plan grants."""
    until = months_later(today, GRANTED_AHEAD_MONTHS)
    granted: dict[tuple[Unit, int, int], int] = {}
    for grant in grants_by_start(change.timeline, until).values():
        if grant.units is not None:
            month = grant.unit, grant.days.first.year, grant.days.first.month
            granted[month] = granted.get(month, 0) + grant.units
    free = {Unit.DESK_DAY} if change.terms.unlimited_desks else set()
    used: dict[tuple[Unit, date], int] = {}
    lost = []
    for one in ahead:
        need = _paid(one).need(one.period, one.space.zone)
        if need.unit in free:
            continue
        used[need.unit, need.day] = used.get((need.unit, need.day), 0) + need.minutes
        month = need.unit, need.day.year, need.day.month
        taken = sum(
            units_for(unit, minutes, half_days=change.terms.half_days)
            for (unit, day), minutes in used.items()
            if (unit, day.year, day.month) == month
        )
        if taken > granted.get(month, 0):
            lost.append(one)
    return lost


async def _booked_with(membership: int, first: date) -> list[BookingCard]:
    """What the membership pays for from this day on, by start."""
    found = await bookings_where(
        "b.entitlement IN (SELECT id FROM entitlement WHERE membership = $1) AND b.status = ANY($2)"
        " AND (b.starts_at AT TIME ZONE s.time_zone)::date >= $3 ORDER BY b.starts_at, b.id",
        membership,
        list(HOLDING),
        first,
    )
    return list(found)


def _paid(booking: BookingCard) -> Paid:
    return Paid(booking.resource.kind, booking.space.operator_id, booking.space.id, booking.resource.id)


def _day(booking: BookingCard) -> Days:
    day = booking.starts_at.date()
    return Days(day, day)


def _named(bookings: list[BookingCard]) -> list[object]:
    days = sorted({booking.starts_at.date() for booking in bookings})
    return [*days[:MOST_NAMED], *(["…"] if len(days) > MOST_NAMED else [])]
