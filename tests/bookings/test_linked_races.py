"""A hall, its halves and a shared projector, asked for by many at once over real connections."""

import asyncio

from app.bookings.consistency import disagreements
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken
from app.inventory.queries import resources_of
from app.inventory.rules import Kind
from app.platform.database import fetch
from tests.bookings.test_linked_time import a_house
from tests.worlds import NOW, a_world, tomorrow


async def test_hall_and_halves_never_overlap_however_many_ask_at_once(database: str) -> None:
    world = await a_world()
    space = await a_house(world)
    rooms = {room.name: room for room in await resources_of(space.id, Kind.ROOM)}
    people = (world.mia, world.gundula, world.otto, world.nadja)

    async def attempt(number: int) -> bool:
        name = ("Halle", "Nord", "Süd", "Klein")[number % 4]
        hour = 8 + number // 4 % 5 * 2
        wish = BookDesk(rooms[name].public_id, tomorrow(hour), tomorrow(hour + 1))
        try:
            await book(people[number % len(people)].actor(), wish, NOW)
        except AlreadyTaken:
            return False
        return True

    won = await asyncio.gather(*(attempt(number) for number in range(80)))
    assert any(won)
    assert not all(won)
    rows = await fetch(
        "SELECT a.id FROM booking a JOIN booking b ON a.id < b.id AND a.starts_at < b.ends_at"
        " AND b.starts_at < a.ends_at"
        " JOIN resource ra ON ra.id = a.resource JOIN resource rb ON rb.id = b.resource"
        " WHERE (ra.id || ra.parts) && (rb.id || rb.parts)"
    )
    assert rows == []
    assert await disagreements() == []
