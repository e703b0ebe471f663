"""Price classes: asked for by a person, checked by staff who have seen the proof, until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.terms import PriceClass
from app.platform.database import execute, fetch, fetch_row, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

ASKED_FOR: Final = tuple(price_class for price_class in PriceClass if price_class is not PriceClass.NORMAL)
LONGEST_PROOF: Final = 200
LONGEST_CHECKED: Final = timedelta(days=4 * 366)


class PriceClassUnknown(BadInput):
    code = "price_class_unknown"
    text = marked("Bitte auswählen, wofür die Ermäßigung ist.")


class ProofNeeded(BadInput):
    code = "proof_needed"
    text = marked("Bitte mit höchstens {most} Zeichen angeben, welcher Nachweis gezeigt wird, etwa „Schülerausweis“.")


class AskedAlready(Conflict):
    code = "concession_asked"
    text = marked("Danach ist schon gefragt, oder die Ermäßigung gilt schon.")


class LastDayOutOfReach(BadInput):
    code = "last_day_out_of_reach"
    text = marked("Bitte einen Tag in den nächsten vier Jahren angeben.")


@dataclass(frozen=True, slots=True)
class ConcessionCard:
    """A concession as it stands. Without `operator` it holds in the whole network."""

    id: int
    public_id: str
    person: int
    person_name: str
    person_public_id: str
    operator: int | None
    operator_name: str | None
    price_class: PriceClass
    proof: str
    asked_at: datetime
    checked_at: datetime | None
    ends_on: date | None
    ended_at: datetime | None
    answer: str

    @property
    def is_open(self) -> bool:
        return self.checked_at is None and self.ended_at is None

    def holds_on(self, day: date) -> bool:
        checked = self.checked_at is not None and self.ended_at is None
        return checked and (self.ends_on is None or day <= self.ends_on)


_CARD = """
    SELECT c.id, c.public_id, c.person, p.name AS person_name, p.public_id AS person_public_id, c.operator,
           o.name AS operator_name, c.price_class, c.proof, c.asked_at, c.checked_at, c.ends_on, c.ended_at, c.answer
      FROM concession c JOIN person p ON p.id = c.person LEFT JOIN operator o ON o.id = c.operator
"""


async def concessions_of(person: int) -> list[ConcessionCard]:
    """All that the person has asked for or been given, the latest first."""
    return [_card(row) for row in await fetch(f"{_CARD} WHERE c.person = $1 ORDER BY c.id DESC", person)]


async def concession_by_id(concession: int) -> ConcessionCard | None:
    """The concession with this key, for jobs."""
    row = await fetch_row(f"{_CARD} WHERE c.id = $1", concession)
    return _card(row) if row is not None else None


async def open_concessions() -> list[ConcessionCard]:
    """Those that wait for somebody to look at a proof, the longest first."""
    return [
        _card(row)
        for row in await fetch(f"{_CARD} WHERE c.checked_at IS NULL AND c.ended_at IS NULL ORDER BY c.asked_at, c.id")
    ]


async def running_concessions(today: date) -> list[ConcessionCard]:
    """Those that hold, by the day on which they end."""
    return [
        _card(row)
        for row in await fetch(
            f"{_CARD} WHERE c.checked_at IS NOT NULL AND c.ended_at IS NULL AND coalesce(c.ends_on, 'infinity') >= $1"
            " ORDER BY c.ends_on NULLS LAST, p.name, c.id",
            today,
        )
    ]


async def price_classes_of(person: int, seller: int | None, today: date) -> list[PriceClass]:
    """The classes beside the normal one that the person may pay at this seller."""
    return [
        one.price_class
        for one in await concessions_of(person)
        if one.holds_on(today) and one.operator in (None, seller)
    ]


async def ask_for_concession(actor: Actor, price_class: str, proof: str, now: datetime) -> None:
    """The person asks to pay another price; staff look at the proof. Raises BadInput, AskedAlready."""
    wanted, shown = _price_class(price_class), _proof(proof)
    async with transaction():
        await _lock(actor.person)
        await _demand_new(actor.person, None, wanted, now)
        key = await _insert(actor.person, None, wanted, shown, now)
        await record("concession.asked", "concession", key, actor, now, price_class=wanted)


async def check_concession(actor: Actor, public_id: str, ends_on: date, now: datetime, today: date) -> None:
    """Staff has seen the proof: it holds until this day, where it was asked for.

    For who keeps contracts, and for a counter that sells (`Action.SELL` at whatever space is decided where this is
    called). Raises NotFound, LastDayOutOfReach.
    """
    _check_last_day(ends_on, today)
    async with transaction():
        row = await _locked(public_id, "checked_at IS NULL AND ended_at IS NULL")
        await execute(
            "UPDATE concession SET checked_by = $2, checked_at = $3, ends_on = $4 WHERE id = $1",
            row["id"],
            actor.person,
            now,
            ends_on,
        )
        await record("concession.checked", "concession", row["id"], actor, now, whom=row["person"], ends_on=ends_on)
        await emit("concession.checked", "concession", row["id"], now)


async def decline_concession(actor: Actor, public_id: str, answer: str, now: datetime) -> None:
    """It is not given; the person reads why. Raises NotFound, BadInput."""
    said = answer.strip()
    if not 0 < len(said) <= LONGEST_PROOF:
        raise ReasonNeeded(field="answer", most=LONGEST_PROOF)
    async with transaction():
        row = await _locked(public_id, "checked_at IS NULL AND ended_at IS NULL")
        await execute("UPDATE concession SET ended_at = $2, answer = $3 WHERE id = $1", row["id"], now, said)
        await record("concession.declined", "concession", row["id"], actor, now, whom=row["person"])
        await emit("concession.declined", "concession", row["id"], now)


async def end_concession(actor: Actor, public_id: str, now: datetime) -> None:
    """One that holds ends at once, or one that was asked for is taken back by who asked. Raises NotFound."""
    async with transaction():
        row = await _locked(public_id, "ended_at IS NULL")
        if row["person"] != actor.person and not actor.may(Action.KEEP_CONTRACTS):
            raise NotFound
        await execute("UPDATE concession SET ended_at = $2 WHERE id = $1", row["id"], now)
        await record("concession.ended", "concession", row["id"], actor, now, whom=row["person"])


async def give_concession(
    actor: Actor,
    person: int,
    operator: int | None,
    price_class: str,
    proof: str,
    ends_on: date,
    now: datetime,
    today: date,
) -> None:
    """Staff enters what somebody shows who has not asked: at an operator's spaces, or (None) in the whole network.

    Raises NotFound to who may not, BadInput, AskedAlready.
    """
    if operator is None and not actor.may(Action.KEEP_CONTRACTS):
        raise NotFound
    wanted, shown = _price_class(price_class), _proof(proof)
    _check_last_day(ends_on, today)
    async with transaction():
        standing = await standing_record(person)
        await _lock(standing)
        await _demand_new(standing, operator, wanted, now)
        key = await _insert(standing, operator, wanted, shown, now)
        await execute(
            "UPDATE concession SET checked_by = $2, checked_at = $3, ends_on = $4 WHERE id = $1",
            key,
            actor.person,
            now,
            ends_on,
        )
        await record("concession.checked", "concession", key, actor, now, whom=standing, ends_on=ends_on)
        await emit("concession.checked", "concession", key, now)


class ReasonNeeded(BadInput):
    code = "reason_needed"
    text = marked("Bitte den Grund mit höchstens {most} Zeichen angeben.")


def _price_class(text: str) -> PriceClass:
    if text not in ASKED_FOR:
        raise PriceClassUnknown(field="price_class")
    return PriceClass(text)


def _proof(text: str) -> str:
    said = text.strip()
    if not 0 < len(said) <= LONGEST_PROOF:
        raise ProofNeeded(field="proof", most=LONGEST_PROOF)
    return said


def _check_last_day(ends_on: date, today: date) -> None:
    if not today <= ends_on <= today + LONGEST_CHECKED:
        raise LastDayOutOfReach(field="ends_on")


async def _lock(person: int) -> None:
    """Two of the same at once would both be the first."""
    await fetch_row("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person)


async def _demand_new(person: int, operator: int | None, price_class: PriceClass, now: datetime) -> None:
    known = await fetch_row(
        "SELECT FROM concession WHERE person = $1 AND operator IS NOT DISTINCT FROM $2 AND price_class = $3"
        " AND ended_at IS NULL AND (checked_at IS NULL OR coalesce(ends_on, 'infinity') >= $4)",
        person,
        operator,
        price_class,
        now.date(),
    )
    if known is not None:
        raise AskedAlready(field="price_class")


async def _insert(person: int, operator: int | None, price_class: PriceClass, proof: str, now: datetime) -> int:
    row = await fetch_row(
        "INSERT INTO concession (public_id, person, operator, price_class, proof, asked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        new_public_id(),
        person,
        operator,
        price_class,
        proof,
        now,
    )
    assert row is not None, "it is inserted"
    key: int = row["id"]
    return key


async def _locked(public_id: str, condition: str) -> Mapping[str, Any]:
    row = await fetch_row(
        f"SELECT id, person FROM concession WHERE public_id = $1 AND {condition} FOR UPDATE",  # noqa: S608
        public_id,
    )
    if row is None:
        raise NotFound
    return row


def _card(row: Mapping[str, Any]) -> ConcessionCard:
    return ConcessionCard(**{**row, "price_class": PriceClass(row["price_class"])})
