"""From a choice to a booking: the summary, the booking's own page, cancelling, moving, arriving."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.first_visit import arrival_card
from app.bookings.operations import BookDesk, MoveBooking, Quote, book, cancel, check_in, move, quote
from app.bookings.queries import BookingCard, booking_of
from app.bookings.rules import CHECK_IN_OPENS, HOLDING, AlreadyTaken, AnyOf, DayPart, Status
from app.bookings.search import Wanted
from app.calendars.entries import entry_of
from app.calendars.queries import calendar_bookings
from app.calendars.rules import Organizer, invitation
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import FEATURES, KIND_NAMES, Kind, label
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.house_rules import house_rules_of
from app.network.queries import SpaceCard, space_by_id
from app.platform.idempotency import Answer, once
from app.platform.mail import mailbox
from app.platform.problems import status_of
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import default_day, empty_search, read_when, time_parts, typed_again, when_text
from app.web.space_view import look_at, own_times
from app.web.spaces import published
from app.web.week_view import times_text


class ChoiceIncomplete(BadInput):
    """The address or form does not say what shall be booked when."""

    code = "choice_incomplete"
    text = marked("Aus dieser Adresse geht nicht hervor, was wann gebucht werden soll. Bitte wählen Sie neu.")


@get("/buchen")
async def summary(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """What would be booked, and what it costs. Also without an account, which is asked for with the button."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    space = await published(query.get("standort", ""), visitor)
    wanted, _ = read_when(query, visitor)
    kind = Kind(query["art"]) if query.get("art") in set(Kind) else Kind.DESK
    if wanted is None:
        raise ChoiceIncomplete
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], wanted.day, wanted.day, visitor.language))[space.id]
    window = wanted.at(hours, visitor.now)
    if window is None:
        return go(f"/standorte/{space.slug}?{urlencode(time_parts(wanted) | {'art': kind})}#plan")
    command = BookDesk(query.get("platz") or AnyOf(space.slug, kind), window.starts_at, window.ends_at)
    return await _show_summary(request, visitor, pages, space, command, kind)


@post("/buchen")
async def confirm(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Books what the summary showed; the same form sent twice books once."""
    actor = visitor.allowed(Action.BOOK_OWN)
    space = await published(data.get("standort", ""), visitor)
    kind = Kind(data["art"]) if data.get("art") in set(Kind) else Kind.DESK
    what = data.get("platz") or AnyOf(space.slug, kind)
    command = BookDesk(what, _instant(data, "beginn"), _instant(data, "ende"), data.get("notiz", ""))

    async def book_once() -> Answer:
        booking = await book(actor, command, visitor.now)
        return Answer(201, booking.public_id.encode())

    refused: list[Refusal] = []

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")  # not kept: another choice may follow from the same page

    form = repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode()
    answer = await once(
        actor.person,
        f"page-{data.get('schluessel', '')[:40] or token_urlsafe(8)}",
        form,
        visitor.now,
        book_once,
        refused=note,
    )
    if refused:
        return await _show_summary(request, visitor, pages, space, command, kind, refused[0])
    return go(f"/buchungen/{answer.body.decode()}?neu=1")


async def _show_summary(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    command: BookDesk,
    kind: Kind,
    refusal: Refusal | None = None,
) -> Response[str]:
    quoted: Quote = await quote(command, visitor.now, visitor.language)
    refusal = refusal or quoted.refusal
    if isinstance(refusal, NotFound):
        raise refusal
    starts, ends = (
        at.astimezone(quoted.space.zone if quoted.space else None) for at in (command.starts_at, command.ends_at)
    )
    own = {
        "tag": starts.date().isoformat(),
        "zeit": DayPart.OWN.value,
        "von": f"{starts:%H:%M}",
        "bis": f"{ends:%H:%M}" if ends.date() == starts.date() else "24:00",
        "art": kind.value,
    }
    chosen = command.what if isinstance(command.what, str) else ""
    choice = {"standort": space.slug, **own} | ({"platz": chosen} if chosen else {})
    alternatives = refusal.facts.get("alternatives", []) if isinstance(refusal, AlreadyTaken) else []
    context = {
        "space": space,
        "command": command,
        "quoted": quoted,
        "any_of": isinstance(command.what, AnyOf),
        "label": label(quoted.resource.kind, quoted.resource.name) if quoted.resource else None,
        "kind_name": visitor.speaker.gettext(KIND_NAMES[kind]),
        "features": _features(quoted.resource.features, visitor) if quoted.resource else "",
        "kind": kind,
        "starts": starts,
        "times": times_text(starts, ends, visitor),
        "chosen": chosen,
        "key": token_urlsafe(16),
        "refusal": refusal,
        "alternatives": [
            (label(kind, name), f"/buchen?{urlencode({**choice, 'platz': public_id})}")
            for public_id, name in (alternatives if isinstance(alternatives, list) else [])
        ],
        "back_url": f"/standorte/{space.slug}?{urlencode({k: v for k, v in choice.items() if k != 'standort'})}#plan",
        "sign_in_url": f"/anmelden?{urlencode({'weiter': f'/buchen?{urlencode(choice)}'})}",
        "sign_up_url": f"/registrieren?{urlencode({'weiter': f'/buchen?{urlencode(choice)}'})}",
    }
    return await pages.show(
        request, visitor, "booking/summary.html", context, status=status_of(refusal) if refusal else 200
    )


@get("/buchungen/{public_id:str}")
async def booking_page(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    booking = await own_booking(public_id, visitor)
    return await _show(request, visitor, pages, booking, None)


@get("/buchungen/{public_id:str}/kalender.ics")
async def booking_file(
    public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[bytes]:
    """The booking as a file for any calendar."""
    booking = await own_booking(public_id, visitor)
    [shown] = await calendar_bookings([booking.id], visitor.language)
    sender = mailbox(pages.settings.mail_from)
    content = invitation(
        entry_of(shown, visitor.speaker, pages.settings.address),
        Organizer(sender.name, sender.email),
        visitor.language,
    )
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="buchung.ics"', "Cache-Control": "private, no-store"},
    )


@get("/buchungen/{public_id:str}/absagen")
async def ask_to_cancel(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    booking = await own_booking(public_id, visitor)
    return await pages.show(request, visitor, "booking/cancel.html", {"booking": booking, **_named(booking, visitor)})


@post("/buchungen/{public_id:str}/absagen")
async def cancel_booking(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    try:
        await cancel(visitor.allowed(Action.BOOK_OWN), public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, await own_booking(public_id, visitor), refusal)
    return go(f"/buchungen/{public_id}?abgesagt=1")


@post("/buchungen/{public_id:str}/ankommen")
async def arrive(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    try:
        await check_in(visitor.allowed(Action.BOOK_OWN), public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, await own_booking(public_id, visitor), refusal)
    return go(f"/buchungen/{public_id}?da=1")


@get("/buchungen/{public_id:str}/verschieben")
async def choose_move(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_move(request, visitor, pages, await own_booking(public_id, visitor), None)


@post("/buchungen/{public_id:str}/verschieben")
async def move_booking(
    request: PageRequest,
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    booking = await own_booking(public_id, visitor)
    what = data.get("platz") or AnyOf(booking.space.slug, booking.resource.kind)
    change = MoveBooking(what, _instant(data, "beginn"), _instant(data, "ende"))
    try:
        await move(visitor.allowed(Action.BOOK_OWN), public_id, change, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show_move(request, visitor, pages, booking, refusal)
    return go(f"/buchungen/{public_id}?verschoben=1")


async def own_booking(public_id: str, visitor: Visitor) -> BookingCard:
    """The visitor's own booking; anybody else's is not found."""
    booking = await booking_of(visitor.allowed(Action.SEE_OWN_BOOKINGS).person, public_id)
    if booking is None:
        raise NotFound
    return booking


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, booking: BookingCard, refusal: Refusal | None
) -> Response[str]:
    now = visitor.now
    is_open = booking.status in HOLDING and booking.status is not Status.CHECKED_IN and booking.period.ends_at > now
    context = {
        "booking": booking,
        **_named(booking, visitor),
        "space": await space_by_id(booking.space.id, now),
        "features": _features(booking.resource.features, visitor),
        "arrival": await arrival_card(booking, visitor.speaker, now) if booking.status in HOLDING else None,
        "has_house_rules": await house_rules_of(booking.space.id, now) is not None,
        "refusal": refusal,
        "may_change": is_open,
        "may_check_in": booking.status is Status.CONFIRMED
        and booking.period.starts_at - CHECK_IN_OPENS <= now < booking.period.ends_at,
        "news": next((news for news in ("neu", "abgesagt", "verschoben", "da") if news in request.query_params), ""),
    }
    return await pages.show(
        request, visitor, "booking/show.html", context, status=status_of(refusal) if refusal else 200
    )


async def _show_move(
    request: PageRequest, visitor: Visitor, pages: Pages, booking: BookingCard, refusal: Refusal | None
) -> Response[str]:
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    starts, ends = booking.starts_at, booking.ends_at
    if "tag" not in query:
        query |= {
            "tag": starts.date().isoformat(),
            "zeit": DayPart.OWN.value,
            "von": f"{starts:%H:%M}",
            "bis": f"{ends:%H:%M}" if ends.date() == starts.date() else "24:00",
            "platz": booking.resource.public_id,
        }
    wanted, errors = read_when(query, visitor)
    space = await published(booking.space.slug, visitor)
    address = f"/buchungen/{booking.public_id}/verschieben"
    view = await look_at(
        space,
        wanted or Wanted(default_day(visitor), DayPart.WHOLE_DAY),
        booking.resource.kind,
        query.get("platz", ""),
        visitor,
        address,
        booking,
    )
    context = {
        "booking": booking,
        **_named(booking, visitor),
        "view": view,
        "errors": errors,
        "own_times": own_times(view),
        "typed": typed_again(query) if errors else {},
        "when": when_text(view.wanted, visitor),
        "address": address,
        "limits": empty_search(visitor),
        "refusal": refusal,
        "starts_at": view.window.starts_at.isoformat() if view.window else "",
        "ends_at": view.window.ends_at.isoformat() if view.window else "",
    }
    status = status_of(refusal) if refusal else 422 if errors else 200
    return await pages.show(request, visitor, "booking/move.html", context, status=status)


def _named(booking: BookingCard, visitor: Visitor) -> dict[str, Any]:
    return {
        "label": label(booking.resource.kind, booking.resource.name),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
    }


def _features(features: tuple[str, ...], visitor: Visitor) -> str:
    return ", ".join(visitor.speaker.gettext(text) for feature, text in FEATURES.items() if feature in features)


def _instant(data: dict[str, str], field: str) -> datetime:
    try:
        at = datetime.fromisoformat(data.get(field, ""))
    except ValueError as error:
        raise ChoiceIncomplete from error
    if at.tzinfo is None:
        raise ChoiceIncomplete
    return at


HANDLERS = [
    summary,
    confirm,
    booking_page,
    booking_file,
    ask_to_cancel,
    cancel_booking,
    arrive,
    choose_move,
    move_booking,
]
