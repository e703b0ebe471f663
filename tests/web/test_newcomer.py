"""A first booking without an account: from the search to the booking, on two devices and without JavaScript."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from app.bookings.holds import HELD_FOR
from app.identity.mailed_links import link_to_mail
from app.identity.operations import MAILS_TO_ADDRESS
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_row, fetch_value
from tests.identity.conftest import KEY, PASSWORD
from tests.web.conftest import Browser, Site
from tests.web.test_journey import booked, fields_of, text_of
from tests.worlds import NOW, TOMORROW, World, house_rules_at, rules_at

NINA = {"name": "Nina Neu", "email": "nina@example.org"}
OPENED = re.compile(r"<details[^>]*class=\"nw-unfold\" open")


def summary_of(world: World, desk: str = "1", art: str = "desk") -> str:
    place = f"&platz={world.polch[desk].public_id}" if desk else ""
    return f"/buchen?standort=regiohub-polch&art={art}&tag={TOMORROW}&zeit=ganz{place}"


async def send(browser: Browser, page: httpx.Response, **typed: str) -> httpx.Response:
    """Sends the summary's form with what is typed in."""
    return await browser.client.post("/buchen", data=fields_of(page, "/buchen") | typed)


async def held(browser: Browser, world: World, **typed: str) -> httpx.Response:
    """Holds a desk in this browser; the answer."""
    page = await browser.get(summary_of(world))
    return await send(browser, page, **(NINA | typed))


async def mailed_way() -> str:
    """The address behind the newest mail's button."""
    row = await fetch_row("SELECT link FROM desk_hold ORDER BY id DESC LIMIT 1")
    assert row is not None
    link = await link_to_mail(row["link"], NOW, key=KEY)
    assert link is not None
    return f"/buchen/bestaetigen?token={link.token}"


async def open_and_press(browser: Browser, way: str) -> httpx.Response:
    """Opens the mailed link and presses its button."""
    page = await browser.get(way)
    assert page.status_code == 200, page.text
    return await browser.client.post("/buchen/bestaetigen", data=fields_of(page, "/buchen/bestaetigen"))


async def test_from_the_search_to_the_booking_on_two_devices(world: World, site: Site) -> None:
    await house_rules_at(world.polch)
    laptop, phone = await site.browser(), await site.browser()
    found = await laptop.get(f"/plaetze?ort=Polch&tag={TOMORROW}&zeit=ganz&art=desk")
    [to_space, *_] = [unescape(url) for url in re.findall(r'href="(/standorte/regiohub-polch\?[^"]*)"', found.text)]
    assert (await laptop.get(to_space)).status_code == 200
    summary = await laptop.get(summary_of(world))
    said = text_of(summary)
    assert "Ich habe schon ein Konto" in said
    assert "Türen leise schließen." in said
    assert 'href="/standorte/regiohub-polch/hausordnung"' in summary.text
    assert "Platz 15 Minuten halten" in said

    answer = await send(
        laptop,
        summary,
        **NINA,
        hausordnung="ja",
        notiz="Am Fenster",
        telefon="02654 1234",
        pendelt="koblenz",
        zweck="club",
    )
    assert answer.status_code == 303
    waiting = text_of(await laptop.get(answer.headers["location"]))
    assert "Platz 1 ist bis 19:15 Uhr für Sie gehalten." in waiting
    assert "Nina" not in waiting
    assert laptop.session is None

    way = await mailed_way()
    opened = await phone.get(way)
    assert "Bis 19:15 Uhr für Sie gehalten." in text_of(opened)
    assert "Mi 25. November, 8–18 Uhr" in text_of(opened)
    assert await fetch_value("SELECT count(*) FROM booking") == 0, "looking changes nothing"
    done = await open_and_press(phone, way)
    assert done.status_code == 303
    page = await phone.get(done.headers["location"])
    assert "Gebucht" in text_of(page)
    assert "RegioHub Polch, Platz 1" in text_of(page)
    booking = await fetch_row("SELECT note, guest_phone, commute_to, purpose FROM booking")
    assert booking is not None
    assert tuple(booking.values()) == ("Am Fenster", "02654 1234", "07111000", "club")
    assert "Nina Neu" in (await phone.get("/konto")).text
    assert "Schon gebucht" in text_of(await laptop.get(answer.headers["location"]))


async def test_where_the_space_decides_every_step_says_that_it_is_a_request(world: World, site: Site) -> None:
    await rules_at(world.polch, Kind.DESK, needs_approval=True)
    laptop, phone = await site.browser(), await site.browser()
    answer = await held(laptop, world)
    waiting = text_of(await laptop.get(answer.headers["location"]))
    assert "Erst damit ist der Platz angefragt." in waiting
    assert "Der Standort entscheidet dann über die Anfrage und antwortet per E-Mail." in waiting
    way = await mailed_way()
    opened = text_of(await phone.get(way))
    assert "Mit dem Knopf geht eine Anfrage an den Standort." in opened
    assert "Platz anfragen" in opened
    assert "Platz buchen" not in opened
    done = await open_and_press(phone, way)
    assert "Angefragt" in text_of(await phone.get(done.headers["location"]))
    assert await fetch_value("SELECT status FROM booking") == "requested"
    again = text_of(await laptop.get(answer.headers["location"]))
    assert "Schon angefragt" in again
    assert "gebucht" not in again


async def test_the_link_once_more_leads_to_the_booking_or_says_that_it_is_made(world: World, site: Site) -> None:
    await held(await site.browser(), world)
    phone, other = await site.browser(), await site.browser()
    way = await mailed_way()
    done = await open_and_press(phone, way)
    booking = urlsplit(done.headers["location"]).path
    again = await phone.get(way)
    assert (again.status_code, again.headers["location"]) == (303, booking)
    elsewhere = await other.get(way)
    assert elsewhere.status_code == 422
    assert "Schon gebucht" in text_of(elsewhere)
    twice = await other.post("/buchen/bestaetigen", token=way.partition("token=")[2])
    assert "Schon gebucht" in text_of(twice)
    assert other.session is None


async def test_after_a_quarter_of_an_hour_everything_is_still_as_typed(world: World, site: Site) -> None:
    await house_rules_at(world.polch)
    browser = await site.browser()
    answer = await held(
        browser, world, hausordnung="ja", notiz="Am Fenster", telefon="02654 1234", pendelt="Köln", zweck="club"
    )
    way = await mailed_way()
    site.clock.at = NOW + HELD_FOR
    assert "Die 15 Minuten sind vorbei" in text_of(await browser.get(answer.headers["location"]))
    assert "Die 15 Minuten sind vorbei" in text_of(await browser.get(way))
    pressed = await open_and_press(browser, way)
    assert pressed.status_code == 303
    again = await browser.get(pressed.headers["location"])
    assert again.status_code == 200
    said = text_of(again)
    assert "Der Platz ist noch frei und Ihre Angaben sind noch da." in said
    assert "Am Fenster" in said
    for value in ("02654 1234", "Köln"):
        assert f'value="{value}"' in again.text
    assert re.search(r'id="zweck-club" value="club" checked', again.text)
    assert re.search(r'id="hausordnung"[^>]* checked', again.text)
    assert OPENED.search(again.text), "what was typed is not folded away"
    fields = fields_of(again, "/buchen") | {"hausordnung": "ja", "notiz": "Am Fenster"}
    done = await browser.client.post("/buchen", data=fields)
    assert "RegioHub Polch, Platz 1" in text_of(await browser.get(done.headers["location"]))


async def test_after_it_somebody_else_may_have_the_desk_and_the_others_are_offered(world: World, site: Site) -> None:
    browser = await site.browser()
    await held(browser, world, notiz="Am Fenster")
    way = await mailed_way()
    site.clock.at = NOW + HELD_FOR
    await booked(world, site)
    again = await browser.get((await open_and_press(browser, way)).headers["location"])
    assert again.status_code == 409
    said = text_of(again)
    assert "Platz 1 ist in dieser Zeit vergeben. Frei sind noch: 2 und 3." in said
    assert "Am Fenster" in said
    other = world.polch["2"].public_id
    done = await send(browser, again, platz=other, notiz="Am Fenster")
    assert "RegioHub Polch, Platz 2" in text_of(await browser.get(done.headers["location"]))


async def test_what_was_held_for_somebody_is_nobody_elses(world: World, site: Site) -> None:
    await held(await site.browser(), world, notiz="Geheim")
    public_id = await fetch_value("SELECT public_id FROM desk_hold")
    mia = await site.browser(world.mia)
    assert (await mia.get(f"/buchen?gehalten={public_id}")).status_code == 404
    nobody = await (await site.browser()).get(f"/buchen?gehalten={public_id}")
    assert nobody.headers["location"].startswith("/anmelden")
    assert (await mia.get("/buchen?gehalten=zzzz")).status_code == 404
    assert (await mia.get("/buchen/gehalten?platz=zzzz")).status_code == 404


async def test_a_known_address_gets_the_same_answer_and_its_own_account(world: World, site: Site) -> None:
    browser = await site.browser()
    unknown = await held(browser, world)
    page = await browser.get(summary_of(world, "2"))
    known = await send(browser, page, name="Wer anders", email="Mia@Example.org")
    assert known.status_code == unknown.status_code
    assert urlsplit(known.headers["location"]).path == urlsplit(unknown.headers["location"]).path
    people = await fetch_value("SELECT count(*) FROM person")
    phone = await site.browser()
    done = await open_and_press(phone, await mailed_way())
    assert "Platz 2" in text_of(await phone.get(done.headers["location"]))
    assert "Mia Hammes" in (await phone.get("/konto")).text
    assert await fetch_value("SELECT count(*) FROM person") == people


async def test_who_works_for_the_network_books_and_signs_in_with_the_password(world: World, site: Site) -> None:
    browser = await site.browser()
    await held(browser, world, email="otto@example.org")
    done = await open_and_press(browser, await mailed_way())
    assert browser.session is None
    assert done.headers["location"].startswith("/anmelden?weiter=%2Fbuchungen%2F")
    assert await fetch_value("SELECT person FROM booking") == world.otto.id
    [(_, back)] = parse_qsl(urlsplit(done.headers["location"]).query)
    entered = await browser.post("/anmelden", email="otto@example.org", password=PASSWORD, weiter=back)
    assert "RegioHub Polch, Platz 1" in text_of(await browser.get(entered.headers["location"]))


@pytest.mark.parametrize(
    ("typed", "says", "beside"),
    [
        ({"name": ""}, "Bitte geben Sie einen Namen", "name"),
        ({"email": "nina"}, "E-Mail-Adresse", "email"),
        ({"telefon": "ruf an"}, "Das ist keine Telefonnummer", "telefon"),
        ({"pendelt": "Atlantis"}, "Diese Gemeinde steht nicht in der Liste.", "pendelt"),
        ({"hausordnung": ""}, "Bitte bestätigen Sie, dass Sie die Hausordnung gelesen haben.", "hausordnung"),
        ({"notiz": "x" * 501}, "Die Notiz hat mehr als 500 Zeichen.", "notiz"),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field_and_all_stays_typed(
    world: World, site: Site, typed: dict[str, str], says: str, beside: str
) -> None:
    await house_rules_at(world.polch)
    browser = await site.browser()
    fields = NINA | {"notiz": "Am Fenster", "telefon": "02654 1234", "pendelt": "Köln", "hausordnung": "ja"} | typed
    page = await send(browser, await browser.get(summary_of(world)), **fields)
    assert page.status_code == 422
    assert f'id="{beside}-fehler"' in page.text
    assert f'href="#{beside}"' in page.text
    assert text_of(page).count(says) >= 2
    for name in {"name", "email", "telefon", "pendelt"} - {name for name, value in fields.items() if not value}:
        assert f'value="{fields[name]}"' in page.text, name
    assert fields["notiz"] in text_of(page)
    assert bool(re.search(r'id="hausordnung"[^>]* checked', page.text)) == bool(fields["hausordnung"])
    assert await fetch_value("SELECT count(*) FROM claim") == 0


async def test_several_mistakes_are_said_at_once(world: World, site: Site) -> None:
    browser = await site.browser()
    page = await send(browser, await browser.get(summary_of(world)), name="", email="x", telefon="y", pendelt="z")
    assert "4 Angaben fehlen noch oder passen nicht" in text_of(page)


async def test_house_rules_that_changed_meanwhile_are_asked_for_again(world: World, site: Site) -> None:
    await house_rules_at(world.polch)
    browser = await site.browser(world.mia)
    page = await browser.get(summary_of(world))
    await house_rules_at(world.polch, 2, "Keine Kerzen.")
    again = await send(browser, page, hausordnung="ja")
    assert again.status_code == 422
    assert "Keine Kerzen." in text_of(again)
    assert not re.search(r'id="hausordnung"[^>]* checked', again.text)
    done = await send(browser, again, hausordnung="ja")
    assert done.status_code == 303
    next_time = await browser.get(summary_of(world, "2"))
    assert "Hausordnung" not in text_of(next_time)


async def test_a_desk_that_is_held_is_refused_to_others_with_its_time(world: World, site: Site) -> None:
    await held(await site.browser(), world)
    mia = await site.browser(world.mia)
    page = await mia.get(summary_of(world))
    assert page.status_code == 409
    assert "Platz 1 ist bis 19:15 Uhr für jemand anderen vorgemerkt. Frei sind noch: 2 und 3." in text_of(page)
    site.clock.at = NOW + HELD_FOR
    assert (await mia.get(summary_of(world))).status_code == 200


async def test_rooms_ask_openly_what_they_are_for_and_desks_do_not(world: World, site: Site) -> None:
    await execute("UPDATE resource SET capacity = 20 WHERE id = $1", world.polch["Nette"].id)
    browser = await site.browser(world.mia)
    room = await browser.get(summary_of(world, "Nette", "room"))
    assert room.text.index('name="zweck"') < room.text.index("Freiwillige Angaben")
    assert re.search(r'value="course" checked', room.text), "a hall is rather taught in"
    desk = await browser.get(summary_of(world))
    assert desk.text.index('name="zweck"') > desk.text.index("Freiwillige Angaben")
    assert re.search(r'value="work" checked', desk.text)
    assert not OPENED.search(desk.text)


async def test_the_usual_commute_stands_there_and_can_be_left_out_once(world: World, site: Site) -> None:
    await execute("UPDATE person SET commutes_to = '07111000' WHERE id = $1", world.mia.id)
    mia = await site.browser(world.mia)
    page = await mia.get(summary_of(world))
    assert re.search(r'id="pendelt"[^>]* value="Koblenz"', page.text)
    await send(mia, page, pendelt="")
    assert await fetch_value("SELECT commute_to FROM booking") is None


async def test_too_many_mails_to_one_address_are_refused_and_nothing_is_lost(world: World, site: Site) -> None:
    browser = await site.browser()
    for _ in range(MAILS_TO_ADDRESS.hits):
        assert (await held(browser, world)).status_code == 303
    page = await held(browser, world, notiz="Am Fenster")
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert "zu viele Versuche" in text_of(page)
    assert "Am Fenster" in text_of(page)


async def test_a_mistake_in_the_address_is_mended_without_losing_anything(world: World, site: Site) -> None:
    browser = await site.browser()
    wrong = await held(browser, world, email="nina@exmaple.org", notiz="Am Fenster")
    waiting = await browser.get(wrong.headers["location"])
    [anew] = [unescape(url) for url in re.findall(r'href="(/buchen\?gehalten=\w+)"', waiting.text)]
    again = await browser.get(anew)
    assert again.status_code == 200
    for value in ("Nina Neu", "nina@exmaple.org"):
        assert f'value="{value}"' in again.text
    assert "Am Fenster" in text_of(again)
    right = await send(browser, again, **NINA, notiz="Am Fenster")
    assert right.status_code == 303
    assert await fetch_value("SELECT count(*) FROM claim") == 1
    done = await open_and_press(browser, await mailed_way())
    assert "Am Fenster" in text_of(await browser.get(done.headers["location"]))
    elsewhere = await (await site.browser()).get(anew)
    assert elsewhere.headers["location"].startswith("/anmelden")


async def test_a_link_that_is_none_says_so(world: World, site: Site) -> None:
    browser = await site.browser()
    for answer in (await browser.get("/buchen/bestaetigen?token=x"), await browser.post("/buchen/bestaetigen")):
        assert answer.status_code == 422
        assert "Dieser Link gilt nicht mehr" in text_of(answer)
    await held(browser, world)
    way = await mailed_way()
    site.clock.at = NOW + timedelta(hours=24)
    assert "Dieser Link gilt nicht mehr" in text_of(await browser.get(way))
