"""The life of an operator: invited, set up, suspended and taken up again; its legal entity and how it is taxed.

How it ends is in bookings/operator_ends.py, because bookings go with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from app.identity.audit import record
from app.identity.invitations import Invitation, Invite, invite
from app.identity.rules import Action, Actor, Grant, Role, demand, usable_email, usable_name, usable_phone
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.managing import managed_operator
from app.network.queries import OperatorCard
from app.network.spelling import words
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

LONGEST: Final = 160
_LONGEST_SLUG: Final = 48
_YEARS: Final = range(1990, 2100)


class OperatorStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDING = "ending"
    ENDED = "ended"


STATUS_NAMES: Final[Mapping[OperatorStatus, str]] = {
    OperatorStatus.INVITED: marked("eingeladen"),
    OperatorStatus.ACTIVE: marked("aktiv"),
    OperatorStatus.SUSPENDED: marked("ausgesetzt"),
    OperatorStatus.ENDING: marked("endet"),
    OperatorStatus.ENDED: marked("beendet"),
}


class TaxKind(StrEnum):
    STANDARD = "standard"
    SMALL_BUSINESS = "small_business"
    PUBLIC_BODY = "public_body"


TAX_NAMES: Final[Mapping[TaxKind, str]] = {
    TaxKind.STANDARD: marked("Regelbesteuerung"),
    TaxKind.SMALL_BUSINESS: marked("Kleinunternehmer, §\N{NO-BREAK SPACE}19 UStG"),
    TaxKind.PUBLIC_BODY: marked("Juristische Person des öffentlichen Rechts, §\N{NO-BREAK SPACE}2b UStG"),
}


class EntityIncomplete(BadInput):
    """A legal entity has a name and an address."""

    code = "entity_incomplete"
    text = marked("Bitte ausfüllen, mit höchstens {most} Zeichen.")


class PostcodeUnusable(BadInput):
    code = "postcode_unusable"
    text = marked("Eine Postleitzahl hat fünf Ziffern.")


class TaxKindUnknown(BadInput):
    code = "tax_kind_unknown"
    text = marked("Bitte eine der drei Möglichkeiten wählen.")


class DayImplausible(BadInput):
    code = "day_implausible"
    text = marked("Bitte einen Tag zwischen 1990 und 2099 angeben.")


class OperatorNameTaken(Conflict):
    code = "operator_name_taken"
    text = marked("Einen Betreiber mit diesem Namen gibt es schon.")


class WrongStatus(Conflict):
    """Meanwhile the operator stands otherwise."""

    code = "operator_status"
    text = marked("Das geht bei diesem Betreiber gerade nicht. Bitte laden Sie die Seite neu.")


@dataclass(frozen=True, slots=True)
class Entity:
    """Who the operator is in law."""

    legal_name: str
    legal_form: str
    street: str
    postcode: str
    place: str
    register: str

    @property
    def is_complete(self) -> bool:
        return bool(self.legal_name and self.street and self.postcode and self.place)


@dataclass(frozen=True, slots=True)
class TaxRow:
    """From when on the operator is taxed how, and when that was entered."""

    kind: TaxKind
    valid_from: date
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """An operator as the network's administrators see it. `spaces` are those that are not retired."""

    card: OperatorCard
    entity: Entity
    status: OperatorStatus
    since: datetime
    suspended_at: datetime | None
    ends_at: datetime | None
    spaces: int
    published: int
    staff: int


_RECORD = """
    SELECT o.*, (SELECT count(*) FROM space s WHERE s.operator = o.id AND s.retired_at IS NULL) AS spaces,
           (SELECT count(*) FROM space s WHERE s.operator = o.id AND s.retired_at IS NULL AND s.published_at <= $1)
               AS published,
           (SELECT count(DISTINCT g.person) FROM role_grant g LEFT JOIN space s
                ON g.scope_kind = 'space' AND s.id = g.scope_id
             WHERE g.revoked_at IS NULL
               AND (g.scope_kind = 'operator' AND g.scope_id = o.id OR s.operator = o.id)) AS staff,
           (SELECT min(g.granted_at) FROM role_grant g WHERE g.scope_kind = 'operator' AND g.scope_id = o.id
               AND g.role = 'operator_manager') AS began_at
      FROM operator o
"""


async def operators_of_all(actor: Actor, now: datetime) -> list[OperatorRecord]:
    """All operators that ever were in the network, by name. Raises NotAllowed."""
    demand(actor, Action.MANAGE_NETWORK)
    return [_record(row, now) for row in await fetch(f"{_RECORD} ORDER BY o.retired_at IS NOT NULL, o.name", now)]


async def operator_record(actor: Actor, slug: str, now: datetime) -> OperatorRecord:
    """One of them, for the network's administrators and who manages it. Raises NotFound."""
    row = await fetch_row(f"{_RECORD} WHERE o.slug = $2", now, slug)
    if row is None or not (
        actor.may(Action.MANAGE_NETWORK)
        or (row["retired_at"] is None and actor.may(Action.MANAGE_OPERATOR, operator=row["id"]))
    ):
        raise NotFound
    return _record(row, now)


async def invite_operator(
    actor: Actor, name: str, person: str, email: str, now: datetime, *, key: bytes, address: str, language: str = "de"
) -> tuple[OperatorCard, Invitation]:
    """A new operator, and the mailed invitation to manage it.

    Raises NotAllowed, NameUnusable (of the operator with field `operator`), OperatorNameTaken, EmailUnusable, TooMany.
    """
    demand(actor, Action.MANAGE_NETWORK)
    name = _checked_name(name)
    async with transaction():
        await execute("SELECT pg_advisory_xact_lock(hashtext('operator.slug'))")
        if await fetch_value("SELECT 1 FROM operator WHERE lower(name) = lower($1)", name):
            raise OperatorNameTaken(field="operator")
        row = await fetch_row(
            "INSERT INTO operator (public_id, slug, name, email, created_at, invited_at)"
            " VALUES ($1, $2, $3, $4, $5, $5) RETURNING id, slug, name, email, phone",
            new_public_id(),
            await _free_slug(name),
            name,
            usable_email(email),
            now,
        )
        assert row is not None
        card = OperatorCard(**row)
        await record("operator.invited", "operator", card.id, actor, now)
        asked = Invite(person, email, Grant(Role.OPERATOR_MANAGER, "operator", card.id), card.id, language)
        return card, await invite(actor, asked, now, key=key, address=address)


async def suspend_operator(actor: Actor, slug: str, now: datetime) -> None:
    """Its spaces take no bookings from now on; those that stand stay. Raises NotFound, WrongStatus."""
    await _set_suspended(actor, slug, now, suspended=True)


async def resume_operator(actor: Actor, slug: str, now: datetime) -> None:
    """Its spaces take bookings again. Raises NotFound, WrongStatus."""
    await _set_suspended(actor, slug, now, suspended=False)


async def _set_suspended(actor: Actor, slug: str, now: datetime, *, suspended: bool) -> None:
    if not actor.may(Action.MANAGE_NETWORK):
        raise NotFound
    async with transaction():
        key = await fetch_value(
            "UPDATE operator SET suspended_at = $2, version = version + 1 WHERE slug = $1 AND retired_at IS NULL"
            " AND (suspended_at IS NULL) = $3 RETURNING id",
            slug,
            now if suspended else None,
            suspended,
        )
        if key is None:
            known = await fetch_value("SELECT 1 FROM operator WHERE slug = $1", slug)
            raise WrongStatus if known else NotFound
        what = "operator.suspended" if suspended else "operator.resumed"
        await record(what, "operator", key, actor, now)
        await emit(what, "operator", key, now)


async def change_contact(actor: Actor, slug: str, name: str, email: str, phone: str, now: datetime) -> None:
    """How guests know and reach the operator. Raises NotFound, and what the fields refuse."""
    operator = await managed_operator(actor, slug)
    name, email = _checked_name(name), usable_email(email)
    phone = usable_phone(phone) if phone.strip() else ""
    async with transaction():
        await execute(
            "UPDATE operator SET name = $2, email = $3, phone = $4, version = version + 1 WHERE id = $1",
            operator.id,
            name,
            email,
            phone,
        )
        await record("operator.contact_changed", "operator", operator.id, actor, now)


def check_entity(entity: Entity) -> list[BadInput]:
    """What is wrong with it, field by field."""
    found: list[BadInput] = [
        EntityIncomplete(field=field, most=LONGEST)
        for field, text, needed in (
            ("legal_name", entity.legal_name, True),
            ("legal_form", entity.legal_form, False),
            ("street", entity.street, True),
            ("place", entity.place, True),
            ("register", entity.register, False),
        )
        if len(text) > LONGEST or (needed and not any(c.isalnum() for c in text))
    ]
    if not (entity.postcode.isascii() and entity.postcode.isdigit() and len(entity.postcode) == 5):
        found.append(PostcodeUnusable(field="postcode"))
    return found


async def enter_entity(actor: Actor, slug: str, entity: Entity, now: datetime) -> None:
    """Raises NotFound, EntityIncomplete, PostcodeUnusable."""
    operator = await managed_operator(actor, slug)
    for refusal in check_entity(entity):
        raise refusal
    async with transaction():
        await execute(
            "UPDATE operator SET legal_name = $2, legal_form = $3, street = $4, postcode = $5, place = $6,"
            " register = $7, version = version + 1 WHERE id = $1",
            operator.id,
            one_line(entity.legal_name),
            one_line(entity.legal_form),
            one_line(entity.street),
            entity.postcode,
            one_line(entity.place),
            one_line(entity.register),
        )
        await record("operator.entity_entered", "operator", operator.id, actor, now)


async def enter_tax_status(actor: Actor, slug: str, kind: str, valid_from: date, now: datetime) -> None:
    """From that day on the operator is taxed so; what was entered before stays on record.

    Raises NotFound, TaxKindUnknown, DayImplausible.
    """
    operator = await managed_operator(actor, slug)
    if kind not in set(TaxKind):
        raise TaxKindUnknown(field="kind")
    if valid_from.year not in _YEARS:
        raise DayImplausible(field="valid_from")
    async with transaction():
        await execute(
            "INSERT INTO tax_status (operator, kind, valid_from, entered_at) VALUES ($1, $2, $3, $4)",
            operator.id,
            kind,
            valid_from,
            now,
        )
        await record("operator.tax_entered", "operator", operator.id, actor, now, kind=kind, valid_from=valid_from)


async def tax_history(actor: Actor, operator: int) -> list[TaxRow]:
    """All that was entered, the day from which it holds last first, and of one day what was entered last first.

    Raises NotFound to who does not manage the operator.
    """
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound
    rows = await fetch(
        "SELECT kind, valid_from, entered_at FROM tax_status WHERE operator = $1"
        " ORDER BY valid_from DESC, entered_at DESC, id DESC",
        operator,
    )
    return [TaxRow(TaxKind(row["kind"]), row["valid_from"], row["entered_at"]) for row in rows]


def tax_on(history: Sequence[TaxRow], day: date) -> TaxRow | None:
    """What holds on that day of a history as `tax_history` gives it."""
    return next((row for row in history if row.valid_from <= day), None)


def _checked_name(name: str) -> str:
    try:
        return usable_name(name)
    except BadInput as refusal:
        refusal.field = "operator"
        raise


async def _free_slug(name: str) -> str:
    base = "-".join(words(name))[:_LONGEST_SLUG].strip("-") or "betreiber"
    taken = {
        row["slug"]
        for row in await fetch("SELECT slug FROM operator WHERE slug = $1 OR starts_with(slug, $1 || '-')", base)
    }
    return next(
        slug for slug in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))) if slug not in taken
    )


def _status(row: Mapping[str, Any], now: datetime) -> tuple[OperatorStatus, datetime]:
    """How it stands, and since when."""
    if row["retired_at"] is not None or (row["ends_at"] is not None and row["ends_at"] <= now):
        return OperatorStatus.ENDED, row["ends_at"] or row["retired_at"]
    if row["suspended_at"] is not None:
        return OperatorStatus.SUSPENDED, row["suspended_at"]
    if row["ends_at"] is not None:
        return OperatorStatus.ENDING, row["began_at"] or row["created_at"]
    if row["invited_at"] is not None and row["began_at"] is None:
        return OperatorStatus.INVITED, row["invited_at"]
    return OperatorStatus.ACTIVE, row["began_at"] or row["created_at"]


def _record(row: Mapping[str, Any], now: datetime) -> OperatorRecord:
    status, since = _status(row, now)
    return OperatorRecord(
        card=OperatorCard(row["id"], row["slug"], row["name"], row["email"], row["phone"]),
        entity=Entity(
            row["legal_name"], row["legal_form"], row["street"], row["postcode"], row["place"], row["register"]
        ),
        status=status,
        since=since,
        suspended_at=row["suspended_at"],
        ends_at=row["ends_at"],
        spaces=row["spaces"],
        published=row["published"],
        staff=row["staff"],
    )
