"""Bars: an operator bars somebody from its own spaces and says why. What the person says against it: objections.py.

The account, the membership and all other operators stay untouched; none of them reads this table. What becomes of the
person's bookings is in bookings/barring.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor
from app.kernel.plain_text import plain
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.kernel.wall_time import first_instant, local_day
from app.network.rules import BarTime
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import id_signed, new_public_id, signed_id
from app.platform.rate_limits import Limit, address_key, hit

LONGEST_TEXT: Final = 2000
LONGEST_BAR: Final = timedelta(days=3653)
FORGOTTEN_AFTER: Final = timedelta(days=365)
"""Counted from the end of the bar."""

USES: Final = Limit("bar_link", 60, timedelta(minutes=15))
"""Uses of such links from one network address, right ones and wrong ones."""

_PURPOSE: Final = "bar link"
_ZONE: Final = ZoneInfo("Europe/Berlin")
"""A bar ends with a day; all spaces of the network keep this time."""


class WordsMissing(BadInput):
    code = "words_missing"
    text = marked("Bitte schreiben Sie dazu etwas, mit höchstens {most} Zeichen.")


class BarEndsTooSoon(BadInput):
    code = "bar_ends_too_soon"
    text = marked("Bitte einen Tag ab heute angeben, höchstens zehn Jahre voraus, oder das Feld leer lassen.")


class BarredAlready(Conflict):
    code = "barred_already"
    text = marked("Diese Person hat schon Hausverbot. Es steht in der Liste.")


class NotOneself(Conflict):
    code = "bar_oneself"
    text = marked("Sich selbst können Sie kein Hausverbot erteilen.")


class AnsweredAlready(Conflict):
    """Meanwhile a colleague has answered, or the bar is over."""

    code = "answered_already"
    text = marked("Darüber ist inzwischen entschieden. Bitte laden Sie die Seite neu.")


@dataclass(frozen=True, slots=True)
class BarCard:
    """A bar as the operator's managers and the person see it; `made_by` and `noted_by` are names, for it alone.

    `objected_how` says by which way an objection came that staff has noted down; empty where the person wrote it.
    """

    id: int
    public_id: str
    operator: int
    operator_name: str
    operator_slug: str
    operator_email: str
    operator_phone: str
    person: int
    person_public_id: str
    person_name: str
    gets_mails: bool
    reason: str
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    objection: str
    objected_at: datetime | None
    objected_how: str
    noted_by: str
    answer: str
    answered_at: datetime | None
    lifted_at: datetime | None

    @property
    def last_day(self) -> date | None:
        """The last day of it; None is for good."""
        return None if self.ends_at is None else local_day(self.ends_at - timedelta(seconds=1), _ZONE)

    @property
    def made_on(self) -> date:
        return local_day(self.made_at, _ZONE)

    @property
    def lifted_on(self) -> date | None:
        return local_day(self.lifted_at, _ZONE) if self.lifted_at else None

    def stands(self, now: datetime) -> bool:
        return self.lifted_at is None and (self.ends_at is None or now < self.ends_at)

    def waits_for_answer(self, now: datetime) -> bool:
        return self.stands(now) and self.objected_at is not None and self.answered_at is None


@dataclass(frozen=True, slots=True)
class NewBar:
    """Who is barred and why; without a last day for good."""

    person: int
    reason: str
    last_day: date | None = None


_BAR = """
    SELECT b.*, o.name AS operator_name, o.slug AS operator_slug, o.email AS operator_email, o.phone AS operator_phone,
           p.public_id AS person_public_id, p.name AS person_name, p.email IS NOT NULL AS gets_mails,
           coalesce(m.name, '') AS maker, coalesce(n.name, '') AS noter
      FROM bar b
      JOIN operator o ON o.id = b.operator
      JOIN person p ON p.id = b.person
      LEFT JOIN person m ON m.id = b.made_by
      LEFT JOIN person n ON n.id = b.objected_by
"""
_STANDS = "b.lifted_at IS NULL AND (b.ends_at IS NULL OR b.ends_at > $2)"


async def barred_spaces(person: int, now: datetime) -> Mapping[int, BarTime]:
    """The spaces that the person is barred from, by key, and until when."""
    rows = await fetch(
        "SELECT s.id AS space, array_agg(b.ends_at) AS ends FROM bar b JOIN space s ON s.operator = b.operator"  # noqa: S608
        f" WHERE b.person = $1 AND {_STANDS} GROUP BY s.id",
        person,
        now,
    )
    return {row["space"]: bar for row in rows if (bar := BarTime.of(row["ends"])) is not None}


async def barred_from(operator: int, people: Sequence[int], at: datetime, now: datetime) -> frozenset[int]:
    """Who of these people, by key, is barred from the operator's spaces at that time."""
    rows = await fetch(
        f"SELECT DISTINCT b.person FROM bar b WHERE b.operator = $1 AND b.person = ANY($3::bigint[]) AND {_STANDS}"  # noqa: S608
        " AND (b.ends_at IS NULL OR b.ends_at > $4)",
        operator,
        now,
        list(people),
        at,
    )
    return frozenset(row["person"] for row in rows)


async def bars_of_operator(actor: Actor, operator: int, now: datetime) -> list[BarCard]:
    """All that the operator has made and that is not forgotten yet: first what waits for an answer, then what stands.

    Raises NotFound to who does not manage the operator.
    """
    demand_bars(actor, operator)
    cards = [_card(row) for row in await fetch(f"{_BAR} WHERE b.operator = $1 ORDER BY b.made_at DESC", operator)]
    return sorted(cards, key=lambda card: (not card.waits_for_answer(now), not card.stands(now)))


async def bar_of_operator(actor: Actor, operator: int, public_id: str) -> BarCard:
    """One of them. Raises NotFound."""
    demand_bars(actor, operator)
    row = await fetch_row(f"{_BAR} WHERE b.operator = $1 AND b.public_id = $2", operator, public_id)
    if row is None:
        raise NotFound
    return _card(row)


async def bar_standing(operator: int, person: int, now: datetime) -> BarCard | None:
    """What bars this person from the operator's spaces now; for the operator's own staff."""
    row = await fetch_row(f"{_BAR} WHERE b.person = $1 AND {_STANDS} AND b.operator = $3", person, now, operator)
    return _card(row) if row else None


async def bars_of_person(person: int) -> list[BarCard]:
    """The person's own, the newest first."""
    return [_card(row) for row in await fetch(f"{_BAR} WHERE b.person = $1 ORDER BY b.made_at DESC", person)]


async def bar_by_id(key: int) -> BarCard | None:
    """The bar with this key, for mails."""
    row = await fetch_row(f"{_BAR} WHERE b.id = $1", key)
    return _card(row) if row else None


def bar_token(public_id: str, key: bytes) -> str:
    """What stands in the link with which the barred person reads and objects."""
    return signed_id(key, _PURPOSE, public_id)


async def linked_bar(token: str, now: datetime, *, key: bytes, address: str) -> BarCard:
    """The bar of such a link. `address` is the caller's. Raises NotFound, TooMany."""
    await hit(USES, address_key(address), now)
    public_id = id_signed(key, _PURPOSE, token)
    row = await fetch_row(f"{_BAR} WHERE b.public_id = $1", public_id) if public_id else None
    if row is None:
        raise NotFound
    return _card(row)


async def make_bar(actor: Actor, operator: int, wanted: NewBar, now: datetime) -> BarCard:
    """Bars the person from all spaces of the operator from now on. Whether the person is in reach, the caller decides.

    Raises NotFound to who does not manage the operator, WordsMissing, BarEndsTooSoon, BarredAlready, NotOneself.
    """
    demand_bars(actor, operator)
    reason, ends_at = checked_words(wanted.reason, "reason"), _end(wanted.last_day, now)
    if wanted.person == actor.person:
        raise NotOneself
    async with transaction():
        await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", wanted.person)
        if await bar_standing(operator, wanted.person, now):
            raise BarredAlready
        key: int = await fetch_value(
            "INSERT INTO bar (public_id, operator, person, reason, made_by, made_at, ends_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            new_public_id(),
            operator,
            wanted.person,
            reason,
            actor.person,
            now,
            ends_at,
        )
        await record("bar.made", "bar", key, actor, now, operator=operator, whom=wanted.person)
        await emit("bar.made", "bar", key, now)
        made = await bar_by_id(key)
        assert made is not None, "it was just inserted"
        return made


async def lift_bar(actor: Actor, operator: int, public_id: str, now: datetime) -> None:
    """The person may book there again from now on. Raises NotFound, AnsweredAlready where it is over."""
    async with transaction():
        bar = await locked_bar(actor, operator, public_id)
        if not bar.stands(now):
            raise AnsweredAlready
        await execute("UPDATE bar SET lifted_at = $2 WHERE id = $1", bar.id, now)
        await record("bar.lifted", "bar", bar.id, actor, now, operator=operator, whom=bar.person)
        await emit("bar.lifted", "bar", bar.id, now)


async def forget_old_bars(now: datetime) -> int:
    """Deletes bars a year after they ended; how many."""
    return await execute("DELETE FROM bar WHERE least(ends_at, lifted_at) < $1", now - FORGOTTEN_AFTER)


async def locked_bar(actor: Actor, operator: int, public_id: str) -> BarCard:
    """The operator's bar, which nobody else changes until the transaction ends. Raises NotFound."""
    demand_bars(actor, operator)
    key = await fetch_value("SELECT id FROM bar WHERE operator = $1 AND public_id = $2 FOR UPDATE", operator, public_id)
    bar = await bar_by_id(key) if key else None
    if bar is None:
        raise NotFound
    return bar


def demand_bars(actor: Actor, operator: int) -> None:
    """Raises NotFound unless the actor decides about the operator's bars."""
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound


def checked_words(text: str, field: str) -> str:
    """What the other side will read. Raises WordsMissing."""
    clean = plain(text).strip()
    if not any(character.isalnum() for character in clean) or len(clean) > LONGEST_TEXT:
        raise WordsMissing(field=field, most=LONGEST_TEXT)
    return clean


def _end(last_day: date | None, now: datetime) -> datetime | None:
    if last_day is None:
        return None
    if not local_day(now, _ZONE) <= last_day <= local_day(now + LONGEST_BAR, _ZONE):
        raise BarEndsTooSoon(field="last_day")
    return first_instant(last_day + timedelta(days=1), datetime.min.time(), _ZONE)


def _card(row: Mapping[str, Any]) -> BarCard:
    return BarCard(
        id=row["id"],
        public_id=row["public_id"],
        operator=row["operator"],
        operator_name=row["operator_name"],
        operator_slug=row["operator_slug"],
        operator_email=row["operator_email"],
        operator_phone=row["operator_phone"],
        person=row["person"],
        person_public_id=row["person_public_id"],
        person_name=row["person_name"],
        gets_mails=row["gets_mails"],
        reason=row["reason"],
        made_by=row["maker"],
        made_at=row["made_at"],
        ends_at=row["ends_at"],
        objection=row["objection"],
        objected_at=row["objected_at"],
        objected_how=row["objected_how"] or "",
        noted_by=row["noter"],
        answer=row["answer"],
        answered_at=row["answered_at"],
        lifted_at=row["lifted_at"],
    )


_MOVED: Sequence[str] = ("bar.person", "bar.made_by", "bar.objected_by", "bar.answered_by")


@on_merge(*_MOVED)
async def _move_bars(merge: Merge) -> None:
    for reference in _MOVED:
        column = reference.removeprefix("bar.")
        await execute(f"UPDATE bar SET {column} = $1 WHERE {column} = $2", merge.kept, merge.gone)  # noqa: S608
