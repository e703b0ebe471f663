"""A booking's own page: seeing, cancelling, moving, arriving. How it comes about stands in summary.py."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.arrivals import check_in, come_later, leave
from app.bookings.cancellation import cancel
from app.bookings.clearing import called_off_because
from app.bookings.due import check_coming_later, check_leaving
from app.bookings.first_visit import arrival_card
from app.bookings.mail_links import OutsideThatWeek
from app.bookings.moving import MoveBooking, move
from app.bookings.paid_with import said_paid
from app.bookings.queries import BookingCard, booking_of, bookings_of_group, guests_of
from app.bookings.reminders import will_be_reminded
from app.bookings.rules import HOLDING, AnyOf, DayPart, Status, check_check_in
from app.bookings.sale_withdrawing import sale_of_booking, withdrawal_from_sale
from app.bookings.search import Wanted
from app.bookings.settling import settle_at
from app.calendars.files import booking_as_file
from app.calendars.rules import Organizer
from app.identity.authentication import Visitor
from app.identity.reminders import wants_reminders
from app.identity.rules import Action, Actor
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Phrase, Refusal, passes
from app.network.house_rules import house_rules_of
from app.network.queries import space_by_id
from app.platform.mail import mailbox
from app.platform.problems import status_of
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import asks_early_start, due_of, with_agreement
from app.web.search_form import default_day, empty_search, read_when, typed_again, when_text
from app.web.series_form import from_booking
from app.web.space_facts import coming, staffed_text
from app.web.space_view import look_at, own_times
from app.web.spaces import published
from app.web.summary import exact_times, features_text
from app.web.summary_form import read_instant
from app.web.week_view import state_of, times_text

_NEWS = ("gaeste", "neu", "abgesagt", "verschoben", "da", "spaeter", "gegangen")


Act = Callable[[Actor, str, datetime], Awaitable[BookingCard]]


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
    sender = mailbox(pages.settings.mail_from)
    content = await booking_as_file(
        booking.id, booking.person, Organizer(sender.name, sender.email), visitor.speaker, pages.settings.address
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
    return await pages.show(
        request,
        visitor,
        "booking/cancel.html",
        {
            "booking": booking,
            "is_late": booking.is_late_at(visitor.now),
            "along": await _made_with(booking),
            **named(booking, visitor),
        },
    )


@post("/buchungen/{public_id:str}/absagen")
async def cancel_booking(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    return await _done(cancel, "abgesagt", request, public_id, visitor, pages)


@post("/buchungen/{public_id:str}/ankommen")
async def arrive(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    return await _done(check_in, "da", request, public_id, visitor, pages)


@post("/buchungen/{public_id:str}/spaeter")
async def delay(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    return await _done(come_later, "spaeter", request, public_id, visitor, pages)


@post("/buchungen/{public_id:str}/gehen")
async def go_home(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    return await _done(leave, "gegangen", request, public_id, visitor, pages)


@get("/buchungen/{public_id:str}/verschieben")
async def choose_move(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    booking = await own_booking(public_id, visitor)
    return await show_move(request, visitor, pages, booking, None, f"/buchungen/{public_id}")


@post("/buchungen/{public_id:str}/verschieben")
async def move_booking(
    request: PageRequest,
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    booking, actor = await own_booking(public_id, visitor), visitor.allowed(Action.BOOK_OWN)
    try:
        wanted = asked_move(data, booking)

        async def run(agreed: int | None) -> BookingCard:
            return await move(actor, public_id, replace(wanted, agreed_price=agreed), visitor.now)

        await with_agreement(run, data, booking.person, begins(wanted, booking), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_move(request, visitor, pages, booking, refusal, f"/buchungen/{public_id}", asked=data)
    return go(f"/buchungen/{public_id}?verschoben=1")


async def _done(
    act: Act, news: str, request: PageRequest, public_id: str, visitor: Visitor, pages: Pages
) -> Response[Any]:
    """Does it with the own booking; its page then tells the news, or what was refused."""
    try:
        await act(visitor.allowed(Action.BOOK_OWN), public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, await own_booking(public_id, visitor), refusal)
    return go(f"/buchungen/{public_id}?{news}=1")


async def own_booking(public_id: str, visitor: Visitor) -> BookingCard:
    """The visitor's own booking; anybody else's is not found."""
    person = visitor.allowed(Action.SEE_OWN_BOOKINGS).person
    booking = await booking_of(person, public_id)
    if booking is not None and booking.due_at is not None and booking.due_at <= visitor.now:
        await settle_at(booking.space.id, visitor.now)
        booking = await booking_of(person, public_id)
    if booking is None:
        raise NotFound
    return booking


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, booking: BookingCard, refusal: Refusal | None
) -> Response[str]:
    now = visitor.now
    is_to_come = booking.status in HOLDING and booking.period.ends_at > now
    space = await space_by_id(booking.space.id)
    is_shown = space is not None and space.has_page(now)
    context = {
        "booking": booking,
        **named(booking, visitor),
        "has_page": is_shown,
        "space": space,
        "called_off": called_off_because(booking.reason, booking.space.operator),
        "coming": await coming(space, booking.period, visitor) if space and is_to_come else None,
        "features": features_text(booking.resource.features, visitor),
        "guests": (await guests_of([booking.id])).get(booking.id, ()),
        "along": await _made_with(booking),
        "arrival": await arrival_card(booking, visitor.speaker, now) if booking.status in HOLDING else None,
        "has_house_rules": is_shown and await house_rules_of(booking.space.id, now) is not None,
        "refusal": refusal,
        "paid": await said_paid(booking, visitor.speaker),
        "may_withdraw": await _may_withdraw(booking, now),
        "may_change": is_to_come and booking.status is not Status.CHECKED_IN,
        "may_check_in": booking.status in (Status.CONFIRMED, Status.NO_SHOW)
        and passes(check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, now),
        "may_leave": passes(check_leaving, booking, now),
        "may_delay": booking.coming_later_at is None
        and (booking.asked_at is not None or booking.period.starts_at <= now)
        and passes(check_coming_later, booking, now),
        "stand": state_of(booking, visitor)[1],
        "again_url": f"/woche/wiederholen?{urlencode(from_booking(booking))}" if is_to_come and is_shown else "",
        "may_remind": will_be_reminded(booking.period.starts_at, booking.space.zone, now),
        "reminded": await wants_reminders(booking.person),
        "news": next((news for news in _NEWS if news in request.query_params), ""),
    }
    return await pages.show(
        request, visitor, "booking/show.html", context, status=status_of(refusal) if refusal else 200
    )


async def _may_withdraw(booking: BookingCard, now: datetime) -> bool:
    """Whether money is due for it, and a consumer can still take the order back."""
    sale = await sale_of_booking(booking) if booking.charge is not None else None
    return sale is not None and (await withdrawal_from_sale(sale, now)).refusal is None


def asked_move(data: dict[str, str], booking: BookingCard) -> MoveBooking:
    """What the form of `show_move` asks for. Raises ChoiceIncomplete."""
    what = data.get("platz") or AnyOf(booking.space.slug, booking.resource.kind)
    return MoveBooking(
        what, read_instant(data, "beginn"), read_instant(data, "ende"), early_start=asks_early_start(data)
    )


def begins(wanted: MoveBooking, booking: BookingCard) -> datetime:
    """When it begins once it is moved so."""
    return wanted.starts_at or booking.period.starts_at


async def show_move(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    booking: BookingCard,
    refusal: Refusal | None,
    page: str,
    *,
    days: tuple[date, date] | None = None,
    headers: Mapping[str, str] | None = None,
    asked: Mapping[str, str] | None = None,
) -> Response[str]:
    """The choice of another time and place; `page` is the booking's own address, `days` the first and last possible.

    Where what was `asked` costs more, it can be agreed to.
    """
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    starts, ends = booking.starts_at, booking.ends_at
    if "tag" not in query:
        query |= exact_times(starts, ends) | {"platz": booking.resource.public_id}
    wanted, errors = read_when(query, visitor)
    if days and wanted and not days[0] <= wanted.day <= days[1]:
        wanted, errors = None, {"tag": visitor.speaker.refusal(OutsideThatWeek())}
    space = await published(booking.space.slug, visitor)
    address = f"{page}/verschieben"
    view = await look_at(
        space,
        wanted or Wanted(starts.date() if days else default_day(visitor), DayPart.WHOLE_DAY),
        booking.resource.kind,
        query.get("platz", ""),
        visitor,
        address,
        moving=booking,
    )
    context = {
        "booking": booking,
        **named(booking, visitor),
        "view": view,
        "errors": errors,
        "own_times": own_times(view),
        "typed": typed_again(query) if errors else {},
        "staffed": staffed_text(view.staffed),
        "when": when_text(view.wanted, visitor),
        "address": address,
        "page": page,
        "within_week": OutsideThatWeek.text if days else "",
        "limits": {"first_day": days[0], "last_day": days[1]} if days else empty_search(visitor),
        "refusal": refusal,
        "asked": asked or {},
        "due": await due_of(refusal, booking.person, _begins_as_asked(asked, booking), visitor),
        "starts_at": view.window.starts_at.isoformat() if view.window else "",
        "ends_at": view.window.ends_at.isoformat() if view.window else "",
    }
    status = status_of(refusal) if refusal else 422 if errors else 200
    return await pages.show(request, visitor, "booking/move.html", context, status=status, headers=headers)


def _begins_as_asked(asked: Mapping[str, str] | None, booking: BookingCard) -> datetime:
    return read_instant(dict(asked), "beginn") if asked and asked.get("beginn") else booking.period.starts_at


async def _made_with(booking: BookingCard) -> list[tuple[str, Phrase]]:
    """What was booked in the same act and stands: its id and what it is called."""
    others = await bookings_of_group(booking.person, booking.group) if booking.group else []
    return [
        (other.public_id, label(other.resource.kind, other.resource.name))
        for other in others
        if other.id != booking.id and other.status in HOLDING
    ]


def named(booking: BookingCard, visitor: Visitor) -> dict[str, Any]:
    """What the booking is called on every page about it."""
    return {
        "label": label(booking.resource.kind, booking.resource.name),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
    }


HANDLERS = [
    booking_page,
    booking_file,
    ask_to_cancel,
    cancel_booking,
    arrive,
    delay,
    go_home,
    choose_move,
    move_booking,
]
