"""A pool runs low or dry: who looks after the team hears of it once a month, as of the last midnight."""

from datetime import date, datetime

from app.plans.grants import month_of
from app.plans.team_pools import PoolState, pools_of
from app.plans.uses import Unit
from app.platform.database import execute, fetch, transaction
from app.platform.outbox import emit
from app.teams.settings import team_settings


async def announce_pools(now: datetime, today: date) -> int:
    """Lets the mails go that say which pools run low or are empty; how many. Twice tells nobody twice."""
    low_percent = (await team_settings(today))["pool_low_percent"]
    rows = await fetch(
        "SELECT t.id, t.purse FROM team t WHERE t.ended_at IS NULL AND EXISTS (SELECT FROM entitlement e"
        "  JOIN team_account a ON a.entitlement = e.id AND a.seat_holding IS NULL"
        "  WHERE e.purse = t.purse AND e.starts_on <= $1 AND coalesce(e.ends_on, 'infinity') >= $1)"
        " ORDER BY t.id",
        today,
    )
    told = 0
    for row in rows:
        pools = await pools_of(row["purse"], today, low_percent)
        for unit in (Unit.DESK_DAY, Unit.ROOM_MINUTE):
            state = pools.state_of(unit, today)
            if state in (PoolState.LOW, PoolState.EMPTY):
                told += await _tell_once(row["id"], unit, state, now, today)
    return told


async def _tell_once(team: int, unit: Unit, state: PoolState, now: datetime, today: date) -> bool:
    """One that is empty is not also called low afterwards."""
    states = list(PoolState)
    async with transaction():
        if await fetch(
            "SELECT FROM pool_notice WHERE team = $1 AND unit = $2 AND month = $3 AND state = ANY($4)",
            team,
            unit,
            month_of(today).first,
            states[states.index(state) :],
        ):
            return False
        told = await execute(
            "INSERT INTO pool_notice (team, unit, month, state, told_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING",
            team,
            unit,
            month_of(today).first,
            state,
            now,
        )
        if not told:
            return False
        await emit("team.pool_short", "team", team, now, unit=unit.value, state=state.value)
    return True
