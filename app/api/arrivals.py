"""Coming later than booked, and leaving before the end. Arriving stands in bookings.py."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from app.api.access import SIGNED_IN, only_who_may
from app.api.bookings import shown
from app.api.idempotent_writes import written
from app.api.parameters import IdempotencyKey, IdInPath, known_id
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape
from app.api.strict_json import LARGEST_BODY
from app.bookings.arrivals import come_later, leave
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.platform.settings import Settings


@post(
    "/api/v1/bookings/{booking_id:str}/coming-later",
    operation_id="delay_booking",
    response_description="The booking as it is now.",
    summary="Say that you come later",
    description="On the booking's day: the place is kept to its end. Saying it twice changes nothing. "
    "Staff say it for everybody at their spaces.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def delay_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        delayed = await come_later(visitor.signed_in, known_id(booking_id), visitor.now, for_others=True)
        return await shown(delayed, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/bookings/{booking_id:str}/leave",
    operation_id="leave_booking",
    response_description="The booking as it is now.",
    summary="Say that you leave",
    description="The rest of the time is free for others. Saying it twice changes nothing. "
    "Staff say it for everybody at their spaces.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def leave_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    booking_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    async def run() -> BookingShape:
        left = await leave(visitor.signed_in, known_id(booking_id), visitor.now, for_others=True)
        return await shown(left, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [delay_booking, leave_booking]
