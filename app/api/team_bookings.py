"""Booking for others of a team: what is free and what it costs at most, booking, seeing it again, giving it back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.blockers import Day, day_of
from app.api.booking_bodies import AgreedPrice
from app.api.idempotent_writes import written
from app.api.parameters import IdempotencyKey, known_id, known_slug
from app.api.problem_shapes import refusals
from app.api.shapes import Moment, MoneyShape, money
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.api.teams import TeamInPath, only_who_books_for_the_team, team_booked_for
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_acts import ActCard, act_of, acts_of, call_off_act
from app.bookings.team_booking import (
    MOST_PEOPLE,
    BookForTeam,
    FreeThere,
    NobodyChosen,
    book_for_team,
    dearest_of,
    what_is_free,
)
from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import space_by_slug
from app.teams.queries import MemberCard, TeamCard, members_of

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MOST_SPACES: Final = 2

Part = Literal["whole_day", "morning", "afternoon"]
_PARTS: Final[dict[Part, DayPart]] = {
    "whole_day": DayPart.WHOLE_DAY,
    "morning": DayPart.MORNING,
    "afternoon": DayPart.AFTERNOON,
}
_FIELDS: Final = {"personen": "members", "tag": "day", "starts_at": "day", "standort": "spaces"}
"""How the fields of the page are named here."""

ActInPath = Annotated[str, PathParameter(description="The act's id.")]


class NotInTeam(BadInput):
    """One of the ids is no place in this team, or none any more."""

    code = "not_in_team"
    text = marked("Niemand im Team hat die Kennung „{member}“.")


class TeamBookingWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Desks for several people of the team, in one act."""

    members: Annotated[
        list[Annotated[str, Meta(max_length=100)]],
        Meta(max_length=MOST_PEOPLE, description="Ids of places in the team, as `GET /api/v1/team/{team}` has them."),
    ]
    day: Day
    spaces: Annotated[
        list[Annotated[str, Meta(max_length=100)]],
        Meta(
            min_length=1,
            max_length=_MOST_SPACES,
            description="Names of spaces in their addresses: where the desks shall be, and where else for whom none is "
            "left there.",
        ),
    ]
    part: Annotated[Part, Meta(description="As long as the space is open in it.")] = "whole_day"
    all_or_nothing: Annotated[
        bool, Meta(description="Book nothing where not everybody gets a desk: 409 `not_for_all`.")
    ] = False
    agreed_price: AgreedPrice | None = None

    def wanted(self) -> Wanted:
        """Raises TimeUnreadable."""
        return Wanted(day_of("day", self.day), _PARTS[self.part])

    async def slugs(self, visitor: Visitor) -> Sequence[str]:
        """The spaces. Raises NotFound for one that is none."""
        for slug in self.spaces:
            if await space_by_slug(known_slug(slug), visitor.now) is None:
                raise NotFound
        return self.spaces

    async def people(self, team: TeamCard) -> Sequence[MemberCard]:
        """Raises NobodyChosen, NotInTeam."""
        if not self.members:
            raise NobodyChosen(field="members")
        places = {member.public_id: member for member in await members_of(team.id)}
        for member in self.members:
            if member not in places:
                raise NotInTeam(field="members", member=member)
        return [places[member] for member in sorted(set(self.members), key=list(places).index)]


class FreeThereShape(msgspec.Struct, frozen=True):
    """What one of the spaces has then."""

    space: str
    starts_at: Moment
    ends_at: Moment
    free: int
    price: Annotated[
        MoneyShape | None,
        Meta(description="What one desk costs at most where nothing that the team has pays; null: it has no price."),
    ]


class TeamQuoteShape(msgspec.Struct, frozen=True):
    """What would be free, for how many it would do, and what a desk costs at most."""

    spaces: list[FreeThereShape]
    wanted: int
    possible: Annotated[int, Meta(description="By desks alone; whether the team can pay is said when it is booked.")]
    dearest: Annotated[MoneyShape | None, Meta(description="To be sent as `agreed_price`; null: nothing costs money.")]


class BookedForShape(msgspec.Struct, frozen=True):
    """Who got a desk, as it was booked; what became of it since then is the person's own affair."""

    member_id: Annotated[str | None, Meta(description="null: not in the team any more.")]
    name: str
    space: str


class NotBookedForShape(msgspec.Struct, frozen=True):
    """Who got none, and why."""

    member_id: str | None
    name: Annotated[str | None, Meta(description="null where the act `is_unnamed`.")]
    reason: Annotated[
        str,
        Meta(
            description="`no_desk`: none was left; `no_money`: nothing that the team has pays; `not_there`: not "
            "possible for this person at this space."
        ),
    ]


class ActShape(msgspec.Struct, frozen=True):
    """What was booked in one act; only who booked it sees it."""

    id: str
    day: date
    count: Annotated[int, Meta(description="Desks that were booked.")]
    is_unnamed: Annotated[bool, Meta(description="Booked for who said yes to a team day: nobody is named.")]
    booked: Annotated[list[BookedForShape], Meta(description="Empty where it `is_unnamed`.")]
    rest: list[NotBookedForShape]
    made_at: Moment
    call_off_until: Annotated[Moment, Meta(description="Until then all of it can be given back, and costs nothing.")]
    called_off_at: Moment | None


class Acts(msgspec.Struct, frozen=True):
    """What one has booked for others of the team, from today on, by day."""

    items: list[ActShape]


@post(
    "/api/v1/team/{team:str}/quotes",
    operation_id="make_team_quote",
    response_description="What is free, and what it costs.",
    summary="Ask what booking for others would be",
    description="Changes nothing. It does not depend on what any of the people has booked.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    dto=StrictJson[TeamBookingWanted],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make_team_quote(
    *, visitor: NamedDependency[Visitor], team: TeamInPath, data: RequestBody[TeamBookingWanted]
) -> TeamQuoteShape:
    found = await team_booked_for(team, visitor)
    wanted, people, spaces = data.wanted(), await data.people(found), await data.slugs(visitor)
    with _named_as_here():
        free = await what_is_free(found, spaces, wanted, visitor.now)
    dearest = dearest_of(free)
    return TeamQuoteShape(
        [_free_there(one) for one in free],
        len(people),
        min(len(people), sum(one.desks for one in free)),
        None if dearest is None else money(dearest),
    )


@post(
    "/api/v1/team/{team:str}/bookings",
    operation_id="book_for_team",
    response_description="For whom it was possible, and for whom not.",
    summary="Book for others of a team",
    description="A desk for each of the people, side by side where the floor plan allows it: for all of them, or for "
    "as many as desks and the team's money allow, with the rest and why. What the people have booked themselves "
    "stays and makes no difference. Each gets a mail and can give the desk back, which is told to nobody.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    dto=StrictJson[TeamBookingWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def book_for_a_team(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    team: TeamInPath,
    data: RequestBody[TeamBookingWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[ActShape]:
    async def run() -> ActShape:
        found = await team_booked_for(team, visitor)
        wanted, people, spaces = data.wanted(), await data.people(found), await data.slugs(visitor)
        command = BookForTeam(people, spaces, wanted, data.all_or_nothing, agreed=data.agreed_price)
        with _named_as_here():
            act = await book_for_team(visitor.signed_in, found, command, visitor.now)
        return await _shown(visitor, found, act)

    return await written(request, visitor, idempotency_key, 201, run)


@get(
    "/api/v1/team/{team:str}/bookings",
    operation_id="list_team_bookings",
    response_description="The acts.",
    summary="What I have booked for others",
    description="From today on, by day; only one's own.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_team_bookings(visitor: NamedDependency[Visitor], team: TeamInPath) -> Acts:
    found = await team_booked_for(team, visitor)
    acts = await acts_of(visitor.signed_in.person, found.id, local_day(visitor.now, _ZONE))
    return Acts([_act(act) for act in acts])


@get(
    "/api/v1/team/{team:str}/bookings/{act:str}",
    operation_id="show_team_booking",
    response_description="The act.",
    summary="One act of booking for others",
    description="As it was booked; what became of a desk since then is not told.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_team_booking(visitor: NamedDependency[Visitor], team: TeamInPath, act: ActInPath) -> ActShape:
    return await _shown(visitor, await team_booked_for(team, visitor), known_id(act))


@post(
    "/api/v1/team/{team:str}/bookings/{act:str}/cancel",
    operation_id="cancel_team_booking",
    response_description="The act, called off.",
    summary="Give all of it back",
    description="Until `call_off_until`: everything that still stands is given back, and all that was paid comes back "
    "to the team. Later 409 with `too_late_to_call_off`, as for what was called off already.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def cancel_team_booking(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    team: TeamInPath,
    act: ActInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[ActShape]:
    async def run() -> ActShape:
        found = await team_booked_for(team, visitor)
        await call_off_act(visitor.signed_in, found, known_id(act), visitor.now)
        return await _shown(visitor, found, act)

    return await written(request, visitor, idempotency_key, 200, run)


async def _shown(visitor: Visitor, team: TeamCard, act: str) -> ActShape:
    return _act(await act_of(visitor.signed_in.person, team.id, act))


def _act(act: ActCard) -> ActShape:
    named = [] if act.is_unnamed else act.booked
    return ActShape(
        act.public_id,
        act.day,
        len(act.booked),
        act.is_unnamed,
        [BookedForShape(place.member, place.name, place.slug or "") for place in named],
        [NotBookedForShape(place.member, place.name or None, place.reason) for place in act.rest],
        act.made_at,
        act.call_off_until,
        act.called_off_at,
    )


def _free_there(one: FreeThere) -> FreeThereShape:
    price = money(one.price) if one.price is not None and one.is_paid else None
    return FreeThereShape(one.space.slug, one.period.starts_at, one.period.ends_at, one.desks, price)


@contextmanager
def _named_as_here() -> Iterator[None]:
    """Refusals name the fields of the body."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = _FIELDS.get(refusal.field or "", refusal.field)
        raise


HANDLERS = [make_team_quote, book_for_a_team, list_team_bookings, show_team_booking, cancel_team_booking]
