"""VAT identification numbers of the European Union, by their form and, for Germany, their check digit. Pure.

Whether a number is in use only the authorities know; what cannot be one is found here.
"""

import re
from collections.abc import Mapping
from typing import Final

from app.kernel.refusals import BadInput, marked

_FORMS: Final[Mapping[str, str]] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"[1-9]\d{8}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{10}\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"\d{9}|\d{12}|GD\d{3}|HA\d{3}",
}
_SPACING: Final = re.compile(r"[\s.\-/]")


class VatIdUnusable(BadInput):
    code = "vat_id_unusable"
    text = marked("Das ist keine Umsatzsteuer-Identifikationsnummer, zum Beispiel DE136695976.")


def usable_vat_id(text: str) -> str:
    """The number in capitals and without spaces; empty stays empty. Raises VatIdUnusable."""
    number = _SPACING.sub("", text).upper()
    if not number:
        return ""
    country, rest = number[:2], number[2:]
    form = _FORMS.get(country)
    if form is None or not rest.isascii() or re.fullmatch(form, rest) is None:
        raise VatIdUnusable(field="vat_id")
    if country == "DE" and _check_digit(rest[:8]) != int(rest[8]):
        raise VatIdUnusable(field="vat_id")
    return number


def _check_digit(digits: str) -> int:
    """The last digit of a German number (ISO 7064, MOD 11,10)."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10
