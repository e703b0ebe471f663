"""What pays, in words: the ways to choose among, what is left after, who sells, and what could be bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.billing.rules import TaxCode
from app.bookings.early_start import EarlyStartNotAsked, must_ask_for_early_start
from app.bookings.paid_with import PaidWith
from app.bookings.queries import BookingCard
from app.bookings.quoting import Quote
from app.identity.authentication import Visitor
from app.kernel.money import FREE, Money
from app.kernel.refusals import Refusal, marked
from app.plans.rules import Entitlement, NothingPays, Payment, Pays, PriceChanged, Source
from app.plans.uses import HALVES_OF_A_DAY, Unit

_OUT_OF: Final[Mapping[Source, str]] = {
    Source.TEAM: marked("{amount} aus Ihrem Team-Pass"),
    Source.MEMBERSHIP: marked("{amount} aus Ihrer Mitgliedschaft"),
    Source.PASS: marked("{amount} von Ihrer Karte"),
    Source.CREDIT: marked("{amount} aus Ihrem Guthaben"),
}
_PAID_ALREADY = marked("Der Tag ist schon bezahlt")
_UNLIMITED = marked("In Ihrer Mitgliedschaft enthalten")


@dataclass(frozen=True, slots=True)
class WayLine:
    """One way to pay: what it takes, what is left after, what it costs and who then sells."""

    key: str
    title: str
    detail: str
    price: Money
    tax: str
    seller: str
    is_chosen: bool

    @property
    def costs(self) -> bool:
        return self.price.amount > 0


@dataclass(frozen=True, slots=True)
class OfferLine:
    """Something that could be bought so that it is paid."""

    name: str
    price: Money
    seller: str
    url: str
    is_plan: bool


def way_lines(quoted: Quote, visitor: Visitor) -> list[WayLine]:
    """All ways in which the quoted booking can be paid, the one that does among them."""
    if quoted.decision is None:
        return []
    chosen = quoted.decision.payment.key
    return [_line(way, quoted, visitor, is_chosen=way.key == chosen) for way in quoted.ways]


def _line(way: Payment, quoted: Quote, visitor: Visitor, *, is_chosen: bool) -> WayLine:
    say = visitor.speaker
    if way.kind is Pays.MONEY or way.entitlement is None:
        seller = quoted.seller(way)
        tax = say.gettext(seller.tax_note(TaxCode(way.tariff.tax_code))) if seller and way.tariff else ""
        title = say.gettext(marked("Unterschied zum ganzen Tag zahlen") if way.entitlement else marked("Selbst zahlen"))
        detail = say.gettext(marked("Offen, Rechnung folgt."))
        return WayLine(way.key, title, detail, way.price, tax, seller.name if seller else "", is_chosen)
    return WayLine(way.key, _title(way, visitor), _left(way, way.entitlement, visitor), FREE, "", "", is_chosen)


def _title(way: Payment, visitor: Visitor) -> str:
    assert way.entitlement is not None, "money is said elsewhere"
    if way.entitlement.left is None:
        return visitor.speaker.gettext(_UNLIMITED)
    if way.use.units and not way.takes:
        return visitor.speaker.gettext(_PAID_ALREADY)
    amount = units_text(way.entitlement.unit, way.takes, visitor)
    return visitor.speaker.say(_OUT_OF[way.entitlement.source], amount=amount)


def _left(way: Payment, account: Entitlement, visitor: Visitor) -> str:
    """Freelancer. Danach noch 7 Tage bis 31. Dezember 2026."""
    say, left = visitor.speaker, way.left_after
    if left is None:
        return f"{account.label}."
    known: dict[str, object] = {"label": account.label, "left": units_text(account.unit, left, visitor)}
    if account.ends_on is None:
        return say.say(marked("{label}. Danach noch {left}."), known)
    return say.say(marked("{label}. Danach noch {left} bis {last}."), known, last=say.day_of_year(account.ends_on))


def units_text(unit: Unit, units: int, visitor: Visitor) -> str:
    """1 Tag; 2½ Tage; 45 Minuten; 19,00 €."""
    say = visitor.speaker
    if unit is Unit.MONEY:
        return say.money(Money(units))
    if unit is Unit.ROOM_MINUTE:
        return _hours_text(units, visitor)
    whole, half = divmod(units, HALVES_OF_A_DAY)
    if units == HALVES_OF_A_DAY:
        return say.gettext(marked("1 Tag"))
    if not half:
        return say.say(marked("{n} Tage"), n=whole)
    return say.say(marked("{n}½ Tage"), n=whole) if whole else say.gettext(marked("½ Tag"))


def _hours_text(minutes: int, visitor: Visitor) -> str:
    """Hours are never told as days."""
    if minutes < 24 * 60:
        return visitor.speaker.duration(timedelta(minutes=minutes))
    hours, rest = divmod(minutes, 60)
    text = visitor.speaker.say(marked("{n} Stunden"), n=hours)
    return visitor.speaker.listed([text, visitor.speaker.duration(timedelta(minutes=rest))]) if rest else text


def paid_text(booking: BookingCard, paid: PaidWith | None, visitor: Visitor) -> str:
    """What has paid for a booking; nothing where it was free."""
    say = visitor.speaker
    if booking.price.amount:
        return say.say(marked("{price}, offen, Rechnung folgt"), price=booking.price)
    if paid is None:
        return ""
    if not paid.units:
        what = _UNLIMITED if paid.source is Source.MEMBERSHIP else _PAID_ALREADY
        return f"{say.gettext(what)} ({paid.label})"
    amount = units_text(paid.unit, paid.units, visitor)
    return f"{say.say(_OUT_OF[paid.source], amount=amount)} ({paid.label})"


def offer_lines(refusal: Refusal | None) -> list[OfferLine]:
    """What the refusal offers, where nothing pays."""
    if not isinstance(refusal, NothingPays):
        return []
    found: Any = refusal.facts.get("offers", [])
    return [
        OfferLine(each["name"], Money(**each["price"]), each["seller"], each["url"], each["kind"] == "plan")
        for each in found
    ]


async def paying_of(
    quoted: Quote,
    refusal: Refusal | None,
    starts_at: datetime,
    person: int | None,
    visitor: Visitor,
    *,
    for_organisation: bool = False,
) -> dict[str, Any]:
    """What a page says of paying for what is quoted; `due` is set where more has to be agreed to than was."""
    ways, due = way_lines(quoted, visitor), changed_price(refusal)
    money = next((way for way in ways if way.costs), None)
    return {
        "ways": ways,
        "money": money,
        "due": due,
        "offers": offer_lines(refusal),
        "asks_early_start": bool(money or due)
        and not for_organisation
        and await must_ask_for_early_start(person, starts_at, visitor.now),
    }


def changed_price(refusal: Refusal | None) -> Money | None:
    """What it costs, where that is more than was agreed to."""
    price = refusal.facts.get("price") if isinstance(refusal, PriceChanged) else None
    return price if isinstance(price, Money) else None


def agreed_in(data: Mapping[str, str]) -> int:
    """What the pressed button has agreed to pay, in minor units; nothing where it says no price."""
    text = data.get("agreed_price", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def asks_early_start(data: Mapping[str, str]) -> bool:
    """Whether both statements were ticked."""
    return bool(data.get("frueh") and data.get("erlischt"))


async def demand_early_start(data: Mapping[str, str], person: int | None, starts_at: datetime, now: datetime) -> None:
    """Raises EarlyStartNotAsked where something is paid and a consumer could still withdraw when it begins."""
    if agreed_in(data) and not asks_early_start(data) and await must_ask_for_early_start(person, starts_at, now):
        raise EarlyStartNotAsked(field="early_start")
