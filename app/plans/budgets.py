"""Budgets: what a shared purse provides to one person in money, an account for each month; and what was spent of them,
charged to who fills the purse once the month is over.

A charge names the month and the seller and nothing else, so that who pays does not learn of anybody's day.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from babel.dates import format_date

from app.billing.operations import Due, new_charge, take_back
from app.billing.rules import TaxCode
from app.kernel.money import Money
from app.plans.accounts import NewAccount, account_rows, change_grant
from app.plans.grants import month_of
from app.plans.rules import Source
from app.plans.timeline import months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS
from app.plans.uses import Unit
from app.platform.database import fetch, fetch_row, fetch_value, retried, transaction
from app.platform.new_rows import insert_all, insert_together

_AT_ONCE: Final = 500
_CHARGED_FROM_DAY: Final = 3
"""Of the month after: by then nothing of it is still to be settled."""

_LABEL_DE: Final = "Budget {company}"
_LABEL_EN: Final = "Budget {company}"

_WANTED: Final = """
    WITH wanted AS (
        SELECT DISTINCT m.person, g.month::date AS month,
               coalesce((coalesce(m.limits, p.limits)->>'money')::int, 0) + coalesce((
                   SELECT sum(money) FROM purse_extra x
                    WHERE x.purse = m.purse AND x.person = m.person AND x.month = g.month), 0)::int AS units
          FROM purse_member m JOIN shared_purse p ON p.id = m.purse
         CROSS JOIN generate_series(date_trunc('month', $2::date), date_trunc('month', $3::date), '1 month') g (month)
         WHERE m.purse = $1 AND (m.last IS NULL OR m.last >= g.month)
           AND m.first < g.month + interval '1 month'
           AND NOT EXISTS (SELECT FROM purse_member later
                            WHERE later.purse = m.purse AND later.person = m.person AND later.id > m.id)
    )
    SELECT w.person, w.month, w.units, e.id FROM wanted w
      LEFT JOIN entitlement e ON e.purse = $1 AND e.person = w.person AND e.starts_on = w.month AND e.unit = 'money'
     WHERE e.id IS NULL AND w.units > 0 OR e.expired_at IS NULL AND e.id IS NOT NULL AND w.units <> (
           SELECT coalesce(sum(left_change), 0) FROM entitlement_entry WHERE entitlement = e.id AND change = 'grant')
     ORDER BY w.person, w.month
"""


async def settle_budgets(now: datetime, today: date) -> int:
    """Opens the budgets of the months ahead, brings those that are there to what holds now, and charges what was spent
    in months that are over; how many purses there are. Twice does nothing more."""
    rows = await fetch("SELECT id FROM shared_purse WHERE payer IS NOT NULL ORDER BY id")
    for row in rows:
        await provide_budgets(row["id"], now, today)
        await charge_budgets(row["id"], now, today)
    return len(rows)


@retried
async def provide_budgets(purse: int, now: datetime, today: date) -> None:
    """Opens the purse's budgets of this month and those ahead, and brings those that are there to what holds now.

    What is booked stays paid.
    """
    async with transaction():
        row = await fetch_row(
            "SELECT y.company, y.name FROM shared_purse p JOIN payer y ON y.id = p.payer WHERE p.id = $1"
            " FOR UPDATE OF p",
            purse,
        )
        assert row is not None, "the purse is there"
        company = row["company"] or row["name"]
        rows = await fetch(_WANTED, purse, today, months_later(today, GRANTED_AHEAD_MONTHS - 1))
        for each in rows:
            if each["id"] is not None:
                await change_grant(each["id"], each["units"], now)
        new = [each for each in rows if each["id"] is None]
        for start in range(0, len(new), _AT_ONCE):
            await _open(purse, company, new[start : start + _AT_ONCE], now)


async def _open(purse: int, company: str, wanted: Sequence[Mapping[str, Any]], now: datetime) -> None:
    keys = await fetch(
        "SELECT nextval(pg_get_serial_sequence('entitlement', 'id')) AS id FROM generate_series(1, $1)", len(wanted)
    )
    rows = []
    for key, each in zip(keys, wanted, strict=True):
        month = month_of(each["month"])
        account = NewAccount(
            each["person"],
            Unit.MONEY,
            Source.TEAM,
            each["units"],
            month.first,
            month.last,
            _LABEL_DE.format(company=company),
            _LABEL_EN.format(company=company),
            purse=purse,
        )
        rows += account_rows(key["id"], account, now)
    await insert_all(rows)


_SPENT: Final = """
    SELECT seller, tax_code, sum(units)::int AS units FROM (
        SELECT -sum(x.left_change) AS units,
               (array_agg(x.seller ORDER BY x.id DESC) FILTER (WHERE x.tax_code IS NOT NULL))[1] AS seller,
               (array_agg(x.tax_code ORDER BY x.id DESC) FILTER (WHERE x.tax_code IS NOT NULL))[1] AS tax_code
          FROM entitlement e JOIN entitlement_entry x ON x.entitlement = e.id
         WHERE e.purse = $1 AND e.unit = 'money' AND e.starts_on = $2
           AND x.change IN ('hold', 'consume', 'release') AND x.left_change <> 0
         GROUP BY e.id, coalesce(x.ticket, 0), CASE WHEN x.ticket IS NULL THEN x.booking END
    ) paid WHERE tax_code IS NOT NULL GROUP BY seller, tax_code ORDER BY seller, tax_code
"""


@retried
async def charge_budgets(purse: int, now: datetime, today: date) -> None:
    """Charges to the payer what was spent of the budgets of the two months before, by seller and tax; what has changed
    since it was charged is corrected."""
    for back in (2, 1):
        month = months_later(today.replace(day=1), -back)
        if back == 1 and today.day < _CHARGED_FROM_DAY:
            continue
        async with transaction():
            payer: int = await fetch_value("SELECT payer FROM shared_purse WHERE id = $1 FOR UPDATE", purse)
            for row in await fetch(_SPENT, purse, month):
                await _charge(purse, payer, month, row["seller"], row["tax_code"], row["units"], now)


async def _charge(
    purse: int, payer: int, month: date, seller: int | None, tax_code: str, units: int, now: datetime
) -> None:
    key = f"budget:{purse}:{month.isoformat()}:{seller or 0}:{tax_code}"
    rows = await fetch(
        "SELECT c.id, c.amount, EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) AS is_back FROM charge c"
        " WHERE (c.key = $1 OR c.key LIKE $1 || ':v%') AND c.corrects IS NULL ORDER BY c.id",
        key,
    )
    standing = [row for row in rows if not row["is_back"]]
    if sum(row["amount"] for row in standing) == units:
        return
    for row in standing:
        await take_back(row["id"], now)
    if not units:
        return
    days = month_of(month)
    assert days.last is not None, "a month ends"
    due = Due(
        f"{key}:v{len(rows)}" if rows else key,
        payer,
        seller,
        f"Budget {format_date(month, 'LLLL y', locale='de_DE')}",
        f"Budget {format_date(month, 'LLLL y', locale='en_GB')}",
        Money(units),
        TaxCode(tax_code),
        days.first,
        days.last,
    )
    await insert_together(await new_charge(due, now))
