"""Notes of an operator's staff on people who book there; nobody else reads them but the person."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.idempotent_writes import written
from app.api.managed import only_staff_at_space, staffed
from app.api.parameters import IdempotencyKey, PersonInPath, SlugInPath, known_id
from app.api.problem_shapes import refusals
from app.api.shapes import Moment
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.front_desk import Guest, guest
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound
from app.network.member_notes import NoteCard, change_note, delete_note, may_see_notes, notes_on, write_note
from app.network.queries import SpaceCard

NoteInPath = Annotated[str, PathParameter(description="The note's id.")]


class NoteWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall be noted. The person can read it."""

    text: Annotated[str, Meta(max_length=2000, description="At most 500 characters.")]


class NoteShape(msgspec.Struct, frozen=True):
    """A note; `author` is the name of who wrote it last."""

    id: str
    text: str
    author: str
    written_at: Moment


class NoteList(msgspec.Struct, frozen=True):
    """The notes on a person, the newest first; at most 20."""

    items: list[NoteShape]


@get(
    "/api/v1/spaces/{slug:str}/people/{person_id:str}/notes",
    operation_id="list_notes",
    response_description="The list.",
    summary="What is noted of a person",
    description="For the staff of the space's operator, and not for the network's.",
    tags=["people"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_notes(visitor: NamedDependency[Visitor], slug: SlugInPath, person_id: PersonInPath) -> NoteList:
    space, whom = await _about(slug, person_id, visitor)
    return NoteList([_shape(note) for note in await notes_on(visitor.signed_in, space, whom.id)])


@post(
    "/api/v1/spaces/{slug:str}/people/{person_id:str}/notes",
    operation_id="write_note",
    response_description="The note.",
    summary="Note something of a person",
    tags=["people"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    dto=StrictJson[NoteWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def new_note(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    person_id: PersonInPath,
    data: RequestBody[NoteWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[NoteShape]:
    space, whom = await _about(slug, person_id, visitor)

    async def run() -> NoteShape:
        return _shape(await write_note(visitor.signed_in, space, whom.id, data.text, visitor.now))

    return await written(request, visitor, idempotency_key, 201, run)


@put(
    "/api/v1/spaces/{slug:str}/people/{person_id:str}/notes/{note_id:str}",
    operation_id="change_note",
    response_description="The note as it is now.",
    summary="Change a note",
    tags=["people"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    dto=StrictJson[NoteWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def other_note(
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    person_id: PersonInPath,
    note_id: NoteInPath,
    data: RequestBody[NoteWanted],
) -> NoteShape:
    space, whom = await _about(slug, person_id, visitor)
    return _shape(await change_note(visitor.signed_in, space, whom.id, known_id(note_id), data.text, visitor.now))


@delete(
    "/api/v1/spaces/{slug:str}/people/{person_id:str}/notes/{note_id:str}",
    operation_id="delete_note",
    response_description="Nothing more to say.",
    summary="Delete a note",
    tags=["people"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def no_note(
    visitor: NamedDependency[Visitor], slug: SlugInPath, person_id: PersonInPath, note_id: NoteInPath
) -> None:
    space, whom = await _about(slug, person_id, visitor)
    await delete_note(visitor.signed_in, space, whom.id, known_id(note_id), visitor.now)


HANDLERS = [list_notes, new_note, other_note, no_note]


async def _about(slug: str, person_id: str, visitor: Visitor) -> tuple[SpaceCard, Guest]:
    """Raises NotFound to who is no staff of the operator, and for who is out of reach."""
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)
    if not may_see_notes(visitor.signed_in, space):
        raise NotFound
    return space, await guest(visitor.signed_in, known_id(person_id), visitor.now)


def _shape(note: NoteCard) -> NoteShape:
    return NoteShape(note.public_id, note.text, note.author, note.written_at)
