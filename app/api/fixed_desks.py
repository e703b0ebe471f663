"""Own fixed desks: which days are the holder's, leaving days to others, taking them back."""

from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.blockers import Day, day_of
from app.api.parameters import IdInPath, known_id
from app.api.problem_shapes import refusals
from app.api.shapes import MoneyShape
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.fixed_desks import days_taken, release_days, take_back
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.queries import the_network
from app.plans.fixed_desks import FixedDesk, desks_of_person, released_days

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MOST_DAYS: Final = 400


class FixedPlaceShape(msgspec.Struct, frozen=True):
    """The desk or its space: `id` of a resource, slug of a space."""

    id: str
    name: str


class ReleasedDayShape(msgspec.Struct, frozen=True):
    """A day from today on that is left to others."""

    day: date
    is_booked: Annotated[bool, Meta(description="Somebody has booked it, so that it cannot be taken back.")]


class FixedDeskShape(msgspec.Struct, frozen=True):
    """A desk that is kept free for the person each day, without booking."""

    id: str
    resource: FixedPlaceShape
    space: FixedPlaceShape
    first_day: date
    last_day: Annotated[date | None, Meta(description="null: as long as the membership goes on as it is.")]
    is_held_today: Annotated[bool, Meta(description="Neither released nor at rest today, and begun.")]
    released: list[ReleasedDayShape]
    release_credit: Annotated[
        MoneyShape | None, Meta(description="What a released day brings that somebody has booked; null: nothing.")
    ]


class FixedDesks(msgspec.Struct, frozen=True):
    """Own fixed desks that are not over, in the order of their first days."""

    items: list[FixedDeskShape]


class ReleaseWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The days that are left to others; those on which the desk is not held are passed over."""

    days: Annotated[list[Day], Meta(min_length=1, max_length=_MOST_DAYS)]


@get(
    "/api/v1/me/fixed-desks",
    operation_id="list_fixed_desks",
    response_description="The desks.",
    summary="My fixed desks",
    description="Desks that the person's memberships hold day by day. Empty where nothing costs anything.",
    tags=["me"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403),
)
async def list_fixed_desks(visitor: NamedDependency[Visitor]) -> FixedDesks:
    return FixedDesks([await _shape(desk, visitor) for desk in await _own(visitor)])


@post(
    "/api/v1/me/fixed-desks/{fixed_desk_id:str}/released-days",
    operation_id="release_days",
    response_description="The desk with its released days.",
    summary="Leave my desk to others on some days",
    description="Others can book it then. What a day brings is credited when it is over, if somebody has booked it. "
    "`day_not_releasable` where the desk is held on none of these days.",
    tags=["me"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[ReleaseWanted],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, body=True),
)
async def release(
    visitor: NamedDependency[Visitor], fixed_desk_id: IdInPath, data: RequestBody[ReleaseWanted]
) -> FixedDeskShape:
    desk = await _own_one(fixed_desk_id, visitor)
    await release_days(visitor.signed_in, desk.public_id, [day_of("days", text) for text in data.days], visitor.now)
    return await _shape(await _own_one(fixed_desk_id, visitor), visitor)


@delete(
    "/api/v1/me/fixed-desks/{fixed_desk_id:str}/released-days/{day:str}",
    operation_id="take_back_day",
    response_description="The day is the holder's again.",
    summary="Take a released day back",
    description="As long as nobody has booked it: 409 `released_day_booked` otherwise. Twice does nothing more.",
    tags=["me"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409, 422),
)
async def take_day_back(
    visitor: NamedDependency[Visitor],
    fixed_desk_id: IdInPath,
    day: Annotated[str, PathParameter(description="YYYY-MM-DD.")],
) -> None:
    desk = await _own_one(fixed_desk_id, visitor)
    await take_back(visitor.signed_in, desk.public_id, day_of("day", day), visitor.now)


async def _own(visitor: Visitor) -> list[FixedDesk]:
    network = await the_network()
    if network is None or not network.charges:
        return []
    desks = await desks_of_person(visitor.signed_in.person, local_day(visitor.now, _ZONE))
    return [desk for desk in desks if desk.goes_on(local_day(visitor.now, desk.zone))]


async def _own_one(fixed_desk_id: str, visitor: Visitor) -> FixedDesk:
    wanted = known_id(fixed_desk_id)
    desk = next((each for each in await _own(visitor) if each.public_id == wanted), None)
    if desk is None:
        raise NotFound
    return desk


async def _shape(desk: FixedDesk, visitor: Visitor) -> FixedDeskShape:
    today = local_day(visitor.now, desk.zone)
    days = [each.day for each in await released_days(desk.id, today)]
    taken = await days_taken(desk, days, visitor.now)
    terms = desk.terms_on(today) or desk.membership.latest
    return FixedDeskShape(
        desk.public_id,
        FixedPlaceShape(desk.resource_public_id, desk.name),
        FixedPlaceShape(desk.space_slug, desk.space_name),
        desk.days.first,
        desk.last_day,
        desk.is_held_on(today),
        [ReleasedDayShape(day, day in taken) for day in days],
        MoneyShape(terms.release_credit, terms.currency) if terms.release_credit else None,
    )


HANDLERS = [list_fixed_desks, release, take_day_back]
