"""How an operator leaves the network: until its last day all stands, and nobody learns of the end at the door."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.cancellation import enter_end
from app.bookings.clearing import OPERATOR_ENDED, AffectedChanged
from app.bookings.desk_endings import end_desks
from app.bookings.desk_holders import Held, held_by_whom, said_of
from app.bookings.draft import for_whom
from app.bookings.giving_back import free, hand_on
from app.bookings.line_endings import end_places
from app.bookings.queries import BookingCard, bookings_by_id
from app.bookings.rules import HOLDING, Status
from app.bookings.waiting import OFFER, Ending
from app.identity.audit import record
from app.identity.invitations import end_invitations
from app.identity.queries import people
from app.identity.roles import revoke_role
from app.identity.rules import Action, Actor, Grant, Role
from app.inventory.operations import BOOKED
from app.inventory.rules import wall_instant
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.plans.fixed_desks import Because
from app.platform.database import execute, fetch, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit

FURTHEST: Final = timedelta(days=3 * 366)
_ZONE: Final = ZoneInfo("Europe/Berlin")


class LastDayUnusable(BadInput):
    code = "last_day_unusable"
    text = marked("Der letzte Tag liegt zwischen heute und {latest}.")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the end does: `affected` are the bookings after the last day with their people, `state` names this list.

    So many wait in `waiting` places in line for a time after it, and these fixed desks would go on.
    """

    operator: int
    last_day: date
    ends_at: datetime
    affected: Sequence[tuple[BookingCard, str]]
    waiting: int
    state: str
    fixed: Sequence[Held] = ()


async def plan_end(actor: Actor, slug: str, last_day: date, now: datetime) -> Leaving:
    """The bookings that would be cancelled, and changes nothing. Raises NotFound, LastDayUnusable."""
    operator = await _operator(actor, slug)
    return await _plan(operator, last_day, now)


@retried
async def end_operator(actor: Actor, slug: str, last_day: date, shown_state: str, now: datetime) -> Leaving:
    """From the day after on the operator's spaces are none of the network's: later bookings are cancelled, places in
    line and fixed desks end, with mails.

    Until then everything goes on, also new bookings up to that day. Raises NotFound, LastDayUnusable, and
    AffectedChanged where the list is not the one that was shown.
    """
    operator = await _operator(actor, slug)
    async with transaction():
        await fetch_row("SELECT FROM operator WHERE id = $1 FOR UPDATE", operator)
        plan = await _plan(operator, last_day, now)
        if plan.state != shown_state:
            raise AffectedChanged
        await execute("UPDATE operator SET ends_at = $2, version = version + 1 WHERE id = $1", operator, plan.ends_at)
        await record("operator.end_set", "operator", operator, actor, now, last_day=last_day)
        await _cancel([booking for booking, _ in plan.affected], actor, now)
        await _end_waits(operator, plan.ends_at, actor, now)
        await end_desks([desk for desk, _ in plan.fixed], last_day, Because.OPERATOR_ENDED, actor, now)
    return plan


async def keep_operator(actor: Actor, slug: str, now: datetime) -> None:
    """Takes back an end that has not come yet; what was cancelled stays so. Raises NotFound."""
    operator = await _operator(actor, slug)
    async with transaction():
        if not await execute(
            "UPDATE operator SET ends_at = NULL, version = version + 1 WHERE id = $1 AND ends_at > $2", operator, now
        ):
            raise NotFound
        await record("operator.end_taken_back", "operator", operator, actor, now)


async def settle_ends(now: datetime) -> int:
    """Retires what has ended, and ends what was booked or waited for past an end while it was set; how many ended.

    Spaces keep their history; roles and invitations of their staff end.
    """
    rows = await fetch("SELECT id, ends_at FROM operator WHERE ends_at IS NOT NULL AND retired_at IS NULL ORDER BY id")
    ended = 0
    for row in rows:
        async with transaction():
            if not await fetch_value(
                "SELECT 1 FROM operator WHERE id = $1 AND ends_at = $2 AND retired_at IS NULL FOR UPDATE",
                row["id"],
                row["ends_at"],
            ):
                continue
            await _cancel(await _after(row["id"], row["ends_at"], now), None, now)
            await _end_waits(row["id"], row["ends_at"], None, now)
            last_day = local_day(row["ends_at"], _ZONE) - timedelta(days=1)
            held = await held_by_whom("s.operator = $1", row["id"], last_day)
            await end_desks([desk for desk, _ in held], last_day, Because.OPERATOR_ENDED, None, now)
            if row["ends_at"] <= now:
                await _retire(row["id"], row["ends_at"], now)
                ended += 1
    return ended


async def _operator(actor: Actor, slug: str) -> int:
    key: int | None = await fetch_value("SELECT id FROM operator WHERE slug = $1 AND retired_at IS NULL", slug)
    if key is None or not actor.may(Action.MANAGE_NETWORK):
        raise NotFound
    return key


async def _plan(operator: int, last_day: date, now: datetime) -> Leaving:
    today = local_day(now, _ZONE)
    latest = today + FURTHEST
    if not today <= last_day <= latest:
        raise LastDayUnusable(field="last_day", latest=latest)
    ends_at = wall_instant(last_day + timedelta(days=1), 0, _ZONE)
    bookings = await _after(operator, ends_at, now)
    names = await people({booking.person for booking in bookings})
    facts = [(b.id, b.status, b.period.starts_at, b.period.ends_at) for b in bookings]
    fixed = await held_by_whom("s.operator = $1", operator, last_day)
    state = hashlib.sha256(repr((last_day, facts, said_of(fixed))).encode()).hexdigest()[:24]
    affected = [(b, names[b.person].name) for b in bookings]
    return Leaving(operator, last_day, ends_at, affected, await _waiting_for(operator, ends_at), state, fixed)


async def _after(operator: int, ends_at: datetime, now: datetime) -> list[BookingCard]:
    """The bookings that reach beyond the end and have not begun."""
    rows = await fetch(
        "SELECT b.id FROM booking b JOIN resource r ON r.id = b.resource JOIN space s ON s.id = r.space"
        " WHERE s.operator = $1 AND b.ends_at > $2 AND b.starts_at > $3 AND b.status = ANY($4::text[])"
        " ORDER BY b.id FOR UPDATE OF b",
        operator,
        ends_at,
        now,
        sorted(HOLDING),
    )
    return await bookings_by_id([row["id"] for row in rows])


_WAITED_FOR: Final = "w.space IN (SELECT id FROM space WHERE operator = {operator}) AND w.ends_at > {ends_at}"


async def _waiting_for(operator: int, ends_at: datetime) -> int:
    """How many places in line are for a time that reaches beyond the end."""
    which = _WAITED_FOR.format(operator="$1", ends_at="$2")
    count: int = await fetch_value(
        f"SELECT count(*) FROM waiting w WHERE w.status IN ('waiting', 'offered') AND {which}",  # noqa: S608
        operator,
        ends_at,
    )
    return count


async def _end_waits(operator: int, ends_at: datetime, actor: Actor | None, now: datetime) -> None:
    """Ends those; what somebody else is just changing is ended with the next look."""
    which = _WAITED_FOR.format(operator="$3", ends_at="$4")
    ended = await end_places(which, Ending.OPERATOR_ENDED, now, operator, ends_at, actor=actor)
    await hand_on(await free(ended, OFFER), now)


async def _cancel(bookings: Sequence[BookingCard], actor: Actor | None, now: datetime) -> None:
    await free([booking.id for booking in bookings], *BOOKED)
    for booking in bookings:
        await enter_end(booking.id, Status.CANCELLED, OPERATOR_ENDED, now)
        details = {"reason": OPERATOR_ENDED} | (for_whom(actor, booking.person) if actor else {})
        await record("booking.cancelled", "booking", booking.id, actor, now, **details)
        await emit("booking.cancelled", "booking", booking.id, now)


async def _retire(operator: int, ends_at: datetime, now: datetime) -> None:
    await execute("UPDATE space SET retired_at = $2 WHERE operator = $1 AND retired_at IS NULL", operator, ends_at)
    await execute("UPDATE operator SET retired_at = $2, version = version + 1 WHERE id = $1", operator, ends_at)
    for row in await fetch(
        "SELECT person, role, scope_kind, scope_id FROM role_grant WHERE revoked_at IS NULL"
        " AND (scope_kind = 'operator' AND scope_id = $1"
        " OR scope_kind = 'space' AND scope_id IN (SELECT id FROM space WHERE operator = $1)) ORDER BY id",
        operator,
    ):
        grant = Grant(Role(row["role"]), row["scope_kind"], row["scope_id"])
        await revoke_role(None, row["person"], grant, now, operator=operator)
    await end_invitations(operator, None, now)
    await record("operator.ended", "operator", operator, None, now)
    await emit("operator.ended", "operator", operator, now)
