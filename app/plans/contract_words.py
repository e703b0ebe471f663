"""What an order holds, in words: the same on pages, in mails and in documents."""

from dataclasses import replace
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import marked
from app.plans.agreements import Agreement, is_trial
from app.plans.terms import PRICE_CLASS_NAMES, Billed, PlanTerms, PriceClass, Terms
from app.plans.terms_said import Reader, included, where
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
    terms = agreement.terms
    price = says.money(agreement.price)
    if isinstance(terms, PlanTerms):
        price = says.say(_EVERY[terms.billed], price=agreement.price)
    return f"{price} {says.gettext(agreement.seller.tax_note(terms.tax_code))}"


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
    notice = marked("{days} Tage, frühestens zum Ende der Mindestlaufzeit")
    text = notice if terms.notice_days else marked("jederzeit, frühestens zum Ende der Mindestlaufzeit")
    facts.append((says.gettext(marked("Kündigungsfrist")), says.say(text, days=terms.notice_days)))
    return facts
