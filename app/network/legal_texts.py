"""The legal texts in versions: a draft in both languages, which becomes a version that holds from a day on."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.identity.audit import record
from app.identity.rules import LANGUAGES, Action, Actor, demand
from app.kernel.plain_text import plain
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.kernel.wall_time import first_instant, local_day
from app.network.queries import LegalDocument, LegalSection
from app.platform.database import execute, fetch, fetch_value, transaction

KINDS: Final = ("imprint", "privacy", "terms", "accessibility")
LONGEST_TEXT: Final = 60_000
_ZONE: Final = ZoneInfo("Europe/Berlin")
_HEADING: Final = re.compile("^# *")


class LegalTextEmpty(BadInput):
    code = "legal_text_empty"
    text = marked("Bitte den Text in dieser Sprache schreiben.")


class LegalTextTooLong(BadInput):
    code = "legal_text_too_long"
    text = marked("Der Text hat mehr als {most} Zeichen.")


class ValidFromPast(BadInput):
    """What held in the past cannot be changed any more."""

    code = "valid_from_past"
    text = marked("Eine neue Fassung gilt frühestens ab {earliest}.")


class VersionThere(Conflict):
    code = "version_there"
    text = marked("Ab diesem Tag gilt schon eine Fassung. Bitte einen anderen Tag wählen.")


@dataclass(frozen=True, slots=True)
class LegalVersion:
    """One version in both languages; without a day it is the draft."""

    kind: str
    valid_from: datetime | None
    sections: Mapping[str, Sequence[LegalSection]]

    @property
    def day(self) -> date | None:
        return local_day(self.valid_from, _ZONE) if self.valid_from else None

    def text(self, language: str) -> str:
        """As it is written in the form."""
        return written(self.sections.get(language, ()))


class Change(StrEnum):
    SAME = "same"
    NEW = "new"
    GONE = "gone"


def read(text: str) -> list[LegalSection]:
    """Sections from running text: an empty line ends a paragraph, a line that begins with # is a heading."""
    sections: list[LegalSection] = []
    for block in re.split(r"\n\s*\n", plain(text)):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        while lines and lines[0].startswith("#"):
            sections.append(LegalSection(_HEADING.sub("", lines.pop(0)), []))
        if lines:
            if not sections:
                sections.append(LegalSection("", []))
            sections[-1].paragraphs.append(" ".join(lines))
    return sections


def written(sections: Sequence[LegalSection]) -> str:
    """The running text that `read` reads."""
    return "\n\n".join(_blocks(sections))


def _blocks(sections: Sequence[LegalSection]) -> list[str]:
    return [
        block
        for section in sections
        for block in ([f"# {section.heading}"] if section.heading else []) + list(section.paragraphs)
    ]


def difference(before: Sequence[LegalSection], after: Sequence[LegalSection]) -> list[tuple[Change, str]]:
    """Paragraph by paragraph what came, went and stayed, in the order of reading."""
    old, new = _blocks(before), _blocks(after)
    found: list[tuple[Change, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [(Change.SAME, text) for text in new[c:d]]
        else:
            found += [(Change.GONE, text) for text in old[a:b]] + [(Change.NEW, text) for text in new[c:d]]
    return found


async def versions_of(kind: str) -> list[LegalVersion]:
    """All versions, the draft first, then the one that holds last. The caller decides who sees the draft."""
    if kind not in KINDS:
        raise NotFound
    rows = await fetch(
        "SELECT valid_from, language, sections::text AS sections FROM legal_text WHERE kind = $1"
        " ORDER BY valid_from DESC NULLS FIRST, id",
        kind,
    )
    found: dict[datetime | None, dict[str, list[LegalSection]]] = {}
    for row in rows:
        found.setdefault(row["valid_from"], {})[row["language"]] = _sections(row["sections"])
    return [LegalVersion(kind, valid_from, sections) for valid_from, sections in found.items()]


async def version_of_day(kind: str, day: date, language: str) -> LegalDocument | None:
    """The version that holds from this day on, also an old one or one published ahead."""
    for version in await versions_of(kind):
        if version.day == day and version.valid_from is not None and language in version.sections:
            return LegalDocument(kind, language, version.valid_from, version.sections[language])
    return None


async def keep_draft(actor: Actor, kind: str, texts: Mapping[str, str], now: datetime) -> None:
    """Keeps the texts by language for later; nobody else sees them. Raises NotAllowed, NotFound, LegalTextTooLong."""
    demand(actor, Action.MANAGE_NETWORK)
    if kind not in KINDS:
        raise NotFound
    _demand_short(texts)
    async with transaction():
        await execute("DELETE FROM legal_text WHERE kind = $1 AND valid_from IS NULL", kind)
        for language in LANGUAGES:
            await execute(
                "INSERT INTO legal_text (kind, language, sections, valid_from) VALUES ($1, $2, $3, NULL)",
                kind,
                language,
                msgspec.json.encode(read(texts.get(language, ""))).decode(),
            )
        await record("legal_text.draft_kept", "legal_text", None, actor, now, kind=kind)


async def publish_text(actor: Actor, kind: str, texts: Mapping[str, str], day: date, now: datetime) -> None:
    """A version in both languages that holds from the beginning of that day; the draft is gone.

    Raises NotAllowed, NotFound, LegalTextEmpty, LegalTextTooLong, ValidFromPast (today counts from now), VersionThere.
    """
    demand(actor, Action.MANAGE_NETWORK)
    if kind not in KINDS:
        raise NotFound
    _demand_short(texts)
    for language in LANGUAGES:
        if not read(texts.get(language, "")):
            raise LegalTextEmpty(field=f"text_{language}")
    today = local_day(now, _ZONE)
    if day < today:
        raise ValidFromPast(field="valid_from", earliest=today)
    valid_from = max(now, first_instant(day, time(), _ZONE))
    async with transaction():
        await execute("SELECT pg_advisory_xact_lock(hashtext('legal_text'))")
        if any(version.day == day for version in await versions_of(kind)):
            raise VersionThere(field="valid_from")
        await execute("DELETE FROM legal_text WHERE kind = $1 AND valid_from IS NULL", kind)
        for language in LANGUAGES:
            key = await fetch_value(
                "INSERT INTO legal_text (kind, language, sections, valid_from) VALUES ($1, $2, $3, $4) RETURNING id",
                kind,
                language,
                msgspec.json.encode(read(texts[language])).decode(),
                valid_from,
            )
        await record("legal_text.published", "legal_text", key, actor, now, kind=kind, valid_from=valid_from)


def _demand_short(texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise LegalTextTooLong(field=f"text_{language}", most=LONGEST_TEXT)


def _sections(text: str) -> list[LegalSection]:
    return msgspec.json.decode(text, type=list[LegalSection])
