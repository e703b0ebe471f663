"""What pays, in words: the ways to choose among, what is left after, who sells, and what could be bought."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.billing.rules import TaxCode
from app.bookings.early_start import EarlyStartNotAsked, must_ask_for_early_start
from app.bookings.lowest_prices import Lowest
from app.bookings.paid_with import OUT_OF, PAID_ALREADY, UNLIMITED, of_team, units_text
from app.bookings.queries import BookingCard
from app.bookings.quoting import Quote
from app.bookings.series_planning import PlannedDate, total_of
from app.identity.authentication import Visitor
from app.kernel.money import FREE, Money
from app.kernel.refusals import Refusal, marked
from app.plans.nothing_pays import NothingPays
from app.plans.prices import Price
from app.plans.rules import Entitlement, Payment, Pays, PriceChanged
from app.plans.sellers import seller_of
from app.platform.language import Speaker
from app.teams.queries import team_names


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


async def way_lines(quoted: Quote, visitor: Visitor) -> list[WayLine]:
    """All ways in which the quoted booking can be paid, the one that does among them; each with its team where there
    are several."""
    if quoted.decision is None:
        return []
    chosen = quoted.decision.payment.key
    accounts = [way.entitlement for way in quoted.ways if way.entitlement is not None]
    purses = {one.purse for one in accounts if one.purse is not None}
    teams = await team_names(purses) if len(purses) > 1 else {}
    return [_line(_named(way, teams), quoted, visitor, is_chosen=way.key == chosen) for way in quoted.ways]


def _named(way: Payment, teams: Mapping[int, str]) -> Payment:
    account = way.entitlement
    team = teams.get(account.purse) if account is not None and account.purse is not None else None
    if account is None or team is None:
        return way
    return replace(way, entitlement=replace(account, label=of_team(account.label, team)))


def lowest_texts(lowest: Lowest | None, say: Speaker) -> tuple[str, str]:
    """What it costs at least, and what stands beside it; nothing where all is free of charge."""
    if lowest is None:
        return "", ""
    if lowest.way is None:
        return say.gettext(marked("mit Tarif")), say.gettext(marked("oder Karte"))
    if lowest.way.kind is Pays.MONEY:
        return say.money(lowest.way.price), say.gettext(lowest.tax)
    if lowest.way.kind is Pays.TEAM:
        return say.money(FREE), say.gettext(marked("von Ihrem Team"))
    return say.money(FREE), say.gettext(marked("in Ihrem Guthaben"))


def payment_text(way: Payment, say: Speaker) -> str:
    """What pays for one date, in a few words; nothing where it is free."""
    if way.kind is Pays.FREE:
        return ""
    if way.kind is Pays.MONEY or way.entitlement is None:
        return say.money(way.price)
    account = way.entitlement
    return f"{units_text(account.unit, way.takes, say)}, {account.label}" if way.takes else account.label


def choices_of(ways: Sequence[Payment], say: Speaker) -> list[tuple[str, str]]:
    """The ways by their keys, the first being what pays unless another is chosen; nothing where there is no choice."""
    named = [
        (way.key, say.gettext(marked("Selbst zahlen")) if way.kind is Pays.MONEY else payment_text(way, say))
        for way in ways
    ]
    return named if len(named) > 1 else []


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
    if way.entitlement.left is None and way.entitlement.purse is None:
        return visitor.speaker.gettext(UNLIMITED)
    if way.use.units and not way.takes:
        return visitor.speaker.gettext(PAID_ALREADY)
    amount = units_text(way.entitlement.unit, way.takes, visitor.speaker)
    return visitor.speaker.say(OUT_OF[way.entitlement.source], amount=amount)


def _left(way: Payment, account: Entitlement, visitor: Visitor) -> str:
    """Freelancer. Danach noch 7 Tage bis 31. Dezember 2026; of what a team shares the own rest alone."""
    say, left = visitor.speaker, way.left_after
    if account.is_shared and way.counted is not None and way.counted.rest is not None:
        rest = units_text(account.unit, way.counted.rest, say)
        own: dict[str, object] = {"label": account.label, "rest": rest, "month": say.month(way.counted.month)}
        return say.say(marked("{label}. Danach noch {rest} in Ihrem Rahmen für {month}."), own)
    if left is None:
        return f"{account.label}."
    known: dict[str, object] = {"label": account.label, "left": units_text(account.unit, left, visitor.speaker)}
    if account.ends_on is None:
        return say.say(marked("{label}. Danach noch {left}."), known)
    return say.say(marked("{label}. Danach noch {left} bis {last}."), known, last=say.day_of_year(account.ends_on))


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
    ways, due = await way_lines(quoted, visitor), changed_price(refusal)
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


@dataclass(frozen=True, slots=True)
class DueLine:
    """What has to be agreed to before it is done: total, what is said of the tax, the seller where there is one."""

    price: Money
    tax: str = ""
    seller: str = ""
    asks_early_start: bool = False
    error: str = ""


async def due_of(refusal: Refusal | None, person: int | None, starts_at: datetime, visitor: Visitor) -> DueLine | None:
    """What costs more than was agreed to, or was agreed to without the two statements; None where nothing is due."""
    price = changed_price(refusal)
    if price is None or refusal is None:
        return None
    tariff, tax, seller = refusal.facts.get("tariff"), "", ""
    if isinstance(tariff, Price):
        sells = await seller_of(tariff.seller, starts_at.date())
        tax, seller = visitor.speaker.gettext(sells.tax_note(TaxCode(tariff.tax_code))), sells.name
    return DueLine(
        price,
        tax,
        seller,
        await must_ask_for_early_start(person, starts_at, visitor.now),
        visitor.speaker.refusal(refusal) if isinstance(refusal, EarlyStartNotAsked) else "",
    )


async def due_of_series(
    dates: Sequence[PlannedDate],
    person: int,
    visitor: Visitor,
    refusal: Refusal | None,
    *,
    price: Money | None = None,
    for_organisation: bool = False,
) -> DueLine | None:
    """What dates cost together (or the `price`, where only a part of it is due), and who sells; None for nothing."""
    paid = [date for date in dates if date.taken is not None and date.taken.decision.price.amount]
    total = total_of(dates) if price is None else price
    if not paid or not total.amount or paid[0].taken is None:
        return None
    tariff, first = paid[0].taken.decision.payment.tariff, paid[0].slot.starts_at
    seller = await seller_of(tariff.seller, paid[0].slot.day) if tariff else None
    asks = not for_organisation and await must_ask_for_early_start(person, first, visitor.now)
    return DueLine(
        total,
        visitor.speaker.gettext(seller.tax_note(TaxCode(tariff.tax_code))) if seller and tariff else "",
        seller.name if seller else "",
        asks,
        visitor.speaker.refusal(refusal) if isinstance(refusal, EarlyStartNotAsked) else "",
    )


def changed_price(refusal: Refusal | None) -> Money | None:
    """What it costs, where that is more than was agreed to."""
    price = refusal.facts.get("price") if isinstance(refusal, PriceChanged | EarlyStartNotAsked) else None
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
    if await lacks_statements(data, person, starts_at, now):
        raise EarlyStartNotAsked(field="early_start")


async def lacks_statements(data: Mapping[str, str], person: int | None, starts_at: datetime, now: datetime) -> bool:
    """Whether the pressed button agrees to a price without the two statements that this needs."""
    if not agreed_in(data) or asks_early_start(data):
        return False
    return await must_ask_for_early_start(person, starts_at, now)


async def with_agreement(
    act: Callable[[int | None], Awaitable[BookingCard]],
    data: Mapping[str, str],
    person: int | None,
    starts_at: datetime,
    now: datetime,
) -> BookingCard:
    """Does it for the price that the pressed button agrees to, None where it names none; without the statements that
    this needs, for nothing.

    So the refusal says what it costs and who sells. Raises EarlyStartNotAsked, and what the act raises.
    """
    lacks = await lacks_statements(data, person, starts_at, now)
    agreed = agreed_in(data) if "agreed_price" in data else None
    try:
        return await act(0 if lacks else agreed)
    except PriceChanged as refusal:
        if lacks:
            raise EarlyStartNotAsked(field="early_start", **refusal.facts) from None
        raise
