"""What a space's manager does with its devices: adding, changing, pairing anew, revoking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identity.audit import record
from app.identity.operations import NewPerson, create_people
from app.identity.rules import Actor
from app.inventory.devices import (
    CODE_LIVES,
    DeviceCard,
    DeviceKind,
    device_at,
    new_code,
    new_device_token,
)
from app.inventory.queries import resource_by_public_id
from app.inventory.rules import Kind
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch_row, fetch_value, transaction
from app.platform.random_ids import new_public_id, token_hash

LONGEST_NAME: Final = 60
LONGEST_LEAD: Final = timedelta(hours=2)
WALK_IN: Final = "Spontan vor Ort"
"""The name of the record that holds what is booked at the door. It is nobody, and has no address."""


class DeviceNameUnusable(BadInput):
    code = "device_name_unusable"
    text = marked("Bitte einen Namen mit höchstens {longest} Zeichen angeben, zum Beispiel „Tablet am Raum Nette“.")


class RoomMissing(BadInput):
    """A display stands at a room, a booth or another resource of the space."""

    code = "room_missing"
    text = marked("Bitte wählen Sie den Raum, an dem das Display hängt.")


class LeadUnusable(BadInput):
    code = "lead_unusable"
    text = marked("Möglich sind 0 bis {most} Minuten.")


class DeviceRevoked(Conflict):
    code = "device_revoked"
    text = marked("Dieses Gerät ist gesperrt. Legen Sie ein neues an.")


@dataclass(frozen=True, slots=True)
class DeviceWanted:
    """How a device shall be; `resource` is the public id of the room of a display."""

    name: str
    shows_names: bool = False
    opens_before: timedelta = timedelta(minutes=15)


async def add_device(
    actor: Actor, space: SpaceCard, kind: DeviceKind, wanted: DeviceWanted, resource: str | None, now: datetime
) -> tuple[DeviceCard, str]:
    """A new device, and what is shown once: the code that pairs a display or kiosk, or the token of a door system.

    Raises NotFound, DeviceNameUnusable, LeadUnusable, RoomMissing.
    """
    demand_managed(actor, space)
    name, minutes = _checked(wanted)
    async with transaction():
        room = await _room(space, resource) if kind is DeviceKind.DISPLAY else None
        public_id = new_public_id()
        key: int = await fetch_value(
            "INSERT INTO device (public_id, space, kind, name, resource, walk_in, shows_names, opens_before,"
            " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            public_id,
            space.id,
            kind,
            name,
            room,
            None if kind is DeviceKind.DOOR else await _walk_in(space, now),
            wanted.shows_names,
            minutes,
            now,
        )
        await record("device.added", "device", key, actor, now, kind=kind, name=name)
        secret = await _give_secret(key, kind, now)
    made = await device_at(space.id, public_id)
    assert made is not None, "it was just inserted"
    return made, secret


async def change_device(actor: Actor, space: SpaceCard, public_id: str, wanted: DeviceWanted, now: datetime) -> None:
    """Raises NotFound, DeviceNameUnusable, LeadUnusable."""
    device = await managed_device(actor, space, public_id)
    name, minutes = _checked(wanted)
    async with transaction():
        await execute(
            "UPDATE device SET name = $2, shows_names = $3, opens_before = $4 WHERE id = $1",
            device.id,
            name,
            wanted.shows_names,
            minutes,
        )
        await record("device.changed", "device", device.id, actor, now, name=name, shows_names=wanted.shows_names)


async def renew_device(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> tuple[DeviceCard, str]:
    """A new code for another tablet, which ends the former when it is paired; or at once a door system's new token.

    Raises NotFound, DeviceRevoked.
    """
    device = await managed_device(actor, space, public_id)
    if device.revoked_at is not None:
        raise DeviceRevoked
    async with transaction():
        secret = await _give_secret(device.id, device.kind, now)
        await record("device.renewed", "device", device.id, actor, now)
    return device, secret


async def revoke_device(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """Ends the device's token and code at once; saying it twice changes nothing. Raises NotFound."""
    device = await managed_device(actor, space, public_id)
    if device.revoked_at is not None:
        return
    async with transaction():
        await execute(
            "UPDATE device SET revoked_at = $2, token_hash = NULL, pairing_hash = NULL, pairing_expires_at = NULL"
            " WHERE id = $1",
            device.id,
            now,
        )
        await record("device.revoked", "device", device.id, actor, now)


async def managed_device(actor: Actor, space: SpaceCard, public_id: str) -> DeviceCard:
    """The space's device with this id, for who manages the space. Raises NotFound."""
    demand_managed(actor, space)
    device = await device_at(space.id, public_id)
    if device is None:
        raise NotFound
    return device


def _checked(wanted: DeviceWanted) -> tuple[str, int]:
    """The name on one line and the lead in minutes."""
    name = one_line(wanted.name)
    if not name or len(name) > LONGEST_NAME:
        raise DeviceNameUnusable(field="name", longest=LONGEST_NAME)
    if not timedelta(0) <= wanted.opens_before <= LONGEST_LEAD:
        raise LeadUnusable(field="vorlauf", most=LONGEST_LEAD // timedelta(minutes=1))
    return name, wanted.opens_before // timedelta(minutes=1)


async def _room(space: SpaceCard, resource: str | None) -> int:
    room = await resource_by_public_id(resource) if resource else None
    if room is None or room.space != space.id or room.kind is Kind.DESK:
        raise RoomMissing(field="raum")
    return room.id


async def _walk_in(space: SpaceCard, now: datetime) -> int:
    """The record that the space's other devices book by, or a new one."""
    await fetch_row("SELECT id FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)
    known: int | None = await fetch_value(
        "SELECT walk_in FROM device WHERE space = $1 AND walk_in IS NOT NULL ORDER BY id LIMIT 1", space.id
    )
    if known is not None:
        return known
    [made] = await create_people([NewPerson(WALK_IN, operator=space.operator.id, space=space.id)], now)
    return made


async def _give_secret(key: int, kind: DeviceKind, now: datetime) -> str:
    if kind is DeviceKind.DOOR:
        token = new_device_token()
        await execute("UPDATE device SET token_hash = $2, paired_at = $3 WHERE id = $1", key, token_hash(token), now)
        return token
    code, code_hash = new_code()
    await execute(
        "UPDATE device SET pairing_hash = $2, pairing_expires_at = $3 WHERE id = $1", key, code_hash, now + CODE_LIVES
    )
    return code
