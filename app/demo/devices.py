"""The demo network's devices and webhook: a display at the room in Polch, a kiosk that waits for its tablet, a door
system, and an endpoint with a log, switched off so that nothing leaves the house.

Made by the same operations as on the pages; what the receiver answered is invented like everything here.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.demo.rows import steady_id
from app.identity.rules import Actor
from app.inventory.device_setting import DeviceWanted, add_device
from app.inventory.devices import DeviceKind, pair
from app.inventory.queries import resources_of
from app.inventory.rules import Kind
from app.network.queries import SpaceCard
from app.notifications.webhook_delivery import deliver_due, queue
from app.notifications.webhook_rules import Told
from app.notifications.webhooks import EndpointWanted, WebhookKeys, add_endpoint, change_endpoint
from app.platform.database import execute, fetch
from app.platform.outbox import Event
from app.platform.outgoing import Answer

URL: Final = "https://haussteuerung.dorfwerk.example/nahwerk"
_HOUR: Final = timedelta(hours=1)


async def equip(otto: Actor, polch: SpaceCard, now: datetime) -> None:
    """Sets it up for the operator of Polch."""
    [room] = await resources_of(polch.id, Kind.ROOM)
    tablet = DeviceWanted("Tablet am Raum Nette", shows_names=True)
    _, code = await add_device(otto, polch, DeviceKind.DISPLAY, tablet, room.public_id, now)
    await pair(code, now, "demo")
    await add_device(otto, polch, DeviceKind.KIOSK, DeviceWanted("Kiosk im Flur"), None, now)
    await add_device(otto, polch, DeviceKind.DOOR, DeviceWanted("Haustür"), None, now)
    for number, row in enumerate(await fetch("SELECT id, walk_in FROM device ORDER BY id")):
        await execute("UPDATE device SET public_id = $2 WHERE id = $1", row["id"], steady_id("device", number))
        await execute(
            "UPDATE person SET public_id = $2 WHERE id = $1", row["walk_in"], steady_id("walk-in", polch.slug)
        )
    await _tell(otto, polch, now)


async def _tell(otto: Actor, polch: SpaceCard, now: datetime) -> None:
    """Three messages of yesterday: taken, taken at the second try, and one that the receiver cannot read."""
    keys = WebhookKeys(secrets.token_bytes(32))
    wanted = EndpointWanted(URL, [told.value for told in Told])
    endpoint, _ = await add_endpoint(otto, polch.operator, wanted, now, keys)
    bookings = await fetch("SELECT id FROM booking WHERE space = $1 ORDER BY starts_at DESC, id LIMIT 3", polch.id)
    answers = [
        Answer(204, 118),
        Answer(503, 2041, "Service Unavailable"),
        Answer(204, 131),
        Answer(404, 96, "Not Found"),
    ]

    async def receiver(_url: str, _body: bytes, _headers: Mapping[str, str]) -> Answer:
        return answers.pop(0)

    yesterday = now - 24 * _HOUR
    for number, booking in enumerate(bookings):
        at = yesterday + number * _HOUR
        await queue(Event(number, "booking.confirmed", 1, "booking", booking["id"], {}, at), at)
        await deliver_due(receiver, keys.key, lambda at=at: at)  # type: ignore[misc]
        if number == 1:
            await deliver_due(receiver, keys.key, lambda at=at: at + timedelta(seconds=6))  # type: ignore[misc]
    off = EndpointWanted(URL, wanted.events, is_active=False)
    await change_endpoint(otto, polch.operator, endpoint.public_id, off, now, keys)
