"""What people are told whose place was blocked or whose day was closed."""

from app.bookings.block_plan import Block, CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.operations import BookDesk, book
from app.network.managing import managed_space
from app.platform.database import execute, fetch_value
from tests.notifications.conftest import Happen, Postman, text_of
from tests.worlds import NOW, TOMORROW, World, tomorrow


async def blocked(world: World, command: Block | CloseDays) -> int:
    """The key of the blocker."""
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    [card] = await block(otto, space, command, (await plan_block(otto, space, command, NOW)).state, {}, NOW)
    return card.id


async def test_a_closed_day_says_why_and_shows_what_is_free_then(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await blocked(world, CloseDays((TOMORROW,), "Betriebsausflug"))
    await happens("booking.cancelled", booking.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Abgesagt: Mi 25.11., Polch, Platz 1"
    text = text_of(mail)
    assert "Genossenschaft Maifeld hat an diesem Tag geschlossen. Grund: Betriebsausflug" in text
    assert "Freie Plätze zu dieser Zeit:" in text
    assert "/plaetze?ort=56751+Polch&tag=2026-11-25&zeit=eigen&von=08%3A00&bis=12%3A00&art=desk" in text
    assert "wieder frei für andere" not in text
    assert "Betriebsausflug" in text_of(mail, "html")


async def test_a_moved_booking_names_the_new_place_and_why(world: World, postman: Postman, happens: Happen) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    blocker = await blocked(
        world, Block((world.polch["1"].public_id,), tomorrow(8), tomorrow(18), "Heizung wird repariert")
    )
    assert await fetch_value("SELECT payload->>'blocker' FROM outbox_event WHERE name = 'booking.moved'") == str(
        blocker
    )
    await happens("booking.moved", booking.id, blocker=blocker)
    [mail] = postman.mails
    assert mail["Subject"] == "Verschoben auf Mi 25.11., Polch, Platz 2"
    assert "Ihr bisheriger Platz ist in dieser Zeit gesperrt: Heizung wird repariert." in text_of(mail)


async def test_a_blocked_place_without_another_says_so_in_english_too(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await blocked(
        world, Block((world.polch["Nette"].public_id,), tomorrow(8), tomorrow(18), "Heizung wird repariert", "Heating")
    )
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await happens("booking.cancelled", booking.id)
    [mail] = postman.mails
    assert "Genossenschaft Maifeld has blocked this time. Reason: Heating" in text_of(mail)
