"""For door systems: who may come in when, asked with the device's own token and no other."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from msgspec import Meta

from app.api.parameters import (
    Cursor,
    CursorUnknown,
    SlugInPath,
    cursor_of,
    known_slug,
    moment,
    moment_parameter,
    parts_of,
    period_between,
)
from app.api.problem_shapes import refusals
from app.api.resources import SpanTooLong
from app.bookings.access_windows import AccessAnswer, AccessWindow, Seen, access_windows
from app.identity.authentication import OF_A_DEVICE, Visitor
from app.inventory.devices import DeviceCard, DeviceKind, device_of
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound, Refusal
from app.network.queries import SpaceCard, space_by_slug
from app.platform.problems import NotSignedIn
from app.platform.settings import Settings

DEFAULT_SPAN: Final = timedelta(days=7)
LONGEST_SPAN: Final = timedelta(days=14)
Moment = Annotated[datetime, Meta(tz=True)]


class AccessWindowShape(msgspec.Struct, frozen=True):
    """From `from` to `until` whoever has this booking may come in. `holder` is the same word for the same person in
    every answer for this operator, and no name; `booking_id` is what a credential refers to."""

    booking_id: str
    holder: str
    resource_id: str
    kind: Kind
    from_: Annotated[Moment, Meta(description="The booking's start less the minutes that are set for the device.")] = (
        msgspec.field(name="from")
    )
    until: Moment
    starts_at: Moment


class OpenShape(msgspec.Struct, frozen=True):
    """The house is open to everybody."""

    from_: Moment = msgspec.field(name="from")
    until: Moment


class AccessWindowsShape(msgspec.Struct, frozen=True):
    """What holds, what holds no more, and the cursor with which to ask next time."""

    windows: list[AccessWindowShape]
    withdrawn: Annotated[list[str], Meta(description="Bookings that let nobody in any more; only with a cursor.")]
    opening_hours: list[OpenShape]
    cursor: str


@get(
    "/api/v1/spaces/{slug:str}/access-windows",
    operation_id="list_access_windows",
    response_description="The windows, by start.",
    summary="Who may come in when",
    description="Only for a door system of this space, with its own token. Without `cursor` all windows that touch the "
    "span; with the last answer's cursor those that are new or changed since then, and what was withdrawn. A window "
    "may come twice: the latest counts. At most 14 days at once.",
    tags=["doors"],
    security=[{"device": []}],
    opt={OF_A_DEVICE: True},
    responses=refusals(404, 422),
)
async def list_access_windows(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: SlugInPath,
    from_at: Annotated[str | None, moment_parameter("Start of the span; now where it is left out.", "from")] = None,
    to_at: Annotated[str | None, moment_parameter("Its end; 7 days later where it is left out.", "to")] = None,
    cursor: Cursor = None,
) -> AccessWindowsShape:
    device, space = await _door(request, slug, visitor)
    starts_at = moment("from", from_at) if from_at else visitor.now
    span = period_between(("from", starts_at.isoformat()), ("to", to_at or (starts_at + DEFAULT_SPAN).isoformat()))
    if span.duration > LONGEST_SPAN:
        raise SpanTooLong(field="to", days=LONGEST_SPAN.days)
    seen = _seen(cursor) if cursor else None
    return _shape(await access_windows(device, space, span, seen, visitor.now, key=settings.signing_key))


async def _door(request: Request[Any, Any, Any], slug: str, visitor: Visitor) -> tuple[DeviceCard, SpaceCard]:
    """The door system that asks, and its space. Raises NotSignedIn, and NotFound for every other space."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    device = await device_of(token, [DeviceKind.DOOR], visitor.now) if kind.lower() == "bearer" and token else None
    if device is None:
        raise NotSignedIn
    space = await space_by_slug(known_slug(slug), visitor.now)
    if space is None or space.id != device.space:
        raise NotFound
    return device, space


def _seen(cursor: str) -> Seen:
    """Raises CursorUnknown."""
    changed, covered = parts_of(cursor, 2)
    try:
        return Seen(moment("cursor", changed), moment("cursor", covered))
    except Refusal as error:
        raise CursorUnknown(field="cursor") from error


def _shape(answer: AccessAnswer) -> AccessWindowsShape:
    return AccessWindowsShape(
        [_window(window) for window in answer.windows],
        list(answer.withdrawn),
        [OpenShape(period.starts_at, period.ends_at) for period in answer.open],
        cursor_of(answer.seen.changed_until.isoformat(), answer.seen.covered.isoformat()),
    )


def _window(window: AccessWindow) -> AccessWindowShape:
    booking = window.booking
    return AccessWindowShape(
        booking_id=booking.public_id,
        holder=window.holder,
        resource_id=booking.resource.public_id,
        kind=booking.resource.kind,
        from_=window.opens_at,
        until=booking.ends_at,
        starts_at=booking.starts_at,
    )


HANDLERS = [list_access_windows]
