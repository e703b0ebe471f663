"""What an order holds, in words: the same on pages, in mails and in documents."""

from dataclasses import replace
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import marked
from app.plans.agreements import Agreement, is_trial
from app.plans.changing import OtherTerms
from app.plans.queries import MembershipCard
from app.plans.sellers import Seller
from app.plans.terms import PRICE_CLASS_NAMES, Billed, PlanTerms, PriceClass, Terms
from app.plans.terms_said import Reader, included, name_of, where
from app.plans.timeline import Stretch
from app.platform.language import Speaker

_EVERY: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}


def includes(terms: Terms, reader: Reader, says: Speaker) -> str:
    """What one gets for it; of a contract's terms with the extras that were chosen."""
    found = [says.word(said) for said in included(terms, reader)]
    if isinstance(terms, PlanTerms) and reader.has_agreed:
        found += [extra.name_en if says.language == "en" else extra.name_de for extra in terms.extras if extra.price]
    return says.listed(found)


def price_in_words(agreement: Agreement, says: Speaker) -> str:
    """The gross price with its period and what it says of the tax; of what costs nothing that it does."""
    if not agreement.costs:
        return says.say(marked("kostenlos"))
    return _taxed(agreement.price, agreement.terms, agreement.seller, says)


def _taxed(price: Money, terms: Terms, seller: Seller, says: Speaker) -> str:
    every = says.say(_EVERY[terms.billed], price=price) if isinstance(terms, PlanTerms) else says.money(price)
    return f"{every} {says.gettext(seller.tax_note(terms.tax_code))}"


def facts_of(agreement: Agreement, reader: Reader, says: Speaker) -> list[tuple[str, str]]:
    """All that the law wants to be known right before an order, and no more, each with its name."""
    terms, day, reader = agreement.terms, says.day_of_year, replace(reader, has_agreed=True)
    places = ", ".join(says.word(said) for said in where(terms.scope, reader.names))
    facts = [
        (says.gettext(marked("Leistung")), includes(terms, reader, says)),
        (says.gettext(marked("Gültig")), places),
        (says.gettext(marked("Erster Tag")), day(agreement.choice.starts_on)),
        (says.gettext(marked("Preis")), price_in_words(agreement, says)),
    ]
    if agreement.choice.price_class is not PriceClass.NORMAL:
        shown = says.gettext(PRICE_CLASS_NAMES[agreement.choice.price_class])
        facts.append((says.gettext(marked("Ermäßigung")), shown))
    if isinstance(terms, PlanTerms):
        facts += _of_term(agreement, terms, says)
    elif agreement.costs or is_trial(terms):
        facts.append((says.gettext(marked("Gültig bis")), day(agreement.ends_on)))
        text = (
            marked("einmalig, endet von selbst mit dem letzten Tag") if agreement.costs else marked("endet von selbst")
        )
        facts.append((says.gettext(marked("Laufzeit")), says.gettext(text)))
    facts.append((says.gettext(marked("Verkäufer")), agreement.seller.name))
    return facts


def facts_of_change(
    card: MembershipCard, before: Stretch, other: OtherTerms, seller: Seller, reader: Reader, says: Speaker
) -> list[tuple[str, str]]:
    """What other terms of a running membership hold, each with its name."""
    terms, day, reader = other.terms, says.day_of_year, replace(reader, has_agreed=True)
    old = Money(before.terms.price_for(before.price_class), before.terms.currency)
    facts = [
        (says.gettext(marked("Vertragsnummer")), card.public_id),
        (
            says.gettext(marked("Bisher")),
            f"{name_of(before.terms, says.language)}, {says.say(_EVERY[before.terms.billed], price=old)}",
        ),
        (says.gettext(marked("Leistung")), includes(terms, reader, says)),
        (says.gettext(marked("Gültig")), ", ".join(says.word(said) for said in where(terms.scope, reader.names))),
        (says.gettext(marked("Gilt ab")), day(other.valid_from)),
        (says.gettext(marked("Preis")), _taxed(other.price, terms, seller, says)),
    ]
    if other.price_class is not PriceClass.NORMAL:
        facts.append((says.gettext(marked("Ermäßigung")), says.gettext(PRICE_CLASS_NAMES[other.price_class])))
    if other.difference.amount:
        text = (
            marked("Für den laufenden Zeitraum dazu")
            if other.difference.amount > 0
            else marked("Für den laufenden Zeitraum zurück")
        )
        sum_ = Money(abs(other.difference.amount), other.difference.currency)
        facts.append((says.gettext(text), says.money(sum_)))
    is_bound = card.first_term_ends_on >= other.valid_from
    if is_bound:
        until = says.say(marked("wie bisher bis {last}, danach unbefristet"), last=day(card.first_term_ends_on))
        facts.append((says.gettext(marked("Mindestlaufzeit")), until))
    notice = _notice_period(terms, says, is_bound=is_bound)
    return [*facts, notice, (says.gettext(marked("Verkäufer")), seller.name)]


def _notice_period(terms: PlanTerms, says: Speaker, *, is_bound: bool = True) -> tuple[str, str]:
    """`is_bound`: a first term runs."""
    if is_bound:
        notice = marked("{days} Tage, frühestens zum Ende der Mindestlaufzeit")
        text = notice if terms.notice_days else marked("jederzeit, frühestens zum Ende der Mindestlaufzeit")
    else:
        text = marked("{days} Tage") if terms.notice_days else marked("jederzeit")
    return says.gettext(marked("Kündigungsfrist")), says.say(text, days=terms.notice_days)


def _of_term(agreement: Agreement, terms: PlanTerms, says: Speaker) -> list[tuple[str, str]]:
    facts = []
    if agreement.first != agreement.price:
        until = says.day_of_year(agreement.first_until)
        said = says.say(marked("{price}, bis {until}"), price=agreement.first, until=until)
        facts.append((says.gettext(marked("Erster Zeitraum")), said))
    if terms.setup:
        facts.append((says.gettext(marked("Einmalig zum Beginn")), says.money(Money(terms.setup, terms.currency))))
    if terms.deposit:
        deposit = Money(terms.deposit, terms.currency)
        facts.append(
            (says.gettext(marked("Kaution")), says.say(marked("{price}, kommt am Ende zurück"), price=deposit))
        )
    months, last = terms.first_term_months, says.day_of_year(agreement.ends_on)
    text = (
        marked("1 Monat, bis {last}, danach unbefristet")
        if months == 1
        else marked("{months} Monate, bis {last}, danach unbefristet")
    )
    facts.append((says.gettext(marked("Mindestlaufzeit")), says.say(text, months=months, last=last)))
    if agreement.costs:
        facts.append((says.gettext(marked("Gesamtpreis der Mindestlaufzeit")), says.money(agreement.least)))
    return [*facts, _notice_period(terms, says)]
