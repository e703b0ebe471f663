"""What has paid for bookings, as their owners read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.billing.rules import TaxCode
from app.bookings.queries import BookingCard
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.plans.rules import Source
from app.plans.sellers import seller_of
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import fetch, fetch_row
from app.platform.language import Speaker

OUT_OF: Final[Mapping[Source, str]] = {
    Source.TEAM: marked("{amount} von Ihrem Team"),
    Source.MEMBERSHIP: marked("{amount} aus Ihrer Mitgliedschaft"),
    Source.PASS: marked("{amount} von Ihrer Karte"),
    Source.CREDIT: marked("{amount} aus Ihrem Guthaben"),
}
PAID_ALREADY = marked("Der Tag ist schon bezahlt")
UNLIMITED = marked("In Ihrer Mitgliedschaft enthalten")


@dataclass(frozen=True, slots=True)
class PaidWith:
    """The account that pays, of a day that was bought out of one that one: so many units, none where the day was paid
    already.

    `left` is what is left of it now, None where it has no limit, was bought for that day alone, or would tell of
    others who spend it too.
    """

    public_id: str
    source: Source
    unit: Unit
    label: str
    units: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """Who sells what was paid by money, and what stands beside the price of the tax, to be translated."""

    seller: str
    tax: str


async def paid_with(bookings: Sequence[BookingCard], language: str) -> Mapping[int, PaidWith]:
    """By the bookings' keys; those that no account pays for are left out. Asks nothing where there is none."""
    keys = [booking.id for booking in bookings if booking.entitlement is not None and not booking.price.amount]
    if not keys:
        return {}
    rows = await fetch(
        "SELECT b.id, a.public_id, a.source, a.unit, t.name AS team,"
        " CASE WHEN $2 = 'en' THEN a.label_en ELSE a.label_de END AS label,"
        " CASE WHEN a.charge IS NULL AND a.person IS NOT NULL THEN a.left_units END AS left,"
        " coalesce((SELECT -x.left_change FROM entitlement_entry x WHERE x.booking = b.id AND x.entitlement = a.id"
        "   AND x.change = 'hold' AND x.ticket IS NOT DISTINCT FROM CASE WHEN e.credit IS NOT NULL THEN e.id END"
        "   ORDER BY x.id DESC LIMIT 1), 0) AS units"
        " FROM booking b JOIN entitlement e ON e.id = b.entitlement"
        " JOIN entitlement a ON a.id = coalesce(e.credit, e.id) LEFT JOIN team t ON t.purse = a.purse"
        " WHERE b.id = ANY($1::bigint[])",
        keys,
        language,
    )
    return {
        row["id"]: PaidWith(
            row["public_id"],
            Source(row["source"]),
            Unit(row["unit"]),
            of_team(row["label"], row["team"]),
            row["units"],
            row["left"],
        )
        for row in rows
    }


def of_team(label: str, team: str | None) -> str:
    """What a team provides, with whose it is: somebody may belong to two."""
    return label if team is None or team in label else f"{label}, {team}"


async def billed_by(booking: BookingCard) -> Billed | None:
    """Who sells this booking; None where no money is due for it."""
    if booking.charge is None or not booking.price.amount:
        return None
    row = await fetch_row("SELECT seller, tax_code FROM charge WHERE id = $1", booking.charge)
    assert row is not None, "charges are never deleted"
    seller = await seller_of(row["seller"], booking.starts_at.date())
    return Billed(seller.name, seller.tax_note(TaxCode(row["tax_code"])))


async def said_paid(booking: BookingCard, say: Speaker) -> str:
    """What pays for a booking, in one line; nothing where it was free."""
    billed = await billed_by(booking)
    if billed is not None:
        return billed_text(billed, booking.price, say)
    return paid_text((await paid_with([booking], say.language)).get(booking.id), say)


def billed_text(billed: Billed, price: Money, say: Speaker) -> str:
    """What is due, that it is open, and who sells."""
    return say.say(
        marked("{price} {tax}, offen, Rechnung folgt. Verkäufer: {seller}"),
        price=price,
        tax=say.gettext(billed.tax),
        seller=billed.seller,
    )


def units_text(unit: Unit, units: int, say: Speaker) -> str:
    """1 Tag; 2½ Tage; 45 Minuten; 19,00 €."""
    if unit is Unit.MONEY:
        return say.money(Money(units))
    if unit is Unit.ROOM_MINUTE:
        return _hours_text(units, say)
    whole, half = divmod(units, HALVES_OF_A_DAY)
    if units == HALVES_OF_A_DAY:
        return say.gettext(marked("1 Tag"))
    if not half:
        return say.say(marked("{n} Tage"), n=whole)
    return say.say(marked("{n}½ Tage"), n=whole) if whole else say.gettext(marked("½ Tag"))


def _hours_text(minutes: int, say: Speaker) -> str:
    """Hours are never told as days."""
    if minutes < 24 * 60:
        return say.duration(timedelta(minutes=minutes))
    hours, rest = divmod(minutes, 60)
    text = say.say(marked("{n} Stunden"), n=hours)
    return say.listed([text, say.duration(timedelta(minutes=rest))]) if rest else text


def paid_text(paid: PaidWith | None, say: Speaker) -> str:
    """What an account pays; nothing where none does."""
    if paid is None:
        return ""
    if not paid.units:
        what = UNLIMITED if paid.source is Source.MEMBERSHIP else PAID_ALREADY
        return f"{say.gettext(what)} ({paid.label})"
    amount = units_text(paid.unit, paid.units, say)
    return f"{say.say(OUT_OF[paid.source], amount=amount)} ({paid.label})"
