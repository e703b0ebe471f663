"""Random sequences of what people and staff do, against a plain model: after each step both stand alike.

`make test` runs some, `make test-long` 2,000 (notes on reliability, scenario 20 for what there is of it).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from app.bookings import giving_back
from app.bookings.approval import approve, decline
from app.bookings.arrivals import check_in, come_later, leave
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.moving import MoveBooking, move
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.bookings.together import book_together
from app.identity.mailed_links import link_to_mail
from app.platform.database import DB
from tests.bookings.line_rules import Lines
from tests.bookings.machine import Rhythm, anything, days, lengths, persons, rhythms, slots, things
from tests.bookings.model import Model
from tests.bookings.model_things import Blocked, Held, Thing
from tests.bookings.stage import THINGS, Stage
from tests.conftest import PREFIX, copied
from tests.identity.conftest import KEY
from tests.worlds import TOMORROW

STEPS = 25
FEW, MANY = 40, 2_000


def series_plan(
    model: Model, person: str, thing: Thing, dates: Sequence[tuple[datetime, datetime]]
) -> tuple[list[tuple[datetime, datetime]], int]:
    """Which dates can be had, each one after those before it, and how many cannot."""
    trial = model.trial()
    had = []
    for number, (starts, ends) in enumerate(dates):
        if trial.forbidden(person, thing, starts, ends) is None and trial.is_free(thing, starts, ends):
            trial.book(f"date {number}", person, thing, starts, ends)
            had.append((starts, ends))
    return had, len(dates) - len(had)


class Bookings(Lines):
    """The rules of bookings, series, holds and blockers."""

    @rule(person=persons, thing=things, day=days, slot=slots, length=lengths)
    def somebody_books(self, person: str, thing: Thing, day: int, slot: int, length: int) -> None:
        self._book(person, thing, *self._time(day, slot, length))

    @rule(person=persons, both=st.lists(things, min_size=2, max_size=3), day=days, slot=slots, length=lengths)
    def somebody_books_several(self, person: str, both: list[Thing], day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        before = self.model.trial()
        expected = None
        for number, thing in enumerate(both):
            expected = self.model.why_not(person, thing, starts, ends)
            if expected is not None:
                self.model = before
                break
            self.model.book(str(number), person, thing, starts, ends)
        wanted = [self._wish(thing, starts, ends) for thing in both]
        done = self.stage.said(book_together(self._actor(person), wanted, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            for number, booking in enumerate(done):
                held = self.model.bookings.pop(str(number))
                held.group = booking.group
                self.model.bookings[booking.public_id] = held

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything, thing=things, day=days, slot=slots, length=lengths)
    def somebody_moves(self, which: int, thing: Thing, day: int, slot: int, length: int) -> None:
        key, held = self._pick(which, self.model.is_changeable)
        starts, ends = self._time(day, slot, length)
        change = MoveBooking(self.stage.resources[thing.name].public_id, starts, ends)
        expected: str | None = "booking_not_open"
        if self.model.is_changeable(key):
            is_same = (held.thing, held.starts, held.ends) == (thing.name, starts, ends)
            before = self.model.trial()
            expected = None if is_same else self.model.why_not(held.person, thing, starts, ends, (key,))
            if expected is not None:
                self.model = before
            elif not is_same:
                self.model.move(key, thing, starts, ends)
        done = self.stage.said(move(self._actor(held.person), key, change, self.model.now))
        assert expected == (done if isinstance(done, str) else None)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything)
    def somebody_cancels(self, which: int) -> None:
        self._cancel(*self._pick(which, self.model.is_changeable))

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
            self.model.hand_on()

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
        self.model.lift(blocker)

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
        dates = [(starts + timedelta(days=more), ends + timedelta(days=more)) for more in nights]
        had, missing = series_plan(self.model, person, thing, dates)
        if missing and starts > self.model.now - timedelta(minutes=15):
            self.model.sweep((starts - timedelta(days=1), dates[-1][0] + timedelta(days=2)))
            had, missing = series_plan(self.model, person, thing, dates)
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
        mine = list(dict.fromkeys((held.series, held.person) for held in self.model.bookings.values() if held.series))
        series, person = mine[which % len(mine)]
        first = None if from_day is None else TOMORROW + timedelta(days=from_day)
        keys = [key for key, held in self.model.bookings.items() if held.series == series]
        changeable = [key for key in keys if self.model.is_changeable(key)]
        ended = [key for key in changeable if first is None or first <= self.model.bookings[key].starts.date()]
        expected = None if ended else "no_date_then" if changeable else "booking_not_open"
        done = self.stage.said(cancel_series(self._actor(person), series, CancelSeries(first), self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if ended:
            self.model.cancel(*ended)

    @rule(thing=things, day=days, slot=slots, length=lengths)
    def a_newcomer_has_it_held(self, thing: Thing, day: int, slot: int, length: int) -> None:
        starts, ends = self._time(day, slot, length)
        Bookings.newcomers += 1
        email = f"n{Bookings.newcomers}@example.org"
        before = self.model.trial()
        expected = self.model.why_not(email, thing, starts, ends)
        if expected is not None:
            self.model = before
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
            if booking is None and not isinstance(done, str):
                self.model.free(hold)
            hold.status = "ended"
            self.model.hand_on()
            if booking is not None:
                self.model.book(booking.public_id, hold.person, THINGS[hold.thing], hold.starts, hold.ends)


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


def test_the_comparison_notices_when_the_line_is_not_served(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> int:
        return 0

    monkeypatch.setattr(giving_back, "serve_line", nobody)
    Bookings.stage = stage
    machine = Bookings()
    machine.begin()
    machine.somebody_books(person="mia", thing=THINGS["1"], day=0, slot=20, length=2)
    how = {"person": "rolf", "what": "thing", "when": "then", "which": 0, "books_itself": False}
    machine.somebody_waits(how=how)
    machine.both_stand_alike()
    [(key, held)] = machine.model.bookings.items()
    machine._cancel(key, held)
    with pytest.raises(AssertionError):
        machine.both_stand_alike()


@pytest.mark.long
def test_two_thousand_sequences_stand_as_in_the_model(stage: Stage) -> None:
    run_sequences(stage, MANY)
