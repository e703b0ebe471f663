"""POST /api/v1/bookings/together: several resources in one act."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.booking_bodies import AgreedPrice, BookingWanted
from app.api.bookings import shown_all
from app.api.idempotent_writes import written
from app.api.parameters import IdempotencyKey
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.together import MOST_TOGETHER, book_together
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.platform.settings import Settings


class TogetherWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to book together, each as for a booking of its own; a room and a parking place, say."""

    bookings: Annotated[list[BookingWanted], Meta(max_length=MOST_TOGETHER)]
    agreed_price: AgreedPrice | None = None


class BookedTogether(msgspec.Struct, frozen=True):
    """The bookings in the order in which they were wanted."""

    group_id: str
    bookings: list[BookingShape]


@post(
    "/api/v1/bookings/together",
    operation_id="make_bookings_together",
    response_description="The bookings.",
    summary="Book several resources in one act",
    description="All of them are booked, or nothing happens. They share a `group_id`; cancelling one cancels them all.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[TogetherWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make_bookings_together(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: RequestBody[TogetherWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookedTogether]:
    async def run() -> BookedTogether:
        commands = [wanted.command() for wanted in data.bookings]
        made = await book_together(visitor.signed_in, commands, visitor.now, agreed=data.agreed_price)
        shapes = await shown_all(made, settings.address, visitor.language)
        return BookedTogether(made[0].group or "", shapes)

    return await written(request, visitor, idempotency_key, 201, run)


HANDLERS = [make_bookings_together]
