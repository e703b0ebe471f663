"""Where a person lives and would have gone otherwise: municipalities only, of one's own accord, removable."""

from dataclasses import dataclass
from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.platform.database import execute, fetch_row, transaction


@dataclass(frozen=True, slots=True)
class Commute:
    """Official keys of municipalities: where the person lives, and where he would usually have gone."""

    home: str | None
    usual: str | None


async def commute_of(person: int) -> Commute:
    """What the person has said of it."""
    row = await fetch_row("SELECT home_municipality, commutes_to FROM person WHERE id = $1", person)
    return Commute(row["home_municipality"], row["commutes_to"]) if row else Commute(None, None)


async def change_commute(actor: Actor, commute: Commute, now: datetime) -> None:
    """Says it anew; None takes it back. The trail keeps that it was changed, not to what."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        await execute(
            "UPDATE person SET home_municipality = $2, commutes_to = $3, version = version + 1 WHERE id = $1",
            actor.person,
            commute.home,
            commute.usual,
        )
        await record("person.commute_changed", "person", actor.person, actor, now)
