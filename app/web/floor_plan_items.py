"""What stands in a floor plan while it is edited, as the plan that guests see draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.inventory.floor_plans import Placement
from app.inventory.floor_sheets import FloorSheet
from app.inventory.queries import ResourceCard
from app.inventory.rules import Kind, label
from app.platform.language import Speaker
from app.web.plan_words import Placed, whereabouts


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A resource in the plan, with the names that templates/parts/floor_plan.html knows."""

    id: int
    kind: Kind
    label: str
    name: str
    state: str
    placement: Placement
    where: str
    detail: str = ""
    href: str | None = None
    fits: bool = False

    @property
    def aria(self) -> str:
        return ", ".join(part for part in (self.name, self.where) if part)


def plan_items(sheet: FloorSheet, resources: Sequence[ResourceCard], say: Speaker, chosen: str = "") -> list[PlanItem]:
    """All that stands on the sheet, free, and the chosen one marked; with the words that guests read about each."""
    standing = [each for each in resources if each.public_id in sheet.places]
    placed = [
        Placed(label(each.kind, each.name), sheet.places[each.public_id], each.kind is Kind.DESK) for each in standing
    ]
    where = whereabouts(placed, sheet.drawing.in_language(say.language))
    return [
        PlanItem(
            number,
            each.kind,
            each.name,
            say.word(label(each.kind, each.name)),
            "yours" if each.public_id == chosen else "free",
            sheet.places[each.public_id],
            ", ".join(say.word(word) for word in words),
        )
        for number, (each, words) in enumerate(zip(standing, where, strict=True), 1)
    ]
