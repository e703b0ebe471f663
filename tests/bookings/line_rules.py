"""What people do who wait, and what the worker does for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from app.bookings.lapsing import lapse_holds, lapse_offers
from app.bookings.line_keeping import look_after_lines
from app.bookings.offers import accept_offer, leave_line
from app.bookings.rules import AnyOf
from app.bookings.waiting import AnyPlace
from app.bookings.waiting_list import JoinLine, join_line
from app.inventory.rules import Kind
from tests.bookings.machine import Machine, anything, lengths, slots, waiters
from tests.bookings.model_things import Blocked, Place, touches
from tests.bookings.stage import THINGS

ways_to_wait = st.fixed_dictionaries(
    {
        "person": waiters,
        "what": st.sampled_from(["thing", "thing", "kind", "anything"]),
        "when": st.sampled_from(["then", "then", "then", "begins", "longer", "before", "after"]),
        "which": anything,
        "books_itself": st.sampled_from([False, False, True]),
    }
)
crowds = st.just([]) | st.lists(ways_to_wait, min_size=3, max_size=6)


def beside(starts: datetime, ends: datetime, when: str) -> tuple[datetime, datetime]:
    """A time that has to do with the other one; between them lies at most what some things keep free."""
    half_an_hour = timedelta(minutes=30)
    match when:
        case "begins":
            return starts, starts + half_an_hour
        case "longer":
            return starts, ends + 2 * half_an_hour
        case "before":
            return starts - 2 * half_an_hour, starts - half_an_hour
        case "after":
            return ends + half_an_hour, ends + 2 * half_an_hour
        case _:
            return starts, ends


class Lines(Machine):
    """The rules of waiting lists."""

    @initialize(crowd=crowds, slot=slots, length=lengths)
    def begin_with(self, crowd: list[dict[str, Any]], slot: int, length: int) -> None:
        """With an empty house, or one in which everything is taken at some time and several wait for it."""
        self.begin()
        if crowd:
            starts, ends = self._time(0, slot, length)
            for thing in THINGS.values():
                self._book("frida", thing, starts, ends)
            for how in crowd:
                self.somebody_waits(how)

    @precondition(lambda self: any(self.model.standing()))
    @rule(how=ways_to_wait)
    def somebody_waits(self, how: dict[str, Any]) -> None:
        """Mostly for the very time that something holds, or for one beside it."""
        taken = list(self.model.standing())
        if not taken:
            return
        one = taken[how["which"] % len(taken)]
        person, what = how["person"], how["what"]
        starts, ends = beside(one.starts, one.ends, how["when"])
        name = one.things[0] if isinstance(one, Blocked) else one.offered if isinstance(one, Place) else one.thing
        thing = THINGS[str(name)]
        wanted: dict[str, str | AnyOf | AnyPlace] = {
            "thing": self.stage.resources[thing.name].public_id,
            "kind": AnyOf(self.stage.world.polch.slug, Kind(thing.kind)),
            "anything": AnyPlace(self.stage.world.polch.slug),
        }
        kind = None if what == "anything" else thing.kind
        place = Place(person, starts, ends, kind, thing.name if what == "thing" else None, how["books_itself"])
        expected = self.model.why_not_wait(place)
        command = JoinLine(wanted[what], starts, ends, how["books_itself"])
        done = self.stage.said(join_line(self._actor(person), command, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.line[done.public_id] = place

    @precondition(lambda self: any(place.status == "waiting" for place in self.model.line.values()))
    @rule(which=anything)
    def what_somebody_waits_for_is_given_back(self, which: int) -> None:
        waiting = [place for place in self.model.line.values() if place.status == "waiting"]
        place = waiting[which % len(waiting)]
        near = (place.starts - timedelta(minutes=45), place.ends + timedelta(minutes=45))
        names = {name for thing in THINGS.values() if place.fits(thing) for name in thing.whole}
        near_it = {
            key
            for key, held in self.model.bookings.items()
            if any(touches([claim], near) and claim[0] in names for claim in held.claims)
        }
        key, held = self._pick(which, lambda key: key in near_it and self.model.is_changeable(key))
        self._cancel(key, held)

    @precondition(lambda self: any(place.status == "offered" for place in self.model.line.values()))
    @rule(which=anything)
    def somebody_accepts(self, which: int) -> None:
        key, place = self._place(which, lambda place: place.status == "offered")
        expected = self.model.accept(key)
        done = self.stage.said(accept_offer(self._actor(place.person), key, self.model.now))
        assert expected == (done if isinstance(done, str) else None)

    @precondition(lambda self: self.model.line)
    @rule(which=anything)
    def somebody_leaves_the_line(self, which: int) -> None:
        key, place = self._place(which, lambda place: place.stands)
        self.model.leave_line(key)
        done = self.stage.run(leave_line(self._actor(place.person), key, self.model.now))
        assert (done.status, done.reason) == (place.status, place.reason)

    @rule(work=st.sampled_from(["holds", "offers", "lines"]))
    def the_worker_sweeps_up(self, work: str) -> None:
        now = self.model.now
        match work:
            case "holds":
                self.stage.run(lapse_holds(now))
                self.model.sweep(kinds=["held"])
            case "offers":
                self.stage.run(lapse_offers(now))
                self.model.sweep(kinds=["offered"])
            case _:
                self.stage.run(look_after_lines(now))
                self.model.look_after_lines()

    def _place(self, which: int, is_likely: Callable[[Place], bool]) -> tuple[str, Place]:
        """A place in line, mostly one of those that are likely."""
        line = self.model.line
        hypothesis.assume(line)
        likely = [key for key, place in line.items() if is_likely(place)]
        keys = likely if likely and which % 4 else list(line)
        key = keys[which % len(keys)]
        return key, line[key]
