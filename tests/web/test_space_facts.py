"""Who is there, what was checked and what is heard: on the pages of the search and of a space, and as filters."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.identity.authentication import Visitor
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.network.queries import space_by_slug
from app.platform.database import execute, fetch_value
from app.web.filters import FILTERS, MARKS, read_filters, words_of
from app.web.space_facts import coming
from tests.web.conftest import Site
from tests.web.test_journey import booked, fields_of, text_of
from tests.worlds import NOW, TOMORROW, World, tomorrow

SPACE = f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz&art=desk"
SEARCH = f"/plaetze?ort=56751&tag={TOMORROW}&zeit=ganz&art=desk"


@pytest.fixture(autouse=True)
async def facts(world: World) -> None:
    """Polch is measured and staffed in the morning; its desks 1 and 2 have a monitor, and 1 is not adjustable."""
    await execute(
        "UPDATE space SET features = features || '{toilet}', lacking = '{dogs}', internet_mbit = 94,"
        " internet_measured_on = '2026-10-05', door_width_cm = 95 WHERE id = $1",
        world.polch.id,
    )
    await execute("UPDATE resource SET lacking = '{height_adjustable,plug}' WHERE id = $1", world.polch["1"].id)
    await execute(
        "UPDATE resource SET internet_mbit = 20, internet_measured_on = '2026-11-01' WHERE id = $1", world.polch["2"].id
    )
    await execute("INSERT INTO staffed_hours (space, weekday, opens, closes) VALUES ($1, 3, 480, 720)", world.polch.id)
    await execute(
        "INSERT INTO noisy_event (space, starts_at, ends_at, what_de) VALUES ($1, $2, $3, 'Chorprobe')",
        world.polch.id,
        tomorrow(17),
        tomorrow(20),
    )


def answers(page: httpx.Response) -> list[tuple[str, str, str]]:
    """What the lists of facts say: sign, what, answer."""
    found = re.findall(r'<div class="is-(\w+)"><dt>(.*?)</dt><dd>(.*?)</dd>', page.text)
    return [(sign, unescape(name), unescape(re.sub("<[^>]+>", "", answer))) for sign, name, answer in found]


async def test_a_result_says_who_is_there_and_what_will_be_heard(site: Site, world: World) -> None:
    said = text_of(await (await site.browser()).get(SEARCH))
    assert "offen 8–18 Uhr mit Personal 8–12 Uhr" in said
    assert "Zu hören: Chorprobe, 17–20 Uhr" in said
    thursday = text_of(await (await site.browser()).get(SEARCH.replace("-25&", "-26&")))
    assert "ohne Personal" in thursday
    assert "Chorprobe" not in thursday


async def test_the_space_says_them_for_the_day_and_the_week(site: Site, world: World) -> None:
    said = text_of(await (await site.browser()).get(SPACE))
    assert "Personal 8–12 Uhr Frei" in said
    assert "An diesem Tag zu hören: Chorprobe, 17–20 Uhr" in said
    assert "Mittwoch 8–18 Uhr, mit Personal 8–12 Uhr" in said
    assert "Donnerstag 8–18 Uhr, ohne Personal" in said


async def test_moving_says_them_too(site: Site, world: World) -> None:
    booking = await booked(world, site)
    said = text_of(await (await site.browser(world.mia)).get(f"/buchungen/{booking}/verschieben"))
    assert "Mi 25. November: mit Personal 8–12 Uhr" in said
    assert "An diesem Tag zu hören: Chorprobe, 17–20 Uhr" in said


async def test_facts_of_the_space_are_yes_no_or_not_checked(site: Site, world: World) -> None:
    said = answers(await (await site.browser()).get(SPACE))
    for fact in (
        ("yes", "WC", "ja"),
        ("no", "Hunde", "nein; Assistenzhunde immer"),
        ("unchecked", "Kinder", "nicht geprüft"),
        ("measured", "Internet, gemessen", "94 Mbit/s am 5. Oktober 2026"),
        ("measured", "Türbreite", "95 cm"),
        ("unchecked", "Schwelle", "nicht geprüft"),
        ("yes", "Bildschirm", "an 2 von 3 Schreibtischen; 1 nicht geprüft"),
        ("unchecked", "Höhenverstellbar", "nicht geprüft"),
    ):
        assert fact in said


async def test_the_chosen_desk_says_all_that_is_known_of_it(site: Site, world: World) -> None:
    page = await (await site.browser()).get(SPACE)
    [(_, first), (_, second), _] = re.findall(r'<section data-n="([\d ]+)">(.*?)</section>', page.text, re.DOTALL)
    assert "Platz 1" in first
    assert '<div class="is-no"><dt>Steckdose</dt>' in first
    assert "94 Mbit/s" in first
    assert "20 Mbit/s am 1. November 2026" in second
    assert "Nicht geprüft: ruhig, Telefonieren erlaubt, mit Rollstuhl nutzbar, stufenlos erreichbar" in text_of(page)


@pytest.mark.parametrize(
    ("mark", "free"),
    [
        ("bildschirm", "2 von 2"),
        ("internet50", "2 von 2"),
        ("tuer90", "3 von 3"),
        ("wc", "3 von 3"),
        ("schwelle2", None),
        ("steckdose", None),
        ("hunde", None),
        ("kinder", None),
        ("personal", None),
        ("ohne-laerm", None),
    ],
)
async def test_filters_count_what_fits_and_nothing_that_was_not_checked(
    site: Site, world: World, mark: str, free: str | None
) -> None:
    said = text_of(await (await site.browser()).get(f"{SEARCH}&filter={mark}"))
    if free:
        assert f"{free} frei" in said
    else:
        assert "Mit diesen Filtern bleibt kein Standort übrig." in said


async def test_staffed_and_without_noise_are_asked_of_the_wanted_time(site: Site, world: World) -> None:
    morning = SEARCH.replace("zeit=ganz", "zeit=vormittag")
    for mark in ("personal", "ohne-laerm"):
        assert "3 von 3 frei" in text_of(await (await site.browser()).get(f"{morning}&filter={mark}"))


async def test_a_filter_switches_and_shows_that_it_is_on(site: Site, world: World) -> None:
    browser = await site.browser()
    page = await browser.get(f"{SEARCH}&filter=frei")
    [on] = re.findall(r'id="filter-bildschirm" href="([^"]+)"', page.text)
    both = parse_qs(urlsplit(unescape(on)).query)
    assert set(both["filter"]) == {"frei", "bildschirm"}
    assert '<details class="nw-folded">' in page.text
    switched = await browser.get(unescape(on))
    assert '<details class="nw-folded" open>' in switched.text
    assert re.search(r'id="filter-bildschirm" href="[^"]+" aria-current="true"', switched.text)
    assert 'type="hidden" name="filter" value="bildschirm"' in switched.text


async def test_filters_that_make_no_sense_for_a_kind_are_left_out(site: Site, world: World) -> None:
    page = await (await site.browser()).get(SEARCH.replace("art=desk", "art=room") + "&filter=bildschirm")
    assert "1 von 1 frei" in text_of(page)
    assert 'id="filter-bildschirm"' not in page.text
    assert 'id="filter-tafel"' in page.text


async def test_the_space_marks_what_fits_and_any_desk_is_one_that_does(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    await execute("UPDATE resource SET features = '{window,quiet}' WHERE id = $1", world.polch["3"].id)
    page = await browser.get(f"{SPACE}&filter=ruhig")
    said = text_of(page)
    assert "Gefiltert nach ruhig: 1 von 1 frei." in said
    assert "Irgendein freier Platz, der passt" in said
    assert page.text.count('class="nw-state nw-state--fits">passt') == 2, "in the legend and at desk 3"
    assert 'name="filter" value="ruhig"' in page.text
    summary = await browser.get(
        f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz&platz=&filter=ruhig"
    )
    assert "Platz 3" in text_of(summary)
    [address] = re.findall(r'<form[^>]*action="(/buchen[^"]*)"', summary.text)
    done = await browser.client.post(unescape(address), data=fields_of(summary, "/buchen"))
    assert done.status_code == 303, text_of(done)
    assert await fetch_value("SELECT resource FROM booking") == world.polch["3"].id


async def test_where_nothing_fits_the_rest_can_still_be_chosen(site: Site, world: World) -> None:
    page = await (await site.browser()).get(f"{SPACE}&filter=hoehe")
    assert "In dieser Zeit ist hier nichts frei, das zu Ihren Filtern passt." in text_of(page)
    assert 'id="p0"' not in page.text
    assert world.polch["1"].public_id in re.findall(r'name="platz" value="(\w*)"', page.text)
    [without] = re.findall(r'href="(\?[^"]+#plan)">Filter aufheben', page.text)
    assert "filter" not in unescape(without)


async def test_the_summary_of_any_desk_refuses_where_none_fits(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    page = await browser.get(f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz&filter=hoehe")
    assert page.status_code == 409
    assert "nichts frei, das zu Ihren Filtern passt" in text_of(page)


@pytest.mark.parametrize(
    ("hours", "presence", "says", "heard"),
    [
        ((8, 12), "whole", "Während Ihrer Zeit ist jemand vom Standort da: mit Personal 8–12 Uhr.", []),
        ((8, 18), "part", "Mit Personal 8–12 Uhr, sonst ist niemand vom Standort da.", ["Chorprobe, 17–20 Uhr"]),
        ((13, 17), "none", "Während Ihrer Zeit ist niemand vom Standort da. Mit Personal 8–12 Uhr.", []),
    ],
)
async def test_before_somebody_comes(
    site: Site, world: World, hours: tuple[int, int], presence: str, says: str, heard: list[str]
) -> None:
    visitor = Visitor(None, "de", "auto", "192.0.2.1", NOW)
    space = await space_by_slug("regiohub-polch", NOW)
    assert space is not None
    there = await coming(space, Period(tomorrow(hours[0]), tomorrow(hours[1])), visitor)
    assert there.presence == presence
    assert visitor.speaker.word(there.staffing) == says
    assert [visitor.speaker.word(noise) for noise in there.noise] == heard


def test_every_filter_has_its_own_name_and_asks_for_something_of_its_own() -> None:
    assert len(set(MARKS)) == len(FILTERS)
    words = [each.word for each in FILTERS if each.word]
    assert len(set(words)) == len(words)
    assert read_filters(["bildschirm", "nonsense", ""], Kind.DESK) == {"bildschirm"}
    assert words_of(["frei", "bildschirm", "hunde"], Kind.DESK) == {"monitor", "dogs"}
