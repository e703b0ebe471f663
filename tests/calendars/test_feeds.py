"""What a calendar program gets from a feed after bookings, moves and cancellations, and when it gets nothing new."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import icalendar
import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel, enter_end
from app.bookings.giving_back import give_back
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.calendars.feed_answers import Condition, FeedAnswer, feed_answer
from app.calendars.operations import CreateFeed, create_feed, note_fetch, revoke_feed, rotate_feed
from app.calendars.queries import feeds_of
from app.calendars.reactions import calendar_reactions
from app.calendars.rules import CANCELLED_STAYS, FEED_PAST
from app.calendars.subscriptions import MOST_FEEDS, FeedKind, TooManyFeeds
from app.identity.rules import ScopeMissing
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from app.platform.outbox import Event
from tests.calendars.readers.programs import READERS, Reader, Seen
from tests.worlds import NOW, APerson, World, tomorrow

ADDRESS = "https://nahwerk.example"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def a_feed(person: APerson, kind: FeedKind = FeedKind.PERSON, subject: str | None = None) -> str:
    """A new feed's token."""
    _, token = await create_feed(person.actor(), CreateFeed(kind, subject), NOW)
    return token


async def a_booking(world: World, hour: int = 8, desk: str = "1") -> BookingCard:
    """Mia's booking of a desk in Polch for tomorrow, four hours from then on."""
    wanted = BookDesk(world.polch[desk].public_id, tomorrow(hour), tomorrow(hour + 4))
    return await book(world.mia.actor(), wanted, NOW)


async def read(token: str, now: datetime = NOW, known: FeedAnswer | None = None) -> FeedAnswer:
    """What a program gets that has the `known` answer already."""
    return await feed_answer(token, ADDRESS, now, Condition(known.etag if known else ""))


async def content_of(token: str, now: datetime = NOW) -> bytes:
    content = (await read(token, now)).content
    assert content is not None
    return content


async def events_of(token: str, now: datetime = NOW) -> Sequence[icalendar.Event]:
    return icalendar.Calendar.from_ical(await content_of(token, now)).walk("VEVENT")


def seen(booking: BookingCard, summary: str, status: str = "CONFIRMED") -> Seen:
    return Seen(booking.ical_uid, booking.period.starts_at, booking.period.ends_at, summary, status)


@pytest.mark.parametrize("sees", READERS)
async def test_every_reader_follows_a_booking_through_move_and_cancellation(world: World, sees: Reader) -> None:
    token = await a_feed(world.mia)
    booking = await a_booking(world)
    assert sees(await content_of(token)) == [seen(booking, "Platz 1, RegioHub Polch")]

    change = MoveBooking(world.polch["2"].public_id, tomorrow(13), tomorrow(17))
    moved = await move(world.mia.actor(), booking.public_id, change, NOW + HOUR)
    assert sees(await content_of(token)) == [seen(moved, "Platz 2, RegioHub Polch")]

    gone = await cancel(world.mia.actor(), booking.public_id, NOW + 2 * HOUR)
    summary = "Abgesagt: Platz 2, RegioHub Polch"
    assert sees(await content_of(token)) == [seen(gone, summary, "CANCELLED")]


async def test_an_event_says_where_how_to_get_in_and_where_to_change_it(world: World) -> None:
    await execute("UPDATE space SET access_de = 'Klingeln bei Nahwerk.' WHERE id = $1", world.polch.id)
    token = await a_feed(world.mia)
    booking = await a_booking(world)
    (event,) = await events_of(token)
    url = f"{ADDRESS}/buchungen/{booking.public_id}"
    assert event["location"] == "RegioHub Polch, Bahnhofstraße 1, 56751 Polch"
    assert event["description"] == f"Klingeln bei Nahwerk.\n\nVerschieben oder absagen: {url}"
    assert event["url"] == url
    assert event["sequence"] == 0


async def test_a_feed_speaks_the_language_that_its_owner_had(world: World) -> None:
    _, token = await create_feed(replace(world.mia.actor(), language="en"), CreateFeed(FeedKind.PERSON), NOW)
    await a_booking(world)
    assert "PRODID:-//Nahwerk//Nahwerk//EN" in (await content_of(token)).decode()


async def test_a_person_sees_nothing_of_others(world: World) -> None:
    await a_booking(world)
    assert await events_of(await a_feed(world.gundula)) == []


async def test_an_unchanged_feed_answers_nothing_new_and_builds_nothing(world: World) -> None:
    token = await a_feed(world.mia)
    await a_booking(world)
    first = await read(token)
    later = await read(token, NOW + HOUR, first)
    assert (later.content, later.etag, later.changed_at) == (None, first.etag, first.changed_at)
    assert (await read(token, NOW + HOUR)).content == first.content


async def test_every_change_of_what_a_feed_shows_is_a_new_answer(world: World) -> None:
    token, mia = await a_feed(world.mia), world.mia.actor()
    answers = [await read(token)]

    async def changed(now: datetime = NOW) -> None:
        answer = await read(token, now, answers[-1])
        assert answer.content is not None
        answers.append(answer)

    booking = await a_booking(world)
    await changed()
    second = await a_booking(world, 13)
    await changed()
    await move(mia, booking.public_id, MoveBooking(starts_at=tomorrow(9)), NOW)
    await changed()
    await cancel(mia, booking.public_id, NOW)
    await changed()
    await execute("UPDATE space SET name = 'RegioHub Polch-Mitte', version = version + 1 WHERE id = $1", world.polch.id)
    await changed()
    assert b"Polch-Mitte" in (answers[-1].content or b"")
    await execute("UPDATE resource SET name = '1a', version = version + 1 WHERE id = $1", second.resource.id)
    await changed()
    await execute("UPDATE network SET name = 'Anderes Netz'")
    await changed()
    await changed(NOW + CANCELLED_STAYS + DAY)  # the cancelled one has stood long enough
    await changed(NOW + FEED_PAST + 3 * DAY)  # the other one leaves the window
    assert await events_of(token, NOW + FEED_PAST + 3 * DAY) == []
    assert len({answer.etag for answer in answers}) == len(answers)
    assert all(one.changed_at < other.changed_at for one, other in pairwise(answers))


async def test_what_a_calendar_does_not_show_changes_nothing(world: World) -> None:
    token = await a_feed(world.mia)
    booking = await a_booking(world)
    first = await read(token)
    await move(world.mia.actor(), booking.public_id, MoveBooking(note="Bitte am Fenster"), NOW)
    await check_in(world.mia.actor(), booking.public_id, tomorrow(8))
    assert (await read(token, tomorrow(8), first)).content is None


async def test_a_cancelled_booking_stands_for_thirty_days(world: World) -> None:
    token = await a_feed(world.mia)
    booking = await a_booking(world)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    (event,) = await events_of(token, NOW + CANCELLED_STAYS)
    assert (event["status"], event["transp"], event["sequence"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert await events_of(token, NOW + CANCELLED_STAYS + DAY) == []


async def test_a_program_that_only_knows_the_time_of_its_copy_is_answered_as_well(world: World) -> None:
    token = await a_feed(world.mia)
    first = await read(token)
    since = Condition(if_modified_since=format_datetime(first.changed_at, usegmt=True))
    assert (await feed_answer(token, ADDRESS, NOW + DAY, since)).content is None
    await a_booking(world)
    assert (await feed_answer(token, ADDRESS, NOW, since)).content is not None
    assert (await feed_answer(token, ADDRESS, NOW, Condition(if_modified_since="gestern"))).content is not None


async def test_the_compressed_copy_counts_as_the_same_and_a_foreign_one_does_not(world: World) -> None:
    token = await a_feed(world.mia)
    first = await read(token)
    for known in (first.gzip_etag, f'"x", W/{first.etag}', "*"):
        assert (await feed_answer(token, ADDRESS, NOW, Condition(known))).content is None
    assert (await feed_answer(token, ADDRESS, NOW, Condition('"x"'))).content is not None


async def test_the_worker_keeps_events_before_anybody_asks(world: World) -> None:
    token = await a_feed(world.mia)
    booking = await a_booking(world)
    await _react("booking.confirmed", booking.id)
    kept = await fetch("SELECT booking, sequence, language, content FROM kept_event")
    assert [(row["booking"], row["sequence"], row["language"]) for row in kept] == [(booking.id, 0, "de")]
    assert kept[0]["content"] in await content_of(token)

    await cancel(world.mia.actor(), booking.public_id, NOW)
    await _react("booking.cancelled", booking.id)
    await _react("booking.confirmed", booking.id)  # once more, and late: it finds the booking as it stands now
    assert await fetch_value("SELECT array_agg(sequence) FROM kept_event") == [1]


async def test_a_new_feed_of_somebody_with_bookings_is_complete_at_once(world: World) -> None:
    booking = await a_booking(world)
    card, _ = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    await _react("feed.created", card.id)
    assert await fetch_value("SELECT array_agg(booking) FROM kept_event") == [booking.id]


async def test_an_event_of_an_older_text_or_address_is_built_anew(world: World) -> None:
    token = await a_feed(world.mia)
    await a_booking(world)
    first = await content_of(token)
    await execute("UPDATE kept_event SET form = '0 http://old.example', content = 'OLD'")
    assert await content_of(token) == first
    assert b"https://new.example/buchungen/" in (await feed_answer(token, "https://new.example", NOW)).content


async def _react(name: str, aggregate: int) -> None:
    for reaction in calendar_reactions(ADDRESS)[name]:
        await reaction.run(Event(1, name, 1, "any", aggregate, {}, NOW), NOW)


async def test_a_dead_or_unknown_token_is_not_found(world: World) -> None:
    card, token = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    _, fresh = await rotate_feed(world.mia.actor(), card.public_id, NOW)
    for dead in (token, "", "x" * 43):
        with pytest.raises(NotFound):
            await read(dead)
    assert await events_of(fresh) == []
    await revoke_feed(world.mia.actor(), card.public_id, NOW)
    with pytest.raises(NotFound):
        await read(fresh)


async def test_a_feed_ends_with_its_owners_account(world: World) -> None:
    token = await a_feed(world.mia)
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", world.mia.id, NOW)
    with pytest.raises(NotFound):
        await read(token)


async def test_a_token_has_256_bits_and_is_nowhere_in_the_database(world: World) -> None:
    token = await a_feed(world.mia)
    assert len(token) == 43
    rows = await fetch(
        "SELECT f::text FROM feed f UNION ALL SELECT a::text FROM audit_entry a"
        " UNION ALL SELECT e::text FROM outbox_event e"
    )
    assert not any(token in row["f"] for row in rows)


async def test_nobody_renews_or_ends_the_feed_of_somebody_else(world: World) -> None:
    card, token = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    for stranger in (world.gundula, world.nadja):
        with pytest.raises(NotFound):
            await rotate_feed(stranger.actor(), card.public_id, NOW)
        with pytest.raises(NotFound):
            await revoke_feed(stranger.actor(), card.public_id, NOW)
        assert await feeds_of(stranger.actor()) == []
    assert (await read(token)).content is not None


async def test_a_program_without_the_scope_has_nothing_to_do_with_feeds(world: World) -> None:
    reader = world.mia.actor("token", frozenset({"read"}))
    with pytest.raises(ScopeMissing):
        await create_feed(reader, CreateFeed(FeedKind.PERSON), NOW)
    with pytest.raises(ScopeMissing):
        await feeds_of(reader)


async def test_there_is_an_end_to_how_many_feeds_one_can_have(world: World) -> None:
    for _ in range(MOST_FEEDS):
        await a_feed(world.mia)
    with pytest.raises(TooManyFeeds):
        await a_feed(world.mia)


async def test_making_renewing_and_ending_a_feed_stand_in_the_audit_trail(world: World) -> None:
    card, _ = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    await rotate_feed(world.mia.actor(), card.public_id, NOW)
    await revoke_feed(world.mia.actor(), card.public_id, NOW)
    rows = await fetch(
        "SELECT action FROM audit_entry WHERE subject_kind = 'feed' AND actor = $1 ORDER BY id", world.mia.id
    )
    assert [row["action"] for row in rows] == ["feed.created", "feed.rotated", "feed.revoked"]


async def test_its_owner_sees_who_came_last_and_a_minute_counts_once(world: World) -> None:
    token = await a_feed(world.mia)
    answer = await read(token)
    assert answer.is_first_in_a_minute
    await note_fetch(answer.feed, "Google-Calendar-Importer", NOW)
    again = await read(token, NOW + timedelta(seconds=59))
    assert not again.is_first_in_a_minute
    await note_fetch(answer.feed, "Thunderbird/140", NOW + timedelta(seconds=59))
    (card,) = await feeds_of(world.mia.actor())
    assert (card.last_fetched_by, card.last_fetched_at) == ("Google Kalender", NOW)
    assert (await read(token, NOW + timedelta(minutes=1))).is_first_in_a_minute


async def test_who_comes_after_all_has_the_booking_back_in_the_calendar(world: World) -> None:
    token, booking = await a_feed(world.mia), await a_booking(world)
    await enter_end(booking.id, Status.NO_SHOW, "nobody_came", tomorrow(9))
    await give_back([booking.id], tomorrow(9))
    (freed,) = await events_of(token, tomorrow(9))
    assert (freed["status"], freed["summary"]) == ("CANCELLED", "Freigegeben: Platz 1, RegioHub Polch")
    await check_in(world.mia.actor(), booking.public_id, tomorrow(9, 30))
    (back,) = await events_of(token, tomorrow(9, 30))
    assert (back["status"], back["sequence"]) == ("CONFIRMED", freed["sequence"] + 1)
