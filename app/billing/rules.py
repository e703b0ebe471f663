"""What an amount due is made of. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import marked


class TaxCode(StrEnum):
    """How a product is taxed where its seller is; the rate of the day of supply comes from the law's values."""

    STANDARD = "standard"
    REDUCED = "reduced"
    EXEMPT = "exempt"


TAX_CODE_NAMES: Final[Mapping[TaxCode, str]] = {
    TaxCode.STANDARD: marked("Regelsatz"),
    TaxCode.REDUCED: marked("ermäßigter Satz"),
    TaxCode.EXEMPT: marked("steuerfrei"),
}


class Voucher(StrEnum):
    """What something prepaid is for the tax (UStG § 3 Abs. 13 to 15), fixed when it is sold: taxed at the sale, when it
    is redeemed, or as a payment in advance. What is not prepaid is none."""

    NONE = "none"
    SINGLE_PURPOSE = "single_purpose"
    MULTI_PURPOSE = "multi_purpose"
    ADVANCE = "advance"


def net_of(gross: Money, rate: int) -> Money:
    """The net amount in a gross one at a rate in hundredths of a percent, rounded half up to the minor unit; the tax is
    the rest, so that both add up."""
    sign = -1 if gross.amount < 0 else 1
    whole = abs(gross.amount) * 10_000
    return Money(sign * ((2 * whole + 10_000 + rate) // (2 * (10_000 + rate))), gross.currency)
