"""GET /api/v1/plans: what can be bought, for whom, at what price."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from app.api.problem_shapes import refusals
from app.api.shapes import MoneyShape
from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.wall_time import local_day
from app.network.queries import published_spaces
from app.plans.products import Offer, offers_on_sale, team_offers_on_sale
from app.plans.purses import ScopeShape
from app.plans.shown_prices import Taxes, TaxSaid, taxes_on
from app.plans.terms import Audience, Overage, PassTerms, PlanTerms, PriceClass, TeamUse, Tier
from app.plans.terms_said import about_of, name_of
from app.platform.settings import Settings

_ZONE = ZoneInfo("Europe/Berlin")


class SellerShape(msgspec.Struct, frozen=True):
    """Who sells it: the other side of the contract."""

    kind: Literal["network", "operator"]
    name: str


class ValidAtShape(msgspec.Struct, frozen=True):
    """Where and when it pays. Empty lists and nulls restrict nothing."""

    operators: Annotated[list[str], Meta(description="Names of operators at all of whose spaces it holds.")]
    spaces: Annotated[list[str], Meta(description="Slugs of further spaces.")]
    weekdays: Annotated[list[int], Meta(description="1 is Monday.")]
    opens: Annotated[str | None, Meta(description="Wall time, HH:MM; a booking lies between both.")]
    closes: str | None


class ClassPriceShape(msgspec.Struct, frozen=True):
    """What a class with a proof pays instead."""

    price_class: PriceClass
    price: MoneyShape


class ExtraShape(msgspec.Struct, frozen=True):
    """Something beside time; included where it costs nothing."""

    name: str
    price: MoneyShape


class BeyondShape(msgspec.Struct, frozen=True):
    """What a unit beyond the allowance costs; null is the space's own price."""

    day: MoneyShape | None
    half_day: MoneyShape | None
    hour: MoneyShape | None


class PlanShape(msgspec.Struct, frozen=True):
    """A plan or a pass as it is on sale. Prices are gross, for a period of a plan; `price_net` is without the VAT."""

    id: str
    kind: Literal["plan", "pass"]
    name: str
    about: str
    seller: SellerShape
    audiences: list[Audience]
    price: MoneyShape
    price_net: MoneyShape
    tax: Annotated[
        TaxSaid,
        Meta(
            description="Whether VAT is in the price; `not_said` where it is not certain, then `price_net` is `price`."
        ),
    ]
    concessions: list[ClassPriceShape]
    billed: Annotated[Literal["month", "year", "once"], Meta(description="How often the price is charged.")]
    valid_at: ValidAtShape
    desk_days: Annotated[int | None, Meta(description="A month, or in the pass; null is without limit.")]
    room_hours: int
    money: Annotated[MoneyShape | None, Meta(description="What a pass of money holds.")]
    half_days: Annotated[bool, Meta(description="Whether up to five hours of a day take half a day.")]
    fixed_desk: bool
    round_the_clock: bool
    rolls_over_months: int
    extras: list[ExtraShape]
    beyond_desk: BeyondShape | None
    beyond_room: BeyondShape | None
    setup: MoneyShape
    deposit: MoneyShape
    first_term_months: Annotated[int | None, Meta(description="Null for a pass.")]
    notice_days: int | None
    valid_months: Annotated[
        int | None, Meta(description="Of a pass; null is until the end of the third calendar year after it is bought.")
    ]
    valid_days: Annotated[int | None, Meta(description="Of a pass that is counted in days, from its first day on.")]
    is_trial: Annotated[bool, Meta(description="Free, once a person.")]
    url: Annotated[str, Meta(description="Where it can be bought.")]


class TierShape(msgspec.Struct, frozen=True):
    """From this quantity on each piece costs this."""

    quantity: int
    price: MoneyShape
    price_net: MoneyShape


class TeamOfferShape(msgspec.Struct, frozen=True):
    """Something that an employer buys for a team, by the piece."""

    use: Annotated[TeamUse, Meta(description="A `seat` is one person's; a `pool` is shared by the team.")]
    terms: Annotated[PlanShape, Meta(description="Of one piece.")]
    tiers: Annotated[list[TierShape], Meta(description="Ascending; the highest that is reached counts for all pieces.")]
    handovers: Annotated[int | None, Meta(description="How often a month a seat may go to somebody else.")]


class Plans(msgspec.Struct, frozen=True):
    """The network's offers first, then those of operators. There is never a further page."""

    items: list[PlanShape]
    next: None = None
    for_teams: Annotated[list[TeamOfferShape], Meta(description="What no person can buy, only a team.")] = []


@get(
    "/api/v1/plans",
    operation_id="list_plans",
    response_description="What is on sale.",
    summary="List plans and passes",
    description="What can be bought now, with its price, what it includes, where it holds, and who sells it. A network "
    "that is free of charge answers an empty list.",
    tags=["plans"],
    responses=refusals(),
)
async def list_plans(visitor: NamedDependency[Visitor], settings: NamedDependency[Settings]) -> Plans:
    offers = await offers_on_sale(visitor.now)
    taxes = await taxes_on(local_day(visitor.now, _ZONE))
    spaces = await published_spaces(visitor.now)
    operators = {space.operator.id: space.operator.name for space in spaces}
    slugs = {space.id: space.slug for space in spaces}
    return Plans(
        [
            _plan(offer, taxes, _valid_at(offer.terms.scope, operators, slugs), visitor.language, settings.address)
            for offer in offers
        ],
        for_teams=[
            _for_team(offer, taxes, _valid_at(offer.terms.scope, operators, slugs), visitor.language, settings.address)
            for offer in await team_offers_on_sale(visitor.now)
        ],
    )


def _for_team(offer: Offer, taxes: Taxes, valid_at: ValidAtShape, language: str, address: str) -> TeamOfferShape:
    terms = offer.terms
    assert terms.for_teams is not None, "it is sold to teams"

    def tier(one: Tier) -> TierShape:
        net = taxes.net(Money(one.price, terms.currency), offer.seller, terms.tax_code)
        gross = MoneyShape(one.price, terms.currency)
        return TierShape(one.quantity, gross, MoneyShape(net.amount, net.currency))

    shape = msgspec.structs.replace(_plan(offer, taxes, valid_at, language, address), url=f"{address}/team")
    handovers = terms.handovers if isinstance(terms, PlanTerms) and terms.for_teams is TeamUse.SEAT else None
    return TeamOfferShape(terms.for_teams, shape, [tier(one) for one in terms.tiers], handovers)


def _valid_at(scope: ScopeShape, operators: dict[int, str], slugs: dict[int, str]) -> ValidAtShape:
    return ValidAtShape(
        [operators[key] for key in scope.operators if key in operators],
        [slugs[key] for key in scope.spaces if key in slugs],
        [day + 1 for day in scope.weekdays],
        None if scope.opens is None else _clock(scope.opens),
        None if scope.closes is None else _clock(scope.closes),
    )


def _plan(offer: Offer, taxes: Taxes, valid_at: ValidAtShape, language: str, address: str) -> PlanShape:
    terms = offer.terms
    plan = terms if isinstance(terms, PlanTerms) else None
    card = terms if isinstance(terms, PassTerms) else None
    gross = Money(terms.price, terms.currency)

    def money(amount: int) -> MoneyShape:
        return MoneyShape(amount, terms.currency)

    net = taxes.net(gross, offer.seller, terms.tax_code)
    return PlanShape(
        id=offer.public_id,
        kind="plan" if plan else "pass",
        name=name_of(terms, language),
        about=about_of(terms, language),
        seller=SellerShape("network" if offer.seller is None else "operator", offer.seller_name),
        audiences=list(terms.audiences),
        price=money(gross.amount),
        price_net=MoneyShape(net.amount, net.currency),
        tax=taxes.said(offer.seller, terms.tax_code),
        concessions=[ClassPriceShape(each, money(price)) for each, price in terms.concessions.items()],
        billed=plan.billed.value if plan else "once",
        valid_at=valid_at,
        desk_days=_desk_days(terms),
        room_hours=plan.room_hours if plan else card.amount if card and card.unit == "room_minute" else 0,
        money=money(card.amount) if card and card.unit == "money" else None,
        half_days=terms.half_days,
        fixed_desk=plan.fixed_desk if plan else False,
        round_the_clock=plan.round_the_clock if plan else False,
        rolls_over_months=plan.rolls_over_months if plan else 0,
        extras=[
            ExtraShape(extra.name_en if language == "en" else extra.name_de, money(extra.price))
            for extra in (plan.extras if plan else ())
        ],
        beyond_desk=_beyond(plan, "desk_day"),
        beyond_room=_beyond(plan, "room_minute"),
        setup=money(plan.setup if plan else 0),
        deposit=money(plan.deposit if plan else 0),
        first_term_months=plan.first_term_months if plan else None,
        notice_days=plan.notice_days if plan else None,
        valid_months=card.valid_months if card else None,
        valid_days=card.valid_days if card else None,
        is_trial=card.is_trial if card else False,
        url=f"{address}/beitreten/{offer.public_id}",
    )


def _desk_days(terms: PlanTerms | PassTerms) -> int | None:
    if isinstance(terms, PlanTerms):
        return None if terms.unlimited_desks else terms.desk_days
    return terms.amount if terms.unit == "desk_day" else 0


def _beyond(plan: PlanTerms | None, unit: str) -> BeyondShape | None:
    overage: Overage | None = next((one for key, one in plan.overage.items() if key == unit), None) if plan else None
    if plan is None or overage is None:
        return None
    day, half, hour = (
        None if amount is None else MoneyShape(amount, plan.currency)
        for amount in (overage.day, overage.half_day, overage.hour)
    )
    return BeyondShape(day, half, hour)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


HANDLERS = [list_plans]
