"""What every random sequence is made of: how it begins, how time passes, and how both are compared."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.bookings.cancellation import cancel
from app.bookings.consistency import disagreements
from app.bookings.operations import BookDesk, book
from app.bookings.settling import settle_due
from tests.bookings.model import Model
from tests.bookings.model_things import Claim, Held, Thing
from tests.bookings.stage import THINGS, Stage, emptied
from tests.worlds import HERE, tomorrow

LAST_MOMENT = tomorrow(17, 50) + timedelta(days=2)

Rhythm = tuple[str, tuple[int, ...]]

things = st.sampled_from(sorted(THINGS)).map(THINGS.get)
persons = st.sampled_from(["mia", "gundula"])
waiters = st.sampled_from(["mia", "gundula", "rolf", "nadja"])
slots = st.sampled_from([15, *range(16, 26), *range(16, 26), 30, 34, 35])
days = st.sampled_from([0, 0, 0, 1, 2])
lengths = st.sampled_from([1, 1, 2, 3, 6])
steps = st.sampled_from([5, 10, 15, 15, 30, 30, 60, 120, 15 * 60])
rhythms = st.sampled_from(
    [
        ("FREQ=DAILY;COUNT=2", (0, 1)),
        ("FREQ=DAILY;COUNT=3", (0, 1, 2)),
        ("FREQ=DAILY;INTERVAL=2;COUNT=2", (0, 2)),
        ("FREQ=WEEKLY;COUNT=2", (0, 7)),
    ]
)
anything = st.integers(min_value=0, max_value=50)


class Machine(RuleBasedStateMachine):
    """The application and the model beside each other; each rule does the same to both."""

    stage: Stage
    newcomers = 0

    def begin(self) -> None:
        self.stage.run(emptied())
        self.model = Model(dict(THINGS), tomorrow(7))
        self.links: dict[str, str] = {}

    @rule(minutes=steps, mails_go_out=st.booleans())
    def time_passes(self, minutes: int, mails_go_out: bool) -> None:
        self._becomes(self.model.now + timedelta(minutes=minutes), mails_go_out)

    @precondition(lambda self: self.model.moments())
    @rule(which=st.integers(min_value=0, max_value=2), mails_go_out=st.booleans())
    def the_moment_comes(self, which: int, mails_go_out: bool) -> None:
        """One of the next at which something happens by itself, or may be done no longer."""
        ahead = self.model.moments()[:3]
        self._becomes(ahead[which % len(ahead)], mails_go_out)

    def _becomes(self, now: datetime, mails_go_out: bool) -> None:
        self.model.now = min(now, LAST_MOMENT)
        self._settle()
        if mails_go_out:
            self.stage.run(self.stage.mails_go_out(self.model.now))
            self.model.unsent.clear()

    @invariant()
    def both_stand_alike(self) -> None:
        if not hasattr(self, "model"):
            return
        bookings, line = self.stage.bookings(), self.stage.line()
        self._learn_names(list(bookings), line)
        assert bookings == {
            key: (held.status, held.thing, held.starts, held.ends, held.due, held.reason)
            for key, held in self.model.bookings.items()
        }
        assert line == {
            key: (place.status, place.reason, *(place.offer or (None, None)), place.booking)
            for key, place in self.model.line.items()
        }
        assert self.stage.claims(self.model.now) == self.model.claims()

    @invariant()
    def what_is_blocked_is_blocked(self) -> None:
        """From now on, quarter by quarter: what several blockers hold is one's of them."""
        if not hasattr(self, "model"):
            return
        wanted = [claim for blocker in self.model.blockers.values() for claim in blocker.claims]
        assert self._quarters(self.stage.blocked()) == self._quarters(wanted)

    @invariant()
    def nobody_waits_beside_what_is_free(self) -> None:
        """But for what rules may keep from the person, which time alone can change."""
        if not hasattr(self, "model"):
            return
        model = self.model
        for place in model.line.values():
            if place.status == "waiting" and place.starts - model.now >= timedelta(minutes=15):
                fitting = [thing for thing in THINGS.values() if place.fits(thing) and thing.most_open is None]
                assert not any(model.is_free(thing, place.starts, place.ends) for thing in fitting)

    @invariant()
    def nobody_has_to_answer_at_night(self) -> None:
        if not hasattr(self, "model"):
            return
        for place in self.model.line.values():
            if place.status == "offered" and place.until is not None:
                until = place.until.astimezone(HERE)
                assert (6, 30) <= (until.hour, until.minute) < (21, 0)

    def teardown(self) -> None:
        assert self.stage.run(disagreements()) == []

    def _settle(self) -> None:
        self.stage.run(settle_due(self.model.now))
        self.model.settle()

    def _learn_names(self, bookings: list[str], line: dict[str, tuple[object, ...]]) -> None:
        """What the line has booked by itself gets its public id; in the order of making, as far as that matters."""
        for key, place in self.model.line.items():
            made = line[key][-1] if key in line else None
            if place.booking in self.model.bookings and isinstance(made, str):
                held = self.model.bookings.pop(place.booking)
                self.model.bookings[made], place.booking = held, made
        made_in_turn = [key for key in bookings if key in self.model.bookings]
        if len(made_in_turn) == len(self.model.bookings):
            self.model.bookings = {key: self.model.bookings[key] for key in made_in_turn}

    def _quarters(self, claims: Iterable[Claim]) -> set[tuple[str, datetime]]:
        quarter = timedelta(minutes=15)
        found = set()
        for name, starts, ends in claims:
            at = ends
            while at > max(starts, self.model.now):
                at -= quarter
                found.add((name, at.astimezone(UTC)))
        return found

    def _actor(self, person: str) -> Any:
        return self.stage.person(person).actor()

    def _book(self, person: str, thing: Thing, starts: datetime, ends: datetime) -> None:
        before = self.model.trial()
        expected = self.model.why_not(person, thing, starts, ends)
        if expected is not None and thing.most_open is not None:
            self.model = before
        done = self.stage.said(book(self._actor(person), self._wish(thing, starts, ends), self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.book(done.public_id, person, thing, starts, ends)

    def _cancel(self, key: str, held: Held) -> None:
        expected = None if self.model.is_changeable(key) else "booking_not_open"
        done = self.stage.said(cancel(self._actor(held.person), key, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.cancel(key)

    def _wish(self, thing: Thing, starts: datetime, ends: datetime) -> BookDesk:
        return BookDesk(self.stage.resources[thing.name].public_id, starts, ends)

    def _pick(self, which: int, is_likely: Callable[[str], bool] = bool) -> tuple[str, Held]:
        """A booking of the model, mostly one of those that are likely.

        Those of newcomers belong to nobody whom the test could act as.
        """
        ours = [key for key, held in self.model.bookings.items() if "@" not in held.person]
        hypothesis.assume(ours)
        likely = [key for key in ours if is_likely(key)]
        ours = likely if likely and which % 4 else ours
        key = ours[which % len(ours)]
        return key, self.model.bookings[key]

    def _time(self, day: int, slot: int, length: int) -> tuple[datetime, datetime]:
        starts = tomorrow(0) + timedelta(days=day, minutes=slot * 30)
        return starts, starts + length * timedelta(minutes=30)
