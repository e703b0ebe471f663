"""Whoever reads the pages in English meets no German sentence on any of them."""

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.platform.database import execute
from tests.web.test_access import NOT_A_PERSONS_OWN, WAYS, Everybody, Way, everybody, ids_for, standing
from tests.welcomes import a_first_visit, an_edition

__all__ = ["everybody", "standing"]

PAGES = [
    way
    for way in WAYS
    if way.method == "GET"
    and way.path not in NOT_A_PERSONS_OWN
    and not re.match(r"/(api/v1|bilder)|.*/dokumente/", way.path)
]
"""Documents stay in the language in which they were sent."""
QUERIES = {
    "/plaetze": ("?ort=Polch", "?ort=Atlantis", "?ort=Polch&zeit=eigen&von=9:00&bis=8:00"),
    "/standorte/{slug}": ("?zeit=eigen&von=9:00&bis=10:00", "?tag=2026-12-25"),
    "/buchen": ("?standort=regiohub-polch&art=desk&tag=2026-11-27&zeit=ganz", "?standort=regiohub-polch"),
    "/buchungen/{public_id}": ("?neu=1", "?verschoben=1"),
    "/konto": ("?getan=name", "?getan=passwort"),
    "/konto/sitzungen": ("?getan=beendet",),
    "/konto/zugriff": ("?getan=widerrufen",),
    "/netzwerk/aufgaben": ("?getan=wiederholt",),
    "/woche/serien/{series}": ("?neu=1", "?geaendert=1", "?abgesagt=1"),
    "/woche/serien/{series}/absagen": ("?was=alle", "?was=zeitraum"),
    "/woche/serien/{series}/aendern": ("?ab=2026-12-02&von=09:00&bis=10:00&bis_tag=2026-12-20&mi=ja", "?von=9&bis=8"),
    "/kalender": ("?geloescht=1",),
}


_FACT = re.compile(r"\{\w+\}|%\(\w+\)[sd]")


def german_sentences() -> set[str]:
    """What the catalogue translates, cut at its facts: what is long enough to be recognised."""
    with (Path(__file__).parents[2] / "app/locales/en/LC_MESSAGES/nahwerk.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    said = [m for m in catalogue if m.id]
    german = {part.strip(" .,:") for m in said for text in _texts(m.id) for part in _FACT.split(text)}
    english = " ".join(text for m in said for text in _texts(m.string))
    return {part for part in german if " " in part and len(part) > 8 and part not in english}


def _texts(said: str | Sequence[str] | None) -> Sequence[str]:
    return [said or ""] if said is None or isinstance(said, str) else said


SENTENCES = german_sentences()


@pytest.mark.parametrize("way", PAGES, ids=lambda way: way.path)
async def test_an_english_page_holds_no_german_sentence(everybody: Everybody, way: Way) -> None:
    world = everybody.world
    await execute("UPDATE person SET language = 'en'")
    await a_first_visit(world.polch)
    await an_edition(world.otto, world.polch)
    path = way.to({"slug": "regiohub-polch", "name": "nothing", "path": "nothing", **ids_for(way, everybody.ids)})
    for browser in (everybody.browsers[world.mia.id], everybody.browsers[world.nadja.id], everybody.nobody):
        for query in ("", *QUERIES.get(way.path, ())):
            text = unescape((await browser.get(f"{path}{query}", headers={"Accept-Language": "en"})).text)
            assert not [sentence for sentence in SENTENCES if sentence in text], query


async def test_a_german_page_holds_german_sentences(everybody: Everybody) -> None:
    text = unescape((await everybody.browsers[everybody.world.mia.id].get("/woche")).text)
    assert [sentence for sentence in SENTENCES if sentence in text]
