"""A person's own bookings: make, list, see, change, cancel, arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, RequestBody

from app.api.access import SIGNED_IN, only_who_may
from app.api.booking_bodies import BookingChange, BookingWanted
from app.api.idempotent_writes import written
from app.api.parameters import (
    Cursor,
    CursorUnknown,
    IdempotencyKey,
    IdInPath,
    Limit,
    cursor_of,
    known_id,
    moment,
    moment_parameter,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape, booking
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.front_desk import guest
from app.bookings.moving import move
from app.bookings.operations import book
from app.bookings.paid_with import paid_with
from app.bookings.queries import BookingCard, BookingFilter, booking_of, bookings_of, guests_of
from app.bookings.rules import Status
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound
from app.platform.bad_fields import NotAChoice
from app.platform.settings import Settings


class Bookings(msgspec.Struct, frozen=True):
    """Own bookings by start."""

    items: list[BookingShape]
    next: str | None


@post(
    "/api/v1/bookings",
    operation_id="make_booking",
    response_description="The booking.",
    summary="Book",
    description="One resource, or with `space` and `kind` the best free one. Either it is booked, or nothing happens.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[BookingWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: RequestBody[BookingWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        whom = await for_whom(visitor, data.person)
        return await shown(
            await book(visitor.signed_in, data.command(), visitor.now, whom=whom), settings.address, visitor.language
        )

    return await written(request, visitor, idempotency_key, 201, run)


@get(
    "/api/v1/bookings",
    operation_id="list_bookings",
    response_description="A page of the list.",
    summary="Own bookings",
    description="Ordered by start, the earliest first: those that touch the time from `from` up to `to`, all without.",
    tags=["bookings"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403, 422),
)
async def list_bookings(
    *,
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    from_at: Annotated[str | None, moment_parameter("Only what ends after this.", name="from")] = None,
    to_at: Annotated[str | None, moment_parameter("Only what starts before this.", name="to")] = None,
    status: Annotated[
        list[str] | None,
        QueryParameter(description=f"Only these; separated by commas or repeated. Of: {', '.join(Status)}."),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Bookings:
    person = visitor.signed_in.person
    wanted = BookingFilter(
        None if from_at is None else moment("from", from_at),
        None if to_at is None else moment("to", to_at),
        _statuses(status),
    )
    after = None if cursor is None else await _position(person, cursor)
    cards = await bookings_of(person, wanted, limit=limit + 1, after=after, latest_first=False)
    listed = cards[:limit]
    following = cursor_of(listed[-1].period.starts_at.isoformat(), listed[-1].public_id) if len(cards) > limit else None
    return Bookings(await shown_all(listed, settings.address, visitor.language), following)


@get(
    "/api/v1/bookings/{booking_id:str}",
    operation_id="show_booking",
    response_description="The booking.",
    summary="One own booking",
    tags=["bookings"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_booking(
    *, visitor: NamedDependency[Visitor], settings: NamedDependency[Settings], booking_id: IdInPath
) -> BookingShape:
    card = await booking_of(visitor.signed_in.person, known_id(booking_id))
    if card is None:
        raise NotFound
    return await shown(card, settings.address, visitor.language)


@patch(
    "/api/v1/bookings/{booking_id:str}",
    operation_id="change_booking",
    response_description="The booking as it is now.",
    summary="Move or change",
    description="Another time, another resource, another note: all of it holds, or the booking stays as it was.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[BookingChange],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def change_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    data: RequestBody[BookingChange],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        command = data.command()
        return await shown(
            await move(visitor.signed_in, known_id(booking_id), command, visitor.now, for_others=True),
            settings.address,
            visitor.language,
        )

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/bookings/{booking_id:str}/cancel",
    operation_id="cancel_booking",
    response_description="The cancelled booking.",
    summary="Cancel",
    description="Gives the time back to the others. After `cancel_until` it is `released` and counts all the same, "
    "unless somebody else takes the place. Staff do it for everybody at their spaces.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def cancel_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        return await shown(
            await cancel(visitor.signed_in, known_id(booking_id), visitor.now, for_others=True),
            settings.address,
            visitor.language,
        )

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/bookings/{booking_id:str}/check-in",
    operation_id="check_in_booking",
    response_description="The booking as it is now.",
    summary="Say that you have arrived",
    description="From 15 minutes before the start until the end; saying it twice changes nothing. Who had not come in "
    "time takes the place back where it is still free.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def check_in_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        return await shown(
            await check_in(visitor.signed_in, known_id(booking_id), visitor.now, for_others=True),
            settings.address,
            visitor.language,
        )

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [make_booking, list_bookings, show_booking, change_booking, cancel_booking, check_in_booking]


async def for_whom(visitor: Visitor, person: str | None) -> int | None:
    """The key of the person for whom staff acts, None for oneself. Raises NotFound for whom the actor cannot see."""
    return None if person is None else (await guest(visitor.signed_in, known_id(person), visitor.now)).id


async def shown(card: BookingCard, address: str, language: str) -> BookingShape:
    """The booking with its guests and what pays."""
    [shape] = await shown_all([card], address, language)
    return shape


async def shown_all(cards: Sequence[BookingCard], address: str, language: str) -> list[BookingShape]:
    """The same of several."""
    guests, paid = await guests_of([card.id for card in cards]), await paid_with(cards, language)
    return [booking(card, address, guests.get(card.id, ()), paid.get(card.id)) for card in cards]


def _statuses(texts: Sequence[str] | None) -> list[Status] | None:
    names = [name.strip() for text in texts or () for name in text.split(",") if name.strip()]
    try:
        return [Status(name) for name in names] or None
    except ValueError as error:
        raise NotAChoice(field="status") from error


async def _position(person: int, cursor: str) -> tuple[datetime, int]:
    """Where in the list the cursor stands; raises CursorUnknown for none of this person's."""
    starts_at, public_id = parts_of(cursor, 2)
    card = await booking_of(person, public_id) if public_id.isalnum() and public_id.isascii() else None
    if card is None:
        raise CursorUnknown(field="cursor")
    try:
        return datetime.fromisoformat(starts_at), card.id
    except ValueError as error:
        raise CursorUnknown(field="cursor") from error
