"""Whole series at the front desk: found from the person, changed and cancelled, at the own spaces only."""

import re
from datetime import date

import httpx
import pytest

from app.bookings.operations import BookDesk
from app.bookings.series_making import MadeSeries, MakeSeries, make_series
from app.platform.database import execute, fetch, fetch_value
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World, at

FIRST = date(2026, 11, 26)
DESK = "/theke/regiohub-polch"


@pytest.fixture
async def series(world: World) -> MadeSeries:
    """Mia's five Thursdays without Christmas Eve."""
    wanted = BookDesk(world.polch["2"].public_id, at(FIRST, 8), at(FIRST, 17))
    return await make_series(world.mia.actor(), MakeSeries(wanted, "FREQ=WEEKLY;BYDAY=TH;COUNT=4"), NOW)


@pytest.fixture
async def frida(site: Site, world: World) -> Browser:
    return await site.browser(world.frida)


def page_of(series: MadeSeries) -> str:
    return f"{DESK}/serien/{series.series.public_id}"


def hidden(page: httpx.Response, action: str) -> dict[str, str]:
    form = page.text.split(f'method="post" action="{action}"')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value for name, value in pairs if name != "_csrf_token"}


async def standing() -> list[str]:
    rows = await fetch(
        "SELECT to_char(b.starts_at AT TIME ZONE 'Europe/Berlin', 'DD.MM. HH24') || ' ' || r.name AS said"
        " FROM booking b JOIN resource r ON r.id = b.resource WHERE b.status = 'confirmed' ORDER BY b.starts_at"
    )
    return [row["said"] for row in rows]


async def test_the_series_is_found_from_the_person_and_from_each_booking(
    world: World, series: MadeSeries, frida: Browser
) -> None:
    booking = series.bookings[0].public_id
    for way in (
        f"{DESK}/leute/{world.mia.public_id}",
        f"{DESK}/buchungen/{booking}/absagen",
        f"{DESK}/buchungen/{booking}/verschieben",
    ):
        assert f'href="{page_of(series)}"' in (await frida.get(way)).text, way
    page = await frida.get(page_of(series))
    assert "Mia Hammes RegioHub Polch, Platz 2" in said(page.text)
    assert "4 Termine" in said(page.text)
    assert f'href="{DESK}/buchungen/{booking}/verschieben"' in page.text
    assert f'href="{DESK}/leute/{world.mia.public_id}"' in page.text
    assert "/woche" not in page.text.split("<main")[1]


async def test_staff_cancels_a_holiday_and_reads_who_hears_of_it(series: MadeSeries, frida: Browser) -> None:
    at_desk = f"{page_of(series)}/absagen"
    page = await frida.get(f"{at_desk}?was=zeitraum&ab=2026-12-01&bis=2026-12-12")
    assert "2 Termine werden abgesagt" in said(page.text)
    assert "Die Person bekommt eine E-Mail für alle Termine zusammen." in said(page.text)
    answer = await frida.post(at_desk, **hidden(page, at_desk))
    assert answer.headers["location"] == f"{page_of(series)}?abgesagt=1"
    assert await standing() == ["26.11. 08 2", "17.12. 08 2"]
    assert "Abgesagt" in said((await frida.get(answer.headers["location"])).text)


async def test_staff_changes_this_and_following(series: MadeSeries, frida: Browser, world: World) -> None:
    at_desk = f"{page_of(series)}/aendern"
    wanted = f"?ab=2026-12-10&platz={world.polch['1'].public_id}&von=09:00&bis=17:00&do=ja&bis_tag=2026-12-17"
    page = await frida.get(f"{at_desk}{wanted}")
    assert page.status_code == 200
    answer = await frida.post(at_desk, **hidden(page, at_desk))
    assert answer.status_code == 303
    assert await standing() == ["26.11. 08 2", "03.12. 08 2", "10.12. 09 1", "17.12. 09 1"]
    after = await frida.get(answer.headers["location"])
    assert "2 Termine" in said(after.text)
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE actor = $1", world.frida.id) == 3


async def test_who_has_no_address_is_told_by_staff(series: MadeSeries, frida: Browser, world: World) -> None:
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    page = await frida.get(f"{page_of(series)}/absagen?was=alle")
    assert "Die Person hat keine E-Mail-Adresse: Bitte selbst Bescheid sagen." in said(page.text)


async def test_what_is_wrong_stands_beside_its_field(series: MadeSeries, frida: Browser) -> None:
    page = await frida.post(f"{page_of(series)}/absagen", was="ab", ab="bald")
    assert page.status_code == 422
    assert "Bitte ein Datum wählen" in said(page.text)
    assert len(await standing()) == 4


async def test_other_desks_do_not_find_it(site: Site, world: World, series: MadeSeries) -> None:
    rolf = await site.browser(world.rolf)
    for address in (page_of(series), page_of(series).replace(world.polch.slug, world.andernach.slug)):
        assert (await rolf.get(address)).status_code == 404
        assert (await rolf.post(f"{address}/absagen", was="alle")).status_code == 404
    assert len(await standing()) == 4


async def test_the_desk_reads_it_in_english(series: MadeSeries, site: Site, world: World) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.frida.id)
    page = await (await site.browser(world.frida, "en")).get(f"{page_of(series)}/absagen?was=alle")
    assert "The person gets one e-mail for all dates together." in said(page.text)
