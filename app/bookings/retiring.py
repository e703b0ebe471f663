"""Taking a resource out of use: what is booked of it ahead is moved to an equal place or called off, each with mail."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Blocking, Fate, Plan, affected_by
from app.bookings.clearing import (
    OFFER,
    RETIRED,
    AffectedChanged,
    by_fate,
    call_off,
    end_holds,
    lock_for_clearing,
    move_away,
)
from app.bookings.desk_endings import end_desks
from app.bookings.desk_holders import held_by_whom
from app.bookings.giving_back import free, hand_on
from app.bookings.line_endings import end_places
from app.bookings.waiting import Ending
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.linking import linked_at
from app.inventory.operations import BOOKED
from app.inventory.resource_setting import KeptResource, kept_resource
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, NotFound, marked
from app.kernel.wall_time import local_day
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.plans.fixed_desks import Because
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit

_AHEAD: Final = timedelta(days=800)
"""Further ahead nothing is booked."""


class PartOfAnother(Conflict):
    """What consists of it could not be booked any more, and nobody would know why."""

    code = "part_of_another"
    text = marked("{name} gehört noch zu {wholes}. Bitte zuerst dort herausnehmen.")


class IsFixedDesk(Conflict):
    """Its holder would come and find nothing."""

    code = "is_fixed_desk"
    text = marked(
        "{name} ist fest vergeben. Bitte einen anderen Platz geben, oder ankreuzen, dass der feste Platz endet."
    )


async def plan_retiring(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> Plan:
    """What taking it out of use would do, booking by booking, and changes nothing.

    Raises NotFound, PartOfAnother.
    """
    demand_managed(actor, space)
    return await _plan(space, await kept_resource(space.id, public_id), now)


async def _plan(space: SpaceCard, resource: KeptResource, now: datetime) -> Plan:
    if resource.retired_at is not None:
        raise NotFound
    wholes = [each.name for each in await linked_at(space.id) if resource.id in each.direct_parts]
    if wholes:
        raise PartOfAnother(name=resource.facts.name, wholes=tuple(wholes))
    ahead = Period(now, now + _AHEAD)
    fixed = await held_by_whom("d.resource = $1", resource.id, _yesterday(space, now))
    blocking = Blocking((resource.id,), (resource.id,), ahead, (ahead,))
    return Plan((blocking,), tuple(await affected_by(space, [blocking], now)), fixed)


def _yesterday(space: SpaceCard, now: datetime) -> date:
    return local_day(now, ZoneInfo(space.time_zone)) - timedelta(days=1)


@retried
async def retire_resource(
    actor: Actor,
    space: SpaceCard,
    public_id: str,
    shown_state: str,
    choices: Mapping[str, Fate],
    now: datetime,
    *,
    ends_fixed: bool = False,
) -> None:
    """Does what the plan with the state `shown_state` said: all of it, or nothing. What was booked before stays known.

    `choices` say by public ids what becomes of bookings otherwise than suggested. With `ends_fixed` it is nobody's
    fixed desk from today on. Raises what `plan_retiring` raises, AffectedChanged, and IsFixedDesk without it.
    """
    demand_managed(actor, space)
    async with transaction():
        resource = await kept_resource(space.id, public_id)
        before = await _plan(space, resource, now)
        await lock_for_clearing(space, [each.booking for each in before.affected])
        plan = await _plan(space, resource, now)
        if plan.state != shown_state:
            raise AffectedChanged
        if plan.fixed and not ends_fixed:
            raise IsFixedDesk(field="ends_fixed", name=resource.facts.name)
        await end_desks([desk for desk, _ in plan.fixed], _yesterday(space, now), Because.DESK_RETIRED, actor, now)
        moved, called_off = by_fate(plan.affected, choices)
        freed = await free([each.booking.id for each in plan.affected], *BOOKED)
        await execute(
            "UPDATE resource SET retired_at = $2, floor_plan = NULL, placement = NULL, version = version + 1"
            " WHERE id = $1",
            resource.id,
            now,
        )
        [blocking] = plan.blockings
        freed += await end_holds(blocking.holds, blocking.times, now)
        ended = await end_places("w.resource = $3", Ending.OVER, now, resource.id, actor=actor)
        freed += await free(ended, OFFER)
        for each in moved:
            await move_away(actor, space, each, now, retired=resource.id)
        for booking in called_off:
            await call_off(actor, booking, RETIRED, now)
        await record("resource.retired", "resource", resource.id, actor, now)
        await emit("space.resources_changed", "space", space.id, now)
        await hand_on(freed, now)
