"""How bookings and taken time read in a calendar, in their reader's language. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.bookings.rules import Status
from app.calendars.rules import Entry, FeedHead
from app.calendars.subscriptions import FeedKind
from app.inventory.rules import Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.platform.language import Speaker

GIVEN_BACK = frozenset({Status.CANCELLED, Status.RELEASED})
"""A booking that stands so is shown as cancelled."""

TEXTS = 1
"""Raise it with every change of what an event says or how it is written, and kept events are built anew."""

REFRESH = timedelta(hours=1)
_COLOR = "teal"


@dataclass(frozen=True, slots=True)
class CalendarBooking:
    """What of a booking stands in a calendar; `access` is how to get in, in the reader's language."""

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


@dataclass(frozen=True, slots=True)
class FeedSubject:
    """Whose time the feed shows, by the names that people know."""

    kind: FeedKind
    network: str
    resource_kind: Kind | None
    resource_name: str | None
    space_name: str | None


def form_of(address: str) -> str:
    """What two events must have in common beside their booking to be the same bytes."""
    return f"{TEXTS} {address}"


def entry_of(booking: CalendarBooking, speaker: Speaker, address: str) -> Entry:
    """The booking as an event; `address` is the site's, without a slash at its end."""
    url = f"{address}/buchungen/{booking.public_id}"
    what = f"{speaker.word(label(booking.kind, booking.resource_name))}, {booking.space_name}"
    gone = booking.status in GIVEN_BACK
    change = "" if gone else speaker.say(marked("Verschieben oder absagen: {url}"), url=url)
    return Entry(
        uid=f"{booking.public_id}@nahwerk",
        sequence=booking.sequence,
        cancelled=gone,
        period=booking.period,
        summary=speaker.say(marked("Abgesagt: {what}"), what=what) if gone else what,
        description="" if gone else "\n\n".join(filter(None, (booking.access, change))),
        location=f"{booking.space_name}, {booking.space_address}",
        lat=booking.lat,
        lng=booking.lng,
        url=url,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
    )


def head_of(subject: FeedSubject, speaker: Speaker, address: str) -> FeedHead:
    """What the feed says of itself."""
    if subject.kind is FeedKind.PERSON:
        name = speaker.say(marked("{network}: meine Buchungen"), network=subject.network)
        description = speaker.say(marked("Ihre Buchungen bei {network}"), network=subject.network)
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


def busy_summary(kind: FeedKind, resource: tuple[Kind, str], speaker: Speaker) -> str:
    """The word on a block: of a single resource alone, of a space's with the resource's name."""
    if kind is FeedKind.RESOURCE:
        return speaker.say(marked("Belegt"))
    return speaker.say(marked("Belegt: {what}"), what=label(*resource))


def _resource(subject: FeedSubject, speaker: Speaker) -> str:
    assert subject.resource_kind is not None, "a resource's feed has a resource"
    return speaker.word(label(subject.resource_kind, subject.resource_name or ""))
