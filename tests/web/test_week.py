"""Meine Woche, as a browser without JavaScript shows it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import httpx
import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.inventory.rules import Kind
from app.platform.database import execute
from tests.web.conftest import Site
from tests.worlds import HERE, NOW, TOMORROW, APerson, ASpace, World, a_space, at, tomorrow

AROUND_THE_CLOCK = dict.fromkeys(range(1, 8), (0, 24 * 60))


@pytest.fixture
async def mill(world: World) -> ASpace:
    """A space that never closes."""
    desks = [(Kind.DESK, str(number), []) for number in range(1, 4)]
    space = await a_space(world.operator, "muehle-monreal", "Mühle Monreal", resources=desks, week=AROUND_THE_CLOCK)
    await execute("UPDATE space SET open_on_holidays = true WHERE id = $1", space.id)
    return space


async def booked(
    who: APerson, space: ASpace, starts_at: datetime, ends_at: datetime, desk: str = "1", now: datetime | None = None
) -> BookingCard:
    """A booking that was made in good time."""
    made_at = now or min(NOW, starts_at) - timedelta(days=1)
    return await book(who.actor(), BookDesk(space[desk].public_id, starts_at, ends_at), made_at)


def said(html: str) -> str:
    """What a reader sees of it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def days_of(page: httpx.Response) -> list[str]:
    """What each day of the week says, Monday first."""
    assert page.status_code == 200
    week = page.text.split('<ol class="nw-week')[1].split("</ol>")[0]
    return [said(f"<li{day}") for day in week.split("<li")[1:]]


def next_card(page: httpx.Response) -> str:
    found = re.search(r'<section class="nw-next".*?</section>', page.text, re.DOTALL)
    return found[0] if found else ""


async def week_of(site: Site, who: APerson, week: str = "") -> httpx.Response:
    return await (await site.browser(who)).get(f"/woche?woche={week}" if week else "/woche")


@pytest.mark.parametrize("page", ["/woche", "/woche/alle"])
async def test_whoever_is_not_signed_in_signs_in_first(site: Site, page: str) -> None:
    answer = await (await site.browser()).get(page)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/anmelden?weiter={page.replace('/', '%2F')}"


async def test_the_next_booking_stands_first_with_all_that_is_needed(site: Site, world: World) -> None:
    await execute("UPDATE space SET access_de = 'Der Code der Tür ist 48 21 07.' WHERE id = $1", world.polch.id)
    await booked(world.mia, world.polch, tomorrow(8) + timedelta(days=1), tomorrow(18) + timedelta(days=1))
    sooner = await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    card = next_card(await week_of(site, world.mia))
    assert said(card).startswith("morgen, Mittwoch 25. November RegioHub Polch, Platz 1 8–18 Uhr, Fenster, Bildschirm")
    assert "Der Code der Tür ist 48 21 07." in card
    for way in ("verschieben", "absagen"):
        assert f'href="/buchungen/{sooner.public_id}/{way}"' in card
    assert 'href="/standorte/regiohub-polch#ueber"' in card


async def test_a_cancelled_booking_does_not_come_next(site: Site, world: World) -> None:
    booking = await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    await cancel(world.mia.actor(), booking.public_id, NOW)
    page = await week_of(site, world.mia)
    assert not next_card(page)
    assert "Gerade ist nichts gebucht." in said(page.text)
    assert "8–18 Uhr, Platz 1, abgesagt" in days_of(page)[2]


@pytest.mark.parametrize(
    ("clock", "offered"),
    [(time(8, 44, 59), False), (time(8, 45), True), (time(11, 59, 59), True), (time(12), False)],
)
async def test_arriving_is_offered_from_a_quarter_before_to_the_end(
    site: Site, world: World, clock: time, offered: bool
) -> None:
    booking = await booked(world.mia, world.polch, tomorrow(9), tomorrow(12))
    site.clock.at = datetime.combine(TOMORROW, clock, HERE)
    card = next_card(await week_of(site, world.mia))
    assert (f'action="/buchungen/{booking.public_id}/ankommen"' in card) is offered


async def test_who_has_arrived_sees_it_and_can_no_longer_cancel(site: Site, world: World) -> None:
    booking = await booked(world.mia, world.polch, tomorrow(9), tomorrow(12))
    site.clock.at = tomorrow(9, 5)
    browser = await site.browser(world.mia)
    answer = await browser.post(f"/buchungen/{booking.public_id}/ankommen")
    assert answer.status_code == 303
    card = next_card(await browser.get("/woche"))
    assert "Sie sind da" in said(card)
    assert "absagen" not in card
    assert "ankommen" not in card


async def test_each_booking_stands_on_its_day_and_the_neighbouring_weeks_stay_out(
    site: Site, world: World, mill: ASpace
) -> None:
    monday = date(2026, 11, 30)
    sunday_before, sunday, monday_after = monday - timedelta(days=1), date(2026, 12, 6), date(2026, 12, 7)
    await booked(world.mia, mill, at(sunday_before, 20), at(sunday_before, 23, 45))
    await booked(world.mia, mill, at(sunday_before, 23, 45), at(monday, 0), "2")
    await booked(world.mia, mill, at(monday, 0), at(monday, 1))
    await booked(world.mia, mill, at(date(2026, 12, 2), 8), at(date(2026, 12, 2), 12))
    await booked(world.mia, mill, at(date(2026, 12, 2), 13), at(date(2026, 12, 2), 18), "2")
    await booked(world.mia, mill, at(sunday, 23), at(monday_after, 0))
    await booked(world.mia, mill, at(monday_after, 0), at(monday_after, 6))
    assert days_of(await week_of(site, world.mia, "2026-W49")) == [
        "Mo 30. Mühle Monreal 0–1 Uhr, Platz 1",
        "Di 1. Platz finden am Di 1.",
        "Mi 2. Mühle Monreal 8–12 Uhr, Platz 1 Mühle Monreal 13–18 Uhr, Platz 2",
        "Do 3. Platz finden am Do 3.",
        "Fr 4. Platz finden am Fr 4.",
        "Sa 5. Platz finden am Sa 5.",
        "So 6. Mühle Monreal 23–24 Uhr, Platz 1",
    ]


@pytest.mark.parametrize(
    ("week", "sunday", "third_hour"),
    [
        ("2027-W12", date(2027, 3, 28), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("2027-W43", date(2027, 10, 31), datetime(2027, 10, 31, 2, tzinfo=UTC)),
    ],
    ids=["clocks go forward", "clocks go back"],
)
async def test_the_week_of_a_time_change_has_seven_days_with_their_bookings(
    site: Site, world: World, mill: ASpace, week: str, sunday: date, third_hour: datetime
) -> None:
    saturday, monday = sunday - timedelta(days=1), sunday + timedelta(days=1)
    await booked(world.mia, mill, at(saturday, 23), at(sunday, 0))
    await booked(world.mia, mill, at(sunday, 0), at(sunday, 1))
    await booked(world.mia, mill, third_hour, third_hour + timedelta(hours=1))
    await booked(world.mia, mill, at(sunday, 23), at(monday, 0))
    await booked(world.mia, mill, at(monday, 0), at(monday, 1))
    *_, on_saturday, on_sunday = days_of(await week_of(site, world.mia, week))
    assert "Mühle Monreal 23–24 Uhr" in on_saturday
    assert re.findall(r"(\S+) Uhr", on_sunday) == ["0–1", "3–4", "23–24"]


async def test_nobody_sees_the_bookings_of_others(site: Site, world: World) -> None:
    booking = await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    for other in (world.gundula, world.otto, world.nadja):
        browser = await site.browser(other)
        for page in ("/woche", "/woche?woche=2026-W48", "/woche/alle"):
            assert booking.public_id not in (await browser.get(page)).text
        assert (await browser.get(f"/woche/alle?vor={booking.public_id}")).status_code == 404


async def test_days_that_are_over_offer_nothing_and_the_others_lead_to_the_search(site: Site, world: World) -> None:
    page = await week_of(site, world.gundula)
    assert days_of(page)[:2] == ["Mo 23. vorbei", "Di, heute 24. Platz finden am Di, heute 24."]
    assert re.findall(r'href="/plaetze\?tag=([\d-]+)"', page.text) == [f"2026-11-{day}" for day in range(24, 30)]
    assert page.text.count('<li aria-current="date">') == 1


async def test_who_has_booked_before_searches_where_that_was(site: Site, world: World) -> None:
    await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    page = await week_of(site, world.mia)
    assert 'href="/plaetze?tag=2026-11-24&amp;ort=56751+Polch"' in page.text
    assert (await (await site.browser()).get("/plaetze?tag=2026-11-24&ort=56751+Polch")).status_code == 200


async def test_weeks_lead_to_their_neighbours_over_the_turn_of_the_year(site: Site, world: World) -> None:
    page = await week_of(site, world.mia, "2026-W53")
    assert "28. Dezember 2026 bis 3. Januar 2027" in said(page.text)
    assert 'href="/woche?woche=2026-W52"' in page.text
    assert 'href="/woche?woche=2027-W01"' in page.text


async def test_there_is_no_next_week_where_nothing_can_be_booked_yet(site: Site, world: World) -> None:
    page = await week_of(site, world.mia, "2027-W52")
    assert page.status_code == 200
    assert "Nächste Woche" not in said(page.text)
    assert (await week_of(site, world.mia, "2028-W01")).status_code == 404


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "48", "9999-W52", "0001-W01", "<b>", "2026-W48-9"])
async def test_a_week_that_is_none_is_not_found(site: Site, world: World, week: str) -> None:
    assert (await week_of(site, world.mia, week)).status_code == 404


async def test_a_newcomer_is_shown_the_way(site: Site, world: World) -> None:
    page = said((await week_of(site, world.gundula)).text)
    assert "Hier steht Ihre Woche, sobald Sie einen Platz gebucht haben." in page
    assert "Alle Buchungen" not in page
    everything = await (await site.browser(world.gundula)).get("/woche/alle")
    assert "Sie haben noch nichts gebucht." in said(everything.text)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("requested", "angefragt"),
        ("held", "vorgemerkt"),
        ("checked_in", "Sie sind da"),
        ("cancelled", "abgesagt"),
        ("no_show", "nicht gekommen"),
        ("released", "zurückgegeben"),
    ],
)
async def test_a_word_says_where_a_booking_stands(site: Site, world: World, status: str, word: str) -> None:
    booking = await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    await execute("UPDATE booking SET status = $1 WHERE id = $2", status, booking.id)
    assert f"8–18 Uhr, Platz 1, {word}" in days_of(await week_of(site, world.mia))[2]
    everything = await (await site.browser(world.mia)).get("/woche/alle")
    assert f"8–18 Uhr, RegioHub Polch, Platz 1 {word}" in said(everything.text)


async def test_what_is_over_is_called_so(site: Site, world: World) -> None:
    await booked(world.mia, world.polch, tomorrow(8), tomorrow(12))
    site.clock.at = tomorrow(12)
    everything = await (await site.browser(world.mia)).get("/woche/alle")
    assert "Platz 1 vorbei" in said(everything.text)


async def test_all_bookings_come_page_by_page_the_latest_first_and_each_once(
    site: Site, world: World, mill: ASpace
) -> None:
    first = at(date(2026, 12, 1), 6)
    made = [
        await booked(world.mia, mill, starts_at, starts_at + timedelta(minutes=15), desk)
        for starts_at in (first + timedelta(hours=n) for n in range(35))
        for desk in ("1", "2")
    ]
    made.append(await booked(world.mia, mill, first + timedelta(hours=40), first + timedelta(hours=41)))
    browser, url, pages = await site.browser(world.mia), "/woche/alle", []
    while url:
        page = await browser.get(url)
        pages.append(re.findall(r'href="/buchungen/(\w+)"', page.text))
        further = re.search(r'href="([^"]+)" rel="next"', page.text)
        url = unescape(further[1]) if further else ""
    assert [len(page) for page in pages] == [30, 30, 11], "pages end between two that begin together"
    shown: Sequence[str] = [public_id for page in pages for public_id in page]
    assert shown == [booking.public_id for booking in reversed(made)]


async def test_the_last_mails_are_the_persons_own(site: Site, world: World) -> None:
    for who, subject, sent_at in (
        (world.mia, "Gebucht: Mi 25.11.", NOW - timedelta(hours=1)),
        (world.mia, "Abgesagt: Di 24.11.", NOW - timedelta(days=1)),
        (world.gundula, "Gebucht: Do 26.11.", NOW),
    ):
        await execute(
            "INSERT INTO sent_mail (person, message_id, subject, sent_at) VALUES ($1, $2, $2, $3)",
            who.id,
            subject,
            sent_at,
        )
    page = said((await week_of(site, world.mia)).text)
    assert "heute, 18:00 Gebucht: Mi 25.11. gestern, 19:00 Abgesagt: Di 24.11." in page
    assert "26.11." not in page


async def test_english_readers_get_english_dates(site: Site, world: World) -> None:
    await booked(world.mia, world.polch, tomorrow(8), tomorrow(18))
    browser = await site.browser(world.mia)
    browser.client.cookies.set("sprache", "en")
    page = await browser.get("/woche")
    assert "Tuesday 24 November" in said(page.text)
    assert days_of(page)[2].startswith("Wed 25 RegioHub Polch 8:00–18:00")
