"""Devices of a space and their tokens: a display at a room, a kiosk at the entrance, a door system.

A device is no person. Its token is looked for in the table of devices alone, so that it opens nothing else
(docs/decisions/0029-devices-and-webhooks.md).
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.kernel.refusals import Refusal, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.random_ids import ALPHABET, new_token, token_hash
from app.platform.rate_limits import Limit, address_key, hit

CODE_LENGTH: Final = 10
CODE_LIVES: Final = timedelta(minutes=30)
SEEN_EVERY: Final = timedelta(minutes=1)
BEGINNING: Final = "nwd_"
"""Tells people and secret scanners what it is."""

PAIRINGS: Final = Limit("device_pairings", 20, timedelta(hours=1))
"""Codes that one network address may try."""


class DeviceKind(StrEnum):
    DISPLAY = "display"
    KIOSK = "kiosk"
    DOOR = "door"


WITH_PAGES: Final = (DeviceKind.DISPLAY, DeviceKind.KIOSK)


class PairingUnknown(Refusal):
    """No device waits for this code."""

    code = "pairing_unknown"
    text = marked("Dieser Code gilt nicht (mehr). Ein neuer entsteht im Betrieb unter Geräte.")


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """A device; `resource` is the public id of the room that a display stands at, `walk_in` who books there."""

    id: int
    public_id: str
    space: int
    kind: DeviceKind
    name: str
    resource: str | None
    walk_in: int | None
    shows_names: bool
    opens_before: timedelta
    created_at: datetime
    pairing_expires_at: datetime | None
    paired_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_paired(self) -> bool:
        """Whether a tablet or door system holds its token."""
        return self.paired_at is not None and self.revoked_at is None


_DEVICE: Final = """
    SELECT d.id, d.public_id, d.space, d.kind, d.name, r.public_id AS resource, d.walk_in, d.shows_names,
           d.opens_before, d.created_at, d.pairing_expires_at, d.paired_at, d.last_seen_at, d.revoked_at
      FROM device d LEFT JOIN resource r ON r.id = d.resource
"""


async def devices_at(space: int) -> list[DeviceCard]:
    """The space's devices, those that were revoked last."""
    rows = await fetch(f"{_DEVICE} WHERE d.space = $1 ORDER BY d.revoked_at IS NOT NULL, d.name, d.id", space)
    return [_device(row) for row in rows]


async def device_at(space: int, public_id: str) -> DeviceCard | None:
    """The space's device with this id."""
    row = await fetch_row(f"{_DEVICE} WHERE d.space = $1 AND d.public_id = $2", space, public_id)
    return _device(row) if row else None


async def has_kiosk(space: int) -> bool:
    """Whether somebody can arrive at a kiosk there."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM device WHERE space = $1 AND kind = 'kiosk' AND token_hash IS NOT NULL)", space
    )
    return found


async def device_of(token: str, kinds: Collection[DeviceKind], now: datetime) -> DeviceCard | None:
    """The device of one of these kinds that has this token, and notes at most once a minute that it was seen."""
    row = await fetch_row(f"{_DEVICE} WHERE d.token_hash = $1 AND d.kind = ANY($2)", token_hash(token), list(kinds))
    if row is None:
        return None
    device = _device(row)
    if device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
        await execute("UPDATE device SET last_seen_at = $2 WHERE id = $1", device.id, now)
    return device


async def waits_for(code: str, now: datetime, address: str) -> DeviceCard:
    """The device that this code pairs. Raises PairingUnknown, TooMany."""
    await hit(PAIRINGS, address_key(address), now)
    row = await fetch_row(f"{_DEVICE} WHERE d.pairing_hash = $1 AND d.pairing_expires_at > $2", _code_hash(code), now)
    if row is None:
        raise PairingUnknown(field="code")
    return _device(row)


async def pair(code: str, now: datetime, address: str) -> str:
    """The device's token for whoever has the code, once; a tablet that had one before has none any more.

    Raises PairingUnknown, TooMany.
    """
    device = await waits_for(code, now, address)
    text = new_device_token()
    async with transaction():
        paired = await execute(
            "UPDATE device SET token_hash = $3, paired_at = $2, last_seen_at = $2, pairing_hash = NULL,"
            " pairing_expires_at = NULL WHERE id = $1 AND pairing_hash = $4",
            device.id,
            now,
            token_hash(text),
            _code_hash(code),
        )
        if not paired:
            raise PairingUnknown(field="code")
        await record("device.paired", "device", device.id, None, now)
    return text


def new_device_token() -> str:
    """The text of a token; the table keeps its hash."""
    return BEGINNING + new_token()


def new_code() -> tuple[str, bytes]:
    """A code to be typed, in two halves, and what is stored of it."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}", _code_hash(letters)


def _code_hash(code: str) -> bytes:
    """The same however the code was typed: in capitals, with blanks, without the line."""
    return token_hash("pairing " + "".join(letter for letter in code.lower() if letter in ALPHABET))


def _device(row: Mapping[str, Any]) -> DeviceCard:
    return DeviceCard(
        **{
            **row,
            "kind": DeviceKind(row["kind"]),
            "opens_before": timedelta(minutes=row["opens_before"]),
        }
    )


@on_merge("device.walk_in")
async def _move_walk_in(merge: Merge) -> None:
    await execute("UPDATE device SET walk_in = $1 WHERE walk_in = $2", merge.kept, merge.gone)
