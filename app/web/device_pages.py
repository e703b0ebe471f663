"""What a device of a space shows: the display at a room and the kiosk at the entrance.

All of it stands below /geraet, where alone the device's cookie is sent. Whoever is signed in in the same browser does
not count here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.bookings.kiosk import arrive_by, free_now
from app.bookings.room_display import RoomDoor, arrive_here, book_now, room_door
from app.identity.authentication import SESSION_COOKIE, Visitor
from app.identity.sessions import sign_out
from app.inventory.devices import WITH_PAGES, DeviceCard, DeviceKind, PairingUnknown, device_of, pair
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.first_visit import first_visit_of, has_open_wifi
from app.network.queries import SpaceCard, space_by_id
from app.platform.live import latest_event
from app.platform.problems import status_of
from app.platform.qr_code import qr_drawing
from app.platform.rate_limits import TooMany
from app.web.device_plan import plan_now
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

PATH: Final = "/geraet"
COOKIE: Final = "geraet"
KEPT_FOR: Final = timedelta(days=400)
"""As long as browsers keep a cookie at most; each page begins it anew."""

NOTICES = {
    "gebucht": marked("Belegt. Der Raum gehört Ihnen."),
    "da": marked("Willkommen. Wir haben notiert, dass Sie da sind."),
}


@get(PATH)
async def device_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The start page of this device; without a token the form that pairs it."""
    device = await _device(request, visitor, pages)
    if device is None:
        return await pages.show(request, visitor, "device/pair.html", {"code": "", "error": "", "is_asked": False})
    return await _show_start(request, visitor, pages, device, None)


@get(f"{PATH}/koppeln")
async def pairing_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Where the link and the QR code lead; pairing itself needs a press."""
    code = request.query_params.get("code", "")[:40]
    return await pages.show(request, visitor, "device/pair.html", {"code": code, "error": "", "is_asked": True})


@post(f"{PATH}/koppeln")
async def pairing_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Gives this browser the device's token. Whoever was signed in here is signed out: the device is nobody's own."""
    code = data.get("code", "")[:40]
    try:
        token = await pair(code, visitor.now, visitor.address)
    except (PairingUnknown, TooMany) as refusal:
        context = {"code": code, "error": visitor.speaker.refusal(refusal), "is_asked": True}
        return await pages.show(request, visitor, "device/pair.html", context, status=status_of(refusal))
    answer = go(PATH)
    if visitor.actor is not None:
        await sign_out(visitor.actor, visitor.now)
        answer.cookies.append(pages.jar.expired(SESSION_COOKIE))
    _keep(answer, pages, token)
    return answer


@post(f"{PATH}/belegen")
async def book_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    device = await _of_kind(request, visitor, pages, DeviceKind.DISPLAY)
    try:
        await book_now(device, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show_start(request, visitor, pages, device, refusal)
    return go(f"{PATH}?getan=gebucht")


@post(f"{PATH}/da")
async def arrive_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    device = await _of_kind(request, visitor, pages, DeviceKind.DISPLAY)
    try:
        await arrive_here(device, data.get("buchung", ""), visitor.now)
    except Refusal as refusal:
        return await _show_start(request, visitor, pages, device, refusal)
    return go(f"{PATH}?getan=da")


@get(f"{PATH}/ankommen")
async def kiosk_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    device = await _device(request, visitor, pages)
    if device is None or device.kind is not DeviceKind.KIOSK:
        return go(PATH)
    space = await _space(device)
    return await _show(request, visitor, pages, "device/arrive.html", _arriving(space, "", None))


@post(f"{PATH}/ankommen")
async def kiosk_arrive(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Notes the arrival and says where the place is, and nobody's name."""
    device = await _of_kind(request, visitor, pages, DeviceKind.KIOSK)
    space = await _space(device)
    said = data.get("wer", "")[:60]
    try:
        arrived = await arrive_by(device, said, visitor.now)
    except Refusal as refusal:
        context = _arriving(space, said, refusal)
        return await _show(request, visitor, pages, "device/arrive.html", context, status=status_of(refusal))
    rows = [
        (label(each.resource.kind, each.resource.name), times_text(each.starts_at, each.ends_at, visitor))
        for each in arrived
    ]
    return await _show(request, visitor, pages, "device/arrived.html", {"space": space, "rows": rows})


def _arriving(space: SpaceCard, said: str, refusal: Refusal | None) -> dict[str, Any]:
    return {"space": space, "said": said, "refusal": refusal}


async def _device(request: PageRequest, visitor: Visitor, pages: Pages) -> DeviceCard | None:
    token = request.cookies.get(pages.jar.name_below(COOKIE))
    return await device_of(token, WITH_PAGES, visitor.now) if token else None


async def _of_kind(request: PageRequest, visitor: Visitor, pages: Pages, kind: DeviceKind) -> DeviceCard:
    """The device that posts. Raises NotFound for another kind or none."""
    device = await _device(request, visitor, pages)
    if device is None or device.kind is not kind:
        raise NotFound
    return device


async def _space(device: DeviceCard) -> SpaceCard:
    space = await space_by_id(device.space)
    if space is None:
        raise NotFound
    return space


async def _show_start(
    request: PageRequest, visitor: Visitor, pages: Pages, device: DeviceCard, refusal: Refusal | None
) -> Response[str]:
    status = status_of(refusal) if refusal else 200
    event = await latest_event()
    notes = {"event": event, "refusal": refusal, "notice": NOTICES.get(request.query_params.get("getan", ""), "")}
    if device.kind is DeviceKind.DISPLAY:
        try:
            door = await room_door(device, visitor.now)
        except NotFound:
            return await _show(request, visitor, pages, "device/gone.html", {}, status=404)
        context = _display(door, visitor) | notes
        return await _show(request, visitor, pages, "device/display.html", context, status=status)
    return await _show(request, visitor, pages, "device/kiosk.html", await _kiosk(device, visitor, pages) | notes)


def _display(door: RoomDoor, visitor: Visitor) -> dict[str, Any]:
    zone = ZoneInfo(door.space.time_zone)

    def clock(at: datetime | None) -> str:
        return visitor.speaker.time(at.astimezone(zone).time()) if at else ""

    return {
        "door": door,
        "space": door.space,
        "name": label(door.room.kind, door.room.name),
        "until": clock(door.until),
        "now_on_clock": clock(visitor.now),
        "offer_until": clock(door.offer.ends_at) if door.offer else "",
        "following": times_text(door.following.booking.starts_at, door.following.booking.ends_at, visitor)
        if door.following
        else "",
        "arriving": times_text(door.arriving.booking.starts_at, door.arriving.booking.ends_at, visitor)
        if door.arriving
        else "",
    }


async def _kiosk(device: DeviceCard, visitor: Visitor, pages: Pages) -> dict[str, Any]:
    space = await _space(device)
    card = await first_visit_of(space.id)
    url = f"{pages.settings.address}/hier/{space.slug}"
    now = visitor.now.astimezone(ZoneInfo(space.time_zone))
    count = await free_now(space, visitor.now)
    return {
        "space": space,
        "count": count,
        "floors": await plan_now(space, visitor) if count is not None else [],
        "wifi": card.wifi_name if card else "",
        "is_wifi_open": await has_open_wifi(space.id),
        "code": qr_drawing(url),
        "url": url,
        "now_on_clock": visitor.speaker.time(now.time()),
    }


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> Response[str]:
    """A page of a device that is paired; its cookie lives on from now."""
    answer = await pages.show(request, visitor, template, context, status=status)
    token = request.cookies.get(pages.jar.name_below(COOKIE))
    if token:
        _keep(answer, pages, token)
    return answer


def _keep(answer: Response[Any] | Redirect, pages: Pages, token: str) -> None:
    answer.cookies.append(pages.jar.cookie_below(PATH, COOKIE, token, max_age=int(KEPT_FOR.total_seconds())))


HANDLERS: Sequence[Any] = [
    device_page,
    pairing_page,
    pairing_form,
    book_form,
    arrive_form,
    kiosk_form,
    kiosk_arrive,
]
