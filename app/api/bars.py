"""Bars: whom an operator lets book at none of its spaces, for its managers."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.blockers import Day, day_of
from app.api.groups import PersonShape
from app.api.idempotent_writes import written
from app.api.managed import managed_operator_at, only_managers_of_operator
from app.api.parameters import IdempotencyKey, OperatorInPath, PersonInPath, known_id
from app.api.problem_shapes import refusals
from app.api.shapes import BookingShape, Moment, booking
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.barring import BarGuest, ahead_at_operator, bar_guest, guest_of_operator
from app.bookings.queries import guests_of
from app.identity.authentication import Visitor
from app.network.bars import BarCard, bar_of_operator, bars_of_operator, lift_bar
from app.network.objections import answer_objection
from app.platform.settings import Settings

BarInPath = Annotated[str, PathParameter(description="The bar's id.")]
_ROOT: Final = "/api/v1/operators/{slug:str}/bars"
_ONE: Final = f"{_ROOT}/{{bar_id:str}}"


class BarWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is barred from all spaces of the operator, and why."""

    person_id: Annotated[str, Meta(max_length=100, description="Somebody who has booked or was entered there.")]
    reason: Annotated[str, Meta(max_length=8000, description="For the person to read; at most 2000 characters.")]
    last_day: Annotated[Day | None, Meta(description="The last day of it; without one it is for good.")] = None
    cancelled: Annotated[
        list[Annotated[str, Meta(max_length=100)]],
        Meta(max_length=500, description="Ids of bookings ahead that are cancelled with it; the others stay."),
    ] = []


class ObjectionAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of the bar, with words that the person reads."""

    answer: Annotated[str, Meta(max_length=8000, description="At most 2000 characters.")]
    lifts: Annotated[bool, Meta(description="Whether the bar ends with the answer.")]


class BarShape(msgspec.Struct, frozen=True):
    """A bar; `stands` says whether it keeps the person from booking now."""

    id: str
    person: PersonShape
    reason: str
    made_by: Annotated[str, Meta(description="Name of who made it.")]
    made_at: Moment
    last_day: str | None
    stands: bool
    lifted_at: Moment | None
    objection: Annotated[str | None, Meta(description="What the person says against it.")]
    objected_at: Moment | None
    answer: str | None
    answered_at: Moment | None


class BarList(msgspec.Struct, frozen=True):
    """First what waits for an answer, then what stands, then what is over and not forgotten yet."""

    items: list[BarShape]


class BookedAhead(msgspec.Struct, frozen=True):
    """What the person has booked at the operator's spaces and has not begun, by time."""

    items: list[BookingShape]


@get(
    _ROOT,
    operation_id="list_bars",
    response_description="The list.",
    summary="Whom the operator bars",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def list_bars(
    visitor: NamedDependency[Visitor],
    slug: OperatorInPath,
    person_id: Annotated[str | None, QueryParameter(max_length=100, description="Only those of this person.")] = None,
) -> BarList:
    operator = await managed_operator_at(slug, visitor)
    bars = await bars_of_operator(visitor.signed_in, operator.id, visitor.now)
    return BarList([_shape(bar, visitor) for bar in bars if person_id in (None, bar.person_public_id)])


@get(
    "/api/v1/operators/{slug:str}/people/{person_id:str}/bookings",
    operation_id="list_bookings_ahead",
    response_description="The list.",
    summary="What somebody has booked ahead at the operator's spaces",
    description="What `cancelled` of a new bar may name.",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_bookings_ahead(
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: OperatorInPath,
    person_id: PersonInPath,
) -> BookedAhead:
    operator = await managed_operator_at(slug, visitor)
    person = await guest_of_operator(visitor.signed_in, operator.id, known_id(person_id))
    ahead = await ahead_at_operator(visitor.signed_in, operator.id, person.id, visitor.now)
    guests = await guests_of([card.id for card in ahead])
    return BookedAhead([booking(card, settings.address, guests.get(card.id, ())) for card in ahead])


@post(
    _ROOT,
    operation_id="make_bar",
    response_description="The bar.",
    summary="Bar somebody from all spaces of the operator",
    description="The person reads the reason by mail and may object. Account, membership and the spaces of others stay "
    "as they are; places in line at the operator's spaces end.",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    dto=StrictJson[BarWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def new_bar(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: OperatorInPath,
    data: RequestBody[BarWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[BarShape]:
    operator = await managed_operator_at(slug, visitor)

    async def run() -> BarShape:
        last_day = day_of("last_day", data.last_day) if data.last_day else None
        wanted = BarGuest(known_id(data.person_id), data.reason, last_day, frozenset(data.cancelled))
        return _shape(await bar_guest(visitor.signed_in, operator.id, wanted, visitor.now), visitor)

    return await written(request, visitor, idempotency_key, 201, run)


@get(
    _ONE,
    operation_id="show_bar",
    response_description="The bar.",
    summary="One bar",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_bar(visitor: NamedDependency[Visitor], slug: OperatorInPath, bar_id: BarInPath) -> BarShape:
    operator = await managed_operator_at(slug, visitor)
    return await _shown(operator.id, bar_id, visitor)


@post(
    f"{_ONE}/lift",
    operation_id="lift_bar",
    response_description="The bar, which is over.",
    summary="Lift a bar",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def lift(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: OperatorInPath,
    bar_id: BarInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[BarShape]:
    operator = await managed_operator_at(slug, visitor)

    async def run() -> BarShape:
        await lift_bar(visitor.signed_in, operator.id, known_id(bar_id), visitor.now)
        return await _shown(operator.id, bar_id, visitor)

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    f"{_ONE}/answer",
    operation_id="answer_objection",
    response_description="The bar as it is now.",
    summary="Answer what somebody says against a bar",
    tags=["people"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    dto=StrictJson[ObjectionAnswer],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def answer(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: OperatorInPath,
    bar_id: BarInPath,
    data: RequestBody[ObjectionAnswer],
    idempotency_key: IdempotencyKey = None,
) -> Response[BarShape]:
    operator = await managed_operator_at(slug, visitor)

    async def run() -> BarShape:
        public_id, actor = known_id(bar_id), visitor.signed_in
        await answer_objection(actor, operator.id, public_id, data.answer, visitor.now, lifts=data.lifts)
        return await _shown(operator.id, public_id, visitor)

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [list_bars, list_bookings_ahead, new_bar, show_bar, lift, answer]


async def _shown(operator: int, bar_id: str, visitor: Visitor) -> BarShape:
    return _shape(await bar_of_operator(visitor.signed_in, operator, known_id(bar_id)), visitor)


def _shape(bar: BarCard, visitor: Visitor) -> BarShape:
    return BarShape(
        id=bar.public_id,
        person=PersonShape(bar.person_public_id, bar.person_name),
        reason=bar.reason,
        made_by=bar.made_by,
        made_at=bar.made_at,
        last_day=bar.last_day.isoformat() if bar.last_day else None,
        stands=bar.stands(visitor.now),
        lifted_at=bar.lifted_at,
        objection=bar.objection or None,
        objected_at=bar.objected_at,
        answer=bar.answer or None,
        answered_at=bar.answered_at,
    )
