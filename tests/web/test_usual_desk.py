"""The usual desk on 'Meine Woche': two presses to book it again."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from html import unescape

import httpx

from app.bookings.operations import BookDesk, book
from app.platform.database import fetch_row, fetch_value, queries_run
from tests.web.conftest import Browser, Site
from tests.worlds import TOMORROW, APerson, World, at

TWO_TUESDAYS = [date(2026, 11, 10), date(2026, 11, 17)]
MOST_STATEMENTS = 15
"""What the whole page asks the database, the session included."""


async def came(world: World, days: Sequence[date], who: APerson | None = None, desk: str = "2") -> None:
    """Bookings from 8 to 17 that were made on the day before."""
    for day in days:
        command = BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 17))
        await book((who or world.mia).actor(), command, at(day, 8) - timedelta(days=1))


def offer(page: httpx.Response) -> str:
    found = re.search(r'<section class="nw-usual".*?</section>', page.text, re.DOTALL)
    return found[0] if found else ""


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def first_press(page: httpx.Response) -> str:
    found = re.search(r'<a class="kern-btn kern-btn--primary" href="([^"]+)"', offer(page))
    assert found is not None
    return unescape(found[1])


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    form = page.text.split('<form class="nw-form" method="post"')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name != "_csrf_token"}


async def test_two_presses_book_the_usual_desk_for_tomorrow(site: Site, world: World) -> None:
    await came(world, TWO_TUESDAYS)
    browser = await site.browser(world.mia)
    week = await browser.get("/woche")
    assert said(offer(week)).startswith("Platz 2 in Polch, morgen 8–17 Uhr Wie immer buchen")
    summary = await browser.get(first_press(week))
    assert "Platz 2" in said(summary.text)
    assert "Mi 25. November, 8–17 Uhr" in said(summary.text)
    answer = await browser.post("/buchen", **hidden_fields(summary), notiz="")
    assert answer.status_code == 303
    booked = await fetch_row("SELECT starts_at, ends_at, resource FROM booking ORDER BY id DESC LIMIT 1")
    assert booked is not None
    assert (booked["starts_at"], booked["ends_at"]) == (at(TOMORROW, 8), at(TOMORROW, 17))
    assert booked["resource"] == world.polch["2"].id


async def test_a_day_that_is_not_tomorrow_is_called_by_its_name(site: Site, world: World) -> None:
    await came(world, [*TWO_TUESDAYS, TOMORROW])
    page = await (await site.browser(world.mia)).get("/woche")
    assert said(offer(page)).startswith("Platz 2 in Polch, Donnerstag, 26. November, 8–17 Uhr")


async def test_where_it_is_taken_the_best_other_desk_is_offered_and_said_so(site: Site, world: World) -> None:
    await came(world, TWO_TUESDAYS)
    await came(world, [TOMORROW], world.gundula)
    page = await (await site.browser(world.mia)).get("/woche")
    text = said(offer(page))
    assert text.startswith("Platz 1 in Polch, morgen 8–17 Uhr Platz 2 ist dann nicht frei, dieser schon.")
    assert f"platz={world.polch['1'].public_id}" in first_press(page)


async def test_where_all_is_taken_the_way_leads_to_the_neighbours(site: Site, world: World) -> None:
    await came(world, TWO_TUESDAYS)
    for desk in ("1", "2", "3"):
        await came(world, [TOMORROW], world.gundula, desk)
    browser = await site.browser(world.mia)
    page = await browser.get("/woche")
    assert "Dann ist in RegioHub Polch alles belegt." in said(offer(page))
    assert first_press(page).startswith("/plaetze?ort=56751+Polch&tag=2026-11-25")
    assert (await browser.get(first_press(page))).status_code == 200


async def test_where_every_day_is_booked_the_repeat_remains(site: Site, world: World) -> None:
    ahead = [TOMORROW + timedelta(days=n) for n in range(14)]
    await came(world, TWO_TUESDAYS)
    await came(world, [day for day in ahead if day.isoweekday() < 6 and day != date(2026, 12, 1)])
    page = await (await site.browser(world.mia)).get("/woche")
    assert "In den nächsten zwei Wochen ist jeder Tag gebucht oder geschlossen." in said(offer(page))
    assert 'href="/woche/wiederholen"' in offer(page)


async def test_every_tuesday_and_thursday_is_one_step_away(site: Site, world: World) -> None:
    await came(world, [*TWO_TUESDAYS, date(2026, 11, 12), date(2026, 11, 19)])
    page = await (await site.browser(world.mia)).get("/woche")
    assert "Jeden Dienstag und Donnerstag wiederholen" in said(offer(page))


async def test_who_has_no_habit_yet_reads_how_to_get_one(site: Site, world: World) -> None:
    await came(world, [TOMORROW])
    page = await (await site.browser(world.mia)).get("/woche")
    assert not offer(page)
    assert "zweimal denselben Platz zur selben Zeit" in said(page.text)
    newcomer = await (await site.browser(world.gundula)).get("/woche")
    assert "zweimal denselben Platz" not in said(newcomer.text)
    assert "Hier steht Ihre Woche, sobald Sie einen Platz gebucht haben." in said(newcomer.text)


async def test_english_readers_read_it_in_english(site: Site, world: World) -> None:
    await came(world, TWO_TUESDAYS)
    browser = await site.browser(world.mia)
    browser.client.cookies.set("sprache", "en")
    text = said(offer(await browser.get("/woche")))
    assert text.startswith("Desk 2 in Polch, tomorrow 8:00–17:00 Book as usual Repeat every Tuesday")


async def test_however_much_is_booked_the_page_asks_the_same(site: Site, world: World) -> None:
    counts = []
    for days in (TWO_TUESDAYS, [date(2026, 11, day) for day in (9, 11, 12, 13, 16, 18, 19, 20, 30)]):
        await came(world, days)
        counts.append(await statements_of(await site.browser(world.mia)))
    assert counts[0] == counts[1] <= MOST_STATEMENTS


async def statements_of(browser: Browser) -> int:
    await browser.get("/woche")  # once before, so that nothing counts that is done once a minute
    noted: list[str] = []
    queries_run.set(noted)
    await browser.get("/woche")
    queries_run.set(None)
    return len(noted)


async def test_looking_books_nothing(site: Site, world: World) -> None:
    await came(world, TWO_TUESDAYS)
    browser = await site.browser(world.mia)
    await browser.get(first_press(await browser.get("/woche")))
    assert await fetch_value("SELECT count(*) FROM booking") == 2
