"""Codes, the Wi-Fi password and the host's number reach whoever has booked, and nothing else that leaves the house."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import msgspec
import pytest

from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.jobs import all_reactions
from app.platform.database import fetch, fetch_value
from app.platform.outbox import Event
from app.platform.settings import Settings
from tests.web.conftest import Browser, Site
from tests.web.test_access import WAYS, Way, ids_for
from tests.web.test_access import ids as of_mias
from tests.web.test_journey import booked, text_of
from tests.welcomes import DOOR_CODE, HOST_PHONE, SECRETS, WIFI_PASSWORD, a_first_visit
from tests.worlds import NOW, TOMORROW, APerson, World, tomorrow

__all__ = ["of_mias"]

MAY_SAY_THEM = {"/buchungen/{public_id}", "/buchungen/{public_id}/zettel"}
"""Where the codes stand for the person who has booked."""

THE_MANAGERS_CARD = "/betrieb/{slug}/erster-besuch"
THE_DESKS_SLIP = "/theke/{slug}/buchungen/{public_id}/zettel"
"""Where they stand for the front desk that prints them for somebody."""

MUST_ANSWER = {
    "/woche", "/standorte/{slug}", "/plaetze", "/buchungen/{public_id}/kalender.ics", "/calendars/{name}",
    "/netzwerk/protokoll", "/api/v1/bookings/{booking_id}", "/api/v1/spaces/{slug}", "/api/v1/spaces",
    "/api/v1/spaces/{slug}/availability", "/api/v1/resources/{resource_id}/availability",
}  # fmt: skip
"""Without these the test of all answers could pass because nothing was found."""

_WINDOW = f"starts_at={TOMORROW}T08:00:00Z&ends_at={TOMORROW}T09:00:00Z"
QUERIES = {
    "/plaetze": f"?ort=56751&tag={TOMORROW}",
    "/buchen": f"?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz",
    "/api/v1/spaces": f"?near=56751&{_WINDOW}",
    "/api/v1/spaces/{slug}/availability": f"?{_WINDOW}",
    "/api/v1/resources/{resource_id}/availability": f"?from={TOMORROW}T00:00:00Z&to={TOMORROW}T23:00:00Z",
}


def said_in(text: str) -> list[str]:
    """The secrets in it."""
    return [secret for secret in SECRETS if secret in text]


@pytest.fixture
async def cards(world: World) -> None:
    await a_first_visit(world.polch)
    await a_first_visit(world.andernach)


async def feed_addresses(world: World) -> list[str]:
    """The paths of Mia's own feed and of those that show a resource's and a space's taken time."""
    made = [
        await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW),
        await create_feed(replace(world.mia.actor(), language="en"), CreateFeed(FeedKind.PERSON), NOW),
        await create_feed(world.otto.actor(), CreateFeed(FeedKind.RESOURCE, world.polch["1"].public_id), NOW),
        await create_feed(world.otto.actor(), CreateFeed(FeedKind.SPACE, world.polch.slug), NOW),
    ]
    tokens = [token for _, token in made]
    return [f"/calendars/{token}.ics" for token in tokens] + [f"/calendars/{tokens[2]}.ics?format=freebusy"]


async def test_no_feed_no_free_busy_and_no_calendar_file_says_them(site: Site, world: World, cards: None) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    for path in [*await feed_addresses(world), f"/buchungen/{booking}/kalender.ics"]:
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert "BEGIN:V" in answer.text
        assert said_in(answer.text.replace("\r\n ", "")) == [], path


async def react_to_everything(settings: Settings, folder: Path) -> list[Path]:
    """Does what a worker would do about all events; the mails that went out."""
    reactions = all_reactions(msgspec.structs.replace(settings, data_dir=folder))
    for row in await fetch("SELECT id, name, aggregate_id FROM outbox_event ORDER BY id"):
        for reaction in reactions[row["name"]]:
            await reaction.run(Event(row["id"], row["name"], 1, "booking", row["aggregate_id"], {}, NOW), NOW)
    return sorted((folder / "mail").iterdir())


async def everything_stored() -> str:
    """All rows of all tables, but for the cards themselves."""
    tables = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'first_visit'")
    rows = [dict(row) for table in tables for row in await fetch(f'SELECT * FROM "{table["tablename"]}"')]
    return repr(rows)


async def test_only_a_mails_text_says_them_not_its_calendar_and_nothing_that_is_kept_of_it(
    site: Site, world: World, cards: None, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mia = world.mia.actor()
    stays = await book(mia, BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await move(mia, stays.public_id, MoveBooking(world.polch["3"].public_id), NOW)
    gone = await book(mia, BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await cancel(mia, gone.public_id, NOW)
    await feed_addresses(world)
    mails = [
        message_from_bytes(path.read_bytes(), policy=default) for path in await react_to_everything(settings, tmp_path)
    ]
    assert len(mails) == 2  # where the first one is now, and that the second one is no more
    told = 0
    for mail in mails:
        assert said_in(" ".join(map(str, mail.values()))) == []
        for part in mail.walk():
            if part.get_content_maintype() == "multipart":
                continue
            content = part.get_content()
            text = (content if isinstance(content, str) else content.decode()).replace("\r\n ", "")
            is_to_read = part.get_content_type() in ("text/plain", "text/html")
            if is_to_read and not mail["Subject"].startswith("Abgesagt"):
                told += 1
                assert DOOR_CODE in text
            else:
                assert said_in(text) == [], part.get_content_type()
    assert told == 2
    assert "booking.moved" in await everything_stored()
    assert said_in(await everything_stored()) == []
    assert said_in(caplog.text) == []


async def test_no_answer_says_them_but_the_booking_and_the_slip_to_whoever_has_booked(
    site: Site, world: World, cards: None, of_mias: Mapping[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """All that can be asked for, as everybody, in both languages; a new route is in it by itself."""
    caplog.set_level(logging.DEBUG)
    feed = (await feed_addresses(world))[0].removeprefix("/calendars/")
    more = {"slug": "regiohub-polch", "resource_id": world.polch["1"].public_id, "name": feed, "path": "nichts"}
    heard: set[str] = set()
    answered: set[str] = set()
    managers = dict.fromkeys((world.otto.id, world.nadja.id), (THE_DESKS_SLIP, THE_MANAGERS_CARD))
    staffs = {world.frida.id: (THE_DESKS_SLIP,), **managers}
    for person in (None, world.mia, world.gundula, world.frida, world.otto, world.nadja):
        browser = await site.browser(person, "en" if person is world.mia else "de")
        for way in WAYS:
            if way.method != "GET" or way.path.startswith("/static"):
                continue
            path = way.to({**ids_for(way, of_mias), **more}) + QUERIES.get(way.path, "")
            text, is_found = await asked(browser, way, path, person)
            answered |= {way.path} if is_found else set()
            if person is world.mia and way.path in MAY_SAY_THEM:
                assert DOOR_CODE in text
                assert WIFI_PASSWORD in text
                assert HOST_PHONE in text
                heard.add(way.path)
            elif way.path in staffs.get(person.id if person else 0, ()):
                assert DOOR_CODE in text
            else:
                assert said_in(text) == [], f"{way} as {person.name if person else 'nobody'}"
    assert heard == MAY_SAY_THEM
    assert answered >= MUST_ANSWER
    assert said_in(caplog.text) == []


async def asked(browser: Browser, way: Way, path: str, person: APerson | None) -> tuple[str, bool]:
    """The answer's text, and whether there was any."""
    headers = dict(person.bearer) | {"Accept": "application/json"} if way.is_api and person else {}
    answer = await browser.get(path, headers=headers)
    return answer.text, answer.status_code == 200


async def test_no_write_of_the_interface_answers_with_them(site: Site, world: World, cards: None) -> None:
    program = site.program(world.mia)
    wanted = {
        "resource_id": world.polch["1"].public_id,
        "starts_at": tomorrow(8).isoformat(),
        "ends_at": tomorrow(9).isoformat(),
    }
    quoted = await program.post("/api/v1/quotes", json=wanted)
    made = await program.post("/api/v1/bookings", json=wanted, headers={"Idempotency-Key": "once"})
    address = f"/api/v1/bookings/{made.json()['id']}"
    moved = await program.patch(address, json={"starts_at": tomorrow(8, 30).isoformat()})
    site.clock.at = tomorrow(8, 30)
    arrived = await program.post(f"{address}/check-in")
    for answer in (quoted, made, moved, arrived):
        assert answer.status_code in (200, 201), answer.text
        assert said_in(answer.text) == []
    assert said_in(await everything_stored()) == []


async def test_the_page_says_from_when_on_codes_will_stand_there(site: Site, world: World, cards: None) -> None:
    booking = await booked(world, site)
    await move_a_week_on(world, booking)
    browser = await site.browser(world.mia)
    early = await browser.get(f"/buchungen/{booking}")
    assert said_in(early.text) == []
    assert "stehen hier ab Di 1. Dezember, 8:00 Uhr" in text_of(early)
    assert DOOR_CODE in (await browser.get(f"/buchungen/{booking}/zettel")).text
    site.clock.at = tomorrow(8) + timedelta(days=6)
    in_time = await browser.get(f"/buchungen/{booking}")
    assert DOOR_CODE in in_time.text
    assert f'href="tel:{HOST_PHONE.replace(" ", "")}"' in in_time.text
    assert "stehen hier ab" not in text_of(in_time)
    site.clock.at = tomorrow(18) + timedelta(days=7)
    for over in ("", "/zettel"):
        assert said_in((await browser.get(f"/buchungen/{booking}{over}")).text) == []


async def move_a_week_on(world: World, booking: str) -> None:
    week = timedelta(days=7)
    await move(world.mia.actor(), booking, MoveBooking(None, tomorrow(8) + week, tomorrow(18) + week), NOW)


async def test_a_cancelled_booking_says_nothing_of_the_house(site: Site, world: World, cards: None) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    await browser.post(f"/buchungen/{booking}/absagen")
    page, slip = await browser.get(f"/buchungen/{booking}"), await browser.get(f"/buchungen/{booking}/zettel")
    assert "So kommen Sie hinein" not in text_of(page)
    assert "Diese Buchung ist abgesagt." in text_of(slip)
    assert said_in(page.text + slip.text) == []


async def test_the_card_of_a_space_is_public_without_its_codes(site: Site, world: World, cards: None) -> None:
    page = await (await site.browser()).get("/standorte/regiohub-polch")
    said = text_of(page)
    assert "Der Schlüssel liegt in einem Kasten mit Code. Links neben dem Briefkasten." in said
    assert "Nahwerk-Gast" in said
    assert "Hintereingang" in said
    assert said_in(page.text) == []
    assert await fetch_value("SELECT count(*) FROM first_visit") == 2
