"""What bookings ought to do, in plain Python without a database: lists are searched, nothing is clever."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.bookings.model_things import (
    CLOSES,
    MINUTE,
    OPENS,
    Blocked,
    Claim,
    Held,
    Place,
    Thing,
    Time,
    offer_until,
    touch,
    touches,
)

HOLDING = ("requested", "confirmed", "checked_in")
ASKED_BEFORE = 15 * MINUTE


@dataclass
class Model:
    """The whole state. `unsent` are bookings whose question no worker has handed on yet.

    `things` are sorted, the best first; `line` by who joined first. `freed` has not been handed on to the line yet.
    """

    things: dict[str, Thing]
    now: datetime
    bookings: dict[str, Held] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    blockers: dict[str, Blocked] = field(default_factory=dict)
    line: dict[str, Place] = field(default_factory=dict)
    freed: list[Time] = field(default_factory=list)
    unsent: set[str] = field(default_factory=set)

    def trial(self) -> "Model":
        """A copy in which things may be tried."""
        return copy.deepcopy(self)

    def claims_of(self, thing: Thing, starts: datetime, ends: datetime) -> list[Claim]:
        """All time that this would take, what is kept free around it included."""
        around = ((starts - thing.before * MINUTE, starts), (starts, ends), (ends, ends + thing.after * MINUTE))
        return [(name, since, until) for name in thing.whole for since, until in around if since < until]

    def standing(self, but_for: Iterable[str] = ()) -> Iterator[Held | Place | Blocked]:
        """Whatever holds time now; holds and offers that are over do until somebody has swept them up."""
        yield from (held for key, held in self.bookings.items() if held.status in HOLDING and key not in but_for)
        yield from (held for key, held in self.holds.items() if held.status == "held" and key not in but_for)
        yield from (place for key, place in self.line.items() if place.status == "offered" and key not in but_for)
        yield from self.blockers.values()

    def lives(self, kept: Held | Place) -> bool:
        return kept.status in ("held", "offered") and kept.until is not None and self.now < kept.until

    def claims(self) -> set[Claim]:
        """All claims that ought to be there but for blockers', and for what has yet to be swept up."""
        kept = [one for one in (*self.holds.values(), *self.line.values()) if self.lives(one)]
        booked = [held for held in self.bookings.values() if held.status in HOLDING]
        return {claim for one in (*kept, *booked) for claim in one.claims}

    def is_free(self, thing: Thing, starts: datetime, ends: datetime, but_for: Iterable[str] = ()) -> bool:
        wanted = self.claims_of(thing, starts, ends)
        return not any(touch(claim, one) for held in self.standing(but_for) for claim in held.claims for one in wanted)

    def forbidden(
        self, person: str, thing: Thing, starts: datetime, ends: datetime, but_for: Sequence[str] = ()
    ) -> str | None:
        """The code with which the rules refuse a booking, free or not."""
        midnight = starts.replace(hour=0, minute=0)
        if starts <= self.now - 15 * MINUTE:
            return "in_the_past"
        if starts.isoweekday() > 5:
            return "closed_that_day"
        if starts < midnight + OPENS or ends > midnight + CLOSES:
            return "outside_opening_hours"
        if thing.most_open is not None and self.open_bookings(person, thing, but_for) >= thing.most_open:
            return "too_many_open"
        return None

    def why_not(
        self, person: str, thing: Thing, starts: datetime, ends: datetime, but_for: Sequence[str] = ()
    ) -> str | None:
        """The code with which a booking ought to be refused.

        What is over is swept up by who runs into it, and goes to the line first. What was offered to the person himself
        makes way, and is left over.
        """
        refused = self.forbidden(person, thing, starts, ends, but_for)
        if refused or self.is_free(thing, starts, ends, but_for):
            return refused
        near = self.near(thing, starts, ends)
        self.sweep(near)
        mine = [key for key in self.offers_to(person) if touches(self.line[key].claims, near)]
        if not self.is_free(thing, starts, ends, but_for) and self.is_free(thing, starts, ends, (*but_for, *mine)):
            for key in mine:
                self.end_place(key, "booked_elsewhere")
        return None if self.is_free(thing, starts, ends, but_for) else "taken"

    def near(self, thing: Thing, starts: datetime, ends: datetime) -> Time:
        """The time with the most that is kept free around anything of the kind."""
        alike = [other for other in self.things.values() if other.kind == thing.kind]
        before, after = max(other.before for other in alike), max(other.after for other in alike)
        return starts - before * MINUTE, ends + after * MINUTE

    def open_bookings(self, person: str, thing: Thing, but_for: Sequence[str]) -> int:
        return sum(
            held.person == person and held.thing == thing.name and held.status in HOLDING and held.ends > self.now
            for key, held in self.bookings.items()
            if key not in but_for
        )

    def book(self, key: str, person: str, thing: Thing, starts: datetime, ends: datetime, **more: Any) -> None:
        held = Held(
            thing.name, starts, ends, person, "", self.now, cancel_until=thing.deadline(starts, self.now), **more
        )
        self.bookings[key] = held
        self.place(held, thing)
        self.hand_on()

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

    def moments(self) -> list[datetime]:
        """The times to come at which anything stands otherwise."""
        known = {place.until for place in self.line.values() if place.status == "offered"}
        known |= {place.starts - 10 * MINUTE for place in self.line.values() if place.status == "waiting"}
        for held in self.standing():
            if isinstance(held, Held):
                known |= {held.starts, held.due, held.until, held.cancel_until}
        return sorted(at for at in known if at is not None and at > self.now)

    def settle(self) -> None:
        """What is due happens: nobody decided, nobody came. One step at a time."""
        due = [(held.due, key) for key, held in self.bookings.items() if held.due is not None]
        for _, key in sorted((one for one in due if one[0] <= self.now), key=lambda one: one[0]):
            held = self.bookings[key]
            if held.due is None:
                continue
            if held.status == "requested":
                self.decline(key)
            elif held.is_asked:
                self.end(key, "no_show")
                held.reason = "never_asked" if key in self.unsent else "no_show"
            elif not held.comes_later and self.now + ASKED_BEFORE < held.ends:
                held.is_asked, held.due = True, max(held.no_show_at or self.now, self.now + ASKED_BEFORE)
                self.unsent.add(key)
            else:
                held.due = None
            self.hand_on()

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
        self.free(held)
        passed = held.cancel_until is not None and held.cancel_until <= self.now
        held.cancel_until = held.cancel_until if passed else thing.deadline(starts, self.now)
        held.thing, held.starts, held.ends = thing.name, starts, ends
        self.place(held, thing)
        self.hand_on()

    def cancel(self, *keys: str) -> None:
        """All of these in one act, with what was booked in one act with them."""
        groups = [self.bookings[key].group for key in keys if self.bookings[key].group is not None]
        for key, held in self.bookings.items():
            if (key in keys or held.group in groups) and self.is_changeable(key):
                is_late = held.status == "confirmed" and held.cancel_until is not None and held.cancel_until <= self.now
                self.end(key, "released" if is_late else "cancelled")
        self.hand_on()

    def decline(self, key: str) -> None:
        """Staff says no, or nothing in time, and what was booked with it goes with it; none of it counts."""
        group = self.bookings[key].group or object()
        for each, held in self.bookings.items():
            if each == key or (held.group == group and self.is_changeable(each)):
                self.end(each, "cancelled")
        self.hand_on()

    def end(self, key: str, status: str) -> None:
        """What was held has to be handed on."""
        self.free(self.bookings[key])
        self.bookings[key].status, self.bookings[key].due = status, None

    def is_or_gets_back(self, key: str) -> bool:
        """Whether the place is the person's, or still free after nobody came."""
        held = self.bookings[key]
        if held.status != "no_show":
            return held.status == "confirmed"
        trial = self.trial()
        trial.sweep_for(held)
        return trial.is_free(self.things[held.thing], held.starts, held.ends)

    def sweep_for(self, held: Held) -> None:
        thing = self.things[held.thing]
        if not self.is_free(thing, held.starts, held.ends):
            self.sweep(self.near(thing, held.starts, held.ends))

    def take_back(self, key: str, status: str) -> None:
        held = self.bookings[key]
        if held.status == "no_show":
            self.sweep_for(held)
            held.claims = self.claims_of(self.things[held.thing], held.starts, held.ends)
        held.status, held.due, held.reason = status, None, None

    def may_check_in(self, key: str) -> bool:
        held = self.bookings[key]
        return held.starts - 15 * MINUTE <= self.now < held.ends and self.is_or_gets_back(key)

    def may_come_later(self, key: str) -> bool:
        held = self.bookings[key]
        return held.starts.date() == self.now.date() and self.now < held.ends and self.is_or_gets_back(key)

    def block(self, key: str, thing: Thing, starts: datetime, ends: datetime) -> None:
        """Bookings in it are cancelled, holds end, who was offered it waits on, and what was kept free makes way."""
        blocked = Blocked(thing.whole, starts, ends)
        for booking in self.hit_by(blocked):
            self.end(booking, "cancelled")
        for kept in (*self.holds.values(), *self.line.values()):
            if kept.status in ("held", "offered") and any(
                touch(claim, one) for claim in kept.claims for one in blocked.claims
            ):
                kept.status = "waiting" if isinstance(kept, Place) else "ended"
                self.free(kept)
        ahead = Blocked(thing.whole, max(starts, self.now), ends)
        for held in self.bookings.values():
            held.claims = [piece for claim in held.claims for piece in ahead.what_is_left(claim)]
        self.blockers[key] = blocked
        self.hand_on()

    def lift(self, key: str) -> None:
        blocked = self.blockers.pop(key)
        self.freed.append((blocked.starts, blocked.ends))
        self.hand_on()

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

    def free(self, kept: Held | Place) -> None:
        """It holds nothing any more; what that was has to be handed on."""
        if kept.claims:
            self.freed.append((min(claim[1] for claim in kept.claims), max(claim[2] for claim in kept.claims)))

    def hand_on(self) -> None:
        freed, self.freed = self.freed, []
        if freed:
            self.serve(freed)

    def serve(self, freed: Sequence[Time] | None = None) -> None:
        """Who is first gets what is free for the whole window; of those beside what was freed."""
        for key, place in self.line.items():
            if place.status != "waiting" or place.starts < self.now + 15 * MINUTE:
                continue
            fitting = [thing for thing in self.things.values() if place.fits(thing)]
            fitting = [thing for thing in fitting if self.is_free(thing, place.starts, place.ends)]
            wanted = [claim for thing in fitting for claim in self.claims_of(thing, place.starts, place.ends)]
            if fitting and (freed is None or any(touches(wanted, time) for time in freed)):
                self.give(key, fitting)

    def give(self, key: str, fitting: Sequence[Thing]) -> None:
        place = self.line[key]
        if self.has_booked(place):
            self.end_place(key, "booked_elsewhere")
            return
        allowed = [thing for thing in fitting if not self.forbidden(place.person, thing, place.starts, place.ends)]
        until = offer_until(self.now, place.starts)
        if allowed and place.books_itself:
            self.book_place(key, allowed[0])
        elif allowed and until is not None:
            place.status, place.offered, place.until = "offered", allowed[0].name, until
            place.claims = self.claims_of(allowed[0], place.starts, place.ends)

    def book_place(self, key: str, thing: Thing) -> None:
        place = self.line[key]
        place.status, place.booking = "booked", f"of {key}"
        self.book(place.booking, place.person, thing, place.starts, place.ends)

    def has_booked(self, place: Place) -> bool:
        """Whether the person has anything of the kind then."""
        return any(
            held.person == place.person
            and held.status in HOLDING
            and held.starts < place.ends
            and place.starts < held.ends
            and place.kind in (None, self.things[held.thing].kind)
            for held in self.bookings.values()
        )

    def offers_to(self, person: str) -> list[str]:
        return [key for key, place in self.line.items() if place.person == person and place.status == "offered"]

    def why_not_wait(self, wanted: Place) -> str | None:
        """The code with which joining ought to be refused."""
        if self.now - 15 * MINUTE < wanted.starts < self.now + 15 * MINUTE:
            return "too_late_to_wait"
        refused = {
            thing.name: self.forbidden(wanted.person, thing, wanted.starts, wanted.ends)
            for thing in self.things.values()
            if wanted.fits(thing)
        }
        if all(refused.values()):
            return next(iter(refused.values()))
        mine = [place for place in self.line.values() if place.person == wanted.person and place.stands]
        if any(place.competes_with(wanted) for place in mine):
            return "already_waiting"
        if self.has_booked(wanted):
            return "already_booked"
        kept = (*self.holds.items(), *self.line.items())
        gone = [key for key, one in kept if one.status in ("held", "offered") and not self.lives(one)]
        gone += self.offers_to(wanted.person)
        possible = [self.things[name] for name, code in refused.items() if not code]
        is_free = any(self.is_free(thing, wanted.starts, wanted.ends, gone) for thing in possible)
        return "still_free" if is_free else None

    def accept(self, key: str) -> str | None:
        """Books what is offered; the code where that is refused. Once booked it is booked."""
        place = self.line[key]
        if place.status == "booked":
            return None
        if not self.lives(place) or place.offered is None:
            self.sweep(kinds=["offered"])
            return "offer_over"
        thing = self.things[place.offered]
        refused = self.forbidden(place.person, thing, place.starts, place.ends)
        if refused is None:
            self.book_place(key, thing)
        return refused

    def leave_line(self, key: str) -> None:
        if self.line[key].stands:
            self.end_place(key, "declined" if self.line[key].status == "offered" else "left")
            self.hand_on()

    def end_place(self, key: str, reason: str) -> None:
        place = self.line[key]
        if place.status == "offered":
            self.free(place)
        place.status, place.reason = "ended", reason

    def sweep(self, near: Time | None = None, kinds: Sequence[str] = ("held", "offered")) -> None:
        """What was kept for somebody then, and is over, ends, and who waits for it comes first."""
        for key, kept in (*self.holds.items(), *self.line.items()):
            if kept.status not in kinds or self.lives(kept) or not (near is None or touches(kept.claims, near)):
                continue
            if isinstance(kept, Place):
                self.end_place(key, "lapsed")
            else:
                self.free(kept)
                kept.status = "ended"
        self.hand_on()

    def look_after_lines(self) -> None:
        """Ends what nobody needs any more, and serves everybody beside whom something is free."""
        for key, place in self.line.items():
            if place.status == "waiting" and place.starts < self.now + 15 * MINUTE:
                self.end_place(key, "over")
            elif place.stands and self.has_booked(place):
                self.end_place(key, "booked_elsewhere")
        self.hand_on()
        self.serve()
