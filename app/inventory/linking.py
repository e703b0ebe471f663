"""What a resource consists of or brings along: a hall of its halves, a room of its projector.

Booking a resource holds its parts as well, so that a hall and its half exclude each other, and equipment is in one room
at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.blockers import cover_by_blockers
from app.inventory.operations import lock_resources
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

EQUIPMENT: Final = "equipment"
LONGEST_NAME: Final = 60
_AHEAD: Final = ("booking", "buffer", "hold", "offer")
"""Whose claims go along when parts are added or taken away."""


class PartOfItself(BadInput):
    code = "part_of_itself"
    text = marked("{name} kann nicht Teil von sich selbst sein, auch nicht über {through}.")


class PartTakenThen(Conflict):
    """Part and whole are booked by different people at the same time already."""

    code = "part_taken_then"
    text = marked(
        "{part} ist zu einer Zeit vergeben, zu der auch {whole} gebucht ist. Zuerst eines von beiden verlegen."
    )


class EquipmentInUse(Conflict):
    code = "equipment_in_use"
    text = marked("{name} gehört noch zu {wholes}. Bitte zuerst dort herausnehmen.")


class EquipmentNameUnusable(BadInput):
    code = "equipment_name_unusable"
    text = marked("Bitte einen Namen mit höchstens {longest} Zeichen angeben, den es hier noch nicht gibt.")


@dataclass(frozen=True, slots=True)
class LinkedResource:
    """A resource or a piece of equipment (then without a kind) with what it was said to consist of."""

    id: int
    public_id: str
    kind: Kind | None
    name: str
    direct_parts: tuple[int, ...]
    parts: tuple[int, ...]


async def linked_at(space: int) -> list[LinkedResource]:
    """All that the space has in use, equipment last."""
    rows = await fetch(
        "SELECT id, public_id, kind, name, direct_parts, parts FROM resource WHERE space = $1 AND retired_at IS NULL"
        " ORDER BY array_position(ARRAY['room', 'desk', 'booth', 'parking', 'equipment'], kind), position, id",
        space,
    )
    return [
        LinkedResource(
            row["id"],
            row["public_id"],
            None if row["kind"] == EQUIPMENT else Kind(row["kind"]),
            row["name"],
            tuple(row["direct_parts"]),
            tuple(row["parts"]),
        )
        for row in rows
    ]


def flattened(direct: Mapping[int, Sequence[int]]) -> dict[int, tuple[int, ...]]:
    """By resource all its parts and theirs, in order and once each. Raises ValueError(whole, part) for a circle."""
    found: dict[int, tuple[int, ...]] = {}

    def parts_of(resource: int, above: tuple[int, ...]) -> tuple[int, ...]:
        if resource in found:
            return found[resource]
        parts: dict[int, None] = {}
        for part in direct.get(resource, ()):
            if part in (resource, *above):
                raise ValueError(part, resource)
            parts[part] = None
            parts |= dict.fromkeys(parts_of(part, (resource, *above)))
        found[resource] = tuple(parts)
        return found[resource]

    return {resource: parts_of(resource, ()) for resource in direct}


async def set_parts(actor: Actor, space: SpaceCard, public_id: str, parts: Collection[str], now: datetime) -> None:
    """From now on the resource consists of these, or brings them along, whatever is booked already included.

    Raises NotFound, PartOfItself, and PartTakenThen where bookings ahead contradict it.
    """
    demand_managed(actor, space)
    async with transaction():
        await _lock_all(space.id)
        there = {each.public_id: each for each in await linked_at(space.id)}
        whole = there.get(public_id)
        if whole is None or whole.kind is None or not there.keys() >= set(parts):
            raise NotFound
        wanted = tuple(each.id for each in there.values() if each.public_id in set(parts))
        by_key = {each.id: each for each in there.values()}
        before = {each.id: each.parts for each in by_key.values()}
        after = _flattened_with(by_key, whole, wanted)
        await execute("UPDATE resource SET direct_parts = $2 WHERE id = $1", whole.id, list(wanted))
        for key, flat in after.items():
            if flat != before[key]:
                await execute("UPDATE resource SET parts = $2, version = version + 1 WHERE id = $1", key, list(flat))
                await _carry_over(by_key, key, set(flat) - set(before[key]), set(before[key]) - set(flat), now)
        added = {part for key, flat in after.items() for part in set(flat) - set(before[key])}
        if added:
            await cover_by_blockers(space.id, added, ZoneInfo(space.time_zone), now)
        await record(
            "resource.parts_set",
            "resource",
            whole.id,
            actor,
            now,
            before=[by_key[part].name for part in whole.direct_parts if part in by_key],
            after=[by_key[part].name for part in wanted],
        )
        await emit("space.resources_changed", "space", space.id, now)


def _flattened_with(
    by_key: Mapping[int, LinkedResource], whole: LinkedResource, wanted: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    direct = {key: each.direct_parts for key, each in by_key.items()} | {whole.id: tuple(wanted)}
    try:
        return flattened(direct)
    except ValueError as circle:
        part, through = circle.args
        raise PartOfItself(field="parts", name=by_key[part].name, through=by_key[through].name) from None


async def _carry_over(
    by_key: Mapping[int, LinkedResource], whole: int, added: Collection[int], removed: Collection[int], now: datetime
) -> None:
    """What is held of the whole ahead is held of its new parts too, and no more of those that it has lost."""
    await execute(
        "DELETE FROM claim p USING claim w WHERE w.resource = $1 AND p.resource = ANY($2::bigint[])"
        " AND (p.holder, p.reason, p.starts_at, p.ends_at) = (w.holder, w.reason, w.starts_at, w.ends_at)"
        " AND w.reason = ANY($3) AND w.ends_at > $4",
        whole,
        list(removed),
        list(_AHEAD),
        now,
    )
    for part in sorted(added):
        held, made = await _hold_too(whole, part, now)
        if made < held:
            raise PartTakenThen(part=by_key[part].name, whole=by_key[whole].name)


async def _hold_too(whole: int, part: int, now: datetime) -> tuple[int, int]:
    """How many claims of the whole are to be the part's too, and how many could be made or were there."""
    held: int = await fetch_value(
        "SELECT count(*) FROM claim WHERE resource = $1 AND reason = ANY($2) AND ends_at > $3", whole, list(_AHEAD), now
    )
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT $4, starts_at, ends_at, reason, holder FROM claim"
        "  WHERE resource = $1 AND reason = ANY($2) AND ends_at > $3"
        " ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING",
        whole,
        list(_AHEAD),
        now,
        part,
    )
    made: int = await fetch_value(
        "SELECT count(*) FROM claim w JOIN claim p ON p.resource = $4"
        " AND (p.holder, p.reason, p.starts_at, p.ends_at) = (w.holder, w.reason, w.starts_at, w.ends_at)"
        " WHERE w.resource = $1 AND w.reason = ANY($2) AND w.ends_at > $3",
        whole,
        list(_AHEAD),
        now,
        part,
    )
    return held, made


async def add_equipment(actor: Actor, space: SpaceCard, name: str, now: datetime) -> LinkedResource:
    """A piece of equipment that rooms can bring along; by itself nobody can book it. Raises NotFound and for its name.

    Raises EquipmentNameUnusable.
    """
    demand_managed(actor, space)
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    async with transaction():
        await _lock_all(space.id)
        there = await linked_at(space.id)
        names = {each.name.casefold() for each in there if each.kind is None}
        if not clean or len(clean) > LONGEST_NAME or clean.casefold() in names:
            raise EquipmentNameUnusable(field="name", longest=LONGEST_NAME)
        public_id = new_public_id()
        key: int = await fetch_value(
            "INSERT INTO resource (public_id, space, kind, name, position) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            public_id,
            space.id,
            EQUIPMENT,
            clean,
            len(there),
        )
        await record("resource.equipment_added", "resource", key, actor, now, name=clean)
    return LinkedResource(key, public_id, None, clean, (), ())


async def retire_equipment(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """The equipment is no more. Raises NotFound, and EquipmentInUse while something brings it along."""
    demand_managed(actor, space)
    async with transaction():
        await _lock_all(space.id)
        there = await linked_at(space.id)
        gone = next((each for each in there if each.public_id == public_id and each.kind is None), None)
        if gone is None:
            raise NotFound
        wholes = [each.name for each in there if gone.id in each.direct_parts]
        if wholes:
            raise EquipmentInUse(name=gone.name, wholes=tuple(wholes))
        await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", gone.id, now)
        await record("resource.equipment_retired", "resource", gone.id, actor, now)


async def _lock_all(space: int) -> None:
    """Until the transaction ends nobody else links at the space, or claims several of its resources at once."""
    await lock_resources([row["id"] for row in await fetch("SELECT id FROM resource WHERE space = $1", space)])
