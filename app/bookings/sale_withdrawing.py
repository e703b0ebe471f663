"""A consumer withdraws from what was bought with money by booking: a booking, or a day with all its desks.

Desks and rooms count as services that can be withdrawn from, not as leisure on a fixed day (BGB § 312g Abs. 2 Nr. 9).
Who was told of the right and asked for a start within the period pays the share of the time that was over when it was
declared (§ 357a Abs. 2), anybody else nothing; the right ends when all of it is over (§ 356 Abs. 4).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.billing.operations import charge_again, take_back
from app.billing.queries import law_values
from app.bookings.cancellation import enter_end
from app.bookings.clearing import WITHDRAWN, AffectedChanged
from app.bookings.giving_back import give_back
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, Status
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.plans.accounts import expire
from app.plans.ending import (
    EndedAlready,
    FullyUsed,
    NoConsumer,
    NotWithdrawable,
    Stated,
    WithdrawalOver,
    last_day_to_withdraw,
    share_of,
)
from app.plans.withdrawal import WithdrawalTerms, is_working_day
from app.platform.database import execute, fetch, fetch_value, retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit

_ZONE: Final = ZoneInfo("Europe/Berlin")
LOOKED_BACK: Final = timedelta(days=400)
"""Who was not told of the right has twelve months and the days of the period."""


class BookedByStaff(NotWithdrawable):
    """Whether this was at a counter or on the telephone is known to who has booked it."""

    text = marked("Gebucht hat das jemand vom Personal. Am Telefon bestellt kann man es widerrufen, vor Ort nicht.")


@dataclass(frozen=True, slots=True)
class Sale:
    """What was bought at once: all bookings that its charges pay for, but those given back in time, by start.

    `charged` is what is due for it; a bought day is an account of its own (`ticket`).
    """

    bookings: Sequence[BookingCard]
    ticket: int | None
    charged: Money
    person_name: str
    email: str
    is_consumer: bool
    stated: Stated

    @property
    def first(self) -> BookingCard:
        return self.bookings[0]

    @property
    def public_id(self) -> str:
        """Names it in addresses: the number of its first booking."""
        return self.first.public_id

    @property
    def person(self) -> int:
        return self.first.person


@dataclass(frozen=True, slots=True)
class SaleBack:
    """What a withdrawal from a sale does: what is given back, and what is owed."""

    sale: Sale
    declared_at: datetime
    ended: Sequence[BookingCard]
    withdrawal: WithdrawalTerms

    @property
    def state(self) -> str:
        bookings = [(each.id, each.sequence, each.status.value) for each in self.sale.bookings]
        money = self.withdrawal.owed, self.withdrawal.charged
        return hashlib.sha256(repr((bookings, money)).encode()).hexdigest()[:16]


_SALES: Final = """
    SELECT b.id, CASE WHEN e.charge IS NOT NULL THEN e.id END AS ticket, p.name AS person_name,
           coalesce(p.email, '') AS email, y.kind = 'person' AS is_consumer, y.currency, b.early_start_at,
           b.price_amount
      FROM booking b JOIN person p ON p.id = b.person
      LEFT JOIN entitlement e ON e.id = b.entitlement
      JOIN LATERAL (SELECT y.kind, y.email, c.currency FROM charge c JOIN payer y ON y.id = c.payer
                     WHERE c.id = coalesce(b.charge, e.charge)) y ON true
     WHERE b.withdrawn_by IS NULL AND b.status <> 'cancelled'
"""


async def sales_where(condition: str, *arguments: object) -> list[Sale]:
    """What was bought with bookings b by persons p and payers y for which this SQL holds, the latest first."""
    meant = await fetch(f"{_SALES} AND ({condition}) ORDER BY b.id DESC", *arguments)
    tickets = {row["ticket"] for row in meant if row["ticket"] is not None}
    alone = {row["id"] for row in meant if row["ticket"] is None}
    rows = await fetch(
        f"{_SALES} AND (e.id = ANY($1::bigint[]) OR b.id = ANY($2::bigint[])) ORDER BY b.id",
        sorted(tickets),
        sorted(alone),
    )
    cards = {card.id: card for card in await bookings_where("b.id = ANY($1::bigint[])", [row["id"] for row in rows])}
    by_sale: dict[tuple[bool, int], list[Any]] = {}
    for row in rows:
        key = (True, row["ticket"]) if row["ticket"] is not None else (False, row["id"])
        by_sale.setdefault(key, []).append(row)
    sales = [await _sale([cards[row["id"]] for row in group], group) for group in by_sale.values()]
    return sorted((sale for sale in sales if sale.charged.amount), key=lambda sale: -max(b.id for b in sale.bookings))


async def sale_named(public_id: str) -> Sale | None:
    """What was bought with the booking of this number, whosever it is: for staff."""
    found = await sales_where("b.public_id = $1", public_id)
    return found[0] if found else None


async def sale_of_booking(booking: BookingCard) -> Sale | None:
    """What was bought with this booking, as far as money is due for it."""
    found = await sales_where("b.id = $1", booking.id)
    return found[0] if found else None


async def bookings_withdrawn_by(declaration: int) -> Sequence[BookingCard]:
    """The bookings that this declaration has taken back."""
    return await bookings_where("b.withdrawn_by = $1 ORDER BY b.starts_at, b.id", declaration)


async def plan_sale_back(sale: Sale, declared_at: datetime, now: datetime) -> SaleBack:
    """What would follow, and changes nothing."""
    terms = await withdrawal_from_sale(sale, declared_at)
    return SaleBack(sale, declared_at, [each for each in sale.bookings if _is_ended(each, now)], terms)


async def withdrawal_from_sale(sale: Sale, declared_at: datetime) -> WithdrawalTerms:
    """Until when a withdrawal is possible, or what stands in its way, and what is owed then."""
    days = (await law_values(declared_at.date()))["withdrawal_days"]
    ordered_on = local_day(min(each.created_at for each in sale.bookings), _ZONE)
    last = last_day_to_withdraw(ordered_on, days, is_working_day, informed=sale.stated.was_informed)
    booked = sum(each.period.minutes for each in sale.bookings)
    had = sum(minutes_over(each, declared_at) for each in sale.bookings)
    owed = share_of(sale.charged.amount, had, booked) if sale.stated.pays_for_use else 0
    refusal = _refusal(sale, last, local_day(declared_at, _ZONE), is_over=had >= booked)
    return WithdrawalTerms(last, refusal, sale.charged, Money(owed, sale.charged.currency))


def minutes_over(booking: BookingCard, at: datetime) -> int:
    """How much of the booking's time is over by then."""
    over = int((at - booking.period.starts_at).total_seconds() // 60)
    return max(0, min(over, booking.period.minutes))


@retried
async def sale_back(
    actor: Actor | None, sale: Sale, declared_at: datetime, declaration: int, shown_state: str | None, now: datetime
) -> SaleBack:
    """Ends what is not over, takes back all that was charged and charges once what is owed.

    Whether there is a right to it is the caller's question. Raises AffectedChanged where what was shown is no longer
    so, EndedAlready where somebody has withdrawn from it before.
    """
    async with transaction():
        ids = [each.id for each in sale.bookings]
        await fetch("SELECT FROM booking WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", ids)
        found = await sales_where("b.id = ANY($1::bigint[])", ids)
        if not found:
            raise EndedAlready
        plan = await plan_sale_back(found[0], declared_at, now)
        if shown_state is not None and plan.state != shown_state:
            raise AffectedChanged
        charges = await _charges(plan.sale)
        for booking in plan.ended:
            await _end(actor, booking, now)
        await give_back([each.id for each in plan.ended], now)
        await _settle_money(plan, charges, declaration, now)
        for booking in plan.sale.bookings:
            details = {"whom": booking.person, "owed": plan.withdrawal.owed.amount}
            await record("booking.order_withdrawn", "booking", booking.id, actor, now, **details)
        return plan


async def _end(actor: Actor | None, booking: BookingCard, now: datetime) -> None:
    """What has not begun is cancelled as if it had never been; who is there leaves; who has not come needs not to."""
    if booking.status is Status.CHECKED_IN:
        await execute(
            "UPDATE booking SET status = 'completed', left_at = $2, due_at = NULL, updated_at = $2 WHERE id = $1",
            booking.id,
            now,
        )
        await emit("booking.left", "booking", booking.id, now)
        return
    await enter_end(booking.id, Status.CANCELLED, WITHDRAWN, now)
    await record("booking.cancelled", "booking", booking.id, actor, now, reason=WITHDRAWN)
    await emit("booking.cancelled", "booking", booking.id, now)


async def _settle_money(plan: SaleBack, charges: Sequence[int], declaration: int, now: datetime) -> None:
    """The charges of before, and whatever giving back has made of them, go back; what is owed is charged once."""
    for charge in {*charges, *await _charges(plan.sale)}:
        await take_back(charge, now)
    owed, had = plan.withdrawal.owed.amount, None
    if owed:
        row = await charge_again(charges[0], owed, f"withdrawn:{declaration}", now)
        await insert_together(row)
        had = row.values["id"]
    if plan.sale.ticket is not None:
        await expire(plan.sale.ticket, now)
    await execute(
        "UPDATE booking SET withdrawn_by = $2, charge = $3, updated_at = $4,"
        " price_amount = CASE WHEN id = $5 THEN $6 ELSE 0 END WHERE id = ANY($1::bigint[])",
        [each.id for each in plan.sale.bookings],
        declaration,
        had,
        now,
        plan.sale.first.id,
        owed,
    )


async def _charges(sale: Sale) -> list[int]:
    """The charges for it that stand, the first made first."""
    rows = await fetch(
        "SELECT c.id FROM charge c WHERE NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id)"
        " AND (c.id IN (SELECT charge FROM ticket_charge WHERE entitlement = $1)"
        " OR ($1::bigint IS NULL AND c.id = ANY($2::bigint[]))) ORDER BY c.id",
        sale.ticket,
        [each.charge for each in sale.bookings if each.charge is not None],
    )
    return [row["id"] for row in rows]


async def _sale(bookings: Sequence[BookingCard], rows: Sequence[Any]) -> Sale:
    first = rows[0]
    sale = Sale(
        sorted(bookings, key=lambda each: (each.period.starts_at, each.id)),
        first["ticket"],
        Money(0, first["currency"]),
        first["person_name"],
        first["email"],
        first["is_consumer"],
        Stated(
            is_distance=all(each.made_by is None for each in bookings),
            was_informed=bool(first["email"]),
            asked_for_early_start=all(row["early_start_at"] for row in rows if row["price_amount"]),
        ),
    )
    due: int = await fetch_value(
        "SELECT coalesce(sum(amount), 0)::int FROM charge WHERE id = ANY($1::bigint[])", await _charges(sale)
    )
    return replace(sale, charged=Money(due, sale.charged.currency))


def _is_ended(booking: BookingCard, now: datetime) -> bool:
    """Whether withdrawing changes its state: it is not over, or it was given back too late before it began."""
    if booking.status in HOLDING:
        return booking.period.ends_at > now
    return booking.status is Status.RELEASED and booking.period.starts_at > now


def _refusal(sale: Sale, last: date, today: date, *, is_over: bool) -> NotWithdrawable | None:
    if not sale.is_consumer:
        return NoConsumer()
    if not sale.stated.is_distance:
        return BookedByStaff()
    if today > last:
        return WithdrawalOver(last_day=last)
    return FullyUsed() if is_over and sale.stated.asked_for_early_start else None
