"""POST /api/v1/quotes: what a booking would be and what would pay for it."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.booking_bodies import BookingWanted
from app.api.problem_shapes import Offered, refusals
from app.api.shapes import Moment, MoneyShape, ResourceShape, booked_resource, money
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.quoting import Quote, quote
from app.bookings.rules_said import said_rules
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.queries import resource_by_public_id
from app.kernel.money import FREE
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.plans.nothing_pays import limit_refusal
from app.plans.rules import FREE_OF_CHARGE, Payment
from app.plans.rules import Pays as PaidBy
from app.plans.uses import counted
from app.platform.language import Speaker

PaysKind = Literal["free", "entitlement", "money", "team"]
PaysUnit = Literal["desk_day", "room_minute", "money"]


class RefusalShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that stands in the way, and what would be allowed instead."""

    code: str
    detail: str
    instead: Annotated[dict[str, Any] | None, Meta(description="What would be allowed, as in an error.")] = None
    offers: Annotated[list[Offered], Meta(description="What could be bought so that it is paid.")] = []


class Pays(msgspec.Struct, frozen=True, omit_defaults=True):
    """What would pay for the booking: so much of an entitlement, or money in minor units."""

    kind: PaysKind
    label: Annotated[str, Meta(description="For people, in the language of the request.")]
    unit: Annotated[PaysUnit | None, Meta(description="Of what `amount` and `left_after` count.")] = None
    amount: Annotated[float | None, Meta(description="0 where the day is paid already; half a day is 0.5.")] = None
    left_after: Annotated[float | None, Meta(description="Left out where there is no limit.")] = None
    id: Annotated[str | None, Meta(description="To be sent as `pays` by whoever wants this one.")] = None
    seller: Annotated[str | None, Meta(description="Who gets the money.")] = None


class QuoteShape(msgspec.Struct, frozen=True):
    """Whether it could be booked now, what stands in the way, what pays, and the price."""

    bookable: bool
    refusals: list[RefusalShape]
    pays: Pays
    ways: Annotated[
        list[Pays], Meta(description="All that could pay, the one that does unless another is chosen first.")
    ]
    total: MoneyShape
    resource: ResourceShape | None
    rules: Annotated[list[str], Meta(description="What holds for booking it, in words.")] = []
    needs_approval: Annotated[bool, Meta(description="Whether it would be a request that the operator decides.")] = (
        False
    )
    cancel_until: Annotated[
        Moment | None,
        Meta(description="Until then it can be given back as if it had never been; null for as long as it lasts."),
    ] = None
    limits: Annotated[
        list[str], Meta(description="By which limits teams do not pay that would otherwise, in words.")
    ] = []


@post(
    "/api/v1/quotes",
    operation_id="make_quote",
    response_description="The quote, whether it can be booked or not.",
    summary="Ask what a booking would be",
    description="Takes the body of a booking and answers by the same rules; nothing is changed and nothing is kept.",
    tags=["bookings"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[BookingWanted],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def make_quote(visitor: NamedDependency[Visitor], data: RequestBody[BookingWanted]) -> QuoteShape:
    answer = await quote(data.command(), visitor.now, visitor.language, person=visitor.signed_in.person)
    if isinstance(answer.refusal, BadInput | NotFound):
        raise answer.refusal
    speaker = visitor.speaker
    payment = answer.decision.payment if answer.decision else FREE_OF_CHARGE
    return QuoteShape(
        bookable=answer.refusal is None,
        refusals=[_refused(refusal, speaker) for refusal in answer.refusals],
        pays=_pays(payment, answer, speaker),
        ways=[_pays(way, answer, speaker) for way in answer.ways],
        total=money(answer.decision.price if answer.decision else FREE),
        resource=booked_resource(answer.resource, answer.space) if answer.resource and answer.space else None,
        rules=list(await _rules(answer, speaker)),
        needs_approval=bool(answer.decision and answer.decision.rules.needs_approval),
        cancel_until=_cancel_until(answer),
        limits=[speaker.refusal(limit_refusal(one, None, _space(answer))) for one in answer.limits],
    )


HANDLERS = [make_quote]


def _refused(refusal: Refusal, speaker: Speaker) -> RefusalShape:
    instead = refusal.facts.get("instead")
    return RefusalShape(
        refusal.code,
        speaker.refusal(refusal),
        instead if isinstance(instead, dict) else None,
        msgspec.convert(refusal.facts.get("offers", []), list[Offered]),
    )


def _space(answer: Quote) -> str:
    return answer.space.name if answer.space else ""


async def _rules(answer: Quote, speaker: Speaker) -> tuple[str, ...]:
    """The words of what holds for the resource, where one is known."""
    card = await resource_by_public_id(answer.resource.public_id) if answer.resource else None
    return (await said_rules(card.space, [card], speaker)).get(card.id, ()) if card else ()


def _cancel_until(answer: Quote) -> datetime | None:
    """On the space's clock."""
    until = answer.decision.cancel_until if answer.decision else None
    return until.astimezone(answer.space.zone) if until and answer.space else None


def _pays(way: Payment, answer: Quote, speaker: Speaker) -> Pays:
    kind = msgspec.convert(way.kind, PaysKind)
    if way.kind is PaidBy.FREE:
        return Pays(kind, speaker.gettext(marked("kostenlos")))
    if way.kind is PaidBy.MONEY or way.entitlement is None:
        seller = answer.seller(way)
        label = speaker.gettext(marked("offen, Rechnung folgt"))
        return Pays(kind, label, "money", way.price.amount, id=way.key, seller=seller.name if seller else None)
    unit, left = way.entitlement.unit, way.left_after
    return Pays(
        kind,
        way.entitlement.label,
        msgspec.convert(unit, PaysUnit),
        counted(unit, way.takes),
        None if left is None else counted(unit, left),
        way.key,
    )
