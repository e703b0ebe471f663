"""What a team would agree on: so many pieces of an offer from a day on, with prices as businesses read them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.billing.queries import law_values
from app.billing.rules import TaxCode, net_of
from app.kernel.money import Money
from app.kernel.refusals import Refusal, marked
from app.plans.agreements import StartUnusable, is_trial, latest_start
from app.plans.contract_words import includes
from app.plans.grants import Days
from app.plans.passes import last_day_of
from app.plans.products import Offer
from app.plans.sellers import Seller, seller_of
from app.plans.shown_prices import NET_WORDS, TaxSaid, said_rate
from app.plans.team_purchases import usable_quantity
from app.plans.terms import Billed, PassTerms, PlanTerms
from app.plans.terms_said import Reader, term, where
from app.plans.tiers import of_pieces, piece_price
from app.plans.timeline import Stretch, Timeline, dues_of, first_term_of
from app.platform.language import Speaker

_EVERY: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}


@dataclass(frozen=True, slots=True)
class Parts:
    """A gross amount with what is net and what is tax in it; of who shows no tax both are unknown."""

    gross: Money
    net: Money | None = None
    tax: Money | None = None

    @property
    def first(self) -> Money:
        """As a business reads it first: without the tax."""
        return self.net or self.gross


@dataclass(frozen=True, slots=True)
class PurchaseTerms:
    """What is agreed on. `total` is for a period of all pieces, `first` for the first one, that ends with
    `first_until`; of what is bought at once both are its price. `ends_on` is the first term's or a pool's last day."""

    offer: Offer
    seller: Seller
    quantity: int
    starts_on: date
    piece: Parts
    total: Parts
    first: Parts
    first_until: date
    ends_on: date
    rate: int | None

    @property
    def costs(self) -> bool:
        return bool(self.total.gross.amount)

    @property
    def is_trial(self) -> bool:
        return is_trial(self.offer.terms)

    @property
    def mark(self) -> str:
        """Changes with everything that was shown."""
        facts = (
            self.offer.version,
            self.quantity,
            self.starts_on,
            self.piece,
            self.total,
            self.first,
            self.ends_on,
            self.seller.name,
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def check_wish(quantity: int, starts_on: date, today: date) -> Sequence[Refusal]:
    """What of it cannot be agreed on."""
    refusals: list[Refusal] = []
    try:
        usable_quantity(quantity)
    except Refusal as refusal:
        refusals.append(refusal)
    if not today <= starts_on <= latest_start(today):
        refusals.append(StartUnusable(field="beginn", latest=latest_start(today)))
    return refusals


async def prepared_for_team(offer: Offer, quantity: int, starts_on: date, today: date) -> PurchaseTerms:
    """What would be agreed on today."""
    terms, law = offer.terms, await law_values(today)
    seller = await seller_of(offer.seller, today)
    rate = None
    if seller.tax_said(terms.tax_code) is TaxSaid.INCLUDED:
        rate = law["tax_reduced" if terms.tax_code is TaxCode.REDUCED else "tax_standard"]
    several = of_pieces(terms, quantity)
    piece, total = piece_price(terms, quantity), several.price
    if isinstance(several, PassTerms):
        ends_on = last_day_of(several, starts_on, law["pass_years"])
        first, first_until = total, ends_on
    else:
        due = next(dues_of(Timeline([Stretch(Days(starts_on), several)]), starts_on))
        first, first_until, ends_on = due.amount, due.days.last or starts_on, first_term_of(starts_on, several)
    return PurchaseTerms(
        offer,
        seller,
        quantity,
        starts_on,
        _parts(piece, terms.currency, rate),
        _parts(total, terms.currency, rate),
        _parts(first, terms.currency, rate),
        first_until,
        ends_on,
        rate,
    )


def _parts(amount: int, currency: str, rate: int | None) -> Parts:
    gross = Money(amount, currency)
    if rate is None:
        return Parts(gross)
    net = net_of(gross, rate)
    return Parts(gross, net, Money(amount - net.amount, currency))


def every(agreement: PurchaseTerms, price: Money, says: Speaker) -> str:
    """19,00 € im Monat."""
    terms = agreement.offer.terms
    if isinstance(terms, PlanTerms):
        return says.say(_EVERY[terms.billed], price=price)
    return says.money(price)


def tax_said(agreement: PurchaseTerms, says: Speaker) -> str:
    """What stands beside a net price."""
    return says.gettext(NET_WORDS[agreement.seller.tax_said(agreement.offer.terms.tax_code)])


def facts_for_team(agreement: PurchaseTerms, reader: Reader, says: Speaker) -> list[tuple[str, str]]:
    """All that is agreed on, each with its name: what it is, how much of it, what it costs, how long it binds."""
    terms, reader = agreement.offer.terms, replace(reader, has_agreed=True)
    facts = [
        (says.gettext(marked("Leistung je Stück")), includes(terms, reader, says)),
        (says.gettext(marked("Anzahl")), says.say(marked("{count} Stück"), count=agreement.quantity)),
        (says.gettext(marked("Gültig")), ", ".join(says.word(said) for said in where(terms.scope, reader.names))),
        (says.gettext(marked("Erster Tag")), says.day_of_year(agreement.starts_on)),
    ]
    if agreement.costs:
        facts += _prices(agreement, says)
    else:
        facts.append((says.gettext(marked("Preis")), says.gettext(marked("kostet nichts"))))
    if isinstance(terms, PassTerms):
        ends = marked("endet von selbst mit dem {day}")
        facts.append((says.gettext(marked("Laufzeit")), says.say(ends, day=says.day_of_year(agreement.ends_on))))
    else:
        facts.append((says.gettext(marked("Laufzeit")), ", ".join(says.word(said) for said in term(terms))))
        facts.append((says.gettext(marked("Weniger oder gar nicht mehr")), says.gettext(_FEWER)))
    facts.append((says.gettext(marked("Verkäufer")), agreement.seller.name))
    return facts


_FEWER: Final = marked("mit der Kündigungsfrist zum Ende der Laufzeit; mehr geht jederzeit, anteilig ab dem Tag")


def _prices(agreement: PurchaseTerms, says: Speaker) -> list[tuple[str, str]]:
    tax = tax_said(agreement, says)
    facts = [
        (says.gettext(marked("Preis je Stück")), f"{every(agreement, agreement.piece.first, says)} {tax}"),
        (says.gettext(marked("Preis zusammen")), f"{every(agreement, agreement.total.first, says)} {tax}"),
    ]
    total = agreement.total
    if total.tax is not None and agreement.rate is not None:
        percent = says.say(marked("{rate} % MwSt."), rate=said_rate(agreement.rate))
        facts.append((percent, says.money(total.tax)))
        facts.append((says.gettext(marked("Mit Steuer")), every(agreement, total.gross, says)))
    if agreement.first != total:
        said = says.say(
            marked("{price}, bis {until}"),
            price=agreement.first.first,
            until=says.day_of_year(agreement.first_until),
        )
        facts.append((says.gettext(marked("Erster Zeitraum")), f"{said} ({tax})"))
    return facts
