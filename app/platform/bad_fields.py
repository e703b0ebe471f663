"""What is wrong with one field of a request, said for people: the decoder's English becomes a refusal of our own."""

import re
from typing import Final

from app.kernel.refusals import BadInput, marked

_PATH: Final = re.compile(r" - at `(?P<path>[^`]*)`$")
_NAMED: Final = re.compile(r"(?:field|parameter) [`'](?P<name>[^`']+)[`']")


class FieldMissing(BadInput):
    code = "field_missing"
    text = marked("Diese Angabe fehlt.")


class FieldUnknown(BadInput):
    code = "field_unknown"
    text = marked("Diese Angabe gibt es hier nicht.")


class TimeUnreadable(BadInput):
    code = "time_unreadable"
    text = marked("Eine Zeit sieht so aus: 2026-11-25T08:00:00+01:00.")


class TimeWithoutOffset(BadInput):
    code = "time_without_offset"
    text = marked("Dieser Zeit fehlt der Abstand zur Weltzeit, etwa +01:00 oder Z.")


class WrongType(BadInput):
    code = "wrong_type"
    text = marked("Diese Angabe ist nicht von der erwarteten Art ({expected}).")


class WrongLength(BadInput):
    code = "wrong_length"
    text = marked("Diese Angabe ist zu kurz oder zu lang ({expected}).")


class OutOfRange(BadInput):
    code = "out_of_range"
    text = marked("Dieser Wert ist zu klein oder zu groß ({expected}).")


class NotAChoice(BadInput):
    code = "not_a_choice"
    text = marked("Diesen Wert gibt es hier nicht.")


_MEANINGS: Final[tuple[tuple[re.Pattern[str], type[BadInput]], ...]] = (
    (re.compile(r"missing required", re.I), FieldMissing),
    (re.compile(r"unknown field"), FieldUnknown),
    (re.compile(r"with a timezone component"), TimeWithoutOffset),
    (re.compile(r"Invalid RFC3339|Expected `datetime`"), TimeUnreadable),
    (re.compile(r"of length (?P<expected>.*)"), WrongLength),
    (re.compile(r"Invalid enum value|matching regex"), NotAChoice),
    (re.compile(r"Expected `(?:int|float)` (?P<expected>[<>].*)"), OutOfRange),
    (re.compile(r"Expected `(?P<expected>[^`]*)`"), WrongType),
)


def refusal_of(message: str, field: str = "") -> BadInput:
    """The refusal that one of msgspec's or Litestar's messages means; `field` where the message doesn't name it."""
    if field == "data":
        return FieldMissing(field="body")
    text = _PATH.sub("", message)
    found, named = _PATH.search(message), _NAMED.search(text)
    path = [found["path"].removeprefix("$").removeprefix(".") if found else "", named["name"] if named else ""]
    where = ".".join(part for part in path if part) or field or "body"
    for pattern, meaning in _MEANINGS:
        if match := pattern.search(text):
            return meaning(field=where, **match.groupdict())
    return BadInput(field=where)
