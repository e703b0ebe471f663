"""What paid for the demo network's bookings: decided by the rule that decides every booking, in the order in which they
were made, and entered as if each had been paid then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.bookings.payment import PaidRows, paid_rows
from app.bookings.queries import bookings_by_id
from app.bookings.rules import Status
from app.demo.rows import copy_all
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.plans.accounts import new_use, use_up_past
from app.plans.limits import OwnLimits
from app.plans.needs import Need
from app.plans.prices import Price
from app.plans.purse_limits import counted_row
from app.plans.purses import UNITS, Paid
from app.plans.rules import Entitlement, Payment, Purse, ways_to_pay
from app.plans.uses import consume, units_for
from app.platform.database import execute, fetch
from app.platform.new_rows import NewRow

_USED = frozenset({Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW, Status.RELEASED})
_TO_BE_PAID = """
    SELECT b.id, b.person, b.resource, b.status, b.starts_at, b.ends_at, b.created_at, r.kind, s.id AS space,
           s.operator, s.time_zone
      FROM booking b JOIN resource r ON r.id = b.resource JOIN space s ON s.id = b.space
     WHERE b.status <> 'cancelled' ORDER BY b.created_at, b.id
"""


@dataclass(frozen=True, slots=True)
class _Paid:
    """What a booking says of its payment."""

    booking: int
    kind: str
    account: object = None
    charge: object = None
    price: int = 0


@dataclass(slots=True)
class _Ledger:
    """What has been entered so far."""

    accounts: Mapping[int, list[Entitlement]]
    limits: Mapping[int, OwnLimits]
    shared: dict[int, int] = field(default_factory=dict)
    purses: dict[int, Purse] = field(default_factory=dict)
    rows: list[NewRow] = field(default_factory=list)
    paid: list[_Paid] = field(default_factory=list)
    uses: list[tuple[Entitlement, Any, Need]] = field(default_factory=list)
    bought: dict[int, Payment] = field(default_factory=dict)

    def pay(self, row: Any, prices: Sequence[Price]) -> None:
        kind = Kind(row["kind"])
        period = Period(row["starts_at"], row["ends_at"])
        need = Paid(kind, row["operator"], row["space"], row["resource"]).need(period, ZoneInfo(row["time_zone"]))
        purse = self._purse_of(row["person"])
        payment = ways_to_pay(need, replace(purse, prices=prices))[0]
        self.purses[row["person"]] = purse.after(payment, need.day)
        account = payment.entitlement
        if account is None:
            if payment.price.amount:
                self.bought[row["id"]] = payment
            self.paid.append(_Paid(row["id"], payment.kind))
            return
        self.paid.append(_Paid(row["id"], payment.kind, account.id))
        if payment.entry is not None:
            entry = payment.entry
            self.rows.append(
                new_use(account.id, payment.use, entry, row["person"], need.day, row["id"], row["created_at"])
            )
            if account.is_shared and account.left is not None:
                self.shared[account.id] = account.left + entry.left
            if payment.counted is not None:
                self.rows.append(counted_row(payment.counted, row["person"]))
            if row["status"] in _USED:
                self.uses.append((account, row, need))

    def _purse_of(self, person: int) -> Purse:
        """As it is now, with what the others have left of what is shared."""
        purse = self.purses.get(person)
        own = self.limits.get(person)
        if purse is None:
            purse = Purse(True, self.accounts.get(person, ()), limits={own.purse: own} if own else {})
        if own is None:
            return purse
        accounts = [replace(one, left=self.shared.get(one.id, one.left)) for one in purse.entitlements]
        return replace(purse, entitlements=accounts)

    def spend(self) -> None:
        """What somebody came for, or should have, is spent."""
        for account, row, need in self.uses:
            purse = self.purses[row["person"]]
            use = purse.used(account.id, need.day)
            entry = consume(use, units_for(account.unit, need.minutes, half_days=account.half_days))
            if entry is not None:
                self.rows.append(new_use(account.id, use, entry, row["person"], need.day, row["id"], row["starts_at"]))
                self.purses[row["person"]] = purse.with_entry(account.id, need.day, entry)


async def pay_bookings(
    accounts: Mapping[int, list[Entitlement]],
    limits: Mapping[int, OwnLimits],
    prices: Mapping[tuple[int, str], Sequence[Price]],
    today: date,
    now: datetime,
) -> None:
    """Pays all bookings that there are, by the accounts and limits of each person and the prices of each operator and
    kind; months that are over have lapsed."""
    ledger = _Ledger(accounts, limits)
    for row in await fetch(_TO_BE_PAID):
        ledger.pay(row, prices[row["operator"], row["kind"]])
    ledger.spend()
    charged = {
        card.id: await paid_rows(ledger.bought[card.id], card, card.created_at)
        for card in await bookings_by_id(list(ledger.bought))
    }
    bought = [row for paid in charged.values() for row in paid.rows]
    await copy_all([*sorted(bought, key=lambda row: row.table != "charge"), *ledger.rows])
    await _write([_bought(paid, ledger, charged) for paid in ledger.paid])
    await use_up_past(now, today)
    await _let_lapse(today, now)


def _bought(paid: _Paid, ledger: _Ledger, charged: Mapping[int, PaidRows]) -> _Paid:
    """With its charge, and the account of a day that it opened."""
    if paid.booking not in charged:
        return paid
    columns = charged[paid.booking].columns
    account = columns.get("entitlement")
    price = ledger.bought[paid.booking].price.amount
    return _Paid(paid.booking, paid.kind, account, columns["charge"], price)


async def _write(paid: Sequence[_Paid]) -> None:
    """Each booking says what paid for it."""
    await execute(
        "UPDATE booking b SET entitlement = p.entitlement, charge = p.charge, paid_by = p.kind, price_amount = p.price"
        " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::int[])"
        " AS p (booking, entitlement, charge, kind, price) WHERE b.id = p.booking",
        [one.booking for one in paid],
        [one.account for one in paid],
        [one.charge for one in paid],
        [one.kind for one in paid],
        [one.price for one in paid],
    )


async def _let_lapse(today: date, now: datetime) -> None:
    """All accounts whose last day is over, as expire_past does it one by one."""
    over = "ends_on < $1 AND expired_at IS NULL"
    await execute(
        "INSERT INTO entitlement_entry (entitlement, change, left_change, at)"  # noqa: S608
        f" SELECT id, 'expire', -left_units, $2 FROM entitlement WHERE {over} AND left_units > 0 ORDER BY id",
        today,
        now,
    )
    await execute(f"UPDATE entitlement SET expired_at = $2 WHERE {over}", today, now)  # noqa: S608


async def prices_by_kind(today: date) -> Mapping[tuple[int, str], Sequence[Price]]:
    """What each operator takes today of everybody, by its key and the kind."""
    rows = await fetch(
        "SELECT operator, kind, per_day, per_half_day, per_hour, resource FROM price_list_entry"
        " WHERE price_class = 'normal' AND valid_from <= $1 ORDER BY id",
        today,
    )
    found: dict[tuple[int, str], list[Price]] = {}
    for row in rows:
        price = Price(
            UNITS[Kind(row["kind"])],
            row["per_day"],
            row["per_half_day"],
            row["per_hour"],
            seller=row["operator"],
            resource=row["resource"],
        )
        found.setdefault((row["operator"], row["kind"]), []).append(price)
    return found
