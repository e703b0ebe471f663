"""Arriving by the code on the sign, coming later, leaving early, and what happens where nobody comes."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.settling import SETTLING
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_value
from tests.identity.conftest import KEY
from tests.web.conftest import Now, Site, said
from tests.worlds import NOW, TOMORROW, World, rules_at, staffed_at, tomorrow

HERE = "/hier/regiohub-polch"
DAY = "/theke/regiohub-polch"


@pytest.fixture
async def booking(world: World) -> BookingCard:
    await rules_at(world.polch, Kind.DESK, no_show_after=30, cancel_before=120)
    await staffed_at(world.polch)
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)


@pytest.fixture
def link(booking: BookingCard) -> str:
    return f"/absagen/{link_token(booking.public_id, KEY)}"


async def status(booking: BookingCard) -> str:
    return str(await fetch_value("SELECT status FROM booking WHERE id = $1", booking.id))


async def asked(booking: BookingCard) -> None:
    """The question has been sent, and then the worker has stopped."""
    await execute(
        "UPDATE booking SET asked_at = $2, due_at = $3 WHERE id = $1",
        booking.id,
        tomorrow(9, 15),
        tomorrow(9, 30),
    )


async def test_the_code_leads_to_ones_own_bookings_here_with_one_button(
    site: Site, world: World, booking: BookingCard, now: Now
) -> None:
    now.at = tomorrow(8, 30)
    browser = await site.browser(world.mia)
    early = await browser.get(HERE)
    assert "Ihre Ankunft können Sie ab 8:45 Uhr melden." in said(early.text)
    assert "Ich bin da" not in early.text
    refused = await browser.post(HERE, buchung=booking.public_id, was="da")
    assert refused.status_code == 422
    now.at = tomorrow(8, 50)
    assert "Ich bin da" in (await browser.get(HERE)).text
    assert await status(booking) == "confirmed"
    answer = await browser.post(HERE, buchung=booking.public_id, was="da")
    assert answer.headers["location"] == f"{HERE}?getan=da"
    page = await browser.get(answer.headers["location"])
    assert "Willkommen." in said(page.text)
    assert "Ich gehe, der Rest ist frei" in page.text
    now.at = tomorrow(10)
    await browser.post(HERE, buchung=booking.public_id, was="gehen")
    assert await status(booking) == "completed"


async def test_the_page_behind_the_code_tells_strangers_nothing(site: Site, world: World, booking: BookingCard) -> None:
    nobody = await site.browser()
    page = await nobody.get(HERE)
    assert page.status_code == 200
    assert "/anmelden?weiter=/hier/regiohub-polch" in page.text
    answer = await nobody.post(HERE, buchung=booking.public_id, was="da")
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/anmelden")
    gundula = await site.browser(world.gundula)
    assert "Heute steht hier keine Buchung von Ihnen an." in said((await gundula.get(HERE)).text)
    assert (await gundula.post(HERE, buchung=booking.public_id, was="da")).status_code == 404
    assert (await gundula.post(HERE, buchung=booking.public_id, was="alles")).status_code == 404
    assert (await nobody.get("/hier/atlantis")).status_code == 404


async def test_the_sign_has_the_code_and_the_address_in_letters(site: Site, world: World) -> None:
    page = await (await site.browser(world.frida)).get(f"{DAY}/schild")
    assert "http://nahwerk.example/hier/regiohub-polch" in said(page.text)
    assert page.text.count("<svg") >= 1
    assert 'stroke="#000"' in page.text
    assert "style=" not in page.text
    assert (await (await site.browser(world.mia)).get(f"{DAY}/schild")).status_code == 404


async def test_one_press_in_the_mail_keeps_the_desk(site: Site, booking: BookingCard, link: str, now: Now) -> None:
    await asked(booking)
    now.at = tomorrow(9, 20)
    browser = await site.browser()
    page = await browser.get(f"{link}/spaeter")
    assert page.headers["referrer-policy"] == "no-referrer"
    for word in ("Komme später", "Ich bin da", "Ich komme nicht"):
        assert word in said(page.text)
    assert await fetch_value("SELECT coming_later_at FROM booking") is None
    answer = await browser.post(f"{link}/spaeter")
    assert answer.headers["location"] == f"{link}/spaeter"
    assert "Der Platz bleibt bis zum Ende der Buchung für Sie." in said((await browser.get(f"{link}/spaeter")).text)
    now.at = tomorrow(11)
    await browser.get("/standorte/regiohub-polch")
    assert await status(booking) == "confirmed"


async def test_who_has_the_mail_arrives_without_signing_in(
    site: Site, booking: BookingCard, link: str, now: Now
) -> None:
    now.at = tomorrow(9)
    browser = await site.browser()
    assert (await browser.post(f"{link}/da")).status_code == 303
    assert await status(booking) == "checked_in"
    assert "Willkommen" in said((await browser.get(f"{link}/spaeter")).text)


async def test_an_overdue_desk_is_free_as_soon_as_anybody_looks(
    site: Site, world: World, booking: BookingCard, link: str, now: Now
) -> None:
    """The worker has stopped; nothing waits for it."""
    await asked(booking)
    now.at = tomorrow(9, 45)
    rolf = await site.browser(world.rolf)
    page = await rolf.get(f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=eigen&von=10:00&bis=12:00")
    assert await status(booking) == "no_show"
    assert "Frei 3 von 3" in said(page.text)
    own = said((await (await site.browser(world.mia)).get(f"/buchungen/{booking.public_id}")).text)
    assert "nicht gekommen" in own
    assert "Ich bin da" in own
    assert (await (await site.browser()).post(f"{link}/da")).status_code == 303
    assert await status(booking) == "checked_in"


@pytest.mark.parametrize(
    "address",
    [
        f"/plaetze?ort=56751+Polch&tag={TOMORROW}&zeit=eigen&von=10:00&bis=12:00",
        DAY,
        HERE,
        "/api/v1/spaces/regiohub-polch/availability?starts_at=2026-11-25T10:00:00Z&ends_at=2026-11-25T11:00:00Z",
    ],
)
async def test_whoever_reads_what_is_free_settles_it(
    site: Site, world: World, booking: BookingCard, now: Now, address: str
) -> None:
    await asked(booking)
    now.at = tomorrow(9, 45)
    assert (await (await site.browser(world.frida)).get(address)).status_code == 200
    assert await status(booking) == "no_show"


async def test_somebody_who_wants_it_sees_it_free_before_booking(
    site: Site, world: World, booking: BookingCard, now: Now
) -> None:
    await asked(booking)
    now.at = tomorrow(9, 45)
    rolf = await site.browser(world.rolf)
    page = await rolf.get(
        f"/buchen?standort=regiohub-polch&art=desk&platz={world.polch['1'].public_id}"
        f"&tag={TOMORROW}&zeit=eigen&von=10:00&bis=12:00"
    )
    assert page.status_code == 200
    assert "vergeben" not in said(page.text)


async def test_coming_later_and_leaving_on_the_bookings_own_page(
    site: Site, world: World, booking: BookingCard, now: Now
) -> None:
    own = f"/buchungen/{booking.public_id}"
    await asked(booking)
    now.at = tomorrow(9, 20)
    browser = await site.browser(world.mia)
    assert "Komme später" in (await browser.get(own)).text
    answer = await browser.post(f"{own}/spaeter")
    assert "Der Platz bleibt bis zum Ende der Buchung für Sie." in said(
        (await browser.get(answer.headers["location"])).text
    )
    assert "gebucht, Sie kommen später" in (await browser.get(own)).text
    await browser.post(f"{own}/ankommen")
    assert "Ich gehe, der Rest ist frei" in (await browser.get("/woche")).text
    now.at = tomorrow(10)
    answer = await browser.post(f"{own}/gehen")
    assert "Der Rest der Zeit ist für andere frei." in said((await browser.get(answer.headers["location"])).text)
    assert (await browser.post(f"{own}/gehen")).status_code == 303
    assert (await browser.post(f"{own}/spaeter")).status_code == 409


async def test_the_front_desk_notes_who_comes_later_and_who_has_gone(
    site: Site, world: World, booking: BookingCard, now: Now
) -> None:
    frida = await site.browser(world.frida)
    await execute("UPDATE booking SET coming_later_at = $2 WHERE id = $1", booking.id, tomorrow(9, 20))
    now.at = tomorrow(9, 40)
    frida = await site.browser(world.frida)
    assert "kommt später" in said((await frida.get(DAY)).text)
    await check_in(world.mia.actor(), booking.public_id, tomorrow(9, 50))
    now.at = tomorrow(10)
    assert "Ist gegangen" in (await frida.get(DAY)).text
    answer = await frida.post(f"{DAY}/buchungen/{booking.public_id}/gegangen")
    assert "Als gegangen notiert." in said((await frida.get(answer.headers["location"])).text)
    assert (await frida.post(f"{DAY}/buchungen/{booking.public_id}/gegangen")).status_code == 303
    await execute("UPDATE booking SET left_at = NULL WHERE id = $1", booking.id)
    refused = await frida.post(f"{DAY}/buchungen/{booking.public_id}/gegangen")
    assert refused.status_code == 409


async def test_the_front_desk_sees_when_the_worker_last_ran_and_when_it_stands_still(site: Site, world: World) -> None:
    frida = await site.browser(world.frida)
    assert "Die Automatik steht still" in (await frida.get(DAY)).text
    await execute(
        "INSERT INTO periodic_job (name, next_run_at, last_run_at) VALUES ($1, $2, $3)",
        SETTLING,
        NOW,
        NOW - timedelta(minutes=4),
    )
    running = (await frida.get(DAY)).text
    assert "Automatik zuletzt um 18:56 Uhr" in said(running)
    assert "steht still" not in running
    await execute("UPDATE periodic_job SET last_run_at = $1", NOW - timedelta(minutes=6))
    assert "Sie lief zuletzt Di 24. November, 18:54 Uhr." in said((await frida.get(DAY)).text)
    await execute("UPDATE periodic_job SET last_run_at = $1, last_error = 'broken'", NOW)
    assert "Die Automatik steht still" in (await frida.get(DAY)).text


async def test_late_is_said_before_it_counts(
    site: Site, world: World, booking: BookingCard, link: str, now: Now
) -> None:
    warning = "Die Frist ist vorbei: Der Platz wird frei, die Buchung zählt trotzdem"
    mia, own = await site.browser(world.mia), f"/buchungen/{booking.public_id}"
    assert warning not in said((await mia.get(f"{own}/absagen")).text)
    assert "bis Mi 25. November, 7:00 Uhr, danach zählt die Buchung" in said((await mia.get(own)).text)
    now.at = tomorrow(7)
    mia, frida = await site.browser(world.mia), await site.browser(world.frida)
    assert warning in said((await mia.get(f"{own}/absagen")).text)
    assert warning in said((await (await site.browser()).get(link)).text)
    assert warning in said((await frida.get(f"{DAY}/buchungen/{booking.public_id}/absagen")).text)
    answer = await mia.post(f"{own}/absagen")
    page = said((await mia.get(answer.headers["location"])).text)
    assert "Die Buchung zählt trotzdem, außer jemand anderes nimmt ihn." in page
    assert "zurückgegeben" in page


async def test_a_late_release_by_the_link_says_that_it_counts(
    site: Site, booking: BookingCard, link: str, now: Now
) -> None:
    now.at = tomorrow(7)
    browser = await site.browser()
    await browser.post(link)
    assert await status(booking) == "released"
    assert "Die Buchung zählt trotzdem" in said((await browser.get(link)).text)
    assert (await browser.post(link)).status_code == 303


async def test_no_shows_are_shown_to_the_person_and_to_the_desk(
    site: Site, world: World, booking: BookingCard, now: Now
) -> None:
    await execute("UPDATE booking SET status = 'no_show', reason = 'no_show' WHERE id = $1", booking.id)
    now.at = tomorrow(14)
    own = said((await (await site.browser(world.mia)).get("/woche/alle")).text)
    assert "In den letzten zwölf Monaten sind Sie 1 Mal nicht gekommen." in own
    account = said((await (await site.browser(world.mia)).get("/konto")).text)
    assert "1 Mal in zwölf Monaten Nicht gekommen." in account
    assert "Nicht gekommen" not in said((await (await site.browser(world.rolf)).get("/konto")).text)
    guest = said((await (await site.browser(world.frida)).get(f"{DAY}/leute/{world.mia.public_id}")).text)
    assert "Nicht gekommen 1 Mal in zwölf Monaten" in guest
    assert "nicht gekommen" not in said((await (await site.browser(world.rolf)).get("/woche/alle")).text)
