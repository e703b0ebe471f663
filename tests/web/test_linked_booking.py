"""The page behind a mail's link, for somebody who is not signed in."""

import re
from datetime import timedelta
from html import unescape

import pytest

from app.bookings.arrivals import check_in
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.platform.database import execute, fetch_value
from tests.identity.conftest import KEY
from tests.web.conftest import Site
from tests.welcomes import SECRETS, a_first_visit
from tests.worlds import NOW, TOMORROW, World, at, tomorrow

NEXT_MONDAY = TOMORROW + timedelta(days=5)


@pytest.fixture
async def booking(world: World) -> BookingCard:
    await execute("UPDATE space SET access_de = 'Der Code ist 48 21 07.' WHERE id = $1", world.polch.id)
    await a_first_visit(world.polch)
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


@pytest.fixture
def page(booking: BookingCard) -> str:
    return f"/absagen/{link_token(booking.public_id, KEY)}"


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def status(booking: BookingCard) -> str:
    return str(await fetch_value("SELECT status FROM booking WHERE id = $1", booking.id))


async def test_it_says_what_the_booking_is_and_nothing_more(site: Site, booking: BookingCard, page: str) -> None:
    shown = await (await site.browser()).get(page)
    assert shown.status_code == 200
    main = said(shown.text.split("<main")[1].split("</main>")[0])
    assert "RegioHub Polch, Platz 1" in main
    assert "Mi 25. November, 8–12 Uhr" in main
    for secret in ("48 21 07", "Mia", "mia@", *SECRETS):
        assert secret not in shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in shown.headers["cache-control"]


async def test_opening_it_changes_nothing_and_the_button_cancels(site: Site, booking: BookingCard, page: str) -> None:
    browser = await site.browser()
    await browser.get(page)
    assert await status(booking) == "confirmed"
    answer = await browser.post(page)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert await status(booking) == "cancelled"
    after = await browser.get(page)
    assert "Abgesagt" in said(after.text)
    assert '<button class="kern-btn' not in after.text
    assert (await browser.post(page)).status_code == 303, "a second press says the same"


async def test_it_opens_no_session(site: Site, booking: BookingCard, page: str) -> None:
    browser = await site.browser()
    await browser.get(page)
    await browser.post(page)
    assert browser.session is None
    assert await fetch_value("SELECT count(*) FROM session") == 0
    for other in ("/woche", f"/buchungen/{booking.public_id}"):
        assert (await browser.get(other)).headers["location"].startswith("/anmelden")


async def test_it_moves_to_another_desk_and_time_of_the_week(
    site: Site, world: World, booking: BookingCard, page: str
) -> None:
    browser = await site.browser()
    choice = await browser.get(f"{page}/verschieben")
    assert choice.status_code == 200
    assert choice.headers["referrer-policy"] == "no-referrer"
    assert f'href="{page}"' in choice.text
    assert 'min="2026-11-24" max="2026-11-29"' in choice.text
    friday = TOMORROW + timedelta(days=2)
    answer = await browser.post(
        f"{page}/verschieben",
        platz=world.polch["3"].public_id,
        beginn=at(friday, 9).isoformat(),
        ende=at(friday, 13).isoformat(),
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?verschoben=1")
    after = said((await browser.get(answer.headers["location"])).text)
    assert "Verschoben" in after
    assert "RegioHub Polch, Platz 3 Fr 27. November, 9–13 Uhr" in after


async def test_another_week_is_refused_where_it_is_chosen_and_where_it_is_sent(
    site: Site, booking: BookingCard, page: str
) -> None:
    browser = await site.browser()
    choice = await browser.get(f"{page}/verschieben?tag={NEXT_MONDAY}&zeit=ganz")
    assert choice.status_code == 422
    assert "nur innerhalb ihrer Woche" in said(choice.text)
    sent = {"beginn": at(NEXT_MONDAY, 9).isoformat(), "ende": at(NEXT_MONDAY, 10).isoformat()}
    refused = await browser.post(f"{page}/verschieben", **sent)
    assert refused.status_code == 422
    assert "nur innerhalb ihrer Woche" in said(refused.text)
    assert await fetch_value("SELECT starts_at FROM booking WHERE id = $1", booking.id) == tomorrow(8)


async def test_a_taken_desk_is_refused_with_the_choice_shown_again(
    site: Site, world: World, booking: BookingCard, page: str
) -> None:
    await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW)
    refused = await (await site.browser()).post(
        f"{page}/verschieben",
        platz=world.polch["2"].public_id,
        beginn=tomorrow(8).isoformat(),
        ende=tomorrow(12).isoformat(),
    )
    assert refused.status_code == 409
    assert "Platz 2 ist in dieser Zeit vergeben." in said(refused.text)


async def test_who_has_arrived_can_no_longer_cancel(site: Site, world: World, booking: BookingCard, page: str) -> None:
    await check_in(world.mia.actor(), booking.public_id, tomorrow(8))
    site.clock.at = tomorrow(8, 5)
    browser = await site.browser()
    assert "Hier lässt sich nichts mehr ändern." in said((await browser.get(page)).text)
    refused = await browser.post(page)
    assert refused.status_code == 409
    assert "Diese Buchung lässt sich nicht mehr ändern." in said(refused.text)
    assert await status(booking) == "checked_in"


async def test_an_altered_unknown_or_outlived_link_is_not_found(site: Site, booking: BookingCard, page: str) -> None:
    browser = await site.browser()
    wrong = (page[:-1], f"{page}a", f"{page[:-1]}0", f"/absagen/{booking.public_id}", "/absagen/%FF", "/absagen/a%00b")
    for address in wrong:
        for path in (address, f"{address}/verschieben"):
            assert (await browser.get(path)).status_code == 404, path
            assert (await browser.post(path)).status_code == 404, path
    site.clock.at = tomorrow(12)
    assert (await browser.get(page)).status_code == 404
    assert await status(booking) == "confirmed"


async def test_a_form_from_elsewhere_is_not_taken(site: Site, booking: BookingCard, page: str) -> None:
    browser = await site.browser()
    await browser.get(page)
    assert (await browser.client.post(page, data={})).status_code == 403
    assert await status(booking) == "confirmed"


async def test_english_readers_read_english(site: Site, booking: BookingCard, page: str) -> None:
    shown = said((await (await site.browser(language="en")).get(page)).text)
    assert "If you cancel, the place is free for others at once." in shown
