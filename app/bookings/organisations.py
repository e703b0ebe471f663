"""Organisations that book: who answers for what they have."""

from datetime import datetime

from app.bookings.rules import HOLDING
from app.identity.audit import record
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.network.groups import OrganisationCard, organisation_named
from app.platform.database import execute, fetch_value, retried, transaction


@retried
async def change_responsible(
    actor: Actor, organisation_public_id: str, person_public_id: str, now: datetime
) -> OrganisationCard:
    """From now on this person answers for the organisation and for all that it has booked ahead.

    Raises NotFound to who does not manage its operator, and for nobody known.
    """
    async with transaction():
        found = await organisation_named(organisation_public_id)
        if found is None or not actor.may(Action.MANAGE_OPERATOR, operator=found.operator):
            raise NotFound
        person: int | None = await fetch_value(
            "SELECT id FROM person WHERE public_id = $1 AND retired_at IS NULL", person_public_id
        )
        if person is None:
            raise NotFound
        await execute("UPDATE organisation SET responsible = $2, version = version + 1 WHERE id = $1", found.id, person)
        await execute(
            "UPDATE booking SET person = $2, updated_at = $3"
            " WHERE organisation = $1 AND ends_at > $3 AND status = ANY($4)",
            found.id,
            person,
            now,
            list(HOLDING),
        )
        await execute("UPDATE series SET person = $2, updated_at = $3 WHERE organisation = $1", found.id, person, now)
        await record(
            "organisation.responsible_changed",
            "organisation",
            found.id,
            actor,
            now,
            before=found.responsible,
            whom=person,
        )
        changed = await organisation_named(organisation_public_id)
        assert changed is not None, "its row was changed just now"
        return changed
