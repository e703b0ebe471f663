"""Amounts and numbers as people type them in forms, and back."""

import re
from collections.abc import Mapping

from app.kernel.refusals import BadInput, marked

_EUROS = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")


class AmountUnreadable(BadInput):
    code = "amount_unreadable"
    text = marked("Bitte einen Betrag in Euro eintragen, etwa 19 oder 19,50.")


class NumberUnreadable(BadInput):
    code = "number_unreadable"
    text = marked("Bitte eine ganze Zahl eintragen.")


def read_amount(data: Mapping[str, str], field: str) -> int | None:
    """Cents of 19, 19,5 or 19,50 €; None for an empty field. Raises AmountUnreadable."""
    text = data.get(field, "").replace("€", "").strip()
    if not text:
        return None
    match = _EUROS.fullmatch(text)
    if match is None or not text.isascii():
        raise AmountUnreadable(field=field)
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def typed_amount(amount: int | None) -> str:
    """19 or 19,50, as a field has it."""
    if amount is None:
        return ""
    euros, cents = divmod(amount, 100)
    return f"{euros},{cents:02}" if cents else str(euros)


def read_number(data: Mapping[str, str], field: str) -> int | None:
    """A whole number; None for an empty field. Raises NumberUnreadable."""
    text = data.get(field, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise NumberUnreadable(field=field)
    return int(text)
