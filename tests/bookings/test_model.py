"""Random sequences of what people and staff do, against a plain model: after each step both stand alike.

`make test` runs some, `make test-long` 2,000 (notes on reliability, scenario 20 for what there is of it).
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.bookings.approval import approve, decline
from app.bookings.arrivals import check_in, come_later, leave
from app.bookings.cancellation import cancel
from app.bookings.consistency import disagreements
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.lapsing import lapse_holds
from app.bookings.operations import BookDesk, MoveBooking, book, move
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.bookings.settling import settle_due
from app.bookings.together import book_together
from app.identity.mailed_links import link_to_mail
from app.platform.database import DB
from tests.bookings.model import Blocked, Claim, Held, Model, Thing
from tests.bookings.stage import THINGS, Stage, emptied
from tests.conftest import PREFIX, copied
from tests.identity.conftest import KEY
from tests.worlds import TOMORROW, tomorrow

STEPS = 25
FEW, MANY = 40, 2_000
LAST_MOMENT = tomorrow(17, 50) + timedelta(days=2)

Rhythm = tuple[str, tuple[int, ...]]

things = st.sampled_from(sorted(THINGS)).map(THINGS.get)
persons = st.sampled_from(["mia", "gundula"])
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


class Bookings(RuleBasedStateMachine):
    """Each rule does the same to the application and to the model."""

    stage: Stage
    newcomers = 0

    @initialize()
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

    @rule(person=persons, thing=things, day=days, slot=slots, length=lengths)
    def somebody_books(self, person: str, thing: Thing, day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        expected = self.model.why_not(person, thing, starts, ends)
        done = self.stage.said(book(self._actor(person), self._wish(thing, starts, ends), self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.book(done.public_id, person, thing, starts, ends)

    @rule(person=persons, both=st.lists(things, min_size=2, max_size=3), day=days, slot=slots, length=lengths)
    def somebody_books_several(self, person: str, both: list[Thing], day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        trial = self.model.trial()
        expected = None
        for number, thing in enumerate(both):
            expected = trial.why_not(person, thing, starts, ends)
            if expected is not None:
                break
            trial.book(str(number), person, thing, starts, ends)
        wanted = [self._wish(thing, starts, ends) for thing in both]
        done = self.stage.said(book_together(self._actor(person), wanted, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            for booking, thing in zip(done, both, strict=True):
                self.model.book(booking.public_id, person, thing, starts, ends, group=booking.group)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything, thing=things, day=days, slot=slots, length=lengths)
    def somebody_moves(self, which: int, thing: Thing, day: int, slot: int, length: int) -> None:
        key, held = self._pick(which, self.model.is_changeable)
        starts, ends = self._time(day, slot, length)
        change = MoveBooking(self.stage.resources[thing.name].public_id, starts, ends)
        expected: str | None = "booking_not_open"
        if self.model.is_changeable(key):
            is_same = (held.thing, held.starts, held.ends) == (thing.name, starts, ends)
            expected = None if is_same else self.model.why_not(held.person, thing, starts, ends, (key,))
            if expected is None and not is_same:
                self.model.move(key, thing, starts, ends)
        done = self.stage.said(move(self._actor(held.person), key, change, self.model.now))
        assert expected == (done if isinstance(done, str) else None)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything)
    def somebody_cancels(self, which: int) -> None:
        key, held = self._pick(which, self.model.is_changeable)
        expected = None if self.model.is_changeable(key) else "booking_not_open"
        done = self.stage.said(cancel(self._actor(held.person), key, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.cancel(key)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything)
    def somebody_arrives(self, which: int) -> None:
        key, held = self._pick(which, self.model.may_check_in)
        may = self.model.may_check_in(key)
        done = self.stage.said(check_in(self._actor(held.person), key, self.model.now))
        assert (not isinstance(done, str)) == (may or held.status == "checked_in")
        if may:
            self.model.take_back(key, "checked_in")

    @precondition(lambda self: any(held.is_asked for held in self.model.bookings.values()))
    @rule(which=anything)
    def somebody_says_to_come_later(self, which: int) -> None:
        key, held = self._pick(which, lambda key: self.model.bookings[key].status == "no_show")
        may = self.model.may_come_later(key)
        done = self.stage.said(come_later(self._actor(held.person), key, self.model.now))
        assert (not isinstance(done, str)) == may
        if may:
            self.model.take_back(key, "confirmed")
            held.comes_later = True

    @precondition(lambda self: any(held.status == "checked_in" for held in self.model.bookings.values()))
    @rule(which=anything)
    def somebody_leaves(self, which: int) -> None:
        key, held = self._pick(which, lambda key: self.model.bookings[key].status == "checked_in")
        may = held.status == "checked_in" and self.model.now < held.ends
        done = self.stage.said(leave(self._actor(held.person), key, self.model.now))
        assert (not isinstance(done, str)) == (may or held.status == "completed")
        if may:
            self.model.end(key, "completed")

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything, says_yes=st.booleans())
    def staff_decides(self, which: int, says_yes: bool) -> None:
        key, held = self._pick(which, lambda key: self.model.bookings[key].status == "requested")
        frida = self._actor("frida")
        done = self.stage.said(
            approve(frida, key, self.model.now) if says_yes else decline(frida, key, "", self.model.now)
        )
        assert (not isinstance(done, str)) == (held.status == "requested")
        if held.status == "requested" and says_yes:
            self.model.approve(key)
            self._settle()
        elif held.status == "requested":
            self.model.decline(key)

    @rule(thing=things, day=days, slot=slots, length=st.sampled_from([1, 3, 8, 20]))
    def the_operator_blocks(self, thing: Thing, day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        done = self.stage.said(self.stage.block(thing, starts, ends, self.model.now))
        if ends <= self.model.now:
            assert done == "block_is_over"
            return
        blocker, affected = done
        assert affected == set(self.model.hit_by(Blocked(thing.whole, starts, ends)))
        self.model.block(blocker, thing, starts, ends)

    @precondition(lambda self: self.model.blockers)
    @rule(which=anything)
    def the_operator_lifts_a_block(self, which: int) -> None:
        blocker = list(self.model.blockers)[which % len(self.model.blockers)]
        self.stage.run(self.stage.lift(blocker, self.model.now))
        del self.model.blockers[blocker]

    @rule(
        person=persons,
        thing=things,
        day=days,
        slot=slots,
        length=lengths,
        rhythm=rhythms,
        on_conflict=st.sampled_from([OnConflict.REFUSE, OnConflict.SKIP]),
    )
    def somebody_makes_a_series(
        self, person: str, thing: Thing, day: int, slot: int, length: int, rhythm: Rhythm, on_conflict: OnConflict
    ) -> None:
        rrule, nights = rhythm
        starts, ends = self._time(day, slot, length)
        had, missing = self.model.series_plan(
            person, thing, [(starts + timedelta(days=more), ends + timedelta(days=more)) for more in nights]
        )
        expected = None
        if starts <= self.model.now - timedelta(minutes=15):
            expected = "in_the_past"
        elif missing and on_conflict is OnConflict.REFUSE:
            expected = "series_conflicts"
        elif not had:
            expected = "nothing_to_book"
        wanted = MakeSeries(self._wish(thing, starts, ends), rrule, on_conflict)
        done = self.stage.said(make_series(self._actor(person), wanted, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            assert len(done.conflicts) == missing
            for booking, (since, until) in zip(done.bookings, had, strict=True):
                self.model.book(booking.public_id, person, thing, since, until, series=done.series.public_id)

    @precondition(lambda self: any(held.series for held in self.model.bookings.values()))
    @rule(which=anything, from_day=st.sampled_from([None, 0, 1, 2]))
    def somebody_cancels_a_series(self, which: int, from_day: int | None) -> None:
        mine = sorted({(held.series, held.person) for held in self.model.bookings.values() if held.series})
        series, person = mine[which % len(mine)]
        first = None if from_day is None else TOMORROW + timedelta(days=from_day)
        keys = [key for key, held in self.model.bookings.items() if held.series == series]
        changeable = [key for key in keys if self.model.is_changeable(key)]
        ended = [key for key in changeable if first is None or first <= self.model.bookings[key].starts.date()]
        expected = None if ended else "no_date_then" if changeable else "booking_not_open"
        done = self.stage.said(cancel_series(self._actor(person), series, CancelSeries(first), self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        for key in ended:
            self.model.cancel(key)

    @rule(thing=things, day=days, slot=slots, length=lengths)
    def a_newcomer_has_it_held(self, thing: Thing, day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        Bookings.newcomers += 1
        email = f"n{Bookings.newcomers}@example.org"
        expected = self.model.why_not(email, thing, starts, ends)
        wanted = self._wish(thing, starts, ends)
        newcomer = Newcomer("Nina Neu", email, "de")
        done = self.stage.said(hold_desk(wanted, newcomer, self.model.now, key=KEY, address=email))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            link = self.stage.run(link_to_mail(done.link, self.model.now, key=KEY))
            self.links[done.public_id] = link.token
            self.model.holds[done.public_id] = Held(
                thing.name,
                starts,
                ends,
                email,
                "held",
                self.model.now,
                claims=self.model.claims_of(thing, starts, ends),
                until=self.model.now + HELD_FOR,
            )

    @precondition(lambda self: self.model.holds)
    @rule(which=anything)
    def a_newcomer_opens_the_link(self, which: int) -> None:
        keys = list(self.model.holds)
        key = keys[which % len(keys)]
        hold = self.model.holds[key]
        done = self.stage.said(book_held(self.links[key], self.model.now))
        if hold.status == "held":
            booking = None if isinstance(done, str) else done.booking
            assert (booking is not None) == self.model.lives(hold)
            hold.status = "ended"
            if booking is not None:
                self.model.book(booking.public_id, hold.person, THINGS[hold.thing], hold.starts, hold.ends)

    @rule()
    def the_worker_sweeps_up(self) -> None:
        self.stage.run(lapse_holds(self.model.now))

    @invariant()
    def both_stand_alike(self) -> None:
        if not hasattr(self, "model"):
            return
        assert self.stage.bookings() == {
            key: (held.status, held.thing, held.starts, held.ends, held.due, held.reason)
            for key, held in self.model.bookings.items()
        }
        assert self.stage.claims(self.model.now) == self.model.claims()

    @invariant()
    def what_is_blocked_is_blocked(self) -> None:
        """From now on, quarter by quarter: what several blockers hold is one's of them."""
        if not hasattr(self, "model"):
            return
        wanted = [claim for blocker in self.model.blockers.values() for claim in blocker.claims]
        assert self._quarters(self.stage.blocked()) == self._quarters(wanted)

    def teardown(self) -> None:
        assert self.stage.run(disagreements()) == []

    def _settle(self) -> None:
        self.stage.run(settle_due(self.model.now))
        self.model.settle()

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


@pytest.fixture
def stage(admin_dsn: str, template: str, worker_id: str) -> Any:
    with asyncio.Runner() as runner:
        database = copied(admin_dsn, template, f"{PREFIX}_model_{worker_id}")
        dsn = runner.run(database.__aenter__())
        runner.run(DB.open_pool(dsn, size=2))
        try:
            yield Stage(runner)
        finally:
            runner.run(DB.close_pool())
            runner.run(database.__aexit__(None, None, None))


def run_sequences(stage: Stage, count: int) -> None:
    Bookings.stage = stage
    settings = hypothesis.settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Bookings, settings=settings)  # type: ignore[no-untyped-call]


def test_what_people_do_stands_as_in_the_model(stage: Stage) -> None:
    run_sequences(stage, FEW)


@pytest.mark.long
def test_two_thousand_sequences_stand_as_in_the_model(stage: Stage) -> None:
    run_sequences(stage, MANY)
