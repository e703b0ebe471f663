"""The demo network's fixed desk: somebody's own in Polch, left to others on two days to come."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.fixed_desks import settle_desk
from app.demo.cast import ACCOUNTANT, OPERATOR, Account
from app.demo.rows import steady_id
from app.plans.fixed_desks import desk_by_id, enter_desk, enter_releases
from app.plans.queries import memberships_of
from app.platform.database import execute, fetch_value

_SINCE: Final = timedelta(days=20)
_RELEASED: Final = slice(2, 4)
"""Which of the days ahead are left to others."""

_NEVER_BOOKED: Final = """
    SELECT r.id FROM resource r JOIN space s ON s.id = r.space
     WHERE s.slug = 'regiohub-polch' AND r.kind = 'desk' AND r.retired_at IS NULL
       AND NOT EXISTS (SELECT FROM claim c WHERE c.resource = r.id AND c.ends_at > $1)
     ORDER BY r.position DESC LIMIT 1
"""


async def enter_own_desk(accounts: Mapping[Account, int], today: date, now: datetime) -> None:
    """The holder of the plan with a desk has one that nobody has booked."""
    [card] = await memberships_of(accounts[ACCOUNTANT])
    resource = await fetch_value(_NEVER_BOOKED, now)
    key = await enter_desk(card, resource, today - _SINCE, accounts[OPERATOR], now)
    await execute("UPDATE fixed_desk SET public_id = $2 WHERE id = $1", key, steady_id("fixed_desk", 0))
    desk = await desk_by_id(key)
    assert desk is not None, "it has just been entered"
    await enter_releases(desk, desk.held_days(today)[_RELEASED], now)
    await settle_desk(key, now)
