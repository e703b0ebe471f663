"""What bookings ought to do, in plain Python without a database: lists are searched, nothing is clever."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
OPENS, CLOSES = 8, 18
HOLDING = ("requested", "confirmed", "checked_in")


@dataclass(frozen=True)
class Thing:
    """A resource with its rules; minutes."""

    name: str
    parts: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    cancel_before: int = 0
    most_open: int | None = None
    needs_approval: bool = False


@dataclass
class Held:
    """A booking, a newcomer's hold or a blocker."""

    thing: str
    starts: datetime
    ends: datetime
    person: str
    status: str
    made: datetime
    cancel_until: datetime | None = None
    until: datetime | None = None
    group: int | None = None
    series: int | None = None

    def spans(self, starts: datetime, ends: datetime) -> bool:
        return self.starts < ends and starts < self.ends


Claim = tuple[str, datetime, datetime]


@dataclass
class Model:
    """The whole state; `day` is midnight of the only day."""

    things: dict[str, Thing]
    day: datetime
    now: datetime
    bookings: dict[str, Held] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    blockers: dict[str, Held] = field(default_factory=dict)

    def claims_of(self, thing: Thing, starts: datetime, ends: datetime) -> list[Claim]:
        """All time that this would take, what is kept free around it included."""
        return [
            (name, starts - thing.before * MINUTE, ends + thing.after * MINUTE) for name in (thing.name, *thing.parts)
        ]

    def standing(self, but_for: Iterable[str] = ()) -> Iterator[Held]:
        """Whatever holds time now."""
        yield from (held for key, held in self.bookings.items() if held.status in HOLDING and key not in but_for)
        yield from (held for held in self.holds.values() if held.status == "held" and self.now < held.until)  # type: ignore[operator]
        yield from self.blockers.values()

    def claims(self) -> set[Claim]:
        """All claims that ought to be there, each with its buffers in one."""
        return {
            claim
            for held in self.standing()
            for claim in (
                [(held.thing, held.starts, held.ends)]
                if held.status == "blocked"
                else self.claims_of(self.things[held.thing], held.starts, held.ends)
            )
        }

    def is_free(self, thing: Thing, starts: datetime, ends: datetime, but_for: Iterable[str] = ()) -> bool:
        wanted = self.claims_of(thing, starts, ends)
        for held in self.standing(but_for):
            held_things = (
                [(held.thing, held.starts, held.ends)]
                if held.status == "blocked"
                else self.claims_of(self.things[held.thing], held.starts, held.ends)
            )
            for name, start, end in held_things:
                if any(name == other and start < until and since < end for other, since, until in wanted):
                    return False
        return True

    def why_not(
        self, person: str, thing: Thing, starts: datetime, ends: datetime, but_for: Sequence[str] = ()
    ) -> str | None:
        """The code with which a booking ought to be refused."""
        if starts <= self.now - 15 * MINUTE:
            return "in_the_past"
        if starts < self.day + OPENS * 60 * MINUTE or ends > self.day + CLOSES * 60 * MINUTE:
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

    def book(self, key: str, person: str, thing: Thing, starts: datetime, ends: datetime, **more: int) -> None:
        status = "requested" if thing.needs_approval else "confirmed"
        self.bookings[key] = Held(
            thing.name,
            starts,
            ends,
            person,
            status,
            self.now,
            cancel_until=self.deadline(thing, starts),
            until=self.decided_until(thing, starts, ends),
            **more,
        )

    def deadline(self, thing: Thing, starts: datetime) -> datetime | None:
        if not thing.cancel_before:
            return None
        return max(starts - thing.cancel_before * MINUTE, min(self.now + 30 * MINUTE, starts))

    def decided_until(self, thing: Thing, starts: datetime, ends: datetime) -> datetime | None:
        if not thing.needs_approval:
            return None
        return min(self.now + 48 * 60 * MINUTE, starts if starts > self.now else ends)

    def settle(self) -> None:
        """Requests that nobody decided in time are over."""
        for held in self.bookings.values():
            if held.status == "requested" and held.until is not None and held.until <= self.now:
                held.status = "cancelled"

    def is_changeable(self, key: str) -> bool:
        held = self.bookings[key]
        return held.status in ("requested", "confirmed") and held.ends > self.now

    def move(self, key: str, thing: Thing, starts: datetime, ends: datetime) -> None:
        held = self.bookings[key]
        passed = held.cancel_until is not None and held.cancel_until <= self.now
        held.cancel_until = held.cancel_until if passed else self.deadline(thing, starts)
        held.thing, held.starts, held.ends = thing.name, starts, ends
        held.status = "requested" if thing.needs_approval else "confirmed"
        held.until = self.decided_until(thing, starts, ends)

    def cancel(self, key: str) -> None:
        held = self.bookings[key]
        is_late = held.status == "confirmed" and held.cancel_until is not None and held.cancel_until <= self.now
        held.status = "released" if is_late else "cancelled"

    def may_check_in(self, key: str) -> bool:
        held = self.bookings[key]
        return held.status == "confirmed" and held.starts - 15 * MINUTE <= self.now < held.ends
