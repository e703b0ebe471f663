"""The bookings of a space's day as the desk reads them, in the order in which somebody at the door needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.due import check_leaving, check_missing
from app.bookings.front_desk import Arrival
from app.bookings.queries import BookingCard
from app.bookings.rules import HOLDING, PURPOSE_NAMES, Purpose, Status, check_check_in
from app.identity.authentication import Visitor
from app.inventory.rules import label
from app.kernel.refusals import marked, passes
from app.web.front_desk import state_at_desk
from app.web.week_view import times_text

_HERE_SINCE = marked("da seit {since}")


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """A line of the day; `state` is a kind of parts/signs.html and its word."""

    booking: BookingCard
    name: str
    person: str
    starts: str
    times: str
    label: str
    state: tuple[str, str]
    phone: str | None
    guests: Sequence[str]
    purpose: str
    may_check_in: bool
    may_leave: bool
    may_change: bool
    may_release: bool

    @property
    def is_missing(self) -> bool:
        return self.state[0] == "late" and self.booking.status is Status.CONFIRMED

    @property
    def more(self) -> str:
        """How many come, where the guests' names do not say it."""
        return str(self.booking.people) if self.booking.people > len(self.guests) + 1 else ""


@dataclass(frozen=True, slots=True)
class Groups:
    """All that was not given back: who can be welcomed now, who comes later, who is there, who was, who never came."""

    expected: Sequence[ArrivalRow]
    later: Sequence[ArrivalRow]
    here: Sequence[ArrivalRow]
    gone: Sequence[ArrivalRow]
    absent: Sequence[ArrivalRow]
    given_back: Sequence[ArrivalRow]

    @property
    def coming(self) -> int:
        """Who still comes, and is not missing yet."""
        later = sum(row.booking.status is not Status.REQUESTED for row in self.later)
        return later + sum(not row.is_missing for row in self.expected)

    @property
    def missing(self) -> Sequence[ArrivalRow]:
        return [row for row in self.expected if row.is_missing]

    @property
    def booked(self) -> int:
        return sum(map(len, (self.expected, self.later, self.here, self.gone, self.absent)))


def arrival_row(arrival: Arrival, visitor: Visitor) -> ArrivalRow:
    """The booking in the words of the visitor's language."""
    booking, now, say = arrival.booking, visitor.now, visitor.speaker
    shape, word = state_at_desk(booking, now)
    is_open = booking.status in HOLDING and booking.status is not Status.CHECKED_IN and booking.period.ends_at > now
    starts_at, ends_at = booking.starts_at, booking.ends_at
    return ArrivalRow(
        booking=booking,
        name=arrival.name,
        person=arrival.person_public_id,
        starts=f"{starts_at.hour}:{starts_at:%M}",
        times=times_text(starts_at, ends_at, visitor),
        label=say.word(label(booking.resource.kind, booking.resource.name)),
        state=(shape, _since(booking, visitor) or say.word(word)),
        phone=arrival.phone,
        guests=arrival.guests,
        purpose=say.gettext(PURPOSE_NAMES[booking.purpose]) if booking.purpose is not Purpose.WORK else "",
        may_check_in=booking.status in (Status.CONFIRMED, Status.NO_SHOW)
        and passes(check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, now),
        may_leave=passes(check_leaving, booking, now),
        may_change=is_open,
        may_release=passes(check_missing, booking, now),
    )


def _since(booking: BookingCard, visitor: Visitor) -> str:
    """Since when somebody is there, who is."""
    if booking.status is not Status.CHECKED_IN or booking.checked_in_at is None:
        return ""
    since = booking.checked_in_at.astimezone(booking.space.zone).time()
    return visitor.speaker.say(_HERE_SINCE, since=f"{since.hour}:{since.minute:02}")


def grouped(rows: Sequence[ArrivalRow], now: datetime) -> Groups:
    """Each row in its group, in the order in which they came."""
    groups: dict[str, list[ArrivalRow]] = {name: [] for name in _GROUPS}
    for row in rows:
        groups[_group_of(row, now)].append(row)
    return Groups(**groups)


_GROUPS = ("expected", "later", "here", "gone", "absent", "given_back")


def _group_of(row: ArrivalRow, now: datetime) -> str:
    status, is_over = row.booking.status, row.booking.period.ends_at <= now
    if status in (Status.CANCELLED, Status.RELEASED):
        return "given_back"
    if status is Status.COMPLETED or (status is Status.CHECKED_IN and is_over):
        return "gone"
    if status is Status.CHECKED_IN:
        return "here"
    if status is Status.NO_SHOW or is_over:
        return "absent"
    return "expected" if row.may_check_in else "later"
