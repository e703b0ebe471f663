"""For the staff of a space: bookings that wait for a decision."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_staff_who_may
from app.api.bookings import shown
from app.api.idempotent_writes import written
from app.api.managed import only_staff_at_space, staffed
from app.api.parameters import (
    Cursor,
    CursorUnknown,
    IdempotencyKey,
    IdInPath,
    Limit,
    SlugInPath,
    cursor_of,
    known_id,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape, booking
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings import approval
from app.bookings.approval import approve, decline, requests_for
from app.bookings.queries import booking_named
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.platform.settings import Settings


class RequestShape(msgspec.Struct, frozen=True):
    """A booking that waits for a decision; decide by its id."""

    person: Annotated[str, Meta(description="Name of whoever asks.")]
    guests: Annotated[list[str], Meta(description="Names of those who come along.")]
    booking: BookingShape


class Requests(msgspec.Struct, frozen=True):
    """What waits, the earliest deadline first."""

    items: list[RequestShape]
    next: str | None


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the member is told with the refusal."""

    answer: Annotated[str, Meta(max_length=2000, description="For the member to read; at most 500 characters.")] = ""


@get(
    "/api/v1/spaces/{slug:str}/requests",
    operation_id="list_requests",
    response_description="A page of the list.",
    summary="Requests that wait for a decision",
    description="Bookings that the staff of the space has to decide, the earliest deadline first.",
    tags=["requests"],
    guards=only_staff_at_space(Action.DECIDE_REQUESTS),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def list_requests(
    *,
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: SlugInPath,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Requests:
    space = await staffed(slug, visitor, Action.DECIDE_REQUESTS)
    await settle_at(space.id, visitor.now)
    after = None if cursor is None else await _position(cursor, space.id)
    found = await requests_for(visitor.signed_in, visitor.now, space=space.id, limit=limit + 1, after=after)
    listed = found[:limit]
    return Requests(
        [_request(each, settings.address) for each in listed],
        _cursor(listed[-1]) if len(found) > limit else None,
    )


@post(
    "/api/v1/bookings/{booking_id:str}/approve",
    operation_id="approve_booking",
    response_description="The confirmed booking.",
    summary="Approve a request",
    description="For the staff of the space. The member gets the confirmation by mail.",
    tags=["requests"],
    guards=only_staff_who_may(Action.DECIDE_REQUESTS),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def approve_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        approved = await approve(visitor.signed_in, known_id(booking_id), visitor.now)
        return await shown(approved, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/bookings/{booking_id:str}/decline",
    operation_id="decline_booking",
    response_description="The cancelled booking.",
    summary="Decline a request",
    description="For the staff of the space. The time is free again, and the member is told why by mail. What was "
    "booked with it in one act is cancelled with it.",
    tags=["requests"],
    guards=only_staff_who_may(Action.DECIDE_REQUESTS),
    security=SIGNED_IN,
    dto=StrictJson[Answer],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, body=True),
)
async def decline_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    data: RequestBody[Answer],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        declined = await decline(visitor.signed_in, known_id(booking_id), data.answer, visitor.now)
        return await shown(declined, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [list_requests, approve_booking, decline_booking]


def _request(each: approval.Request, address: str) -> RequestShape:
    return RequestShape(each.name, list(each.guests), booking(each.booking, address, each.guests))


def _cursor(last: approval.Request) -> str:
    assert last.booking.decide_by is not None, "a request has a deadline"
    return cursor_of(last.booking.decide_by.isoformat(), last.booking.public_id)


async def _position(cursor: str, space: int) -> tuple[datetime, int]:
    """Where in the list the cursor stands; raises CursorUnknown for none of this space's."""
    decide_by, public_id = parts_of(cursor, 2)
    card = await booking_named(public_id) if public_id.isalnum() and public_id.isascii() else None
    if card is None or card.space.id != space:
        raise CursorUnknown(field="cursor")
    try:
        return datetime.fromisoformat(decide_by), card.id
    except ValueError as error:
        raise CursorUnknown(field="cursor") from error
