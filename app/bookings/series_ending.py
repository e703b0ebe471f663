"""Cancelling dates of a series: all that are still to come, those from a day on, or those of some days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.cancellation import enter_ends
from app.bookings.draft import by_staff, for_whom
from app.bookings.giving_back import give_back
from app.bookings.queries import BookingCard
from app.bookings.rules import NotOpenToChange, Status, check_changeable
from app.bookings.series_making import MadeSeries
from app.bookings.series_queries import SeriesCard, bookings_of_series, dates_for, locked_series
from app.identity.audit import record, record_each
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Refusal, marked
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit

_SECOND: Final = timedelta(seconds=1)


class DaysReversed(BadInput):
    code = "days_reversed"
    text = marked("Der letzte Tag liegt vor dem ersten.")


class NoDateThen(Refusal):
    code = "no_date_then"
    text = marked("In diesem Zeitraum liegt kein Termin, der sich noch absagen lässt.")


@dataclass(frozen=True, slots=True)
class CancelSeries:
    """Which days: from `first` to `last`, each open where it is None."""

    first: date | None = None
    last: date | None = None

    def hits(self, booking: BookingCard) -> bool:
        day = booking.starts_at.date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def to_cancel(bookings: Sequence[BookingCard], days: CancelSeries, now: datetime) -> list[BookingCard]:
    """What of these would be cancelled: what falls on these days and may still be changed.

    Raises DaysReversed, NotOpenToChange where nothing of the series may be, NoDateThen where only other days may.
    """
    if days.first is not None and days.last is not None and days.last < days.first:
        raise DaysReversed(field="last")
    changeable = [booking for booking in bookings if is_changeable(booking, now)]
    if not changeable:
        raise NotOpenToChange
    found = [booking for booking in changeable if days.hits(booking)]
    if not found:
        raise NoDateThen(field="first")
    return found


def is_changeable(booking: BookingCard, now: datetime) -> bool:
    """Whether a date may still be cancelled or moved."""
    try:
        check_changeable(booking.status, booking.period.ends_at, now)
    except NotOpenToChange:
        return False
    return True


@retried
async def cancel_series(
    actor: Actor, public_id: str, days: CancelSeries, now: datetime, *, for_others: bool = False
) -> MadeSeries:
    """Gives the time of these dates back to the others, in one act of which the person hears once (`series.cancelled`).

    Each date ends as a booking cancelled by itself does: after its deadline it counts all the same. Where no later date
    remains, the rule ends with the last one that does. With `for_others` a front desk does it for whose series it is,
    as far as the dates are at its spaces. Raises NotFound and as `to_cancel` says.
    """
    async with transaction():
        series, bookings = await locked_series(actor, public_id, for_others=for_others)
        ended = to_cancel(dates_for(actor, series, bookings), days, now)
        reason = "by_member" if series.person == actor.person else "by_front_desk"
        keys = [booking.id for booking in ended]
        await end_bookings(ended, reason, now)
        await give_back(keys, now)
        standing = await bookings_of_series(series.id)
        rule = _what_is_left(series, standing)
        await execute(
            "UPDATE series SET rrule = $2, sequence = sequence + 1, updated_at = $3 WHERE id = $1", series.id, rule, now
        )
        whom = for_whom(actor, series.person)
        await record_each("booking.cancelled", "booking", keys, actor, now, reason=reason, **whom)
        await record("series.cancelled", "series", series.id, actor, now, bookings=len(keys), reason=reason, **whom)
        await emit("series.cancelled", "series", series.id, now, bookings=keys, **by_staff(actor, series.person))
        return MadeSeries(replace(series, rrule=rule, sequence=series.sequence + 1, updated_at=now), standing)


async def end_bookings(bookings: Sequence[BookingCard], reason: str, now: datetime) -> None:
    """Writes that these have ended, as each would by itself: too late it is released and counts."""
    late = [booking.id for booking in bookings if booking.is_late_at(now)]
    in_time = [booking.id for booking in bookings if not booking.is_late_at(now)]
    if in_time:
        await enter_ends(in_time, Status.CANCELLED, reason, now)
    if late:
        await enter_ends(late, Status.RELEASED, reason, now, is_late=True)


def _what_is_left(series: SeriesCard, bookings: Sequence[BookingCard]) -> str:
    """The rule, cut where it has no date any more; as it was where it never had one that was kept."""
    slots = [booking.series_slot for booking in bookings if booking.series_slot is not None]
    kept = [
        booking.series_slot
        for booking in bookings
        if booking.series_slot is not None and booking.status not in (Status.CANCELLED, Status.RELEASED)
    ]
    if not kept or kept[-1] == slots[-1]:
        return series.rrule
    return str(series.rule.ending(kept[-1] + _SECOND))
