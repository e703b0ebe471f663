"""How a fixed desk ends for its holder: with its terms, by staff, or because the desk, its space or its operator goes.

What comes free goes first to those who wait.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.bookings.giving_back import free, hand_on
from app.bookings.serving import lock_lines, serve_line
from app.identity.audit import record
from app.identity.rules import Action, Actor
from app.inventory.standing_claims import FIXED_DESK
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.plans.fixed_desks import (
    Because,
    FixedDesk,
    desk_by_id,
    desks_where,
    end_with,
    end_with_terms,
    hold_desk,
    lock_desk,
    withdraw_desk,
)
from app.platform.database import fetch, retried, transaction
from app.platform.outbox import emit

_A_DAY = timedelta(days=1)


class LastDayOver(BadInput):
    code = "last_day_over"
    text = marked("Der letzte Tag ist frühestens heute.")


def keeps_desks(actor: Actor, operator: int, space: int) -> bool:
    """Whether the actor assigns and ends fixed desks there: who manages the space, or keeps contracts."""
    return actor.may(Action.MANAGE_SPACE, operator=operator, space=space) or actor.may(Action.KEEP_CONTRACTS)


@retried
async def end_desk(actor: Actor, desk: str, last_day: date, now: datetime) -> None:
    """The desk is the holder's up to this day and then free for all. For who manages the space or keeps contracts.

    One that has not begun by then never was. Raises NotFound, LastDayOver.
    """
    async with transaction():
        found = await locked_desk(desk)
        if not keeps_desks(actor, found.operator, found.space):
            raise NotFound
        if last_day < local_day(now, found.zone):
            raise LastDayOver(field="last_day")
        await end_desks([found], last_day, Because.STAFF, actor, now)


async def end_desks(
    desks: Sequence[FixedDesk], last_day: date, because: Because, actor: Actor | None, now: datetime
) -> None:
    """Each is its holder's up to this day, or never where it begins later, and the holder hears of it.

    In a transaction, with the desks locked. Without an actor it happens by itself.
    """
    for desk in desks:
        await end_before(desk, last_day + _A_DAY, because, now)
        await record("fixed_desk.ended", "fixed_desk", desk.id, actor, now, whom=desk.person, last_day=last_day)
        await emit("fixed_desk.ended", "fixed_desk", desk.id, now)


async def end_before(desk: FixedDesk, day: date, because: Because, now: datetime) -> None:
    """The desk is the holder's no more from this day on; one that begins later is withdrawn."""
    if desk.days.last is not None and desk.days.last < day:
        return
    if desk.days.first < day:
        await end_with(desk, day - _A_DAY, because)
        await settle_desk(desk.id, now)
        return
    await lock_lines([desk.space])
    freed = await free([desk.id], FIXED_DESK)
    await withdraw_desk(desk, because, now)
    await hand_on(freed, now)


async def settle_desk(desk: int, now: datetime) -> None:
    """Lets claims follow what the membership, its pauses and its released days say; who waits gets what comes free."""
    async with transaction():
        await lock_desk(desk)
        found = await desk_by_id(desk)
        if found is None:
            return
        await lock_lines([found.space])
        await end_with_terms(found)
        freed = await hold_desk(found, now)
        if freed:
            await serve_line(found.space, now, freed)


async def settle_desks(now: datetime) -> int:
    """The same for all that are not over, as far ahead as can be booked; how many."""
    rows = await fetch(
        "SELECT id FROM fixed_desk WHERE coalesce(last_day, 'infinity') >= $1::timestamptz::date - 1"
        " AND withdrawn_at IS NULL ORDER BY id",
        now,
    )
    for row in rows:
        await settle_desk(row["id"], now)
    return len(rows)


async def locked_desk(public_id: str) -> FixedDesk:
    """The one with this id; nobody else changes it until the transaction ends. Raises NotFound."""
    found = await desks_where("d.public_id = $1", public_id)
    if not found:
        raise NotFound
    await lock_desk(found[0].id)
    desk = await desk_by_id(found[0].id)
    if desk is None:
        raise NotFound
    return desk
