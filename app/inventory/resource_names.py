"""Many names at once: 'A1 bis A12', '1-20', 'Fenster 1, Fenster 2'. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, marked

MOST_AT_ONCE: Final = 200
LONGEST_NAME: Final = 60
_RANGE: Final = re.compile(
    r"(?P<before>.*?)(?P<first>\d{1,4})\s*(?:-|–|…|\.\.\.?|bis|to)\s*(?P<again>.*?)(?P<last>\d{1,4})"
)


class NamesUnreadable(BadInput):
    code = "names_unreadable"
    text = marked("So geht es: A1 bis A12, oder 1-20, oder einzelne Namen mit Komma. Höchstens {most} auf einmal.")


class NameTooLong(BadInput):
    code = "resource_name_unusable"
    text = marked("Bitte einen Namen mit höchstens {longest} Zeichen angeben.")


def usable_resource_name(name: str, field: str = "name") -> str:
    """The name on one line. Raises NameTooLong."""
    clean = one_line(name)
    if not clean or len(clean) > LONGEST_NAME:
        raise NameTooLong(field=field, longest=LONGEST_NAME)
    return clean


def names_in(text: str, field: str = "names") -> Sequence[str]:
    """All names that the text means, in order and once each. Raises NamesUnreadable, NameTooLong.

    In a range what stands before the numbers is the same or said once: A1-A12, A1-12. 01-12 keeps its zeros.
    """
    found: dict[str, None] = {}
    for piece in re.split(r"[,;\n]", text):
        if not piece.strip():
            continue
        for name in _names_of(one_line(piece), field):
            found[usable_resource_name(name, field)] = None
        if len(found) > MOST_AT_ONCE:
            break
    if not 1 <= len(found) <= MOST_AT_ONCE:
        raise NamesUnreadable(field=field, most=MOST_AT_ONCE)
    return list(found)


def _names_of(piece: str, field: str) -> Sequence[str]:
    match = _RANGE.fullmatch(piece)
    if match is None:
        return [piece]
    before, again = match["before"], match["again"]
    first, last = int(match["first"]), int(match["last"])
    if (again and again != before) or last < first or last - first >= MOST_AT_ONCE:
        raise NamesUnreadable(field=field, most=MOST_AT_ONCE)
    digits = len(match["first"]) if match["first"].startswith("0") else 1
    return [f"{before}{number:0{digits}}" for number in range(first, last + 1)]


def next_name(name: str, taken: Sequence[str]) -> str:
    """A name for a copy: the next free number after that of the name, or with a 2 behind it."""
    match = re.fullmatch(r"(.*?)(\d{1,6})", name)
    before, number = (match[1], int(match[2])) if match else (f"{name[: LONGEST_NAME - 7]} ", 1)
    folded = {each.casefold() for each in taken}
    digits = len(match[2]) if match and match[2].startswith("0") else 1
    while True:
        number += 1
        found = f"{before}{number:0{digits}}"
        if found.casefold() not in folded:
            return found
