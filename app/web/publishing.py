"""What a space still needs, how guests will see it, publishing it, taking it off the pages, giving it up."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.clearing import AffectedChanged
from app.bookings.closing_down import Ahead, booked_ahead, retire_space, unpublish
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.publishing import NotReadyToPublish, publish, steps_of
from app.inventory.rules import label
from app.kernel.refusals import Refusal, marked
from app.network.queries import SpaceCard
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.spaces import show_space
from app.web.week_view import times_text

NOTICES = {
    "neu": marked("Der Standort ist angelegt. Noch sieht ihn niemand außer Ihnen."),
    "veroeffentlicht": marked("Veröffentlicht. Gäste finden und buchen den Standort jetzt."),
    "zurueckgezogen": marked("Zurückgezogen. Niemand findet den Standort mehr; was gebucht ist, gilt weiter."),
}


@get("/betrieb/{slug:str}/veroeffentlichen")
async def publishing_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor))


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, refused: Refusal | None = None
) -> Response[str]:
    steps = await steps_of(space)
    ahead = await booked_ahead(visitor.signed_in, space, visitor.now)
    context = {
        "space": space,
        "needed": [step for step in steps if step.is_needed],
        "welcome": [step for step in steps if not step.is_needed],
        "next": next((step for step in steps if step.is_needed and not step.is_there), None),
        "may_set_up": visitor.signed_in.may(Action.MANAGE_OPERATOR, operator=space.operator.id),
        "is_ready": all(step.is_there for step in steps if step.is_needed),
        "ahead": _rows(ahead, visitor),
        "notice": notice(request, NOTICES),
    }
    if refused is not None:
        return await show_again(request, visitor, pages, "operator/publishing.html", context, [refused])
    return await pages.show(request, visitor, "operator/publishing.html", context | {"errors": NO_ERRORS})


def _rows(ahead: Ahead, visitor: Visitor) -> list[tuple[str, str, str]]:
    """Who has booked, when and what."""
    say = visitor.speaker
    return [
        (
            person,
            f"{say.day(booking.starts_at.date())}, {times_text(booking.starts_at, booking.ends_at, visitor)}",
            say.word(label(booking.resource.kind, booking.resource.name)),
        )
        for booking, person in ahead.bookings
    ]


@post("/betrieb/{slug:str}/veroeffentlichen")
async def publish_it(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    try:
        await publish(visitor.signed_in, space, visitor.now)
    except NotReadyToPublish as refusal:
        return await _show(request, visitor, pages, space, refusal)
    return go(f"/betrieb/{slug}/veroeffentlichen?getan=veroeffentlicht")


@post("/betrieb/{slug:str}/zurueckziehen")
async def unpublish_it(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await unpublish(visitor.signed_in, await operators_space(slug, visitor), visitor.now)
    return go(f"/betrieb/{slug}/veroeffentlichen?getan=zurueckgezogen")


@get("/betrieb/{slug:str}/aufgeben")
async def retiring_space_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Who has booked and would hear of it; nothing has happened yet."""
    return await _retiring(request, visitor, pages, await operators_space(slug, visitor))


async def _retiring(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, changed: AffectedChanged | None = None
) -> Response[str]:
    ahead = await booked_ahead(visitor.signed_in, space, visitor.now)
    context: dict[str, Any] = {
        "space": space,
        "ahead": _rows(ahead, visitor),
        "fixed": ahead.fixed,
        "state": ahead.state,
    }
    if changed is not None:
        return await show_again(request, visitor, pages, "operator/space_retire.html", context, [changed])
    return await pages.show(request, visitor, "operator/space_retire.html", context | {"errors": NO_ERRORS})


@post("/betrieb/{slug:str}/aufgeben")
async def retire_it(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    try:
        await retire_space(visitor.signed_in, space, data.get("stand", ""), visitor.now)
    except AffectedChanged as refusal:
        return await _retiring(request, visitor, pages, space, refusal)
    return go(f"/betreiber/{space.operator.slug}?getan=aufgegeben")


@get("/betrieb/{slug:str}/vorschau")
async def preview_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The space's page as guests will see it, without booking."""
    return await show_space(request, visitor, pages, await operators_space(slug, visitor), is_preview=True)


HANDLERS = [publishing_page, publish_it, unpublish_it, retiring_space_page, retire_it, preview_page]
