"""Clearing time that an operator needs: each booking in it is moved to an equal place or called off, with its mail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.bookings.block_plan import Affected, Fate
from app.bookings.cancellation import enter_end
from app.bookings.candidates import claims_of
from app.bookings.draft import for_whom
from app.bookings.giving_back import Freed, free
from app.bookings.lapsing import HOLD
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.bookings.serving import lock_lines
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.booking_rules import NOTHING_SAID, rules_of
from app.inventory.operations import claim_all, lock_resources
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, Phrase, marked, phrase
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch
from app.platform.outbox import emit

BLOCKED: Final = "blocked"
CLOSED: Final = "closed"
RETIRED: Final = "retired"
NEW_HOURS: Final = "new_hours"
SPACE_RETIRED: Final = "space_retired"
OPERATOR_ENDED: Final = "operator_ended"
BARRED: Final = "barred"
CONTRACT_ENDED: Final = "contract_ended"
TEAM_LEFT: Final = "team_left"
CHANGE_WITHDRAWN: Final = "change_withdrawn"
WITHDRAWN: Final = "withdrawn"
BY_TEAM: Final = "by_team"

BY_OPERATOR: Final[Mapping[str, str]] = {
    BLOCKED: marked("{operator} hat diese Zeit gesperrt."),
    CLOSED: marked("{operator} hat an diesem Tag geschlossen."),
    RETIRED: marked("Diesen Platz gibt es bei {operator} nicht mehr."),
    NEW_HOURS: marked("{operator} hat zu dieser Zeit nicht mehr geöffnet."),
    SPACE_RETIRED: marked("{operator} hat diesen Standort aufgegeben."),
    OPERATOR_ENDED: marked("{operator} gehört dann nicht mehr zum Netzwerk."),
    BARRED: marked("{operator} hat Ihre Buchung abgesagt. Warum, steht in einer eigenen E-Mail."),
}
"""Why an operator has called a booking off, in words, by the booking's reason."""

_WITH_WHAT_PAID: Final[Mapping[str, str]] = {
    CONTRACT_ENDED: marked("Der Vertrag, aus dem diese Buchung bezahlt war, endet vorher."),
    CHANGE_WITHDRAWN: marked(
        "Der Wechsel des Tarifs ist widerrufen, und der frühere Tarif enthält diese Buchung nicht."
    ),
    WITHDRAWN: marked("Diese Buchung ist widerrufen."),
    BY_TEAM: marked("Ihr Team hat die Plätze zurückgegeben, die es für diesen Tag gebucht hat."),
    TEAM_LEFT: marked("Ein Team hat diese Buchung bezahlt, und Sie gehören ihm nicht mehr an."),
}

OFFER: Final = "offer"


def called_off_because(reason: str | None, operator: str) -> Phrase | None:
    """Why the booking with this reason was called off: by its operator, or with what has paid for it; None
    otherwise."""
    unpaid = _WITH_WHAT_PAID.get(reason or "")
    if unpaid:
        return phrase(unpaid)
    text = BY_OPERATOR.get(reason or "")
    return phrase(text, operator=operator) if text else None


class AffectedChanged(Conflict):
    """Since the list was shown somebody has booked, cancelled or moved."""

    code = "affected_changed"
    text = marked("Inzwischen haben sich die betroffenen Buchungen geändert. Bitte die Liste noch einmal ansehen.")


def by_fate(
    affected: Sequence[Affected], choices: Mapping[str, Fate]
) -> tuple[Sequence[Affected], Sequence[BookingCard]]:
    """What is moved, and what is called off: by public ids as chosen, else as suggested. Without a place none moves."""
    moved = [each for each in affected if choices.get(each.booking.public_id, each.suggested) is Fate.MOVE]
    moved = [each for each in moved if each.place is not None]
    return moved, [each.booking for each in affected if each not in moved]


async def lock_for_clearing(space: SpaceCard, bookings: Sequence[BookingCard]) -> None:
    """Until the transaction ends nobody else changes these bookings, the lines or the claims of the space."""
    ids = sorted(booking.id for booking in bookings)
    await fetch("SELECT FROM booking WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", ids)
    await lock_lines([space.id])
    await lock_space(space.id)


async def lock_space(space: int) -> None:
    """Until the transaction ends nobody else claims several of the space's resources at once."""
    await lock_resources([row["id"] for row in await fetch("SELECT id FROM resource WHERE space = $1", space)])


async def end_holds(resources: Sequence[int], times: Sequence[Period], now: datetime) -> list[Freed]:
    """What is merely held or offered in that time is so no more; who was offered it waits on. Hand on what is left."""
    rows = await fetch(
        "SELECT DISTINCT c.holder, c.reason FROM unnest($1::timestamptz[], $2::timestamptz[]) AS t (starts_at, ends_at)"
        " JOIN claim c ON c.resource = ANY($3::bigint[]) AND c.starts_at < t.ends_at AND c.ends_at > t.starts_at"
        " WHERE c.reason IN ('hold', 'offer')",
        [time.starts_at for time in times],
        [time.ends_at for time in times],
        list(resources),
    )
    held, offered = ([row["holder"] for row in rows if row["reason"] == reason] for reason in (HOLD, OFFER))
    ended = await fetch(
        "UPDATE desk_hold SET ended_at = $2 WHERE id = ANY($1::bigint[]) AND ended_at IS NULL RETURNING id", held, now
    )
    for row in ended:
        await emit("desk_hold.ended", "desk_hold", row["id"], now)
    await execute(
        "UPDATE waiting SET status = 'waiting', offered = NULL, offered_at = NULL, offer_expires_at = NULL,"
        " updated_at = $2 WHERE id = ANY($1::bigint[]) AND status = 'offered'",
        offered,
        now,
    )
    return [*await free(held, HOLD), *await free(offered, OFFER)]


async def move_away(actor: Actor | None, space: SpaceCard, affected: Affected, now: datetime, **why: int) -> None:
    """The booking at its time in the other place; all else of it stays as it was. `why` goes along with the event."""
    booking, place = affected.booking, affected.place
    assert place is not None, "only what has a place is moved"
    said = (await rules_of({space.id}, place.kind)).get(space.id)
    rules = said.named(place.rules) if said else NOTHING_SAID
    if not await claim_all(claims_of(place, booking.period, rules), booking.id):
        raise AffectedChanged
    await execute(
        "UPDATE booking SET resource = $2, sequence = sequence + 1, updated_at = $3 WHERE id = $1",
        booking.id,
        place.id,
        now,
    )
    await record(
        "booking.moved",
        "booking",
        booking.id,
        actor,
        now,
        before=[booking.resource.public_id, booking.period.starts_at, booking.period.ends_at],
        after=[place.public_id, booking.period.starts_at, booking.period.ends_at],
        reason=BLOCKED,
        **for_whom(actor, booking.person),
    )
    await emit("booking.moved", "booking", booking.id, now, **why)


async def call_off(actor: Actor | None, booking: BookingCard, reason: str, now: datetime) -> None:
    """The booking is no more; its time was given back before."""
    await enter_end(booking.id, Status.CANCELLED, reason, now)
    details = {"reason": reason} | for_whom(actor, booking.person)
    await record("booking.cancelled", "booking", booking.id, actor, now, **details)
    await emit("booking.cancelled", "booking", booking.id, now)
