"""What people are told about a series: all of its dates in one mail, with the whole series for their calendar."""

from datetime import date
from email.message import EmailMessage

import icalendar
import msgspec
import pytest

from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.identity.rules import Grant, Role
from app.kernel.periods import Period
from app.platform.database import execute, fetch
from tests.calendars.readers.programs import EXPANDING_READERS, Reader, in_utc
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.recurring import a_series, cancelled, dates_of, named
from tests.welcomes import DOOR_CODE, a_first_visit
from tests.worlds import NOW, World, a_person, at


async def thursdays(world: World, **more: object) -> int:
    """Five Thursdays from 9 to 12 without Christmas Eve, of which the space is closed."""
    return await a_series(
        world.mia,
        world.polch,
        world.polch["1"],
        "FREQ=WEEKLY;BYDAY=TH;COUNT=6",
        Period(at(date(2026, 11, 26), 9), at(date(2026, 11, 26), 12)),
        without=[at(date(2026, 12, 24), 9)],
        **more,  # type: ignore[arg-type]
    )


async def told(happens: Happen, news: str, series: int, event: int = 1, **ids: object) -> None:
    keys = [booking.id for booking in await dates_of(series)]
    await happens(news, series, event, **{"bookings": keys, **ids})


def calendar_in(mail: EmailMessage) -> icalendar.Calendar:
    """What stands beside the text, checked to be the same as what is attached."""
    (attached,) = mail.iter_attachments()
    beside = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(attached.get_content())
    assert beside.get_param("method") == calendar["method"]
    return calendar


async def test_a_series_is_one_mail_with_all_dates_and_a_link_for_each(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world)
    await told(happens, "series.made", series)
    (mail,) = postman.mails
    assert mail["Subject"] == "Gebucht: 5 Termine in Polch, Do 26.11. bis Do 31.12."
    text, html = text_of(mail).replace("\r\n", "\n"), text_of(mail, "html")
    assert text.startswith("5 Termine gebucht\nRegioHub Polch\n")
    days = ("26. November", "3. Dezember", "10. Dezember", "17. Dezember", "31. Dezember")
    for booking, day in zip(await dates_of(series), days, strict=True):
        link = f"{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}"
        assert f"Do {day}, 9–12 Uhr, Platz 1\n{link}\n" in text
        assert f"Do {day}, 9–12 Uhr" in html
        assert link in html
    assert f"{ADDRESS}/woche/serien/{await named(series)}" in text
    assert "Klingeln bei Nahwerk." in text


async def never_booked(series: int, *which: int) -> None:
    """As if these dates had been left out when the series was made."""
    dates = await dates_of(series)
    keys = [dates[index].id for index in which]
    await execute("DELETE FROM claim WHERE holder = ANY($1)", keys)
    await execute("DELETE FROM booking WHERE id = ANY($1)", keys)


async def test_it_says_which_dates_are_not_booked_and_why(world: World, postman: Postman, happens: Happen) -> None:
    series = await thursdays(world)
    await never_booked(series, 0, 1, 2)
    for person, desk, day in ((world.mia, "2", date(2026, 11, 26)), (world.gundula, "1", date(2026, 12, 3))):
        wanted = BookDesk(world.polch[desk].public_id, at(day, 10), at(day, 11))
        await book(person.actor(), wanted, NOW)
    await told(happens, "series.made", series)
    (mail,) = postman.mails
    assert (
        text_of(mail)
        .replace("\r\n", "\n")
        .split("Nicht gebucht\n")[1]
        .startswith(
            "Do 26. November: von Ihnen schon gebucht\n"
            "Do 3. Dezember: vergeben\n"
            "Do 10. Dezember\n"  # nothing tells the reason any more
            "Do 24. Dezember: Heiligabend\n\n"
        )
    )
    assert "Heiligabend" in text_of(mail, "html")


async def test_it_says_which_dates_the_school_holidays_left_out(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world, skips_school_holidays=True)
    await never_booked(series, 4)
    await told(happens, "series.made", series)
    (mail,) = postman.mails
    said = text_of(mail).replace("\r\n", "\n")
    assert "Nicht gebucht\nDo 24. Dezember: Weihnachtsferien\nDo 31. Dezember: Weihnachtsferien\n" in said


async def test_it_says_once_how_to_get_in(world: World, postman: Postman, happens: Happen) -> None:
    await a_first_visit(world.polch)
    await told(happens, "series.made", await thursdays(world))
    (mail,) = postman.mails
    for body in (text_of(mail), text_of(mail, "html")):
        assert body.count(DOOR_CODE) == 1
        assert "Hintereingang" in body


@pytest.mark.parametrize("sees", EXPANDING_READERS)
async def test_the_whole_series_goes_along_for_calendars(
    world: World, postman: Postman, happens: Happen, sees: Reader
) -> None:
    series = await thursdays(world)
    there = MoveBooking(world.polch["2"].public_id, at(date(2026, 12, 4), 9), at(date(2026, 12, 4), 12))
    await move(world.mia.actor(), (await dates_of(series))[1].public_id, there, NOW)
    await told(happens, "series.made", series)
    calendar = calendar_in(postman.mails[0])
    assert sorted(seen.starts for seen in sees(calendar.to_ical())) == sorted(
        in_utc(booking.starts_at) for booking in await dates_of(series)
    )
    assert calendar["method"] == "REQUEST"
    assert len(calendar.walk("VTIMEZONE")) == 1
    for event in calendar.walk("VEVENT"):
        assert event["organizer"] == "mailto:post@nahwerk.example"
        assert event["attendee"] == "mailto:mia@example.org"
        assert (event["attendee"].params["PARTSTAT"], event["attendee"].params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert "/absagen/" not in calendar.to_ical().decode().replace("\r\n ", "")


async def test_a_job_that_runs_twice_sends_one_mail(world: World, postman: Postman, happens: Happen) -> None:
    series = await thursdays(world)
    await told(happens, "series.made", series)
    await told(happens, "series.made", series)
    assert len(postman.mails) == 1


async def test_what_was_cancelled_before_the_mail_left_is_not_in_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world)
    await cancelled((await dates_of(series))[:4])
    await told(happens, "series.made", series)
    (mail,) = postman.mails
    assert mail["Subject"] == "Gebucht: Do 31.12., Polch"
    assert "26. November" not in text_of(mail)
    assert "1 Termin gebucht" in text_of(mail)
    await cancelled(await dates_of(series))
    await told(happens, "series.made", series, 2)
    assert len(postman.mails) == 1


async def test_dates_that_wait_for_the_spaces_word_are_called_so(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world, status="requested")
    await told(happens, "series.made", series)
    await execute("UPDATE booking SET status = 'confirmed' WHERE id = $1", (await dates_of(series))[0].id)
    await told(happens, "series.changed", series, 2)
    first, second = postman.mails
    assert first["Subject"] == "Angefragt: 5 Termine in Polch, Do 26.11. bis Do 31.12."
    assert text_of(first).startswith("5 Termine angefragt")
    assert calendar_in(first).walk("VEVENT")[0]["status"] == "TENTATIVE"
    assert text_of(second).count("(angefragt)") == 4


async def test_a_changed_series_says_where_its_dates_are_now_and_which_are_gone(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world)
    dates = await dates_of(series)
    await cancelled(dates[3:4])
    await execute("UPDATE booking SET reason = 'series_changed' WHERE id = $1", dates[3].id)
    await told(happens, "series.changed", series, 3)
    (mail,) = postman.mails
    assert mail["Subject"] == "Geändert: 4 Termine in Polch, Do 26.11. bis Do 31.12."
    text = text_of(mail).replace("\r\n", "\n")
    assert "Abgesagt\nDo 17. Dezember, 9–12 Uhr, Platz 1\n" in text
    assert link_token(dates[3].public_id, KEY) not in text
    assert calendar_in(mail)["method"] == "REQUEST"


async def test_a_series_that_goes_on_as_another_one_ends_in_calendars_too(
    world: World, postman: Postman, happens: Happen
) -> None:
    before = await thursdays(world)
    await execute("UPDATE series SET rrule = 'FREQ=WEEKLY;BYDAY=TH;COUNT=2' WHERE id = $1", before)
    await execute("DELETE FROM booking WHERE series = $1 AND starts_at > '2026-12-04'", before)
    start = Period(at(date(2026, 12, 10), 13), at(date(2026, 12, 10), 15))
    after = await a_series(world.mia, world.polch, world.polch["2"], "FREQ=WEEKLY;COUNT=2", start)
    await told(happens, "series.changed", after, split_from=before)
    new, old = postman.mails
    assert new["Subject"] == "Geändert: 2 Termine in Polch, Do 10.12. bis Do 17.12."
    assert old["Subject"] == "Serie endet Do 3.12.: Polch, Platz 1"
    uids = [calendar_in(mail).walk("VEVENT")[0]["uid"] for mail in (new, old)]
    assert uids == [f"{await named(after)}@nahwerk", f"{await named(before)}@nahwerk"]
    assert calendar_in(old).walk("VEVENT")[0]["rrule"]["COUNT"] == [2]


async def test_a_cancelled_series_is_taken_out_of_calendars(world: World, postman: Postman, happens: Happen) -> None:
    series = await thursdays(world)
    dates = await dates_of(series)
    await cancelled(dates)
    await execute("UPDATE booking SET status = 'released', is_late = true WHERE id = $1", dates[0].id)
    await told(happens, "series.cancelled", series)
    (mail,) = postman.mails
    assert mail["Subject"] == "Abgesagt: 5 Termine in Polch, Do 26.11. bis Do 31.12."
    text = text_of(mail)
    assert "Do 26. November, 9–12 Uhr, Platz 1 (zählt trotzdem: Die Frist zum Absagen war vorbei)" in text
    assert text.count("zählt") == 1
    assert "Klingeln" not in text
    assert "Heiligabend" not in text
    calendar = calendar_in(mail)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 5)
    assert (event["uid"], event.get("recurrence-id")) == (f"{await named(series)}@nahwerk", None)


async def test_some_cancelled_dates_leave_the_others_in_calendars(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world)
    gone = (await dates_of(series))[1:3]
    await cancelled(gone)
    await told(happens, "series.cancelled", series, bookings=[booking.id for booking in gone])
    (mail,) = postman.mails
    assert mail["Subject"] == "Abgesagt: 2 Termine in Polch, Do 3.12. bis Do 10.12."
    assert "Die übrigen Termine bleiben, wie sie sind." in text_of(mail)
    calendar = calendar_in(mail)
    assert calendar["method"] == "REQUEST"
    assert [d.dt for d in calendar.walk("VEVENT")[0]["exdate"].dts] == [
        at(date(2026, 12, day), 9) for day in (3, 10, 24)
    ]


async def test_one_cancelled_or_moved_date_is_told_by_itself_as_a_date_of_its_series(
    world: World, postman: Postman, happens: Happen
) -> None:
    series = await thursdays(world)
    first, second, *_ = await dates_of(series)
    await cancel(world.mia.actor(), first.public_id, NOW)
    await happens("booking.cancelled", first.id)
    await move(world.mia.actor(), second.public_id, MoveBooking(world.polch["2"].public_id), NOW)
    await happens("booking.moved", second.id)
    assert [mail["Subject"] for mail in postman.mails] == [
        "Abgesagt: Do 26.11., Polch, Platz 1",
        "Verschoben auf Do 3.12., Polch, Platz 2",
    ]
    calendars = [calendar_in(mail) for mail in postman.mails]
    assert [calendar["method"] for calendar in calendars] == ["CANCEL", "REQUEST"]
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    uid = f"{await named(series)}@nahwerk"
    assert [(event["uid"], event["recurrence-id"].dt, event["sequence"], event["status"]) for event in events] == [
        (uid, at(date(2026, 11, 26), 9), 1, "CANCELLED"),
        (uid, at(date(2026, 12, 3), 9), 2, "CONFIRMED"),
    ]


async def test_nobody_without_address_is_written_to(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    series = await thursdays(world)
    await told(happens, "series.made", series)
    await cancelled(await dates_of(series))
    await told(happens, "series.cancelled", series)
    assert postman.mails == []


async def test_english_people_get_an_english_mail(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await told(happens, "series.made", await thursdays(world))
    (mail,) = postman.mails
    assert mail["Subject"] == "Booked: 5 dates in Polch, Thu 26 Nov to Thu 31 Dec"
    assert "Not booked" in text_of(mail)
    assert "Christmas Eve" in text_of(mail)


async def test_each_act_on_a_series_is_one_mail_whatever_else_is_written_down(
    world: World, postman: Postman, happens: Happen
) -> None:
    mia, start = world.mia.actor(), date(2026, 11, 26)
    wanted = BookDesk(world.polch["1"].public_id, at(start, 9), at(start, 12))
    made = await make_series(mia, MakeSeries(wanted, "FREQ=WEEKLY;COUNT=6", OnConflict.SKIP), NOW)
    await cancel_series(mia, made.series.public_id, CancelSeries(date(2026, 12, 1), date(2026, 12, 5)), NOW)
    later = ChangeSeries(date(2026, 12, 10), world.polch["2"].public_id, on_conflict=OnConflict.SKIP)
    changed = await change_series(mia, made.series.public_id, later, NOW)
    await cancel_series(mia, changed.series.public_id, CancelSeries(), NOW)
    for event in await fetch("SELECT id, name, aggregate_id, payload::text AS ids FROM outbox_event ORDER BY id"):
        await happens(event["name"], event["aggregate_id"], event["id"], **msgspec.json.decode(event["ids"]))
    assert [mail["Subject"] for mail in postman.mails] == [
        "Gebucht: Do 26.11., Polch",  # told late: of the first act that is all that still stands
        "Abgesagt: Do 3.12., Polch",
        "Serie endet Do 26.11.: Polch, Platz 1",
        "Abgesagt: 3 Termine in Polch, Do 10.12. bis Do 31.12.",
    ]


async def test_what_staff_does_is_the_same_single_mail_and_says_who_did_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    telephone = await a_person("Tilda", "tilda@example.org", Grant(Role.TELEPHONE, "network", None))
    start = date(2026, 11, 26)
    wanted = MakeSeries(BookDesk(world.polch["1"].public_id, at(start, 9), at(start, 12)), "FREQ=WEEKLY;COUNT=3")
    made = await make_series(world.frida.actor(), wanted, NOW, whom=world.mia.id)
    change = ChangeSeries(what=world.polch["2"].public_id)
    await change_series(world.frida.actor(), made.series.public_id, change, NOW, for_others=True)
    await cancel_series(telephone.actor(), made.series.public_id, CancelSeries(), NOW, for_others=True)
    told = await fetch("SELECT id, name, aggregate_id, payload::text AS ids FROM outbox_event ORDER BY id")
    assert [event["name"] for event in told] == ["series.made", "series.changed", "series.cancelled"]
    for event in told[1:]:
        await happens(event["name"], event["aggregate_id"], event["id"], **msgspec.json.decode(event["ids"]))
    [mail] = postman.mails
    assert mail["To"] == "Mia Hammes <mia@example.org>"
    assert mail["Subject"] == "Abgesagt: 3 Termine in Polch, Do 26.11. bis Do 10.12."
    for body in (text_of(mail), text_of(mail, "html")):
        assert "Testnetz hat das für Sie abgesagt." in body
    assert calendar_in(mail)["method"] == "CANCEL"


@pytest.mark.parametrize(
    ("language", "said"), [("de", "hat das für Sie geändert."), ("en", "has changed this for you.")]
)
async def test_the_space_says_that_it_changed_the_series(
    world: World, postman: Postman, happens: Happen, language: str, said: str
) -> None:
    await execute("UPDATE person SET language = $1 WHERE id = $2", language, world.mia.id)
    series = await thursdays(world)
    await told(happens, "series.changed", series, staff=world.frida.id)
    await told(happens, "series.changed", series, 2)
    by_staff, by_herself = postman.mails
    assert f"RegioHub Polch {said}" in text_of(by_staff)
    assert said not in text_of(by_herself)
