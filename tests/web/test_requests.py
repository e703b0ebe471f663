"""Bookings that need approval, as the member and the staff of the space see them."""

from datetime import timedelta

import pytest

from app.bookings.approval import decline
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.together import book_together
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_row
from tests.web.conftest import Now, Site, said
from tests.worlds import NOW, World, rules_at, tomorrow

LIST = "/theke/anfragen"


@pytest.fixture
async def request_(world: World) -> BookingCard:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600)
    return await book(
        world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(9), tomorrow(12), "Mit Beamer?"), NOW
    )


async def test_the_member_sees_that_it_is_asked_for_and_until_when(
    site: Site, world: World, request_: BookingCard
) -> None:
    browser = await site.browser(world.mia)
    page = said((await browser.get(f"/buchungen/{request_.public_id}?neu=1")).text)
    assert "Angefragt" in page
    assert "angefragt, Antwort bis Mi 25. November, 5:00 Uhr" in page
    assert "Gebucht" not in page
    week = said((await browser.get("/woche?woche=2026-W48")).text)
    assert "angefragt, Antwort bis Mi 25. November, 5:00 Uhr" in week
    assert "Zurückziehen geht jederzeit." in week
    asked = said((await browser.get(f"/buchungen/{request_.public_id}/absagen")).text)
    assert "Anfrage zurückziehen" in asked
    assert "Frist" not in asked


async def test_the_summary_says_that_the_space_decides_before_anybody_asks(site: Site, world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600, cancel_before=60)
    browser = await site.browser(world.mia)
    address = f"/buchen?standort=regiohub-polch&art=room&platz={world.polch['Nette'].public_id}&tag=2026-11-25"
    page = said((await browser.get(f"{address}&zeit=eigen&von=09:00&bis=12:00")).text)
    assert "Der Standort entscheidet bis Mi 25. November, 5:00 Uhr." in page
    assert "bis Mi 25. November, 8:00 Uhr, danach zählt die Buchung" in page
    assert "Raum anfragen" in page
    assert "Raum buchen" not in page


async def test_staff_is_led_to_what_waits_and_approves_it(site: Site, world: World, request_: BookingCard) -> None:
    frida = await site.browser(world.frida)
    assert "Eine Anfrage wartet auf Antwort." in said((await frida.get("/theke/regiohub-polch")).text)
    page = said((await frida.get(LIST)).text)
    for fact in ("Mi 25. November, 9–12 Uhr", "Mia Hammes", "Mit Beamer?", "Mi 25. November, 5:00 Uhr"):
        assert fact in page
    answer = await frida.post(f"/theke/regiohub-polch/anfragen/{request_.public_id}/bestaetigen")
    assert answer.headers["location"] == f"{LIST}?getan=bestaetigt"
    page = said((await frida.get(answer.headers["location"])).text)
    assert "Bestätigt." in page
    assert "Gerade wartet keine Anfrage." in page
    again = await frida.post(f"/theke/regiohub-polch/anfragen/{request_.public_id}/bestaetigen")
    assert again.status_code == 409
    assert "Über diese Anfrage ist schon entschieden." in said(again.text)


async def test_who_looks_after_several_spaces_is_led_there_from_all_of_them(
    site: Site, world: World, request_: BookingCard
) -> None:
    assert "1 Anfrage" in said((await (await site.browser(world.nadja)).get("/theke")).text)


async def test_staff_declines_with_words_that_the_member_reads(site: Site, world: World, request_: BookingCard) -> None:
    frida = await site.browser(world.frida)
    at = f"/theke/regiohub-polch/anfragen/{request_.public_id}/ablehnen"
    too_long = await frida.post(at, antwort="Nein. " * 100)
    assert too_long.status_code == 422
    assert "Die Antwort hat mehr als 500 Zeichen." in said(too_long.text)
    assert "Nein. Nein." in too_long.text
    assert (await frida.post(at, antwort="Da tagt der Rat.")).status_code == 303
    page = said((await (await site.browser(world.mia)).get(f"/buchungen/{request_.public_id}")).text)
    assert "Der Standort hat die Anfrage abgelehnt. Da tagt der Rat." in page


async def test_who_decides_nothing_sees_no_list(site: Site, world: World, request_: BookingCard) -> None:
    for person in (world.mia, world.gundula):
        assert (await (await site.browser(person)).get(LIST)).status_code == 404
    assert "Mia" not in (await (await site.browser(world.rolf)).get(LIST)).text


async def test_a_passed_deadline_is_settled_when_somebody_looks(
    site: Site, world: World, request_: BookingCard, now: Now
) -> None:
    now.at = NOW + timedelta(hours=10)
    page = said((await (await site.browser(world.mia)).get(f"/buchungen/{request_.public_id}")).text)
    assert "abgesagt" in page
    assert "Der Standort hat nicht rechtzeitig entschieden." in page
    row = await fetch_row("SELECT status, reason FROM booking WHERE id = $1", request_.id)
    assert row is not None
    assert (row["status"], row["reason"]) == ("cancelled", "not_decided")


async def test_english_staff_reads_english(site: Site, world: World, request_: BookingCard) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.frida.id)
    frida = await site.browser(world.frida, "en")
    page = said((await frida.get(LIST)).text)
    assert "Each request holds its place until you decide." in page
    await decline(world.otto.actor(), request_.public_id, "", NOW)
    assert "No request is waiting at the moment." in said((await frida.get(LIST)).text)


async def test_staff_reads_before_declining_what_goes_with_it(site: Site, world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600)
    wanted = [BookDesk(world.polch[name].public_id, tomorrow(9), tomorrow(12)) for name in ("Nette", "1")]
    hall, desk = await book_together(world.mia.actor(), wanted, NOW)
    frida = await site.browser(world.frida)
    page = said((await frida.get(LIST)).text)
    assert "Zusammen mit Platz 1" in page
    assert "Damit wird auch abgesagt, was in einem Zug dazu gebucht ist: Platz 1." in page
    await frida.post(f"/theke/regiohub-polch/anfragen/{hall.public_id}/ablehnen", antwort="Da tagt der Rat.")
    page = said((await (await site.browser(world.mia)).get(f"/buchungen/{desk.public_id}")).text)
    assert "Der Standort hat nicht bestätigt, womit zusammen das gebucht war. Da tagt der Rat." in page
