"""Places in line as the pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from app.bookings.waiting import Ending, WaitingCard, WaitingStatus
from app.identity.authentication import Visitor
from app.inventory.rules import Kind, label
from app.kernel.refusals import Phrase, marked, phrase
from app.web.week_view import times_text

ANY_OF: Final[Mapping[Kind, str]] = {
    Kind.DESK: marked("Irgendein Schreibtisch"),
    Kind.ROOM: marked("Irgendein Raum"),
    Kind.BOOTH: marked("Irgendeine Kabine"),
    Kind.PARKING: marked("Irgendein Parkplatz"),
}
ANY_PLACE: Final = marked("Irgendein Platz zum Arbeiten")

_ENDED: Final[Mapping[str, tuple[str, str]]] = {
    Ending.LEFT: ("not", marked("ausgetragen")),
    Ending.DECLINED: ("not", marked("nicht angenommen")),
    Ending.LAPSED: ("late", marked("Angebot abgelaufen")),
    Ending.OVER: ("not", marked("nichts frei geworden")),
    Ending.BOOKED_ELSEWHERE: ("not", marked("anders gebucht")),
    Ending.BARRED: ("not", marked("Hausverbot")),
    Ending.OPERATOR_ENDED: ("not", marked("Standort nicht mehr im Netzwerk")),
}


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A place in line. `page` is where it is accepted (/annehmen) and left (/verlassen)."""

    id: str
    page: str
    title: str
    when: str
    is_offered: bool
    until: datetime | None
    stands: bool
    position: int
    books_itself: bool
    state: str
    word: str
    booking: str | None


def waiting_line(place: WaitingCard, visitor: Visitor) -> WaitingLine:
    say = visitor.speaker
    is_offered = place.is_offered_at(visitor.now)
    state, word = _state(place, is_offered)
    return WaitingLine(
        id=place.public_id,
        page=f"/warteliste/{place.public_id}",
        title=f"{say.word(_what(place, is_offered))}, {place.space.name}",
        when=f"{say.day(place.starts_at.date())}, {times_text(place.starts_at, place.ends_at, visitor)}",
        is_offered=is_offered,
        until=place.until,
        stands=place.stands,
        position=place.position,
        books_itself=place.books_itself,
        state=state,
        word=say.word(word),
        booking=place.booking,
    )


def waiting_lines(places: Sequence[WaitingCard], visitor: Visitor) -> list[WaitingLine]:
    """Offers come first."""
    lines = [waiting_line(place, visitor) for place in places]
    return sorted(lines, key=lambda line: not line.is_offered)


def _what(place: WaitingCard, is_offered: bool) -> Phrase:
    """What is offered or booked, else what is waited for."""
    resource = place.offered if is_offered or place.status is WaitingStatus.BOOKED else place.wanted
    if resource is not None:
        return label(resource.kind, resource.name)
    return phrase(ANY_PLACE if place.kind is None else ANY_OF[place.kind])


def _state(place: WaitingCard, is_offered: bool) -> tuple[str, Phrase]:
    if is_offered:
        return "yours", phrase(marked("frei für Sie"))
    if place.status is WaitingStatus.BOOKED:
        return ("not", phrase(marked("angefragt"))) if place.is_request else ("yours", phrase(marked("gebucht")))
    if place.stands:
        return "not", phrase(marked("Sie sind Nr. {position}"), position=place.position)
    kind, text = _ENDED[place.reason or Ending.OVER]
    return kind, phrase(text)


def wait_url(
    slug: str,
    kind: Kind,
    starts_at: datetime,
    ends_at: datetime,
    way: Sequence[tuple[str, str]] = (),
    resource: str = "",
) -> str:
    """The form that puts somebody in line for this time there; the filters of the way back go along."""
    time = [("beginn", starts_at.isoformat()), ("ende", ends_at.isoformat())]
    place = [("platz", resource)] if resource else []
    return f"/warteliste/eintragen?{urlencode([('standort', slug), ('art', kind.value), *time, *place, *way])}"
