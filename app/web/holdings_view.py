"""What somebody holds, in words: amounts by their unit, accounts with what is left, where and when they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.plans.holdings import Account, Line, Seller, accounts_of, days_held, places_of
from app.plans.purses import ScopeShape
from app.plans.terms import Billed, PlanTerms, PriceClass
from app.plans.uses import HALVES_OF_A_DAY, Change, Unit
from app.platform.language import Speaker
from app.web.search_form import ZONE

MOST_SLATES: Final = 16
MOST_DAYS_NAMED: Final = 6

UNIT_NAMES: Final[Mapping[Unit, str]] = {
    Unit.DESK_DAY: marked("Tage am Schreibtisch"),
    Unit.ROOM_MINUTE: marked("Stunden in Räumen"),
    Unit.MONEY: marked("Guthaben in Geld"),
}
_TAXES: Final[Mapping[str, str]] = {
    "standard": marked("inkl. MwSt."),
    "small_business": marked("umsatzsteuerfrei nach § 19 UStG"),
}
_RHYTHMS: Final[Mapping[Billed, str]] = {
    Billed.MONTHLY: marked("{price} im Monat"),
    Billed.YEARLY: marked("{price} im Jahr"),
}
_CHANGES: Final[Mapping[Change, str]] = {
    Change.GRANT: marked("gutgeschrieben"),
    Change.HOLD: marked("vorgemerkt"),
    Change.CONSUME: marked("verbraucht"),
    Change.RELEASE: marked("zurückgegeben"),
    Change.EXPIRE: marked("verfallen"),
    Change.ADJUST: marked("geändert"),
}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list. `name` is what it comes from, `unit` what it counts; `slates` is how many of how many
    days, where they can be drawn."""

    account: Account
    name: str
    unit: str
    number: str
    word: str
    slates: tuple[int, int] | None
    until: str
    held: str
    where: str
    url: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """An entry in words."""

    when: str
    what: str
    about: str
    url: str
    amount: str
    left: str


def amount_text(unit: Unit, units: int, says: Speaker) -> str:
    """2 Tage; 1,5 Tage; 4 Stunden und 30 Minuten; 19,00 €; with its sign where it is less than nothing."""
    minus = "−" if units < 0 else ""
    match unit:
        case Unit.DESK_DAY:
            text = marked("1 Tag") if abs(units) == HALVES_OF_A_DAY else marked("{days} Tage")
            return minus + says.say(text, days=_number(abs(units) / HALVES_OF_A_DAY, says))
        case Unit.ROOM_MINUTE:
            hours, minutes = divmod(abs(units), 60)
            one = marked("1 Stunde") if hours == 1 else marked("{hours} Stunden")
            said = [says.say(one, hours=hours)] if hours or not minutes else []
            said += [says.say(marked("{minutes} Minuten"), minutes=minutes)] if minutes else []
            return minus + says.listed(said)
        case Unit.MONEY:
            return says.money(Money(units))


def tax_note(seller: Seller, says: Speaker) -> str:
    """What is said of tax beside a gross price of this seller; nothing of a public body, whose products differ."""
    return says.gettext(_TAXES[seller.taxed_as]) if seller.taxed_as in _TAXES else ""


def price_text(terms: PlanTerms, price_class: PriceClass, says: Speaker) -> str:
    """120,00 € im Monat."""
    return says.say(_RHYTHMS[terms.billed], price=Money(terms.price_for(price_class), terms.currency))


def name_of(terms: Any, language: str) -> str:
    """What a plan or pass is called."""
    return str(terms.name_en if language == "en" and terms.name_en else terms.name_de)


def month_text(day: date, says: Speaker) -> str:
    """Dezember 2026."""
    return str(format_date(day, "LLLL y", locale=says.locale))


async def account_rows(accounts: Sequence[Account], visitor: Visitor) -> list[AccountRow]:
    """These accounts as a list shows them."""
    held = await days_held(account.id for account in accounts if account.held)
    operators, spaces = await places_of(account.scope for account in accounts)
    return [
        _row(account, held.get(account.id, ()), operators, spaces, visitor.speaker, visitor.language)
        for account in accounts
    ]


async def own_credit(person: int, visitor: Visitor) -> list[AccountRow]:
    """What the person has left today."""
    today = local_day(visitor.now, ZONE)
    return await account_rows([one for one in await accounts_of(person, today) if one.holds_on(today)], visitor)


def _row(
    account: Account,
    held: Sequence[date],
    operators: Mapping[int, Seller],
    spaces: Mapping[int, Seller],
    says: Speaker,
    language: str,
) -> AccountRow:
    number, word = _left_words(account, says)
    slates = None
    if account.unit is Unit.DESK_DAY and account.left is not None:
        days, total = account.left // HALVES_OF_A_DAY, -(-account.granted // HALVES_OF_A_DAY)
        slates = (days, total) if days <= total <= MOST_SLATES else None
    return AccountRow(
        account,
        account.label[language],
        says.gettext(UNIT_NAMES[account.unit]),
        number,
        word,
        slates,
        says.say(marked("Gültig bis {day}."), day=says.day_of_year(account.ends_on)) if account.ends_on else "",
        says.say(marked("Vorgemerkt: {days}."), days=_days(held, says)) if held else "",
        scope_text(account.scope, operators, spaces, says),
        f"/mitgliedschaft/guthaben/{account.public_id}",
    )


def _left_words(account: Account, says: Speaker) -> tuple[str, str]:
    """The number that answers, and what it counts: 3, von 8 Tagen."""
    if account.left is None:
        return "∞", says.gettext(marked("Tage, unbegrenzt"))
    match account.unit:
        case Unit.DESK_DAY:
            left, total = account.left / HALVES_OF_A_DAY, account.granted / HALVES_OF_A_DAY
            of = marked("von 1 Tag") if total == 1 else marked("von {total} Tagen")
            return _number(left, says), says.say(of, total=_number(total, says))
        case Unit.ROOM_MINUTE:
            of = marked("von 1 Stunde") if account.granted == 60 else marked("von {total} Stunden")
            return _clock(account.left), says.say(of, total=_clock(account.granted))
        case Unit.MONEY:
            return says.money(Money(account.left)), says.gettext(marked("übrig"))


def _clock(minutes: int) -> str:
    """4, or 4:30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}" if rest else str(hours)


def scope_text(scope: ScopeShape, operators: Mapping[int, Seller], spaces: Mapping[int, Seller], says: Speaker) -> str:
    """Gilt bei Genossenschaft Maifeld, Mo bis Fr, 8–13 Uhr."""
    names = [operators[key].name for key in scope.operators if key in operators]
    names += [spaces[key].name for key in scope.spaces if key in spaces]
    everywhere = says.gettext(marked("Gilt im ganzen Netzwerk"))
    parts = [says.say(marked("Gilt bei {places}"), places=names) if names else everywhere]
    if scope.weekdays:
        short = get_day_names("abbreviated", locale=says.locale)
        parts.append(says.listed(short[day].rstrip(".") for day in sorted(scope.weekdays)))
    if scope.opens is not None or scope.closes is not None:
        parts.append(says.span(scope.opens or 0, 24 * 60 if scope.closes is None else scope.closes))
    return ", ".join(parts) + "."


def line_row(line: Line, account: Account, booking: tuple[str, str] | None, visitor: Visitor) -> LineRow:
    """An entry; `booking` is what it was for and its address, where there is one."""
    says = visitor.speaker
    units = line.left_change or -line.held_change
    what = says.gettext(_CHANGES[line.change])
    if line.change is Change.HOLD and not line.left_change:
        what = says.gettext(marked("am selben Tag, kostet nichts mehr"))
    about = [says.day(line.day)] if line.day else []
    about += [booking[0]] if booking else []
    about += [line.reason] if line.reason else []
    if line.change is Change.GRANT and line.left_change < 0:
        what = says.gettext(marked("weniger, weil sich der Tarif geändert hat oder ruht"))
    sign = "+" if units > 0 else ""
    return LineRow(
        says.day_in_table(line.at.date()),
        what,
        ", ".join(about),
        booking[1] if booking else "",
        sign + amount_text(account.unit, units, says) if units else "",
        amount_text(account.unit, line.left_after, says),
    )


def _days(days: Sequence[date], says: Speaker) -> str:
    shown = [says.day(day) for day in days[:MOST_DAYS_NAMED]]
    return says.listed(shown) + (" …" if len(days) > MOST_DAYS_NAMED else "")


def _number(value: float, says: Speaker) -> str:
    return str(format_decimal(value, "0.#", locale=says.locale)).replace("-", "−")
