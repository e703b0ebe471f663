"""What happens to a booking by itself when its time has come, and what its person can say before. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.bookings.decision import ASKED_BEFORE_RELEASE
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, is_that_day
from app.kernel.refusals import Conflict, marked

COUNTED_FOR: Final = timedelta(days=365)
"""How long it is held against somebody not to have come."""

NEVER_ASKED: Final = "never_asked"
"""The reason of a no-show whose question could not be sent in time; it is held against nobody."""

RELEASED_BY_DESK: Final = "released_by_desk"
"""The reason of a no-show that staff has released before its time was up; it is held against nobody either."""

MISSED_AFTER: Final = timedelta(minutes=15)
"""How late somebody may be before the desk is told."""


class Step(StrEnum):
    """What is due: the refusal of a request, to keep the place to its end, to ask the person, to release the place."""

    NOT_DECIDED = "not_decided"
    KEPT = "kept"
    ASKED = "asked"
    NO_SHOW = "no_show"


class NotThere(Conflict):
    """Somebody leaves who has not arrived, or whose time is over."""

    code = "not_checked_in"
    text = marked("Gehen kann nur, wer gerade da ist.")


class NotMissing(Conflict):
    """The person is there, is expected, has said to come later, or the place is kept whoever comes when."""

    code = "not_missing"
    text = marked("Diesen Platz können Sie jetzt nicht freigeben.")


class NothingToDelay(Conflict):
    """The booking is no longer expected, or is of another day."""

    code = "coming_later_not_open"
    text = marked("Später zu kommen lässt sich am Tag der Buchung melden, solange der Platz für Sie frei ist.")


def step_of(booking: BookingCard, now: datetime, *, is_staffed: bool, can_be_asked: bool) -> Step | None:
    """What is due now; None where nothing is.

    Where nobody of the operator's is there at the start (`is_staffed`), or the person cannot be written to
    (`can_be_asked`), the place is kept. So it is when there is no time left to answer.
    """
    if booking.due_at is None or booking.due_at > now:
        return None
    if booking.status is Status.REQUESTED:
        return Step.NOT_DECIDED
    if booking.status is not Status.CONFIRMED or booking.coming_later_at or not is_staffed or not can_be_asked:
        return Step.KEPT
    if booking.asked_at is not None:
        return Step.NO_SHOW
    return Step.ASKED if now + ASKED_BEFORE_RELEASE < booking.period.ends_at else Step.KEPT


def released_at(booking: BookingCard, asked_at: datetime) -> datetime:
    """When the place is released after the question, unless somebody answers."""
    return max(booking.no_show_at or asked_at, asked_at + ASKED_BEFORE_RELEASE)


def check_leaving(booking: BookingCard, now: datetime) -> None:
    """Raises NotThere unless the person is there now."""
    if booking.status is not Status.CHECKED_IN or booking.period.ends_at <= now:
        raise NotThere


def check_missing(booking: BookingCard, now: datetime) -> None:
    """Raises NotMissing unless somebody is late where the operator's rules give the place to others sooner or later."""
    is_late = booking.period.starts_at + MISSED_AFTER <= now < booking.period.ends_at
    is_expected = booking.status is Status.CONFIRMED and booking.coming_later_at is None
    if not (is_late and is_expected and booking.no_show_at is not None):
        raise NotMissing


def check_coming_later(booking: BookingCard, now: datetime) -> None:
    """Raises NothingToDelay unless it is the booking's day and the person is still expected, or just was."""
    is_expected = booking.status in (Status.CONFIRMED, Status.NO_SHOW) and booking.period.ends_at > now
    if not is_expected or not is_that_day(booking.period, booking.space.zone, now):
        raise NothingToDelay
