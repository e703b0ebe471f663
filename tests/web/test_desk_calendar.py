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
from tests.worlds import HERE, NOW, TOMORROW, World, rules_at, tomorrow

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
    words = said((await frida.get(THAT_MONTH)).text)
    assert "November 2026" in words
    desks, first, second, third = (
        words.split(before)[1].split(after)[0].split()
        for before, after in (("Schreibtisch (3) ", " 1 "), ("Schreibtisch (3) ", "Raum"), *[("(3) ", "Raum")] * 2)
    )
    assert words.count("gesp.") == 1
    assert "2" in first


async def test_a_closed_day_says_why(frida: Browser, world: World) -> None:
    assert "Geschlossen: Heiligabend." in said((await frida.get(f"{CALENDAR}?tag=2026-12-24")).text)
    assert "Heiligabend" in said((await frida.get(f"{CALENDAR}?ansicht=woche&tag=2026-12-24")).text)
