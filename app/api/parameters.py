"""What routes take in their addresses: times, windows, ids, and the pages of a list."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Final

from litestar.params import HeaderParameter, PathParameter, QueryParameter

from app.bookings.rules import EndsBeforeStart
from app.inventory.needs import WORDS
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, NotFound, marked
from app.platform.bad_fields import TimeUnreadable, TimeWithoutOffset

MOST_ITEMS: Final = 200
FEWEST_YEARS, MOST_YEARS = 2000, 2200

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(?P<offset>[Zz]|[+\- ]\d\d:?\d\d)?")
_PUBLIC_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SLUG: Final = re.compile(r"[0-9a-z-]{1,100}")


class TimeOutOfReach(BadInput):
    code = "time_out_of_reach"
    text = marked("Das Jahr muss zwischen {first} und {last} liegen.")


class CursorUnknown(BadInput):
    code = "cursor_unknown"
    text = marked("Diese Fortsetzung gibt es nicht. Bitte beginnen Sie die Liste von vorn.")


class FeatureUnknown(BadInput):
    code = "feature_unknown"
    text = marked("Diese Ausstattung gibt es nicht: {feature}")


def moment_parameter(description: str, name: str | None = None) -> QueryParameter:
    """Documents a time in the query."""
    return QueryParameter(
        name=name,
        description=f"{description} RFC 3339 with an offset; write its + as %2B.",
        schema_extra={"format": "date-time", "examples": ["2026-11-25T08:00:00+01:00"]},
    )


SlugInPath = Annotated[str, PathParameter(description="The space's name in its address, e.g. `regiohub-polch`.")]
ResourceInPath = Annotated[str, PathParameter(description="The resource's id.")]
OperatorInPath = Annotated[str, PathParameter(description="The operator's name in its address.")]
PersonInPath = Annotated[str, PathParameter(description="The person's id, within reach of your front desks.")]
IdInPath = Annotated[str, PathParameter(description="The id that the interface gave.")]
STARTS_AT = moment_parameter("Start of the window.")
ENDS_AT = moment_parameter("End of the window, not part of it.")
KindWanted = Annotated[Kind, QueryParameter(description="What shall be free.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS, description="At most so many items.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=200, description="`next` of the answer before; continues behind it.")
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="Any text of 1 to 255 visible ASCII characters. The same key and request within 24 hours happen "
        "once and are answered the same; the same key with another request is 422.",
    ),
]


def moment(field: str, text: str) -> datetime:
    """The time that a parameter holds. A space stands for the + that a client forgot to write as %2B.

    Raises TimeUnreadable, TimeWithoutOffset or TimeOutOfReach.
    """
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise TimeUnreadable(field=field)
    if match["offset"] is None:
        raise TimeWithoutOffset(field=field)
    start = match.start("offset")
    try:
        at = datetime.fromisoformat(text[:start] + text[start:].replace(" ", "+").upper())
    except ValueError as error:
        raise TimeUnreadable(field=field) from error
    return within_reach(field, at)


def within_reach(field: str, at: datetime) -> datetime:
    """The same time. Raises TimeOutOfReach where its year makes no sense and sums with it might overflow."""
    if not FEWEST_YEARS <= at.year < MOST_YEARS:
        raise TimeOutOfReach(field=field, first=FEWEST_YEARS, last=MOST_YEARS - 1)
    return at


def period_between(starts: tuple[str, str], ends: tuple[str, str]) -> Period:
    """The period between two parameters, each given as (field, text). Raises as `moment` does, and EndsBeforeStart."""
    starts_at, ends_at = moment(*starts), moment(*ends)
    if ends_at <= starts_at:
        raise EndsBeforeStart(field=ends[0])
    return Period(starts_at, ends_at)


def known_words(texts: Sequence[str] | None, known: Collection[str] = WORDS) -> frozenset[str]:
    """What must be there, separated by commas or repeated. Raises FeatureUnknown for a word that says nothing."""
    wanted = frozenset(name.strip() for text in texts or () for name in text.split(",")) - {""}
    for feature in sorted(wanted.difference(known)):
        raise FeatureUnknown(field="features", feature=feature[:40])
    return wanted


def known_id(text: str) -> str:
    """A text that can be a public id at all; anything else is NotFound like an id that nobody has."""
    if not _PUBLIC_ID.fullmatch(text):
        raise NotFound
    return text


def known_slug(text: str) -> str:
    """A text that can be a space's name in its address; anything else is NotFound."""
    if not _SLUG.fullmatch(text):
        raise NotFound
    return text


def cursor_of(*parts: str) -> str:
    """An opaque cursor that remembers these parts."""
    return urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> list[str]:
    """What `cursor_of` was given. Raises CursorUnknown for what is no cursor of `count` parts."""
    try:
        parts = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode().split("|")
    except (binascii.Error, UnicodeError) as error:
        raise CursorUnknown(field="cursor") from error
    if len(parts) != count:
        raise CursorUnknown(field="cursor")
    return parts
