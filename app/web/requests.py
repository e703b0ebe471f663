"""For the staff of spaces: bookings that wait for a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.approval import AnswerTooLong, Request, approve, decline, requests_for
from app.bookings.front_desk import booking_at
from app.bookings.queries import BookingCard
from app.bookings.rules import PURPOSE_NAMES, Purpose
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Phrase, Refusal, marked
from app.platform.problems import status_of
from app.web.forms import NO_ERRORS, notice
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

NOTICES = {
    "bestaetigt": marked("Bestätigt. Das Mitglied bekommt die Bestätigung per E-Mail."),
    "abgelehnt": marked("Abgelehnt. Das Mitglied bekommt Ihre Antwort per E-Mail."),
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as staff reads it."""

    booking: BookingCard
    name: str
    person: str
    label: Phrase
    times: str
    purpose: str
    guests: str
    along: str


@get("/theke/anfragen")
async def requests_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What waits at all spaces of this front desk, the earliest deadline first."""
    return await _show(request, visitor, pages)


@post("/theke/{slug:str}/anfragen/{public_id:str}/bestaetigen")
async def approve_form(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[Any]:
    await booking_at(await desk_space(slug, visitor), public_id)
    try:
        await approve(visitor.signed_in, public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, refusal)
    return go("/theke/anfragen?getan=bestaetigt")


@post("/theke/{slug:str}/anfragen/{public_id:str}/ablehnen")
async def decline_form(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    await booking_at(await desk_space(slug, visitor), public_id)
    answer = data.get("antwort", "")
    try:
        await decline(visitor.signed_in, public_id, answer, visitor.now)
    except NotFound:
        raise
    except AnswerTooLong as refusal:
        errors = {public_id: visitor.speaker.refusal(refusal)}
        return await _show(request, visitor, pages, refusal, {public_id: answer}, errors)
    except Refusal as refusal:
        return await _show(request, visitor, pages, refusal)
    return go("/theke/anfragen?getan=abgelehnt")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] = NO_ERRORS,
    errors: Mapping[str, str] = NO_ERRORS,
) -> Response[str]:
    actor = visitor.signed_in
    if not actor.reach(Action.DECIDE_REQUESTS):
        raise NotFound
    await settle_at(None, visitor.now)
    context = {
        "rows": [_row(each, visitor) for each in await requests_for(actor, visitor.now)],
        "notice": notice(request, NOTICES),
        "refusal": None if errors else refusal,
        "typed": typed,
        "errors": errors,
    }
    return await pages.show(
        request, visitor, "front_desk/requests.html", context, status=status_of(refusal) if refusal else 200
    )


def _row(each: Request, visitor: Visitor) -> RequestRow:
    booking = each.booking
    return RequestRow(
        booking=booking,
        name=each.name,
        person=each.person_public_id,
        label=label(booking.resource.kind, booking.resource.name),
        times=times_text(booking.starts_at, booking.ends_at, visitor),
        purpose=visitor.speaker.gettext(PURPOSE_NAMES[booking.purpose]) if booking.purpose is not Purpose.WORK else "",
        guests=visitor.speaker.listed(each.guests) if each.guests else "",
        along=visitor.speaker.listed([_name(other, visitor) for other in each.along]) if each.along else "",
    )


def _name(booking: BookingCard, visitor: Visitor) -> str:
    return visitor.speaker.word(label(booking.resource.kind, booking.resource.name))


HANDLERS = [requests_page, approve_form, decline_form]
