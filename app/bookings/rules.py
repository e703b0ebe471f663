"""What may be booked, decided from facts alone. Pure: no clock, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.kernel.wall_time import local_day

GRID = timedelta(minutes=15)
SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
BOOKABLE_AHEAD = timedelta(days=400)
CHECK_IN_OPENS = timedelta(minutes=15)
CODES_SHOWN_BEFORE = timedelta(hours=24)
LONGEST_NOTE = 500
MOST_GUESTS = 100
LONGEST_GUEST = 120


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whatever is best of a kind at a space (its name in addresses) and fits these words (inventory/needs.py)."""

    space: str
    kind: Kind
    features: frozenset[str] = frozenset()


class Status(StrEnum):
    """Where a booking stands."""

    REQUESTED = "requested"
    HELD = "held"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    RELEASED = "released"


HOLDING = frozenset({Status.REQUESTED, Status.HELD, Status.CONFIRMED, Status.CHECKED_IN})
"""While a booking stands so, claims hold its time."""


class EndsBeforeStart(BadInput):
    code = "ends_before_start"
    text = marked("Das Ende muss nach dem Anfang liegen.")


class OffGrid(BadInput):
    code = "off_grid"
    text = marked("Buchbar sind volle Viertelstunden, etwa 8:00, 8:15 oder 8:30 Uhr.")


class TooLong(BadInput):
    code = "too_long"
    text = marked("Am Stück lassen sich höchstens {hours} Stunden buchen.")


class InThePast(Refusal):
    code = "in_the_past"
    text = marked("Diese Zeit ist schon vorbei.")


class TooFarAhead(Refusal):
    code = "too_far_ahead"
    text = marked("So weit im Voraus lässt sich noch nichts buchen. Möglich ist es bis {until}.")


class ClosedThatDay(Refusal):
    code = "closed_that_day"
    text = marked("{space} ist am {day} geschlossen.")


class ClosedForReason(ClosedThatDay):
    text = marked("{space} ist am {day} geschlossen: {reason}.")


class OutsideOpeningHours(Refusal):
    code = "outside_opening_hours"
    text = marked("{space} ist am {day} nur {hours} offen.")


class AlreadyTaken(Conflict):
    """Somebody else holds the time. `facts["alternatives"]` are (public id, name) of what is free then."""

    code = "desk_already_taken"
    text = marked("{name} ist in dieser Zeit vergeben.")


class AlreadyTakenOthersFree(AlreadyTaken):
    text = marked("{name} ist in dieser Zeit vergeben. Frei sind noch: {others}.")


class HeldForSomebody(AlreadyTaken):
    """Somebody else has chosen it and may book it until then."""

    text = marked("{name} ist bis {until} für jemand anderen vorgemerkt.")


class HeldForSomebodyOthersFree(AlreadyTaken):
    text = marked("{name} ist bis {until} für jemand anderen vorgemerkt. Frei sind noch: {others}.")


class SomebodysOwn(AlreadyTaken):
    """It is somebody's fixed desk."""

    text = marked("{name} ist fest vergeben.")


class SomebodysOwnOthersFree(SomebodysOwn):
    text = marked("{name} ist fest vergeben. Frei sind noch: {others}.")


class Blocked(AlreadyTaken):
    """The operator has closed it then."""

    code = "blocked"
    text = marked("{name} ist in dieser Zeit gesperrt: {reason}.")


class BlockedOthersFree(Blocked):
    text = marked("{name} ist in dieser Zeit gesperrt: {reason}. Frei sind noch: {others}.")


class NothingFree(Conflict):
    code = "nothing_free"
    text = marked("{space} ist in dieser Zeit ausgebucht.")


class NothingFreeThatFits(NothingFree):
    text = marked("In {space} ist in dieser Zeit nichts frei, das zu Ihren Filtern passt.")


class NotOpenToChange(Conflict):
    """The booking is over, cancelled, or has begun."""

    code = "booking_not_open"
    text = marked("Diese Buchung lässt sich nicht mehr ändern.")


class CheckInNotOpen(Refusal):
    code = "check_in_not_open"
    text = marked("Ihre Ankunft können Sie ab {opens} bis zum Ende der Buchung melden.")


class NoteTooLong(BadInput):
    code = "note_too_long"
    text = marked("Die Notiz hat mehr als {most} Zeichen.")


class GuestsUnusable(BadInput):
    code = "guests_unusable"
    text = marked("Möglich sind {most} Gäste, je Name höchstens {longest} Zeichen.")


class Purpose(StrEnum):
    """What a booking is for; funders ask for it from the first day."""

    WORK = "work"
    CLUB = "club"
    COURSE = "course"
    PUBLIC = "public"


PURPOSE_NAMES: Final[Mapping[Purpose, str]] = {
    Purpose.WORK: marked("Arbeit"),
    Purpose.CLUB: marked("Verein"),
    Purpose.COURSE: marked("Kurs"),
    Purpose.PUBLIC: marked("öffentliche Veranstaltung"),
}

_A_HALL = 12
"""From so many seats on a room is rather taught in than worked in."""


def default_purpose(kind: Kind, capacity: int) -> Purpose:
    """What a booking is for where nobody says so."""
    return Purpose.COURSE if kind is Kind.ROOM and capacity >= _A_HALL else Purpose.WORK


class HouseRulesNotAccepted(Refusal):
    """The space has house rules that this person has not accepted yet. `facts["edition"]` is what to accept."""

    code = "house_rules_not_accepted"
    text = marked("Vor der ersten Buchung in {space} bestätigen Sie bitte die Hausordnung.")


@dataclass(frozen=True, slots=True)
class HouseRulesState:
    """The edition that holds at a space and the latest one that the person has accepted; 0 where there is none."""

    edition: int
    accepted: int

    def newly_accepted(self, agreed: int | None, space: str) -> int | None:
        """The edition that a booking accepts on the way, None where nothing is to accept.

        Raises HouseRulesNotAccepted unless `agreed` is the edition that holds; who saw an older one sees this one.
        """
        if self.accepted >= self.edition:
            return None
        if agreed != self.edition:
            raise HouseRulesNotAccepted(field="house_rules", space=space, edition=self.edition)
        return self.edition


def checked_period(starts_at: datetime, ends_at: datetime, now: datetime) -> Period:
    """The period that somebody asks for, where it can be booked anywhere at all.

    Raises EndsBeforeStart, OffGrid, TooLong, InThePast, TooFarAhead. The running quarter of an hour may be booked.
    """
    if ends_at <= starts_at:
        raise EndsBeforeStart(field="ends_at")
    for field, at in (("starts_at", starts_at), ("ends_at", ends_at)):
        if at.second or at.microsecond or at.minute % (GRID.seconds // 60):
            raise OffGrid(field=field)
    if ends_at - starts_at > LONGEST:
        raise TooLong(field="ends_at", hours=int(LONGEST.total_seconds() // 3600))
    if starts_at <= now - GRID:
        raise InThePast(field="starts_at")
    if starts_at > now + BOOKABLE_AHEAD:
        raise TooFarAhead(field="starts_at", until=(now + BOOKABLE_AHEAD).date())
    return Period(starts_at, ends_at)


def check_open(period: Period, hours: Hours, space: str) -> None:
    """Raises ClosedThatDay or OutsideOpeningHours unless the space is open during the whole period."""
    if hours.covers(period):
        return
    day = local_day(period.starts_at, hours.zone)
    openings = hours.openings_on(day)
    if not openings:
        reason = hours.why_closed(day)
        if reason:
            raise ClosedForReason(space=space, day=day, reason=reason)
        raise ClosedThatDay(space=space, day=day)
    raise OutsideOpeningHours(space=space, day=day, hours=openings)


def checked_note(note: str) -> str:
    """The note without blanks around it and without control characters but line ends. Raises NoteTooLong."""
    clean = "".join(c for c in note.replace("\r\n", "\n").strip() if c == "\n" or c.isprintable())
    if len(clean) > LONGEST_NOTE:
        raise NoteTooLong(field="note", most=LONGEST_NOTE)
    return clean


def checked_guests(guests: tuple[str, ...]) -> tuple[str, ...]:
    """The guests' names with single blanks; lines without a name are left out. Raises GuestsUnusable."""
    names = [" ".join("".join(c if c.isprintable() else " " for c in guest).split()) for guest in guests]
    names = [name for name in names if name]
    if len(names) > MOST_GUESTS or any(len(name) > LONGEST_GUEST for name in names):
        raise GuestsUnusable(field="guests", most=MOST_GUESTS, longest=LONGEST_GUEST)
    return tuple(names)


def check_changeable(status: Status, ends_at: datetime, now: datetime) -> None:
    """Raises NotOpenToChange unless the booking may still be cancelled or moved: it holds its time and is not over."""
    if status not in HOLDING or status is Status.CHECKED_IN or ends_at <= now:
        raise NotOpenToChange


def check_check_in(status: Status, period: Period, zone: ZoneInfo, now: datetime) -> None:
    """Raises NotOpenToChange or CheckInNotOpen; arriving is possible from 15 minutes before the start to the end."""
    if status is not Status.CONFIRMED:
        raise NotOpenToChange
    if not period.starts_at - CHECK_IN_OPENS <= now < period.ends_at:
        raise CheckInNotOpen(opens=(period.starts_at - CHECK_IN_OPENS).astimezone(zone))


def is_that_day(period: Period, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the booking's own day is running: from its first midnight to its last, by the space's clock."""
    last = local_day(period.ends_at - timedelta(microseconds=1), zone)
    return local_day(period.starts_at, zone) <= local_day(now, zone) <= last


def may_take_codes_along(status: Status, period: Period, now: datetime) -> bool:
    """Whether a mail or a slip says the space's codes: from the start to the end of what is firmly booked."""
    return status in (Status.CONFIRMED, Status.CHECKED_IN) and now < period.ends_at


def may_see_codes(status: Status, period: Period, now: datetime) -> bool:
    """Whether the booking's page says the space's codes: not before the last day."""
    return may_take_codes_along(status, period, now) and period.starts_at - CODES_SHOWN_BEFORE <= now


_COMFORTS = ("height_adjustable", "monitor", "window", "quiet")


def comfort(features: Iterable[str]) -> int:
    """How good a desk is for somebody who takes any: the more comforts, the better."""
    return sum(feature in _COMFORTS for feature in features)


class DayPart(StrEnum):
    """The part of the day that somebody searches for."""

    MORNING = "vormittag"
    AFTERNOON = "nachmittag"
    WHOLE_DAY = "ganz"
    OWN = "eigen"


DAY_PARTS = {DayPart.MORNING: (8 * 60, 12 * 60), DayPart.AFTERNOON: (13 * 60, 18 * 60), DayPart.WHOLE_DAY: (480, 1080)}
"""Wall time in minutes of a part of the day; a space that opens later or closes earlier offers what lies within."""

SHORTEST_DAY_PART = timedelta(hours=1)


def window_at(open_then: Iterable[Period], wanted: Period, now: datetime) -> Period | None:
    """What of the wanted time can be given: when it is open, and not yet over.

    The longest stretch counts, and it must last an hour at least; otherwise None.
    """
    earliest = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    if wanted.ends_at <= earliest + SHORTEST:
        return None
    wanted = Period(max(wanted.starts_at, earliest), wanted.ends_at)
    stretches = [period.clipped_to(wanted) for period in open_then]
    longest = max((p for p in stretches if p is not None), key=lambda p: p.duration, default=None)
    if longest is None or longest.duration < min(SHORTEST_DAY_PART, wanted.duration):
        return None
    if longest.starts_at > now + BOOKABLE_AHEAD:
        return None
    return longest
