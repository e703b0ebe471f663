"""Terms of plans and passes in words, line by line, as people read and compare them. Pure: phrases come out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import Opening
from app.plans.passes import last_day_of
from app.plans.purses import ScopeShape
from app.plans.terms import PRICE_CLASS_NAMES, Audience, Billed, Extra, PassTerms, PlanTerms, PriceClass, TeamUse, Terms
from app.plans.uses import Unit

_DAY: Final = 24 * 60
_WEEKDAYS: Final = (
    marked("montags"),
    marked("dienstags"),
    marked("mittwochs"),
    marked("donnerstags"),
    marked("freitags"),
    marked("samstags"),
    marked("sonntags"),
)
_WORKING_DAYS: Final = {0, 1, 2, 3, 4}
_AUDIENCES: Final[Mapping[frozenset[Audience], str]] = {
    frozenset(Audience): marked("Privatpersonen und Unternehmen"),
    frozenset({Audience.CONSUMER}): marked("Privatpersonen"),
    frozenset({Audience.BUSINESS}): marked("Unternehmen"),
}


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What operators and spaces are called, by their keys."""

    operators: Mapping[int, str] = field(default_factory=dict)
    spaces: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom terms are said: language, names of places, the day, after how many years a pass ends that says nothing
    of it, how a gross amount is shown (net, to a business), and whether these are the terms of a contract."""

    language: str
    names: PlaceNames
    today: date
    pass_years: int
    shown: Callable[[int], Money] = Money
    has_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What the terms say of one thing."""

    label: str
    said: Sequence[Phrase]


def lines_of(terms: Terms, reader: Reader) -> list[Line]:
    """All that the terms say."""
    lines = [
        Line(marked("Preis"), [price_said(terms, reader), *_concessions(terms, reader), *tiers_said(terms, reader)]),
        Line(marked("Enthalten"), list(included(terms, reader))),
        Line(marked("Gilt"), list(where(terms.scope, reader.names))),
    ]
    if isinstance(terms, PassTerms):
        lines.append(Line(marked("Gültig"), [until(terms, reader)]))
    else:
        lines += [*_beside(terms, reader), Line(marked("Wer nicht kommt"), list(missed(terms)))]
        lines.append(Line(marked("Laufzeit"), list(term(terms))))
    if not reader.has_agreed:
        whom = marked("Teams") if terms.for_teams else _AUDIENCES[frozenset(terms.audiences)]
        lines.append(Line(marked("Für"), [phrase(whom)]))
    return [line for line in lines if line.said]


def further(terms: Terms, reader: Reader) -> list[Line]:
    """What a comparison says behind a fold: prices with a proof, beyond the allowance, for extras, once."""
    lines = [Line(marked("Mit Nachweis"), list(_concessions(terms, reader)))]
    lines += _beside(terms, reader) if isinstance(terms, PlanTerms) else []
    return [line for line in lines if line.said]


def _beside(terms: PlanTerms, reader: Reader) -> list[Line]:
    return [
        Line(marked("Darüber hinaus"), list(overage(terms, reader))),
        Line(
            marked("Dazu gewählt") if reader.has_agreed else marked("Dazu wählbar"),
            [_extra(extra, reader) for extra in terms.extras if extra.price],
        ),
        Line(marked("Einmalig"), list(once(terms, reader))),
    ]


def price_said(terms: Terms, reader: Reader) -> Phrase:
    """19,00 € im Monat."""
    price = reader.shown(terms.price)
    if isinstance(terms, PassTerms):
        return phrase("{price}", price=price) if terms.price else phrase(marked("kostet nichts"))
    if terms.billed is Billed.YEARLY:
        return phrase(marked("{price} im Jahr"), price=price)
    return phrase(marked("{price} im Monat"), price=price)


def tiers_said(terms: Terms, reader: Reader) -> Iterator[Phrase]:
    """What a piece costs from which quantity on."""
    for tier in terms.tiers:
        yield phrase(marked("ab {count} Stück je {price}"), count=tier.quantity, price=reader.shown(tier.price))


def included(terms: Terms, reader: Reader) -> Iterator[Phrase]:
    """What one gets for it."""
    yield from _for_team(terms)
    if isinstance(terms, PassTerms):
        yield from _in_pass(terms)
        return
    if terms.fixed_desk:
        yield phrase(marked("ein fester Platz, nur für Sie"))
    if terms.unlimited_desks:
        yield phrase(marked("Schreibtische ohne Grenze"))
    elif terms.desk_days:
        text = marked("{count} Tage am Schreibtisch im Monat")
        yield _counted(terms.desk_days, marked("1 Tag am Schreibtisch im Monat"), text)
        if terms.half_days:
            yield phrase(marked("auch als halbe Tage, bis fünf Stunden"))
    if terms.room_hours:
        text = marked("{count} Stunden im Raum im Monat")
        yield _counted(terms.room_hours, marked("1 Stunde im Raum im Monat"), text)
    if terms.rolls_over_months:
        one = marked("was übrig ist, gilt noch den nächsten Monat")
        yield _counted(terms.rolls_over_months, one, marked("was übrig ist, gilt noch {count} Monate"))
    if terms.round_the_clock:
        yield phrase(marked("rund um die Uhr, wo der Standort es erlaubt"))
    for extra in terms.extras:
        if not extra.price:
            yield _extra(extra, reader)


def _for_team(terms: Terms) -> Iterator[Phrase]:
    if terms.for_teams is TeamUse.POOL:
        yield phrase(marked("für alle im Team gemeinsam"))
    elif isinstance(terms, PlanTerms) and terms.for_teams is TeamUse.SEAT:
        yield phrase(marked("für eine Person mit Namen"))
        if terms.handovers:
            one, many = marked("Wechsel der Person einmal im Monat"), marked("Wechsel der Person {count}-mal im Monat")
            yield _counted(terms.handovers, one, many)
        else:
            yield phrase(marked("ohne Wechsel der Person"))


def _in_pass(terms: PassTerms) -> Iterator[Phrase]:
    match terms.unit:
        case Unit.DESK_DAY:
            yield _counted(terms.amount, marked("1 Tag am Schreibtisch"), marked("{count} Tage am Schreibtisch"))
        case Unit.ROOM_MINUTE:
            yield _counted(terms.amount, marked("1 Stunde im Raum"), marked("{count} Stunden im Raum"))
        case Unit.MONEY:
            text = marked("{price} für alles, was einen Preis hat")
            yield phrase(text, price=Money(terms.amount, terms.currency))
    if terms.half_days and terms.unit is Unit.DESK_DAY:
        yield phrase(marked("auch als halbe Tage, bis fünf Stunden"))
    if terms.is_trial:
        yield phrase(marked("einmal je Person") if terms.for_teams is None else marked("einmal je Firma"))


def where(scope: ScopeShape, names: PlaceNames) -> Iterator[Phrase]:
    """Where, on which weekdays and between which hours it holds."""
    operators = [names.operators[key] for key in scope.operators if key in names.operators]
    spaces = [names.spaces[key] for key in scope.spaces if key in names.spaces]
    if operators:
        yield phrase(marked("an allen Standorten von {operators}"), operators=operators)
    if spaces:
        yield phrase(marked("hier: {spaces}"), spaces=spaces)
    if not scope.operators and not scope.spaces:
        yield phrase(marked("an allen Standorten im Netzwerk"))
    if scope.weekdays:
        yield _weekdays(scope.weekdays)
    if scope.opens is not None or scope.closes is not None:
        yield phrase("{hours}", hours=Opening(scope.opens or 0, _DAY if scope.closes is None else scope.closes))


def _weekdays(weekdays: Sequence[int]) -> Phrase:
    if set(weekdays) == _WORKING_DAYS:
        return phrase(marked("montags bis freitags"))
    return phrase("{days}", days=[phrase(_WEEKDAYS[day]) for day in sorted(set(weekdays))])


def missed(terms: PlanTerms) -> Iterator[Phrase]:
    """What becomes of days and hours that were booked and not used."""
    if terms.desk_days or terms.room_hours:
        spent, back = marked("hat das Gebuchte verbraucht"), marked("bekommt das Gebuchte zurück")
        yield phrase(spent if terms.no_show_spends else back)


def term(terms: PlanTerms) -> Iterator[Phrase]:
    """How long it binds, and how it ends."""
    text = marked("mindestens {count} Monate, danach unbefristet")
    yield _counted(terms.first_term_months, marked("mindestens 1 Monat, danach unbefristet"), text)
    if terms.notice_days:
        days = _counted(terms.notice_days, marked("1 Tag"), marked("{count} Tage"))
        yield phrase(marked("Kündigungsfrist {days}"), days=days)
    else:
        yield phrase(marked("jederzeit kündbar"))


def until(terms: PassTerms, reader: Reader) -> Phrase:
    """How long a pass can be used."""
    if terms.valid_days is not None:
        return _counted(terms.valid_days, marked("am ersten Tag"), marked("{count} Tage ab dem ersten Tag"))
    if terms.valid_months is not None:
        return _counted(terms.valid_months, marked("1 Monat ab dem Kauf"), marked("{count} Monate ab dem Kauf"))
    last = last_day_of(terms, reader.today, reader.pass_years)
    return phrase(marked("bis {day}, wenn Sie heute kaufen"), day=last.strftime("%d.%m.%Y"))


def overage(terms: PlanTerms, reader: Reader) -> Iterator[Phrase]:
    """What is to be paid beyond the allowance."""
    desk, room = terms.overage.get(Unit.DESK_DAY), terms.overage.get(Unit.ROOM_MINUTE)
    for said, name, text in (
        (desk, "day", marked("Schreibtisch {price} am Tag")),
        (desk, "half_day", marked("Schreibtisch {price} für bis zu fünf Stunden")),
        (room, "hour", marked("Raum {price} in der Stunde")),
        (room, "day", marked("Raum {price} am Tag")),
    ):
        amount = getattr(said, name) if said else None
        if amount is not None:
            yield phrase(text, price=reader.shown(amount))


def once(terms: PlanTerms, reader: Reader) -> Iterator[Phrase]:
    """What is to be paid at the beginning alone. A deposit has no tax in it."""
    if terms.setup:
        yield phrase(marked("Einrichtung {price}"), price=reader.shown(terms.setup))
    if terms.deposit:
        price = Money(terms.deposit, terms.currency)
        yield phrase(marked("Kaution {price}, die Sie zurückbekommen"), price=price)


def _concessions(terms: Terms, reader: Reader) -> Iterator[Phrase]:
    for price_class in PriceClass:
        if price_class in terms.concessions:
            who, price = phrase(PRICE_CLASS_NAMES[price_class]), reader.shown(terms.concessions[price_class])
            yield phrase("{who}: {price}", who=who, price=price)


def _extra(extra: Extra, reader: Reader) -> Phrase:
    name = extra.name_en if reader.language == "en" else extra.name_de
    if not extra.price:
        return phrase("{name}", name=name)
    return phrase(marked("{name} für {price}"), name=name, price=reader.shown(extra.price))


def _counted(count: int, one: str, many: str) -> Phrase:
    return phrase(one) if count == 1 else phrase(many, count=count)


def name_of(terms: Terms, language: str) -> str:
    """What it is called."""
    return terms.name_en if language == "en" else terms.name_de


def about_of(terms: Terms, language: str) -> str:
    """What is said of it."""
    return (terms.about_en or terms.about_de) if language == "en" else terms.about_de
