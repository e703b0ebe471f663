"""Desks, rooms, booths and parking places read in from a file, known again by space, kind and name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.resource_names import usable_resource_name
from app.inventory.resource_setting import (
    MOST_PEOPLE,
    CapacityOutOfReach,
    KeptResource,
    ResourceFacts,
    change_resource,
    enter_resources,
    kept_resources,
)
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, marked, phrase
from app.kernel.wall_time import local_day
from app.network.grouping import demand_operator
from app.network.importing import (
    ImportChanged,
    ImportPlan,
    Outcome,
    PlannedRow,
    RowTwice,
    SpaceMissing,
    draft_of,
    drop_draft,
    lock_operator,
    no_formula,
    planned,
    space_in,
    spaces_of,
)
from app.network.queries import OperatorCard, SpaceCard
from app.platform.csv_tables import TableRow, read_table, whole_number
from app.platform.database import retried, transaction

COLUMNS: Final = {
    "name": ("name", "bezeichnung"),
    "kind": ("art", "kind", "type"),
    "capacity": ("personen", "people", "capacity"),
    "space": ("standort", "space"),
}
TEMPLATE: Final = [["name", "art", "personen", "standort"]]
_KINDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.DESK: ("schreibtisch", "tisch", "platz", "desk"),
    Kind.ROOM: ("raum", "room", "meeting room"),
    Kind.BOOTH: ("kabine", "telefonkabine", "booth"),
    Kind.PARKING: ("parkplatz", "stellplatz", "parking", "parking place"),
}


class ImportKindUnknown(BadInput):
    code = "import_kind_unknown"
    text = marked("Art: bitte Schreibtisch, Raum, Kabine oder Parkplatz.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row that can be read in: a resource that is there, or a new one; `capacity` is 0 where nothing is said."""

    space: SpaceCard
    kind: Kind
    name: str
    capacity: int
    there: KeptResource | None


async def plan_resources(actor: Actor, operator: OperatorCard, public_id: str, now: datetime) -> ImportPlan:
    """What reading the file in would do, row by row, and changes nothing. Raises NotFound, what `read_table` raises."""
    demand_operator(actor, operator.id)
    return (await _planned(actor, operator, public_id, now))[0]


async def _planned(
    actor: Actor, operator: OperatorCard, public_id: str, now: datetime
) -> tuple[ImportPlan, list[_Wanted]]:
    draft = await draft_of(operator.id, public_id, now)
    table = read_table(draft.content, COLUMNS, ["name", "kind"], draft.what)
    spaces = await spaces_of(actor, operator)
    there = {
        (space.id, kept.facts.kind, kept.facts.name.casefold()): kept
        for space in spaces
        for kept in await kept_resources(space.id)
        if kept.retired_at is None
    }
    seen: dict[tuple[int, Kind, str], int] = {}

    def read(row: TableRow) -> _Wanted:
        wanted = _wanted(row, space_in(row.cells.get("space", ""), spaces), there)
        key = (wanted.space.id, wanted.kind, wanted.name.casefold())
        if seen.setdefault(key, row.line) != row.line:
            raise RowTwice(line=seen[key])
        return wanted

    return planned(table, read, _outcome)


def _wanted(row: TableRow, space: SpaceCard | None, there: Mapping[tuple[int, Kind, str], KeptResource]) -> _Wanted:
    if space is None:
        raise SpaceMissing
    name = no_formula(usable_resource_name(row.cells.get("name", "")))
    said = row.cells.get("kind", "").casefold()
    kind = next((kind for kind, words in _KINDS.items() if said in words), None)
    if kind is None:
        raise ImportKindUnknown
    people = row.cells.get("capacity", "")
    capacity = whole_number(people, 1, MOST_PEOPLE)
    if people and capacity is None:
        raise CapacityOutOfReach(most=MOST_PEOPLE)
    return _Wanted(space, kind, name, capacity or 0, there.get((space.id, kind, name.casefold())))


def _outcome(row: TableRow, wanted: _Wanted) -> PlannedRow:
    line = row.line
    if wanted.there is None:
        return PlannedRow(line, wanted.name, Outcome.NEW)
    before = wanted.there.facts.capacity
    if wanted.capacity in (0, before):
        return PlannedRow(line, wanted.name, Outcome.SAME)
    said = phrase(marked("Personen: {before} wird {after}"), before=before, after=wanted.capacity)
    return PlannedRow(line, wanted.name, Outcome.CHANGED, said)


@retried
async def import_resources(
    actor: Actor, operator: OperatorCard, public_id: str, shown_state: str, now: datetime
) -> ImportPlan:
    """Does what the plan with the state `shown_state` said, all of it or nothing; then the file is gone.

    Raises what `plan_resources` raises, and ImportChanged.
    """
    demand_operator(actor, operator.id)
    async with transaction():
        await lock_operator(operator.id)
        plan, found = await _planned(actor, operator, public_id, now)
        if plan.state != shown_state:
            raise ImportChanged
        fresh: dict[str, tuple[SpaceCard, list[ResourceFacts]]] = {}
        for wanted in found:
            if wanted.there is None:
                facts = ResourceFacts(wanted.kind, wanted.name, wanted.capacity or 1)
                fresh.setdefault(wanted.space.slug, (wanted.space, []))[1].append(facts)
                continue
            facts = replace(wanted.there.facts, capacity=wanted.capacity)
            today = local_day(now, ZoneInfo(wanted.space.time_zone))
            kept = wanted.there
            await change_resource(actor, wanted.space, kept.public_id, facts, kept.version, today, now)
        for space, several in fresh.values():
            await enter_resources(actor, space, several, now)
        counts = {outcome.value: plan.count(outcome) for outcome in Outcome}
        await record("operator.resources_imported", "operator", operator.id, actor, now, **counts)
        await drop_draft(actor, operator, public_id)
    return plan
