"""What both are told when somebody else answers for an organisation, and what their calendars make of it."""

from collections.abc import Sequence
from datetime import date, datetime
from email.message import EmailMessage

import icalendar
import msgspec
import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.organisations import change_responsible
from app.bookings.queries import BookingCard
from app.bookings.series_making import MadeSeries, MakeSeries, make_series
from app.calendars.reactions import calendar_reactions
from app.platform.database import execute, fetch_row
from app.platform.outbox import Event
from tests.calendars.readers.programs import EXPANDING_READERS, Reader, in_utc
from tests.calendars.test_feeds import a_feed, content_of
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.worlds import NOW, World, at, tomorrow

FIRST = date(2026, 12, 3)
BETWEEN = at(date(2026, 12, 4), 12)
"""The first evening is over then."""


@pytest.fixture
async def evenings(world: World) -> MadeSeries:
    """Mia's choir sings on four Thursdays, and has a booth tomorrow."""
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ('chor', $1, 'Chor Polch', $2, $3)",
        world.operator,
        world.mia.id,
        NOW,
    )
    evening = BookDesk(world.polch["Nette"].public_id, at(FIRST, 16), at(FIRST, 18), organisation="chor")
    return await make_series(world.mia.actor(), MakeSeries(evening, "FREQ=WEEKLY;BYDAY=TH;COUNT=3"), NOW)


@pytest.fixture
async def booth(world: World, evenings: MadeSeries) -> BookingCard:
    wanted = BookDesk(world.polch["K1"].public_id, tomorrow(9), tomorrow(10), organisation="chor")
    return await book(world.mia.actor(), wanted, NOW)


async def hands_over(world: World, happens: Happen, now: datetime = NOW, to: str = "gundula") -> None:
    await change_responsible(world.otto.actor(), "chor", getattr(world, to).id, now)
    row = await fetch_row(
        "SELECT id, aggregate_id, payload::text AS ids FROM outbox_event"
        " WHERE name = 'organisation.responsible_changed' ORDER BY id DESC LIMIT 1"
    )
    assert row is not None
    ids = msgspec.json.decode(row["ids"])
    await happens("organisation.responsible_changed", row["aggregate_id"], row["id"], **ids)
    event = Event(row["id"], "organisation.responsible_changed", 1, "organisation", row["aggregate_id"], ids, now)
    for reaction in calendar_reactions(ADDRESS)[event.name]:
        await reaction.run(event, now)


def by_address(postman: Postman) -> dict[str, EmailMessage]:
    return {str(mail["To"]).split("<")[1].rstrip(">"): mail for mail in postman.mails}


def calendars_in(mail: EmailMessage) -> dict[str, icalendar.Calendar]:
    """The calendar parts by their event's UID; what stands beside the text is one of them."""
    parts = [icalendar.Calendar.from_ical(part.get_content()) for part in mail.iter_attachments()]
    beside = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert beside.get_param("method") == parts[0]["method"]
    uids = [{str(event["uid"]) for event in part.walk("VEVENT")} for part in parts]
    assert all(len(uid) == 1 for uid in uids), "a part is about one event"
    return {uid.pop(): part for uid, part in zip(uids, parts, strict=True)}


async def test_each_gets_one_mail_that_says_so_in_words(
    world: World, evenings: MadeSeries, booth: BookingCard, postman: Postman, happens: Happen
) -> None:
    await hands_over(world, happens)
    assert len(postman.mails) == 2
    mails = by_address(postman)
    old, new = mails["mia@example.org"], mails["gundula@example.org"]
    assert old["Subject"] == "Nicht mehr verantwortlich: Chor Polch"
    assert new["Subject"] == "Jetzt verantwortlich: Chor Polch"
    to_old, to_new = (text_of(mail).replace("\r\n", "\n") for mail in (old, new))
    assert to_old.startswith("Für Chor Polch ist jetzt Gundula Gast verantwortlich\n\nOtto Wirt hat den Wechsel")
    assert "bleibt für Chor Polch gebucht, steht aber nicht mehr in Ihrem Kalender." in to_old
    assert to_new.startswith("Sie sind jetzt verantwortlich für Chor Polch\n\nBisher war das Mia Hammes. Otto Wirt hat")
    for said in (to_old, to_new, text_of(old, "html"), text_of(new, "html")):
        assert "Serie: Raum Nette, RegioHub Polch" in said
        assert "Do 3. Dezember, 16–18 Uhr" in said
        assert "Einzelne Buchungen" in said
        assert "Mi 25. November, 9–10 Uhr" in said
    assert to_new.count(f"{ADDRESS}/absagen/") == 4
    assert f"{ADDRESS}/woche/serien/{evenings.series.public_id}" in to_new
    assert "Klingeln bei Nahwerk." in to_new
    assert f"{ADDRESS}/absagen/" not in to_old
    assert "/woche/serien/" not in to_old


async def test_what_the_space_has_not_decided_yet_is_called_so(
    world: World, evenings: MadeSeries, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE booking SET status = 'requested' WHERE id = $1", evenings.bookings[0].id)
    await hands_over(world, happens)
    for mail in postman.mails:
        for body in (text_of(mail), text_of(mail, "html")):
            assert body.count("(angefragt)") == 1


async def test_one_calendar_gives_back_what_the_other_gets(
    world: World, evenings: MadeSeries, booth: BookingCard, postman: Postman, happens: Happen
) -> None:
    await hands_over(world, happens)
    old, new = (calendars_in(by_address(postman)[f"{name}@example.org"]) for name in ("mia", "gundula"))
    series, single = f"{evenings.series.public_id}@nahwerk", f"{booth.public_id}@nahwerk"
    assert list(old) == list(new) == [series, single]
    assert [calendar["method"] for calendar in old.values()] == ["CANCEL", "CANCEL"]
    assert [calendar["method"] for calendar in new.values()] == ["REQUEST", "PUBLISH"]
    for uid, was in ((series, 0), (single, booth.sequence)):
        [taken], [given] = old[uid].walk("VEVENT"), new[uid].walk("VEVENT")
        assert (taken["status"], given["status"]) == ("CANCELLED", "CONFIRMED")
        assert taken["sequence"] == given["sequence"] > was, "no program takes it for older than what it has"
    assert old[series].walk("VEVENT")[0]["attendee"] == "mailto:mia@example.org"
    assert new[series].walk("VEVENT")[0]["attendee"] == "mailto:gundula@example.org"


@pytest.mark.parametrize("sees", EXPANDING_READERS)
async def test_feeds_change_hands_and_what_is_over_stays(
    world: World, evenings: MadeSeries, postman: Postman, happens: Happen, sees: Reader
) -> None:
    feeds = {name: await a_feed(getattr(world, name)) for name in ("mia", "gundula")}
    await hands_over(world, happens, BETWEEN)
    starts = [in_utc(booking.starts_at) for booking in evenings.bookings]

    def of(content: bytes) -> Sequence[object]:
        return sorted(seen.starts for seen in sees(content) if seen.status != "CANCELLED")

    assert of(await content_of(feeds["mia"], BETWEEN)) == starts[:1]
    assert of(await content_of(feeds["gundula"], BETWEEN)) == starts[1:]
    [old], [new] = (calendars_in(by_address(postman)[f"{name}@example.org"]).values() for name in feeds)
    assert (old["method"], new["method"]) == ("REQUEST", "REQUEST")
    assert of(old.to_ical()) == starts[:1], "the evening that is over stays in the former one's calendar"
    assert of(new.to_ical()) == starts[1:]


async def test_a_change_that_is_undone_already_tells_nobody_what_is_not_true(
    world: World, evenings: MadeSeries, postman: Postman, happens: Happen
) -> None:
    await change_responsible(world.otto.actor(), "chor", world.frida.id, NOW)
    row = await fetch_row("SELECT id, aggregate_id, payload::text AS ids FROM outbox_event ORDER BY id DESC LIMIT 1")
    assert row is not None
    await hands_over(world, happens)
    postman.mails.clear()
    ids = msgspec.json.decode(row["ids"])
    await happens("organisation.responsible_changed", row["aggregate_id"], row["id"], **ids)
    [mail] = postman.mails
    assert mail["To"] == "Mia Hammes <mia@example.org>", "Frida answers for nothing any more"
    assert [calendar["method"] for calendar in calendars_in(mail).values()] == ["CANCEL"]


async def test_with_nothing_ahead_it_is_said_all_the_same_in_english(
    world: World, evenings: MadeSeries, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE person SET language = 'en'")
    await hands_over(world, happens, at(date(2026, 12, 20), 12))
    mails = by_address(postman)
    assert mails["mia@example.org"]["Subject"] == "No longer responsible: Chor Polch"
    assert mails["gundula@example.org"]["Subject"] == "Now responsible: Chor Polch"
    assert "Nothing is booked at the moment that is still to come." in text_of(mails["gundula@example.org"])
    assert [list(mail.iter_attachments()) for mail in postman.mails] == [[], []]


async def test_who_has_no_address_is_not_written_to(
    world: World, evenings: MadeSeries, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.gundula.id)
    await hands_over(world, happens)
    await hands_over(world, happens, to="mia")
    assert {str(mail["To"]) for mail in postman.mails} == {"Mia Hammes <mia@example.org>"}
