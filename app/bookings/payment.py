"""What pays for a booking: written with it, given back with it, spent when it is used.

An entitlement pays by an entry of its account. Money pays by a charge; a day that is bought becomes an account of its
own, so that it pays for the day's other desks, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from app.billing.operations import Due, new_charge, own_payer, take_back
from app.billing.rules import TaxCode
from app.bookings.queries import BookingCard
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.plans.accounts import NewAccount, give_back, new_account, new_use, use_up
from app.plans.purses import ScopeShape
from app.plans.rules import Payment, Pays, Source
from app.plans.uses import HALF_DAY_MINUTES, HALVES_OF_A_DAY, NOTHING_USED, Unit, hold
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
    day = booking.starts_at.date()
    if payment.entitlement is not None:
        columns: dict[str, object] = {"entitlement": payment.entitlement.id}
        if payment.entry is None:
            return PaidRows(columns)
        use = new_use(payment.entitlement.id, payment.use, payment.entry, booking.person, day, booking.id, now)
        return PaidRows(columns, [use])
    if payment.kind is not Pays.MONEY or not payment.price.amount:
        return PaidRows()
    charge = await _charge(payment, booking, day, now)
    key = charge.values["id"]
    assert isinstance(key, int)
    if booking.resource.kind is not Kind.DESK:
        return PaidRows({"charge": key}, [charge])
    account, rows = await _ticket(payment, booking, day, key, now)
    return PaidRows({"charge": key, "entitlement": account}, [charge, *rows])


@dataclass(frozen=True, slots=True)
class PaidBooking:
    """A booking with what pays for it."""

    id: int
    person: int
    entitlement: int | None
    charge: int | None
    price: int
    period: Period
    zone: ZoneInfo

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the booking's own columns, with `time_zone`."""
        period = Period(row["starts_at"], row["ends_at"])
        zone = ZoneInfo(row["time_zone"])
        return cls(row["id"], row["person"], row["entitlement"], row["charge"], row["price_amount"], period, zone)

    @classmethod
    def of_card(cls, card: BookingCard) -> Self:
        """From what is known of it already."""
        return cls(card.id, card.person, card.entitlement, card.charge, card.price.amount, card.period, card.space.zone)

    @property
    def day(self) -> date:
        return local_day(self.period.starts_at, self.zone)


PAID_COLUMNS: Final = (
    "id, person, entitlement, charge, price_amount, starts_at, ends_at,"
    " (SELECT time_zone FROM space WHERE space.id = booking.space) AS time_zone"
)
"""What PaidBooking reads of a row of booking."""


async def return_payment(booking: PaidBooking, now: datetime) -> None:
    """What it took comes back, as if it had never been booked. In the transaction that ends it."""
    if booking.entitlement is not None:
        await give_back(booking.entitlement, booking.person, booking.day, booking.period.minutes, booking.id, now)
    elif booking.charge is not None:
        await take_back(booking.charge, now)


async def spend_payment(booking: PaidBooking, now: datetime) -> None:
    """What is held for it is spent: somebody came, or gave it back too late."""
    if booking.entitlement is not None:
        await use_up(booking.entitlement, booking.person, booking.day, booking.period.minutes, booking.id, now)


async def _charge(payment: Payment, booking: BookingCard, day: date, now: datetime) -> NewRow:
    assert payment.tariff is not None, "a price comes from somebody's list or terms"
    what = f"{booking.space.name}, {booking.resource.name}, {day:%d.%m.%Y}"
    due = Due(
        key=f"booking:{booking.id}:{booking.sequence}",
        payer=await own_payer(booking.person, now),
        seller=payment.tariff.seller,
        what_de=what,
        what_en=what,
        price=payment.price,
        tax_code=TaxCode(payment.tariff.tax_code),
        supply_from=day,
        supply_until=booking.ends_at.date(),
    )
    return await new_charge(due, now)


async def _ticket(
    payment: Payment, booking: BookingCard, day: date, charge: int, now: datetime
) -> tuple[int, list[NewRow]]:
    """The account of a day that is bought for a booking: of half a day where that is what was paid."""
    assert payment.tariff is not None, "a price comes from somebody's list or terms"
    minutes = booking.period.minutes
    is_half = minutes <= HALF_DAY_MINUTES and payment.price.amount == payment.tariff.half_day
    units = 1 if is_half else HALVES_OF_A_DAY
    account, rows = await new_account(
        NewAccount(
            booking.person,
            Unit.DESK_DAY,
            Source.PASS,
            units,
            day,
            day,
            _TICKET_DE.format(space=booking.space.name),
            _TICKET_EN.format(space=booking.space.name),
            ScopeShape(operators=[booking.space.operator_id]),
            half_days=is_half,
            charge=charge,
        ),
        now,
    )
    entry = hold(NOTHING_USED, Unit.DESK_DAY, minutes, half_days=is_half)
    return account, [*rows, new_use(account, NOTHING_USED, entry, booking.person, day, booking.id, now)]
