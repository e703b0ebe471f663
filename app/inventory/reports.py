"""Damage and questions: reported by anybody at a space, answered and closed by its staff, then forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.identity.audit import record
from app.identity.rules import Action, Actor, EmailUnusable, PhoneUnusable, usable_email, usable_phone
from app.inventory.linking import EQUIPMENT, linked_at
from app.inventory.rules import Kind
from app.kernel.plain_text import plain
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.pictures import safe_picture
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, address_key, hit

LONGEST_TEXT: Final = 1000
KEPT_AFTER: Final = timedelta(days=30)
"""So long after it was closed a report is kept, with all that it says of anybody."""

BY_ADDRESS: Final = Limit("reports_by_address", 6, timedelta(hours=1))
AT_SPACE: Final = Limit("reports_at_space", 60, timedelta(days=1))
_PHOTO_SIDE: Final = 1280


class About(StrEnum):
    BROKEN = "broken"
    COLD = "cold"
    DIRT = "dirt"
    QUESTION = "question"


class State(StrEnum):
    OPEN = "open"
    IN_HAND = "in_hand"
    DONE = "done"


ABOUT_NAMES: Final[Mapping[About, str]] = {
    About.BROKEN: marked("Etwas ist kaputt"),
    About.COLD: marked("Zu kalt oder zu warm"),
    About.DIRT: marked("Schmutz"),
    About.QUESTION: marked("Eine Frage"),
}
STATE_NAMES: Final[Mapping[State, str]] = {
    State.OPEN: marked("offen"),
    State.IN_HAND: marked("in Arbeit"),
    State.DONE: marked("erledigt"),
}


class AboutMissing(BadInput):
    code = "report_about_missing"
    text = marked("Bitte wählen, worum es geht.")


class ReportTextMissing(BadInput):
    code = "report_text_missing"
    text = marked("Bitte in eigenen Worten sagen, was ist, mit höchstens {most} Zeichen.")


class ReportedThingUnknown(BadInput):
    code = "reported_thing_unknown"
    text = marked("Diesen Platz gibt es hier nicht mehr. Bitte noch einmal wählen.")


class ContactUnusable(BadInput):
    code = "contact_unusable"
    text = marked("Bitte eine E-Mail-Adresse oder eine Telefonnummer angeben, oder nichts.")


class AnswerMissing(BadInput):
    code = "answer_missing"
    text = marked("Bitte eine Antwort mit höchstens {most} Zeichen schreiben.")


class AnsweredAlready(Conflict):
    code = "answered_already"
    text = marked("Darauf hat schon jemand geantwortet.")


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody says, as it was typed; `resource` is a public id or nothing for the space as a whole."""

    about: str
    said: str
    resource: str = ""
    contact: str = ""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as staff sees it. Equipment has a name and no kind; the space as a whole has neither."""

    id: int
    public_id: str
    space: int
    resource: str | None
    kind: Kind | None
    name: str | None
    about: About
    said: str
    has_photo: bool
    email: str | None
    phone: str | None
    language: str
    state: State
    created_at: datetime
    answer: str
    answered_at: datetime | None
    is_blocked: bool

    @property
    def can_be_answered(self) -> bool:
        return self.email is not None and self.answered_at is None

    @property
    def can_be_blocked(self) -> bool:
        return self.resource is not None and self.state is not State.DONE and not self.is_blocked


async def report(space: SpaceCard, wanted: NewReport, language: str, address: str, now: datetime) -> str:
    """Keeps the report for the space's staff; its public id.

    Raises AboutMissing, ReportTextMissing, ReportedThingUnknown, ContactUnusable, what `safe_picture` raises at
    `photo`, and TooMany for one address and for one space.
    """
    if wanted.about not in set(About):
        raise AboutMissing(field="about")
    said = _checked_text(wanted.said)
    if said is None:
        raise ReportTextMissing(field="said", most=LONGEST_TEXT)
    email, phone = _contact(wanted.contact)
    resource = await _key_of(space, wanted.resource)
    await hit(BY_ADDRESS, address_key(address), now)
    await hit(AT_SPACE, str(space.id), now)
    photo = None
    if wanted.photo:
        photo = (await safe_picture(wanted.photo, field="photo", longest_side=_PHOTO_SIDE)).content
    public_id = new_public_id()
    async with transaction():
        key = await fetch_value(
            "INSERT INTO report (public_id, space, resource, about, said, photo, email, phone, language, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            public_id,
            space.id,
            resource,
            wanted.about,
            said,
            photo,
            email,
            phone,
            language,
            now,
        )
        await emit("report.made", "report", key, now)
    return public_id


def _checked_text(text: str) -> str | None:
    clean = plain(text).strip()
    return clean if 0 < len(clean) <= LONGEST_TEXT else None


def _contact(text: str) -> tuple[str | None, str | None]:
    """The address or the number in it. Raises ContactUnusable."""
    if not text.strip():
        return None, None
    try:
        return (usable_email(text), None) if "@" in text else (None, usable_phone(text))
    except (EmailUnusable, PhoneUnusable) as error:
        raise ContactUnusable(field="contact") from error


async def _key_of(space: SpaceCard, resource: str) -> int | None:
    if not resource:
        return None
    for each in await linked_at(space.id):
        if each.public_id == resource:
            return each.id
    raise ReportedThingUnknown(field="platz")


_REPORTS = """
SELECT p.id, p.public_id, p.space, r.public_id AS resource, r.kind, r.name, p.about, p.said,
    p.photo IS NOT NULL AS has_photo, p.email, p.phone, p.language, p.state, p.created_at, p.answer, p.answered_at,
    EXISTS (SELECT FROM claim c WHERE c.resource = p.resource AND c.reason = 'blocker' AND c.starts_at <= $1
        AND c.ends_at > $1) AS is_blocked
FROM report p LEFT JOIN resource r ON r.id = p.resource
"""


async def reports_at(space: int, now: datetime) -> list[Report]:
    """The space's reports: open ones first, then those in hand, then what is done; of each the newest first."""
    rows = await fetch(
        f"{_REPORTS} WHERE p.space = $2"
        " ORDER BY array_position(ARRAY['open', 'in_hand', 'done'], p.state), p.created_at DESC, p.id DESC",
        now,
        space,
    )
    return [_report(row) for row in rows]


async def latest_reports(
    space: int, now: datetime, limit: int, *, before: int | None = None, state: State | None = None
) -> list[Report]:
    """The space's reports from the newest on, at most `limit`; only those before that key, and only in that state."""
    rows = await fetch(
        f"{_REPORTS} WHERE p.space = $2 AND ($3::bigint IS NULL OR p.id < $3) AND ($4::text IS NULL OR p.state = $4)"
        " ORDER BY p.id DESC LIMIT $5",
        now,
        space,
        before,
        state.value if state else None,
        limit,
    )
    return [_report(row) for row in rows]


async def report_at(space: int, public_id: str, now: datetime) -> Report:
    """The space's report with this id. Raises NotFound."""
    row = await fetch_row(f"{_REPORTS} WHERE p.space = $2 AND p.public_id = $3", now, space, public_id)
    if row is None:
        raise NotFound
    return _report(row)


async def report_by_id(key: int, now: datetime) -> Report | None:
    """The report with this key, for the mail that answers it; None once it was deleted."""
    found = await reports_by_id([key], now)
    return found[0] if found else None


async def reports_by_id(keys: Sequence[int], now: datetime) -> list[Report]:
    """Those of these reports that were not deleted, the newest first; for mails."""
    rows = await fetch(f"{_REPORTS} WHERE p.id = ANY($2::bigint[]) ORDER BY p.id DESC", now, list(keys))
    return [_report(row) for row in rows]


async def count_open_reports(space: int) -> int:
    """How many reports at the space nobody has taken in hand."""
    count: int = await fetch_value("SELECT count(*) FROM report WHERE space = $1 AND state = 'open'", space)
    return count


async def newest_open_report(space: int, now: datetime) -> Report | None:
    """The latest of them."""
    row = await fetch_row(f"{_REPORTS} WHERE p.space = $2 AND p.state = 'open' ORDER BY p.id DESC LIMIT 1", now, space)
    return _report(row) if row else None


def _report(row: Mapping[str, Any]) -> Report:
    kind = None if row["kind"] in (None, EQUIPMENT) else Kind(row["kind"])
    return Report(**{**row, "kind": kind, "about": About(row["about"]), "state": State(row["state"])})


async def photo_of_report(space: int, public_id: str) -> bytes:
    """The photo of the space's report, as WebP. Raises NotFound."""
    photo: bytes | None = await fetch_value(
        "SELECT photo FROM report WHERE space = $1 AND public_id = $2", space, public_id
    )
    if photo is None:
        raise NotFound
    return photo


def demand_answering(actor: Actor, space: SpaceCard) -> None:
    """Raises NotFound unless the actor looks after the space's reports."""
    if not actor.may(Action.ANSWER_REPORTS, operator=space.operator.id, space=space.id):
        raise NotFound


async def set_state(actor: Actor, space: SpaceCard, public_id: str, state: State, now: datetime) -> None:
    """Says how far it is. What is done is deleted 30 days later, unless it is opened again. Raises NotFound."""
    demand_answering(actor, space)
    async with transaction():
        key = await fetch_value(
            "UPDATE report SET state = $3,"
            " closed_at = CASE WHEN $3 = 'done' THEN coalesce(closed_at, $4) END"
            " WHERE space = $1 AND public_id = $2 RETURNING id",
            space.id,
            public_id,
            state.value,
            now,
        )
        if key is None:
            raise NotFound
        await record("report.state_set", "report", key, actor, now, state=state.value)
        await emit("report.state_set", "report", key, now)


async def answer_report(actor: Actor, space: SpaceCard, public_id: str, text: str, now: datetime) -> None:
    """Sends the answer to who left an address, once; what was open is in hand then.

    Raises NotFound, also where nobody left an address, AnswerMissing, AnsweredAlready.
    """
    demand_answering(actor, space)
    answer = _checked_text(text)
    async with transaction():
        row = await fetch_row(
            "SELECT id, answered_at FROM report WHERE space = $1 AND public_id = $2 AND email IS NOT NULL FOR UPDATE",
            space.id,
            public_id,
        )
        if row is None:
            raise NotFound
        if row["answered_at"] is not None:
            raise AnsweredAlready
        if answer is None:
            raise AnswerMissing(field="answer", most=LONGEST_TEXT)
        await execute(
            "UPDATE report SET answer = $2, answered_at = $3,"
            " state = CASE state WHEN 'open' THEN 'in_hand' ELSE state END WHERE id = $1",
            row["id"],
            answer,
            now,
        )
        await record("report.answered", "report", row["id"], actor, now)
        await emit("report.answered", "report", row["id"], now)


async def forget_reports(now: datetime) -> int:
    """Deletes what was closed 30 days ago, with its photo and contact; how many."""
    return await execute("DELETE FROM report WHERE closed_at <= $1", now - KEPT_AFTER)
