"""What the display at a room says, and the two things that can be pressed there: booking for now, and arriving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.bookings.arrivals import check_in
from app.bookings.at_a_device import acting
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.quoting import quote
from app.bookings.rules import GRID, SHORTEST, Status, check_check_in
from app.bookings.settling import settle_at
from app.identity.queries import people
from app.inventory.devices import DeviceCard
from app.inventory.queries import ResourceCard, SpaceClock, hours_of, resource_by_public_id, taken_periods
from app.inventory.rules import Hours, wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, NotFound, marked, passes
from app.kernel.wall_time import local_day
from app.network.house_rules import house_rules_of
from app.network.queries import SpaceCard, space_by_id
from app.platform.database import transaction

AD_HOC: Final = timedelta(minutes=30)
"""How long somebody who stands before a free room has it at least, where nothing comes before."""


class NotFreeNow(Conflict):
    """Nothing can be booked at the door just now."""

    code = "not_free_now"
    text = marked("Der Raum lässt sich gerade nicht spontan belegen.")


class DoorState(StrEnum):
    FREE = "free"
    BUSY = "busy"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """A booking as anybody may read it who passes the door: never more than `public_name` says."""

    booking: BookingCard
    name: str


@dataclass(frozen=True, slots=True)
class RoomDoor:
    """The room at this moment. `until` is when the state ends, today; `offer` is what could be booked for now.

    `arriving` is whose arrival can be noted.
    """

    space: SpaceCard
    room: ResourceCard
    state: DoorState
    until: datetime | None
    current: AtTheDoor | None
    following: AtTheDoor | None
    arriving: AtTheDoor | None
    offer: Period | None


async def room_door(device: DeviceCard, now: datetime) -> RoomDoor:
    """What the display says now. Raises NotFound where the space or the room is no more."""
    space, room = await _place(device)
    await settle_at(space.id, now)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    today = local_day(now, clock.zone)
    hours = (await hours_of([clock], today, today))[space.id]
    rest = Period(now, wall_instant(today + timedelta(days=1), 0, clock.zone))
    bookings = await _bookings_of(room, rest)
    taken = (await taken_periods([room.id], rest))[room.id]
    here = [AtTheDoor(booking, name) for booking, name in await _named(bookings, device)]
    current = next((one for one in here if one.booking.period.starts_at <= now), None)
    following = next((one for one in here if one.booking.period.starts_at > now), None)
    offer = None if current else await _offer(device, room, taken, now)
    state, until = _state(current, taken, hours, rest, offer)
    arriving = next((one for one in (current, following) if one is not None and _may_arrive(one.booking, now)), None)
    return RoomDoor(space, room, state, until, current, following, arriving, offer)


async def book_now(device: DeviceCard, now: datetime) -> BookingCard:
    """Books the free room for whoever stands there, by the rules that hold for everybody, and notes the arrival.

    It belongs to the space's record for that, which accepts the house rules that hang beside the door, and pays
    nothing: what costs something is not booked at the door. Raises NotFound,
    NotFreeNow, and what `book` raises where somebody else was faster.
    """
    space, room = await _place(device)
    await settle_at(space.id, now)
    taken = (await taken_periods([room.id], Period(now, now + timedelta(days=1))))[room.id]
    offer = await _offer(device, room, taken, now)
    if offer is None:
        raise NotFreeNow
    actor = acting(device)
    async with transaction():
        booking = await book(actor, await _command(room, offer, now), now)
        return await check_in(actor, booking.public_id, now)


async def arrive_here(device: DeviceCard, public_id: str, now: datetime) -> BookingCard:
    """Notes that who has booked the room now is there. Raises NotFound for any other booking, and as `check_in`."""
    _, room = await _place(device)
    if public_id not in {booking.public_id for booking in await _bookings_of(room, Period(now, now + GRID))}:
        raise NotFound
    return await check_in(acting(device), public_id, now, for_others=True)


def public_name(name: str) -> str:
    """First name and the initial of the last: Mia Hammes is Mia H."""
    first, *more = name.split() or [""]
    return f"{first} {more[-1][0]}." if more else first


def ad_hoc_periods(now: datetime, free_until: datetime | None) -> Iterator[Period]:
    """What could be booked from now on, the best first: half an hour from the last quarter on, else what is left.

    Rooms that are given for whole hours get one.
    """
    starts_at = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    lengths = [AD_HOC + GRID if starts_at < now else AD_HOC, AD_HOC, 2 * AD_HOC, 4 * AD_HOC]
    for length in lengths:
        if free_until is None or starts_at + length <= free_until:
            yield Period(starts_at, starts_at + length)
    if free_until is not None and starts_at + SHORTEST <= free_until < starts_at + AD_HOC:
        yield Period(starts_at, free_until - (free_until - starts_at) % GRID)


async def _offer(device: DeviceCard, room: ResourceCard, taken: Sequence[Period], now: datetime) -> Period | None:
    """The first of these that the rules let anybody have at once, without an account and without approval."""
    if any(period.starts_at <= now for period in taken):
        return None
    free_until = taken[0].starts_at if taken else None
    for period in ad_hoc_periods(now, free_until):
        command = await _command(room, period, now)
        quotes = [await quote(command, now, person=person) for person in (None, device.walk_in)]
        if all(quoted.decision is not None and quoted.decision.status is Status.CONFIRMED for quoted in quotes):
            return period
    return None


async def _command(room: ResourceCard, period: Period, now: datetime) -> BookDesk:
    edition = await house_rules_of(room.space, now)
    return BookDesk(
        room.public_id,
        period.starts_at,
        period.ends_at,
        house_rules=edition.edition if edition else None,
        agreed_price=0,
    )


async def _place(device: DeviceCard) -> tuple[SpaceCard, ResourceCard]:
    space = await space_by_id(device.space)
    room = await resource_by_public_id(device.resource or "")
    if space is None or room is None:
        raise NotFound
    return space, room


async def _bookings_of(room: ResourceCard, window: Period) -> list[BookingCard]:
    """The firm bookings that hold the room then, as a part or as the whole too, by start."""
    return await bookings_where(
        "b.id IN (SELECT holder FROM claim WHERE resource = ANY($1::bigint[]) AND reason = 'booking'"
        " AND ends_at > $2 AND starts_at < $3) AND b.status = ANY($4) ORDER BY b.starts_at, b.id",
        [room.id, *room.parts],
        window.starts_at,
        window.ends_at,
        [Status.CONFIRMED, Status.CHECKED_IN],
    )


async def _named(bookings: Sequence[BookingCard], device: DeviceCard) -> list[tuple[BookingCard, str]]:
    """Each with what the door may say of whose it is; nothing unless the device shows names."""
    if not device.shows_names:
        return [(booking, "") for booking in bookings]
    known = await people({booking.person for booking in bookings})
    return [
        (booking, booking.organisation or _said(known[booking.person].name, booking, device)) for booking in bookings
    ]


def _said(name: str, booking: BookingCard, device: DeviceCard) -> str:
    return name if booking.person == device.walk_in else public_name(name)


def _state(
    current: AtTheDoor | None, taken: Sequence[Period], hours: Hours, rest: Period, offer: Period | None
) -> tuple[DoorState, datetime | None]:
    now = rest.starts_at
    if current is not None:
        return DoorState.BUSY, current.booking.period.ends_at
    if taken and taken[0].starts_at <= now:
        return DoorState.BUSY, taken[0].ends_at
    open_now = next((period for period in hours.periods_within(rest) if period.starts_at <= now), None)
    if open_now is None and offer is None:
        following = next(iter(hours.periods_within(rest)), None)
        return DoorState.CLOSED, following.starts_at if following else None
    ends = [period.starts_at for period in taken[:1]] + ([open_now.ends_at] if open_now else [])
    return DoorState.FREE, min(ends, default=None)


def _may_arrive(booking: BookingCard, now: datetime) -> bool:
    return booking.status is Status.CONFIRMED and passes(
        check_check_in, booking.status, booking.period, booking.space.zone, now
    )
