"""Who is told the codes of a space, and when."""

from datetime import datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.first_visit import arrival_card, card_to_take_along
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, may_see_codes, may_take_codes_along
from app.platform.database import execute
from app.platform.language import speaker
from tests.welcomes import DOOR_CODE, HOST_NAME, HOST_PHONE, WIFI_PASSWORD, a_first_visit
from tests.worlds import NOW, TOMORROW_MORNING, World, a_world, tomorrow

START, END = TOMORROW_MORNING.starts_at, TOMORROW_MORNING.ends_at
A_MOMENT = timedelta(seconds=1)
GERMAN, ENGLISH = speaker("de"), speaker("en")


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await a_first_visit(world.polch)
    return world


async def mias(world: World, starts: int = 8, ends: int = 12) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(starts), tomorrow(ends)), NOW)


@pytest.mark.parametrize(
    ("now", "on_the_page", "along"),
    [
        (START - timedelta(days=400), False, True),
        (START - timedelta(hours=24) - A_MOMENT, False, True),
        (START - timedelta(hours=24), True, True),
        (START, True, True),
        (END - A_MOMENT, True, True),
        (END, False, False),
    ],
)
def test_the_page_shows_codes_from_a_day_before_to_the_end_and_mail_and_slip_from_the_start(
    now: datetime, on_the_page: bool, along: bool
) -> None:
    for status in (Status.CONFIRMED, Status.CHECKED_IN):
        assert may_see_codes(status, TOMORROW_MORNING, now) == on_the_page
        assert may_take_codes_along(status, TOMORROW_MORNING, now) == along


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED, Status.CHECKED_IN}))
def test_codes_are_only_for_what_is_firmly_booked(status: Status) -> None:
    assert not may_see_codes(status, TOMORROW_MORNING, START)
    assert not may_take_codes_along(status, TOMORROW_MORNING, START)


async def test_a_card_says_everything_in_the_order_in_which_it_is_needed(world: World) -> None:
    card = await card_to_take_along(await mias(world), GERMAN, NOW)
    assert card is not None
    assert card.door == "Der Schlüssel liegt in einem Kasten mit Code. Links neben dem Briefkasten."
    assert (card.code_title, card.code) == ("Code am Schlüsselkasten", DOOR_CODE)
    assert [(hint.title, hint.text, hint.is_exact) for hint in card.on_arrival] == [
        ("Licht", "Schalter rechts.", False),
        ("Heizung", "Auf 3 drehen.", False),
        ("WLAN", "Nahwerk-Gast", True),
        ("WLAN-Passwort", WIFI_PASSWORD, True),
    ]
    assert [hint.title for hint in card.in_the_house] == ["Toilette", "Ruhig arbeiten", "Telefonieren"]
    assert (card.host, card.host_phone) == (f"{HOST_NAME}, werktags 8–18 Uhr", HOST_PHONE)
    assert card.emergency_address.endswith("Hintereingang")


async def test_in_english_what_has_no_english_text_stays_german(world: World) -> None:
    card = await card_to_take_along(await mias(world), ENGLISH, NOW)
    assert card is not None
    assert card.door == "The key is in a box with a code. Left of the letter box."
    assert [(hint.title, hint.text) for hint in card.on_arrival[:2]] == [
        ("Light", "Switch on the right."),
        ("Heating", "Auf 3 drehen."),
    ]


async def test_earlier_than_a_day_before_the_page_says_from_when_on(world: World) -> None:
    booking = await mias(world, 13, 17)
    early = await arrival_card(booking, GERMAN, tomorrow(13) - timedelta(hours=25))
    assert early is not None
    assert (early.text.code, early.text.host, early.text.host_phone) == ("", "", "")
    assert "WLAN-Passwort" not in [hint.title for hint in early.text.on_arrival]
    assert early.codes_from == tomorrow(13) - timedelta(days=1)
    in_time = await arrival_card(booking, GERMAN, tomorrow(13) - timedelta(hours=24))
    assert in_time is not None
    assert (in_time.text.code, in_time.codes_from) == (DOOR_CODE, None)


async def test_a_cancelled_booking_opens_nothing_any_more(world: World) -> None:
    booking = await mias(world)
    gone = await cancel(world.mia.actor(), booking.public_id, NOW)
    for card in (await arrival_card(gone, GERMAN, NOW), await card_to_take_along(gone, GERMAN, NOW)):
        assert card is not None
        assert DOOR_CODE not in repr(card)
        assert WIFI_PASSWORD not in repr(card)
        assert HOST_PHONE not in repr(card)


async def test_a_space_without_a_card_has_none(world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    assert await arrival_card(booking, GERMAN, NOW) is None
    assert await card_to_take_along(booking, GERMAN, NOW) is None


async def test_whoever_has_been_there_knows_the_house(world: World) -> None:
    first, second = await mias(world), await mias(world, 13, 17)

    async def is_first(booking: BookingCard, now: datetime) -> bool:
        card = await arrival_card(booking, GERMAN, now)
        assert card is not None
        return card.is_first

    assert await is_first(first, NOW)
    assert await is_first(second, tomorrow(11))  # the first one is not over yet
    assert not await is_first(second, tomorrow(12))
    await execute("UPDATE booking SET status = 'no_show' WHERE id = $1", first.id)
    assert await is_first(second, tomorrow(12))
    elsewhere = await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(13), tomorrow(14)), NOW)
    assert await is_first(elsewhere, tomorrow(12))
