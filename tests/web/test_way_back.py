"""From the summary back to the space and on to the search: what was chosen there is still chosen."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from app.inventory.floor_plans import FloorPlanDrawing, Placement
from tests.web.conftest import Browser, Site
from tests.web.test_journey import booked, fields_of, text_of
from tests.worlds import TOMORROW, World, a_floor_plan

WHEN = [("tag", str(TOMORROW)), ("zeit", "vormittag"), ("art", "desk")]
BY_PLACE = [("ort", "56751 Polch"), ("filter", "frei"), ("filter", "stufenlos")]
BY_POSITION = [("lat", "50.300"), ("lng", "7.317"), ("filter", "bahnhof")]
SPACE = "/standorte/regiohub-polch"


def links(page: httpx.Response, path: str, text: str = "") -> list[str]:
    """Where the page's links to a path lead that say this."""
    found = re.findall(rf'<a [^>]*href="({re.escape(path)}[^"]*)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    return [unescape(url) for url, words in found if text in unescape(re.sub("<[^>]+>", " ", words))]


def said_by(url: str) -> list[tuple[str, str]]:
    """The parameters of an address, in any order."""
    return sorted(parse_qsl(urlsplit(url).query, keep_blank_values=True))


async def space_from(browser: Browser, search: list[tuple[str, str]]) -> str:
    """The address of Polch as the result of this search links to it."""
    [url] = links(await browser.get(f"/plaetze?{urlencode(search + WHEN)}"), f"{SPACE}?")
    return url


async def summary_from(browser: Browser, space: str, desk: str) -> httpx.Response:
    """The summary after the button of the space's page, with this desk chosen."""
    page = await browser.get(space)
    [form] = re.findall(r'<form class="nw-book" action="/buchen" method="get">.*?</form>', page.text, re.DOTALL)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    fields = [(name, unescape(value)) for name, value in hidden]
    return await browser.get(f"/buchen?{urlencode([*fields, ('platz', desk)])}")


@pytest.mark.parametrize("search", [BY_PLACE[:2], BY_POSITION[:2]], ids=["place", "position"])
async def test_the_way_there_is_the_way_back(world: World, site: Site, search: list[tuple[str, str]]) -> None:
    desk = world.polch["2"].public_id
    browser = await site.browser()
    space = await space_from(browser, search)
    summary = await summary_from(browser, space, desk)
    assert "8–12 Uhr" in text_of(summary)
    [back] = links(summary, SPACE, "Auswahl ändern")
    assert said_by(back) == sorted([*search, *WHEN, ("platz", desk)])
    again = await browser.get(back)
    assert re.search(rf'value="{desk}" id="p\d+" checked', again.text)
    assert re.search(r'id="zeit-vormittag"[^>]* aria-current="true"', again.text)
    [to_search] = links(again, "/plaetze", "Alle Standorte")
    assert said_by(to_search) == sorted(search + WHEN)


@pytest.mark.parametrize("search", [BY_PLACE, BY_POSITION], ids=["place", "position"])
async def test_every_link_of_a_space_keeps_the_search(world: World, site: Site, search: list[tuple[str, str]]) -> None:
    await a_floor_plan(world.polch, FloorPlanDrawing(720, 540), {"1": Placement(40, 40), "2": Placement(136, 40)})
    page = await (await site.browser()).get(f"{SPACE}?{urlencode(search + WHEN)}")
    own = links(page, f"{SPACE}?")
    assert len(own) > 5
    for url in own:
        assert set(search) <= set(said_by(url)), url
    for name, value in search:
        assert page.text.count(f'<input type="hidden" name="{name}" value="{value}">') == 2


async def test_signing_in_leads_to_the_same_summary(world: World, site: Site) -> None:
    desk = world.polch["2"].public_id
    address = f"/buchen?{urlencode([('standort', 'regiohub-polch'), *BY_PLACE, *WHEN, ('platz', desk)])}"
    stranger = await (await site.browser()).get(address)
    member = await (await site.browser(world.mia)).get(address)
    [way_in] = links(stranger, "/anmelden?")
    [(_, after)] = said_by(way_in)
    assert said_by(after) == said_by(address)
    assert links(stranger, SPACE, "Auswahl ändern") == links(member, SPACE, "Auswahl ändern")


async def test_a_session_that_ended_meanwhile_costs_no_choice(world: World, site: Site) -> None:
    browser = await site.browser(world.mia)
    address = f"/buchen?{urlencode([('standort', 'regiohub-polch'), *BY_PLACE, *WHEN])}"
    page = await browser.get(address)
    [action] = re.findall(r'<form class="nw-form" method="post" action="([^"]+)"', page.text)
    browser.client.cookies.delete("session")
    answer = await browser.client.post(unescape(action), data=fields_of(page, "/buchen"))
    assert answer.status_code == 401
    assert "Dafür bitte anmelden." in text_of(answer)
    [way_in] = links(answer, "/anmelden?")
    [(_, after)] = said_by(way_in)
    assert said_by(after) == said_by(address)


async def test_who_came_too_late_still_finds_the_way_back(world: World, site: Site) -> None:
    browser, desk = await site.browser(world.gundula), world.polch["1"].public_id
    page = await browser.get(
        f"/buchen?{urlencode([('standort', 'regiohub-polch'), *BY_PLACE, *WHEN, ('platz', desk)])}"
    )
    await booked(world, site)
    [action] = re.findall(r'<form class="nw-form" method="post" action="([^"]+)"', page.text)
    lost = await browser.client.post(unescape(action), data=fields_of(page, "/buchen"))
    assert lost.status_code == 409
    [action] = re.findall(r'<form class="nw-form" method="post" action="([^"]+)"', lost.text)
    for url in (*links(lost, SPACE, "Auswahl ändern"), unescape(action)):
        assert set(BY_PLACE + WHEN) <= set(said_by(url))


async def test_a_closed_day_sends_back_with_the_search(world: World, site: Site) -> None:
    query = [("standort", "regiohub-polch"), ("tag", "2026-12-24"), ("zeit", "vormittag"), ("art", "desk")]
    answer = await (await site.browser()).get(f"/buchen?{urlencode(query + BY_PLACE)}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{SPACE}?")
    assert said_by(answer.headers["location"]) == sorted(query[1:] + BY_PLACE)


async def test_another_day_at_a_full_space_keeps_own_times_and_the_search(world: World, site: Site) -> None:
    for desk in ("1", "2", "3"):
        await booked(world, site, desk)
    own = [("tag", str(TOMORROW)), ("zeit", "eigen"), ("von", "10:00"), ("bis", "11:30"), ("art", "desk")]
    page = await (await site.browser()).get(f"{SPACE}?{urlencode(own + BY_PLACE)}")
    [another_day] = links(page, "?", "Am Do 26. November")
    assert said_by(another_day) == sorted([("tag", "2026-11-26"), *own[1:], *BY_PLACE])
    [nearby] = links(page, "/plaetze", "Andere Standorte in der Nähe")
    assert said_by(nearby) == sorted(own + BY_PLACE)


@pytest.mark.parametrize(
    "foreign",
    [
        "ort=https://evil.example/",
        "ort=//evil.example",
        "ort=Atlantis",
        "lat=nan&lng=7",
        "lat=50.3",
        "filter=frei<b>&filter=alles",
        "weiter=//evil.example&zurueck=//evil.example&von_ort=Polch",
        f"ort={'x' * 10_000}",
        "ort=%00",
    ],
)
async def test_only_what_a_search_knows_comes_back(world: World, site: Site, foreign: str) -> None:
    browser = await site.browser()
    space = await browser.get(f"{SPACE}?{urlencode(WHEN)}&{foreign}")
    assert said_by(links(space, "/plaetze?", "Plätze finden")[0]) == sorted(WHEN)
    summary = await browser.get(f"/buchen?standort=regiohub-polch&{urlencode(WHEN)}&{foreign}")
    [back] = links(summary, SPACE, "Auswahl ändern")
    assert said_by(back) == sorted(WHEN)
    assert "evil" not in summary.text.partition("<footer")[0]
