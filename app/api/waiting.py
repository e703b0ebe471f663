"""A person's own places in line: join, list, see, accept what is offered, leave."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.booking_bodies import (
    AgreedPrice,
    CommuteTo,
    EarlyStart,
    Features,
    GuestPhone,
    Guests,
    HouseRules,
    Note,
    PaysWith,
    People,
    PersonId,
    ResourceId,
    WhatIsUnclear,
    wanted_thing,
)
from app.api.bookings import for_whom, shown
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
    parts_of,
    within_reach,
)
from app.api.problem_shapes import refusals
from app.api.shapes import BookedSpaceShape, BookingShape, Moment, ResourceShape, booked_resource, booked_space
from app.api.strict_json import LARGEST_BODY, OptionalJson, StrictJson
from app.bookings.offers import accept_offer, leave_line
from app.bookings.rules import AnyOf, Purpose
from app.bookings.waiting import AnyPlace, WaitingCard, WaitingStatus, all_waiting_of, waiting_of
from app.bookings.waiting_list import JoinLine, join_line
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.needs import OF_RESOURCE
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.platform.settings import Settings

WaitSpace = Annotated[
    str, Meta(max_length=100, description="With `kind` any of it at this space; alone any desk, booth or room there.")
]


class PlaceWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to wait for: `resource_id`, or `space` with `kind`, or `space` alone for any place to work."""

    starts_at: Moment
    ends_at: Moment
    resource_id: ResourceId | None = None
    space: WaitSpace | None = None
    kind: Kind | None = None
    features: Features = []
    books_itself: Annotated[bool, Meta(description="Book it as soon as it is free, and ask no more.")] = False
    note: Note = ""
    purpose: Purpose | None = None
    commute_to: CommuteTo | None = None
    guest_phone: GuestPhone = ""
    house_rules: HouseRules | None = None
    people: People = 1
    guests: Guests = []
    person: PersonId | None = None
    pays: PaysWith | None = None
    agreed_price: Annotated[
        int,
        Meta(ge=0, le=2**31 - 1, description="What it may cost at most, in minor units; more is asked for first."),
    ] = 0
    early_start: EarlyStart = False

    def command(self) -> JoinLine:
        """Raises WhatIsUnclear, FeatureUnknown, NotFound for what can be no id, and TimeOutOfReach."""
        return JoinLine(
            self._what(),
            within_reach("starts_at", self.starts_at),
            within_reach("ends_at", self.ends_at),
            books_itself=self.books_itself,
            note=self.note,
            purpose=self.purpose,
            commute_to=self.commute_to,
            guest_phone=self.guest_phone,
            house_rules=self.house_rules,
            people=self.people,
            guests=tuple(self.guests),
            pays=self.pays,
            agreed_price=self.agreed_price,
            early_start=self.early_start,
        )

    def _what(self) -> str | AnyOf | AnyPlace:
        if self.space is not None and self.kind is None and self.resource_id is None and not self.features:
            return AnyPlace(known_slug(self.space))
        what = wanted_thing(self.resource_id, self.space, self.kind, known_words(self.features, OF_RESOURCE))
        if what is None:
            raise WhatIsUnclear(field="resource_id")
        return what


class OfferAccepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is agreed to with the booking; what is left out stays as it was said when joining."""

    pays: PaysWith | None = None
    agreed_price: AgreedPrice | None = None
    early_start: EarlyStart = False


class WaitingShape(msgspec.Struct, frozen=True):
    """A place in line as its person sees it; times carry the offset of the space."""

    id: str
    status: Annotated[
        WaitingStatus,
        Meta(description="`waiting`; `offered`: a place is kept, accept it in time; `booked`; `ended`."),
    ]
    reason: Annotated[
        str | None,
        Meta(
            description="Why it ended: `left`, `declined`, `lapsed`, `over`, `booked_elsewhere`, `barred` or "
            "`operator_ended`."
        ),
    ]
    position: Annotated[int, Meta(description="1 is first in line; 0 once it is booked or has ended.")]
    space: BookedSpaceShape
    kind: Annotated[Kind | None, Meta(description="Null for any desk, booth or room.")]
    resource: Annotated[ResourceShape | None, Meta(description="Where only this one is waited for.")]
    features: list[str]
    starts_at: Moment
    ends_at: Moment
    books_itself: bool
    offered: Annotated[ResourceShape | None, Meta(description="What is kept, or was given.")]
    offer_expires_at: Annotated[Moment | None, Meta(description="Until when it may be accepted.")]
    booking_id: Annotated[str | None, Meta(description="The booking that came of it.")]
    url: str
    created_at: Moment
    updated_at: Moment


class WaitingList(msgspec.Struct, frozen=True):
    """Own places in line, the newest first."""

    items: list[WaitingShape]
    next: str | None


@post(
    "/api/v1/waiting-list",
    operation_id="join_waiting_list",
    response_description="The place in line.",
    summary="Join a waiting list",
    description="For what is taken: `still_free` says that it could be booked right away. When it becomes free, the "
    "first in line has it kept for two hours (less where the start is near; the clock stands still from 21:00 to 6:30) "
    "and is told by mail.",
    tags=["waiting list"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[PlaceWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def join_waiting_list(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: RequestBody[PlaceWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[WaitingShape]:
    async def run() -> WaitingShape:
        whom = await for_whom(visitor, data.person)
        return _shape(await join_line(visitor.signed_in, data.command(), visitor.now, whom=whom), settings)

    return await written(request, visitor, idempotency_key, 201, run)


@get(
    "/api/v1/waiting-list",
    operation_id="list_waiting",
    response_description="A page of the list.",
    summary="Own places in line",
    description="The newest first, with those that have ended.",
    tags=["waiting list"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403, 422),
)
async def list_waiting(
    *,
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WaitingList:
    person = visitor.signed_in.person
    before = None if cursor is None else await _position(person, cursor)
    places = await all_waiting_of(person, limit=limit + 1, before=before)
    shown = places[:limit]
    following = cursor_of(shown[-1].public_id) if len(places) > limit else None
    return WaitingList([_shape(place, settings) for place in shown], following)


@get(
    "/api/v1/waiting-list/{waiting_id:str}",
    operation_id="show_waiting",
    response_description="The place in line.",
    summary="One own place in line",
    tags=["waiting list"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_waiting(
    *, visitor: NamedDependency[Visitor], settings: NamedDependency[Settings], waiting_id: IdInPath
) -> WaitingShape:
    place = await waiting_of(visitor.signed_in.person, known_id(waiting_id))
    if place is None:
        raise NotFound
    return _shape(place, settings)


@post(
    "/api/v1/waiting-list/{waiting_id:str}/accept",
    operation_id="accept_offer",
    response_description="The booking.",
    summary="Accept what is offered",
    description="Books what is kept; `offer_over` where its time has run out. Saying it twice books once. Without a "
    "body it is paid as was said when joining.",
    tags=["waiting list"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    dto=OptionalJson[OfferAccepted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def accept(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    waiting_id: IdInPath,
    data: RequestBody[OfferAccepted | None] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingShape]:
    said = data or OfferAccepted()

    async def run() -> BookingShape:
        booking = await accept_offer(
            visitor.signed_in,
            known_id(waiting_id),
            visitor.now,
            agreed_price=said.agreed_price,
            early_start=said.early_start,
            pays=said.pays,
        )
        return await shown(booking, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


@delete(
    "/api/v1/waiting-list/{waiting_id:str}",
    operation_id="leave_waiting_list",
    response_description="No longer in line.",
    summary="Leave a waiting list",
    description="What was offered goes to the next in line. Leaving twice is leaving once; a booking stays as it is.",
    tags=["waiting list"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409),
)
async def leave(visitor: NamedDependency[Visitor], waiting_id: IdInPath) -> None:
    await leave_line(visitor.signed_in, known_id(waiting_id), visitor.now)


HANDLERS = [join_waiting_list, list_waiting, show_waiting, accept, leave]


def _shape(place: WaitingCard, settings: Settings) -> WaitingShape:
    return WaitingShape(
        id=place.public_id,
        status=place.status,
        reason=place.reason,
        position=place.position,
        space=booked_space(place.space),
        kind=place.kind,
        resource=booked_resource(place.wanted, place.space) if place.wanted else None,
        features=sorted(place.features),
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        books_itself=place.books_itself,
        offered=booked_resource(place.offered, place.space) if place.offered else None,
        offer_expires_at=place.until,
        booking_id=place.booking,
        url=f"{settings.address}/warteliste",
        created_at=place.created_at,
        updated_at=place.updated_at,
    )


async def _position(person: int, cursor: str) -> int:
    """Where in the list the cursor stands; raises CursorUnknown for none of this person's."""
    [public_id] = parts_of(cursor, 1)
    place = await waiting_of(person, public_id) if public_id.isalnum() and public_id.isascii() else None
    if place is None:
        raise CursorUnknown(field="cursor")
    return place.id
