"""How a price is shown, and to whom: gross for consumers, net for businesses, and what is said of the tax.

Who owes no VAT must not show any (UStG § 19); of whom it is not certain nothing is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.billing.open_charges import ChargeLine
from app.billing.queries import law_values
from app.billing.rules import TaxCode, net_of
from app.kernel.money import Money
from app.kernel.refusals import Phrase, marked, phrase
from app.network.operators import TaxKind
from app.plans.terms import Audience
from app.platform.database import fetch


class TaxSaid(StrEnum):
    """What is said of the tax beside a price."""

    INCLUDED = "included"
    SMALL_BUSINESS = "small_business"
    EXEMPT = "exempt"
    NOT_SAID = "not_said"


GROSS_WORDS: Final[Mapping[TaxSaid, str]] = {
    TaxSaid.INCLUDED: marked("inkl. MwSt."),
    TaxSaid.SMALL_BUSINESS: marked("umsatzsteuerfrei nach § 19 UStG"),
    TaxSaid.EXEMPT: marked("umsatzsteuerfrei"),
    TaxSaid.NOT_SAID: marked("Gesamtpreis"),
}
NET_WORDS: Final[Mapping[TaxSaid, str]] = {**GROSS_WORDS, TaxSaid.INCLUDED: marked("zzgl. MwSt.")}


@dataclass(frozen=True, slots=True)
class Taxes:
    """How sellers are taxed on a day (None is the network), and the rates of that day in hundredths of a percent."""

    kinds: Mapping[int | None, TaxKind]
    rates: Mapping[TaxCode, int]

    def said(self, seller: int | None, code: TaxCode) -> TaxSaid:
        """What to say of a price of this seller."""
        match self.kinds.get(seller):
            case TaxKind.SMALL_BUSINESS:
                return TaxSaid.SMALL_BUSINESS
            case TaxKind.STANDARD:
                return TaxSaid.EXEMPT if code is TaxCode.EXEMPT else TaxSaid.INCLUDED
            case _:
                return TaxSaid.NOT_SAID

    def net(self, gross: Money, seller: int | None, code: TaxCode) -> Money:
        """Without the tax that is in it; the same where there is none or it is not certain."""
        if self.said(seller, code) is not TaxSaid.INCLUDED:
            return gross
        return net_of(gross, self.rates[code])

    def shown(self, gross: Money, seller: int | None, code: TaxCode, audience: Audience) -> Money:
        """The price as this audience sees it first."""
        return self.net(gross, seller, code) if audience is Audience.BUSINESS else gross

    def word(self, seller: int | None, code: TaxCode, audience: Audience) -> str:
        """What stands beside it."""
        words = NET_WORDS if audience is Audience.BUSINESS else GROSS_WORDS
        return words[self.said(seller, code)]

    def whole(self, gross: Money, seller: int | None, code: TaxCode, audience: Audience) -> Phrase:
        """An amount that is due, with what it is: a business reads what is net and what is tax in it."""
        said = self.said(seller, code)
        if said is not TaxSaid.INCLUDED or audience is not Audience.BUSINESS:
            return phrase(_WITH_WORD, price=gross, word=phrase(GROSS_WORDS[said]))
        net = self.net(gross, seller, code)
        tax = Money(gross.amount - net.amount, gross.currency)
        return phrase(_IN_PARTS, net=net, tax=tax, rate=said_rate(self.rates[code]), gross=gross)


_WITH_WORD: Final = marked("{price} {word}")
_IN_PARTS: Final = marked("{net} netto, {tax} MwSt. ({rate} %), zusammen {gross}")


def said_rate(rate: int) -> str:
    """19 of 1900 hundredths of a percent."""
    whole, rest = divmod(rate, 100)
    return str(whole) if not rest else f"{whole},{rest:02}".rstrip("0")


async def taxes_on(day: date) -> Taxes:
    """How all sellers are taxed on this day. The network is a trader like others."""
    rows = await fetch(
        "SELECT DISTINCT ON (operator) operator, kind FROM tax_status WHERE valid_from <= $1"
        " ORDER BY operator, valid_from DESC, entered_at DESC, id DESC",
        day,
    )
    law = await law_values(day)
    return Taxes(
        {None: TaxKind.STANDARD, **{row["operator"]: TaxKind(row["kind"]) for row in rows}},
        {TaxCode.STANDARD: law["tax_standard"], TaxCode.REDUCED: law["tax_reduced"], TaxCode.EXEMPT: 0},
    )


async def dues_said(lines: Sequence[ChargeLine], audience: Audience) -> list[tuple[ChargeLine, Phrase]]:
    """Amounts due, each with what it is by the tax of the day that it is for."""
    days = {line.supply_from for line in lines}
    taxes = {day: await taxes_on(day) for day in days}
    return [(line, taxes[line.supply_from].whole(line.price, line.seller, line.tax_code, audience)) for line in lines]
