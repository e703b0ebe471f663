"""Blocking time in one step: the bookings in it are moved or cancelled, each with its mail, or nothing happens."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Block, CloseDays, Fate, Plan, plan_of
from app.bookings.clearing import (
    BLOCKED,
    CLOSED,
    AffectedChanged,
    by_fate,
    call_off,
    end_holds,
    lock_for_clearing,
    lock_space,
    move_away,
)
from app.bookings.giving_back import free, hand_on
from app.bookings.serving import lock_lines, serve_line
from app.bookings.short_notice import note_short_notice
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.blockers import (
    BlockerCard,
    blocked_resources,
    blocker_at,
    claim_blocked,
    enter_blocker,
    lift_blocker,
)
from app.inventory.operations import BOOKED
from app.kernel.refusals import NotFound
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.plans.fixed_desks import hold_desks_of
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id


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
        await lock_for_clearing(space, [each.booking for each in before.affected])
        plan = await plan_of(space, command, now)
        if plan.state != shown_state:
            raise AffectedChanged
        moved, cancelled = by_fate(plan.affected, choices)
        freed = await free([each.booking.id for each in plan.affected], *BOOKED)
        cards = []
        for blocking in plan.blockings:
            freed += await end_holds(blocking.holds, blocking.times, now)
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
            await emit("blocker.made", "blocker", card.id, now)
            cards.append(card)
        for each in moved:
            await move_away(actor, space, each, now, blocker=cards[0].id)
        reason = CLOSED if isinstance(command, CloseDays) else BLOCKED
        for booking in cancelled:
            await call_off(actor, booking, reason, now)
        for desk, _ in plan.fixed:
            await emit("fixed_desk.blocked", "fixed_desk", desk.id, now, first=cards[0].id, last=cards[-1].id)
        for card in cards:
            if card.closes is not None:
                gone = [booking for booking in cancelled if booking.period.overlaps(card.period)]
                await note_short_notice(card.id, gone, now)
        await hand_on(freed, now)
        return cards


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
        await lock_space(space.id)
        card = await blocker_at(space.id, public_id)
        if card is None:
            raise NotFound
        zone = ZoneInfo(space.time_zone)
        await lift_blocker(card, zone, now)
        if card.closes is not None:
            await _open_again(card)
        await record("blocker.lifted", "blocker", card.id, actor, now, closes=card.closes)
        await emit("blocker.lifted", "blocker", card.id, now)
        await hold_desks_of(await blocked_resources(space.id, card.resources), now)
        await serve_line(space.id, now, card.occurrences(zone))
        return card
