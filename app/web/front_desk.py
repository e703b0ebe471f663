"""The front desk: which space, which day, and a booking in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency

from app.bookings.approval import count_requests
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.due import MISSED_AFTER
from app.bookings.front_desk import spaces_in_reach
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.bookings.search import search_spaces
from app.bookings.series_queries import desks_of_series
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.identity.rules import Action, Actor
from app.inventory.rules import KIND_NAMES, label
from app.kernel.refusals import NotFound, Phrase, marked, phrase
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, any_space
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE, read_search, read_when, time_parts
from app.web.week_view import times_text

STOPPED_AFTER = timedelta(minutes=5)
"""So long after its last run what happens by itself is said to stand still."""

_SEARCH_FROM = 4
"""With so many spaces in reach it is quicker to look for one than to read the list."""


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A space to choose; `free` is None where no time was asked for or it is closed then."""

    name: str
    where: str
    url: str
    free: int | None
    total: int
    closed: bool


async def desk_space(slug: str, visitor: Visitor) -> SpaceCard:
    """The space for which the visitor is a front desk. For everybody else it has none: raises NotFound."""
    actor = visitor.signed_in
    space = await any_space(slug)
    if space is None or not actor.may(Action.SEE_SPACE_DAY, operator=space.operator.id, space=space.id):
        raise NotFound
    return space


def single(request: PageRequest) -> dict[str, str]:
    """The last value of each field in the address."""
    return {name: values[-1] for name, values in request.query_params.dict().items() if values}


@get("/theke")
async def choose_space(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """The spaces of this front desk; with one there is nothing to choose. `fuer` keeps whom it is for."""
    actor = visitor.signed_in
    if not actor.reach(Action.SEE_SPACE_DAY):
        raise NotFound
    spaces = await spaces_in_reach(actor)
    if len(spaces) == 1:
        return go(f"/theke/{spaces[0].slug}")
    query = single(request)
    form = read_search(query, [], visitor)
    whom = {name: query[name] for name in ("fuer", "wer") if query.get(name)}
    asked = "ort" in query or "lat" in query
    rows = [_row(space, whom) for space in spaces]
    if form.search is not None:
        found = await search_spaces(form.search, local_day(visitor.now, ZONE), visitor.now, visitor.language)
        mine, when = {space.id for space in spaces}, time_parts(form.search.wanted)
        rows = [
            SpaceRow(
                name=each.space.name,
                where=f"{each.space.place} · {visitor.speaker.distance(each.distance_km)}",
                url=_desk_url(each.space, whom, when),
                free=each.count.free if each.is_open else None,
                total=each.count.total,
                closed=not each.is_open,
            )
            for each in found.spaces
            if each.space.id in mine
        ]
    context = {
        "rows": rows,
        "requests": await count_requests(visitor.signed_in, visitor.now),
        "form": form,
        "errors": form.errors if asked else {},
        "whom": whom,
        "is_found": form.search is not None,
        "may_publish": actor.may(Action.PUBLISH_BY_PHONE),
        "can_search": len(spaces) >= _SEARCH_FROM,
        "kind_names": {kind.value: visitor.speaker.gettext(name) for kind, name in KIND_NAMES.items()},
    }
    return await pages.show(
        request, visitor, "front_desk/spaces.html", context, status=422 if asked and form.errors else 200
    )


def _row(space: SpaceCard, whom: dict[str, str]) -> SpaceRow:
    return SpaceRow(space.name, f"{space.place}, {space.street}", _desk_url(space, whom, {}), None, 0, False)


def _desk_url(space: SpaceCard, whom: dict[str, str], when: dict[str, str]) -> str:
    """The day of the space, or the form to book there for somebody who has been chosen already."""
    path, query = f"/theke/{space.slug}", dict(when)
    if "fuer" in whom:
        path += f"/leute/{whom['fuer']}"
        query |= {"wer": whom["wer"]} if "wer" in whom else {}
    return f"{path}?{urlencode(query)}" if query else path


def asked_day(text: str, today: date, visitor: Visitor) -> tuple[date, str]:
    """The day of an address, also a past one, else today; and what is wrong with it."""
    if not text:
        return today, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        wanted, errors = read_when({"tag": text}, visitor)
        return (wanted.day, "") if wanted else (today, errors.get("tag", ""))


def day_url(space: SpaceCard, day: date) -> str:
    """The page of this day."""
    return f"/theke/{space.slug}?tag={day.isoformat()}"


_STATES = {
    Status.CHECKED_IN: ("free", phrase(marked("ist da"))),
    Status.COMPLETED: ("none", phrase(marked("war da"))),
    Status.NO_SHOW: ("late", phrase(marked("nicht gekommen"))),
    Status.CANCELLED: ("not", phrase(marked("abgesagt"))),
    Status.RELEASED: ("not", phrase(marked("zurückgegeben"))),
}


def state_at_desk(booking: BookingCard, now: datetime) -> tuple[str, Phrase]:
    """How the booking stands in the words of the desk: a shape of signs.html and its word."""
    if booking.status in _STATES:
        return _STATES[booking.status]
    if booking.status is Status.REQUESTED:
        return "not", phrase(marked("angefragt, Antwort bis {until}"), until=booking.decided_until)
    if booking.coming_later_at is not None and now < booking.period.ends_at:
        return "none", phrase(marked("kommt später"))
    late = now - booking.period.starts_at
    if late < MISSED_AFTER:
        return "none", phrase(marked("erwartet"))
    if booking.period.ends_at <= now:
        return "late", phrase(marked("nicht gemeldet"))
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    if hours:
        return "late", phrase(marked("fehlt seit {hours} Std. {minutes} Min."), hours=hours, minutes=minutes)
    return "late", phrase(marked("fehlt seit {minutes} Min."), minutes=minutes)


async def booking_context(booking: BookingCard, space: SpaceCard, visitor: Visitor) -> dict[str, Any]:
    """A booking with its words, and whose it is."""
    person = (await people([booking.person]))[booking.person]
    return {
        "space": space,
        "booking": booking,
        "person": person,
        "label": label(booking.resource.kind, booking.resource.name),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
        "day_url": day_url(space, booking.starts_at.date()),
        "is_late": booking.is_late_at(visitor.now),
        "series_url": (await series_urls(visitor, [booking])).get(booking.id),
    }


async def series_urls(visitor: Visitor, bookings: Sequence[BookingCard]) -> Mapping[int, str]:
    """By key of a booking the desk's page of its series, where the visitor may change that."""
    names = {booking.series for booking in bookings if booking.series}
    slugs = await desks_of_series(visitor.signed_in, names)
    return {
        booking.id: f"/theke/{slugs[booking.series]}/serien/{booking.series}"
        for booking in bookings
        if booking.series is not None and booking.series in slugs
    }


async def cancel_for_guest(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    """Cancels somebody's booking as the front desk does."""
    return await cancel(actor, public_id, now, reason="by_front_desk", for_others=True)


async def check_in_guest(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    """Notes that somebody has arrived."""
    return await check_in(actor, public_id, now, for_others=True)


HANDLERS = [choose_space]
