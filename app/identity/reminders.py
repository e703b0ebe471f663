"""Which mails a person chose: reminders on the evening before a booking, and for staff word of new reports."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.platform.database import execute, fetch_value, transaction


async def wants_reminders(person: int) -> bool:
    """What the person chose; nobody is reminded who did not ask for it."""
    return bool(await fetch_value("SELECT wants_reminders FROM person WHERE id = $1", person))


async def choose_reminders(actor: Actor, wanted: bool, now: datetime) -> None:
    """Switches the actor's reminders on or off; choosing the same again leaves no trace."""
    await _choose("wants_reminders", actor, "person.reminders_chosen", now, wanted=wanted)


async def hears_of_reports(person: int) -> bool:
    """Whether somebody who answers reports is told by mail of new ones; who has not said anything is."""
    return bool(await fetch_value("SELECT hears_of_reports FROM person WHERE id = $1", person))


async def choose_report_mails(actor: Actor, wanted: bool, now: datetime) -> None:
    """Switches the mails about new reports on or off; choosing the same again leaves no trace."""
    await _choose("hears_of_reports", actor, "person.report_mails_chosen", now, wanted=wanted)


async def _choose(column: str, actor: Actor, action: str, now: datetime, *, wanted: bool) -> None:
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        changed = await execute(
            f"UPDATE person SET {column} = $2, version = version + 1 WHERE id = $1 AND {column} <> $2",  # noqa: S608
            actor.person,
            wanted,
        )
        if changed:
            await record(action, "person", actor.person, actor, now, wanted=wanted)
