"""Feeds of a resource's and a space's taken time: for their staff, and without a word on who took it."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest

from app.bookings.operations import BookDesk, book
from app.calendars.feed_answers import feed_answer
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.rules import FEED_EVENTS
from app.calendars.subscriptions import FeedKind
from app.kernel.refusals import NotFound
from app.platform.database import execute
from tests.calendars.test_feeds import ADDRESS, a_booking, a_feed, content_of, events_of, read
from tests.worlds import NOW, World, tomorrow


async def test_a_resource_shows_when_it_is_taken_and_never_by_whom(world: World) -> None:
    desk = world.polch["1"]
    token = await a_feed(world.otto, FeedKind.RESOURCE, desk.public_id)
    booking = await a_booking(world)
    wanted = BookDesk(desk.public_id, tomorrow(12), tomorrow(13), "Bitte ruhig")
    await book(world.gundula.actor(), wanted, NOW)
    await a_booking(world, desk="2")
    content = (await content_of(token)).decode()
    (event,) = [e for e in await events_of(token) if isinstance(e.start, datetime)]
    assert (event.start, event.end) == (tomorrow(8), tomorrow(13))  # two bookings in a row, one block
    assert (event["summary"], event["transp"]) == ("Belegt", "OPAQUE")
    for name in ("Mia", "Hammes", "Gundula", booking.public_id, "ruhig"):
        assert name not in content


async def test_a_space_shows_which_of_its_resources_are_taken(world: World) -> None:
    token = await a_feed(world.frida, FeedKind.SPACE, world.polch.slug)
    await a_booking(world, desk="1")
    await a_booking(world, desk="Nette")
    taken = [e["summary"] for e in await events_of(token) if isinstance(e.start, datetime)]
    assert sorted(taken) == ["Belegt: Platz 1", "Belegt: Raum Nette"]


async def test_closing_days_and_holidays_stand_there_as_whole_days(world: World) -> None:
    token = await a_feed(world.otto, FeedKind.SPACE, world.polch.slug)
    days = {e.start: (e.end, e["summary"]) for e in await events_of(token) if not isinstance(e.start, datetime)}
    assert days[date(2026, 12, 24)] == (date(2026, 12, 25), "Heiligabend")
    assert days[date(2027, 1, 1)] == (date(2027, 1, 2), "Neujahr")
    assert date(2026, 12, 1) not in days  # other hours, but open


async def test_taken_time_that_changes_is_a_new_answer(world: World) -> None:
    token = await a_feed(world.otto, FeedKind.SPACE, world.polch.slug)
    first = await read(token)
    assert (await read(token, NOW + timedelta(hours=20), first)).content is None
    await a_booking(world)
    second = await read(token, known=first)
    assert second.content is not None
    await execute(
        "INSERT INTO hours_exception (space, day, reason_de) VALUES ($1, '2026-12-28', 'Inventur')", world.polch.id
    )
    third = await read(token, known=second)
    assert b"Inventur" in (third.content or b"")
    await execute("UPDATE resource SET name = '1a', version = version + 1 WHERE id = $1", world.polch["1"].id)
    assert b"Platz 1a" in ((await read(token, known=third)).content or b"")


async def test_only_the_staff_of_a_space_subscribe_to_it(world: World) -> None:
    desk = world.polch["1"].public_id
    for person in (world.frida, world.otto, world.nadja):
        await a_feed(person, FeedKind.RESOURCE, desk)
        await a_feed(person, FeedKind.SPACE, world.polch.slug)
    for person in (world.mia, world.rolf):
        for kind, subject in ((FeedKind.RESOURCE, desk), (FeedKind.SPACE, world.polch.slug)):
            with pytest.raises(NotFound):
                await create_feed(person.actor(), CreateFeed(kind, subject), NOW)
    with pytest.raises(NotFound):
        await create_feed(world.nadja.actor(), CreateFeed(FeedKind.SPACE, "nirgends"), NOW)


async def test_programs_that_plan_get_a_resource_as_free_and_busy(world: World) -> None:
    token = await a_feed(world.otto, FeedKind.RESOURCE, world.polch["1"].public_id)
    await a_booking(world)
    answer = await feed_answer(token, ADDRESS, NOW, free_busy=True)
    (component,) = icalendar.Calendar.from_ical(answer.content or b"").walk("VFREEBUSY")
    period = component["freebusy"]
    assert (period.start, period.end) == (tomorrow(8), tomorrow(12))
    assert answer.changed_at <= NOW
    for kind, person, subject in ((FeedKind.SPACE, world.otto, world.polch.slug), (FeedKind.PERSON, world.mia, None)):
        with pytest.raises(NotFound):
            await feed_answer(await a_feed(person, kind, subject), ADDRESS, NOW, free_busy=True)


async def test_a_big_space_shows_the_nearest_time_of_every_desk_and_keeps_the_limit(world: World) -> None:
    await execute(
        "INSERT INTO resource (public_id, space, kind, name, position)"
        " SELECT 'big' || i, $1, 'desk', 'Neu ' || i, i FROM generate_series(1, 60) i",
        world.andernach.id,
    )
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT r.id, day, day + interval '8 hours', 'booking', r.id"
        " FROM resource r, generate_series($1::timestamptz - interval '30 days', $1::timestamptz + interval '29 days',"
        " interval '1 day') AS day WHERE r.public_id LIKE 'big%'",
        datetime(2026, 11, 24, 7, tzinfo=UTC),
    )
    events = await events_of(await a_feed(world.rolf, FeedKind.SPACE, world.andernach.slug))
    taken = [event for event in events if isinstance(event.start, datetime)]
    tomorrows = {event["summary"] for event in taken if event.start.date() == date(2026, 11, 25)}
    assert len(taken) <= FEED_EVENTS
    assert len(tomorrows) == 60
