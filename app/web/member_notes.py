"""Notes of an operator's staff on the page of a person: written, changed, deleted."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, guest
from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, NotFound
from app.network.member_notes import change_note, delete_note, may_see_notes, write_note
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.desk_bookings import show_guest
from app.web.forms import checked_id
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go


@post("/theke/{slug:str}/leute/{person:str}/notizen")
async def new_note(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space, whom = await _about(slug, person, visitor)
    try:
        await write_note(visitor.signed_in, space, whom.id, data.get("notiz_neu", ""), visitor.now)
    except BadInput as refusal:
        return await _again(request, visitor, pages, space, whom, "notiz_neu", data.get("notiz_neu", ""), refusal)
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=notiz#notizen")


@post("/theke/{slug:str}/leute/{person:str}/notizen/{note:str}")
async def other_note(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    note: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space, whom = await _about(slug, person, visitor)
    public_id, text = checked_id(note), data.get("text", "")
    try:
        await change_note(visitor.signed_in, space, whom.id, public_id, text, visitor.now)
    except BadInput as refusal:
        return await _again(request, visitor, pages, space, whom, f"notiz-{public_id}", text, refusal)
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=notiz#notizen")


@post("/theke/{slug:str}/leute/{person:str}/notizen/{note:str}/loeschen")
async def no_note(
    slug: FromPath[str], person: FromPath[str], note: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    space, whom = await _about(slug, person, visitor)
    await delete_note(visitor.signed_in, space, whom.id, checked_id(note), visitor.now)
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=notiz_weg#notizen")


async def _about(slug: str, person: str, visitor: Visitor) -> tuple[SpaceCard, Guest]:
    """Raises NotFound to who is no staff of the operator, and for who is out of reach."""
    space = await desk_space(slug, visitor)
    if not may_see_notes(visitor.signed_in, space):
        raise NotFound
    whom = await guest(visitor.signed_in, person, visitor.now)
    return space, whom


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    whom: Guest,
    field: str,
    text: str,
    refusal: BadInput,
) -> Response[str]:
    errors = {field: visitor.speaker.refusal(refusal)}
    typed = {field: text[:2000]}
    return await show_guest(request, visitor, pages, space, whom, typed, errors=errors, status=status_of(refusal))


HANDLERS = [new_note, other_note, no_note]
