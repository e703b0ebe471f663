"""The devices of a space, as its manager looks after them: displays at rooms, a kiosk, door systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.device_setting import (
    DeviceRevoked,
    DeviceWanted,
    add_device,
    change_device,
    managed_device,
    renew_device,
    revoke_device,
)
from app.inventory.devices import CODE_LIVES, DeviceCard, DeviceKind, devices_at
from app.inventory.queries import resources_of
from app.inventory.rules import Kind, label
from app.kernel.refusals import BadInput, Phrase, marked, phrase
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.platform.qr_code import qr_drawing
from app.web.forms import NO_ERRORS, checked_id, network_time, notice
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

MISSED_AFTER: Final = timedelta(minutes=10)
"""A display asks every half minute; one that has been silent for so long is off, without a line, or gone."""

KIND_NAMES: Final[Mapping[DeviceKind, str]] = {
    DeviceKind.DISPLAY: marked("Display an einem Raum"),
    DeviceKind.KIOSK: marked("Kiosk am Eingang"),
    DeviceKind.DOOR: marked("Türsystem"),
}
NOTICES = {
    "gesperrt": marked("Gesperrt. Das Gerät öffnet ab sofort nichts mehr."),
    "geaendert": marked("Gespeichert. Das Gerät zeigt es in der nächsten halben Minute."),
}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device with where it is and how it does; `state` is a kind of parts/signs.html and its word."""

    device: DeviceCard
    kind: str
    where: Phrase | None
    state: tuple[str, Phrase]
    is_missed: bool


@get("/betrieb/{slug:str}/geraete")
async def devices_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    return await _show_list(request, visitor, pages, space, {}, None)


async def _show_list(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    typed: Mapping[str, str],
    refusal: BadInput | None,
) -> Response[str]:
    rooms = [room for room in await resources_of(space.id) if room.kind is not Kind.DESK]
    labels = {room.public_id: label(room.kind, room.name) for room in rooms}
    rows = [_row(device, labels, visitor) for device in await devices_at(space.id)]
    context = {
        "space": space,
        "rows": [row for row in rows if row.device.revoked_at is None],
        "revoked": [row for row in rows if row.device.revoked_at is not None],
        "rooms": [(public_id, visitor.speaker.word(name)) for public_id, name in labels.items()],
        "typed": typed,
        "notice": notice(request, NOTICES),
        "errors": {refusal.field or "": visitor.speaker.refusal(refusal)} if refusal else NO_ERRORS,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/devices.html", context, status=status)


@post("/betrieb/{slug:str}/geraete")
async def add_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str]:
    """Makes the device and shows once what pairs it."""
    space = await operators_space(slug, visitor)
    try:
        kind = DeviceKind(data.get("art", ""))
    except ValueError:
        refusal = BadInput(field="art")
        return await _show_list(request, visitor, pages, space, data, refusal)
    try:
        wanted = DeviceWanted(data.get("name", "")[:200], shows_names=data.get("namen") == "ja")
        device, secret = await add_device(visitor.signed_in, space, kind, wanted, data.get("raum"), visitor.now)
    except BadInput as refusal:
        return await _show_list(request, visitor, pages, space, data, refusal)
    return await _show_secret(request, visitor, pages, space, device, secret)


@get("/betrieb/{slug:str}/geraete/{device:str}")
async def device_form(
    request: PageRequest,
    slug: FromPath[str],
    device: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    card = await managed_device(visitor.signed_in, space, checked_id(device))
    typed = {
        "name": card.name,
        "namen": "ja" if card.shows_names else "",
        "vorlauf": str(card.opens_before // timedelta(minutes=1)),
    }
    return await _show_device(request, visitor, pages, space, card, typed, None)


@post("/betrieb/{slug:str}/geraete/{device:str}")
async def save_device(
    request: PageRequest,
    slug: FromPath[str],
    device: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    card = await managed_device(visitor.signed_in, space, checked_id(device))
    try:
        wanted = DeviceWanted(data.get("name", "")[:200], data.get("namen") == "ja", _lead(data, card))
        await change_device(visitor.signed_in, space, card.public_id, wanted, visitor.now)
    except BadInput as refusal:
        return await _show_device(request, visitor, pages, space, card, data, refusal)
    return go(f"/betrieb/{slug}/geraete?getan=geaendert")


@post("/betrieb/{slug:str}/geraete/{device:str}/koppeln")
async def renew_form(
    request: PageRequest,
    slug: FromPath[str],
    device: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    try:
        card, secret = await renew_device(visitor.signed_in, space, checked_id(device), visitor.now)
    except DeviceRevoked:
        return go(f"/betrieb/{slug}/geraete")
    return await _show_secret(request, visitor, pages, space, card, secret)


@post("/betrieb/{slug:str}/geraete/{device:str}/sperren")
async def revoke_form(slug: FromPath[str], device: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    space = await operators_space(slug, visitor)
    await revoke_device(visitor.signed_in, space, checked_id(device), visitor.now)
    return go(f"/betrieb/{slug}/geraete?getan=gesperrt")


async def _show_secret(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, device: DeviceCard, secret: str
) -> Response[str]:
    """What pairs the device, which no page shows again."""
    site = pages.settings.address
    url = f"{site}/geraet/koppeln?{urlencode({'code': secret})}"
    context = {
        "space": space,
        "device": device,
        "secret": secret,
        "is_door": device.kind is DeviceKind.DOOR,
        "url": url,
        "start": f"{site}/geraet",
        "question": f"{site}/api/v1/spaces/{space.slug}/access-windows",
        "code": None if device.kind is DeviceKind.DOOR else qr_drawing(url),
        "until": network_time(visitor.now + CODE_LIVES),
    }
    return await pages.show(request, visitor, "operator/device_made.html", context)


async def _show_device(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    device: DeviceCard,
    typed: Mapping[str, str],
    refusal: BadInput | None,
) -> Response[str]:
    context: dict[str, Any] = {
        "space": space,
        "device": device,
        "kind": KIND_NAMES[device.kind],
        "typed": typed,
        "errors": {refusal.field or "": visitor.speaker.refusal(refusal)} if refusal else NO_ERRORS,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/device.html", context, status=status)


def _lead(data: Mapping[str, str], device: DeviceCard) -> timedelta:
    """The minutes that were typed; what is no number is out of bounds, and said to be."""
    if device.kind is not DeviceKind.DOOR:
        return device.opens_before
    text = data.get("vorlauf", "").strip()
    return timedelta(minutes=int(text)) if text.isascii() and text.isdigit() and len(text) <= 4 else timedelta(days=1)


def _row(device: DeviceCard, labels: Mapping[str, Phrase], visitor: Visitor) -> DeviceRow:
    seen = device.last_seen_at or device.paired_at
    is_missed = device.is_paired and device.kind is not DeviceKind.DOOR and _is_silent(seen, visitor.now)
    return DeviceRow(
        device=device,
        kind=KIND_NAMES[device.kind],
        where=labels.get(device.resource or ""),
        state=_state(device, is_missed, visitor.now),
        is_missed=is_missed,
    )


def _is_silent(seen: datetime | None, now: datetime) -> bool:
    return seen is None or now - seen > MISSED_AFTER


def _state(device: DeviceCard, is_missed: bool, now: datetime) -> tuple[str, Phrase]:
    if device.revoked_at is not None:
        return "not", phrase(marked("gesperrt am {day}"), day=network_time(device.revoked_at).date())
    if not device.is_paired:
        waits = device.pairing_expires_at is not None and device.pairing_expires_at > now
        return "none", phrase(marked("wartet auf den Code") if waits else marked("nie gekoppelt, Code abgelaufen"))
    if device.last_seen_at is None:
        return "none", phrase(marked("hat noch nie gefragt"))
    seen = phrase(marked("zuletzt gesehen {when}"), when=network_time(device.last_seen_at))
    return ("late" if is_missed else "free"), seen


HANDLERS = [devices_page, add_form, device_form, save_device, renew_form, revoke_form]
