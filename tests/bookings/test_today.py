"""Who is missing is let go, who walks in is there, and the week and the closed days say what the bookings say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.bookings.arrivals import check_in, come_later
from app.bookings.due import RELEASED_BY_DESK, NotMissing
from app.bookings.moving import MoveBooking, move
from app.bookings.news import space_news
from app.bookings.no_shows import no_shows_here, release_missing
from app.bookings.operations import BookDesk, book
from app.bookings.rules import DayPart, HouseRulesNotAccepted, Status
from app.bookings.today import closed_days_still_booked, load_of_days
from app.bookings.walk_in import vacancies, walk_in
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Hours, Kind
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard, space_by_slug
from app.platform.database import execute, fetch, fetch_row, fetch_value
from app.platform.live import latest_event
from tests.worlds import NOW, TOMORROW, ASpace, World, a_world, house_rules_at, rules_at, tomorrow

MONDAY = date(2026, 11, 23)
CLOSED = date(2026, 12, 24)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def at_polch() -> tuple[SpaceCard, Hours]:
    space = await space_by_slug("regiohub-polch", NOW)
    assert space is not None
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    return space, (await hours_of([clock], MONDAY, MONDAY + timedelta(days=6)))[space.id]


async def booked(world: World, desk: str = "1", starts: int = 9, ends: int = 17, space: ASpace | None = None) -> str:
    where = (space or world.polch)[desk].public_id
    return (await book(world.mia.actor(), BookDesk(where, tomorrow(starts), tomorrow(ends)), NOW)).public_id


async def test_a_missing_guests_place_is_given_to_others_and_held_against_nobody(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, no_show_after=60)
    booking = await booked(world)
    at_half_past = tomorrow(9, 30)
    released = await release_missing(world.frida.actor(), booking, at_half_past)
    assert (released.status, released.reason) == (Status.NO_SHOW, RELEASED_BY_DESK)
    assert await fetch_value("SELECT count(*) FROM claim") == 0
    assert await no_shows_here(world.frida.actor(), world.mia.id, at_half_past) == 0
    back = await check_in(world.mia.actor(), booking, tomorrow(9, 40))
    assert back.status is Status.CHECKED_IN, "who comes after all has the place again"


async def test_nobody_is_let_go_before_being_late_nor_where_the_rules_keep_the_place(world: World) -> None:
    kept = await booked(world, "2")
    await rules_at(world.polch, Kind.DESK, no_show_after=60)
    booking, later = await booked(world), await booked(world, "3")
    frida = world.frida.actor()
    for public_id, minute in ((booking, 14), (kept, 40)):
        with pytest.raises(NotMissing):
            await release_missing(frida, public_id, tomorrow(9, minute))
    await come_later(world.mia.actor(), later, tomorrow(9))
    with pytest.raises(NotMissing):
        await release_missing(frida, later, tomorrow(9, 40))
    with pytest.raises(NotFound):
        await release_missing(world.rolf.actor(), booking, tomorrow(9, 40))


async def test_who_walks_in_is_entered_booked_and_there_in_one_step(world: World) -> None:
    await booked(world, "1", 8, 18)
    await booked(world, "3", 13, 18)
    space, hours = await at_polch()
    now = tomorrow(9, 20)
    free = await vacancies(space, hours, now)
    assert [(each.resource.name, each.period.ends_at) for each in free] == [("2", tomorrow(18)), ("3", tomorrow(13))]
    booking = await walk_in(world.frida.actor(), space, "Jonas Weiler", free[0], now, None)
    assert (booking.status, booking.starts_at, booking.ends_at) == (
        Status.CHECKED_IN, tomorrow(9, 15), tomorrow(18),
    )  # fmt: skip
    row = await fetch_row("SELECT name, entered_at_space FROM person WHERE id = $1", booking.person)
    assert row is not None
    assert tuple(row.values()) == ("Jonas Weiler", world.polch.id)


async def test_a_walk_in_that_is_refused_leaves_nothing_behind(world: World) -> None:
    await house_rules_at(world.polch)
    space, hours = await at_polch()
    [first, *_] = await vacancies(space, hours, tomorrow(9))
    with pytest.raises(HouseRulesNotAccepted):
        await walk_in(world.frida.actor(), space, "Jonas Weiler", first, tomorrow(9), None)
    assert await fetch_value("SELECT count(*) FROM person WHERE name = 'Jonas Weiler'") == 0
    known = await walk_in(world.frida.actor(), space, world.gundula.id, first, tomorrow(9), 1)
    assert known.person == world.gundula.id


async def test_no_desk_is_offered_while_it_is_closed_nor_longer_than_the_rules_allow(world: World) -> None:
    space, hours = await at_polch()
    assert await vacancies(space, hours, NOW) == []
    await rules_at(world.polch, Kind.DESK, longest=120)
    assert {each.period.ends_at for each in await vacancies(space, hours, tomorrow(9, 20))} == {tomorrow(11, 15)}


async def test_the_week_says_what_the_bookings_say_however_they_are_added_up(world: World) -> None:
    mine = [await booked(world, "1", 8, 12), await booked(world, "2", 9, 18), await booked(world, "3", 12, 14)]
    await booked(world, "Nette", 8, 18)
    await execute("UPDATE booking SET status = 'cancelled' WHERE public_id = $1", await booked(world, "3", 15, 18))
    _, hours = await at_polch()
    days = [MONDAY + timedelta(days=number) for number in range(7)]
    shown = {(half.day, half.part): half.percent for half in await load_of_days(world.polch.id, hours, days, 3)}
    quarters = await fetch(
        "SELECT b.id FROM booking b"
        " CROSS JOIN generate_series(b.starts_at, b.ends_at - interval '1 second', '15 min') t"
        " WHERE b.public_id = ANY($1) AND (t AT TIME ZONE 'Europe/Berlin')::time < '12:00'",
        mine,
    )
    assert shown[TOMORROW, DayPart.MORNING] == round(Decimal(100 * len(quarters)) / (4 * 4 * 3)) == 58
    assert shown[TOMORROW, DayPart.AFTERNOON] == 40, "5 and 1 of 15 hours: the hour at noon is in neither"
    assert shown[MONDAY, DayPart.MORNING] == 0
    assert shown[days[5], DayPart.MORNING] is None


async def test_closed_days_are_told_while_there_are_bookings_on_them(world: World) -> None:
    space, hours = await at_polch()
    assert await closed_days_still_booked(space, hours, NOW) == []
    booking = await booked(world)
    await execute(
        "UPDATE booking SET starts_at = starts_at + interval '29 days', ends_at = ends_at + interval '29 days'"
    )
    [day] = await closed_days_still_booked(space, hours, NOW)
    assert (day.day, day.reason("en"), day.bookings) == (CLOSED, "Christmas Eve", 1)
    assert await closed_days_still_booked(space, hours, NOW - timedelta(days=40)) == []
    await execute("UPDATE booking SET status = 'cancelled' WHERE public_id = $1", booking)
    assert await closed_days_still_booked(space, hours, NOW) == []


async def test_a_booking_that_moves_to_another_space_is_news_at_both(world: World) -> None:
    booking, before = await booked(world), await latest_event()
    await move(world.mia.actor(), booking, MoveBooking(world.andernach["A1"].public_id), NOW)
    [news] = await space_news(before)
    assert sorted(news.topics) == sorted([world.polch.id, world.andernach.id])
    assert [each.event for each in await space_news(news.event, [news.event])] == [news.event]
