"""The link in a mail that cancels, moves or keeps one booking or says that one is there, without signing in.

It can do nothing else.

Its token is the booking's public id and a MAC of that under the settings' signing key: it stands in no table, and the
worker makes it anew for every mail.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.arrivals import check_in, come_later
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.queries import BookingCard, booking_named
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.inventory.queries import resource_by_public_id
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.platform.random_ids import id_signed, signed_id
from app.platform.rate_limits import Limit, address_key, hit

USES: Final = Limit("booking_link", 120, timedelta(minutes=15))
"""Uses of such links from one network address, right ones and wrong ones; a whole space may sit behind it."""

_PURPOSE: Final = "booking link"


class OutsideThatWeek(Refusal):
    """The link moves a booking within its week; farther away its person signs in."""

    code = "outside_that_week"
    text = marked("Ohne Anmeldung lässt sich eine Buchung nur innerhalb ihrer Woche verschieben.")


def link_token(public_id: str, key: bytes) -> str:
    """What stands in the link of this booking."""
    return signed_id(key, _PURPOSE, public_id)


def booking_of_token(token: str, key: bytes) -> str:
    """The public id of the booking that the token is for. Raises NotFound for one that was not made with this key."""
    public_id = id_signed(key, _PURPOSE, token)
    if public_id is None:
        raise NotFound
    return public_id


async def linked_booking(token: str, now: datetime, *, key: bytes, address: str) -> tuple[Actor, BookingCard]:
    """The booking of a link, and its person as an actor without roles. `address` is the caller's.

    The link lives until the booking is over, and dies before it where the person's record is retired. It belongs to
    the booking, so it goes along when the booking comes to another record of the same person. Raises NotFound, TooMany.
    """
    await hit(USES, address_key(address), now)
    booking = await booking_named(booking_of_token(token, key))
    if booking is None or booking.period.ends_at <= now:
        raise NotFound
    return replace(await actor_of_person(booking.person, via="mail"), grants=()), booking


def days_open_to_link(booking: BookingCard, now: datetime) -> tuple[date, date]:
    """The first and last day to which the link can move the booking: what is left of its week, Monday to Sunday."""
    day = booking.starts_at.date()
    monday = day - timedelta(days=day.weekday())
    return max(monday, local_day(now, booking.space.zone)), monday + timedelta(days=6)


async def cancel_by_link(token: str, now: datetime, *, key: bytes, address: str) -> None:
    """Cancels the booking of the link. Raises what `linked_booking` and `cancel` raise."""
    actor, booking = await linked_booking(token, now, key=key, address=address)
    await cancel(actor, booking.public_id, now)


async def come_later_by_link(token: str, now: datetime, *, key: bytes, address: str) -> None:
    """Keeps the place of the link's booking. Raises what `linked_booking` and `come_later` raise."""
    actor, booking = await linked_booking(token, now, key=key, address=address)
    await come_later(actor, booking.public_id, now)


async def check_in_by_link(token: str, now: datetime, *, key: bytes, address: str) -> None:
    """Notes that the person of the link has arrived. Raises what `linked_booking` and `check_in` raise."""
    actor, booking = await linked_booking(token, now, key=key, address=address)
    await check_in(actor, booking.public_id, now)


async def move_by_link(token: str, change: MoveBooking, now: datetime, *, key: bytes, address: str) -> BookingCard:
    """Moves the booking of the link within its week and its space.

    Raises OutsideThatWeek, and what `linked_booking` and `move` raise.
    """
    actor, booking = await linked_booking(token, now, key=key, address=address)
    if isinstance(change.what, str):
        resource = await resource_by_public_id(change.what)
        if resource is None or resource.space != booking.space.id:
            raise NotFound
    elif change.what is not None and change.what.space != booking.space.slug:
        raise NotFound
    first, last = days_open_to_link(booking, now)
    starts_at = change.starts_at or booking.period.starts_at
    if not first <= local_day(starts_at, booking.space.zone) <= last:
        raise OutsideThatWeek(field="tag")
    return await move(actor, booking.public_id, change, now)
