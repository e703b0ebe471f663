"""Organisations that book: handing all that is theirs from one responsible person to another."""

from datetime import datetime

from app.bookings.rules import HOLDING, Status
from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_row, retried, transaction
from app.platform.outbox import emit


@retried
async def change_responsible(actor: Actor, organisation: str, person: int, now: datetime) -> None:
    """Makes the person with this key answer for the organisation with this public id, without booking anything anew.

    What is booked for it and not begun, and the series that still have such dates, are the person's from then on. What
    is over stays with who answered for it. Both hear of it (`organisation.responsible_changed`). Raises NotFound where
    the actor is no front desk of its operator.
    """
    async with transaction():
        row = await fetch_row(
            "SELECT id, operator, responsible FROM organisation WHERE public_id = $1 AND retired_at IS NULL FOR UPDATE",
            organisation,
        )
        if row is None or not actor.may(Action.BOOK_FOR_OTHERS, operator=row["operator"]):
            raise NotFound
        person = await standing_record(person)
        if person == row["responsible"]:
            return
        await execute(
            "UPDATE organisation SET responsible = $2, version = version + 1 WHERE id = $1", row["id"], person
        )
        handed = await fetch(
            "UPDATE booking SET person = $2, sequence = sequence + 1, updated_at = $3"
            " WHERE organisation = $1 AND ends_at > $3 AND status = ANY($4) RETURNING id, series",
            row["id"],
            person,
            now,
            sorted(HOLDING - {Status.CHECKED_IN}),
        )
        series = sorted({booking["series"] for booking in handed if booking["series"] is not None})
        await execute(
            "UPDATE series SET person = $2, sequence = sequence + 1, updated_at = $3 WHERE id = ANY($1::bigint[])",
            series,
            person,
            now,
        )
        await record(
            "organisation.responsible_changed",
            "organisation",
            row["id"],
            actor,
            now,
            before=row["responsible"],
            after=person,
        )
        await emit(
            "organisation.responsible_changed",
            "organisation",
            row["id"],
            now,
            bookings=sorted(booking["id"] for booking in handed),
            series=series,
            before=row["responsible"],
            person=person,
            actor=actor.person,
        )
