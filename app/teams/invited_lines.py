"""Addresses as people paste them, with or without names: one a line, or all in one. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.identity.rules import EmailUnusable, usable_email, usable_name
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Refusal, marked

MOST_AT_ONCE: Final = 200
_ADDRESS: Final = re.compile(r"<?([^\s<>;,\"]+@[^\s<>;,\"]+)>?")
_AROUND_NAMES: Final = " \t;,\"'<>()"


class NobodyNamed(BadInput):
    code = "nobody_named"
    text = marked("Bitte mindestens eine E-Mail-Adresse eintragen.")


class TooManyNamed(BadInput):
    code = "too_many_named"
    text = marked("Höchstens {most} auf einmal. Für mehr gibt es das Einlesen aus einer Datei.")


class LinesUnusable(BadInput):
    """`facts["lines"]` are the lines that no mail could reach, with their numbers."""

    code = "lines_unusable"
    text = marked("Ohne vollständige E-Mail-Adresse: {lines}")


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who is to be asked; the name may be empty, `cost_centre` is a key."""

    name: str
    email: str
    cost_centre: int | None = None


def read_invited(text: str, cost_centre: int | None = None) -> Sequence[Invited]:
    """Everybody in the text, each address once. Raises NobodyNamed, TooManyNamed, LinesUnusable."""
    found: dict[str, Invited] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        for part in _parts(line):
            try:
                one = _invited(part, cost_centre)
            except Refusal:
                wrong.append(f"{number} ({part[:60]})")
            else:
                found.setdefault(one.email, one)
    if wrong:
        raise LinesUnusable(field="people", lines=", ".join(wrong))
    if not found:
        raise NobodyNamed(field="people")
    if len(found) > MOST_AT_ONCE:
        raise TooManyNamed(field="people", most=MOST_AT_ONCE)
    return list(found.values())


def _parts(line: str) -> list[str]:
    """A line with several addresses is parted at its semicolons, or else at its commas."""
    for separator in (";", ","):
        if line.count("@") > 1 and separator in line:
            return [one_line(part) for part in line.split(separator) if one_line(part)]
    return [one_line(line)] if one_line(line) else []


def _invited(part: str, cost_centre: int | None) -> Invited:
    """Raises EmailUnusable, NameUnusable."""
    match = _ADDRESS.search(part)
    if match is None:
        raise EmailUnusable(field="people")
    name = f"{part[: match.start()]} {part[match.end() :]}".strip(_AROUND_NAMES)
    return Invited(usable_name(name) if name else "", usable_email(match[1]), cost_centre)
