"""The demo network's fixed desk: somebody's own in Polch, left to others on two days to come."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from app.bookings.desk_endings import settle_desk
from app.bookings.fixed_desks import assign_desk
from app.demo.cast import ACCOUNTANT, OPERATOR, Account
from app.demo.rows import steady_id
from app.identity.queries import actor_of_person
from app.kernel.refusals import Refusal
from app.plans.fixed_desks import FixedDesk, enter_releases
from app.plans.queries import memberships_of
from app.platform.database import execute, fetch

_RELEASED: Final = slice(2, 4)
"""Which of the days ahead are left to others."""

_TRIED: Final = 5

_SELDOM_BOOKED: Final = """
    SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space
      LEFT JOIN booking b ON b.resource = r.id AND b.ends_at > $1 AND b.status <> 'cancelled'
      LEFT JOIN person p ON p.id = b.person
     WHERE s.slug = 'regiohub-polch' AND r.kind = 'desk' AND r.retired_at IS NULL
     GROUP BY r.id ORDER BY count(p.email), count(b.id), r.position DESC LIMIT $2
"""


async def enter_own_desk(accounts: Mapping[Account, int], today: date, now: datetime) -> None:
    """The holder of the plan with a desk has one since today; who has booked it comes to another."""
    desk = await _assigned(accounts, today, now)
    if desk is not None:
        await execute("UPDATE fixed_desk SET public_id = $2 WHERE id = $1", desk.id, steady_id("fixed_desk", 0))
        await enter_releases(desk, desk.held_days(today)[_RELEASED], now)
        await settle_desk(desk.id, now)


async def _assigned(accounts: Mapping[Account, int], today: date, now: datetime) -> FixedDesk | None:
    otto = await actor_of_person(accounts[OPERATOR])
    [card] = await memberships_of(accounts[ACCOUNTANT])
    for row in await fetch(_SELDOM_BOOKED, now, _TRIED):
        try:
            return (await assign_desk(otto, card.public_id, row["public_id"], today, now, moves_others=True)).desk
        except Refusal:
            continue
    return None
