"""The page behind the code on a space's sign, for whoever has just come in; and the sign itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.arrivals import bookings_here, check_in, come_later, leave
from app.bookings.due import check_leaving
from app.bookings.queries import BookingCard
from app.bookings.rules import CHECK_IN_OPENS, Status, check_check_in
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Phrase, Refusal, marked, passes
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.platform.qr_code import qr_drawing
from app.web.forms import notice
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.spaces import published
from app.web.week_view import state_of, times_text

NOTICES = {
    "da": marked("Willkommen. Wir haben notiert, dass Sie da sind."),
    "gehen": marked("Bis bald. Der Rest der Zeit ist für andere frei."),
    "spaeter": marked("Notiert. Der Platz bleibt bis zum Ende der Buchung für Sie."),
}
_ACTS: Final[Mapping[str, Callable[..., Awaitable[BookingCard]]]] = {
    "da": check_in,
    "gehen": leave,
    "spaeter": come_later,
}


@dataclass(frozen=True, slots=True)
class HereRow:
    """One's own booking of now or today; `opens` says from when the arrival can be noted."""

    booking: BookingCard
    label: Phrase
    times: str
    state: tuple[str, str]
    opens: str
    may_check_in: bool
    may_leave: bool


@get("/hier/{slug:str}")
async def here_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await published(slug, visitor), None)


@post("/hier/{slug:str}")
async def here_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    """Notes that the person is there, comes later or leaves; `buchung` says which booking."""
    actor = visitor.allowed(Action.BOOK_OWN)
    space = await published(slug, visitor)
    act = data.get("was", "")
    if act not in _ACTS:
        raise NotFound
    try:
        await _ACTS[act](actor, data.get("buchung", ""), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, space, refusal)
    return go(f"/hier/{space.slug}?getan={act}")


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, refusal: Refusal | None
) -> Response[str]:
    await settle_at(space.id, visitor.now)
    rows = []
    if visitor.actor is not None:
        rows = [_row(booking, visitor) for booking in await bookings_here(visitor.actor.person, space.id, visitor.now)]
    context = {"space": space, "rows": rows, "refusal": refusal, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "space/here.html", context, status=status_of(refusal) if refusal else 200)


def _row(booking: BookingCard, visitor: Visitor) -> HereRow:
    now, was_expected = visitor.now, booking.status in (Status.CONFIRMED, Status.NO_SHOW)
    opens = (booking.period.starts_at - CHECK_IN_OPENS).astimezone(booking.space.zone)
    return HereRow(
        booking=booking,
        label=label(booking.resource.kind, booking.resource.name),
        times=times_text(booking.starts_at, booking.ends_at, visitor),
        state=state_of(booking, visitor),
        opens=visitor.speaker.time(opens.time()) if was_expected and now < opens else "",
        may_check_in=was_expected and passes(check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, now),
        may_leave=passes(check_leaving, booking, now),
    )


@get("/theke/{slug:str}/schild")
async def sign_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The sign to print and hang up: the code, and the address for who reads no codes."""
    space = await desk_space(slug, visitor)
    url = f"{pages.settings.address}/hier/{space.slug}"
    context = {"space": space, "url": url, "code": qr_drawing(url)}
    return await pages.show(request, visitor, "front_desk/sign.html", context)


HANDLERS = [here_page, here_form, sign_page]
