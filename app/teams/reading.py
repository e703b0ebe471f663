"""How a business reads terms: prices without the tax, where its seller shows any."""

from dataclasses import replace
from datetime import date
from functools import partial

from app.billing.rules import net_of
from app.kernel.money import Money
from app.plans.place_names import reader_of
from app.plans.shown_prices import Taxes
from app.plans.terms import Terms
from app.plans.terms_said import Reader
from app.teams.purchase_terms import PurchaseTerms


async def business_reader(agreed: PurchaseTerms, language: str, today: date) -> Reader:
    """Who reads what is agreed on."""
    reader = await reader_of(language, today)
    return reader if agreed.rate is None else replace(reader, shown=partial(_net, agreed.rate))


def net_reader(reader: Reader, taxes: Taxes, seller: int | None, terms: Terms) -> Reader:
    """The reader of what this seller has on sale."""

    def shown(amount: int) -> Money:
        return taxes.net(Money(amount, terms.currency), seller, terms.tax_code)

    return replace(reader, shown=shown)


def _net(rate: int, amount: int) -> Money:
    return net_of(Money(amount), rate)
