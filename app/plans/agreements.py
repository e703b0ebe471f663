"""What an order would agree on, worked out from the offer and what was chosen; shown before it is ordered. Pure.

What was shown must still hold when it is ordered: both carry the same mark.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.billing.rules import TaxCode, net_of
from app.kernel.money import Money
from app.kernel.refusals import BadInput, Refusal, marked, phrase
from app.plans.grants import Days
from app.plans.passes import last_day_of
from app.plans.products import Offer
from app.plans.sellers import Seller
from app.plans.shown_prices import TaxSaid
from app.plans.terms import Audience, PassTerms, PlanTerms, PriceClass, Terms, agreed
from app.plans.timeline import Stretch, Timeline, dues_of, first_term_of, months_later

BEGINS_WITHIN_MONTHS: Final = 3


class StartUnusable(BadInput):
    code = "start_unusable"
    text = marked("Der Beginn liegt zwischen heute und {latest}.")


class ConcessionMissing(Refusal):
    """The price is for who has shown a proof."""

    code = "concession_missing"
    text = marked("Diesen Preis gibt es mit einem Nachweis, den ein Standort oder das Netzwerk geprüft hat.")


class NotSoldToThem(Refusal):
    code = "not_sold_to_them"
    text = marked("Dieses Angebot gibt es nur für {whom}.")


AUDIENCE_NAMES: Final[Mapping[Audience, str]] = {
    Audience.CONSUMER: marked("Privatpersonen"),
    Audience.BUSINESS: marked("Unternehmen, Vereine und Kommunen"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chooses: the first day, extras by their place in the list, the price class, and as whom."""

    starts_on: date
    audience: Audience
    extras: frozenset[int] = frozenset()
    price_class: PriceClass = PriceClass.NORMAL


@dataclass(frozen=True, slots=True)
class LegalVersions:
    """Which legal texts an order names: the terms of use since when, the withdrawal notice of which day."""

    terms: datetime | None
    notice: date | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed on. Of a plan `first` is what the first period costs and `least` all that the first term costs;
    of a pass both are its price. A consumer who pays may withdraw until `withdrawal_until`."""

    offer: Offer
    seller: Seller
    choice: Choice
    terms: Terms
    price: Money
    first: Money
    first_until: date
    least: Money
    ends_on: date
    withdrawal_until: date | None
    legal: LegalVersions

    @property
    def costs(self) -> bool:
        """Whether anything is due, now or later."""
        return bool(self.least.amount)

    @property
    def starts_early(self) -> bool:
        """Whether it begins while the consumer can still withdraw, which he then has to ask for."""
        return self.withdrawal_until is not None and self.choice.starts_on <= self.withdrawal_until

    @property
    def first_day_after_withdrawal(self) -> date:
        """The first day on which it can begin without having been asked for."""
        assert self.withdrawal_until is not None, "a consumer pays"
        return self.withdrawal_until + timedelta(days=1)

    @property
    def mark(self) -> str:
        """Changes with everything that the person was shown."""
        facts = (
            self.offer.version,
            self.choice.starts_on,
            self.choice.audience,
            sorted(self.choice.extras),
            self.choice.price_class,
            self.price,
            self.first,
            self.least,
            self.seller.name,
            self.seller.tax_said(self.terms.tax_code),
            self.legal,
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def agreement(
    offer: Offer, seller: Seller, choice: Choice, pass_years: int, legal: LegalVersions, last_day_to_withdraw: date
) -> Agreement:
    """What would be agreed on today, when a consumer's right to withdraw would end on `last_day_to_withdraw`."""
    terms: Terms = agreed(offer.terms, choice.extras) if isinstance(offer.terms, PlanTerms) else offer.terms
    price = Money(terms.price_for(choice.price_class), terms.currency)
    if isinstance(terms, PlanTerms):
        first, first_until, least, ends_on = _of_plan(terms, choice)
    else:
        ends_on = last_day_of(terms, choice.starts_on, pass_years)
        first, first_until, least = price, ends_on, price
    revocable = choice.audience is Audience.CONSUMER and least.amount > 0
    until = last_day_to_withdraw if revocable else None
    named = LegalVersions(legal.terms, legal.notice if revocable else None)
    return Agreement(offer, seller, choice, terms, price, first, first_until, least, ends_on, until, named)


def _of_plan(terms: PlanTerms, choice: Choice) -> tuple[Money, date, Money, date]:
    last = first_term_of(choice.starts_on, terms)
    whole = [Stretch(Days(choice.starts_on), terms, choice.price_class)]
    first = next(dues_of(Timeline(whole), choice.starts_on))
    bound = [Stretch(Days(choice.starts_on, last), terms, choice.price_class)]
    periods = sum(due.amount for due in dues_of(Timeline(bound), last))
    assert first.days.last is not None, "a period ends"
    return (
        Money(first.amount, terms.currency),
        first.days.last,
        Money(periods + terms.setup, terms.currency),
        last,
    )


def net_and_tax(agreed: Agreement, law: Mapping[str, int]) -> tuple[Money, Money] | None:
    """The net amount and the tax in the price, for businesses; None where the seller shows no tax."""
    code, price = agreed.terms.tax_code, agreed.price
    if agreed.seller.tax_said(code) is not TaxSaid.INCLUDED:
        return None
    net = net_of(price, law["tax_reduced" if code is TaxCode.REDUCED else "tax_standard"])
    return net, Money(price.amount - net.amount, price.currency)


def latest_start(today: date) -> date:
    return months_later(today, BEGINS_WITHIN_MONTHS)


def check_choice(
    offer: Offer, choice: Choice, proven: frozenset[PriceClass], today: date, *, is_staffed: bool = False
) -> Sequence[Refusal]:
    """What of the choice cannot be agreed on; `proven` are the price classes whose proof was checked.

    A counter sells to everybody the same.
    """
    refusals: list[Refusal] = []
    if not today <= choice.starts_on <= latest_start(today):
        refusals.append(StartUnusable(field="beginn", latest=latest_start(today)))
    if choice.price_class is not PriceClass.NORMAL and choice.price_class not in proven:
        refusals.append(ConcessionMissing(field="preis"))
    if not is_staffed and not offer.is_for(choice.audience):
        only = next(iter(offer.terms.audiences), Audience.CONSUMER)
        refusals.append(NotSoldToThem(field="als", whom=phrase(AUDIENCE_NAMES[only])))
    return refusals


def is_trial(terms: Terms) -> bool:
    return isinstance(terms, PassTerms) and terms.is_trial
