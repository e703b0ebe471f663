"""The plan of a house at this moment, as the kiosk shows it: what is free, what is taken, and nothing to press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.identity.authentication import Visitor
from app.inventory.floor_plans import Placement
from app.inventory.queries import FloorPlanCard, floor_plans_of, resources_of, taken_periods
from app.inventory.rules import Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.network.queries import SpaceCard

_STATES = {"free": marked("frei"), "taken": marked("belegt")}


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """A resource as parts/floor_plan.html draws it."""

    id: int
    kind: Kind
    label: str
    aria: str
    state: str
    placement: Placement | None
    detail: str = ""
    href: str | None = None
    fits: bool = False


async def plan_now(space: SpaceCard, visitor: Visitor) -> list[tuple[FloorPlanCard, Sequence[PlanPlace]]]:
    """Each floor with what stands there; floors on which nothing is drawn are left out."""
    plans = await floor_plans_of(space.id, visitor.language)
    resources = await resources_of(space.id)
    moment = Period(visitor.now, visitor.now + timedelta(minutes=1))
    taken = await taken_periods([resource.id for resource in resources], moment)
    say = visitor.speaker
    floors: list[tuple[FloorPlanCard, Sequence[PlanPlace]]] = []
    for plan in plans:
        places = []
        for number, resource in enumerate(resources):
            if resource.floor_plan != plan.id or resource.placement is None:
                continue
            state = "taken" if taken[resource.id] else "free"
            name = say.word(label(resource.kind, resource.name))
            aria = f"{name}, {say.gettext(_STATES[state])}"
            places.append(PlanPlace(number, resource.kind, resource.name, aria, state, resource.placement))
        if places:
            floors.append((plan, places))
    return floors
