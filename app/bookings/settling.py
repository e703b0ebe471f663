"""What happens to bookings by themselves: requests that nobody decided, and places where nobody came.

It is settled by the worker and whenever somebody reads what depends on it, so that nothing waits for a worker that has
stopped (docs/decisions/0026-what-happens-by-itself.md).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.bookings.approval import DECLINED_WITH
from app.bookings.cancellation import enter_end, locked_at_its_operator
from app.bookings.due import NEVER_ASKED, Step, released_at, step_of
from app.bookings.giving_back import give_back
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.identity.audit import record
from app.identity.queries import people
from app.inventory.on_site import on_site_of
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.staffing import Presence
from app.kernel.periods import Period
from app.network.queries import space_by_id
from app.platform.database import Busy, execute, fetch, fetch_value, retried, transaction
from app.platform.logs import Log, error_in_short
from app.platform.outbox import emit, waits_to_be_handed_on

SETTLING: Final = "settle_bookings"
"""The periodic job's name, by which staff see when it last ran."""

_MOST_AT_ONCE = 500
_MOST_FOR_A_READER = 25
_AT_THE_START = timedelta(minutes=1)

_log = Log(__name__)


async def settle_due(now: datetime) -> int:
    """Settles everything that is due, each booking by itself; how many. One that fails does not stop the others.

    Raises at the end what the first one raised.
    """
    settled, failures = await _settle_each(await _due(now, None, _MOST_AT_ONCE), now)
    if failures:
        raise failures[0]
    return settled


async def settle_at(space: int | None, now: datetime, *, but_for: int = 0) -> bool:
    """The same for whoever reads what is free at this space, or anywhere; whether anything has changed.

    Where nothing is due it asks one small index. A failure is for the worker to tell, and stops nobody's reading. The
    booking `but_for` is left alone.
    """
    due = await _due(now, space, _MOST_FOR_A_READER)
    settled, _ = await _settle_each([booking for booking in due if booking != but_for], now)
    return settled > 0


async def _due(now: datetime, space: int | None, most: int) -> list[int]:
    rows = await fetch(
        "SELECT id FROM booking WHERE due_at <= $1 AND ($2::bigint IS NULL OR space = $2) ORDER BY due_at, id LIMIT $3",
        now,
        space,
        most,
    )
    return [row["id"] for row in rows]


async def _settle_each(bookings: Sequence[int], now: datetime) -> tuple[int, list[Exception]]:
    settled, failures = 0, []
    for booking in bookings:
        try:
            settled += await _settle(booking, now)
        except Busy:
            raise
        except Exception as failure:
            _log.warning("booking not settled", booking=booking, error=error_in_short(failure))
            failures.append(failure)
    return settled, failures


@retried
async def _settle(key: int, now: datetime) -> bool:
    """Takes the step that is due; False where somebody else just changes the booking, or nothing is due any more."""
    async with transaction():
        if await fetch_value("SELECT id FROM booking WHERE id = $1 AND due_at <= $2 FOR UPDATE SKIP LOCKED", key, now):
            booking = await booking_by_id(key)
            assert booking is not None, "its row is locked"
            match await _step(booking, now):
                case Step.NOT_DECIDED:
                    await _refuse(booking, now)
                case Step.ASKED:
                    await _ask(booking, now)
                case Step.NO_SHOW:
                    await _release(booking, now)
                case _:
                    await execute("UPDATE booking SET due_at = NULL WHERE id = $1", key)
            return True
    return False


async def _step(booking: BookingCard, now: datetime) -> Step | None:
    if booking.status is not Status.CONFIRMED:
        return step_of(booking, now, is_staffed=False, can_be_asked=False)
    person = (await people([booking.person]))[booking.person]
    return step_of(booking, now, is_staffed=await _is_staffed(booking), can_be_asked=person.email is not None)


async def _is_staffed(booking: BookingCard) -> bool:
    """Whether somebody of the operator's is there when the booking begins."""
    space = await space_by_id(booking.space.id)
    if space is None:
        return False
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    day, starts_at = booking.starts_at.date(), booking.period.starts_at
    on_site = (await on_site_of(await hours_of([clock], day, day), day, day, "de"))[space.id]
    return on_site.staffing.during(Period(starts_at, starts_at + _AT_THE_START)) is Presence.WHOLE


async def _refuse(booking: BookingCard, now: datetime) -> None:
    """What was booked with it goes with it, as when it is declined."""
    along = await locked_at_its_operator(booking, now)
    for each in (booking, *along):
        await enter_end(each.id, Status.CANCELLED, Step.NOT_DECIDED if each is booking else DECLINED_WITH, now)
        await record("booking.not_decided", "booking", each.id, None, now)
        await emit("booking.declined", "booking", each.id, now)
    await give_back([booking.id, *(each.id for each in along)], now)


async def _ask(booking: BookingCard, now: datetime) -> None:
    await execute(
        "UPDATE booking SET asked_at = $2, due_at = $3 WHERE id = $1", booking.id, now, released_at(booking, now)
    )
    await emit("booking.asked", "booking", booking.id, now)


async def _release(booking: BookingCard, now: datetime) -> None:
    """Where the question still waits for a worker the place is released all the same, and nothing is held against."""
    never_asked = await waits_to_be_handed_on("booking.asked", "booking", booking.id)
    reason = NEVER_ASKED if never_asked else Status.NO_SHOW
    await enter_end(booking.id, Status.NO_SHOW, reason, now)
    await give_back([booking.id], now)
    await record("booking.no_show", "booking", booking.id, None, now, reason=reason)
    await emit("booking.no_show", "booking", booking.id, now)
