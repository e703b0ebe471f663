"""The pages of team, guests, notes and bars, the host's evening without a password, and whom to call."""

from datetime import timedelta

import pytest

from app.bookings.barring import BarGuest, bar_guest
from app.bookings.operations import BookDesk, book
from app.bookings.short_notice import read_token
from app.identity.operations import NewPerson, create_people
from app.network.bars import BarCard, bar_token, barred_spaces
from app.network.evening_mail import EveningSetting, day_token, end_token, set_evening
from app.network.queries import SpaceCard, space_by_slug
from app.platform.database import fetch_value
from tests.identity.conftest import KEY
from tests.web.conftest import Site, said
from tests.worlds import NOW, TOMORROW, World, at, tomorrow

HOST = "host@example.org"


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await space_by_slug(world.polch.slug, NOW)
    assert space is not None
    return space


async def visits(world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


@pytest.fixture
async def bar(world: World) -> BarCard:
    await visits(world)
    return await bar_guest(world.otto.actor(), world.operator, BarGuest(world.mia.public_id, "Laute Anrufe."), NOW)


async def test_who_is_removed_is_out_with_the_next_request(site: Site, world: World) -> None:
    frida, otto = await site.browser(world.frida), await site.browser(world.otto)
    desk = f"/theke/{world.polch.slug}"
    assert (await frida.get(desk)).status_code == 200
    team = await otto.get("/betreiber/polch/team")
    assert "Frida Empfang" in said(team.text)
    role = await fetch_value("SELECT id FROM role_grant WHERE person = $1", world.frida.id)
    assert (await otto.post(f"/betreiber/polch/team/{role}/entfernen")).status_code == 303
    assert (await frida.get(desk)).status_code == 404
    own = await fetch_value("SELECT id FROM role_grant WHERE person = $1", world.otto.id)
    stays = await otto.post(f"/betreiber/polch/team/{own}/entfernen")
    assert stays.status_code == 409
    assert "Sie leiten diesen Betreiber als Einzige." in said(stays.text)


async def test_the_list_of_guests_and_notes_on_one_of_them(site: Site, world: World) -> None:
    await visits(world)
    frida = await site.browser(world.frida)
    people = f"/theke/{world.polch.slug}/leute"
    assert "Mia Hammes – 25.11.2026 1" in said((await frida.get(people)).text)
    person = f"{people}/{world.mia.public_id}"
    empty = await frida.post(f"{person}/notizen", notiz_neu=" ")
    assert empty.status_code == 422
    assert 'id="notiz_neu-fehler"' in empty.text
    await frida.post(f"{person}/notizen", notiz_neu="Braucht die Rampe.")
    assert "Braucht die Rampe. Frida Empfang, 24. November 2026" in said((await frida.get(person)).text)
    telephone = await site.browser(world.tilda)
    page = await telephone.get(person)
    assert page.status_code == 200
    assert "Rampe" not in page.text


async def test_a_manager_bars_a_guest_with_the_bookings_that_are_ticked(site: Site, world: World) -> None:
    await visits(world)
    otto = await site.browser(world.otto)
    form = f"/betreiber/polch/hausverbote/neu/{world.mia.public_id}"
    page = await otto.get(form)
    assert "Mi 25. November, 8–12 Uhr, RegioHub Polch, Platz 1" in said(page.text)
    refused = await otto.post(form, grund="", bis="gestern")
    assert refused.status_code == 422
    booking = await fetch_value("SELECT public_id FROM booking")
    made = await otto.post(form, grund="Laute Anrufe.", bis="", **{f"absagen-{booking}": "ja"})
    assert made.status_code == 303
    assert await fetch_value("SELECT status FROM booking") == "cancelled"
    assert "Mia Hammes" in said((await otto.get("/betreiber/polch/hausverbote")).text)
    at_desk = await (await site.browser(world.frida)).get(f"/theke/{world.polch.slug}/leute/{world.mia.public_id}")
    assert "Hat Hausverbot bei Genossenschaft Maifeld" in said(at_desk.text)
    rival = await (await site.browser(world.rolf)).get(f"/theke/{world.andernach.slug}/leute/{world.mia.public_id}")
    assert rival.status_code == 404
    mia = await site.browser(world.mia)
    shown = await mia.get(f"/standorte/{world.polch.slug}?tag=2026-11-25&zeit=ganz&art=desk")
    assert "Für RegioHub Polch besteht ein Hausverbot." in said(shown.text)


async def test_the_person_objects_by_the_link_and_staff_answers(site: Site, world: World, bar: BarCard) -> None:
    nobody, page = await site.browser(), f"/hausverbot/{bar_token(bar.public_id, KEY)}"
    shown = await nobody.get(page)
    assert "Laute Anrufe." in said(shown.text)
    assert "Otto" not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert page in (await (await site.browser(world.mia)).get("/konto")).text
    refused = await nobody.post(page, widerspruch="")
    assert (refused.status_code, refused.headers["referrer-policy"]) == (422, "no-referrer")
    assert (await nobody.post(page, widerspruch="Das war ich nicht.")).status_code == 303
    assert "Ihr Widerspruch ist angekommen" in said((await nobody.get(page)).text)
    otto, address = await site.browser(world.otto), f"/betreiber/polch/hausverbote/{bar.public_id}"
    assert "Das war ich nicht." in said((await otto.get(address)).text)
    answered = await otto.post(f"{address}/antworten", antwort="Verwechslung.", was="aufheben")
    assert answered.status_code == 303
    assert await barred_spaces(world.mia.id, NOW) == {}
    assert "Verwechslung." in said((await nobody.get(page)).text)
    assert (await nobody.get("/hausverbot/zzzz")).status_code == 404


async def test_staff_notes_down_an_objection_that_came_on_the_telephone(site: Site, world: World, bar: BarCard) -> None:
    otto, address = await site.browser(world.otto), f"/betreiber/polch/hausverbote/{bar.public_id}"
    form = f"{address}/widerspruch"
    refused = await otto.post(form, widerspruch="Das war ich nicht.")
    assert refused.status_code == 422
    assert "Bitte wählen, wie der Widerspruch kam." in said(refused.text)
    assert "Das war ich nicht." in refused.text
    assert (await otto.post(form, weg="telephone", widerspruch="Das war ich nicht.")).status_code == 303
    page = said((await otto.get(address)).text)
    assert "am Telefon, von Otto Wirt" in page
    assert "Ihre Antwort" in page
    assert (await (await site.browser(world.frida)).post(form, weg="letter", widerspruch="x")).status_code == 404


async def test_a_host_closes_the_day_without_a_password_and_calls(site: Site, world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    await set_evening(otto, polch, EveningSetting(True, emails=(HOST,)), NOW)
    await visits(world)
    [erna] = await create_people([NewPerson("Erna Schmitz", None, "02654 777", world.operator, polch.id)], NOW)
    await book(world.frida.actor(), BookDesk(world.polch["3"].public_id, tomorrow(9), tomorrow(10)), NOW, whom=erna)
    site.clock.at = at(NOW.date(), 22)
    host = await site.browser()
    page = f"/morgen/{polch.slug}/2026-11-25/{day_token(polch, TOMORROW, HOST, KEY)}"
    before = await host.get(page)
    assert "Mia Hammes 8–12 Uhr, Platz 1" in said(before.text)
    assert "02654 777" not in before.text
    assert await fetch_value("SELECT count(*) FROM blocker") == 0
    assert (await host.post(page, grund="", stand="alt")).status_code == 422
    assert (await host.post(page, grund="Erkrankung", stand="alt")).status_code == 409
    state = before.text.split('name="stand" value="')[1].split('"')[0]
    assert (await host.post(page, grund="Erkrankung", stand=state)).headers["location"] == page
    text = said((await host.get(page)).text)
    assert text.index("Erna Schmitz") < text.index("Mia Hammes")
    assert "02654 777" in text
    mia = await fetch_value("SELECT public_id FROM booking WHERE person = $1", world.mia.id)
    read = f"/gelesen/{read_token(mia, KEY)}"
    assert "Ich habe es gelesen" in (await host.get(read)).text
    assert "noch nicht bestätigt" in said((await host.get(page)).text)
    await host.post(read)
    assert "weiß es seit 22:00 Uhr" in said((await host.get(page)).text)
    blocker = await fetch_value("SELECT public_id FROM blocker")
    calls = await (await site.browser(world.otto)).get(f"/betrieb/{polch.slug}/sperren/{blocker}/anrufen")
    assert "Erna Schmitz" in said(calls.text)
    site.clock.at = tomorrow(23) + timedelta(hours=2)
    assert (await host.get(page)).status_code == 404


async def test_the_evening_mail_is_set_and_ended(site: Site, world: World, polch: SpaceCard) -> None:
    otto, address = await site.browser(world.otto), f"/betrieb/{polch.slug}/abendmail"
    wrong = await otto.post(address, an="ja", adressen="kein Postfach")
    assert wrong.status_code == 422
    assert 'id="adressen-fehler"' in wrong.text
    await otto.post(address, an="ja", adressen=HOST)
    assert HOST in (await otto.get(address)).text
    host, page = await site.browser(), f"/abendmail/{polch.slug}/{end_token(polch, HOST, KEY)}"
    assert HOST in said((await host.get(page)).text)
    assert "Abbestellt" in said((await host.post(page)).text)
    assert (await host.get(page)).status_code == 404
