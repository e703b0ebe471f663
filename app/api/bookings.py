"""A person's own bookings: make, list, see, change, cancel, arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.idempotent_writes import written
from app.api.parameters import (
    Cursor,
    CursorUnknown,
    IdempotencyKey,
    IdInPath,
    Limit,
    cursor_of,
    known_id,
    known_slug,
    known_words,
    moment,
    moment_parameter,
    parts_of,
    within_reach,
)
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape, Moment, booking
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, MoveBooking, book, move
from app.bookings.queries import BookingFilter, booking_of, bookings_of
from app.bookings.rules import AnyOf, Purpose, Status
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.needs import OF_RESOURCE
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, NotFound, marked
from app.platform.bad_fields import NotAChoice
from app.platform.settings import Settings


class WhatIsUnclear(BadInput):
    code = "what_is_unclear"
    text = marked("Gebraucht wird entweder resource_id oder space zusammen mit kind.")


ResourceId = Annotated[str, Meta(max_length=100, description="One resource; or say `space` and `kind`.")]
SpaceSlug = Annotated[str, Meta(max_length=100, description="Any of a kind at this space: the best free one.")]
Features = Annotated[
    list[str],
    Meta(
        max_length=30,
        description=f"With `space` and `kind`: what the resource must have. Of: {', '.join(sorted(OF_RESOURCE))}.",
    ),
]
Note = Annotated[str, Meta(max_length=2000, description="For the space to read; at most 500 characters.")]

CommuteTo = Annotated[
    str,
    Meta(
        max_length=8,
        description="Official key (AGS, eight digits) of the municipality that the person would have commuted to "
        "otherwise, if he wants to say so. Nothing means the usual one of his account, an empty text none.",
    ),
]
GuestPhone = Annotated[
    str, Meta(max_length=100, description="For the space to call on the day; shown on that day only, then deleted.")
]
HouseRules = Annotated[
    int, Meta(ge=1, le=2**31 - 1, description="The edition that is accepted with it; see `house_rules` of spaces.")
]


class BookingWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to book: `resource_id`, or `space` with `kind`."""

    starts_at: Moment
    ends_at: Moment
    resource_id: ResourceId | None = None
    space: SpaceSlug | None = None
    kind: Kind | None = None
    features: Features = []
    note: Note = ""
    purpose: Purpose | None = None
    commute_to: CommuteTo | None = None
    guest_phone: GuestPhone = ""
    house_rules: HouseRules | None = None

    def command(self) -> BookDesk:
        """Raises WhatIsUnclear, FeatureUnknown, NotFound for what can be no id, and TimeOutOfReach."""
        what = wanted_thing(self.resource_id, self.space, self.kind, known_words(self.features, OF_RESOURCE))
        if what is None:
            raise WhatIsUnclear(field="resource_id")
        return BookDesk(
            what,
            within_reach("starts_at", self.starts_at),
            within_reach("ends_at", self.ends_at),
            self.note,
            purpose=self.purpose,
            commute_to=self.commute_to,
            guest_phone=self.guest_phone,
            house_rules=self.house_rules,
        )


class BookingChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall change; what is left out or null stays."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    resource_id: ResourceId | None = None
    space: SpaceSlug | None = None
    kind: Kind | None = None
    note: Note | None = None
    house_rules: HouseRules | None = None

    def command(self) -> MoveBooking:
        """Raises WhatIsUnclear, NotFound for what can be no id, and TimeOutOfReach."""
        return MoveBooking(
            wanted_thing(self.resource_id, self.space, self.kind),
            self.starts_at and within_reach("starts_at", self.starts_at),
            self.ends_at and within_reach("ends_at", self.ends_at),
            self.note,
            self.house_rules,
        )


class Bookings(msgspec.Struct, frozen=True):
    """Own bookings by start."""

    items: list[BookingShape]
    next: str | None


def wanted_thing(
    resource_id: str | None, space: str | None, kind: Kind | None, features: frozenset[str] = frozenset()
) -> str | AnyOf | None:
    """One resource, any of a kind, or None where nothing is said. Raises WhatIsUnclear for anything between."""
    if resource_id is not None:
        if space is not None or kind is not None or features:
            raise WhatIsUnclear(field="resource_id")
        return known_id(resource_id)
    if space is None and kind is None:
        return None
    if space is None or kind is None:
        raise WhatIsUnclear(field="space" if space is None else "kind")
    return AnyOf(known_slug(space), kind, features)


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
        return booking(await book(visitor.signed_in, data.command(), visitor.now), settings.address)

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
    shown = cards[:limit]
    following = cursor_of(shown[-1].period.starts_at.isoformat(), shown[-1].public_id) if len(cards) > limit else None
    return Bookings([booking(card, settings.address) for card in shown], following)


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
    return booking(card, settings.address)


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
        return booking(await move(visitor.signed_in, known_id(booking_id), command, visitor.now), settings.address)

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/bookings/{booking_id:str}/cancel",
    operation_id="cancel_booking",
    response_description="The cancelled booking.",
    summary="Cancel",
    description="Gives the time back to the others. After `cancel_until` it is `released` and counts all the same, "
    "unless somebody else takes the place.",
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
        return booking(await cancel(visitor.signed_in, known_id(booking_id), visitor.now), settings.address)

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
        return booking(await check_in(visitor.signed_in, known_id(booking_id), visitor.now), settings.address)

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [make_booking, list_bookings, show_booking, change_booking, cancel_booking, check_in_booking]


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
