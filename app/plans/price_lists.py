"""An operator's price list: what a day, half a day or an hour costs where nothing else pays. History is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from app.billing.rules import TaxCode
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, NotFound, marked
from app.plans.product_versions import may_sell_for
from app.plans.term_checks import MOST_MONEY, TermsUnusable
from app.plans.terms import PriceClass
from app.platform.database import execute, fetch, fetch_row, transaction
from app.platform.outbox import emit

FIGURES: Final = ("per_day", "per_half_day", "per_hour")


class PriceInThePast(BadInput):
    code = "price_in_the_past"
    text = marked("Ein Preis gilt frühestens ab heute. Was bisher galt, bleibt nachlesbar.")


class PriceMissing(BadInput):
    code = "price_missing"
    text = marked("Bitte mindestens einen Preis angeben.")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One entry of the list. Without figures it ends what the entries before it said.

    `space` and `resource` are keys; None holds for all.
    """

    kind: Kind
    space: int | None
    resource: int | None
    price_class: PriceClass
    per_day: int | None
    per_half_day: int | None
    per_hour: int | None
    valid_from: date
    tax_code: TaxCode = TaxCode.STANDARD
    entered_at: datetime | None = None

    @property
    def ends(self) -> bool:
        return self.per_day is None and self.per_half_day is None and self.per_hour is None

    @property
    def place(self) -> tuple[Kind, int | None, int | None, PriceClass]:
        """What the entry is about; a later one about the same takes its place."""
        return self.kind, self.space, self.resource, self.price_class


def holding(rows: Sequence[PriceRow], day: date) -> list[PriceRow]:
    """Of a history, the latest first, what holds on this day: one entry for each place, without those that end it."""
    found: dict[object, PriceRow] = {}
    for row in rows:
        if row.valid_from <= day:
            found.setdefault(row.place, row)
    return [row for row in found.values() if not row.ends]


def check_price(row: PriceRow, today: date) -> list[BadInput]:
    """What is wrong with an entry, field by field."""
    found: list[BadInput] = []
    for name in FIGURES:
        amount = getattr(row, name)
        if amount is not None and not 0 <= amount <= MOST_MONEY:
            found.append(TermsUnusable(field=name, least=0, most=MOST_MONEY // 100))
    if row.valid_from < today:
        found.append(PriceInThePast(field="valid_from"))
    return found


async def enter_price(actor: Actor, operator: int, row: PriceRow, now: datetime, today: date) -> None:
    """It holds from its day on; bookings that stand keep their price. Raises NotFound, BadInput."""
    if not may_sell_for(actor, operator):
        raise NotFound
    for refusal in check_price(row, today):
        raise refusal
    async with transaction():
        await _demand_own(operator, row)
        await execute(
            "INSERT INTO price_list_entry (operator, space, resource, kind, price_class, per_day, per_half_day,"
            " per_hour, tax_code, valid_from, entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            operator,
            row.space,
            row.resource,
            row.kind,
            row.price_class,
            row.per_day,
            row.per_half_day,
            row.per_hour,
            row.tax_code,
            row.valid_from,
            now,
        )
        await record(
            "operator.price_entered", "operator", operator, actor, now, kind=row.kind, valid_from=row.valid_from
        )
        await emit("operator.prices_changed", "operator", operator, now)


async def _demand_own(operator: int, row: PriceRow) -> None:
    """Raises NotFound where the space is not the operator's, or the resource not of that space and kind."""
    if row.resource is not None:
        found = await fetch_row(
            "SELECT FROM resource r JOIN space s ON s.id = r.space WHERE r.id = $1 AND s.id = $2 AND s.operator = $3"
            " AND r.kind = $4",
            row.resource,
            row.space,
            operator,
            row.kind,
        )
    elif row.space is not None:
        found = await fetch_row("SELECT FROM space WHERE id = $1 AND operator = $2", row.space, operator)
    else:
        return
    if found is None:
        raise NotFound


async def price_history(operator: int) -> list[PriceRow]:
    """All entries of the operator's list, the latest first; prices are public."""
    rows = await fetch("SELECT * FROM price_list_entry WHERE operator = $1 ORDER BY valid_from DESC, id DESC", operator)
    return [_row(row) for row in rows]


async def prices_at(operator: int, space: int, today: date) -> list[PriceRow]:
    """What everybody pays at this space today, the narrowest entries last."""
    rows = [
        row
        for row in holding(await price_history(operator), today)
        if row.price_class is PriceClass.NORMAL and row.space in (None, space)
    ]
    narrower = {row.kind for row in rows if row.space is not None and row.resource is None}
    kept = [row for row in rows if row.space is not None or row.kind not in narrower]
    return sorted(kept, key=lambda row: (list(Kind).index(row.kind), row.resource is not None, row.resource or 0))


@dataclass(frozen=True, slots=True)
class DayPrice:
    """What a desk costs for a day without any plan at an operator, or at one of its spaces; gross."""

    seller: int
    tax_code: TaxCode
    amount: int


async def day_prices(today: date) -> list[DayPrice]:
    """Those of everybody who sells days, the lowest first."""
    rows = await fetch(
        "SELECT operator, tax_code, per_day FROM ("
        "SELECT DISTINCT ON (p.operator, p.space) p.operator, p.tax_code, p.per_day, o.charges FROM price_list_entry p"
        "  JOIN operator o ON o.id = p.operator"
        " WHERE p.kind = 'desk' AND p.price_class = 'normal' AND p.resource IS NULL AND p.valid_from <= $1"
        "   AND o.retired_at IS NULL AND o.suspended_at IS NULL"
        "   AND EXISTS (SELECT FROM space s WHERE s.operator = o.id AND s.published_at IS NOT NULL"
        "     AND s.retired_at IS NULL AND (p.space IS NULL OR s.id = p.space))"
        " ORDER BY p.operator, p.space, p.valid_from DESC, p.id DESC) latest"
        " WHERE charges AND per_day IS NOT NULL ORDER BY per_day, operator",
        today,
    )
    return [DayPrice(row["operator"], TaxCode(row["tax_code"]), row["per_day"]) for row in rows]


def _row(row: Any) -> PriceRow:
    return PriceRow(
        Kind(row["kind"]),
        row["space"],
        row["resource"],
        PriceClass(row["price_class"]),
        row["per_day"],
        row["per_half_day"],
        row["per_hour"],
        row["valid_from"],
        TaxCode(row["tax_code"]),
        row["entered_at"],
    )
