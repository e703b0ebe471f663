"""A plausible month of bookings around one day. Pure: the same day and the same places give the same month.

Every member of the crowd has a home among the spaces, a favourite desk, and days on which he tends to come: most of all
from Tuesday to Thursday, and more of them the nearer a space lies to Koblenz.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from app.bookings.rules import Status
from app.inventory.rules import Hours, wall_instant
from app.kernel.periods import Period

DAYS_BACK, DAYS_AHEAD = 14, 21

_COMES = {1: 0.38, 2: 0.52, 3: 0.55, 4: 0.50, 5: 0.26, 6: 0.06, 7: 0.04}
"""How likely a member comes on a weekday; 1 is Monday."""

_STAYS = ((8, 17), (8, 16), (9, 17), (9, 18), (7, 15), (8, 17), (8, 12), (9, 13), (13, 17), (13, 18))
"""From when to when, in hours; most stay for the whole day."""

_FULLEST = 0.7
"""The share of a space's desks that the crowd takes at most, so that there is always something left to book."""

_GOES_ELSEWHERE, _TAKES_FAVOURITE, _PARKS, _MEETS, _CALLS = 0.1, 0.8, 0.25, 0.2, 0.15
_CANCELS, _STAYS_AWAY, _IS_SEEN = 0.06, 0.03, 0.8
_ARRIVED_BY = time(9, 30)
_OVER = frozenset({Status.COMPLETED, Status.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Place:
    """A space with its resources by key; `pull` is how busy it is, 1 on average."""

    slug: str
    space: int
    hours: Hours
    pull: float
    desks: Sequence[int]
    rooms: Sequence[int]
    booths: Sequence[int]
    parking: Sequence[int]


@dataclass(frozen=True, slots=True)
class Habit:
    """Somebody takes a desk at a space on these weekdays (1 is Monday), between two hours of the wall clock.

    With `made_by` a front desk books it for the person.
    """

    person: int
    slug: str
    weekdays: frozenset[int]
    hours: tuple[int, int]
    made_by: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedBooking:
    """A booking as it shall stand in the database."""

    person: int
    space: int
    resource: int
    period: Period
    status: Status
    created_at: datetime
    updated_at: datetime
    made_by: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it took its time from others."""
        return self.status is not Status.CANCELLED


@dataclass(frozen=True, slots=True)
class _Member:
    person: int
    home: Place
    favourite: int


def plausible_month(
    places: Sequence[Place], crowd: Sequence[int], habits: Sequence[Habit], today: date
) -> list[PlannedBooking]:
    """All bookings from two weeks before to three weeks after `today`, by the time they were made.

    Those of `habits` come first and are all kept; what is before today is over, what begins early today has begun.
    """
    diary = _Diary(today, Random(today.toordinal()))  # noqa: S311 - to be the same every time, not to be secret
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        diary.keep_habits(places, habits, today + timedelta(days=offset))
    members = diary.at_home(places, crowd)
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        diary.fill_day(places, members, today + timedelta(days=offset))
    return sorted(diary.bookings, key=lambda booking: (booking.created_at, booking.period, booking.resource))


def plausible_past(places: Sequence[Place], crowd: Sequence[int], today: date, days: int) -> list[PlannedBooking]:
    """What the crowd did on so many days before that month, all of it over, by the time it was booked."""
    diary = _Diary(today, Random(-today.toordinal()))  # noqa: S311
    members = diary.at_home(places, crowd)
    for offset in range(-DAYS_BACK - days, -DAYS_BACK):
        diary.fill_day(places, members, today + timedelta(days=offset))
    return sorted(diary.bookings, key=lambda booking: (booking.created_at, booking.period, booking.resource))


class _Diary:
    """Who has which resource when, as far as it is written."""

    def __init__(self, today: date, chance: Random) -> None:
        self.bookings: list[PlannedBooking] = []
        self._today = today
        self._chance = chance
        self._taken: dict[int, list[Period]] = defaultdict(list)

    def at_home(self, places: Sequence[Place], crowd: Sequence[int]) -> list[_Member]:
        """Everybody with a home, spread by the spaces' size and pull, and a favourite desk there."""
        shares = list(accumulate(place.pull * len(place.desks) for place in places))
        steps = ((n + 0.5) * shares[-1] / len(crowd) for n in range(len(crowd)))
        homes = [places[bisect_left(shares, step)] for step in steps]
        return [
            _Member(person, home, self._chance.choice(home.desks)) for person, home in zip(crowd, homes, strict=True)
        ]

    def keep_habits(self, places: Sequence[Place], habits: Sequence[Habit], day: date) -> None:
        by_slug = {place.slug: place for place in places}
        for habit in habits:
            place = by_slug[habit.slug]
            stay = stay_within(place, day, habit.hours)
            if day.isoweekday() in habit.weekdays and stay is not None:
                desk = next(desk for desk in place.desks if self._is_free(desk, stay))
                self._write(place, desk, habit.person, stay, self._status(place, stay), habit.made_by)

    def fill_day(self, places: Sequence[Place], members: Sequence[_Member], day: date) -> None:
        likely = _COMES[day.isoweekday()] * _booked_so_early((day - self._today).days)
        for member in members:
            if self._chance.random() < likely:
                away = self._chance.random() < _GOES_ELSEWHERE
                self._visit(self._chance.choice(places) if away else member.home, member, day)

    def _visit(self, place: Place, member: _Member, day: date) -> None:
        """A desk for the stay, and now and then a parking place, a room for a meeting, a booth for a call."""
        stay = stay_within(place, day, self._chance.choice(_STAYS))
        desk = self._desk(place, member, stay) if stay else None
        if stay is None or desk is None:
            return
        status = self._fate(place, stay)
        self._write(place, desk, member.person, stay, status)
        if status is Status.CANCELLED:
            return
        if self._chance.random() < _PARKS:
            self._take_any(place, place.parking, member.person, stay)
        if self._chance.random() < _MEETS:
            self._take_any(place, place.rooms, member.person, self._part_of(stay, self._chance.choice((1, 2, 2, 3))))
        if self._chance.random() < _CALLS:
            self._take_any(place, place.booths, member.person, self._part_of(stay, 1))

    def _desk(self, place: Place, member: _Member, stay: Period) -> int | None:
        free = [desk for desk in place.desks if self._is_free(desk, stay)]
        if len(place.desks) - len(free) >= _FULLEST * len(place.desks):
            return None
        if member.favourite in free and self._chance.random() < _TAKES_FAVOURITE:
            return member.favourite
        return self._chance.choice(free)

    def _take_any(self, place: Place, resources: Sequence[int], person: int, period: Period) -> None:
        free = [resource for resource in resources if self._is_free(resource, period)]
        if free:
            self._write(place, free[0], person, period, self._fate(place, period))

    def _part_of(self, stay: Period, hours: int) -> Period:
        """So many whole hours within the stay."""
        spare = max(stay.minutes // 60 - hours, 0)
        starts_at = stay.starts_at + timedelta(hours=self._chance.randint(0, spare))
        return Period(starts_at, min(starts_at + timedelta(hours=hours), stay.ends_at))

    def _is_free(self, resource: int, period: Period) -> bool:
        return not any(period.overlaps(taken) for taken in self._taken[resource])

    def _fate(self, place: Place, period: Period) -> Status:
        """What became of a booking of the crowd."""
        if self._chance.random() < _CANCELS:
            return Status.CANCELLED
        status = self._status(place, period)
        if status is Status.COMPLETED and self._chance.random() < _STAYS_AWAY:
            return Status.NO_SHOW
        if status is Status.CHECKED_IN and self._chance.random() > _IS_SEEN:
            return Status.CONFIRMED
        return status

    def _status(self, place: Place, period: Period) -> Status:
        starts_at = period.starts_at.astimezone(place.hours.zone)
        if starts_at.date() < self._today:
            return Status.COMPLETED
        if starts_at.date() == self._today and starts_at.time() <= _ARRIVED_BY:
            return Status.CHECKED_IN
        return Status.CONFIRMED

    def _write(
        self, place: Place, resource: int, person: int, period: Period, status: Status, made_by: int | None = None
    ) -> None:
        """Bookings are made up to ten days before and none of them later than the night to today."""
        earlier = timedelta(days=self._chance.randint(1, 10), minutes=self._chance.randint(0, 600))
        midnight = wall_instant(self._today, 0, place.hours.zone)
        created_at = min(period.starts_at - earlier, midnight - timedelta(minutes=self._chance.randint(60, 9_000)))
        updated_at = created_at
        if status in _OVER:
            updated_at = period.ends_at
        elif status is Status.CANCELLED:
            updated_at = created_at + timedelta(minutes=self._chance.randint(1, 60))
        booking = PlannedBooking(person, place.space, resource, period, status, created_at, updated_at, made_by)
        self.bookings.append(booking)
        if booking.holds:
            self._taken[resource].append(period)


def stay_within(place: Place, day: date, hours: tuple[int, int]) -> Period | None:
    """What the space's opening leaves of these hours of the wall clock; None where that is less than three hours."""
    opens, closes = (wall_instant(day, hour * 60, place.hours.zone) for hour in hours)
    stays = (period.clipped_to(Period(opens, closes)) for period in place.hours.periods_on(day))
    return next((stay for stay in stays if stay is not None and stay.minutes >= 180), None)


def _booked_so_early(days_ahead: int) -> float:
    """The share of what will be booked in the end."""
    if days_ahead <= 5:
        return 1.0
    return 0.75 if days_ahead <= 12 else 0.4


def habits_of(commuter: int, freelancer: int, today: date) -> tuple[Habit, ...]:
    """What the accounts that book do every week: the commuter whole days, the freelancer mornings.

    The next working day is always one of the commuter's.
    """
    following = (today + timedelta(days=n) for n in range(1, 4))
    first = next(day.isoweekday() for day in following if day.isoweekday() <= 5)
    weekdays = [(first + n - 1) % 5 + 1 for n in range(5)]
    return (
        Habit(commuter, "regiohub-polch", frozenset({weekdays[0], weekdays[2]}), (8, 16)),
        Habit(freelancer, "regiohub-mayen", frozenset({weekdays[1]}), (9, 13)),
        Habit(freelancer, "bahnhof-kobern", frozenset({weekdays[3]}), (9, 13)),
    )


def habits_at_the_desk(phone: int, name_only: int, made_by: int) -> tuple[Habit, ...]:
    """What a front desk books every week for two people without e-mail: two mornings in a village, an afternoon."""
    return (
        Habit(phone, "alte-bank-ochtendung", frozenset({2, 4}), (8, 12), made_by),
        Habit(name_only, "regiohub-polch", frozenset({3}), (13, 17), made_by),
    )
