"""Leitweg-IDs: the address of a public body's invoices, known again by its two check digits (mod 97-10). Pure."""

import re
from typing import Final

from app.kernel.refusals import BadInput, marked

_FORM: Final = re.compile(r"([0-9]{2,12})(?:-([0-9A-Z]{1,30}))?-([0-9]{2})", re.ASCII)
_SPACING: Final = re.compile(r"\s")
_DASHES: Final = str.maketrans("\N{EN DASH}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{MINUS SIGN}", "----")


class LeitwegIdUnusable(BadInput):
    code = "leitweg_id_unusable"
    text = marked("Das ist keine Leitweg-ID, zum Beispiel 991-33333TEST-33.")


class LeitwegIdMistyped(BadInput):
    """It looks like one, and the check digits say that a character is wrong."""

    code = "leitweg_id_mistyped"
    text = marked("Die Prüfziffern dieser Leitweg-ID passen nicht. Bitte vergleichen Sie sie Zeichen für Zeichen.")


def usable_leitweg_id(text: str) -> str:
    """The id in capitals and without spaces; empty stays empty. Raises LeitwegIdUnusable and LeitwegIdMistyped."""
    written = _SPACING.sub("", text).translate(_DASHES).upper()
    if not written:
        return ""
    found = _FORM.fullmatch(written)
    if found is None:
        raise LeitwegIdUnusable(field="leitweg_id")
    coarse, fine, check = found.groups()
    if _as_number(f"{coarse}{fine or ''}{check}") % 97 != 1:
        raise LeitwegIdMistyped(field="leitweg_id")
    return written


def _as_number(text: str) -> int:
    """Letters count from ten on: A is 10, Z is 35."""
    return int("".join(str(int(character, 36)) for character in text))
