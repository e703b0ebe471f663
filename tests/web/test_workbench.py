"""The way through the workbench: what stands in its rows for whom, where one is, and that each entry leads there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from tests.selling import it_charges
from tests.teams.founding import a_team, joined
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, APerson, World

PASSES = ["Teamplätze", "Kontingent", "Tarife", "Angebote", "Verträge"]


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    current: str


def rows_of(html: str) -> list[list[Entry]]:
    """The rows of sections that a wide page shows."""
    rows = re.findall(r'<nav class="nw-wrap nw-sections[^"]*" aria-label="[^"]+"><ul>(.*?)</ul></nav>', html, re.DOTALL)
    return [_entries(row) for row in rows]


def folded(html: str) -> list[Entry]:
    """All that the fold of a phone holds."""
    found = re.search(r'<details class="nw-wrap nw-groups">(.*?)</details>', html, re.DOTALL)
    return _entries(found.group(1)) if found else []


def _entries(html: str) -> list[Entry]:
    links = re.findall(r'<a class="nw-bare" href="([^"]+)"(?: aria-current="(\w+)")?>(.*?)</a>', html, re.DOTALL)
    return [Entry(unescape(re.sub(r"<[^>]+>", "", label)).strip(), url, current) for url, current, label in links]


def labels(entries: Sequence[Entry]) -> list[str]:
    return [entry.label for entry in entries]


async def everything_leads_somewhere(browser: Browser, start: str) -> list[str]:
    """Opens each page of the way; their labels. Each says of itself that it is open, once in its row, and one entry of
    the row above says that it holds it. By the rows of a wide page all of them are reached."""
    page = (await browser.get(start)).text
    entries = folded(page) or rows_of(page)[0]
    reached = {entry.url for entry in rows_of(page)[0]}
    for url in [entry.url for entry in entries]:
        answer = await browser.get(url)
        assert answer.status_code == 200, url
        *above, row = rows_of(answer.text)
        reached |= {entry.url for entry in row}
        assert [entry.url for entry in row if entry.current == "page"] == [url]
        assert [entry.current for entry in row if entry.current] == ["page"]
        for higher in above:
            assert [entry.current for entry in higher if entry.current] == ["true"], url
        if above:
            assert [entry.url for entry in folded(answer.text) if entry.current == "page"] == [url]
            assert labels(folded(answer.text)) == labels(entries)
    assert reached == {entry.url for entry in entries}
    return labels(entries)


@pytest.mark.parametrize(
    ("roles", "belongs", "wanted"),
    [
        (
            (Role.TEAM_MANAGER,),
            True,
            ["Übersicht", "Für andere buchen", "Leute", "Pässe", "Grenzen", "Bericht", "Firma"],
        ),
        ((Role.WORKS_COUNCIL,), False, ["Übersicht", "Leute", "Pässe", "Grenzen", "Bericht"]),
        (
            (Role.TEAM_ASSISTANT,),
            True,
            ["Übersicht", "Mein Rahmen", "Kollegen", "Teamtage", "Für andere buchen", "Leute", "Bericht"],
        ),
        ((Role.TEAM_ASSISTANT,), False, ["Übersicht", "Teamtage", "Für andere buchen", "Leute"]),
        ((), True, ["Übersicht", "Mein Rahmen", "Kollegen", "Teamtage", "Bericht"]),
    ],
)
async def test_the_row_of_a_team_has_what_each_may_open_and_never_more_than_seven(
    world: World, site: Site, roles: Sequence[Role], belongs: bool, wanted: list[str]
) -> None:
    await it_charges()
    team = await a_team(world)
    for role in roles:
        await grant_role(None, world.mia.id, Grant(role, "team", team.id), NOW)
    if belongs:
        await joined(team, world.mia)
    browser, start = await site.browser(world.mia), f"/team/{team.public_id}"
    row = rows_of((await browser.get(start)).text)[0]
    assert labels(row) == wanted
    assert len(row) <= 7
    await everything_leads_somewhere(browser, start)


async def test_the_second_row_of_a_team_has_the_pages_of_the_group_that_is_open(world: World, site: Site) -> None:
    await it_charges()
    team = await a_team(world, world.gundula)
    browser, start = await site.browser(world.gundula), f"/team/{team.public_id}"
    first, second = rows_of((await browser.get(f"{start}/angebote")).text)
    assert (labels(second), [entry.label for entry in first if entry.current]) == (PASSES, ["Pässe"])
    for address, here, pages in (
        ("ende", "Firma", ["Firma", "Kostenstellen", "Verwaltung", "Anmeldung"]),
        ("personen/einladen", "Leute", ["Leute", "Beitritt"]),
        ("vereinbarung", "Bericht", ["Bericht", "Mitbestimmung"]),
    ):
        above, below = rows_of((await browser.get(f"{start}/{address}")).text)
        assert labels(below) == pages
        assert [(entry.label, entry.current) for entry in (*above, *below) if entry.current] == [(here, "true")] * 2
    assert await everything_leads_somewhere(browser, start) == [
        *("Übersicht", "Mein Rahmen", "Kollegen", "Teamtage", "Für andere buchen", "Leute", "Beitritt", *PASSES),
        *("Grenzen", "Anträge", "Bericht", "Mitbestimmung", "Firma", "Kostenstellen", "Verwaltung", "Anmeldung"),
    ]


async def test_where_nothing_costs_anything_the_row_of_a_team_says_nothing_of_money(world: World, site: Site) -> None:
    team = await a_team(world, world.gundula)
    browser = await site.browser(world.gundula)
    assert await everything_leads_somewhere(browser, f"/team/{team.public_id}") == [
        *("Übersicht", "Kollegen", "Teamtage", "Für andere buchen", "Leute", "Beitritt", "Bericht", "Mitbestimmung"),
        *("Firma", "Verwaltung", "Anmeldung"),
    ]


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        ("nadja", ["Heute", "Betreiber", "Firmen", "Verträge", "Auslastung", "Technik", "Einstellungen"]),
        ("tilda", ["Heute", "Neuer Standort", "Verträge", "Kündigungen", "Ermäßigungen"]),
    ],
)
async def test_the_row_of_the_network_is_grouped_alike(world: World, site: Site, who: str, wanted: list[str]) -> None:
    await it_charges()
    person: APerson = getattr(world, who)
    browser = await site.browser(person)
    assert labels(rows_of((await browser.get("/netzwerk/heute")).text)[0]) == wanted
    await everything_leads_somewhere(browser, "/netzwerk/heute")


async def test_what_waits_in_a_group_is_counted_beside_its_name(world: World, site: Site) -> None:
    await it_charges()
    nobody, browser = await site.browser(), await site.browser(world.nadja)
    await nobody.post(
        "/vertrag-kuendigen", name="Nina Niemand", email="nina@example.org", contract="Tarif", kind="ordinary"
    )
    [row] = rows_of((await browser.get("/netzwerk/heute")).text)
    assert "Verträge 1 offen" in labels(row)
    _, below = rows_of((await browser.get("/netzwerk/tarife")).text)
    assert "Kündigungen 1 offen" in labels(below)


async def test_the_row_of_a_space_stays_one_row(world: World, site: Site) -> None:
    browser = await site.browser(world.otto)
    page = (await browser.get("/theke/regiohub-polch/leute")).text
    [row] = rows_of(page)
    assert (len(row), folded(page)) == (8, [])
    assert [entry.label for entry in row if entry.current] == ["Gäste"]


async def test_the_rows_are_called_after_the_team_whatever_else_the_page_is_about(world: World, site: Site) -> None:
    await it_charges()
    team = await a_team(world, world.gundula)
    browser, days = await site.browser(world.gundula), f"/team/{team.public_id}/tage"
    proposed = await browser.post(days, titel="Planung", tag1="2026-12-08")
    made = proposed.headers["location"].partition("?")[0]
    settled = await browser.post(f"{made}/festlegen", tag="2026-12-08", standort="regiohub-polch")
    page = (await browser.get(settled.headers["location"])).text
    assert "RegioHub Polch" in said(page)
    assert '<nav class="nw-wrap nw-sections nw-sections--wide" aria-label="Becker Maschinenbau">' in page
    assert "<span>Übersicht: <b>Teamtage</b></span>" in page
