"""Offers as public pages compare them: in the reader's words, gross for consumers, net for businesses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import urlencode

from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.refusals import Phrase
from app.plans.fitting import price_of_a_day
from app.plans.place_names import reader_of
from app.plans.products import Offer
from app.plans.shown_prices import Taxes, taxes_on
from app.plans.terms import Audience, PlanTerms
from app.plans.terms_said import (
    Line,
    Reader,
    about_of,
    further,
    included,
    name_of,
    term,
    until,
    where,
)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in a comparison."""

    offer: Offer
    name: str
    about: str
    price: Money
    billed: str
    tax: str
    day: Money | None
    is_unlimited: bool
    included: Sequence[Phrase]
    where: Sequence[Phrase]
    term: Sequence[Phrase]
    more: Sequence[Line]
    url: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Says offers for one visitor as a private person or as a business."""

    visitor: Visitor
    audience: Audience
    taxes: Taxes
    reader: Reader

    def shown(self, offer: Offer, amount: int) -> Money:
        """An amount of this seller as the audience sees it."""
        gross = Money(amount, offer.terms.currency)
        return self.taxes.shown(gross, offer.seller, offer.terms.tax_code, self.audience)

    def tax_word(self, offer: Offer) -> str:
        """What stands beside it of the tax."""
        return self.taxes.word(offer.seller, offer.terms.tax_code, self.audience)

    def row(self, offer: Offer, **carried: str) -> OfferRow:
        """The offer in words; `carried` goes along to where it is bought."""
        reader = replace(self.reader, shown=partial(self.shown, offer))
        terms, language, day = offer.terms, self.visitor.language, price_of_a_day(offer.terms)
        query = carried | ({"fuer": "geschaeftlich"} if self.audience is Audience.BUSINESS else {})
        return OfferRow(
            offer=offer,
            name=name_of(terms, language),
            about=about_of(terms, language),
            price=self.shown(offer, terms.price),
            billed=terms.billed.value if isinstance(terms, PlanTerms) else "",
            tax=self.tax_word(offer),
            day=self.shown(offer, day) if day else None,
            is_unlimited=isinstance(terms, PlanTerms) and (terms.unlimited_desks or terms.fixed_desk),
            included=list(included(terms, reader)),
            where=list(where(terms.scope, reader.names)),
            term=list(term(terms)) if isinstance(terms, PlanTerms) else [until(terms, reader)],
            more=further(terms, reader),
            url=f"/beitreten/{offer.public_id}" + (f"?{urlencode(query)}" if query else ""),
        )


async def comparison(visitor: Visitor, audience: Audience, today: date) -> Comparison:
    """For this visitor today."""
    return Comparison(visitor, audience, await taxes_on(today), await reader_of(visitor.language, today))
