"""How bookings and taken time read in a calendar, in their reader's language. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.rules import Status
from app.calendars.rules import Entry, FeedHead
from app.calendars.series import SeriesDate, SeriesEntry
from app.calendars.subscriptions import FeedKind
from app.inventory.recurrence import Recurrence
from app.inventory.rules import Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.platform.language import Speaker

GIVEN_BACK = frozenset({Status.CANCELLED, Status.RELEASED, Status.NO_SHOW})
"""A booking that stands so is shown as cancelled."""

TEXTS = 2
"""Raise it with every change of what an event says or how it is written, and kept events are built anew."""

REFRESH = timedelta(hours=1)
_COLOR = "teal"
_MARKED: Final = {
    Status.REQUESTED: marked("Angefragt: {what}"),
    Status.CANCELLED: marked("Abgesagt: {what}"),
    Status.RELEASED: marked("Zurückgegeben: {what}"),
    Status.NO_SHOW: marked("Freigegeben: {what}"),
}
"""What goes before the summary of a booking that stands so."""


@dataclass(frozen=True, slots=True)
class CalendarBooking:
    """What of a booking stands in a calendar; `access` is how to get in, in the reader's language.

    `slot` is the start that the rule of its series gives it.
    """

    id: int
    public_id: str
    status: Status
    sequence: int
    places: int
    period: Period
    created_at: datetime
    updated_at: datetime
    kind: Kind
    resource_name: str
    space_name: str
    space_address: str
    lat: float
    lng: float
    access: str
    resource: int
    slot: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarSeries:
    """What of a series stands in one person's calendar: its rule, the place of its dates, and the person's bookings.

    `period` is the first one. `sequence` rises with every change of the series or one of its bookings.
    """

    id: int
    public_id: str
    rule: Recurrence
    zone: ZoneInfo
    sequence: int
    period: Period
    created_at: datetime
    updated_at: datetime
    resource: int
    kind: Kind
    resource_name: str
    space_name: str
    space_address: str
    lat: float
    lng: float
    access: str
    bookings: Sequence[CalendarBooking]

    @property
    def shown(self) -> Sequence[CalendarBooking]:
        """The bookings that stand; where none does, those that were given back."""
        return [booking for booking in self.bookings if booking.status not in GIVEN_BACK] or self.bookings

    @property
    def status(self) -> Status:
        """How its dates stand that have nothing of their own."""
        if all(booking.status in GIVEN_BACK for booking in self.bookings):
            return Status.CANCELLED
        is_asked_for = all(booking.status is Status.REQUESTED for booking in self.shown)
        return Status.REQUESTED if is_asked_for else Status.CONFIRMED


@dataclass(frozen=True, slots=True)
class FeedSubject:
    """Whose time the feed shows, by the names that people know."""

    kind: FeedKind
    network: str
    resource_kind: Kind | None
    resource_name: str | None
    space_name: str | None
    team_name: str | None = None


def form_of(address: str) -> str:
    """What two events must have in common beside their booking to be the same bytes."""
    return f"{TEXTS} {address}"


def entry_of(booking: CalendarBooking, speaker: Speaker, address: str) -> Entry:
    """The booking as an event; `address` is the site's, without a slash at its end."""
    return _entry(booking, f"{address}/buchungen/{booking.public_id}", speaker)


def series_entry_of(series: CalendarSeries, speaker: Speaker, address: str) -> SeriesEntry:
    """The series as an event that comes back; `address` as in `entry_of`."""
    return SeriesEntry(
        rule=series.rule,
        zone=series.zone,
        main=_entry(series, f"{address}/woche/serien/{series.public_id}", speaker),
        dates=[date_of(booking, series, speaker, address) for booking in series.shown],
    )


def date_of(booking: CalendarBooking, series: CalendarSeries, speaker: Speaker, address: str) -> SeriesDate:
    """One date of the series; `address` as in `entry_of`."""
    assert booking.slot is not None, "a booking of a series has a slot"
    is_elsewhere = booking.resource != series.resource
    stands_otherwise = _MARKED.get(booking.status) != _MARKED.get(series.status)
    return SeriesDate(booking.slot, entry_of(booking, speaker, address), is_elsewhere or stands_otherwise)


def _entry(what: CalendarBooking | CalendarSeries, url: str, speaker: Speaker) -> Entry:
    place = f"{speaker.word(label(what.kind, what.resource_name))}, {what.space_name}"
    is_gone = what.status in GIVEN_BACK
    change = "" if is_gone else speaker.say(marked("Verschieben oder absagen: {url}"), url=url)
    return Entry(
        uid=f"{what.public_id}@nahwerk",
        sequence=what.sequence,
        cancelled=is_gone,
        tentative=what.status is Status.REQUESTED,
        period=what.period,
        summary=speaker.say(_MARKED[what.status], what=place) if what.status in _MARKED else place,
        description="" if is_gone else "\n\n".join(filter(None, (what.access, change))),
        location=f"{what.space_name}, {what.space_address}",
        lat=what.lat,
        lng=what.lng,
        url=url,
        created_at=what.created_at,
        updated_at=what.updated_at,
    )


def head_of(subject: FeedSubject, speaker: Speaker, address: str) -> FeedHead:
    """What the feed says of itself."""
    if subject.kind is FeedKind.PERSON:
        name = speaker.say(marked("{network}: meine Buchungen"), network=subject.network)
        description = speaker.say(marked("Ihre Buchungen bei {network}"), network=subject.network)
    elif subject.kind is FeedKind.TEAM:
        name = speaker.say(marked("{team}: Kollegen"), team=subject.team_name)
        description = speaker.say(marked("Teamtage, und die Tage der Kollegen, die sie Ihnen zeigen"))
    else:
        name = speaker.say(marked("{what}: belegt"), what=subject_name(subject, speaker))
        description = speaker.say(marked("Belegte Zeiten, ohne Namen"))
    return FeedHead(name, description, _COLOR, f"{address}/kalender", REFRESH, speaker.language)


def subject_name(subject: FeedSubject, speaker: Speaker) -> str:
    """The feed's subject in lists: what the person reads it for."""
    match subject.kind:
        case FeedKind.PERSON:
            return speaker.say(marked("Meine Buchungen"))
        case FeedKind.RESOURCE:
            return f"{_resource(subject, speaker)}, {subject.space_name}"
        case FeedKind.SPACE:
            return str(subject.space_name)
        case FeedKind.TEAM:
            return speaker.say(marked("Kollegen bei {team}"), team=subject.team_name)


def busy_summary(kind: FeedKind, resource: tuple[Kind, str], speaker: Speaker) -> str:
    """The word on a block: of a single resource alone, of a space's with the resource's name."""
    if kind is FeedKind.RESOURCE:
        return speaker.say(marked("Belegt"))
    return speaker.say(marked("Belegt: {what}"), what=label(*resource))


def _resource(subject: FeedSubject, speaker: Speaker) -> str:
    assert subject.resource_kind is not None, "a resource's feed has a resource"
    return speaker.word(label(subject.resource_kind, subject.resource_name or ""))
