"""A person's bookings as the pages show them: what comes next, a week from Monday to Sunday, a line in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from babel.dates import format_date

from app.bookings.due import check_leaving
from app.bookings.queries import BookingCard, BookingFilter, bookings_of
from app.bookings.rules import BOOKABLE_AHEAD, HOLDING, Status, check_changeable, check_check_in
from app.identity.authentication import Visitor
from app.inventory.rules import FEATURES, label, wall_instant
from app.kernel.refusals import NotFound, marked, passes, phrase
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, space_by_id
from app.web.search_form import ZONE

EARLIEST_WEEK = date(2000, 1, 3)
"""No network is older; before and after what can be shown an address leads nowhere."""

MOST_IN_A_WEEK = 1_000

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
_NOON = time(12)
_MORNING_ENDS = time(13)

_OVER = ("none", marked("vorbei"))
_STATES: Mapping[Status, tuple[str, str]] = {
    Status.REQUESTED: ("not", marked("angefragt")),
    Status.HELD: ("not", marked("vorgemerkt")),
    Status.CONFIRMED: ("yours", marked("gebucht")),
    Status.CHECKED_IN: ("free", marked("Sie sind da")),
    Status.COMPLETED: _OVER,
    Status.CANCELLED: ("not", marked("abgesagt")),
    Status.NO_SHOW: ("late", marked("nicht gekommen")),
    Status.RELEASED: ("not", marked("zurückgegeben")),
}
"""The shape and the word for each status, see `state` in signs.html."""


@dataclass(frozen=True, slots=True)
class NextBooking:
    """The booking that comes next or has begun; `has_page` says whether guests can open its space's page."""

    booking: BookingCard
    space: SpaceCard | None
    has_page: bool
    title: str
    day_word: str
    day_number: str
    month: str
    times: str
    features: str
    status_word: str
    may_change: bool
    may_check_in: bool
    may_leave: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A booking in the week. `look` is next, done or wait; `half` is am or pm where it is no longer than that."""

    url: str
    name: str
    text: str
    look: str
    half: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week; `find_url` leads to the search on it and is empty where it is over or already booked."""

    weekday: str
    number: str
    is_today: bool
    is_past: bool
    slots: Sequence[Slot]
    find_url: str


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; the address of the next week is empty where nothing can be booked yet."""

    title: str
    number: int
    days: Sequence[Day]
    is_current: bool
    previous_url: str
    next_url: str

    @property
    def is_empty(self) -> bool:
        return not any(day.slots for day in self.days)

    @property
    def has_weekend(self) -> bool:
        return any(day.slots for day in self.days[5:])


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking in a list."""

    url: str
    when: str
    what: str
    state: str
    word: str


def asked_week(text: str, visitor: Visitor) -> date:
    """The Monday of the week that an address names as ISO 8601 does (2026-W48); the current one where it names none.

    Raises NotFound for what is no week, and for weeks in which nothing can be booked yet.
    """
    today = local_day(visitor.now, ZONE)
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError as error:
        raise NotFound from error
    if not EARLIEST_WEEK <= day <= _last_monday(today) + 6 * _DAY:
        raise NotFound
    return _monday(day)


async def next_booking(person: int, visitor: Visitor) -> NextBooking | None:
    """The first of the person's bookings that still holds its time."""
    wanted = BookingFilter(from_at=visitor.now, statuses=sorted(HOLDING))
    found = await bookings_of(person, wanted, limit=1, latest_first=False)
    if not found:
        return None
    [booking] = found
    say, day = visitor.speaker, booking.starts_at.date()
    is_german, is_this_year = visitor.language == "de", day.year == visitor.now.astimezone(ZONE).year
    space = await space_by_id(booking.space.id)
    return NextBooking(
        booking=booking,
        space=space,
        has_page=space is not None and space.has_page(visitor.now),
        title=f"{booking.space.name}, {say.word(label(booking.resource.kind, booking.resource.name))}",
        day_word=_day_word(day, visitor),
        day_number=format_date(day, "d." if is_german else "d", locale=say.locale),
        month=format_date(day, "MMMM" if is_this_year else "MMMM y", locale=say.locale),
        times=times_text(booking.starts_at, booking.ends_at, visitor),
        features=", ".join(say.gettext(FEATURES[name]) for name in FEATURES if name in booking.resource.features),
        status_word="" if booking.status is Status.CONFIRMED else state_of(booking, visitor)[1],
        may_change=passes(check_changeable, booking.status, booking.period.ends_at, visitor.now),
        may_check_in=passes(check_check_in, booking.status, booking.period, booking.space.zone, visitor.now),
        may_leave=passes(check_leaving, booking, visitor.now),
        is_late=booking.is_late_at(visitor.now),
    )


async def week_of(person: int, monday: date, following: BookingCard | None, usual: str, visitor: Visitor) -> Week:
    """The week from this Monday, each booking on the day on which it begins where its space is.

    `following` is the one that comes next; `usual` is where the person works, as the search takes it, or empty.
    """
    around = BookingFilter(
        from_at=wall_instant(monday - _DAY, 0, ZONE), until_at=wall_instant(monday + _WEEK + _DAY, 0, ZONE)
    )
    bookings = await bookings_of(person, around, limit=MOST_IN_A_WEEK, latest_first=False)
    by_day: dict[date, list[BookingCard]] = {monday + n * _DAY: [] for n in range(7)}
    for booking in bookings:
        if booking.starts_at.date() in by_day:
            by_day[booking.starts_at.date()].append(booking)
    today = local_day(visitor.now, ZONE)
    later = monday + _WEEK
    return Week(
        title=_week_title(monday, today.year, visitor),
        number=monday.isocalendar().week,
        days=[_day(day, today, by_day[day], following, usual, visitor) for day in by_day],
        is_current=monday == _monday(today),
        previous_url=week_url(monday - _WEEK) if monday > EARLIEST_WEEK else "",
        next_url=week_url(later) if later <= _last_monday(today) else "",
    )


def week_url(monday: date) -> str:
    return f"/woche?woche={monday:%G-W%V}"


def booking_line(booking: BookingCard, visitor: Visitor) -> BookingLine:
    state, word = state_of(booking, visitor)
    say = visitor.speaker
    return BookingLine(
        url=f"/buchungen/{booking.public_id}",
        when=say.day(booking.starts_at.date()),
        what=", ".join(
            (times_text(booking.starts_at, booking.ends_at, visitor), booking.space.name, _resource(booking, visitor))
        ),
        state=state,
        word=word,
    )


def month_text(booking: BookingCard, visitor: Visitor) -> str:
    """November 2026."""
    return format_date(booking.starts_at, "LLLL y", locale=visitor.speaker.locale)


def times_text(starts_at: datetime, ends_at: datetime, visitor: Visitor) -> str:
    """8–18 Uhr, both on the space's clock; what ends at midnight ends at 24."""
    opens, closes = (at.hour * 60 + at.minute for at in (starts_at, ends_at))
    return visitor.speaker.span(opens, closes or 24 * 60)


def _day(
    day: date,
    today: date,
    bookings: Sequence[BookingCard],
    following: BookingCard | None,
    usual: str,
    visitor: Visitor,
) -> Day:
    locale = visitor.speaker.locale
    weekday = format_date(day, "ccc", locale=locale)
    is_bookable = today <= day <= local_day(visitor.now + BOOKABLE_AHEAD, ZONE)
    is_booked = any(booking.status in HOLDING for booking in bookings)
    query = {"tag": day.isoformat()} | ({"ort": usual} if usual else {})
    return Day(
        weekday=visitor.speaker.say(marked("{weekday}, heute"), weekday=weekday) if day == today else weekday,
        number=format_date(day, "d." if visitor.language == "de" else "d", locale=locale),
        is_today=day == today,
        is_past=day < today,
        slots=[_slot(booking, following, visitor) for booking in bookings],
        find_url=f"/plaetze?{urlencode(query)}" if is_bookable and not is_booked else "",
    )


def _slot(booking: BookingCard, following: BookingCard | None, visitor: Visitor) -> Slot:
    parts = [times_text(booking.starts_at, booking.ends_at, visitor), _resource(booking, visitor)]
    is_over = booking.period.ends_at <= visitor.now
    if booking.status is not Status.CONFIRMED and booking.status is not Status.COMPLETED:
        parts.append(state_of(booking, visitor)[1])
    if following is not None and booking.id == following.id:
        look = "next"
    elif is_over or booking.status not in HOLDING:
        look = "done"
    else:
        look = "wait" if booking.status in (Status.REQUESTED, Status.HELD) else ""
    return Slot(f"/buchungen/{booking.public_id}", booking.space.name, ", ".join(parts), look, _half(booking))


def _half(booking: BookingCard) -> str:
    starts, ends = booking.starts_at, booking.ends_at
    if starts.time() >= _NOON:
        return "pm"
    return "am" if ends.date() == starts.date() and ends.time() <= _MORNING_ENDS else ""


def state_of(booking: BookingCard, visitor: Visitor) -> tuple[str, str]:
    """How the booking stands: a shape of signs.html and its word. A request says until when it is decided."""
    is_over = booking.status in HOLDING and booking.period.ends_at <= visitor.now
    shape, word = _OVER if is_over else _STATES[booking.status]
    if booking.status is Status.REQUESTED and not is_over:
        return shape, visitor.speaker.say(marked("angefragt, Antwort bis {until}"), until=booking.decided_until)
    if booking.status is Status.CONFIRMED and booking.coming_later_at is not None and not is_over:
        return shape, visitor.speaker.gettext(marked("gebucht, Sie kommen später"))
    return shape, visitor.speaker.gettext(word)


def _resource(booking: BookingCard, visitor: Visitor) -> str:
    return visitor.speaker.word(label(booking.resource.kind, booking.resource.name))


def _day_word(day: date, visitor: Visitor) -> str:
    """morgen, Mittwoch; farther away only the weekday."""
    say = visitor.speaker
    weekday = say.weekday(day)
    match (day - local_day(visitor.now, ZONE)).days:
        case 0:
            return say.word(phrase(marked("heute, {weekday}"), weekday=weekday))
        case 1:
            return say.word(phrase(marked("morgen, {weekday}"), weekday=weekday))
        case _:
            return weekday


def _week_title(monday: date, this_year: int, visitor: Visitor) -> str:
    """23. bis 29. November; with months and years where they differ."""
    sunday = monday + 6 * _DAY
    day, locale = "d." if visitor.language == "de" else "d", visitor.speaker.locale
    last = f"{day} MMMM" if sunday.year == monday.year == this_year else f"{day} MMMM y"
    first = day if sunday.month == monday.month else f"{day} MMMM" if sunday.year == monday.year else last
    return visitor.speaker.say(
        marked("{first} bis {last}"),
        first=format_date(monday, first, locale=locale),
        last=format_date(sunday, last, locale=locale),
    )


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _last_monday(today: date) -> date:
    return _monday(today + BOOKABLE_AHEAD)
