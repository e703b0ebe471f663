"""The calendar of a space as Frida at the front desk and Otto, who runs it, see it and work with it."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from app.bookings.block_plan import Block
from app.bookings.blocking import block, plan_block
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_named
from app.identity.operations import NewPerson, create_people
from app.identity.queries import people
from app.network.managing import managed_space
from app.platform.database import execute, fetch_value, queries_run
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, TOMORROW, World, rules_at, tomorrow

CALENDAR = "/theke/regiohub-polch/kalender"
THAT_DAY = f"{CALENDAR}?tag={TOMORROW}"
THAT_WEEK = f"{CALENDAR}?ansicht=woche&tag={TOMORROW}"
THAT_MONTH = f"{CALENDAR}?ansicht=monat&tag={TOMORROW}"


@pytest.fixture
async def frida(site: Site, world: World) -> Browser:
    return await site.browser(world.frida)


async def mias(world: World, place: str = "1", starts: int = 9, ends: int = 11) -> str:
    """Mia's booking tomorrow; its id."""
    wish = BookDesk(world.polch[place].public_id, tomorrow(starts), tomorrow(ends))
    return (await book(world.mia.actor(), wish, NOW)).public_id


async def closed_off(world: World, place: str, starts: int, ends: int) -> None:
    """What Otto blocks tomorrow, for the heating."""
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    command = Block((world.polch[place].public_id,), tomorrow(starts), tomorrow(ends), "Heizung")
    await block(otto, polch, command, (await plan_block(otto, polch, command, NOW)).state, {}, NOW)


def dropped(place: str, starts: str, ends: str, day: date = TOMORROW) -> dict[str, str]:
    """What the page sends of a bar that was put down there."""
    return {"tag": day.isoformat(), "zeit": "eigen", "von": starts, "bis": ends, "was": place}


async def test_a_day_says_who_has_what_and_links_what_is_free(frida: Browser, world: World) -> None:
    booking = await mias(world)
    await closed_off(world, "2", 13, 18)
    await rules_at(world.polch, world.polch["Nette"].kind, needs_approval=True)
    await mias(world, "Nette", 14, 16)
    page = await frida.get(THAT_DAY)
    assert page.status_code == 200
    words = said(page.text)
    assert "Mittwoch, 25. November 2026" in words
    assert "Hammes, M. , Mia Hammes, 9–11 Uhr, erwartet" in words
    assert "Gesperrt: Heizung" in words
    assert "Anfrage: Hammes, M." in words
    assert f'href="{CALENDAR}/buchungen/{booking}?tag={TOMORROW}"' in page.text
    free = f"{CALENDAR}/neu?platz={world.polch['1'].public_id}&amp;am={TOMORROW}&amp;von=11:00&amp;bis=11:30"
    assert free in page.text
    assert free.replace("11:00", "9:30") not in page.text


async def test_a_week_has_halves_with_who_or_how_many(frida: Browser, world: World) -> None:
    await mias(world, "1", 8, 18)
    for hour in (8, 10):
        await mias(world, "K1", hour, hour + 1)
    page = await frida.get(THAT_WEEK)
    assert 'colspan="2"><a class="nw-bar"' in page.text
    assert "2 Buchungen" in said(page.text)
    assert f"am={TOMORROW}&amp;von=13:00&amp;bis=18:00" in page.text
    assert "Sa" not in said(page.text).split("Zeichen")[0].split("Fr 27.11.")[1].split("Schreibtisch")[0]


async def test_a_month_counts_each_day(frida: Browser, world: World) -> None:
    await mias(world, "1", 8, 18)
    await mias(world, "2", 9, 11)
    await closed_off(world, "3", 8, 18)
    page = await frida.get(THAT_MONTH)
    assert "November 2026" in said(page.text)
    rows = {row[0]: row for row in (said(f"<main><{part}</main>").split()[1:] for part in page.text.split("<tr")[2:])}
    assert rows["Schreibtisch"][1 + TOMORROW.day] == "2"
    assert [rows[name][TOMORROW.day] for name in ("1", "2", "3", "Nette")] == ["1", "1", "gesp.", "0"]


async def test_a_closed_day_says_why(frida: Browser, world: World) -> None:
    assert "Geschlossen: Heiligabend." in said((await frida.get(f"{CALENDAR}?tag=2026-12-24")).text)
    assert "Heiligabend" in said((await frida.get(f"{CALENDAR}?ansicht=woche&tag=2026-12-24")).text)


@pytest.mark.parametrize(
    ("wrong", "status"), [("tag=morgen", 422), ("tag=0001-01-01", 422), ("ansicht=jahr&art=x", 200)]
)
async def test_a_wrong_address_shows_today(frida: Browser, wrong: str, status: int) -> None:
    page = await frida.get(f"{CALENDAR}?{wrong}")
    assert page.status_code == status
    assert "Dienstag, 24. November 2026" in said(page.text)


async def test_kinds_are_chosen_by_link(frida: Browser, world: World) -> None:
    page = await frida.get(f"{THAT_DAY}&art=room")
    assert f"r-{world.polch['Nette'].public_id}" in page.text
    assert f"r-{world.polch['1'].public_id}" not in page.text


async def test_floors_are_chosen_by_link(frida: Browser, world: World) -> None:
    for number, (name, place) in enumerate((("Erdgeschoss", "1"), ("Oben", "2"))):
        floor = await fetch_value(
            "INSERT INTO floor_plan (space, name, position, drawing) VALUES ($1, $2, $3, '{}') RETURNING id",
            *(world.polch.id, name, number),
        )
        await execute("UPDATE resource SET floor_plan = $1 WHERE id = $2", floor, world.polch[place].id)
    page = await frida.get(f"{THAT_DAY}&etage=2")
    assert "Erdgeschoss" in said(page.text)
    assert f"r-{world.polch['2'].public_id}" in page.text
    assert f"r-{world.polch['1'].public_id}" not in page.text


async def test_what_is_put_down_elsewhere_is_moved(frida: Browser, world: World) -> None:
    booking = await mias(world)
    wish = dropped(world.polch["2"].public_id, "13:00", "15:30")
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/verschieben?ansicht=woche&tag={TOMORROW}", **wish)
    assert answer.headers["location"] == f"{THAT_WEEK}&getan=verschoben#b-{booking}"
    moved = await booking_named(booking)
    assert moved is not None
    assert (moved.resource.name, moved.starts_at, moved.ends_at) == ("2", tomorrow(13), tomorrow(15, 30))


async def test_what_cannot_be_moved_says_what_would_be_allowed_and_stays(frida: Browser, world: World) -> None:
    booking = await mias(world)
    otto = BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(18))
    await book(world.otto.actor(), otto, NOW)
    wish = dropped(world.polch["2"].public_id, "9:00", "11:00")
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/verschieben?tag={TOMORROW}", **wish)
    assert answer.status_code == 409
    words = said(answer.text)
    assert "Platz 2 ist in dieser Zeit vergeben. Frei sind noch: " in words
    assert "Die Buchung steht, wo sie war." in words
    moved = await booking_named(booking)
    assert moved is not None
    assert (moved.resource.name, moved.starts_at) == ("1", tomorrow(9))
    here = f'data-live="/theke/regiohub-polch/aenderungen" data-here="{THAT_DAY}"'
    assert here in answer.text, "the page that says so keeps itself up to date as the calendar"
    form = answer.text.split(f'href="/theke/regiohub-polch/buchungen/{booking}/verschieben?')[1].split('"')[0]
    page = await frida.get(f"/theke/regiohub-polch/buchungen/{booking}/verschieben?{form.replace('&amp;', '&')}")
    assert f'<option value="{world.polch["2"].public_id}" selected>' in page.text
    assert f'href="{THAT_DAY}#b-{booking}"' in page.text


async def test_the_plain_form_to_move_leads_back_to_the_calendar_that_it_was_opened_from(
    frida: Browser, world: World
) -> None:
    booking = await mias(world)
    week = f"{CALENDAR}?ansicht=woche&tag={TOMORROW}&art=desk&etage=1"
    page = await frida.get(week.replace("kalender?", f"kalender/buchungen/{booking}?"))
    form = page.text.split(f'href="/theke/regiohub-polch/buchungen/{booking}/verschieben?')[1].split('"')[0]
    address = f"/theke/regiohub-polch/buchungen/{booking}/verschieben?{form}"
    assert f'action="{address}"' in (await frida.get(address)).text
    later = TOMORROW + timedelta(days=1)
    wrong = await frida.post(address, **dropped("", "12:00", "10:00", later))
    assert (wrong.status_code, f'action="{address}"' in wrong.text) == (422, True)
    answer = await frida.post(address, **dropped("", "10:00", "12:00", later))
    assert answer.headers["location"] == f"{week.replace(str(TOMORROW), str(later))}&getan=verschoben#b-{booking}"


async def test_who_is_noted_as_arrived_from_the_calendar_leads_back_to_that_view_of_it(
    site: Site, frida: Browser, world: World
) -> None:
    booking = await mias(world)
    site.clock.at = tomorrow(9)
    week = f"{CALENDAR}?ansicht=woche&tag={TOMORROW}&art=desk&etage=1"
    page = await frida.get(week.replace("kalender?", f"kalender/buchungen/{booking}?"))
    action = page.text.split(f"kalender/buchungen/{booking}/da?")[1].split('"')[0].replace("&amp;", "&")
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/da?{action}")
    assert answer.headers["location"] == f"{week}&getan=da"
    arrived = await booking_named(booking)
    assert arrived is not None
    assert arrived.checked_in_at is not None
    again = await frida.post(f"{CALENDAR}/buchungen/{booking}/absagen?{action}")
    assert again.status_code == 409, "who is there is not cancelled"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/theke/regiohub-polch/kalender",
        "//example.org/theke/regiohub-polch/kalender",
        "/theke/alte-post-andernach/kalender",
        "/theke/regiohub-polch/kalender/../../../abmelden",
        "javascript:alert(1)",
        "http://[",
    ],
)
async def test_it_leads_nowhere_else_than_to_the_calendar_or_the_day(
    frida: Browser, world: World, elsewhere: str
) -> None:
    booking = await mias(world)
    address = f"/theke/regiohub-polch/buchungen/{booking}/verschieben?{urlencode({'zurueck': elsewhere})}"
    assert f'href="/theke/regiohub-polch?tag={TOMORROW}"' in (await frida.get(address)).text
    answer = await frida.post(address, **dropped("", "10:00", "12:00"))
    assert answer.headers["location"] == f"/theke/regiohub-polch?tag={TOMORROW}&getan=verschoben#b-{booking}"


@pytest.mark.parametrize(
    ("day", "ends", "why"),
    [
        (NOW.date() - timedelta(days=1), "11:00", "Dieser Tag ist schon vorbei."),
        (TOMORROW, "8:00", "Das Ende muss nach dem Anfang liegen."),
        (TOMORROW, "19:00", "offen"),
    ],
)
async def test_nothing_of_what_was_put_down_is_trusted(
    frida: Browser, world: World, day: date, ends: str, why: str
) -> None:
    booking = await mias(world)
    wish = dropped(world.polch["1"].public_id, "9:00", ends, day)
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/verschieben?tag={TOMORROW}", **wish)
    assert answer.status_code == 422
    assert why in said(answer.text)


async def test_nothing_is_put_down_at_another_space(frida: Browser, world: World) -> None:
    booking = await mias(world)
    wish = dropped(world.andernach["A1"].public_id, "9:00", "11:00")
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/verschieben?tag={TOMORROW}", **wish)
    moved = await booking_named(booking)
    assert moved is not None
    assert (answer.status_code, moved.resource.name) == (403, "1")


async def test_a_booking_has_all_that_is_done_with_it_and_is_cancelled(frida: Browser, world: World) -> None:
    booking = await mias(world)
    page = await frida.get(f"{CALENDAR}/buchungen/{booking}?ansicht=woche&tag={TOMORROW}")
    assert "Platz 1, Mi 25. November, 9–11 Uhr" in said(page.text)
    assert f"/theke/regiohub-polch/buchungen/{booking}/verschieben" in page.text
    answer = await frida.post(f"{CALENDAR}/buchungen/{booking}/absagen?ansicht=woche&tag={TOMORROW}")
    assert answer.headers["location"] == f"{THAT_WEEK}&getan=abgesagt"
    assert await fetch_value("SELECT reason FROM booking WHERE public_id = $1", booking) == "by_front_desk"
    assert "Hammes" not in said((await frida.get(THAT_WEEK)).text)


async def test_a_free_time_is_booked_for_somebody_who_was_found(frida: Browser, world: World) -> None:
    keys = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    erna = (await people(keys))[keys[0]].public_id
    desk = world.polch["3"].public_id
    free = f"{CALENDAR}/neu?platz={desk}&am={TOMORROW}&von=13:00&bis=14:30&tag={TOMORROW}"
    page = await frida.get(f"{free}&wer=schmitz")
    wish = urlencode({"tag": TOMORROW.isoformat(), "zeit": "eigen", "von": "13:00", "bis": "14:30", "was": desk})
    link = f"/theke/regiohub-polch/leute/{erna}?{wish}"
    assert f'href="{link.replace("&", "&amp;")}"' in page.text
    assert f'<option value="{desk}" selected>' in (await frida.get(link)).text


async def test_a_new_person_keeps_the_time(frida: Browser, world: World) -> None:
    wish = {"tag": TOMORROW.isoformat(), "zeit": "eigen", "von": "13:00", "bis": "14:30"}
    page = await frida.get(f"/theke/regiohub-polch/leute/neu?{urlencode(wish)}")
    assert '<input type="hidden" name="von" value="13:00">' in page.text
    answer = await frida.post("/theke/regiohub-polch/leute/neu", name="Nele Neu", **wish)
    assert answer.headers["location"].endswith(f"?getan=neu&{urlencode(wish)}")


async def test_only_who_manages_the_space_is_offered_to_block(site: Site, frida: Browser, world: World) -> None:
    desk = world.polch["3"].public_id
    free = f"{CALENDAR}/neu?platz={desk}&am={TOMORROW}&von=13:00&bis=14:30"
    assert "Zeiten sperrt, wer den Standort leitet." in said((await frida.get(free)).text)
    otto = await site.browser(world.otto)
    page = await otto.get(free)
    link = page.text.split('href="/betrieb/regiohub-polch/sperren/neu?')[1].split('"')[0].replace("&amp;", "&")
    form = await otto.get(f"/betrieb/regiohub-polch/sperren/neu?{link}")
    assert 'value="13:00"' in form.text
    assert f'name="platz-{desk}" value="ja" checked' in form.text


@pytest.mark.parametrize("address", [THAT_DAY, THAT_WEEK, THAT_MONTH])
async def test_it_asks_as_often_however_much_is_booked(frida: Browser, world: World, address: str) -> None:
    await mias(world, "1", 8, 9)
    few = await statements_of(frida, address)
    for place in ("1", "2", "Nette"):
        for hour in (9, 11, 13):
            await mias(world, place, hour, hour + 1)
    await closed_off(world, "3", 8, 18)
    assert await statements_of(frida, address) == few <= 14


async def statements_of(browser: Browser, address: str) -> int:
    await browser.get(address)  # once before, so that nothing counts that is done once a minute
    noted: list[str] = []
    queries_run.set(noted)
    await browser.get(address)
    queries_run.set(None)
    return len(noted)
