"""Declarations that end a contract: by anybody, without signing in, confirmed at once whatever they name.

What is asked for is what the law names (BGB §§ 312k, 356a), no less and no more. A declaration never says whether a
contract exists: it is matched afterwards (bookings/declaration_settling.py).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, usable_email, usable_name
from app.kernel.plain_text import one_line, plain
from app.kernel.refusals import BadInput, Conflict, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.contracts import ContractCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import id_signed, new_public_id, new_token, signed_id
from app.platform.rate_limits import Limit, address_key, hit

LONGEST_CONTRACT: Final = 300
LONGEST_REASON: Final = 2000
FORGOTTEN_AFTER: Final = timedelta(days=365)
"""What was put aside; counted from then."""

RECEIPT_FOR: Final = timedelta(days=30)
"""So long the receipt can be opened again under its address; the mail has all of it."""

FROM_ADDRESS: Final = Limit("declaration", 10, timedelta(hours=1))
TO_EMAIL: Final = Limit("declaration_mail", 20, timedelta(days=1))
"""So that nobody can bury a mailbox in receipts."""

_PURPOSE: Final = "declaration receipt"
_ZONE: Final = ZoneInfo("Europe/Berlin")


class DeclarationKind(StrEnum):
    ORDINARY = "ordinary"
    FOR_CAUSE = "for_cause"
    WITHDRAWAL = "withdrawal"


class Outcome(StrEnum):
    """What became of it."""

    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    PUT_ASIDE = "put_aside"


class ContractMissing(BadInput):
    code = "contract_missing"
    text = marked("Bitte nennen Sie den Vertrag, etwa den Namen des Tarifs oder die Vertragsnummer.")


class CauseMissing(BadInput):
    code = "cause_missing"
    text = marked("Bitte nennen Sie den Grund, mit höchstens {most} Zeichen.")


class EndInThePast(BadInput):
    code = "end_in_the_past"
    text = marked("Bitte einen Tag ab heute angeben.")


class AnswerMissing(BadInput):
    code = "answer_missing"
    text = marked("Bitte schreiben Sie, warum, mit höchstens {most} Zeichen.")


class SettledAlready(Conflict):
    code = "declaration_settled"
    text = marked("Diese Erklärung ist schon erledigt.")


@dataclass(frozen=True, slots=True)
class Declared:
    """What somebody declares. Without `wished_end` it shall hold as early as possible.

    `form_key` names the form it came from, so that a second press says nothing new.
    """

    kind: DeclarationKind
    name: str
    contract: str
    email: str
    reason: str = ""
    wished_end: date | None = None
    form_key: str = ""


@dataclass(frozen=True, slots=True)
class DeclarationCard:
    """A declaration as it came in, and what became of it.

    `contract_id` is the number of the contract that it has ended, or changed back from what `order` had agreed on.
    Where somebody has withdrawn, `charged` was due for it and `owed` stays so, in minor units.
    """

    id: int
    public_id: str
    kind: DeclarationKind
    reason: str
    name: str
    contract: str
    email: str
    wished_end: date | None
    language: str
    person: int | None
    received_at: datetime
    outcome: Outcome | None
    settled_at: datetime | None
    settled_by: str
    answer: str
    contract_id: str | None
    order: int | None
    charged: int | None
    owed: int | None

    @property
    def is_withdrawal(self) -> bool:
        return self.kind is DeclarationKind.WITHDRAWAL


_DECLARATION: Final = """
    SELECT d.*, coalesce(s.name, '') AS settler, coalesce(m.public_id, b.public_id) AS contract_id
      FROM declaration d LEFT JOIN person s ON s.id = d.settled_by
      LEFT JOIN membership m ON m.id = d.membership LEFT JOIN pass b ON b.id = d.pass
"""


def wrong_in(declared: Declared, today: date) -> list[Refusal]:
    """What is wrong with what was typed, field by field."""
    found: list[Refusal] = []
    for check in (
        lambda: usable_name(declared.name),
        lambda: _named(declared.contract),
        lambda: _reasoned(declared),
        lambda: _to_come(declared.wished_end, today),
        lambda: usable_email(declared.email),
    ):
        try:
            check()
        except BadInput as refusal:
            found.append(refusal)
    return found


async def declare(
    declared: Declared, actor: Actor | None, language: str, address: str, now: datetime
) -> DeclarationCard:
    """Takes it in; the receipt goes out by mail at once. The same form sent twice is one declaration.

    Raises TooMany, and BadInput where something is missing.
    """
    for refusal in wrong_in(declared, local_day(now, _ZONE)):
        raise refusal
    await hit(FROM_ADDRESS, address_key(address), now)
    await hit(TO_EMAIL, usable_email(declared.email), now)
    async with transaction():
        return await take_in(declared, actor.person if actor else None, language, now)


async def take_in(declared: Declared, person: int | None, language: str, now: datetime) -> DeclarationCard:
    """Writes it down and sends the receipt. What was typed has been checked."""
    form = _key(declared)
    key: int | None = await fetch_value(
        "INSERT INTO declaration (public_id, key, kind, reason, name, contract, email, wished_end, language, person,"
        " received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT ON CONSTRAINT declaration_once DO NOTHING RETURNING id",
        new_public_id(),
        form,
        declared.kind,
        plain(declared.reason).strip() if declared.kind is DeclarationKind.FOR_CAUSE else "",
        usable_name(declared.name),
        one_line(declared.contract),
        usable_email(declared.email),
        None if declared.kind is DeclarationKind.WITHDRAWAL else declared.wished_end,
        language,
        person,
        now,
    )
    if key is not None:
        await emit("declaration.received", "declaration", key, now)
        return await _one("d.id = $1", key)
    return await _one("d.key = $1", form)


def receipt_token(public_id: str, key: bytes) -> str:
    """What stands in the address of a receipt; `key` is the settings' signing key."""
    return signed_id(key, _PURPOSE, public_id)


async def receipt_of(token: str, key: bytes, now: datetime) -> DeclarationCard:
    """The declaration behind such an address. Raises NotFound, also when it is too old to be opened again."""
    public_id = id_signed(key, _PURPOSE, token)
    if public_id is None:
        raise NotFound
    return await _one("d.public_id = $1 AND d.received_at > $2", public_id, now - RECEIPT_FOR)


async def declaration_by_id(key: int) -> DeclarationCard | None:
    """For jobs."""
    row = await fetch_row(f"{_DECLARATION} WHERE d.id = $1", key)
    return _card(row) if row else None


async def open_declarations(actor: Actor) -> list[DeclarationCard]:
    """Those that wait for somebody, the first received first. Raises NotFound to who does not keep contracts."""
    _demand_keeper(actor)
    return [_card(row) for row in await fetch(f"{_DECLARATION} WHERE d.outcome IS NULL ORDER BY d.id")]


async def settled_declarations(actor: Actor, limit: int = 50) -> list[DeclarationCard]:
    """The last ones that are settled, the latest first. Raises NotFound."""
    _demand_keeper(actor)
    rows = await fetch(f"{_DECLARATION} WHERE d.outcome IS NOT NULL ORDER BY d.settled_at DESC, d.id LIMIT $1", limit)
    return [_card(row) for row in rows]


async def declaration_for_staff(actor: Actor, public_id: str) -> DeclarationCard:
    """Raises NotFound."""
    _demand_keeper(actor)
    return await _one("d.public_id = $1", public_id)


async def count_open_declarations() -> int:
    """How many wait for somebody."""
    count: int = await fetch_value("SELECT count(*) FROM declaration WHERE outcome IS NULL")
    return count


@dataclass(frozen=True, slots=True)
class Settled:
    """What a declaration has ended: whose it was and what; for a withdrawal what was due, and what of it stays so."""

    outcome: Outcome
    person: int
    membership: int | None = None
    bought: int | None = None
    order: int | None = None
    charged: int | None = None
    owed: int | None = None

    @classmethod
    def of(cls, contract: ContractCard, outcome: Outcome) -> "Settled":
        """That of a whole contract."""
        key = contract.id
        return cls(outcome, contract.person, None if contract.is_pass else key, key if contract.is_pass else None)


async def demand_open(declaration: DeclarationCard) -> None:
    """Until the transaction ends nobody else settles it. Raises SettledAlready."""
    if await fetch_value("SELECT outcome FROM declaration WHERE id = $1 FOR UPDATE", declaration.id) is not None:
        raise SettledAlready


async def enter_outcome(actor: Actor | None, declaration: DeclarationCard, settled: Settled, now: datetime) -> None:
    """Notes down what it has ended. Call it in the transaction of that. Raises SettledAlready."""
    if not await execute(
        "UPDATE declaration SET outcome = $2, settled_at = $3, settled_by = $4, person = coalesce(person, $5),"
        " membership = $6, pass = $7, contract_order = $8, charged = $9, owed = $10 WHERE id = $1 AND outcome IS NULL",
        declaration.id,
        settled.outcome,
        now,
        actor.person if actor and actor.person != settled.person else None,
        settled.person,
        settled.membership,
        settled.bought,
        settled.order,
        settled.charged,
        settled.owed,
    ):
        raise SettledAlready
    await record("declaration.settled", "declaration", declaration.id, actor, now, outcome=settled.outcome)


async def put_aside(actor: Actor, public_id: str, answer: str, now: datetime) -> None:
    """Nothing follows from it; who declared it gets these words by mail.

    Raises NotFound, AnswerMissing, SettledAlready.
    """
    declaration = await declaration_for_staff(actor, public_id)
    said = plain(answer).strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise AnswerMissing(field="antwort", most=LONGEST_REASON)
    async with transaction():
        if not await execute(
            "UPDATE declaration SET outcome = 'put_aside', settled_at = $2, settled_by = $3, answer = $4"
            " WHERE id = $1 AND outcome IS NULL",
            declaration.id,
            now,
            actor.person,
            said,
        ):
            raise SettledAlready
        await record("declaration.put_aside", "declaration", declaration.id, actor, now)
        await emit("declaration.put_aside", "declaration", declaration.id, now)


async def forget_declarations(now: datetime) -> int:
    """Deletes what was put aside a year ago; how many."""
    return await execute(
        "DELETE FROM declaration WHERE outcome = 'put_aside' AND settled_at < $1", now - FORGOTTEN_AFTER
    )


def _named(contract: str) -> None:
    if not 0 < len(one_line(contract)) <= LONGEST_CONTRACT:
        raise ContractMissing(field="contract")


def _reasoned(declared: Declared) -> None:
    if declared.kind is DeclarationKind.FOR_CAUSE and not 0 < len(plain(declared.reason).strip()) <= LONGEST_REASON:
        raise CauseMissing(field="reason", most=LONGEST_REASON)


def _to_come(wished_end: date | None, today: date) -> None:
    if wished_end is not None and wished_end < today:
        raise EndInThePast(field="wished_end")


def _key(declared: Declared) -> str:
    """The same for the same words out of the same form."""
    said = (declared.form_key or new_token(), declared.kind, declared.name, declared.contract, declared.email)
    further = (declared.reason, declared.wished_end)
    return hashlib.sha256(repr((said, further)).encode("utf-8", "replace")).hexdigest()


def _demand_keeper(actor: Actor) -> None:
    if not actor.may(Action.KEEP_CONTRACTS):
        raise NotFound


async def _one(condition: str, *arguments: object) -> DeclarationCard:
    row = await fetch_row(f"{_DECLARATION} WHERE {condition}", *arguments)
    if row is None:
        raise NotFound
    return _card(row)


def _card(row: Any) -> DeclarationCard:
    return DeclarationCard(
        row["id"],
        row["public_id"],
        DeclarationKind(row["kind"]),
        row["reason"],
        row["name"],
        row["contract"],
        row["email"],
        row["wished_end"],
        row["language"],
        row["person"],
        row["received_at"],
        Outcome(row["outcome"]) if row["outcome"] else None,
        row["settled_at"],
        row["settler"],
        row["answer"],
        row["contract_id"],
        row["contract_order"],
        row["charged"],
        row["owed"],
    )


@on_merge("declaration.person")
async def _move_declarations(merge: Merge) -> None:
    await execute("UPDATE declaration SET person = $1 WHERE person = $2", merge.kept, merge.gone)


@on_merge("declaration.settled_by")
async def _keep_settlers(merge: Merge) -> None:
    """Who signs in is never merged away, and staff signs in."""
