"""Booking every Tuesday and Thursday, in a browser without JavaScript."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest

from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch_value
from tests.web.conftest import Browser, Site
from tests.worlds import NOW, APerson, World, at

PAGE = "/woche/wiederholen"


async def booked(world: World, day: date, desk: str = "2", who: APerson | None = None) -> None:
    command = BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 17))
    await book((who or world.mia).actor(), command, min(NOW, at(day, 8) - timedelta(days=1)))


async def habit(world: World) -> None:
    """Tuesdays and Thursdays."""
    for day in (10, 12, 17, 19):
        await booked(world, date(2026, 11, day))


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def checked(page: httpx.Response) -> list[str]:
    return re.findall(r'type="checkbox" id="(\w+)"[^>]* checked', page.text)


def dates(page: httpx.Response) -> list[str]:
    found = re.search(r'<ol class="nw-lines">.*?</ol>', page.text, re.DOTALL)
    return [said(f"<li{line}") for line in found[0].split("<li")[1:]] if found else []


def confirm_fields(page: httpx.Response) -> dict[str, str]:
    form = page.text.split('method="post" action="/woche/wiederholen"')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name != "_csrf_token"}


async def asked(browser: Browser, world: World, **fields: str) -> httpx.Response:
    platz = {"platz": world.polch["2"].public_id, "von": "08:00", "bis": "17:00", "wochen": "3"}
    return await browser.get(f"{PAGE}?{urlencode(platz | fields)}")


async def bookings() -> int:
    return int(await fetch_value("SELECT count(*) FROM booking WHERE group_id IS NOT NULL"))


async def test_the_habit_fills_the_form_in_and_shows_its_dates_at_once(site: Site, world: World) -> None:
    await habit(world)
    page = await (await site.browser(world.mia)).get(PAGE)
    assert page.status_code == 200
    assert checked(page) == ["di", "do"]
    assert re.findall(r'value="(\d\d:\d\d)"', page.text)[:2] == ["08:00", "17:00"]
    assert dates(page)[:3] == [
        "Do 26. November Platz 2 frei",
        "Di 1. Dezember nur 12–18 Uhr offen geschlossen",
        "Do 3. Dezember Platz 2 frei",
    ]
    assert "7 Termine werden gebucht" in said(page.text)
    assert await bookings() == 0, "looking books nothing"


async def test_one_press_books_all_dates_and_each_stands_alone(site: Site, world: World) -> None:
    await habit(world)
    browser = await site.browser(world.mia)
    answer = await browser.post(PAGE, **confirm_fields(await browser.get(PAGE)))
    assert answer.status_code == 303
    done = await browser.get(answer.headers["location"])
    assert "7 Termine" in said(done.text)
    first = re.findall(r'href="(/buchungen/\w+)"', done.text)[0]
    assert await bookings() == 7
    assert (await browser.post(f"{first}/absagen")).status_code == 303
    assert await fetch_value("SELECT count(*) FROM booking WHERE group_id IS NOT NULL AND status = 'confirmed'") == 6


async def test_the_same_form_sent_twice_books_once(site: Site, world: World) -> None:
    await habit(world)
    browser = await site.browser(world.mia)
    fields = confirm_fields(await browser.get(PAGE))
    first, second = await browser.post(PAGE, **fields), await browser.post(PAGE, **fields)
    assert first.headers["location"] == second.headers["location"]
    assert await bookings() == 7


async def test_a_lost_race_books_nothing_and_shows_the_dates_as_they_are_now(site: Site, world: World) -> None:
    await habit(world)
    browser = await site.browser(world.mia)
    fields = confirm_fields(await browser.get(PAGE))
    await booked(world, date(2026, 12, 3), who=world.gundula)
    answer = await browser.post(PAGE, **fields)
    assert answer.status_code == 409
    assert "Gebucht ist noch nichts." in said(answer.text)
    assert dates(answer)[2] == "Do 3. Dezember Platz 1 statt Platz 2 frei"
    assert await bookings() == 0
    again = await browser.post(PAGE, **confirm_fields(answer))
    assert again.status_code == 303
    assert await bookings() == 7


async def test_taken_dates_can_be_left_out(site: Site, world: World) -> None:
    await booked(world, date(2026, 12, 3), who=world.gundula)
    browser = await site.browser(world.mia)
    page = await asked(browser, world, do="ja", belegt="auslassen")
    assert dates(page) == [
        "Do 26. November Platz 2 frei",
        "Do 3. Dezember Platz 2 ist vergeben ausgelassen",
        "Do 10. Dezember Platz 2 frei",
    ]
    answer = await browser.post(PAGE, **confirm_fields(page))
    assert answer.status_code == 303
    assert await bookings() == 2


async def test_closed_days_say_why_and_own_bookings_are_not_doubled(site: Site, world: World) -> None:
    await booked(world, date(2026, 12, 17), "1")
    page = await asked(await site.browser(world.mia), world, do="ja", wochen="6")
    assert "Do 24. Dezember Heiligabend geschlossen" in dates(page)
    assert "Do 17. Dezember schon gebucht" in dates(page)
    assert dates(page)[-1].startswith("Do 31. Dezember")


async def test_dates_of_another_year_name_it(site: Site, world: World) -> None:
    page = await asked(await site.browser(world.mia), world, do="ja", wochen="8")
    assert dates(page)[-1].startswith("Do 14. Januar 2027")


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({}, "wochentage", "Bitte wählen Sie mindestens einen Wochentag."),
        ({"di": "ja", "wochen": "13"}, "wochen", "Möglich sind 1 bis 12 Wochen."),
        ({"di": "ja", "wochen": "x"}, "wochen", "Möglich sind 1 bis 12 Wochen."),
        ({"di": "ja", "von": "18:00"}, "bis", "Das Ende muss nach dem Anfang liegen."),
        ({"di": "ja", "bis": "17:05"}, "bis", "Bitte Anfang und Ende eintragen"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    site: Site, world: World, fields: dict[str, str], field: str, error: str
) -> None:
    page = await asked(await site.browser(world.mia), world, **fields)
    assert page.status_code == 422
    beside = re.search(rf'id="{field}-fehler">(.*?)</p>', page.text, re.DOTALL)
    assert beside is not None
    assert error in said(beside[1])
    assert f'href="#{field}"' in page.text
    assert checked(page) == (["di"] if "di" in fields else [])
    assert not dates(page)


async def test_house_rules_are_asked_for_where_they_are_new(site: Site, world: World) -> None:
    await habit(world)
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, valid_from) VALUES ($1, 2, 'Abends Licht aus.', $2)",
        world.polch.id,
        NOW - timedelta(days=1),
    )
    browser = await site.browser(world.mia)
    answer = await browser.post(PAGE, **confirm_fields(await browser.get(PAGE)))
    assert answer.status_code == 422
    beside = re.search(r'id="hausordnung-fehler">(.*?)</p>', answer.text, re.DOTALL)
    assert beside is not None
    assert "Hausordnung" in said(beside[1])
    assert "Abends Licht aus." in answer.text
    assert await bookings() == 0
    again = await browser.post(PAGE, **confirm_fields(answer), hausordnung="ja")
    assert again.status_code == 303
    assert await bookings() == 7


async def test_who_has_never_booked_is_shown_the_way(site: Site, world: World) -> None:
    page = await (await site.browser(world.gundula)).get(PAGE)
    assert page.status_code == 200
    assert "Buchen Sie ihn einmal, dann geht es hier weiter." in said(page.text)
    assert 'href="/plaetze"' in page.text
    assert "<form class" not in page.text.split("<main")[1].split("</main>")[0]


async def test_a_space_that_is_gone_leaves_the_page_empty_but_there(site: Site, world: World) -> None:
    await habit(world)
    await execute("UPDATE space SET retired_at = $2 WHERE id = $1", world.polch.id, NOW)
    page = await (await site.browser(world.mia)).get(PAGE)
    assert page.status_code == 200
    assert "Buchen Sie ihn einmal" in said(page.text)


async def test_a_desk_that_does_not_exist_is_not_found(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    assert (await browser.get(f"{PAGE}?platz=x&di=ja&von=08:00&bis=17:00&wochen=1")).status_code == 404
    assert (await browser.post(PAGE, platz="x", di="ja", von="08:00", bis="17:00", wochen="1")).status_code == 404
    assert (await browser.post(PAGE, platz="x")).status_code == 404


async def test_dates_of_others_are_not_found(site: Site, world: World) -> None:
    await habit(world)
    mia = await site.browser(world.mia)
    done = (await mia.post(PAGE, **confirm_fields(await mia.get(PAGE)))).headers["location"]
    assert (await mia.get(done)).status_code == 200
    assert (await (await site.browser(world.gundula)).get(done)).status_code == 404
