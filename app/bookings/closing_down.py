"""Taking a space off the pages for a while, or for good. Who has booked there is listed before."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.clearing import OFFER, SPACE_RETIRED, AffectedChanged, call_off, end_holds, lock_for_clearing
from app.bookings.desk_endings import end_desks
from app.bookings.desk_holders import Held, held_by_whom, said_of
from app.bookings.giving_back import free
from app.bookings.line_endings import end_places
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING
from app.bookings.waiting import Ending
from app.identity.audit import record
from app.identity.queries import people
from app.identity.rules import Actor
from app.inventory.operations import BOOKED
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.plans.fixed_desks import Because
from app.platform.database import execute, fetch, retried, transaction
from app.platform.outbox import emit

_AHEAD: Final = timedelta(days=800)
"""Further ahead nothing is held."""

_OFF_THE_PAGES: Final = (
    "first_published_at = coalesce(first_published_at, published_at), published_at = NULL, version = version + 1"
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is booked and fixed at a space ahead, and whose. `state` is another one as soon as anything of it is."""

    bookings: tuple[tuple[BookingCard, str], ...]
    fixed: tuple[Held, ...] = ()

    @property
    def state(self) -> str:
        said = [*((booking.id, booking.sequence) for booking, _ in self.bookings), *said_of(self.fixed)]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def booked_ahead(actor: Actor, space: SpaceCard, now: datetime) -> Ahead:
    """All bookings and fixed desks at the space that are not over. Raises NotFound."""
    demand_managed(actor, space)
    fixed = await held_by_whom("r.space = $1", space.id, _yesterday(space, now))
    cards = await bookings_where(
        "b.space = $1 AND b.ends_at > $2 AND b.status = ANY($3) ORDER BY b.starts_at, b.id",
        space.id,
        now,
        list(HOLDING),
    )
    names = await people({card.person for card in cards})
    return Ahead(tuple((card, names[card.person].name) for card in cards), fixed)


def _yesterday(space: SpaceCard, now: datetime) -> date:
    return local_day(now, ZoneInfo(space.time_zone)) - timedelta(days=1)


@retried
async def unpublish(actor: Actor, space: SpaceCard, now: datetime) -> None:
    """Nobody finds or books the space any more until it is published again; what is booked stands. Raises NotFound."""
    demand_managed(actor, space)
    async with transaction():
        if not await execute(
            f"UPDATE space SET {_OFF_THE_PAGES} WHERE id = $1 AND published_at IS NOT NULL",  # noqa: S608
            space.id,
        ):
            return
        await _end_wishes(actor, space, now)
        await record("space.unpublished", "space", space.id, actor, now)
        await emit("space.unpublished", "space", space.id, now)


@retried
async def retire_space(actor: Actor, space: SpaceCard, shown_state: str, now: datetime) -> None:
    """The space is no more: what is booked ahead is called off and fixed desks end, with mail; what was stays known.

    Raises NotFound, and AffectedChanged where bookings and fixed desks ahead are not those of the state that was shown.
    """
    demand_managed(actor, space)
    async with transaction():
        before = await booked_ahead(actor, space, now)
        await lock_for_clearing(space, [booking for booking, _ in before.bookings])
        ahead = await booked_ahead(actor, space, now)
        if ahead.state != shown_state:
            raise AffectedChanged
        await execute(f"UPDATE space SET {_OFF_THE_PAGES}, retired_at = $2 WHERE id = $1", space.id, now)  # noqa: S608
        await _end_wishes(actor, space, now)
        await end_desks([desk for desk, _ in ahead.fixed], _yesterday(space, now), Because.SPACE_RETIRED, actor, now)
        for booking, _ in ahead.bookings:
            await call_off(actor, booking, SPACE_RETIRED, now)
        await free([booking.id for booking, _ in ahead.bookings], *BOOKED)
        await record("space.retired", "space", space.id, actor, now)
        await emit("space.retired", "space", space.id, now)


async def _end_wishes(actor: Actor, space: SpaceCard, now: datetime) -> None:
    """What is merely held, offered or waited for at the space is so no more."""
    resources = [row["id"] for row in await fetch("SELECT id FROM resource WHERE space = $1", space.id)]
    await end_holds(resources, [Period(now, now + _AHEAD)], now)
    await free(await end_places("w.space = $3", Ending.OVER, now, space.id, actor=actor), OFFER)
