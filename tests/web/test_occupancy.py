"""Occupancy as its readers get it: pages, files, and the same numbers by the interface."""

import csv
import io
import re

import pytest

from app.bookings.arrivals import check_in, leave
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.identity.rules import Grant, Role
from app.platform.database import execute, fetch_value
from tests.web.conftest import Site
from tests.worlds import NOW, TOMORROW, World, a_person, tomorrow

THAT_DAY = f"von={TOMORROW}&bis={TOMORROW}"


@pytest.fixture
async def a_day(world: World) -> None:
    """Mia works from 8 to 16 at a desk and leaves an hour early; what Gundula booked she cancels."""
    mine = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(16)), NOW)
    other = await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await cancel(world.gundula.actor(), other.public_id, NOW)
    await check_in(world.mia.actor(), mine.public_id, tomorrow(8, 30))
    await leave(world.mia.actor(), mine.public_id, tomorrow(15))


async def test_the_day_is_told_in_the_page_the_file_and_the_interface_alike(
    site: Site, world: World, a_day: None
) -> None:
    site.clock.at = tomorrow(20)
    browser = await site.browser(world.otto)
    page = await browser.get(f"/betrieb/regiohub-polch/auslastung?{THAT_DAY}")
    assert page.status_code == 200
    assert "<b>16 %</b>" in page.text
    assert "Buchungen: 1, davon nicht gekommen 0 (0 %). Außerdem abgesagt: 1." in page.text
    assert "Mia" not in page.text
    file = await browser.get(f"/betrieb/regiohub-polch/auslastung.csv?{THAT_DAY}&tabelle=tage")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    [head, row] = csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(head, row, strict=True))
    assert told["Verfügbar, Minuten"] == str(5 * 600)
    assert (told["Gebucht, Minuten"], told["Genutzt, Minuten"]) == ("480", "390")
    assert (told["Abgesagt, Minuten"], told["Abgesagt"]) == ("240", "1")
    async with site.program(world.otto) as program:
        answer = await program.get(
            "/api/v1/spaces/regiohub-polch/occupancy", params={"from": TOMORROW, "to": TOMORROW, "by": "hour"}
        )
    body = answer.json()
    assert body["minutes"]["used"] == 390
    assert body["numbers"] == {
        "bookings": 1, "arrivals": 1, "no_shows": 0, "late": 0, "unnoted": 0, "cancellations": 1,
    }  # fmt: skip
    by_hour = {item["hour"]: (item["available"], item["booked"], item["used"]) for item in body["items"]}
    assert by_hour[8] == (300, 60, 30)
    assert by_hour[15] == (300, 60, 0)
    assert set(by_hour) == set(range(8, 18))


async def test_only_what_is_asked_for_counts(site: Site, world: World, a_day: None) -> None:
    site.clock.at = tomorrow(20)
    browser = await site.browser(world.nadja)
    rooms = await browser.get(f"/betrieb/regiohub-polch/auslastung?{THAT_DAY}&art=room")
    assert "In dieser Zeit war nichts gebucht." in rooms.text
    both = await browser.get(f"/netzwerk/auslastung.csv?{THAT_DAY}&tabelle=standorte")
    names = [line.split(";")[0] for line in both.content.decode("utf-8-sig").splitlines()]
    assert names == ["Standort", "Alte Post Andernach", "RegioHub Polch"]
    one = await browser.get(f"/netzwerk/auslastung.csv?{THAT_DAY}&tabelle=buchungen&standort=alte-post-andernach")
    assert one.content.decode("utf-8-sig").splitlines()[1].split(";")[:2] == [str(3 * 600), "0"]


async def test_an_accountant_finds_the_way_and_sees_nothing_else(site: Site, world: World) -> None:
    person = await a_person("Anke Zahl", "anke@example.org", Grant(Role.ACCOUNTANT, "operator", world.operator))
    browser = await site.browser(person)
    assert 'href="/auslastung"' in (await browser.get("/woche")).text
    chosen = await browser.get("/auslastung")
    assert chosen.headers["location"] == "/betrieb/regiohub-polch/auslastung"
    page = await browser.get(chosen.headers["location"])
    assert page.status_code == 200
    assert '<li><a class="nw-bare" href="/betrieb/regiohub-polch"' not in page.text
    assert (await browser.get("/betreiber/polch/auslastung")).status_code == 200
    assert (await browser.get("/betreiber/andernach/auslastung")).status_code == 404
    assert (await browser.get("/betrieb/regiohub-polch")).status_code == 404


async def test_what_cannot_be_read_is_said_beside_its_field(site: Site, world: World) -> None:
    browser = await site.browser(world.otto)
    for query, field, said in (
        ("von=morgen&bis=2026-11-01", "von", "Bitte ein Datum wählen"),
        ("von=2026-11-02&bis=2026-11-01", "bis", "Der letzte Tag liegt vor dem ersten."),
        ("von=2025-01-01&bis=2026-11-01", "bis", "Auf einmal lassen sich höchstens 366 Tage auswerten."),
        ("von=2026-11-01&bis=9999-12-31", "bis", "Das Jahr muss zwischen 2000 und 2199 liegen."),
    ):
        page = await browser.get(f"/betrieb/regiohub-polch/auslastung?{query}")
        assert page.status_code == 422
        assert re.search(rf'id="{field}-fehler">.*{said}', page.text), query
        assert f'value="{query.split("&")[0].removeprefix("von=")}"' in page.text


async def test_of_few_people_nothing_is_told_and_of_many_no_small_group(site: Site, world: World) -> None:
    site.clock.at = tomorrow(20)
    browser = await site.browser(world.otto)
    people = [world.mia, world.gundula, world.frida, world.otto, world.rolf, world.nadja]
    days = "von=2026-10-28&bis=2026-11-24"
    for n, person in enumerate(people):
        for day in range(1, 4 if n else 13):
            await execute(
                "INSERT INTO booking (public_id, resource, space, person, status, starts_at, ends_at, created_at,"
                " updated_at) VALUES (md5(random()::text), $1, $2, $3, 'completed', $4::timestamptz,"
                " $4::timestamptz + interval '1 hour', $4, $4)",
                world.polch["1"].id, world.polch.id, person.id, tomorrow(8 + n).replace(day=day + 2),
            )  # fmt: skip
        file = (await browser.get(f"/betrieb/regiohub-polch/auslastung.csv?{days}&tabelle=stammgaeste")).text
        rows = [line.split(";") for line in file.splitlines()[1:]]
        assert rows == ([] if n < 4 else [["an einem Tag oder mehr", str(n + 1)]]), n
    assert await fetch_value("SELECT count(DISTINCT person) FROM booking WHERE space = $1", world.polch.id) == 6
    week = await browser.get("/betrieb/regiohub-polch/auslastung?von=2026-11-02&bis=2026-11-08")
    assert "steht hier ab 28 Tagen und ab 5 Personen" in week.text
