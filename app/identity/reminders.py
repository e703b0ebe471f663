"""Whether a person wants to be reminded of a booking on the evening before."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.platform.database import execute, fetch_value, transaction


async def wants_reminders(person: int) -> bool:
    """What the person chose; nobody is reminded who did not ask for it."""
    return bool(await fetch_value("SELECT wants_reminders FROM person WHERE id = $1", person))


async def choose_reminders(actor: Actor, wanted: bool, now: datetime) -> None:
    """Switches the actor's reminders on or off; choosing the same again leaves no trace."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        changed = await execute(
            "UPDATE person SET wants_reminders = $2, version = version + 1 WHERE id = $1 AND wants_reminders <> $2",
            actor.person,
            wanted,
        )
        if changed:
            await record("person.reminders_chosen", "person", actor.person, actor, now, wanted=wanted)
