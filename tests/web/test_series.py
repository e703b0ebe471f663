"""Series on pages: booked, seen, changed and cancelled in a browser without JavaScript."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest

from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch_value, queries_run
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
    platz = {"platz": world.polch["2"].public_id, "von": "08:00", "bis": "17:00", "zahl": "3"}
    return await browser.get(f"{PAGE}?{urlencode(platz | fields)}")


async def bookings() -> int:
    return int(await fetch_value("SELECT count(*) FROM booking WHERE series IS NOT NULL"))


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
    assert await fetch_value("SELECT count(*) FROM booking WHERE series IS NOT NULL AND status = 'confirmed'") == 6


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
    page = await asked(await site.browser(world.mia), world, do="ja", zahl="6")
    assert "Do 24. Dezember Heiligabend geschlossen" in dates(page)
    assert "Do 17. Dezember schon gebucht" in dates(page)
    assert dates(page)[-1].startswith("Do 31. Dezember")


async def test_dates_of_another_year_name_it(site: Site, world: World) -> None:
    page = await asked(await site.browser(world.mia), world, do="ja", zahl="8")
    assert dates(page)[-1].startswith("Do 14. Januar 2027")


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        ({}, "wochentage", "Bitte wählen Sie mindestens einen Wochentag."),
        ({"di": "ja", "zahl": "53"}, "zahl", "Möglich sind 1 bis 52 Wochen."),
        ({"di": "ja", "zahl": "x"}, "zahl", "Möglich sind 1 bis 52 Wochen."),
        (
            {"rhythmus": "taeglich", "alle": "2", "ende": "termine", "zahl": "366"},
            "zahl",
            "Eine Serie reicht höchstens ein Jahr voraus",
        ),
        ({"di": "ja", "ende": "tag"}, "bis_tag", "Bitte den letzten Tag eintragen"),
        (
            {"di": "ja", "ende": "tag", "bis_tag": "2028-01-01"},
            "bis_tag",
            "Eine Serie reicht höchstens ein Jahr voraus",
        ),
        ({"di": "ja", "alle": "13"}, "alle", "Möglich ist 1 bis 12."),
        ({"di": "ja", "ab": "2026-11-01"}, "ab", "Dieser Tag ist schon vorbei."),
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
    assert (await browser.post(PAGE, platz="x", di="ja", von="08:00", bis="17:00", zahl="1")).status_code == 404
    assert (await browser.post(PAGE, platz="x")).status_code == 404


async def test_dates_of_others_are_not_found(site: Site, world: World) -> None:
    await habit(world)
    mia = await site.browser(world.mia)
    done = (await mia.post(PAGE, **confirm_fields(await mia.get(PAGE)))).headers["location"]
    assert (await mia.get(done)).status_code == 200
    assert (await (await site.browser(world.gundula)).get(done)).status_code == 404


async def a_series(site: Site, world: World, **fields: str) -> tuple[Browser, str]:
    """Mia's browser, and the address of the series that she has just booked."""
    browser = await site.browser(world.mia)
    page = await asked(browser, world, **({"do": "ja"} | fields))
    answer = await browser.post(PAGE, **confirm_fields(page))
    assert answer.status_code == 303, said(answer.text)
    return browser, answer.headers["location"].split("?")[0]


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """Those of the form that sends."""
    form = page.text.split('method="post" action="/woche/serien')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in pairs if name != "_csrf_token"}


@pytest.mark.parametrize(
    ("fields", "title", "first"),
    [
        ({"rhythmus": "taeglich", "ende": "termine", "zahl": "3"}, "Jeden Tag, 8–17 Uhr", "Mi 25. November"),
        (
            {"alle": "2", "zahl": "3", "di": "ja"},
            "Alle 2 Wochen am Dienstag und Donnerstag, 8–17 Uhr",
            "Do 26. November",
        ),
        (
            {"rhythmus": "monatlich", "ab": "2026-12-17", "ende": "tag", "bis_tag": "17.03.2027"},
            "Jeden Monat am 17., 8–17 Uhr",
            "Do 17. Dezember",
        ),
        (
            {"rhythmus": "monatlich", "monatlich_am": "wochentag", "ab": "2026-12-08", "ende": "termine", "zahl": "3"},
            "Jeden Monat am zweiten Dienstag, 8–17 Uhr",
            "Di 8. Dezember",
        ),
    ],
)
async def test_each_rhythm_can_be_booked_and_is_said_in_words(
    site: Site, world: World, fields: dict[str, str], title: str, first: str
) -> None:
    browser, address = await a_series(site, world, **fields)
    page = await browser.get(f"{address}?neu=1")
    assert f"<h1>{title}</h1>" in page.text
    assert "Die Bestätigung für alle Termine kommt in einer E-Mail." in said(page.text)
    assert dates(page)[0] == f"{first} 8–17 Uhr, RegioHub Polch, Platz 2 gebucht"
    assert await bookings() == 3


async def test_a_dates_own_page_leads_to_its_series(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    first = re.findall(r'href="(/buchungen/\w+)"', (await browser.get(address)).text)[0]
    page = await browser.get(first)
    assert f'href="{address}"' in page.text
    assert f'href="{address}/absagen?was=ab&amp;ab=2026-11-26"' in page.text
    assert (await browser.get(f"{address}/aendern?ab=2026-11-26")).status_code == 200


async def test_a_booking_can_be_made_to_come_back(site: Site, world: World) -> None:
    await booked(world, date(2026, 11, 26))
    browser = await site.browser(world.mia)
    public_id = await fetch_value("SELECT public_id FROM booking")
    link = re.search(r'href="(/woche/wiederholen\?[^"]+)"', (await browser.get(f"/buchungen/{public_id}")).text)
    assert link is not None
    page = await browser.get(unescape(link[1]))
    assert checked(page) == ["do"]
    assert dates(page)[0] == "Do 3. Dezember Platz 2 frei"


async def test_all_dates_of_a_holiday_are_cancelled_after_they_were_shown(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    page = await browser.get(f"{address}/absagen?was=zeitraum&ab=2026-12-01&bis=2026-12-06")
    assert dates(page) == ["Do 3. Dezember 8–17 Uhr, RegioHub Polch, Platz 2 gebucht"]
    assert "1 Termin wird abgesagt" in said(page.text)
    assert await bookings() == 3
    done = await browser.post(f"{address}/absagen", **hidden_fields(page))
    assert (done.status_code, done.headers["location"]) == (303, f"{address}?abgesagt=1")
    assert len(dates(await browser.get(address))) == 2
    again = await browser.post(f"{address}/absagen", **hidden_fields(page))
    assert again.status_code == 422
    assert "In diesem Zeitraum liegt kein Termin" in said(again.text)


@pytest.mark.parametrize(("query", "left"), [("was=alle", 0), ("was=ab&ab=2026-12-03", 1)])
async def test_all_or_this_and_following_are_cancelled(site: Site, world: World, query: str, left: int) -> None:
    browser, address = await a_series(site, world)
    page = await browser.get(f"{address}/absagen?{query}")
    assert (await browser.post(f"{address}/absagen", **hidden_fields(page))).status_code == 303
    assert len(dates(await browser.get(address))) in (left, 3)
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == left


async def test_a_day_that_is_missing_is_asked_for(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    page = await browser.get(f"{address}/absagen?was=zeitraum&ab=2026-12-01&bis=")
    assert page.status_code == 422
    assert 'id="bis-fehler"' in page.text
    assert 'value="2026-12-01"' in page.text


async def test_all_dates_are_changed_after_they_were_shown(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    form = await browser.get(f"{address}/aendern")
    assert checked(form) == ["do"]
    await booked(world, date(2026, 12, 3), "1", world.gundula)
    query = {"ab": "2026-11-26", "platz": world.polch["1"].public_id, "von": "09:00", "bis": "12:00"}
    query |= {"bis_tag": "2026-12-10", "do": "ja", "belegt": "anderer"}
    page = await browser.get(f"{address}/aendern?{urlencode(query)}")
    assert dates(page) == [
        "Do 26. November Platz 1 frei",
        "Do 3. Dezember Platz 2 statt Platz 1 frei",
        "Do 10. Dezember Platz 1 frei",
    ]
    done = await browser.post(f"{address}/aendern", **hidden_fields(page))
    assert done.headers["location"] == f"{address}?geaendert=1"
    assert "Do 3. Dezember 9–12 Uhr, RegioHub Polch, Platz 2 gebucht" in dates(await browser.get(address))
    assert "<h1>Jeden Donnerstag, 9–12 Uhr</h1>" in (await browser.get(address)).text


async def test_this_and_following_move_to_another_weekday_as_a_series_of_their_own(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    query = {"ab": "2026-12-03", "platz": world.polch["2"].public_id, "von": "08:00", "bis": "17:00"}
    query |= {"bis_tag": "2026-12-11", "fr": "ja"}
    page = await browser.get(f"{address}/aendern?{urlencode(query)}")
    assert dates(page) == ["Fr 4. Dezember Platz 2 frei", "Fr 11. Dezember Platz 2 frei"]
    done = await browser.post(f"{address}/aendern", **hidden_fields(page))
    assert done.status_code == 303
    assert not done.headers["location"].startswith(f"{address}?")
    assert "<h1>Jeden Freitag, 8–17 Uhr</h1>" in (await browser.get(done.headers["location"])).text
    assert len(dates(await browser.get(address))) == 1


async def test_a_lost_race_changes_nothing_and_shows_the_dates_as_they_are_now(site: Site, world: World) -> None:
    browser, address = await a_series(site, world)
    query = {"ab": "2026-11-26", "platz": world.polch["1"].public_id, "von": "08:00", "bis": "17:00"}
    page = await browser.get(f"{address}/aendern?{urlencode(query | {'bis_tag': '2026-12-10', 'do': 'ja'})}")
    await booked(world, date(2026, 12, 3), "1", world.gundula)
    answer = await browser.post(f"{address}/aendern", **hidden_fields(page))
    assert answer.status_code == 409
    assert dates(answer)[1] == "Do 3. Dezember Platz 2 statt Platz 1 frei"
    assert await fetch_value("SELECT count(*) FROM booking WHERE sequence > 0") == 0


async def test_a_club_books_for_its_evenings_and_skips_the_holidays(site: Site, world: World) -> None:
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ('chor', $1, 'Chor Polch', $2, $3)",
        world.operator,
        world.mia.id,
        NOW,
    )
    browser = await site.browser(world.mia)
    page = await asked(browser, world, do="ja", zahl="8", fuer="chor", ferien="ja")
    assert "Chor Polch" in page.text
    assert "Do 31. Dezember Weihnachtsferien Schulferien" in dates(page)
    answer = await browser.post(PAGE, **confirm_fields(page))
    shown = said((await browser.get(answer.headers["location"])).text)
    assert "Gebucht für Chor Polch." in shown
    assert "In den Schulferien fällt der Termin aus." in shown
    stranger = await site.browser(world.gundula)
    assert "Chor Polch" not in (await asked(stranger, world, do="ja")).text
    assert (await asked(stranger, world, do="ja", fuer="chor")).status_code == 404


async def test_a_series_page_asks_the_same_for_a_year_as_for_a_month(site: Site, world: World) -> None:
    counts = []
    for zahl in ("4", "52"):
        browser, address = await a_series(site, world, zahl=zahl)
        await browser.get(address)
        noted: list[str] = []
        queries_run.set(noted)
        await browser.get(address)
        await asked(browser, world, do="ja", zahl=zahl)
        queries_run.set(None)
        counts.append(len(noted))
        await execute("DELETE FROM claim")
        await execute("UPDATE booking SET status = 'cancelled'")
    assert counts[0] == counts[1] <= 25
