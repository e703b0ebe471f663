"""Blocking time in one step: the bookings in it are moved or cancelled, each with its mail, or nothing happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Affected, Block, CloseDays, Fate, Plan, plan_of
from app.bookings.cancellation import enter_end
from app.bookings.candidates import claims_of
from app.bookings.draft import for_whom
from app.bookings.giving_back import Freed, free, hand_on
from app.bookings.lapsing import HOLD
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.bookings.serving import lock_lines, serve_line
from app.bookings.short_notice import note_short_notice
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.blockers import BlockerCard, blocker_at, claim_blocked, enter_blocker, lift_blocker
from app.inventory.booking_rules import NOTHING_SAID, rules_of
from app.inventory.operations import BOOKED, claim_all, lock_resources
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

BLOCKED: Final = "blocked"
CLOSED: Final = "closed"
"""The reasons of bookings that were cancelled because their place or their day is."""

OFFER: Final = "offer"


class AffectedChanged(Conflict):
    """Since the list was shown somebody has booked, cancelled or moved."""

    code = "affected_changed"
    text = marked("Inzwischen haben sich die betroffenen Buchungen geändert. Bitte die Liste noch einmal ansehen.")


async def plan_block(actor: Actor, space: SpaceCard, command: Block | CloseDays, now: datetime) -> Plan:
    """What blocking would do, booking by booking, and changes nothing.

    Raises NotFound to who does not manage the space, and the refusals of `plan_of`.
    """
    demand_managed(actor, space)
    return await plan_of(space, command, now)


async def block(
    actor: Actor,
    space: SpaceCard,
    command: Block | CloseDays,
    shown_state: str,
    choices: Mapping[str, Fate],
    now: datetime,
) -> list[BlockerCard]:
    """Does what the plan with the state `shown_state` said: all of it, or nothing.

    `choices` say by public ids what becomes of bookings otherwise than suggested; where no place is free, a booking is
    cancelled. Raises what `plan_block` raises, and AffectedChanged.
    """
    demand_managed(actor, space)
    return await carry_out(actor, space, command, shown_state, choices, now)


@retried
async def carry_out(
    actor: Actor | None,
    space: SpaceCard,
    command: Block | CloseDays,
    shown_state: str,
    choices: Mapping[str, Fate],
    now: datetime,
) -> list[BlockerCard]:
    """The same for who has proved in another way to be allowed to; without an actor by a mail's link."""
    async with transaction():
        before = await plan_of(space, command, now)
        ids = sorted(each.booking.id for each in before.affected)
        await fetch("SELECT FROM booking WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", ids)
        await lock_lines([space.id])
        await _lock_space(space.id)
        plan = await plan_of(space, command, now)
        if plan.state != shown_state:
            raise AffectedChanged
        moved = [each for each in plan.affected if choices.get(each.booking.public_id, each.suggested) is Fate.MOVE]
        moved = [each for each in moved if each.place is not None]
        cancelled = [each.booking for each in plan.affected if each not in moved]
        freed = await free([each.booking.id for each in plan.affected], *BOOKED)
        cards = []
        for blocking in plan.blockings:
            freed += await _end_holds(blocking.holds, blocking.times, now)
            card = BlockerCard(
                0, new_public_id(), space.id, blocking.of, blocking.first, blocking.rrule,
                command.reason_de.strip(), command.reason_en.strip(), blocking.closes,
            )  # fmt: skip
            card = await enter_blocker(card, now)
            if not await claim_blocked(card.id, blocking.holds, blocking.times, now):
                raise AffectedChanged
            if card.closes is not None:
                await _close(card)
            await record("blocker.made", "blocker", card.id, actor, now, closes=card.closes, rrule=card.rrule)
            cards.append(card)
        for each in moved:
            await _move(actor, space, each, cards[0].id, now)
        reason = CLOSED if isinstance(command, CloseDays) else BLOCKED
        for booking in cancelled:
            await _cancel(actor, booking, reason, now)
        for card in cards:
            if card.closes is not None:
                gone = [booking for booking in cancelled if booking.period.overlaps(card.period)]
                await note_short_notice(card.id, gone, now)
        await hand_on(freed, now)
        return cards


async def _lock_space(space: int) -> None:
    await lock_resources([row["id"] for row in await fetch("SELECT id FROM resource WHERE space = $1", space)])


async def _end_holds(resources: Sequence[int], times: Sequence[Period], now: datetime) -> list[Freed]:
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
    await execute("UPDATE desk_hold SET ended_at = $2 WHERE id = ANY($1::bigint[]) AND ended_at IS NULL", held, now)
    await execute(
        "UPDATE waiting SET status = 'waiting', offered = NULL, offered_at = NULL, offer_expires_at = NULL,"
        " updated_at = $2 WHERE id = ANY($1::bigint[]) AND status = 'offered'",
        offered,
        now,
    )
    return [*await free(held, HOLD), *await free(offered, OFFER)]


async def _move(actor: Actor | None, space: SpaceCard, affected: Affected, blocker: int, now: datetime) -> None:
    """The booking at its time in the other place; all else of it stays as it was."""
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
    await emit("booking.moved", "booking", booking.id, now, blocker=blocker)


async def _cancel(actor: Actor | None, booking: BookingCard, reason: str, now: datetime) -> None:
    await enter_end(booking.id, Status.CANCELLED, reason, now)
    details = {"reason": reason} | for_whom(actor, booking.person)
    await record("booking.cancelled", "booking", booking.id, actor, now, **details)
    await emit("booking.cancelled", "booking", booking.id, now)


async def _close(card: BlockerCard) -> None:
    """Instead of whatever held that day, which the blocker keeps."""
    await execute(
        "WITH gone AS (DELETE FROM hours_exception WHERE space = $1 AND day = $2"
        " RETURNING opens, closes, reason_de, reason_en)"
        " UPDATE blocker SET hours_before = (SELECT coalesce(jsonb_agg(gone), '[]') FROM gone) WHERE id = $3",
        card.space,
        card.closes,
        card.id,
    )
    await execute(
        "INSERT INTO hours_exception (space, day, reason_de, reason_en) VALUES ($1, $2, $3, $4)",
        card.space,
        card.closes,
        card.reason_de,
        card.reason_en,
    )


async def _open_again(card: BlockerCard) -> None:
    """As before the day was closed; what somebody has said of it meanwhile stays."""
    await execute(
        "DELETE FROM hours_exception WHERE space = $1 AND day = $2 AND opens IS NULL", card.space, card.closes
    )
    await execute(
        "INSERT INTO hours_exception (space, day, opens, closes, reason_de, reason_en)"
        " SELECT $1, $2, h.opens, h.closes, h.reason_de, h.reason_en"
        " FROM blocker b CROSS JOIN jsonb_populate_recordset(NULL::hours_exception, b.hours_before) AS h"
        " WHERE b.id = $3 AND NOT EXISTS (SELECT FROM hours_exception WHERE space = $1 AND day = $2)",
        card.space,
        card.closes,
        card.id,
    )


@retried
async def lift_block(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> BlockerCard:
    """The time can be booked again, by those first who wait for it; a day that was closed has its hours of before.

    What was cancelled stays cancelled. Raises NotFound.
    """
    demand_managed(actor, space)
    async with transaction():
        await lock_lines([space.id])
        await _lock_space(space.id)
        card = await blocker_at(space.id, public_id)
        if card is None:
            raise NotFound
        zone = ZoneInfo(space.time_zone)
        await lift_blocker(card, zone, now)
        if card.closes is not None:
            await _open_again(card)
        await record("blocker.lifted", "blocker", card.id, actor, now, closes=card.closes)
        await serve_line(space.id, now, card.occurrences(zone))
        return card
