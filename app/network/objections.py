"""What a barred person says against it, in the mail's page or through staff, and what the operator answers."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Conflict, marked
from app.network.bars import AnsweredAlready, BarCard, checked_words, demand_bars, locked_bar
from app.platform.database import execute, transaction
from app.platform.outbox import emit


class How(StrEnum):
    """By which way an objection came that staff has noted down."""

    TELEPHONE = "telephone"
    LETTER = "letter"
    IN_PERSON = "in_person"


HOW_NAMES: Final[Mapping[How, str]] = {
    How.TELEPHONE: marked("am Telefon"),
    How.LETTER: marked("per Brief"),
    How.IN_PERSON: marked("im Gespräch"),
}


class ObjectedAlready(Conflict):
    code = "objected_already"
    text = marked("Der Widerspruch ist schon beim Betreiber.")


class HowMissing(BadInput):
    code = "objection_how_missing"
    text = marked("Bitte wählen, wie der Widerspruch kam.")


async def object_to_bar(bar: BarCard, words: str, now: datetime) -> None:
    """What the person says against it, once; the operator hears of it. The caller has found out that it is the person.

    Raises WordsMissing, ObjectedAlready, AnsweredAlready.
    """
    words = checked_words(words, "objection")
    async with transaction():
        await _object(bar, words, None, None, now)


async def note_objection(actor: Actor, operator: int, public_id: str, how: str, words: str, now: datetime) -> None:
    """What the person has said against it by another way than the link; all that follows is the same.

    Who gets mails is sent the words that were noted. Raises NotFound, HowMissing, WordsMissing, ObjectedAlready,
    AnsweredAlready.
    """
    demand_bars(actor, operator)
    if how not in set(How):
        raise HowMissing(field="how")
    words = checked_words(words, "objection")
    async with transaction():
        await _object(await locked_bar(actor, operator, public_id), words, actor, How(how), now)


async def _object(bar: BarCard, words: str, actor: Actor | None, how: How | None, now: datetime) -> None:
    said = await execute(
        "UPDATE bar SET objection = $3, objected_at = $2, objected_by = $4, objected_how = $5 WHERE id = $1"
        " AND objected_at IS NULL AND answered_at IS NULL AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > $2)",
        bar.id,
        now,
        words,
        actor.person if actor else None,
        how,
    )
    if not said:
        raise AnsweredAlready if bar.objected_at is None else ObjectedAlready
    details = {"how": how} if how else {}
    await record("bar.objected", "bar", bar.id, actor, now, operator=bar.operator, whom=bar.person, **details)
    await emit("bar.objected", "bar", bar.id, now)


async def answer_objection(
    actor: Actor, operator: int, public_id: str, words: str, now: datetime, *, lifts: bool
) -> None:
    """Keeps the bar or lifts it, with words that the person reads. Raises NotFound, WordsMissing, AnsweredAlready."""
    demand_bars(actor, operator)
    words = checked_words(words, "answer")
    async with transaction():
        bar = await locked_bar(actor, operator, public_id)
        if not bar.waits_for_answer(now):
            raise AnsweredAlready
        await execute(
            "UPDATE bar SET answer = $2, answered_by = $3, answered_at = $4, lifted_at = $5 WHERE id = $1",
            bar.id,
            words,
            actor.person,
            now,
            now if lifts else None,
        )
        await record("bar.answered", "bar", bar.id, actor, now, operator=operator, lifts=lifts, whom=bar.person)
        await emit("bar.answered", "bar", bar.id, now)
