"""The front desk of a space: who comes, and what is done with a booking there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.approval import count_requests
from app.bookings.arrivals import check_in, leave
from app.bookings.cancellation import cancel
from app.bookings.due import check_leaving
from app.bookings.front_desk import Arrival, booking_at, day_of, free_by_hour, spaces_in_reach
from app.bookings.queries import BookingCard
from app.bookings.rules import HOLDING, PURPOSE_NAMES, Purpose, Status, check_check_in
from app.bookings.search import search_spaces
from app.bookings.series_queries import desks_of_series
from app.bookings.settling import SETTLING, settle_at
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.identity.rules import Action
from app.inventory.rules import KIND_NAMES, label
from app.kernel.refusals import NotFound, Phrase, Refusal, marked, passes, phrase
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, any_space
from app.platform.periodic import last_run_of
from app.platform.problems import status_of
from app.web.forms import notice
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE, read_search, read_when, time_parts
from app.web.week_view import times_text

MISSED_AFTER = timedelta(minutes=15)
"""How late somebody may be before the desk is told."""

STOPPED_AFTER = timedelta(minutes=5)
"""So long after its last run what happens by itself is said to stand still."""

_SEARCH_FROM = 4
"""With so many spaces in reach it is quicker to look for one than to read the list."""

NOTICES = {
    "da": marked("Als angekommen notiert."),
    "gegangen": marked("Als gegangen notiert. Der Rest der Zeit ist frei."),
    "abgesagt": marked("Abgesagt. Der Platz ist wieder frei."),
    "verschoben": marked("Verschoben."),
}


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A space to choose; `free` is None where no time was asked for or it is closed then."""

    name: str
    where: str
    url: str
    free: int | None
    total: int
    closed: bool


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """A line of the day; `state` is a kind of parts/signs.html and its word."""

    booking: BookingCard
    name: str
    person: str
    starts: str
    times: str
    label: Phrase
    state: tuple[str, Phrase]
    phone: str | None
    guests: Sequence[str]
    purpose: str
    may_check_in: bool
    may_leave: bool
    may_change: bool


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


@get("/theke/{slug:str}")
async def day_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await show_day(request, visitor, pages, await desk_space(slug, visitor))


async def show_day(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, refusal: Refusal | None = None
) -> Response[str]:
    """The day that the address names, else today on the space's clock."""
    context = await day_context(request, visitor, space)
    ran_at = await last_run_of(SETTLING)
    day: date = context["day"]
    context |= {
        "previous": _day_url(space, day - timedelta(days=1)),
        "following": _day_url(space, day + timedelta(days=1)),
        "has_others": len(await spaces_in_reach(visitor.signed_in)) > 1,
        "notice": notice(request, NOTICES),
        "refusal": refusal,
        "requests": await count_requests(visitor.signed_in, visitor.now),
        "ran_at": ran_at.astimezone(ZoneInfo(space.time_zone)) if ran_at else None,
        "is_stopped": ran_at is None or visitor.now - ran_at > STOPPED_AFTER,
    }
    status = status_of(refusal) if refusal else 422 if context["day_error"] else 200
    return await pages.show(request, visitor, "front_desk/day.html", context, status=status)


async def day_context(request: PageRequest, visitor: Visitor, space: SpaceCard) -> dict[str, Any]:
    """What the day's page and its sheet say alike."""
    today = local_day(visitor.now, ZONE)
    day, error = asked_day(single(request).get("tag", ""), today, visitor)
    await settle_at(space.id, visitor.now)
    rows = [_arrival(arrival, visitor) for arrival in await day_of(space, day, visitor.now)]
    coming = [row for row in rows if row.booking.status not in (Status.CANCELLED, Status.RELEASED)]
    return {
        "space": space,
        "day": day,
        "day_text": format_date(
            day, "EEEE, d. MMMM" if visitor.language == "de" else "EEEE d MMMM", locale=visitor.speaker.locale
        ),
        "is_today": day == today,
        "day_error": error,
        "rows": coming,
        "given_back": [row for row in rows if row not in coming],
        "here_now": sum(row.booking.status is Status.CHECKED_IN for row in coming),
        "missing": sum(row.state[0] == "late" and row.booking.status is Status.CONFIRMED for row in coming),
        "free": await free_by_hour(space, day),
        "kind_names": {kind: visitor.speaker.gettext(name) for kind, name in KIND_NAMES.items()},
        "stamp": visitor.speaker.word(visitor.now.astimezone(ZoneInfo(space.time_zone))),
    }


def asked_day(text: str, today: date, visitor: Visitor) -> tuple[date, str]:
    """The day of an address, also a past one, else today; and what is wrong with it."""
    if not text:
        return today, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        wanted, errors = read_when({"tag": text}, visitor)
        return (wanted.day, "") if wanted else (today, errors.get("tag", ""))


def _day_url(space: SpaceCard, day: date) -> str:
    return f"/theke/{space.slug}?tag={day.isoformat()}"


def _arrival(arrival: Arrival, visitor: Visitor) -> ArrivalRow:
    booking, now = arrival.booking, visitor.now
    is_open = booking.status in HOLDING and booking.status is not Status.CHECKED_IN and booking.period.ends_at > now
    return ArrivalRow(
        booking=booking,
        name=arrival.name,
        person=arrival.person_public_id,
        starts=f"{booking.starts_at.hour}:{booking.starts_at:%M}",
        times=times_text(booking.starts_at, booking.ends_at, visitor),
        label=label(booking.resource.kind, booking.resource.name),
        state=state_at_desk(booking, now),
        phone=arrival.phone,
        guests=arrival.guests,
        purpose=visitor.speaker.gettext(PURPOSE_NAMES[booking.purpose]) if booking.purpose is not Purpose.WORK else "",
        may_check_in=booking.status in (Status.CONFIRMED, Status.NO_SHOW)
        and passes(check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, now),
        may_leave=passes(check_leaving, booking, now),
        may_change=is_open,
    )


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


@get("/theke/{slug:str}/tag")
async def day_sheet(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The day on paper: who comes, with a box to tick, and what is still free."""
    space = await desk_space(slug, visitor)
    return await pages.show(request, visitor, "front_desk/sheet.html", await day_context(request, visitor, space))


@post("/theke/{slug:str}/buchungen/{public_id:str}/da")
async def arrived(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    try:
        await check_in(visitor.signed_in, public_id, visitor.now, for_others=True)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_day(request, visitor, pages, space, refusal)
    return go(f"{_day_url(space, booking.starts_at.date())}&getan=da#b-{public_id}")


@post("/theke/{slug:str}/buchungen/{public_id:str}/gegangen")
async def gone(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    try:
        await leave(visitor.signed_in, public_id, visitor.now, for_others=True)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_day(request, visitor, pages, space, refusal)
    return go(f"{_day_url(space, booking.starts_at.date())}&getan=gegangen#b-{public_id}")


@get("/theke/{slug:str}/buchungen/{public_id:str}/absagen")
async def ask_to_cancel(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await desk_space(slug, visitor)
    context = await booking_context(await booking_at(space, public_id), space, visitor)
    return await pages.show(request, visitor, "front_desk/cancel.html", context)


@post("/theke/{slug:str}/buchungen/{public_id:str}/absagen")
async def cancel_booking(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    try:
        await cancel(visitor.signed_in, public_id, visitor.now, reason="by_front_desk", for_others=True)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_day(request, visitor, pages, space, refusal)
    return go(f"{_day_url(space, booking.starts_at.date())}&getan=abgesagt")


async def booking_context(booking: BookingCard, space: SpaceCard, visitor: Visitor) -> dict[str, Any]:
    """A booking with its words, and whose it is."""
    person = (await people([booking.person]))[booking.person]
    return {
        "space": space,
        "booking": booking,
        "person": person,
        "label": label(booking.resource.kind, booking.resource.name),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
        "day_url": _day_url(space, booking.starts_at.date()),
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


HANDLERS = [choose_space, day_page, day_sheet, arrived, gone, ask_to_cancel, cancel_booking]
