"""A seat is somebody's no more, or a team's contract ends: what was booked ahead with it.

Each booking is paid by another entitlement of the person's where one covers it, and is given back otherwise. That is
done after the seat has changed hands, for the person alone: whoever gives seats learns nothing of bookings, neither by
an answer nor by how long it takes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.clearing import TEAM_PAYS_NO_MORE
from app.bookings.paying_otherwise import MAY_END, otherwise_paid, settle_behind
from app.bookings.queries import bookings_where
from app.bookings.serving import lock_lines
from app.kernel.wall_time import local_day
from app.platform.database import fetch, retried, transaction
from app.platform.outbox import Event, Reaction, Reactions

_ZONE: Final = ZoneInfo("Europe/Berlin")

_BEHIND: Final = """
    SELECT b.id, b.person, b.space, e.id AS account, e.purse
      FROM team_account t JOIN entitlement e ON e.id = t.entitlement
      JOIN team_contract c ON c.id = t.team_contract LEFT JOIN seat_holding h ON h.id = t.seat_holding
      JOIN booking b ON b.entitlement = e.id JOIN space s ON s.id = b.space
     WHERE b.starts_at > $1 AND b.status = ANY($2)
       AND (b.starts_at AT TIME ZONE s.time_zone)::date > least(e.ends_on, h.last, c.ends_on)
"""
"""Bookings ahead whose day lies behind the end of what pays them: the account, the holder's days, the contract."""


async def settle_ended(now: datetime) -> int:
    """Settles all that is booked behind the end of a team's account, person by person; how many bookings.

    A booking that was made while its seat changed hands is found here.
    """
    rows = await fetch(f"{_BEHIND} ORDER BY b.person, b.id", now, MAY_END)
    people = list(dict.fromkeys((row["person"], row["purse"]) for row in rows))
    return sum([await _settle_of(person, purse, now) for person, purse in people])


@retried
async def _settle_of(person: int, purse: int, now: datetime) -> int:
    """Of one person what this team's accounts pay: by others of the same team too."""
    async with transaction():
        rows = await fetch(
            f"{_BEHIND} AND b.person = $3 AND e.purse = $4 ORDER BY b.id FOR UPDATE OF b", now, MAY_END, person, purse
        )
        if not rows:
            return 0
        await lock_lines({row["space"] for row in rows})
        bookings = await bookings_where(
            "b.id = ANY($1::bigint[]) ORDER BY b.starts_at, b.id", [row["id"] for row in rows]
        )
        ended = frozenset(row["account"] for row in rows)
        behind = await otherwise_paid(bookings, ended, local_day(now, _ZONE), purse=purse)
        await settle_behind(None, behind, TEAM_PAYS_NO_MORE, now)
    return len(rows)


def seat_reactions() -> Reactions:
    """What bookings make of seats that change hands and of contracts that become smaller or end."""

    async def run(_: Event, now: datetime) -> None:
        await settle_ended(now)

    events: Sequence[str] = ("seat.taken", "team_contract.changed", "team_contract.ended")
    return {event: [Reaction("bookings.settle_seats", run)] for event in events}
