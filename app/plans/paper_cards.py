"""What was left on cards of paper becomes an account, once: it is used like a pass that was bought."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from app.billing.queries import law_values
from app.identity.audit import record
from app.plans.accounts import NewAccount, change_grant, open_account
from app.plans.purses import ScopeShape
from app.plans.rules import Source
from app.plans.terms import PassTerms
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import fetch, fetch_row, fetch_value, transaction
from app.platform.random_ids import new_public_id

NAME_DE: Final = "Papierkarte {operator}"
NAME_EN: Final = "Paper card {operator}"

_DIFFERENT = """
    SELECT b.person, b.operator, o.name, b.days, b.as_of, made.pass, made.entitlement, made.units
      FROM opening_balance b JOIN operator o ON o.id = b.operator AND o.charges AND o.retired_at IS NULL
      LEFT JOIN LATERAL (
          SELECT max(p.id) AS pass, max(e.id) AS entitlement, sum(x.left_change) AS units
            FROM pass p JOIN entitlement e ON e.pass = p.id
            JOIN entitlement_entry x ON x.entitlement = e.id AND x.change = 'grant'
           WHERE p.person = b.person AND p.seller = b.operator AND p.product_version IS NULL
             AND p.payer IS NULL
      ) made ON true
     WHERE (SELECT charges FROM network ORDER BY id LIMIT 1) AND b.days * 2 <> coalesce(made.units, 0)
"""


async def carry_paper_cards(now: datetime, today: date) -> int:
    """Opens accounts for balances of paper that have none; how many. Twice does nothing more.

    A balance that was corrected since corrects its account, as far as it is not spent. Where nothing costs anything
    there is nothing to carry.
    """
    rows = await fetch(f"{_DIFFERENT} ORDER BY b.person, b.operator")
    carried = 0
    for row in rows:
        async with transaction():
            await fetch_row("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", row["person"])
            again = await fetch_row(
                f"{_DIFFERENT} AND b.person = $1 AND b.operator = $2", row["person"], row["operator"]
            )
            if again is not None:
                await _carry(again, now, today)
                carried += 1
    return carried


async def _carry(row: Any, now: datetime, today: date) -> None:
    if row["entitlement"] is not None:
        others = row["units"] - await _granted(row["entitlement"])
        await change_grant(row["entitlement"], row["days"] * HALVES_OF_A_DAY - others, now)
        return
    years = (await law_values(today))["pass_years"]
    name_de, name_en = NAME_DE.format(operator=row["name"]), NAME_EN.format(operator=row["name"])
    scope = ScopeShape(operators=[row["operator"]])
    terms = PassTerms(name_de=name_de, name_en=name_en, amount=row["days"], price=0, scope=scope)
    key: int = await fetch_value(
        "INSERT INTO pass (public_id, person, seller, terms, bought_at) VALUES ($1, $2, $3, $4::jsonb, $5)"
        " RETURNING id",
        new_public_id(),
        row["person"],
        row["operator"],
        msgspec.json.encode(terms).decode(),
        now,
    )
    await open_account(
        NewAccount(
            row["person"],
            Unit.DESK_DAY,
            Source.PASS,
            row["days"] * HALVES_OF_A_DAY,
            row["as_of"],
            date(row["as_of"].year + years, 12, 31),
            name_de,
            name_en,
            scope,
            bought=key,
        ),
        now,
    )
    await record("pass.carried_over", "pass", key, None, now, whom=row["person"], days=row["days"])


async def _granted(entitlement: int) -> int:
    granted: int = await fetch_value(
        "SELECT coalesce(sum(left_change), 0)::int FROM entitlement_entry WHERE entitlement = $1 AND change = 'grant'",
        entitlement,
    )
    return granted
