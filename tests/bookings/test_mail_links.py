"""The link in a mail: it finds its booking alone, and does with it what it is for and nothing else."""

from datetime import timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.mail_links import (
    USES,
    OutsideThatWeek,
    booking_of_token,
    cancel_by_link,
    days_open_to_link,
    link_token,
    linked_booking,
    move_by_link,
)
from app.bookings.moving import MoveBooking
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_named
from app.bookings.rules import AnyOf, NotOpenToChange, Status
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_row, fetch_value
from app.platform.logs import masked
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import TooMany
from tests.worlds import HERE, NOW, TOMORROW, World, a_world, at, tomorrow

KEY = b"a signing key of the tests, long enough"
HOME = "192.0.2.7"
MONDAY = TOMORROW - timedelta(days=2)
SUNDAY, MONDAY_AFTER = MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def booking(world: World) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


@pytest.fixture
def link(booking: BookingCard) -> str:
    return link_token(booking.public_id, KEY)


async def now_is(booking: BookingCard) -> BookingCard:
    found = await booking_named(booking.public_id)
    assert found is not None
    return found


def test_a_token_names_its_booking_and_is_made_anew_the_same() -> None:
    public_id = new_public_id()
    token = link_token(public_id, KEY)
    assert booking_of_token(token, KEY) == public_id
    assert token == link_token(public_id, KEY)
    assert token.isalnum(), "mail programs end an address at other characters"


def test_an_altered_token_names_none() -> None:
    token, other = link_token(new_public_id(), KEY), link_token(new_public_id(), KEY)
    for wrong in (
        "",
        "ä" * 43,
        token[:16],
        token[:-1],
        token + "a",
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        other[:16] + token[16:],
        token.upper(),
        link_token(token[:16], b"another key"),
    ):
        with pytest.raises(NotFound):
            booking_of_token(wrong, KEY)


def test_logs_mask_it() -> None:
    token = link_token(new_public_id(), KEY)
    assert token not in masked(f"path=/absagen/{token}/verschieben")


async def test_it_acts_for_the_bookings_person_without_roles(world: World) -> None:
    booking = await book(world.otto.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    actor, found = await linked_booking(link_token(booking.public_id, KEY), NOW, key=KEY, address=HOME)
    assert (actor.person, actor.via, actor.grants, actor.session) == (world.otto.id, "mail", (), None)
    assert found.public_id == booking.public_id


async def test_it_cancels_and_the_trail_says_by_which_way(world: World, booking: BookingCard, link: str) -> None:
    await cancel_by_link(link, NOW, key=KEY, address=HOME)
    assert (await now_is(booking)).status is Status.CANCELLED
    entry = await fetch_row("SELECT actor, via FROM audit_entry WHERE action = 'booking.cancelled'")
    assert dict(entry or {}) == {"actor": world.mia.id, "via": "mail"}
    with pytest.raises(NotOpenToChange):
        await cancel_by_link(link, NOW, key=KEY, address=HOME)


async def test_it_moves_within_the_week_and_the_space(world: World, booking: BookingCard, link: str) -> None:
    friday = TOMORROW + timedelta(days=2)
    change = MoveBooking(world.polch["3"].public_id, at(friday, 13), at(friday, 17))
    await move_by_link(link, change, NOW, key=KEY, address=HOME)
    moved = await now_is(booking)
    assert (moved.resource.name, moved.starts_at) == ("3", at(friday, 13))
    assert await fetch_value("SELECT via FROM audit_entry WHERE action = 'booking.moved'") == "mail"


async def test_another_week_needs_an_account(world: World, booking: BookingCard, link: str) -> None:
    for day in (MONDAY_AFTER, MONDAY_AFTER + timedelta(days=30)):
        with pytest.raises(OutsideThatWeek):
            await move_by_link(link, MoveBooking(None, at(day, 8), at(day, 12)), NOW, key=KEY, address=HOME)
    assert (await now_is(booking)).starts_at == tomorrow(8)


async def test_another_space_is_out_of_its_reach(world: World, booking: BookingCard, link: str) -> None:
    for what in (world.andernach["A1"].public_id, AnyOf("alte-post-andernach", Kind.DESK), "no-such-desk"):
        with pytest.raises(NotFound):
            await move_by_link(link, MoveBooking(what), NOW, key=KEY, address=HOME)
    assert (await now_is(booking)).space.slug == "regiohub-polch"


async def test_days_that_are_over_are_not_offered(booking: BookingCard) -> None:
    assert days_open_to_link(booking, NOW) == (NOW.astimezone(HERE).date(), SUNDAY)
    assert days_open_to_link(booking, NOW - timedelta(days=20)) == (MONDAY, SUNDAY)


async def test_it_works_until_the_booking_is_over(booking: BookingCard, link: str) -> None:
    await linked_booking(link, tomorrow(12) - timedelta(seconds=1), key=KEY, address=HOME)
    with pytest.raises(NotFound):
        await linked_booking(link, tomorrow(12), key=KEY, address=HOME)


async def test_it_goes_along_to_another_record_and_dies_with_a_retired_one(
    world: World, booking: BookingCard, link: str
) -> None:
    await execute("UPDATE booking SET person = $1 WHERE id = $2", world.gundula.id, booking.id)
    await execute("UPDATE person SET retired_at = $1 WHERE id = $2", NOW, world.mia.id)
    actor, _ = await linked_booking(link, NOW, key=KEY, address=HOME)
    assert actor.person == world.gundula.id
    await execute("UPDATE person SET retired_at = $1 WHERE id = $2", NOW, world.gundula.id)
    with pytest.raises(NotFound):
        await linked_booking(link, NOW, key=KEY, address=HOME)


async def test_a_booking_that_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        await linked_booking(link_token(new_public_id(), KEY), NOW, key=KEY, address=HOME)


async def test_a_cancelled_booking_is_still_found_to_say_so(world: World, booking: BookingCard, link: str) -> None:
    await cancel(world.mia.actor(), booking.public_id, NOW)
    _, found = await linked_booking(link, NOW, key=KEY, address=HOME)
    assert found.status is Status.CANCELLED


async def test_trying_again_and_again_ends(booking: BookingCard, link: str) -> None:
    for _ in range(USES.hits):
        with pytest.raises(NotFound):
            await linked_booking(f"{link[:-1]}0", NOW, key=KEY, address=HOME)
    with pytest.raises(TooMany):
        await linked_booking(link, NOW, key=KEY, address=HOME)
    await linked_booking(link, NOW, key=KEY, address="192.0.2.8")
