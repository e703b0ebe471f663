"""Devices of a space: added by its manager, paired once, revoked at once."""

from datetime import timedelta

import pytest

from app.inventory.device_setting import (
    DeviceNameUnusable,
    DeviceRevoked,
    DeviceWanted,
    LeadUnusable,
    RoomMissing,
    add_device,
    change_device,
    renew_device,
    revoke_device,
)
from app.inventory.devices import WITH_PAGES, DeviceKind, PairingUnknown, device_of, devices_at, pair
from app.kernel.refusals import NotFound
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import fetch, fetch_value
from app.platform.rate_limits import TooMany
from tests.worlds import NOW, World, a_world

DOOR = [DeviceKind.DOOR]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def test_a_code_pairs_one_tablet_once(world: World, polch: SpaceCard) -> None:
    device, code = await add_device(
        world.otto.actor(), polch, DeviceKind.DISPLAY, DeviceWanted("Tablet"), world.polch["Nette"].public_id, NOW
    )
    assert not device.is_paired
    token = await pair(code.upper().replace("-", " "), LATER, "192.0.2.1")
    known = await device_of(token, WITH_PAGES, LATER)
    assert known is not None
    assert (known.public_id, known.resource) == (device.public_id, world.polch["Nette"].public_id)
    with pytest.raises(PairingUnknown):
        await pair(code, LATER, "192.0.2.1")
    assert await device_of(code, WITH_PAGES, LATER) is None
    stored = [dict(row) for row in await fetch("SELECT * FROM device")]
    assert token not in repr(stored)
    assert code.replace("-", "") not in repr(stored)


async def test_a_code_ends_by_itself_and_cannot_be_guessed_for_long(world: World, polch: SpaceCard) -> None:
    _, code = await add_device(world.otto.actor(), polch, DeviceKind.KIOSK, DeviceWanted("Kiosk"), None, NOW)
    with pytest.raises(PairingUnknown):
        await pair(code, NOW + timedelta(minutes=30), "192.0.2.1")
    for _ in range(20):
        with pytest.raises(PairingUnknown):
            await pair("aaaaa-aaaaa", LATER, "192.0.2.2")
    with pytest.raises(TooMany):
        await pair(code, LATER, "192.0.2.2")


async def test_revoked_is_revoked_at_once(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    device, token = await add_device(otto, polch, DeviceKind.DOOR, DeviceWanted("Haustür"), None, NOW)
    assert await device_of(token, DOOR, NOW) is not None
    await revoke_device(otto, polch, device.public_id, LATER)
    await revoke_device(otto, polch, device.public_id, LATER)
    assert await device_of(token, DOOR, LATER) is None
    [gone] = await devices_at(polch.id)
    assert gone.revoked_at == LATER
    with pytest.raises(DeviceRevoked):
        await renew_device(otto, polch, device.public_id, LATER)


async def test_another_tablet_ends_the_former_one_when_it_is_paired(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    device, code = await add_device(otto, polch, DeviceKind.KIOSK, DeviceWanted("Kiosk"), None, NOW)
    former = await pair(code, NOW, "192.0.2.1")
    _, new_code = await renew_device(otto, polch, device.public_id, LATER)
    assert await device_of(former, WITH_PAGES, LATER) is not None, "until the new one is there"
    token = await pair(new_code, LATER, "192.0.2.1")
    assert await device_of(former, WITH_PAGES, LATER) is None
    assert await device_of(token, WITH_PAGES, LATER) is not None


async def test_a_token_counts_only_for_its_kind_and_is_seen_once_a_minute(world: World, polch: SpaceCard) -> None:
    _, token = await add_device(world.otto.actor(), polch, DeviceKind.DOOR, DeviceWanted("Haustür"), None, NOW)
    assert await device_of(token, WITH_PAGES, NOW) is None
    for seconds, seen in ((0, 0), (59, 0), (60, 60)):
        await device_of(token, DOOR, NOW + timedelta(seconds=seconds))
        last_seen = await fetch_value("SELECT last_seen_at FROM device")
        assert last_seen == NOW + timedelta(seconds=seen)


async def test_what_is_wrong_is_said_at_its_field(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    desk, foreign = world.polch["1"].public_id, world.andernach["P1"].public_id
    for room in (None, desk, foreign, "gibtesnicht"):
        with pytest.raises(RoomMissing) as missing:
            await add_device(otto, polch, DeviceKind.DISPLAY, DeviceWanted("Tablet"), room, NOW)
        assert missing.value.field == "raum"
    with pytest.raises(DeviceNameUnusable):
        await add_device(otto, polch, DeviceKind.KIOSK, DeviceWanted(" \n"), None, NOW)
    device, _ = await add_device(otto, polch, DeviceKind.DOOR, DeviceWanted("Tür"), None, NOW)
    with pytest.raises(LeadUnusable):
        await change_device(otto, polch, device.public_id, DeviceWanted("Tür", opens_before=timedelta(hours=3)), NOW)


async def test_devices_are_their_managers_own(world: World, polch: SpaceCard) -> None:
    device, _ = await add_device(world.otto.actor(), polch, DeviceKind.DOOR, DeviceWanted("Tür"), None, NOW)
    for stranger in (world.rolf, world.frida, world.mia):
        with pytest.raises(NotFound):
            await add_device(stranger.actor(), polch, DeviceKind.KIOSK, DeviceWanted("X"), None, NOW)
        with pytest.raises(NotFound):
            await revoke_device(stranger.actor(), polch, device.public_id, NOW)
    andernach = await managed_space(world.rolf.actor(), world.andernach.slug)
    with pytest.raises(NotFound):
        await revoke_device(world.rolf.actor(), andernach, device.public_id, NOW)


async def test_all_devices_of_a_space_book_by_one_record(world: World, polch: SpaceCard) -> None:
    otto, room = world.otto.actor(), world.polch["Nette"].public_id
    display, _ = await add_device(otto, polch, DeviceKind.DISPLAY, DeviceWanted("Tablet"), room, NOW)
    kiosk, _ = await add_device(otto, polch, DeviceKind.KIOSK, DeviceWanted("Kiosk"), None, NOW)
    door, _ = await add_device(otto, polch, DeviceKind.DOOR, DeviceWanted("Tür"), None, NOW)
    assert display.walk_in == kiosk.walk_in
    assert door.walk_in is None
    [record] = await fetch("SELECT name, email, entered_at_space FROM person WHERE id = $1", display.walk_in)
    assert (record["email"], record["entered_at_space"]) == (None, polch.id)
