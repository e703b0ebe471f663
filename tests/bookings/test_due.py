"""What happens to a booking by itself, from facts alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.bookings.due import (
    NothingToDelay,
    NotThere,
    Step,
    check_coming_later,
    check_leaving,
    released_at,
    step_of,
)
from app.bookings.queries import BookedResource, BookedSpace, BookingCard
from app.bookings.rules import Purpose, Status
from app.inventory.rules import Kind
from app.kernel.money import FREE
from app.kernel.periods import Period
from tests.worlds import NOW, tomorrow

DUE = tomorrow(9, 15)
BOOKING = BookingCard(
    id=1,
    public_id="b",
    person=1,
    status=Status.CONFIRMED,
    reason=None,
    resource=BookedResource(1, "r", Kind.DESK, "1", 1, ()),
    space=BookedSpace(1, "polch", "Polch", "Op", "Straße", "56751", "Polch", 50.3, 7.3, "Europe/Berlin", 1),
    period=Period(tomorrow(9), tomorrow(12)),
    note="",
    paid_by="free",
    price=FREE,
    sequence=0,
    purpose=Purpose.WORK,
    commute_to=None,
    guest_phone=None,
    made_by=None,
    created_at=NOW,
    updated_at=NOW,
    due_at=DUE,
    no_show_at=tomorrow(9, 30),
)


def step(booking: BookingCard, now: datetime = DUE, *, staffed: bool = True, mail: bool = True) -> Step | None:
    return step_of(booking, now, is_staffed=staffed, can_be_asked=mail)


def test_nothing_happens_before_its_time() -> None:
    assert step(BOOKING, DUE - timedelta(seconds=1)) is None
    assert step(replace(BOOKING, due_at=None)) is None


def test_first_the_person_is_asked_then_the_place_is_released() -> None:
    assert step(BOOKING) is Step.ASKED
    assert step(replace(BOOKING, asked_at=DUE)) is Step.NO_SHOW


@pytest.mark.parametrize(("staffed", "mail"), [(False, True), (True, False)])
def test_nobody_is_released_where_nobody_is_there_or_can_be_asked(staffed: bool, mail: bool) -> None:
    assert step(BOOKING, staffed=staffed, mail=mail) is Step.KEPT
    assert step(replace(BOOKING, asked_at=DUE), staffed=staffed, mail=mail) is Step.KEPT


def test_who_comes_later_keeps_the_place_to_its_end() -> None:
    assert step(replace(BOOKING, asked_at=DUE, coming_later_at=DUE)) is Step.KEPT


def test_nobody_is_asked_when_there_is_no_time_left_to_answer() -> None:
    assert step(BOOKING, tomorrow(11, 44)) is Step.ASKED
    assert step(BOOKING, tomorrow(11, 45)) is Step.KEPT


def test_a_request_is_over_whoever_is_there() -> None:
    assert step(replace(BOOKING, status=Status.REQUESTED), staffed=False, mail=False) is Step.NOT_DECIDED


@pytest.mark.parametrize(
    ("asked_at", "released"), [(tomorrow(9, 15), tomorrow(9, 30)), (tomorrow(9, 10), tomorrow(9, 30))]
)
def test_the_place_is_never_released_before_its_time(asked_at: datetime, released: datetime) -> None:
    assert released_at(BOOKING, asked_at) == released


def test_after_the_question_there_is_always_a_quarter_of_an_hour() -> None:
    assert released_at(BOOKING, tomorrow(9, 25)) == tomorrow(9, 40)


def test_only_who_is_there_can_leave() -> None:
    check_leaving(replace(BOOKING, status=Status.CHECKED_IN), tomorrow(11))
    for booking, now in ((BOOKING, tomorrow(10)), (replace(BOOKING, status=Status.CHECKED_IN), tomorrow(12))):
        with pytest.raises(NotThere):
            check_leaving(booking, now)


def test_coming_later_is_said_on_the_day_of_the_booking() -> None:
    check_coming_later(BOOKING, tomorrow(7))
    check_coming_later(replace(BOOKING, status=Status.NO_SHOW), tomorrow(10))
    for booking, now in (
        (BOOKING, NOW),
        (BOOKING, tomorrow(12)),
        (replace(BOOKING, status=Status.CANCELLED), tomorrow(10)),
    ):
        with pytest.raises(NothingToDelay):
            check_coming_later(booking, now)


@pytest.mark.parametrize(
    ("status", "is_late", "taken_over", "counts"),
    [
        (Status.CONFIRMED, False, False, True),
        (Status.NO_SHOW, False, False, True),
        (Status.CANCELLED, False, False, False),
        (Status.RELEASED, True, False, True),
        (Status.RELEASED, True, True, False),
    ],
)
def test_a_day_counts_unless_it_was_given_back_in_time_or_taken_over(
    status: Status, is_late: bool, taken_over: bool, counts: bool
) -> None:
    assert replace(BOOKING, status=status, is_late=is_late, is_taken_over=taken_over).counts is counts
