"""Whether a booking may be, by the operator's rules and the opening hours, and what it then is. Pure.

Each rule is a function with a refusal of its own, which says in `facts["instead"]` what would be allowed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from app.bookings.outside_hours import may_come_at_any_time
from app.bookings.rules import OffGrid, Status, TooFarAhead, TooLong, check_open
from app.inventory.booking_rules import NOTHING_SAID, BookingRules, Who
from app.inventory.rules import Hours, wall_instant
from app.kernel.money import Money
from app.kernel.periods import Period
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.network.rules import BarTime
from app.plans.purses import Paid
from app.plans.round_the_clock import AnyTime
from app.plans.rules import FREE_OF_CHARGE, Payment, Purse, chosen_way

NOTHING_TO_PAY: Final = Purse()

FREE_AGAIN_FOR: Final = timedelta(minutes=30)
"""So long a booking can be given back as if it had never been, even where it was made after its deadline."""

ASKED_BEFORE_RELEASE: Final = timedelta(minutes=15)
"""Between the question whether somebody still comes and the release of the place."""


class TakesNoBookings(Refusal):
    """The operator is suspended."""

    code = "takes_no_bookings"
    text = marked("{space} nimmt zurzeit keine Buchungen an. Was schon gebucht ist, gilt weiter.")


class LeavesTheNetwork(TakesNoBookings):
    text = marked("{space} gehört nur noch bis {day} zum Netzwerk und lässt sich danach nicht mehr buchen.")


class Barred(Refusal):
    """The operator has barred the person from its spaces; nobody else's are concerned."""

    code = "barred"
    text = marked("Für {space} besteht ein Hausverbot. An den Standorten anderer Betreiber ändert sich nichts.")


class BarredUntil(Barred):
    text = marked(
        "Für {space} besteht bis {last_day} ein Hausverbot. An den Standorten anderer Betreiber ändert sich nichts."
    )


class OffOwnGrid(OffGrid):
    text = marked("Hier beginnen und enden Buchungen zur vollen Stunde.")


class OffHalfHours(OffGrid):
    text = marked("Hier beginnen und enden Buchungen zur vollen oder halben Stunde.")


class NotAPartOfTheDay(OffGrid):
    code = "not_a_part_of_the_day"
    text = marked("Hier lassen sich nur ganze Zeiten buchen: {parts}.")


class TooShort(Refusal):
    code = "too_short"
    text = marked("Hier bucht man mindestens {shortest}.")


class TooLongHere(TooLong):
    text = marked("Hier bucht man höchstens {longest} am Stück.")


class NotYetBookable(TooFarAhead):
    text = marked("Dieser Termin lässt sich ab {opens} buchen.")


class TooLate(Refusal):
    code = "too_late"
    text = marked("Hier bucht man mindestens {notice} vorher. Möglich ist es wieder ab {earliest}.")


class MembersOnly(Refusal):
    code = "members_only"
    text = marked("Das buchen nur Mitglieder. Legen Sie zuerst ein Konto an, oder melden Sie sich an.")


class GroupsOnly(Refusal):
    code = "groups_only"
    text = marked("Das vergibt {space} nur an bestimmte Gruppen. Wenn Sie dazugehören, melden Sie sich dort.")


class TooManyOpen(Refusal):
    code = "too_many_open"
    text = marked("Sie haben hier schon {open} offene Buchungen, mehr als {most} gehen nicht auf einmal.")


class TooManyPeople(Refusal):
    code = "too_many_people"
    text = marked("Hier ist Platz für {capacity}.")


class TooManyGuests(Refusal):
    code = "too_many_guests"
    text = marked("Hier dürfen Sie höchstens {most} Gäste mitbringen.")


class NoGuests(TooManyGuests):
    text = marked("Hierher dürfen Sie keine Gäste mitbringen.")


@dataclass(frozen=True, slots=True)
class Booker:
    """What rules ask of the person who books: known at all, of which groups, how many open bookings by rules' key,
    whether barred from the operator's spaces, what could pay, and on which days the plan there is round the clock."""

    is_known: bool = True
    groups: frozenset[int] = frozenset()
    is_own_member: bool = False
    open_bookings: Mapping[int, int] = field(default_factory=dict)
    bar: BarTime | None = None
    purse: Purse = NOTHING_TO_PAY
    at_any_time: Sequence[AnyTime] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `people` counts everybody who comes. Staff book at short notice and for whom they will.

    `pays` is the key of what shall pay; None takes what `has_paid` before, by their keys, or the first in the order.
    With `or_else` the first in the order pays where the chosen one cannot.
    """

    period: Period
    now: datetime
    people: int = 1
    guests: int = 0
    for_organisation: bool = False
    by_staff: bool = False
    pays: str | None = None
    has_paid: Sequence[int] = ()
    or_else: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where: what a resource's booking is decided on."""

    name: str
    hours: Hours
    rules: BookingRules = NOTHING_SAID
    capacity: int = 1
    paid: Paid | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What pays for a booking, and how it stands.

    A request has a time by which it is decided (`decide_by`); `due_at` is when something first happens by itself.
    """

    payment: Payment = FREE_OF_CHARGE
    status: Status = Status.CONFIRMED
    cancel_until: datetime | None = None
    decide_by: datetime | None = None
    no_show_at: datetime | None = None
    rules: BookingRules = field(default=NOTHING_SAID)

    @property
    def price(self) -> Money:
        return self.payment.price

    @property
    def paid_by(self) -> str:
        return self.payment.kind

    @property
    def due_at(self) -> datetime | None:
        if self.decide_by is not None:
            return self.decide_by
        return None if self.no_show_at is None else self.no_show_at - ASKED_BEFORE_RELEASE


def decide(wish: Wish, place: Place, booker: Booker) -> Decision:
    """What the booking would be; raises the first refusal that stands in the way."""
    for refusal in refusals(wish, place, booker):
        raise refusal
    return decision_of(wish, place.rules, payment_of(wish, place, booker))


def decision_of(wish: Wish, rules: BookingRules, payment: Payment) -> Decision:
    """What the booking is once it may be. Its deadlines count from the wish's `now`."""
    starts_at = wish.period.starts_at
    is_request = rules.needs_approval and not wish.by_staff
    last_moment = starts_at if starts_at > wish.now else wish.period.ends_at
    return Decision(
        payment,
        status=Status.REQUESTED if is_request else Status.CONFIRMED,
        cancel_until=free_to_cancel_until(starts_at, wish.now, rules.cancel_before),
        decide_by=min(wish.now + rules.decide_within, last_moment) if is_request else None,
        no_show_at=None if rules.no_show_after is None else max(starts_at, wish.now) + rules.no_show_after,
        rules=rules,
    )


def refusals(wish: Wish, place: Place, booker: Booker) -> Iterator[Refusal]:
    """All that stands in the way, the opening hours first."""
    for check in _CHECKS:
        try:
            check(wish, place, booker)
        except Refusal as refusal:
            yield refusal


def free_to_cancel_until(starts_at: datetime, made_at: datetime, window: timedelta) -> datetime | None:
    """Until when a booking is given back as if it had never been; None for as long as it has not ended.

    Made after its own deadline it has half an hour, but no longer than to its start.
    """
    if not window:
        return None
    return max(starts_at - window, min(made_at + FREE_AGAIN_FOR, starts_at))


def claimed_period(period: Period, rules: BookingRules) -> Period:
    """The booked time with what is kept free around it."""
    return Period(period.starts_at - rules.buffer_before, period.ends_at + rules.buffer_after)


def check_bar(wish: Wish, place: Place, booker: Booker) -> None:
    """Raises Barred for time within the bar; staff can enter nothing either."""
    bar = booker.bar
    if bar is None or not bar.covers(wish.period.starts_at):
        return
    elsewhere = {"other_operators": True}
    if bar.until is None:
        raise Barred(space=place.name, instead=elsewhere)
    last = local_day(bar.until - timedelta(seconds=1), place.hours.zone)
    raise BarredUntil(
        space=place.name, last_day=last, instead=elsewhere | {"earliest_start": bar.until.astimezone(place.hours.zone)}
    )


def check_taking(wish: Wish, place: Place, _: Booker) -> None:
    """Raises TakesNoBookings or LeavesTheNetwork; staff can enter nothing either."""
    until = place.hours.takes_until
    if until is None or place.hours.takes(wish.period):
        return
    if until <= wish.now:
        raise TakesNoBookings(field="starts_at", space=place.name)
    last = local_day(until - timedelta(seconds=1), place.hours.zone)
    raise LeavesTheNetwork(field="starts_at", space=place.name, day=last, instead={"latest_day": last})


def check_hours(wish: Wish, place: Place, booker: Booker) -> None:
    """Raises ClosedThatDay or OutsideOpeningHours. Who may come at any time is held off by closing days alone."""
    zone = place.hours.zone
    days = {local_day(wish.period.starts_at, zone), local_day(wish.period.ends_at - timedelta(seconds=1), zone)}
    outside, at_any_time = place.rules.outside_hours, booker.at_any_time
    if may_come_at_any_time(outside, days, at_any_time, for_organisation=wish.for_organisation) and not any(
        place.hours.changes.get(day) and not place.hours.openings_on(day) for day in days
    ):
        return
    check_open(wish.period, place.hours, place.name)


def check_parts(wish: Wish, place: Place, _: Booker) -> None:
    """Raises NotAPartOfTheDay where the operator books whole parts of the day and this is none."""
    parts = sorted(place.rules.day_parts, key=lambda part: part.opens)
    if not parts:
        return
    zone = place.hours.zone
    day = local_day(wish.period.starts_at, zone)
    starts = [wall_instant(day, part.opens, zone) for part in parts]
    ends = [wall_instant(day, part.closes, zone) for part in parts]
    if wish.period.starts_at not in starts or wish.period.ends_at not in ends:
        offered = [
            {"starts_at": start.astimezone(zone), "ends_at": end.astimezone(zone)}
            for start, end in zip(starts, ends, strict=True)
        ]
        raise NotAPartOfTheDay(field="starts_at", parts=parts, instead={"parts": offered})


def check_grid(wish: Wish, place: Place, _: Booker) -> None:
    """Raises OffGrid unless start and end stand on the operator's grid of the wall clock."""
    if place.rules.day_parts:
        return
    zone, grid = place.hours.zone, int(place.rules.grid.total_seconds() // 60)
    for name, at in (("starts_at", wish.period.starts_at), ("ends_at", wish.period.ends_at)):
        if at.astimezone(zone).minute % grid:
            refusal = OffOwnGrid if grid == 60 else OffHalfHours
            raise refusal(field=name, instead=_on_grid(wish.period, grid, place.hours))


def check_length(wish: Wish, place: Place, _: Booker) -> None:
    """Raises TooShort or TooLong."""
    rules, starts_at, zone = place.rules, wish.period.starts_at, place.hours.zone
    if wish.period.duration < rules.shortest:
        instead = {"ends_at": (starts_at + rules.shortest).astimezone(zone)}
        raise TooShort(field="ends_at", shortest=rules.shortest, instead=instead)
    if wish.period.duration > rules.longest:
        instead = {"ends_at": (starts_at + rules.longest).astimezone(zone)}
        raise TooLongHere(field="ends_at", longest=rules.longest, instead=instead)


def check_ahead(wish: Wish, place: Place, booker: Booker) -> None:
    """Raises NotYetBookable before the day from which this person may book it."""
    zone, rules = place.hours.zone, place.rules
    ahead = rules.days_ahead + (rules.own_members_days if booker.is_own_member else 0)
    day = local_day(wish.period.starts_at, zone)
    opens = day - timedelta(days=ahead)
    if local_day(wish.now, zone) < opens:
        last = local_day(wish.now, zone) + timedelta(days=ahead)
        raise NotYetBookable(field="starts_at", opens=opens, until=last, instead={"latest_day": last})


def check_notice(wish: Wish, place: Place, _: Booker) -> None:
    """Raises TooLate after the last moment for it. Staff book until the end."""
    earliest = wish.now + place.rules.notice
    if place.rules.notice and not wish.by_staff and wish.period.starts_at < earliest:
        grid = int(place.rules.grid.total_seconds())
        rounded = datetime.fromtimestamp(-(-earliest.timestamp() // grid) * grid, place.hours.zone)
        raise TooLate(
            field="starts_at", notice=place.rules.notice, earliest=rounded, instead={"earliest_start": rounded}
        )


def check_who(wish: Wish, place: Place, booker: Booker) -> None:
    """Raises MembersOnly or GroupsOnly. Staff give it to whom they will."""
    if place.rules.who is Who.EVERYONE or wish.by_staff:
        return
    if not booker.is_known:
        raise MembersOnly(instead={"sign_in": True})
    if place.rules.who is Who.GROUPS and place.rules.groups.isdisjoint(booker.groups):
        raise GroupsOnly(space=place.name)


def check_most_open(wish: Wish, place: Place, booker: Booker) -> None:
    """Raises TooManyOpen where the person holds as many bookings under these rules as one may. Staff don't count."""
    most, held = place.rules.most_open, booker.open_bookings.get(place.rules.key, 0)
    if most is not None and not wish.by_staff and held >= most:
        raise TooManyOpen(open=held, most=most, instead={"most_open": most})


def check_people(wish: Wish, place: Place, _: Booker) -> None:
    """Raises TooManyPeople, TooManyGuests or NoGuests."""
    if max(wish.people, 1 + wish.guests) > place.capacity:
        raise TooManyPeople(field="people", capacity=place.capacity, instead={"most_people": place.capacity})
    most = place.rules.most_guests
    if most is not None and wish.guests > most:
        refusal = TooManyGuests if most else NoGuests
        raise refusal(field="guests", most=most, instead={"most_guests": most})


def payment_of(wish: Wish, place: Place, booker: Booker) -> Payment:
    """What pays. Raises NothingPays and CannotPayThat."""
    if place.paid is None or not booker.purse.charges:
        return FREE_OF_CHARGE
    need = place.paid.need(wish.period, place.hours.zone)
    return chosen_way(need, booker.purse, wish.pays, place.name, has_paid=wish.has_paid, or_else=wish.or_else)


_CHECKS: Final[Sequence[Callable[[Wish, Place, Booker], object]]] = (
    check_bar,
    check_taking,
    check_hours,
    check_parts,
    check_grid,
    check_length,
    check_ahead,
    check_notice,
    check_who,
    check_most_open,
    check_people,
    payment_of,
)


def _on_grid(period: Period, grid: int, hours: Hours) -> dict[str, datetime]:
    """The smallest time on the grid that holds the wished one."""
    zone = hours.zone
    start, end = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
    early = datetime.combine(start.date(), time(start.hour), zone) + timedelta(minutes=start.minute // grid * grid)
    late = datetime.combine(end.date(), time(end.hour), zone) + timedelta(minutes=-(-end.minute // grid) * grid)
    return {"starts_at": early, "ends_at": late}
