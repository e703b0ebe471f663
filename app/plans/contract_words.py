"""What plans, passes and orders hold, in words: the same on pages, in mails and in documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import marked
from app.plans.agreements import Agreement, is_trial
from app.plans.purses import ScopeShape
from app.plans.terms import PRICE_CLASS_NAMES, Billed, PassTerms, PlanTerms, PriceClass, Terms
from app.plans.uses import Unit
from app.platform.database import fetch
from app.platform.language import Speaker

_WHOLE_DAY: Final = 24 * 60
_WEEKDAYS: Final = (
    marked("montags"),
    marked("dienstags"),
    marked("mittwochs"),
    marked("donnerstags"),
    marked("freitags"),
    marked("samstags"),
    marked("sonntags"),
)
_EVERY: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}


@dataclass(frozen=True, slots=True)
class Where:
    """The names of operators and spaces where something is valid; empty is the whole network."""

    names: Sequence[str] = ()


async def where_of(scope: ScopeShape) -> Where:
    rows = await fetch(
        "SELECT name FROM operator WHERE id = ANY($1) UNION ALL SELECT name FROM space WHERE id = ANY($2) ORDER BY 1",
        scope.operators,
        scope.spaces,
    )
    return Where([row["name"] for row in rows])


def name_of(terms: Terms, language: str) -> str:
    return terms.name_en if language == "en" else terms.name_de


def includes(terms: Terms, says: Speaker) -> list[str]:
    """What one gets for it, each in a few words."""
    if isinstance(terms, PassTerms):
        return [_of_pass(terms, says)]
    found = []
    if terms.fixed_desk:
        found.append(says.say(marked("ein fester Schreibtisch")))
    if terms.unlimited_desks:
        found.append(says.say(marked("Schreibtische ohne Begrenzung")))
    elif terms.desk_days == 1:
        found.append(says.say(marked("1 Tag am Schreibtisch im Monat")))
    elif terms.desk_days:
        found.append(says.say(marked("{count} Tage am Schreibtisch im Monat"), count=terms.desk_days))
    if terms.room_hours == 1:
        found.append(says.say(marked("1 Stunde Raum im Monat")))
    elif terms.room_hours:
        found.append(says.say(marked("{count} Stunden Raum im Monat"), count=terms.room_hours))
    if terms.half_days and not terms.unlimited_desks:
        found.append(says.say(marked("auch halbe Tage")))
    if terms.round_the_clock:
        found.append(says.say(marked("rund um die Uhr")))
    return found + [extra.name_en if says.language == "en" else extra.name_de for extra in terms.extras]


def _of_pass(terms: PassTerms, says: Speaker) -> str:
    if terms.unit is Unit.MONEY:
        return says.say(marked("Guthaben von {money}"), money=Money(terms.amount, terms.currency))
    if terms.unit is Unit.ROOM_MINUTE:
        text = marked("1 Stunde Raum") if terms.amount == 1 else marked("{count} Stunden Raum")
    else:
        text = marked("1 Tag am Schreibtisch") if terms.amount == 1 else marked("{count} Tage am Schreibtisch")
    return says.say(text, count=terms.amount)


def where_and_when(scope: ScopeShape, where: Where, says: Speaker) -> str:
    """Where and when it is valid."""
    parts = [says.listed(where.names) if where.names else says.say(marked("an allen Standorten im Netzwerk"))]
    if scope.weekdays:
        parts.append(says.listed(says.gettext(_WEEKDAYS[day]) for day in sorted(scope.weekdays)))
    if scope.opens is not None or scope.closes is not None:
        parts.append(says.span(scope.opens or 0, _WHOLE_DAY if scope.closes is None else scope.closes))
    return ", ".join(parts)


def price_in_words(agreement: Agreement, says: Speaker) -> str:
    """The gross price with its period and what it says of the tax; of what costs nothing that it does."""
    if not agreement.costs:
        return says.say(marked("kostenlos"))
    terms = agreement.terms
    price = says.money(agreement.price)
    if isinstance(terms, PlanTerms):
        price = says.say(_EVERY[terms.billed], price=agreement.price)
    return f"{price} {says.gettext(agreement.seller.tax_note(terms.tax_code))}"


def facts_of(agreement: Agreement, where: Where, says: Speaker) -> list[tuple[str, str]]:
    """All that the law wants to be known right before an order, and no more, each with its name."""
    terms, day = agreement.terms, says.day_of_year
    facts = [
        (says.gettext(marked("Leistung")), says.listed(includes(terms, says))),
        (says.gettext(marked("Gültig")), where_and_when(terms.scope, where, says)),
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
