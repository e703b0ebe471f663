"""The link in a mail about an offer, which accepts or declines that one offer and can do nothing else.

It is made like the link of a booking (mail_links.py) and belongs to a place in line.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from app.bookings.mail_links import USES
from app.bookings.offers import accept_offer, leave_line
from app.bookings.queries import BookingCard
from app.bookings.waiting import WaitingCard, waiting_named
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.kernel.refusals import NotFound
from app.platform.random_ids import id_signed, signed_id
from app.platform.rate_limits import address_key, hit

_PURPOSE: Final = "offer link"


def offer_token(public_id: str, key: bytes) -> str:
    """What stands in the link of this place in line."""
    return signed_id(key, _PURPOSE, public_id)


async def linked_offer(token: str, now: datetime, *, key: bytes, address: str) -> tuple[Actor, WaitingCard]:
    """The place in line of a link, and its person as an actor without roles. `address` is the caller's.

    The link lives until what was offered would be over. Raises NotFound, TooMany.
    """
    await hit(USES, address_key(address), now)
    public_id = id_signed(key, _PURPOSE, token)
    place = await waiting_named(public_id) if public_id else None
    if place is None or place.period.ends_at <= now:
        raise NotFound
    return replace(await actor_of_person(place.person, via="mail"), grants=()), place


async def accept_by_link(
    token: str,
    now: datetime,
    *,
    key: bytes,
    address: str,
    agreed_price: int | None = None,
    early_start: bool = False,
) -> BookingCard:
    """Books what the link offers. Raises what `linked_offer` and `accept_offer` raise."""
    actor, place = await linked_offer(token, now, key=key, address=address)
    return await accept_offer(actor, place.public_id, now, agreed_price=agreed_price, early_start=early_start)


async def decline_by_link(token: str, now: datetime, *, key: bytes, address: str) -> WaitingCard:
    """Lets the offer go to the next in line. Raises what `linked_offer` raises."""
    actor, place = await linked_offer(token, now, key=key, address=address)
    return await leave_line(actor, place.public_id, now)
