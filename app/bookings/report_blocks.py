"""Blocking what somebody reported as broken, for the rest of the day: also for the front desk that hears of it."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Block, Plan, plan_of
from app.bookings.blocking import carry_out
from app.identity.rules import Actor
from app.inventory.blockers import BlockerCard
from app.inventory.reports import Report, demand_answering, report_at
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard

_REASON_DE: Final = "Vorübergehend nicht nutzbar"
_REASON_EN: Final = "Out of use for now"


async def plan_report_block(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> Plan:
    """What blocking the reported resource to the end of the day would do, and changes nothing.

    Raises NotFound to who does not look after the space's reports, and where there is nothing to block.
    """
    demand_answering(actor, space)
    return await plan_of(space, _until_tonight(space, await report_at(space.id, public_id, now), now), now)


async def block_reported(
    actor: Actor, space: SpaceCard, public_id: str, shown_state: str, now: datetime
) -> BlockerCard:
    """Blocks it, and moves or cancels what the plan with the state `shown_state` lists, as it suggests.

    Raises what `plan_report_block` raises, and AffectedChanged.
    """
    demand_answering(actor, space)
    command = _until_tonight(space, await report_at(space.id, public_id, now), now)
    [blocker] = await carry_out(actor, space, command, shown_state, {}, now)
    return blocker


def _until_tonight(space: SpaceCard, report: Report, now: datetime) -> Block:
    if not report.can_be_blocked:
        raise NotFound
    assert report.resource is not None, "only what names a resource can be blocked"
    zone = ZoneInfo(space.time_zone)
    ends_at = wall_instant(local_day(now, zone), MINUTES_OF_A_DAY, zone)
    return Block((report.resource,), now.replace(second=0, microsecond=0), ends_at, _REASON_DE, _REASON_EN)
