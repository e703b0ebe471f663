"""How all spaces stand today, for the network's people: numbers, alerts, and nobody's name."""

from datetime import timedelta

import pytest

from app.bookings.all_today import Alert, SpaceToday, all_spaces_today
from app.bookings.arrivals import check_in
from app.bookings.operations import BookDesk, book
from app.inventory.queries import Count
from app.kernel.refusals import NotAllowed
from app.network.operators import suspend_operator
from app.platform.database import execute, fetch_value
from tests.worlds import NOW, World, a_world, tomorrow

NINE = tomorrow(9, 5)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def today(world: World) -> dict[str, SpaceToday]:
    rows = await all_spaces_today(world.tilda.actor(), NINE, "de")
    return {row.space.slug: row for row in rows}


async def test_it_counts_who_is_booked_in_and_free(world: World) -> None:
    mia = world.mia.actor()
    first = await book(mia, BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(14), tomorrow(16)), NOW)
    await check_in(mia, first.public_id, NINE)
    polch = (await today(world))["regiohub-polch"]
    assert (polch.booked, polch.here, polch.free, polch.is_open) == (2, 1, Count(1, 3), True)
    assert (await today(world))["alte-post-andernach"].booked == 0


async def test_alerts_say_what_to_look_at(world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    await execute("UPDATE booking SET status = 'no_show' WHERE id = $1", booking.id)
    later = await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(14), tomorrow(15)), NOW)
    event = await fetch_value("SELECT id FROM outbox_event WHERE aggregate_id = $1 LIMIT 1", later.id)
    await execute(
        "INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, next_attempt_at, finished_at)"
        " VALUES ('mail.booking_confirmed', $1, 'booking', $2, 'dead', $3, $3)",
        event,
        later.id,
        NOW,
    )
    await execute(
        "INSERT INTO hours_exception (space, day, reason_de, reason_en) VALUES ($1, $2, 'Fest', 'Feast')",
        world.polch.id,
        (NINE + timedelta(days=2)).date(),
    )
    await suspend_operator(world.nadja.actor(), "polch", NOW)
    rows = await today(world)
    assert rows["regiohub-polch"].alerts == [Alert.MAIL_FAILED, Alert.SUSPENDED, Alert.NO_SHOWS, Alert.CLOSES]
    assert rows["alte-post-andernach"].alerts == []


async def test_it_is_for_the_networks_people(world: World) -> None:
    for person in (world.otto, world.frida, world.mia, world.ada):
        with pytest.raises(NotAllowed):
            await all_spaces_today(person.actor(), NINE, "de")
    assert len(await all_spaces_today(world.nadja.actor(), NINE, "de")) == 2
