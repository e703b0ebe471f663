"""The mails about what is held, and about signing in by link: what is true, one button, no secret elsewhere."""

from datetime import timedelta

from app.bookings.held import HeldDesk
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.lapsing import lapse_holds
from app.bookings.operations import BookDesk
from app.identity.link_sign_in import request_sign_in_link
from app.identity.mailed_links import link_to_mail
from app.inventory.rules import Kind
from app.platform.database import fetch_value
from tests.notifications.conftest import KEY, Happen, Postman, text_of
from tests.worlds import NOW, World, rules_at, tomorrow

HOME = "192.0.2.1"


async def held(world: World, email: str = "nina@example.org", language: str = "de") -> HeldDesk:
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18), note="Geheim")
    return await hold_desk(wish, Newcomer("Nina Neu", email, language), NOW, key=KEY, address=HOME)


async def test_it_says_what_is_held_until_when_with_one_button(world: World, postman: Postman, happens: Happen) -> None:
    hold = await held(world)
    await happens("desk_hold.made", hold.id)
    [mail] = postman.mails
    assert mail["To"] == "Nina Neu <nina@example.org>"
    assert mail["Subject"] == "Bis 19:15 Uhr gehalten: Mi 25.11., Polch, Platz 1"
    link = await link_to_mail(hold.link, NOW, key=KEY)
    assert link is not None
    address = f"https://nahwerk.example/buchen/bestaetigen?token={link.token}"
    for text in (text_of(mail), text_of(mail, "html")):
        assert "Platz 1 in Polch, Mi 25. November, 8–18 Uhr: bis 19:15 Uhr für Sie gehalten." in text
        assert text.count(address) == 1
        assert "Geheim" not in text
    assert await book_held(link.token, NOW)


async def test_it_is_the_same_mail_for_somebody_known(world: World, postman: Postman, happens: Happen) -> None:
    hold = await held(world, "mia@example.org")
    await happens("desk_hold.made", hold.id)
    [mail] = postman.mails
    assert mail["To"] == "Mia Hammes <mia@example.org>"
    assert mail["Subject"] == "Bis 19:15 Uhr gehalten: Mi 25.11., Polch, Platz 1"


async def test_it_says_where_the_link_only_asks(world: World, postman: Postman, happens: Happen) -> None:
    await rules_at(world.polch, Kind.DESK, needs_approval=True)
    await happens("desk_hold.made", (await held(world)).id)
    [mail] = postman.mails
    for text in (text_of(mail), text_of(mail, "html")):
        assert "Platz anfragen" in text
        assert "Angefragt ist der Platz erst mit diesem Link." in text
        assert "Der Standort entscheidet dann und antwortet per E-Mail" in " ".join(text.split())
        assert "Gebucht ist der Platz" not in text


async def test_it_is_written_in_the_language_of_the_page(world: World, postman: Postman, happens: Happen) -> None:
    await happens("desk_hold.made", (await held(world, language="en")).id)
    [mail] = postman.mails
    assert mail["Subject"] == "Held until 19:15: Wed 25 Nov, Polch, Desk 1"


async def test_nothing_is_mailed_of_what_is_over(world: World, postman: Postman, happens: Happen) -> None:
    first = await held(world)
    second = await held(world)
    await happens("desk_hold.made", first.id)
    assert postman.mails == [], "another hold took its place"
    await lapse_holds(NOW + HELD_FOR)
    await happens("desk_hold.made", second.id)
    assert postman.mails == []


async def test_a_sign_in_link_is_mailed_to_members(world: World, postman: Postman, happens: Happen) -> None:
    await request_sign_in_link("mia@example.org", "/woche", NOW, key=KEY, address=HOME)
    link = await fetch_value("SELECT max(id) FROM mailed_link")
    await happens("person.sign_in_link_requested", link)
    [mail] = postman.mails
    assert mail["Subject"] == "Ihr Link zum Anmelden bei Testnetz"
    assert "https://nahwerk.example/anmelden/link?token=" in text_of(mail)
    assert "15 Minuten" in text_of(mail)


async def test_staff_is_told_to_use_the_password(world: World, postman: Postman, happens: Happen) -> None:
    await request_sign_in_link("otto@example.org", "/", NOW, key=KEY, address=HOME)
    await happens("person.sign_in_link_requested", await fetch_value("SELECT max(id) FROM mailed_link"))
    [mail] = postman.mails
    assert mail["Subject"] == "Bitte mit Passwort anmelden bei Testnetz"
    assert "token=" not in text_of(mail)
    assert "https://nahwerk.example/anmelden" in text_of(mail)


async def test_an_unknown_address_gets_no_mail(world: World, postman: Postman, happens: Happen) -> None:
    await request_sign_in_link("nobody@example.org", "/", NOW, key=KEY, address=HOME)
    await happens("person.sign_in_link_requested", await fetch_value("SELECT max(id) FROM mailed_link"))
    assert postman.mails == []
    assert NOW + timedelta(minutes=15) == await fetch_value("SELECT max(expires_at) FROM mailed_link")
