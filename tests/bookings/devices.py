"""Devices of the tests' network, paired and ready."""

from datetime import timedelta

from app.inventory.device_setting import DeviceWanted, add_device
from app.inventory.devices import DeviceCard, DeviceKind, device_of, pair
from app.network.managing import managed_space
from tests.worlds import NOW, World


async def a_device(
    world: World, kind: DeviceKind, room: str | None = None, *, shows_names: bool = False
) -> tuple[DeviceCard, str]:
    """A device at Polch and its token."""
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    wanted = DeviceWanted("Gerät", shows_names=shows_names, opens_before=timedelta(minutes=15))
    resource = world.polch[room].public_id if room else None
    _, secret = await add_device(otto, polch, kind, wanted, resource, NOW)
    token = secret if kind is DeviceKind.DOOR else await pair(secret, NOW, "192.0.2.9")
    device = await device_of(token, [kind], NOW)
    assert device is not None
    return device, token
