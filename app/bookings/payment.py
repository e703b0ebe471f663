"""What pays for a booking: written with it, given back with it, spent when it is used.

An entitlement pays by an entry of its account. Money pays by a charge. A desk's day that is bought, by a charge or out
of an account of money, becomes an account of its own, so that the day's other desks cost nothing more, or the
difference where the day becomes longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Self, cast

from app.billing.operations import Due, new_charge, payer_for, take_back
from app.billing.rules import TaxCode
from app.bookings.queries import BookingCard
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, give_back, miss, new_account, new_use, use_up
from app.plans.purses import ScopeShape
from app.plans.rules import Entitlement, Payment, Pays, Price, Source
from app.plans.tickets import new_ticket_amount, new_ticket_charge
from app.plans.uses import HALVES_OF_A_DAY, NOTHING_USED, Change, Unit, hold
from app.platform.new_rows import NewRow

_TICKET_DE: Final = "Tageskarte {space}"
_TICKET_EN: Final = "Day ticket {space}"


@dataclass(frozen=True, slots=True)
class PaidRows:
    """The columns of a booking that say what pays, and the rows that are written with it."""

    columns: Mapping[str, object] = field(default_factory=dict)
    rows: Sequence[NewRow] = ()


async def paid_rows(payment: Payment, booking: BookingCard, now: datetime) -> PaidRows:
    """How this payment of a booking is written. Insert it together with the booking, or in its transaction."""
    buys_days = booking.resource.kind is Kind.DESK and booking.organisation is None
    if payment.kind is Pays.MONEY and payment.price.amount:
        return await _by_money(payment, booking, now, buys_days=buys_days)
    account = payment.entitlement
    if account is None:
        return PaidRows()
    if buys_days and account.unit is Unit.MONEY and payment.takes:
        return await _out_of_credit(payment, account, booking, now)
    return PaidRows({"entitlement": account.id}, _use(account.id, payment, booking, now))


async def _by_money(payment: Payment, booking: BookingCard, now: datetime, *, buys_days: bool) -> PaidRows:
    """A charge; for a desk it buys the day, or pays for what it costs more."""
    assert payment.tariff is not None, "a price comes from somebody's list or terms"
    due = await _charge(payment, booking, now)
    charge = cast(int, due.values["id"])
    if payment.entitlement is not None:
        ticket = payment.entitlement.id
        bought = [new_ticket_charge(ticket, charge, payment.tariff), *_use(ticket, payment, booking, now)]
    elif buys_days:
        ticket, opened = await _ticket(payment.tariff, booking, now, charge=charge)
        held = _first_use(ticket, booking, now)
        bought = [*opened, new_ticket_charge(ticket, charge, payment.tariff), held]
    else:
        return PaidRows({"charge": charge}, [due])
    return PaidRows({"charge": charge, "entitlement": ticket}, [due, *bought])


async def _out_of_credit(payment: Payment, credit: Entitlement, booking: BookingCard, now: datetime) -> PaidRows:
    """An account of money buys a desk's day, or pays for what it costs more. The day is entered into before it."""
    assert payment.tariff is not None, "a price comes from somebody's list or terms"
    assert payment.entry is not None, "it takes something"
    if payment.grown is None:
        ticket, opened = await _ticket(payment.tariff, booking, now, credit=credit.id)
        bought = [*opened, _first_use(ticket, booking, now)]
    else:
        grown = payment.grown
        ticket, day = grown.ticket.id, _day(booking)
        bought = [new_use(ticket, grown.use, grown.entry, booking.person, day, booking.id, now)]
    paid = new_ticket_amount(ticket, payment.takes, payment.tariff)
    taken = new_use(
        credit.id, payment.use, payment.entry, booking.person, _day(booking), booking.id, now, ticket=ticket
    )
    return PaidRows({"entitlement": ticket}, [*bought, paid, taken])


def _use(account: int, payment: Payment, booking: BookingCard, now: datetime) -> list[NewRow]:
    """The account's next entry; an account without limit has none."""
    if payment.entry is None:
        return []
    return [new_use(account, payment.use, payment.entry, booking.person, _day(booking), booking.id, now)]


def _first_use(ticket: int, booking: BookingCard, now: datetime) -> NewRow:
    entry = hold(NOTHING_USED, Unit.DESK_DAY, booking.period.minutes, half_days=False)
    return new_use(ticket, NOTHING_USED, entry, booking.person, _day(booking), booking.id, now)


_FIRST: Final = ("charge", "entitlement", "entitlement_entry", "ticket_charge")


def in_order_of_payment(rows: Sequence[NewRow]) -> list[NewRow]:
    """The rows of several bookings, so that each comes after what it names, what is granted before it is used, and a
    bought day before the account behind it, which is older."""
    return sorted(rows, key=_place)


def _place(row: NewRow) -> tuple[int, bool, int]:
    place = _FIRST.index(row.table) if row.table in _FIRST else len(_FIRST)
    is_hold = row.values.get("change") is Change.HOLD
    return place, is_hold, -cast(int, row.values["entitlement"]) if is_hold else 0


@dataclass(frozen=True, slots=True)
class PaidBooking:
    """A booking by what pays for it."""

    id: int
    entitlement: int | None
    charge: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the booking's own columns."""
        return cls(row["id"], row["entitlement"], row["charge"])

    @classmethod
    def of_card(cls, card: BookingCard) -> Self:
        """From what is known of it already."""
        return cls(card.id, card.entitlement, card.charge)


PAID_COLUMNS: Final = "id, entitlement, charge"
"""What PaidBooking reads of a row of booking."""


async def return_payment(booking: PaidBooking, now: datetime) -> None:
    """What it took comes back, as if it had never been booked. In the transaction that ends it."""
    if booking.entitlement is not None:
        await give_back(booking.entitlement, booking.id, now)
    elif booking.charge is not None:
        await take_back(booking.charge, now)


async def spend_payment(booking: PaidBooking, now: datetime) -> None:
    """What is held for it is spent: somebody came, or gave it back too late."""
    if booking.entitlement is not None:
        await use_up(booking.entitlement, booking.id, now)


async def settle_missed(booking: PaidBooking, now: datetime) -> None:
    """Nobody came: what is held for it is spent, or comes back, as the account says."""
    if booking.entitlement is not None:
        await miss(booking.entitlement, booking.id, now)


def _day(booking: BookingCard) -> date:
    return booking.starts_at.date()


async def _charge(payment: Payment, booking: BookingCard, now: datetime) -> NewRow:
    """The first of a day that is bought is named by the day, so that of two at once one decides again."""
    assert payment.tariff is not None, "a price comes from somebody's list or terms"
    day = _day(booking)
    buys_a_day = booking.resource.kind is Kind.DESK and payment.entitlement is None and booking.organisation is None
    what = f"{booking.space.name}, {booking.resource.name}, {day:%d.%m.%Y}"
    return await new_charge(
        Due(
            key=f"day:{booking.person}:{day.isoformat()}:{payment.ticket}"
            if buys_a_day
            else f"booking:{booking.id}:{booking.sequence}",
            payer=await payer_for(booking.person, booking.organisation, now),
            seller=payment.tariff.seller,
            what_de=what,
            what_en=what,
            price=payment.price,
            tax_code=TaxCode(payment.tariff.tax_code),
            supply_from=day,
            supply_until=booking.ends_at.date(),
        ),
        now,
    )


async def _ticket(
    tariff: Price, booking: BookingCard, now: datetime, *, charge: int | None = None, credit: int | None = None
) -> tuple[int, list[NewRow]]:
    """The account of a day that is bought with a booking: at the spaces whose price it was, for all desks there."""
    day, scope = _day(booking), tariff.scope
    return await new_account(
        NewAccount(
            booking.person,
            Unit.DESK_DAY,
            Source.PASS,
            HALVES_OF_A_DAY,
            day,
            day,
            _TICKET_DE.format(space=booking.space.name),
            _TICKET_EN.format(space=booking.space.name),
            ScopeShape(operators=[booking.space.operator_id])
            if tariff.membership is None
            else ScopeShape(
                sorted(scope.operators), sorted(scope.spaces), sorted(scope.weekdays), scope.opens, scope.closes
            ),
            charge=charge,
            credit=credit,
        ),
        now,
    )
