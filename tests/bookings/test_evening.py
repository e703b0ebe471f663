"""The host who hardly signs in: what the evening's link shows and closes, whom it tells to call, when it is dead."""

from datetime import timedelta

import pytest

from app.bookings.blocking import AffectedChanged
from app.bookings.evening import (
    Evening,
    announce_guests,
    calls_of,
    close_linked_day,
    evening_of,
    linked_day,
    plan_of_day,
)
from app.bookings.front_desk import forget_guest_numbers
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import Status
from app.bookings.short_notice import confirm_read, forget_old_notices, is_on_call_list, read_token
from app.identity.operations import NewPerson, create_people
from app.identity.reachability import note_failure
from app.identity.rules import EmailUnusable
from app.kernel.refusals import NotFound
from app.network.evening_mail import (
    EveningSetting,
    TooManyHosts,
    day_token,
    end_evening_mail,
    end_token,
    evening_settings,
    set_evening,
)
from app.network.queries import SpaceCard, space_by_slug
from app.platform.database import execute, fetch
from tests.identity.conftest import HOME, KEY
from tests.worlds import HERE, NOW, TOMORROW, World, a_world, at, staffed_at, tomorrow

HOST = "host@example.org"
LATE = at(NOW.date(), 22)
"""Ten hours before the first guest."""


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await space_by_slug(world.polch.slug, NOW)
    assert space is not None
    await set_evening(world.otto.actor(), space, EveningSetting(True, emails=(HOST,)), NOW)
    return space


async def opened(space: SpaceCard, now: object = NOW, email: str = HOST) -> Evening:
    token = day_token(space, TOMORROW, email, KEY)
    return await linked_day(space.slug, TOMORROW, token, now, key=KEY, address=HOME)  # type: ignore[arg-type]


async def close(space: SpaceCard, now: object = LATE) -> Evening:
    evening = await opened(space, now)
    state = (await plan_of_day(evening, now)).state  # type: ignore[arg-type]
    await close_linked_day(evening, "Erkrankung", "Illness", state, now)  # type: ignore[arg-type]
    return await opened(space, now)


async def events(name: str) -> list[int]:
    return [row["aggregate_id"] for row in await fetch("SELECT aggregate_id FROM outbox_event WHERE name = $1", name)]


async def test_hosts_are_told_where_nobody_is_on_site_or_they_want_it(world: World) -> None:
    assert await announce_guests(NOW - timedelta(hours=3), HERE) == 0
    await staffed_at(world.andernach)
    assert await announce_guests(NOW, HERE) == 1
    assert await events("space.evening_came") == [world.polch.id]
    andernach, polch = [await space_by_slug(space.slug, NOW) for space in (world.andernach, world.polch)]
    assert andernach is not None
    assert polch is not None
    await set_evening(world.rolf.actor(), andernach, EveningSetting(True), NOW)
    await set_evening(world.otto.actor(), polch, EveningSetting(False), NOW)
    await announce_guests(NOW, HERE)
    assert (await events("space.evening_came"))[1:] == [world.andernach.id]


async def test_the_link_closes_the_day_and_everybody_hears_of_it(world: World, polch: SpaceCard) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    evening = await opened(polch)
    assert [guest.name for guest in evening.guests] == ["Mia Hammes"]
    assert evening.closing is None
    closed = await close(polch)
    assert closed.closing is not None
    assert (closed.guests, closed.closing.closes) == ([], TOMORROW)
    now = await booking_by_id(booking.id)
    assert now is not None
    assert (now.status, now.reason) == (Status.CANCELLED, "closed")
    assert await events("booking.cancelled") == [booking.id]
    again = await close_linked_day(closed, "Erkrankung", "", "", LATE)
    assert again.id == closed.closing.id
    [entry] = await fetch("SELECT actor FROM audit_entry WHERE action = 'blocker.made'")
    assert entry["actor"] is None


async def test_who_booked_meanwhile_is_shown_before_the_day_closes(world: World, polch: SpaceCard) -> None:
    evening = await opened(polch)
    state = (await plan_of_day(evening, NOW)).state
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    with pytest.raises(AffectedChanged):
        await close_linked_day(evening, "Erkrankung", "Illness", state, NOW)


async def test_closing_within_twelve_hours_makes_a_call_list(world: World, polch: SpaceCard) -> None:
    mia = await book(
        world.mia.actor(),
        BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12), guest_phone="0171 5555555"),
        NOW,
    )
    await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(13), tomorrow(14)), NOW)
    late = BookDesk(world.polch["2"].public_id, tomorrow(15), tomorrow(17))
    await book(world.gundula.actor(), late, NOW)
    [erna] = await create_people([NewPerson("Erna Schmitz", None, "02654 777", world.operator, world.polch.id)], NOW)
    await book(world.frida.actor(), BookDesk(world.polch["3"].public_id, tomorrow(9), tomorrow(10)), NOW, whom=erna)
    closed = await close(polch)
    calls = await calls_of(closed, LATE)
    assert [(call.name, call.phone, call.gets_mails, call.read_at) for call in calls] == [
        ("Erna Schmitz", "02654 777", False, None),
        ("Mia Hammes", "0171 5555555", True, None),
        ("Gundula Gast", None, True, None),
    ]
    assert [booking.resource.name for booking in calls[1].bookings] == ["1", "2"]
    await confirm_read(read_token(mia.public_id, KEY), LATE, key=KEY, address=HOME)
    await confirm_read(read_token(mia.public_id, KEY), LATE + timedelta(hours=1), key=KEY, address=HOME)
    calls = await calls_of(closed, LATE)
    assert [(call.name, call.read_at) for call in calls][-1] == ("Mia Hammes", LATE)
    await forget_guest_numbers(LATE)
    assert "0171 5555555" in [call.phone for call in await calls_of(closed, LATE)]
    over = tomorrow(23) + timedelta(hours=2)
    assert await calls_of(closed, over) == []
    await forget_guest_numbers(over)
    assert not await fetch("SELECT FROM booking WHERE guest_phone IS NOT NULL")
    assert await forget_old_notices(over + timedelta(days=8)) == 4


async def test_closing_earlier_lists_those_alone_whom_no_mail_reaches(world: World, polch: SpaceCard) -> None:
    mia = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    await book(world.frida.actor(), BookDesk(world.polch["3"].public_id, tomorrow(9), tomorrow(10)), NOW, whom=erna)
    closed = await close(polch, NOW)
    assert [call.name for call in await calls_of(closed, NOW)] == ["Erna Schmitz"]
    assert not await is_on_call_list(mia.id)
    with pytest.raises(NotFound):
        await confirm_read(read_token(mia.public_id, KEY), NOW, key=KEY, address=HOME)


async def test_the_link_is_for_one_space_one_day_and_one_host(world: World, polch: SpaceCard) -> None:
    right = day_token(polch, TOMORROW, HOST, KEY)
    wrong = [
        (world.andernach.slug, TOMORROW, right),
        (polch.slug, TOMORROW + timedelta(days=1), right),
        (polch.slug, TOMORROW, end_token(polch, HOST, KEY)),
        (polch.slug, TOMORROW, day_token(polch, TOMORROW, "else@example.org", KEY)),
        (polch.slug, TOMORROW, right[:-1] + "ä"),
    ]
    for slug, day, token in wrong:
        with pytest.raises(NotFound):
            await linked_day(slug, day, token, NOW, key=KEY, address=HOME)
    with pytest.raises(NotFound):
        await opened(polch, tomorrow(23) + timedelta(hours=1))
    assert await opened(polch, tomorrow(23))


async def test_whoever_ends_the_mail_or_is_host_no_more_has_a_dead_link(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    await set_evening(otto, polch, EveningSetting(True, emails=(HOST, "zwei@example.org")), NOW)
    await end_evening_mail(polch, end_token(polch, HOST, KEY), NOW, key=KEY)
    assert (await evening_settings([polch.id]))[polch.id].emails == ("zwei@example.org",)
    with pytest.raises(NotFound):
        await opened(polch)
    assert await opened(polch, email="zwei@example.org")
    await end_evening_mail(polch, end_token(polch, "zwei@example.org", KEY), NOW, key=KEY)
    setting = (await evening_settings([polch.id]))[polch.id]
    assert (setting.is_wanted, setting.emails) == (False, ())
    with pytest.raises(NotFound):
        await opened(polch, email=polch.operator.email)


async def test_what_cannot_be_set(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    with pytest.raises(EmailUnusable):
        await set_evening(otto, polch, EveningSetting(True, emails=("kein Postfach",)), NOW)
    many = tuple(f"host{number}@example.org" for number in range(6))
    with pytest.raises(TooManyHosts):
        await set_evening(otto, polch, EveningSetting(True, emails=many), NOW)
    for stranger in (world.rolf, world.frida):
        with pytest.raises(NotFound):
            await set_evening(stranger.actor(), polch, EveningSetting(True), NOW)


async def test_who_gave_the_place_back_is_not_announced(world: World, polch: SpaceCard) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await execute("UPDATE booking SET status = 'cancelled' WHERE id = $1", booking.id)
    assert (await evening_of(polch, TOMORROW, NOW)).guests == []


async def test_from_whose_address_mails_come_back_is_called_also_when_there_is_time(
    world: World, polch: SpaceCard
) -> None:
    for person, desk in ((world.mia, "1"), (world.gundula, "2")):
        await book(person.actor(), BookDesk(world.polch[desk].public_id, tomorrow(16), tomorrow(18)), NOW)
    later = NOW + timedelta(minutes=1)
    await note_failure("mia@example.org", later, "5.1.1", later, is_permanent=True)
    closed = await close(polch, later)
    assert [(call.name, call.gets_mails) for call in await calls_of(closed, later)] == [("Mia Hammes", False)]
