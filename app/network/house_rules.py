"""A space's house rules: editions, who has accepted which, and publishing a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, demand
from app.kernel.plain_text import plain
from app.kernel.refusals import BadInput, NotFound, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.new_rows import NewRow

LONGEST_TEXT = 20_000


class HouseRulesEmpty(BadInput):
    """Nothing is not an edition."""

    code = "house_rules_empty"
    text = marked("Bitte schreiben Sie den Text der Hausordnung.")


class HouseRulesTooLong(BadInput):
    code = "house_rules_too_long"
    text = marked("Die Hausordnung hat mehr als {most} Zeichen.")


class EditionTooEarly(BadInput):
    """An edition would hold in the past, or before the one that it follows."""

    code = "edition_too_early"
    text = marked("Die neue Fassung kann frühestens ab {earliest} gelten.")


@dataclass(frozen=True, slots=True)
class HouseRulesEdition:
    """One edition, its text by language."""

    edition: int
    text: Mapping[str, str]
    valid_from: datetime

    def paragraphs(self, language: str) -> Sequence[str]:
        """The text in this language by its empty lines."""
        return [paragraph.strip() for paragraph in self.text[language].split("\n\n") if paragraph.strip()]


_EDITION = "SELECT edition, text_de, text_en, valid_from FROM house_rules WHERE space = $1"


async def house_rules_of(space: int, now: datetime) -> HouseRulesEdition | None:
    """The edition that holds now."""
    row = await fetch_row(f"{_EDITION} AND valid_from <= $2 ORDER BY edition DESC LIMIT 1", space, now)
    return _edition(row) if row else None


async def house_rules_editions(space: int) -> list[HouseRulesEdition]:
    """Every edition, the latest first; one that is published ahead does not hold yet."""
    return [_edition(row) for row in await fetch(f"{_EDITION} ORDER BY edition DESC", space)]


def new_acceptance(person: int, space: int, edition: int, now: datetime) -> NewRow:
    """That the person has accepted this edition."""
    return NewRow("house_rules_acceptance", {"person": person, "space": space, "edition": edition, "accepted_at": now})


async def edition_to_accept(space: int, person: int | None, now: datetime) -> HouseRulesEdition | None:
    """The edition that this person has still to accept there; whoever is not known yet has accepted none."""
    edition = await house_rules_of(space, now)
    if edition is None or person is None:
        return edition
    accepted = await fetch_value(
        "SELECT 1 FROM house_rules_acceptance WHERE space = $1 AND person = $2 AND edition >= $3 LIMIT 1",
        space,
        person,
        edition.edition,
    )
    return None if accepted else edition


@on_merge("house_rules_acceptance.person")
async def _move_acceptances(merge: Merge) -> None:
    """What both have accepted counts from the earlier time."""
    await execute(
        "WITH twice AS (DELETE FROM house_rules_acceptance g USING house_rules_acceptance k WHERE g.person = $2"
        " AND k.person = $1 AND (k.space, k.edition) = (g.space, g.edition) RETURNING k.id, g.accepted_at)"
        " UPDATE house_rules_acceptance k SET accepted_at = least(k.accepted_at, twice.accepted_at)"
        " FROM twice WHERE k.id = twice.id",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE house_rules_acceptance SET person = $1 WHERE person = $2", merge.kept, merge.gone)


async def publish_house_rules(
    actor: Actor, space: int, text_de: str, text_en: str, valid_from: datetime, now: datetime
) -> HouseRulesEdition:
    """A new edition, which holds from then on; everybody is asked for it with the next booking there.

    Raises NotFound, NotAllowed, HouseRulesEmpty, HouseRulesTooLong, and EditionTooEarly where it would hold before now
    or before an edition that is published already.
    """
    german, english = _checked(text_de, "text_de"), _checked(text_en, "text_en")
    if not german:
        raise HouseRulesEmpty(field="text_de")
    async with transaction():
        # Whoever publishes at the same time waits here and gets the next number.
        locked = await fetch_row(
            "SELECT operator, time_zone FROM space WHERE id = $1 AND retired_at IS NULL FOR NO KEY UPDATE", space
        )
        if locked is None:
            raise NotFound
        demand(actor, Action.MANAGE_SPACE, operator=locked["operator"], space=space)
        before = (await house_rules_editions(space))[:1]
        earliest = max([now, *(edition.valid_from for edition in before)])
        if valid_from < earliest:
            raise EditionTooEarly(field="valid_from", earliest=earliest.astimezone(ZoneInfo(locked["time_zone"])))
        row = await fetch_row(
            "INSERT INTO house_rules (space, edition, text_de, text_en, valid_from) VALUES ($1, $2, $3, $4, $5)"
            " RETURNING edition, text_de, text_en, valid_from",
            space,
            before[0].edition + 1 if before else 1,
            german,
            english,
            valid_from,
        )
        assert row is not None, "it was inserted"
        published = _edition(row)
        await record(
            "house_rules.published", "space", space, actor, now, edition=published.edition, valid_from=valid_from
        )
    return published


def _checked(text: str, field: str) -> str:
    clean = plain(text).strip()
    if len(clean) > LONGEST_TEXT:
        raise HouseRulesTooLong(field=field, most=LONGEST_TEXT)
    return clean


def _edition(row: Mapping[str, Any]) -> HouseRulesEdition:
    text = {"de": row["text_de"], "en": row["text_en"] or row["text_de"]}
    return HouseRulesEdition(row["edition"], text, row["valid_from"])
