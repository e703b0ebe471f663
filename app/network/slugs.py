"""Names in addresses: made from what people call a thing, or chosen by them."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from app.kernel.refusals import BadInput, Conflict, marked
from app.platform.database import refuse_constraint

LONGEST_SLUG: Final = 60
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AS_WRITTEN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")


class SlugUnusable(BadInput):
    code = "slug_unusable"
    text = marked("Möglich sind kleine Buchstaben ohne Umlaute, Ziffern und Bindestriche, höchstens {longest} Zeichen.")


class SlugTaken(Conflict):
    """Another space or operator is called so."""

    code = "slug_taken"
    text = marked("Diese Adresse hat schon jemand anders.")


refuse_constraint("space_slug", SlugTaken)
refuse_constraint("operator_slug", SlugTaken)


def slug_of(name: str) -> str:
    """RegioHub Münstermaifeld is regiohub-muenstermaifeld."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_AS_WRITTEN))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _BETWEEN.sub("-", bare).strip("-")[:LONGEST_SLUG].strip("-") or "standort"


def free_slug(name: str, taken: Collection[str]) -> str:
    """The name's own, or with the lowest number that makes it free."""
    slug, number = slug_of(name), 1
    free = slug
    while free in taken:
        number += 1
        free = f"{slug[: LONGEST_SLUG - len(str(number)) - 1]}-{number}"
    return free


def usable_slug(text: str, field: str = "slug") -> str:
    """Raises SlugUnusable."""
    if len(text) > LONGEST_SLUG or not _SLUG.fullmatch(text):
        raise SlugUnusable(field=field, longest=LONGEST_SLUG)
    return text
