"""Waiting lists to test with: a full day at Polch, and people who wait for it."""

from collections.abc import Sequence
from datetime import datetime

from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import AnyOf
from app.bookings.waiting import AnyPlace, WaitingCard
from app.bookings.waiting_list import JoinLine, join_line
from app.inventory.rules import Kind
from app.platform.database import fetch, fetch_value
from tests.worlds import NOW, APerson, World, tomorrow

ANY_DESK = AnyOf("regiohub-polch", Kind.DESK)
ANYTHING_THERE = AnyPlace("regiohub-polch")


async def taken(world: World, *names: str, by: APerson | None = None) -> list[BookingCard]:
    """Bookings of tomorrow from 8 to 18; by Otto, unless somebody else is named."""
    person = (by or world.otto).actor()
    return [await book(person, BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(18)), NOW) for name in names]


async def all_desks(world: World) -> list[BookingCard]:
    return await taken(world, "1", "2", "3")


async def waits(
    person: APerson,
    what: str | AnyOf | AnyPlace = ANY_DESK,
    now: datetime = NOW,
    *,
    starts: float = 8,
    ends: float = 18,
    books_itself: bool = False,
) -> WaitingCard:
    """The person's place in line for tomorrow; 9.5 is half past nine."""
    times = (tomorrow(int(hour), int(hour % 1 * 60)) for hour in (starts, ends))
    return await join_line(person.actor(), JoinLine(what, *times, books_itself), now)


async def states() -> Sequence[tuple[str, str | None]]:
    """Status and reason of all places in line, the first in line first."""
    return [(row["status"], row["reason"]) for row in await fetch("SELECT status, reason FROM waiting ORDER BY id")]


async def claims_for(reason: str) -> int:
    count: int = await fetch_value("SELECT count(*) FROM claim WHERE reason = $1", reason)
    return count
