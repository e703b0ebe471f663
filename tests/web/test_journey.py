"""Near home to a booked desk, as a browser without JavaScript walks it."""

import re
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.inventory.floor_plans import FloorPlanDrawing, Furniture, Placement
from app.platform.database import execute, fetch_value
from tests.web.conftest import Site
from tests.worlds import HERE, TOMORROW, World, a_floor_plan, tomorrow


def text_of(page: httpx.Response) -> str:
    """What a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def fields_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address, whatever its query."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}(?:\?[^"]*)?".*?</form>', page.text, re.DOTALL)
    [form] = [form for form in forms if 'method="post"' in form[: form.index(">")]]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


async def booked(world: World, site: Site, desk: str = "1", starts: int = 8, ends: int = 18) -> str:
    """A booking of Mia's, made through the interface; its id."""
    answer = await site.program(world.mia).post(
        "/api/v1/bookings",
        json={
            "resource_id": world.polch[desk].public_id,
            "starts_at": tomorrow(starts).isoformat(),
            "ends_at": tomorrow(ends).isoformat(),
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_home_asks_one_question_and_shows_all_spaces(site: Site, world: World) -> None:
    page = await (await site.browser()).get("/")
    assert page.status_code == 200
    assert "Wo wohnen Sie?" in text_of(page)
    assert "RegioHub Polch" in text_of(page)
    assert page.text.count('name="ort"') == 1


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=HERE), "2026-11-24"),
        (datetime(2026, 11, 24, 19, tzinfo=HERE), "2026-11-25"),
        (datetime(2026, 11, 28, 19, tzinfo=HERE), "2026-11-30"),
        (datetime(2026, 12, 24, 19, tzinfo=HERE), "2026-12-28"),
    ],
)
async def test_the_search_starts_with_the_next_day_that_makes_sense(
    world: World, site: Site, moment: datetime, day: str
) -> None:
    site.clock.at = moment
    page = await (await site.browser()).get("/")
    assert f'type="date" value="{day}"' in page.text


async def test_search_by_postcode_lists_spaces_by_distance_with_free_desks(site: Site, world: World) -> None:
    page = await (await site.browser()).get(f"/plaetze?ort=56751&tag={TOMORROW}&zeit=ganz&art=desk")
    said = text_of(page)
    assert page.status_code == 200
    assert "3 freie Plätze nahe Polch" in said
    assert "Mi 25. November, ganzer Tag · 1 Standort im Umkreis von 15 km" in said
    assert "3 von 3" in said
    assert "offen 8–18 Uhr" in said


@pytest.mark.parametrize("typed", ["polch", "POLCH", "56751 Polch", "56751"])
async def test_places_are_found_as_people_type_them(world: World, site: Site, typed: str) -> None:
    page = await (await site.browser()).get("/plaetze", params={"ort": typed})
    assert "nahe Polch" in text_of(page)


async def test_an_unknown_place_is_said_beside_its_field_and_keeps_everything(site: Site, world: World) -> None:
    page = await (await site.browser()).get(f"/plaetze?ort=Atlantis&tag={TOMORROW}&zeit=vormittag")
    assert page.status_code == 422
    assert "Diesen Ort kennen wir nicht" in text_of(page)
    assert 'value="Atlantis"' in page.text
    assert 'aria-describedby="ort-fehler"' in page.text
    assert re.search(r'value="vormittag" checked', page.text)


async def test_the_device_position_searches_without_a_place(site: Site, world: World) -> None:
    page = await (await site.browser()).get("/plaetze?lat=50.300&lng=7.317&ort=")
    assert "nahe Mein Standort" in text_of(page)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("tag=2026-11-20", "Dieser Tag ist schon vorbei."),
        ("tag=2028-11-20", "So weit im Voraus"),
        ("tag=2026-02-30", "Bitte ein Datum wählen"),
        ("tag=morgen", "Bitte ein Datum wählen"),
        ("zeit=eigen&von=8:07&bis=9:00", "Viertelstunden"),
        ("zeit=eigen&von=9:00&bis=8:00", "Das Ende muss nach dem Anfang liegen"),
        ("zeit=eigen", "Bitte Anfang und Ende eintragen"),
    ],
)
async def test_times_that_cannot_be_are_said_beside_their_fields(
    world: World, site: Site, query: str, says: str
) -> None:
    page = await (await site.browser()).get(f"/plaetze?ort=Polch&{query}")
    assert page.status_code == 422
    assert says in text_of(page)


@pytest.mark.parametrize("page", ["/standorte/regiohub-polch", "move"])
async def test_times_that_do_not_fit_stay_in_their_fields(world: World, site: Site, page: str) -> None:
    if page == "move":
        page = f"/buchungen/{await booked(world, site)}/verschieben"
    browser = await site.browser(world.mia)
    again = await browser.get(f"{page}?tag={TOMORROW}&zeit=eigen&von=11:00&bis=10:00")
    assert again.status_code == 422
    assert "Das Ende muss nach dem Anfang liegen." in text_of(again)
    for value in (f'value="{TOMORROW}"', 'value="11:00"', 'value="10:00"'):
        assert value in again.text


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", "'; DROP TABLE person;--", "%00", "\u202e" * 50, "x" * 10_000]
)
async def test_nasty_input_is_text_and_nothing_else(world: World, site: Site, nasty: str) -> None:
    browser = await site.browser()
    for field in ("ort", "tag", "zeit", "von", "bis", "art", "filter", "lat"):
        page = await browser.get("/plaetze", params={"ort": "Polch", field: nasty})
        assert page.status_code in (200, 422), (field, page.status_code)
        assert "<script>alert" not in page.text


async def test_the_space_page_says_plan_and_list_alike(world: World, site: Site) -> None:
    await booked(world, site)
    page = await (await site.browser()).get(f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz&art=desk")
    said = text_of(page)
    assert "2 von 3" in said
    assert world.polch["1"].public_id not in re.findall(r'name="platz" value="(\w*)"', page.text)
    assert world.polch["2"].public_id in re.findall(r'name="platz" value="(\w*)"', page.text)
    assert "Genossenschaft Maifeld" in said


async def test_a_choice_in_the_address_is_marked(world: World, site: Site) -> None:
    chosen = world.polch["2"].public_id
    page = await (await site.browser()).get(f"/standorte/regiohub-polch?tag={TOMORROW}&platz={chosen}")
    assert re.search(rf'value="{chosen}" id="p\d+" checked', page.text)


async def test_an_unknown_space_is_a_page_that_says_so(site: Site, world: World) -> None:
    page = await (await site.browser()).get("/standorte/gibt-es-nicht")
    assert page.status_code == 404
    assert "Das gibt es hier nicht" in text_of(page)


async def test_without_an_account_the_choice_is_kept_through_signing_in(world: World, site: Site) -> None:
    chosen = world.polch["2"].public_id
    address = f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=vormittag&platz={chosen}"
    page = await (await site.browser()).get(address)
    assert page.status_code == 200
    assert "Platz 2" in text_of(page)
    way_in = re.search(r'href="(/anmelden\?weiter=[^"]+)"', page.text)
    assert way_in
    back = parse_qs(urlsplit(unescape(way_in[1])).query)["weiter"][0]
    again = await (await site.browser(world.mia)).get(back)
    assert "Platz 2" in text_of(again)
    assert "8–12 Uhr" in text_of(again)


async def test_summary_confirm_done(world: World, site: Site) -> None:
    browser = await site.browser(world.mia)
    address = f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz"
    page = await browser.get(address)
    assert "Kosten" not in text_of(page)
    form = fields_of(page, "/buchen")
    done = await browser.client.post("/buchen", data=form | {"notiz": "Am Fenster, bitte"})
    assert done.status_code == 303
    shown = await browser.get(done.headers["location"])
    said = text_of(shown)
    assert "Gebucht" in said
    assert "RegioHub Polch, Platz 1" in said
    assert "Am Fenster, bitte" in said
    calendar = await browser.get(f"{urlsplit(done.headers['location']).path}/kalender.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert b"SUMMARY:Platz 1" in calendar.content


async def test_the_telephone_of_a_space_can_be_dialled(world: World, site: Site) -> None:
    await execute("UPDATE space SET phone = '+49 (0) 2654 / 12-0' WHERE id = $1", world.polch.id)
    browser = await site.browser(world.mia)
    for page in ("/standorte/regiohub-polch", f"/buchungen/{await booked(world, site)}"):
        assert '<a href="tel:+492654120">+49 (0) 2654 / 12-0</a>' in (await browser.get(page)).text


async def test_the_same_form_sent_twice_books_once(world: World, site: Site) -> None:
    browser = await site.browser(world.mia)
    form = fields_of(await browser.get(f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz"), "/buchen")
    first, second = [await browser.client.post("/buchen", data=form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert await fetch_value("SELECT count(*) FROM booking") == 1


async def test_a_lost_race_shows_the_other_desks(world: World, site: Site) -> None:
    browser = await site.browser(world.gundula)
    chosen = world.polch["1"].public_id
    page = await browser.get(f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz&platz={chosen}")
    form = fields_of(page, "/buchen")
    await booked(world, site)
    lost = await browser.client.post("/buchen", data=form | {"notiz": "Am Fenster, bitte"})
    assert lost.status_code == 409
    assert "Platz 1 ist in dieser Zeit vergeben. Frei sind noch: 2 und 3." in text_of(lost)
    assert "Am Fenster, bitte" in text_of(lost)
    other = world.polch["2"].public_id
    assert f'name="platz" id="platz-{other}" value="{other}" checked' in lost.text
    again = await browser.client.post("/buchen", data=fields_of(lost, "/buchen") | {"platz": other})
    assert "RegioHub Polch, Platz 2" in text_of(await browser.get(again.headers["location"]))


async def test_cancel_asks_first_and_then_frees_the_desk(world: World, site: Site) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    asked = await browser.get(f"/buchungen/{booking}/absagen")
    assert "Der Platz wird sofort wieder für andere frei." in text_of(asked)
    assert await fetch_value("SELECT count(*) FROM claim") == 1
    gone = await browser.post(f"/buchungen/{booking}/absagen")
    assert gone.status_code == 303
    assert "abgesagt" in text_of(await browser.get(gone.headers["location"]))
    assert await fetch_value("SELECT count(*) FROM claim") == 0
    again = await browser.post(f"/buchungen/{booking}/absagen")
    assert again.status_code == 409
    assert "lässt sich nicht mehr ändern" in text_of(again)


async def test_moving_shows_the_own_desk_as_free_and_changes_time_and_desk(world: World, site: Site) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    page = await browser.get(f"/buchungen/{booking}/verschieben")
    assert re.search(rf'value="{world.polch["1"].public_id}" id="p\d+" checked', page.text)
    address = f"/buchungen/{booking}/verschieben"
    later = await browser.get(f"{address}?tag={TOMORROW}&zeit=eigen&von=10:00&bis=16:00")
    moved = await browser.client.post(address, data=fields_of(later, address) | {"platz": world.polch["3"].public_id})
    assert moved.status_code == 303
    said = text_of(await browser.get(moved.headers["location"]))
    assert "Platz 3" in said
    assert "10–16 Uhr" in said


async def test_a_move_onto_a_taken_desk_keeps_the_old_one(world: World, site: Site) -> None:
    booking = await booked(world, site)
    await booked(world, site, "2")
    browser = await site.browser(world.mia)
    address = f"/buchungen/{booking}/verschieben"
    form = fields_of(await browser.get(address), address)
    refused = await browser.client.post(address, data=form | {"platz": world.polch["2"].public_id})
    assert refused.status_code == 409
    assert "Platz 2 ist in dieser Zeit vergeben." in text_of(refused)
    assert await fetch_value("SELECT count(*) FROM claim") == 2


async def test_arriving_is_offered_when_it_is_time(world: World, site: Site) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    assert "Ich bin da" not in text_of(await browser.get(f"/buchungen/{booking}"))
    site.clock.at = tomorrow(7, 50)
    assert "Ich bin da" in text_of(await browser.get(f"/buchungen/{booking}"))
    arrived = await browser.post(f"/buchungen/{booking}/ankommen")
    assert "Wir haben notiert, dass Sie da sind." in text_of(await browser.get(arrived.headers["location"]))


async def test_a_full_space_offers_another_day_and_its_neighbours(world: World, site: Site) -> None:
    for desk in ("1", "2", "3"):
        await booked(world, site, desk)
    browser = await site.browser()
    space = text_of(await browser.get(f"/standorte/regiohub-polch?tag={TOMORROW}"))
    assert "In dieser Zeit ist hier alles belegt. Am Do 26. November sind 3 frei." in space
    found = text_of(await browser.get(f"/plaetze?ort=Polch&tag={TOMORROW}"))
    assert "An diesem Tag ist nahe Polch nichts frei. Am Do 26. November sind 3 frei." in found
    assert "Weiter weg, aber frei: Alte Post Andernach" in found


async def test_a_closed_day_says_why(site: Site, world: World) -> None:
    page = await (await site.browser()).get("/standorte/regiohub-polch?tag=2026-12-24")
    assert "Heiligabend" in text_of(page)


async def test_english_is_spoken_where_it_is_preferred_or_chosen(site: Site, world: World) -> None:
    english = await site.browser(language="en-GB,en;q=0.9")
    assert "Where do you live?" in text_of(await english.get("/"))
    german = await site.browser()
    chosen = await german.post("/sprache", sprache="en", zurueck="/plaetze?ort=Polch")
    assert chosen.headers["location"] == "/plaetze?ort=Polch"
    assert "nahe" not in text_of(await german.get("/plaetze?ort=Polch"))


async def test_a_day_whose_hours_are_over_is_not_called_closed(world: World, site: Site) -> None:
    site.clock.at = datetime(2026, 11, 27, 19, tzinfo=HERE)
    browser = await site.browser()
    page = await browser.get("/plaetze?ort=Polch&tag=2026-11-27")
    strip = page.text[page.text.index('class="nw-days"') :].partition("</ol>")[0]
    days = [" ".join(re.sub("<[^>]+>", " ", day).split()) for day in strip.split("<li>")[1:]]
    assert days[:4] == ["Fr 27.11. vorbei", "Sa 28.11. zu", "So 29.11. zu", "Mo 30.11. 3 frei"]
    assert "Diese Zeit ist schon vorbei" in text_of(page)
    space = text_of(await browser.get("/standorte/regiohub-polch?tag=2026-11-27"))
    assert "Diese Zeit ist schon vorbei. Am Mo 30. November sind 3 frei." in space


async def test_the_floor_plan_speaks_the_readers_language(world: World, site: Site) -> None:
    drawing = FloorPlanDrawing(720, 540, (Furniture(600, 340, 90, 42, "Drucker", name_en="Printer"),))
    await a_floor_plan(world.polch, drawing, {"1": Placement(40, 40)})
    for language, word, other in (("de", "Drucker", "Printer"), ("en", "Printer", "Drucker")):
        page = await (await site.browser(language=language)).get("/standorte/regiohub-polch")
        plan = page.text.partition('<svg class="nw-plan')[2].partition("</svg>")[0]
        assert f">{word}</text>" in plan
        assert other not in plan
