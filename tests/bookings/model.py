"""What bookings ought to do, in plain Python without a database: lists are searched, nothing is clever."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
OPENS, CLOSES = 8, 18
HOLDING = ("requested", "confirmed", "checked_in")
ASKED_BEFORE = 15 * MINUTE


@dataclass(frozen=True)
class Thing:
    """A resource with its rules; minutes."""

    name: str
    parts: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    cancel_before: int = 0
    no_show_after: int | None = None
    most_open: int | None = None
    needs_approval: bool = False

    @property
    def whole(self) -> tuple[str, ...]:
        return (self.name, *self.parts)


Claim = tuple[str, datetime, datetime]


@dataclass
class Held:
    """A booking or a newcomer's hold; `claims` is all time that it takes, what is kept free around it included."""

    thing: str
    starts: datetime
    ends: datetime
    person: str
    status: str
    made: datetime
    claims: list[Claim] = field(default_factory=list)
    cancel_until: datetime | None = None
    until: datetime | None = None
    series: str | None = None
    group: str | None = None
    reason: str | None = None
    due: datetime | None = None
    no_show_at: datetime | None = None
    is_asked: bool = False
    comes_later: bool = False


@dataclass
class Blocked:
    """What an operator has blocked."""

    things: tuple[str, ...]
    starts: datetime
    ends: datetime

    @property
    def claims(self) -> list[Claim]:
        return [(name, self.starts, self.ends) for name in self.things]

    def what_is_left(self, claim: Claim) -> list[Claim]:
        """The claim without what is blocked."""
        name, starts, ends = claim
        if not any(touch(claim, one) for one in self.claims):
            return [claim]
        pieces = [(name, starts, self.starts), (name, self.ends, ends)]
        return [piece for piece in pieces if piece[1] < piece[2]]


def touch(one: Claim, other: Claim) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


@dataclass
class Model:
    """The whole state. `unsent` are bookings whose question no worker has handed on yet."""

    things: dict[str, Thing]
    now: datetime
    bookings: dict[str, Held] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    blockers: dict[str, Blocked] = field(default_factory=dict)
    unsent: set[str] = field(default_factory=set)

    def trial(self) -> "Model":
        """A copy in which things may be tried."""
        return copy.deepcopy(self)

    def claims_of(self, thing: Thing, starts: datetime, ends: datetime) -> list[Claim]:
        """All time that this would take, what is kept free around it included."""
        around = ((starts - thing.before * MINUTE, starts), (starts, ends), (ends, ends + thing.after * MINUTE))
        return [(name, since, until) for name in thing.whole for since, until in around if since < until]

    def standing(self, but_for: Iterable[str] = ()) -> Iterator[Held | Blocked]:
        """Whatever holds time now."""
        yield from (held for key, held in self.bookings.items() if held.status in HOLDING and key not in but_for)
        yield from (held for held in self.holds.values() if self.lives(held))
        yield from self.blockers.values()

    def lives(self, hold: Held) -> bool:
        return hold.status == "held" and hold.until is not None and self.now < hold.until

    def claims(self) -> set[Claim]:
        """All claims that ought to be there but for blockers'."""
        return {claim for held in self.standing() if isinstance(held, Held) for claim in held.claims}

    def is_free(self, thing: Thing, starts: datetime, ends: datetime, but_for: Iterable[str] = ()) -> bool:
        wanted = self.claims_of(thing, starts, ends)
        return not any(touch(claim, one) for held in self.standing(but_for) for claim in held.claims for one in wanted)

    def why_not(
        self, person: str, thing: Thing, starts: datetime, ends: datetime, but_for: Sequence[str] = ()
    ) -> str | None:
        """The code with which a booking ought to be refused."""
        midnight = starts.replace(hour=0, minute=0)
        if starts <= self.now - 15 * MINUTE:
            return "in_the_past"
        if starts.isoweekday() > 5:
            return "closed_that_day"
        if starts < midnight + OPENS * 60 * MINUTE or ends > midnight + CLOSES * 60 * MINUTE:
            return "outside_opening_hours"
        if thing.most_open is not None and self.open_bookings(person, thing, but_for) >= thing.most_open:
            return "too_many_open"
        return None if self.is_free(thing, starts, ends, but_for) else "taken"

    def open_bookings(self, person: str, thing: Thing, but_for: Sequence[str]) -> int:
        return sum(
            held.person == person and held.thing == thing.name and held.status in HOLDING and held.ends > self.now
            for key, held in self.bookings.items()
            if key not in but_for
        )

    def book(self, key: str, person: str, thing: Thing, starts: datetime, ends: datetime, **more: Any) -> None:
        held = Held(thing.name, starts, ends, person, "", self.now, cancel_until=self.deadline(thing, starts), **more)
        self.bookings[key] = held
        self.place(held, thing)

    def place(self, held: Held, thing: Thing) -> None:
        """What a new time or place makes of a booking."""
        held.claims = self.claims_of(thing, held.starts, held.ends)
        held.status = "requested" if thing.needs_approval else "confirmed"
        held.is_asked = held.comes_later = False
        held.until = held.no_show_at = held.due = None
        if thing.no_show_after is not None:
            held.no_show_at = max(held.starts, self.now) + thing.no_show_after * MINUTE
            held.due = held.no_show_at - ASKED_BEFORE
        if thing.needs_approval:
            last_moment = held.starts if held.starts > self.now else held.ends
            held.until = held.due = min(self.now + 48 * 60 * MINUTE, last_moment)

    def deadline(self, thing: Thing, starts: datetime) -> datetime | None:
        if not thing.cancel_before:
            return None
        return max(starts - thing.cancel_before * MINUTE, min(self.now + 30 * MINUTE, starts))

    def moments(self) -> list[datetime]:
        """The times to come at which anything stands otherwise."""
        standing = [held for held in self.standing() if isinstance(held, Held)]
        known = {at for held in standing for at in (held.starts, held.due, held.until, held.cancel_until)}
        return sorted(at for at in known if at is not None and at > self.now)

    def settle(self) -> None:
        """What is due happens: nobody decided, nobody came. One step at a time."""
        for key, held in self.bookings.items():
            if held.status not in ("requested", "confirmed") or held.due is None or held.due > self.now:
                continue
            if held.status == "requested":
                self.end(key, "cancelled")
            elif held.is_asked:
                self.end(key, "no_show")
                held.reason = "never_asked" if key in self.unsent else "no_show"
            elif not held.comes_later and self.now + ASKED_BEFORE < held.ends:
                held.is_asked, held.due = True, max(held.no_show_at or self.now, self.now + ASKED_BEFORE)
                self.unsent.add(key)
            else:
                held.due = None

    def approve(self, key: str) -> None:
        held = self.bookings[key]
        held.status = "confirmed"
        held.due = held.no_show_at and held.no_show_at - ASKED_BEFORE
        if held.cancel_until is not None:
            held.cancel_until = max(held.cancel_until, min(self.now + 30 * MINUTE, held.starts))

    def is_changeable(self, key: str) -> bool:
        held = self.bookings[key]
        return held.status in ("requested", "confirmed") and held.ends > self.now

    def move(self, key: str, thing: Thing, starts: datetime, ends: datetime) -> None:
        held = self.bookings[key]
        passed = held.cancel_until is not None and held.cancel_until <= self.now
        held.cancel_until = held.cancel_until if passed else self.deadline(thing, starts)
        held.thing, held.starts, held.ends = thing.name, starts, ends
        self.place(held, thing)

    def cancel(self, key: str) -> None:
        group = self.bookings[key].group
        with_it = [other for other, held in self.bookings.items() if group is not None and held.group == group]
        for each in {key, *with_it}:
            if self.is_changeable(each):
                held = self.bookings[each]
                is_late = held.status == "confirmed" and held.cancel_until is not None and held.cancel_until <= self.now
                self.end(each, "released" if is_late else "cancelled")

    def decline(self, key: str) -> None:
        """Staff says no, and what was booked with it goes with it; none of it counts."""
        group = self.bookings[key].group
        with_it = [other for other, held in self.bookings.items() if group is not None and held.group == group]
        for each in {key, *with_it}:
            if self.is_changeable(each):
                self.end(each, "cancelled")

    def end(self, key: str, status: str) -> None:
        self.bookings[key].status, self.bookings[key].due = status, None

    def is_or_gets_back(self, key: str) -> bool:
        """Whether the place is the person's, or still free after nobody came."""
        held = self.bookings[key]
        thing = self.things[held.thing]
        return held.status == "confirmed" or (
            held.status == "no_show" and self.is_free(thing, held.starts, held.ends, (key,))
        )

    def take_back(self, key: str, status: str) -> None:
        held = self.bookings[key]
        if held.status == "no_show":
            held.claims = self.claims_of(self.things[held.thing], held.starts, held.ends)
        held.status, held.due, held.reason = status, None, None

    def may_check_in(self, key: str) -> bool:
        held = self.bookings[key]
        return held.starts - 15 * MINUTE <= self.now < held.ends and self.is_or_gets_back(key)

    def may_come_later(self, key: str) -> bool:
        held = self.bookings[key]
        return held.starts.date() == self.now.date() and self.now < held.ends and self.is_or_gets_back(key)

    def block(self, key: str, thing: Thing, starts: datetime, ends: datetime) -> None:
        """Bookings in it are cancelled, holds end, and what was merely kept free beside a booking makes way."""
        blocked = Blocked(thing.whole, starts, ends)
        for booking in self.hit_by(blocked):
            self.end(booking, "cancelled")
        for hold in self.holds.values():
            if any(touch(claim, one) for claim in hold.claims for one in blocked.claims):
                hold.status = "ended"
        ahead = Blocked(thing.whole, max(starts, self.now), ends)
        for held in self.bookings.values():
            held.claims = [piece for claim in held.claims for piece in ahead.what_is_left(claim)]
        self.blockers[key] = blocked

    def hit_by(self, blocked: Blocked) -> list[str]:
        """The bookings whose own time is blocked and that are not over."""
        return [
            key
            for key, held in self.bookings.items()
            if held.status in HOLDING
            and held.ends > self.now
            and any(
                touch((name, held.starts, held.ends), one)
                for name in self.things[held.thing].whole
                for one in blocked.claims
            )
        ]

    def series_plan(
        self, person: str, thing: Thing, dates: Sequence[tuple[datetime, datetime]]
    ) -> tuple[list[tuple[datetime, datetime]], int]:
        """Which dates can be had, each one after those before it, and how many cannot."""
        trial = self.trial()
        had = []
        for number, (starts, ends) in enumerate(dates):
            if trial.why_not(person, thing, starts, ends) is None:
                trial.book(f"date {number}", person, thing, starts, ends)
                had.append((starts, ends))
        return had, len(dates) - len(had)
