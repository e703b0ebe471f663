"""What is held for a newcomer: the page after holding it, and the page behind the mailed link that books it."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.bookings.early_start import EarlyStartNotAsked
from app.bookings.held import HeldDesk, hold_by_public_id, hold_of_link, hold_of_token
from app.bookings.holds import book_held
from app.bookings.operations import BookDesk
from app.bookings.quoting import quote
from app.identity.authentication import Visitor
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link
from app.identity.operations import confirmed_person
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal
from app.platform.problems import status_of
from app.platform.random_ids import token_hash
from app.web.forms import checked_id
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go, sign_in_first
from app.web.paying_view import agreed_in, asks_early_start, demand_early_start, paying_of
from app.web.sign_in import enter
from app.web.sign_up import link_ended
from app.web.spaces import has_page
from app.web.week_view import times_text

HOLD_COOKIE = "gehalten"
"""The last hold of a browser, so that a mistake in the address can be mended without losing place or words."""


def held_here(request: PageRequest, pages: Pages) -> str:
    """The public id of what this browser has held, or nothing."""
    public_id = request.cookies.get(pages.jar.name(HOLD_COOKIE), "")
    return public_id if public_id.isascii() and public_id.isalnum() else ""


@get("/buchen/gehalten")
async def held_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What is held until when, and what is to do. It names nobody, so that whoever has its address learns nothing."""
    hold = await hold_by_public_id(checked_id(request.query_params.get("platz", "")))
    if hold is None:
        raise NotFound
    context = await _context(hold, visitor) | {"may_change": hold.public_id == held_here(request, pages)}
    return await pages.show(request, visitor, "booking/held.html", context)


@get("/buchen/bestaetigen")
async def confirm_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    token = request.query_params.get("token", "")
    try:
        link = await demand_link(token, Purpose.BOOK_HELD, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await _link_ended(request, visitor, pages, refusal, token)
    hold = await hold_of_link(link["id"])
    if hold is None:
        return await link_ended(request, visitor, pages, LinkNoLongerWorks(), "/plaetze")
    return await _show_confirm(request, visitor, pages, hold, token, None)


@post("/buchen/bestaetigen")
async def confirm_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any] | Redirect:
    """Books and signs in, on whichever device. Where the hold is over, the summary shows all that was chosen.

    Who works for the network has booked too, and signs in with a password to see it.
    """
    token = data.get("token", "")
    try:
        if agreed_in(data):
            link = await demand_link(token, Purpose.BOOK_HELD, visitor.now)
            hold = await hold_of_link(link["id"])
            if hold is not None:
                await demand_early_start(data, await confirmed_person(hold.email), hold.period.starts_at, visitor.now)
        confirmed = await book_held(
            token, visitor.now, agreed_price=agreed_in(data), early_start=asks_early_start(data)
        )
    except EarlyStartNotAsked as refusal:
        assert hold is not None, "it was asked of this one"
        return await _show_confirm(request, visitor, pages, hold, token, refusal)
    except LinkNoLongerWorks as refusal:
        return await _link_ended(request, visitor, pages, refusal, token)
    booking, hold = confirmed.booking, confirmed.hold
    next_url = f"/buchungen/{booking.public_id}?neu=1" if booking else f"/buchen?gehalten={hold.public_id}"
    if confirmed.actor.is_staff:
        return sign_in_first(next_url)
    answer = await enter(request, visitor, pages, confirmed.actor, next_url)
    answer.cookies.append(pages.jar.expired(HOLD_COOKIE))
    return answer


async def _link_ended(
    request: PageRequest, visitor: Visitor, pages: Pages, refusal: LinkNoLongerWorks, token: str
) -> Response[Any] | Redirect:
    """To whoever opens the mail once more: the booking that was made with it."""
    hold = await hold_of_token(token_hash(token))
    if hold is None or hold.booking is None:
        return await link_ended(request, visitor, pages, refusal, "/plaetze")
    if visitor.actor is not None and visitor.actor.person == hold.booked_by:
        return go(f"/buchungen/{hold.booking}")
    context = await _context(hold, visitor)
    return await pages.show(request, visitor, "booking/held.html", context, status=status_of(refusal))


async def _show_confirm(
    request: PageRequest, visitor: Visitor, pages: Pages, hold: HeldDesk, token: str, refusal: Refusal | None
) -> Response[Any]:
    """What the button books, and what pays for whoever opens the mail."""
    person, choice = await confirmed_person(hold.email), hold.choice
    wish = BookDesk(
        hold.resource.public_id,
        hold.starts_at,
        hold.ends_at,
        house_rules=choice.house_rules,
        people=choice.people,
        guests=choice.guests,
    )
    quoted = await quote(wish, visitor.now, visitor.language, person=person, hold=hold.public_id)
    context = await _context(hold, visitor) | {
        "token": token,
        "error": visitor.speaker.refusal(refusal) if refusal else "",
        **await paying_of(quoted, None, hold.period.starts_at, person, visitor),
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "booking/confirm_held.html", context, status=status)


async def _context(hold: HeldDesk, visitor: Visitor) -> dict[str, Any]:
    return {
        "hold": hold,
        "label": label(hold.resource.kind, hold.resource.name),
        "times": times_text(hold.starts_at, hold.ends_at, visitor),
        "has_page": await has_page(hold.space.id, visitor),
        "lives": hold.lives_at(visitor.now),
    }


HANDLERS = [held_page, confirm_page, confirm_form]
