"""Desks, rooms, booths and parking places as the space's manager keeps them. Taking one out of use is in bookings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.identity.audit import record, record_each
from app.identity.rules import Actor
from app.inventory.blockers import cover_by_blockers
from app.inventory.operations import BOOKING
from app.inventory.resource_names import next_name, usable_resource_name
from app.inventory.rule_setting import obey
from app.inventory.rules import FEATURES, Kind
from app.inventory.standing_claims import FIXED_DESK
from app.kernel.refusals import BadInput, Conflict, NotFound, Refusal, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard, measures_of
from app.network.rules import Measures
from app.network.space_setting import FeatureUnknown, wrong_measures
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

MOST_PEOPLE: Final = 1000
NOT_MEASURED: Final = Measures()


class CapacityOutOfReach(BadInput):
    code = "capacity_out_of_reach"
    text = marked("Möglich sind 1 bis {most} Personen.")


class ResourceNameTaken(Conflict):
    """Two desks of one name could not be told apart."""

    code = "resource_name_taken"
    text = marked("{name} gibt es hier schon.")


class ResourceChangedMeanwhile(Conflict):
    code = "resource_changed_meanwhile"
    text = marked(
        "Diesen Platz hat inzwischen jemand geändert. Unten steht, was jetzt gilt und was Sie eingetragen haben."
    )


class KindWhileBooked(Conflict):
    """Who has booked a desk would find a room."""

    code = "kind_while_booked"
    text = marked("Die Art lässt sich ändern, sobald keine Buchung mehr ansteht.")


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What is said of a resource."""

    kind: Kind
    name: str
    capacity: int = 1
    features: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    measures: Measures = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class KeptResource:
    """A resource as its manager sees it, in use or not; `floor` is the name of the floor it is drawn on."""

    id: int
    public_id: str
    facts: ResourceFacts
    version: int
    floor: str | None
    photos: int
    retired_at: datetime | None


async def kept_resources(space: int) -> list[KeptResource]:
    """All that the space has or ever had, equipment aside: in use first, by kind and in their order."""
    rows = await fetch(f"{_KEPT} WHERE r.space = $1 AND r.kind <> 'equipment' {_IN_ORDER}", space)
    return [_kept(row) for row in rows]


async def kept_resource(space: int, public_id: str) -> KeptResource:
    """One of them. Raises NotFound."""
    row = await fetch_row(
        f"{_KEPT} WHERE r.space = $1 AND r.public_id = $2 AND r.kind <> 'equipment'", space, public_id
    )
    if row is None:
        raise NotFound
    return _kept(row)


_KEPT: Final = """
    SELECT r.*, CASE WHEN p.id IS NOT NULL THEN p.name END AS floor,
           (SELECT count(*) FROM resource_photo f WHERE f.resource = r.id) AS photos
      FROM resource r LEFT JOIN floor_plan p ON p.id = r.floor_plan
"""
_IN_ORDER: Final = (
    "ORDER BY r.retired_at IS NOT NULL, array_position(ARRAY['desk', 'room', 'booth', 'parking'], r.kind),"
    " r.position, r.id"
)


def _kept(row: Mapping[str, Any]) -> KeptResource:
    facts = ResourceFacts(
        Kind(row["kind"]),
        row["name"],
        row["capacity"],
        frozenset(row["features"]),
        frozenset(row["lacking"]),
        measures_of(row),
    )
    return KeptResource(
        row["id"], row["public_id"], facts, row["version"], row["floor"], row["photos"], row["retired_at"]
    )


def wrong_with(facts: ResourceFacts, today: date) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    refused = wrong_measures(facts.measures, today)
    if not (facts.features | facts.lacking) <= FEATURES.keys() or facts.features & facts.lacking:
        refused.append(FeatureUnknown(field="features"))
    if not 1 <= facts.capacity <= MOST_PEOPLE:
        refused.append(CapacityOutOfReach(field="capacity", most=MOST_PEOPLE))
    try:
        usable_resource_name(facts.name)
    except Refusal as refusal:
        refused.append(refusal)
    return refused


async def add_resource(actor: Actor, space: SpaceCard, facts: ResourceFacts, today: date, now: datetime) -> str:
    """A new resource, bookable at once; its public id.

    Raises NotFound, the first of `wrong_with`, ResourceNameTaken.
    """
    demand_managed(actor, space)
    for refusal in wrong_with(facts, today):
        raise refusal
    async with transaction():
        [made] = await enter_resources(actor, space, [facts], now)
    return made


async def add_many(
    actor: Actor, space: SpaceCard, names: Sequence[str], like: ResourceFacts, today: date, now: datetime
) -> list[str]:
    """A resource of each name, all alike; their public ids. Names that are there already are passed over.

    Raises NotFound and the first of `wrong_with`.
    """
    demand_managed(actor, space)
    for refusal in wrong_with(like, today):
        raise refusal
    async with transaction():
        await _lock(space)
        taken = await names_taken(space.id, like.kind)
        fresh = [name for name in names if name.casefold() not in taken]
        return await enter_resources(actor, space, [_named(like, name) for name in fresh], now)


def _named(facts: ResourceFacts, name: str) -> ResourceFacts:
    return ResourceFacts(facts.kind, name, facts.capacity, facts.features, facts.lacking, facts.measures)


async def names_taken(space: int, kind: Kind) -> Mapping[str, str]:
    """The names of the kind's resources in use, by their small letters."""
    rows = await fetch("SELECT name FROM resource WHERE space = $1 AND kind = $2 AND retired_at IS NULL", space, kind)
    return {row["name"].casefold(): row["name"] for row in rows}


async def enter_resources(actor: Actor, space: SpaceCard, wanted: Sequence[ResourceFacts], now: datetime) -> list[str]:
    """Writes these behind the others, held by what is blocked ahead; their public ids. Call it in a transaction.

    Who may do so is for the caller to know. Raises ResourceNameTaken.
    """
    await _lock(space)
    made: dict[str, int] = {}
    for facts in wanted:
        name = usable_resource_name(facts.name)
        await _demand_free_name(space.id, facts.kind, name)
        public_id = new_public_id()
        made[public_id] = await fetch_value(
            "INSERT INTO resource (public_id, space, kind, name, capacity, features, lacking, internet_mbit,"
            " internet_measured_on, door_width_cm, threshold_cm, position)"
            " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce(max(position), -1) + 1"
            " FROM resource WHERE space = $2 RETURNING id",
            public_id,
            space.id,
            facts.kind,
            name,
            *_values(facts),
        )
    for kind in {facts.kind for facts in wanted}:
        await obey(space.id, kind)
    await cover_by_blockers(space.id, list(made.values()), ZoneInfo(space.time_zone), now)
    await record_each("resource.added", "resource", list(made.values()), actor, now)
    await emit("space.resources_changed", "space", space.id, now)
    return list(made)


async def change_resource(
    actor: Actor, space: SpaceCard, public_id: str, facts: ResourceFacts, version: int, today: date, now: datetime
) -> None:
    """From now on this is said of the resource; what is booked stays.

    Raises NotFound, the first of `wrong_with`, ResourceNameTaken, KindWhileBooked, and ResourceChangedMeanwhile where
    it has another version.
    """
    demand_managed(actor, space)
    async with transaction():
        await _lock(space)
        before = await kept_resource(space.id, public_id)
        if before.retired_at is not None:
            raise NotFound
        if before.version != version:
            raise ResourceChangedMeanwhile
        for refusal in wrong_with(facts, today):
            raise refusal
        name = usable_resource_name(facts.name)
        is_other_kind = facts.kind is not before.facts.kind
        if is_other_kind or name.casefold() != before.facts.name.casefold():
            await _demand_free_name(space.id, facts.kind, name)
        if is_other_kind and await _is_booked_ahead(before.id, now):
            raise KindWhileBooked(field="kind")
        await execute(
            "UPDATE resource SET kind = $2, name = $3, capacity = $4, features = $5, lacking = $6, internet_mbit = $7,"
            " internet_measured_on = $8, door_width_cm = $9, threshold_cm = $10, version = version + 1 WHERE id = $1",
            before.id,
            facts.kind,
            name,
            *_values(facts),
        )
        if is_other_kind:
            await obey(space.id, facts.kind)
        await record("resource.changed", "resource", before.id, actor, now, before=before.facts.name, after=name)
        await emit("space.resources_changed", "space", space.id, now)


async def copy_resource(actor: Actor, space: SpaceCard, public_id: str, today: date, now: datetime) -> str:
    """Another one like it under the next free name, without parts and pictures; its public id. Raises NotFound."""
    demand_managed(actor, space)
    async with transaction():
        await _lock(space)
        like = (await kept_resource(space.id, public_id)).facts
        name = next_name(like.name, list(await names_taken(space.id, like.kind)))
        return await add_resource(actor, space, _named(like, name), today, now)


async def order_resource(actor: Actor, space: SpaceCard, public_id: str, *, up: bool, now: datetime) -> None:
    """Changes places with its neighbour of its kind and floor; the first and the last stay. Raises NotFound."""
    demand_managed(actor, space)
    async with transaction():
        await _lock(space)
        moved = await kept_resource(space.id, public_id)
        alike = [
            each
            for each in await kept_resources(space.id)
            if each.facts.kind is moved.facts.kind and each.retired_at is None
        ]
        if moved.id not in {each.id for each in alike}:
            raise NotFound
        beside = [each for each in alike if each.floor == moved.floor]
        keys = [each.id for each in alike]
        there = beside.index(moved) + (-1 if up else 1)
        if 0 <= there < len(beside):
            one, other = keys.index(moved.id), keys.index(beside[there].id)
            keys[one], keys[other] = keys[other], keys[one]
        await execute(
            "UPDATE resource r SET position = o.n FROM unnest($1::bigint[]) WITH ORDINALITY AS o (id, n)"
            " WHERE r.id = o.id",
            keys,
        )
        await record("resource.ordered", "resource", moved.id, actor, now)
        await emit("space.resources_changed", "space", space.id, now)


async def bring_back(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """What was taken out of use can be booked again, with what of its parts is still there.

    Raises NotFound, and ResourceNameTaken where its name has been given to another one.
    """
    demand_managed(actor, space)
    async with transaction():
        await _lock(space)
        gone = await kept_resource(space.id, public_id)
        if gone.retired_at is None:
            raise NotFound
        await _demand_free_name(space.id, gone.facts.kind, gone.facts.name)
        await execute(
            "UPDATE resource r SET retired_at = NULL, version = version + 1,"
            " direct_parts = ARRAY(SELECT id FROM resource WHERE id = ANY(r.direct_parts) AND retired_at IS NULL),"
            " parts = ARRAY(SELECT id FROM resource WHERE id = ANY(r.parts) AND retired_at IS NULL) WHERE id = $1",
            gone.id,
        )
        await obey(space.id, gone.facts.kind)
        await cover_by_blockers(space.id, [gone.id], ZoneInfo(space.time_zone), now)
        await record("resource.brought_back", "resource", gone.id, actor, now)
        await emit("space.resources_changed", "space", space.id, now)


async def _lock(space: SpaceCard) -> None:
    """Until the transaction ends nobody else names resources of the space."""
    await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)


async def _demand_free_name(space: int, kind: Kind, name: str) -> None:
    if name.casefold() in await names_taken(space, kind):
        raise ResourceNameTaken(field="name", name=name)


async def _is_booked_ahead(resource: int, now: datetime) -> bool:
    found = await fetch_value(
        "SELECT 1 FROM claim WHERE resource = $1 AND reason = ANY($2) AND ends_at > $3 LIMIT 1",
        resource,
        [BOOKING, FIXED_DESK],
        now,
    )
    return found is not None


def _values(facts: ResourceFacts) -> list[object]:
    measures = facts.measures
    return [
        facts.capacity,
        [name for name in FEATURES if name in facts.features],
        [name for name in FEATURES if name in facts.lacking],
        measures.internet_mbit,
        measures.internet_measured_on,
        measures.door_width_cm,
        measures.threshold_cm,
    ]
