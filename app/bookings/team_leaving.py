"""Somebody belongs to a team no more: what the team pays of the person's bookings ahead.

Each is paid by another entitlement of the person's where one covers it, and is given back otherwise. Who leaves sees
the list before; who removes somebody learns nothing of it, and neither from how long it takes: that is done afterwards
(docs/decisions/0050-people-of-a-team.md).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.clearing import TEAM_LEFT, AffectedChanged
from app.bookings.paying_otherwise import MAY_END, Behind, otherwise_paid, settle_behind
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.serving import lock_lines
from app.bookings.team_returning import lock_acts_for, people_with_unusable, return_provided
from app.identity.rules import Actor
from app.kernel.wall_time import local_day
from app.platform.database import fetch, retried, transaction
from app.platform.outbox import Event, Reaction, Reactions
from app.teams.operations import leave_team
from app.teams.queries import MemberCard, TeamCard

_ZONE: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class LeavingPlan:
    """What becomes of the bookings ahead that the team pays. `state` is another one as soon as anything of it is."""

    behind: Sequence[Behind]

    @property
    def kept(self) -> Sequence[Behind]:
        """What another entitlement pays then."""
        return [each for each in self.behind if each.payment is not None]

    @property
    def given_back(self) -> Sequence[Behind]:
        return [each for each in self.behind if each.payment is None]

    @property
    def state(self) -> str:
        said = [(each.booking.id, each.booking.sequence, each.payment and each.payment.key) for each in self.behind]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def plan_leaving(team: TeamCard, person: int, now: datetime) -> LeavingPlan:
    """What would follow if the person left the team now, and changes nothing. For the person alone."""
    return LeavingPlan(await _behind(team.purse, person, now) if team.purse is not None else [])


@retried
async def leave(actor: Actor, team: TeamCard, member: MemberCard, shown_state: str, now: datetime) -> LeavingPlan:
    """The member leaves by the own decision, and the own bookings ahead are settled with it.

    Raises AffectedChanged where what was shown is no longer so.
    """
    async with transaction():
        if team.purse is not None:
            await _lock(team.purse, member.person, now)
        plan = await plan_leaving(team, member.person, now)
        if plan.state != shown_state:
            raise AffectedChanged
        await settle_behind(actor, plan.behind, TEAM_LEFT, now)
        await leave_team(actor, team, member, now, local_day(now, _ZONE))
        if team.purse is not None:
            await return_provided(team.purse, member.person, now)
    return plan


@retried
async def settle_left(purse: int, person: int, now: datetime) -> Sequence[Behind]:
    """Settles what a purse pays of the person's bookings ahead on days on which he may not spend from it. What was
    provided to him for these days comes back to the team."""
    async with transaction():
        await _lock(purse, person, now)
        barred = [each for each in await _ahead(purse, person, now) if not await _may_spend(purse, person, each)]
        behind = await otherwise_paid(barred, await _accounts(purse), local_day(now, _ZONE))
        await settle_behind(None, behind, TEAM_LEFT, now)
        await return_provided(purse, person, now)
    return behind


async def settle_all_left(now: datetime) -> int:
    """The same for everybody; how many bookings. A booking that was made while its person was being removed is found
    here."""
    rows = await fetch(
        "SELECT DISTINCT a.purse, b.person FROM booking b JOIN space s ON s.id = b.space"
        " JOIN entitlement e ON e.id = b.entitlement JOIN entitlement a ON a.id = coalesce(e.credit, e.id)"
        " WHERE a.purse IS NOT NULL AND b.starts_at > $1 AND b.status = ANY($2)"
        " AND NOT EXISTS (SELECT FROM purse_member m WHERE m.purse = a.purse AND m.person = b.person"
        "  AND coalesce(m.last, 'infinity') >= (b.starts_at AT TIME ZONE s.time_zone)::date)",
        now,
        MAY_END,
    )
    left = {(row["purse"], row["person"]) for row in rows} | set(await people_with_unusable(now))
    return sum([len(await settle_left(purse, person, now)) for purse, person in sorted(left)])


def team_leaving_reactions() -> Reactions:
    """What bookings make of somebody's leaving."""

    async def run(event: Event, now: datetime) -> None:
        rows = await fetch(
            "SELECT t.purse, m.person FROM team_member m JOIN team t ON t.id = m.team WHERE m.id = $1"
            " AND t.purse IS NOT NULL",
            event.aggregate_id,
        )
        for row in rows:
            await settle_left(row["purse"], row["person"], now)

    return {"team_member.left": [Reaction("bookings.settle_left_team", run)]}


async def _behind(purse: int, person: int, now: datetime) -> Sequence[Behind]:
    return await otherwise_paid(await _ahead(purse, person, now), await _accounts(purse), local_day(now, _ZONE))


async def _ahead(purse: int, person: int, now: datetime) -> Sequence[BookingCard]:
    """The person's bookings ahead that the purse pays, by start."""
    return await bookings_where(
        "b.person = $1 AND b.entitlement = ANY($2::bigint[]) AND b.starts_at > $3 AND b.status = ANY($4)"
        " ORDER BY b.starts_at, b.id",
        person,
        sorted(await _accounts(purse)),
        now,
        MAY_END,
    )


async def _accounts(purse: int) -> frozenset[int]:
    """The purse's accounts, and the days that were bought out of them."""
    rows = await fetch(
        "WITH filled AS (SELECT id FROM entitlement WHERE purse = $1)"
        " SELECT id FROM filled UNION ALL SELECT id FROM entitlement WHERE credit IN (SELECT id FROM filled)",
        purse,
    )
    return frozenset(row["id"] for row in rows)


async def _may_spend(purse: int, person: int, booking: BookingCard) -> bool:
    return bool(
        await fetch(
            "SELECT FROM purse_member WHERE purse = $1 AND person = $2 AND coalesce(last, 'infinity') >= $3",
            purse,
            person,
            booking.starts_at.date(),
        )
    )


async def _lock(purse: int, person: int, now: datetime) -> None:
    """Until the transaction ends nobody else changes these bookings, what was booked for the person, or the lines
    there."""
    await lock_acts_for(purse, person, now)
    rows = await fetch(
        "SELECT id, space FROM booking WHERE person = $1 AND starts_at > $2 AND status = ANY($3)"
        " AND entitlement = ANY($4::bigint[]) ORDER BY id FOR UPDATE",
        person,
        now,
        MAY_END,
        sorted(await _accounts(purse)),
    )
    await lock_lines({row["space"] for row in rows})
