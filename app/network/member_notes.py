"""What an operator's staff notes about people who book there: read by this operator's staff, and by the person in the
own data. The network's people do not read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge, standing_record
from app.identity.rules import Actor
from app.kernel.plain_text import plain
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.random_ids import new_public_id

LONGEST_NOTE: Final = 500
MOST_NOTES: Final = 20
KEPT_FOR: Final = timedelta(days=730)

_ZONE: Final = ZoneInfo("Europe/Berlin")


class NoteUnusable(BadInput):
    code = "member_note_unusable"
    text = marked("Bitte eine Notiz mit höchstens {most} Zeichen schreiben.")


class TooManyNotes(BadInput):
    code = "too_many_member_notes"
    text = marked("Zu einer Person passen {most} Notizen. Bitte zuerst eine löschen.")


@dataclass(frozen=True, slots=True)
class NoteCard:
    """A note; `author` is the name of who wrote it last."""

    public_id: str
    text: str
    author: str
    written_at: datetime

    @property
    def written_on(self) -> date:
        return local_day(self.written_at, _ZONE)


def may_see_notes(actor: Actor, space: SpaceCard) -> bool:
    """Whether the actor is staff of the space's operator, and not only of the network."""
    return actor.is_staff_of(space.operator.id, space.id)


async def notes_on(actor: Actor, space: SpaceCard, person: int) -> list[NoteCard]:
    """What the space's operator has noted about the person, the newest first. Raises NotFound to everybody else."""
    _demand_staff(actor, space)
    rows = await fetch(
        "SELECT n.public_id, n.text, n.written_at, p.name AS author FROM member_note n JOIN person p ON p.id = n.author"
        " WHERE n.operator = $1 AND n.person = $2 ORDER BY n.written_at DESC, n.id DESC",
        space.operator.id,
        person,
    )
    return [_card(row) for row in rows]


async def write_note(actor: Actor, space: SpaceCard, person: int, text: str, now: datetime) -> NoteCard:
    """A new note. Whether the person is in reach, the caller decides. Raises NotFound, NoteUnusable, TooManyNotes."""
    _demand_staff(actor, space)
    text, public_id = _checked(text), new_public_id()
    async with transaction():
        person = await standing_record(person)
        if await fetch_value(
            "SELECT count(*) FROM member_note WHERE operator = $1 AND person = $2", space.operator.id, person
        ) >= MOST_NOTES:  # fmt: skip
            raise TooManyNotes(field="text", most=MOST_NOTES)
        key: int = await fetch_value(
            "INSERT INTO member_note (public_id, operator, person, text, author, written_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            public_id,
            space.operator.id,
            person,
            text,
            actor.person,
            now,
        )
        await record("member_note.written", "member_note", key, actor, now, whom=person)
    return NoteCard(public_id, text, actor.name, now)


async def change_note(
    actor: Actor, space: SpaceCard, person: int, public_id: str, text: str, now: datetime
) -> NoteCard:
    """Another text, under the name of who changes it. Raises NotFound, NoteUnusable."""
    _demand_staff(actor, space)
    text = _checked(text)
    async with transaction():
        key = await fetch_value(
            "UPDATE member_note SET text = $4, author = $5, written_at = $6"
            " WHERE operator = $1 AND person = $2 AND public_id = $3 RETURNING id",
            space.operator.id,
            person,
            public_id,
            text,
            actor.person,
            now,
        )
        await _record("member_note.changed", key, person, actor, now)
    return NoteCard(public_id, text, actor.name, now)


async def delete_note(actor: Actor, space: SpaceCard, person: int, public_id: str, now: datetime) -> None:
    """Raises NotFound."""
    _demand_staff(actor, space)
    async with transaction():
        key = await fetch_value(
            "DELETE FROM member_note WHERE operator = $1 AND person = $2 AND public_id = $3 RETURNING id",
            space.operator.id,
            person,
            public_id,
        )
        await _record("member_note.deleted", key, person, actor, now)


async def forget_old_notes(now: datetime) -> int:
    """Deletes notes two years after they were written; how many."""
    return await execute("DELETE FROM member_note WHERE written_at < $1", now - KEPT_FOR)


async def _record(action: str, key: int | None, person: int, actor: Actor, now: datetime) -> None:
    if key is None:
        raise NotFound
    await record(action, "member_note", key, actor, now, whom=person)


def _demand_staff(actor: Actor, space: SpaceCard) -> None:
    if not may_see_notes(actor, space):
        raise NotFound


def _checked(text: str) -> str:
    clean = plain(text).strip()
    if not clean or len(clean) > LONGEST_NOTE:
        raise NoteUnusable(field="text", most=LONGEST_NOTE)
    return clean


def _card(row: Mapping[str, Any]) -> NoteCard:
    return NoteCard(row["public_id"], row["text"], row["author"], row["written_at"])


@on_merge("member_note.person", "member_note.author")
async def _move_notes(merge: Merge) -> None:
    await execute("UPDATE member_note SET person = $1 WHERE person = $2", merge.kept, merge.gone)
    await execute("UPDATE member_note SET author = $1 WHERE author = $2", merge.kept, merge.gone)
