"""GET /api/v1/me/entitlements: what is left to spend."""

from datetime import date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.problem_shapes import refusals
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.wall_time import local_day
from app.network.queries import the_network
from app.plans.holdings import Account, accounts_of, places_of
from app.plans.provided import provided_to
from app.plans.rules import Source
from app.plans.uses import HALVES_OF_A_DAY, Unit

_ZONE: Final = ZoneInfo("Europe/Berlin")


class Place(msgspec.Struct, frozen=True):
    """An operator or a space, by its slug."""

    slug: str
    name: str


class ValidAt(msgspec.Struct, frozen=True):
    """Where and when it pays. Without operators and spaces it holds in the whole network."""

    operators: list[Place]
    spaces: list[Place]
    weekdays: Annotated[list[int], Meta(description="Monday is 1; empty: every day.")]
    opens: Annotated[int | None, Meta(description="From this minute of the day on.")]
    closes: Annotated[int | None, Meta(description="Until this minute of the day.")]


class EntitlementShape(msgspec.Struct, frozen=True):
    """An account that the person can spend today."""

    id: str
    kind: Annotated[Unit, Meta(description="`desk_day` counts days, `room_minute` minutes, `money` minor units.")]
    label: str
    left: Annotated[
        float | None,
        Meta(description="null: without limit. Of what a team provides: the person's own rest within the limits."),
    ]
    held: Annotated[float, Meta(description="Held for bookings that are still to come; not in `left`.")]
    starts_on: date
    ends_on: date | None
    source: Source
    half_days: bool
    valid_at: ValidAt


class Entitlements(msgspec.Struct, frozen=True):
    """What is left: what teams provide, then the own in the order in which it ends."""

    entitlements: list[EntitlementShape]


@get(
    "/api/v1/me/entitlements",
    operation_id="list_entitlements",
    response_description="The accounts.",
    summary="What I have left to spend",
    description="The accounts that hold today: days, minutes and money, with what is left, held, and where it is valid."
    " Empty where nothing costs anything.",
    tags=["me"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403),
)
async def list_entitlements(visitor: NamedDependency[Visitor]) -> Entitlements:
    network = await the_network()
    if network is None or not network.charges:
        return Entitlements([])
    today = local_day(visitor.now, _ZONE)
    person = visitor.signed_in.person
    provided = [one.account for one in await provided_to(person, today)]
    found = [*provided, *(one for one in await accounts_of(person, today) if one.holds_on(today))]
    operators, spaces = await places_of(one.scope for one in found)
    return Entitlements(
        [
            EntitlementShape(
                one.public_id,
                one.unit,
                one.label[visitor.language],
                None if one.left is None else _amount(one, one.left),
                _amount(one, one.held),
                one.starts_on,
                one.ends_on,
                one.source,
                one.half_days,
                ValidAt(
                    [Place(operators[key].slug or "", operators[key].name) for key in one.scope.operators],
                    [Place(spaces[key].slug or "", spaces[key].name) for key in one.scope.spaces],
                    [day + 1 for day in one.scope.weekdays],
                    one.scope.opens,
                    one.scope.closes,
                ),
            )
            for one in found
        ]
    )


def _amount(account: Account, units: int) -> float:
    """Whole days as whole numbers, halves as such."""
    if account.unit is not Unit.DESK_DAY:
        return units
    days, half = divmod(units, HALVES_OF_A_DAY)
    return units / HALVES_OF_A_DAY if half else days


HANDLERS = [list_entitlements]
