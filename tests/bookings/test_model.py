"""Random sequences of what people and staff do, against a plain model: after each step both stand alike.

`make test` runs some, `make test-long` 2,000 (notes on reliability, scenario 20 for what there is of it).
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
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
from app.bookings.arrivals import check_in, leave
from app.bookings.cancellation import cancel
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.lapsing import lapse_holds
from app.bookings.operations import BookDesk, MoveBooking, book, move
from app.bookings.settling import settle_due
from app.bookings.together import book_together
from app.identity.mailed_links import link_to_mail
from app.inventory.rules import Kind
from app.kernel.refusals import Refusal
from app.platform.database import DB, execute, fetch
from tests.bookings.model import Held, Model, Thing
from tests.conftest import PREFIX, copied
from tests.identity.conftest import KEY
from tests.worlds import APerson, AResource, World, a_resource, a_world, rules_at, tomorrow, with_parts

STEPS = 25
FEW, MANY = 40, 2_000

THINGS = {
    thing.name: thing
    for thing in (
        Thing("1"),
        Thing("2", cancel_before=120),
        Thing("Nette", before=15, after=30),
        Thing("K1", most_open=2),
        Thing("Saal", parts=("Links", "Rechts")),
        Thing("Links"),
        Thing("Rechts", needs_approval=True),
    )
}

things = st.sampled_from(sorted(THINGS)).map(THINGS.get)
persons = st.sampled_from(["mia", "gundula"])
slots = st.integers(min_value=15, max_value=35)
lengths = st.sampled_from([1, 1, 2, 3, 6])
anything = st.integers(min_value=0, max_value=50)


class Stage:
    """The tests' network with the model's things, in a database and an event loop of its own."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.world: World = self.run(a_world())
        self.resources: dict[str, AResource] = self.run(self._things())

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    async def _things(self) -> dict[str, AResource]:
        polch = self.world.polch
        made = {name: polch[name] for name in THINGS if name in polch.resources}
        for name in THINGS.keys() - made.keys():
            made[name] = await a_resource(polch.id, Kind.ROOM, name)
        for thing in THINGS.values():
            await with_parts(made[thing.name], *(made[part] for part in thing.parts))
            await rules_at(
                polch,
                made[thing.name].kind,
                made[thing.name],
                buffer_before=thing.before,
                buffer_after=thing.after,
                cancel_before=thing.cancel_before,
                most_open=thing.most_open,
                needs_approval=thing.needs_approval,
            )
        return made

    def person(self, name: str) -> APerson:
        return getattr(self.world, name)  # type: ignore[no-any-return]

    def said(self, work: Awaitable[Any]) -> Any:
        """What it returns, or the code of its refusal."""
        try:
            return self.run(work)
        except Refusal as refusal:
            return "taken" if refusal.code in ("desk_already_taken", "nothing_free", "blocked") else refusal.code


async def emptied() -> None:
    for table in ("claim", "booking_guest", "desk_hold", "waiting", "booking", "series", "blocker"):
        await execute(f"DELETE FROM {table}")
    for table in ("mailed_link", "rate_limit", "outbox_event"):
        await execute(f"DELETE FROM {table}")


class Bookings(RuleBasedStateMachine):
    """Each rule does the same to the application and to the model."""

    stage: Stage
    newcomers = 0

    @initialize()
    def begin(self) -> None:
        self.stage.run(emptied())
        self.model = Model(THINGS, tomorrow(0), tomorrow(7))
        self.links: dict[str, str] = {}

    @rule(minutes=st.sampled_from([5, 15, 30, 60, 120]))
    def time_passes(self, minutes: int) -> None:
        self.model.now = min(self.model.now + timedelta(minutes=minutes), tomorrow(17, 50))
        self.stage.run(settle_due(self.model.now))
        self.model.settle()

    @rule(person=persons, thing=things, slot=slots, length=lengths)
    def somebody_books(self, person: str, thing: Thing, slot: int, length: int) -> None:
        starts, ends = self._time(slot, length)
        expected = self.model.why_not(person, thing, starts, ends)
        done = self.stage.said(book(self._actor(person), self._wish(thing, starts, ends), self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.book(done.public_id, person, thing, starts, ends)

    @rule(person=persons, both=st.lists(things, min_size=2, max_size=3), slot=slots, length=lengths)
    def somebody_books_several(self, person: str, both: list[Thing], slot: int, length: int) -> None:
        starts, ends = self._time(slot, length)
        trial = Model(THINGS, self.model.day, self.model.now, dict(self.model.bookings), self.model.holds)
        trial.blockers = self.model.blockers
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
                self.model.book(booking.public_id, person, thing, starts, ends)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything, thing=things, slot=slots, length=lengths)
    def somebody_moves(self, which: int, thing: Thing, slot: int, length: int) -> None:
        key, held = self._pick(which)
        starts, ends = self._time(slot, length)
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
        key, held = self._pick(which)
        expected = None if self.model.is_changeable(key) else "booking_not_open"
        done = self.stage.said(cancel(self._actor(held.person), key, self.model.now))
        assert expected == (done if isinstance(done, str) else None)
        if expected is None:
            self.model.cancel(key)

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything)
    def somebody_arrives(self, which: int) -> None:
        key, held = self._pick(which)
        may = self.model.may_check_in(key)
        done = self.stage.said(check_in(self._actor(held.person), key, self.model.now))
        assert (not isinstance(done, str)) == (may or held.status == "checked_in")
        if may:
            held.status = "checked_in"

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything)
    def somebody_leaves(self, which: int) -> None:
        key, held = self._pick(which)
        may = held.status == "checked_in" and self.model.now < held.ends
        done = self.stage.said(leave(self._actor(held.person), key, self.model.now))
        assert (not isinstance(done, str)) == (may or held.status == "completed")
        if may:
            held.status = "completed"

    @precondition(lambda self: self.model.bookings)
    @rule(which=anything, says_yes=st.booleans())
    def staff_decides(self, which: int, says_yes: bool) -> None:
        key, held = self._pick(which)
        frida = self._actor("frida")
        done = self.stage.said(
            approve(frida, key, self.model.now) if says_yes else decline(frida, key, "", self.model.now)
        )
        assert (not isinstance(done, str)) == (held.status == "requested")
        if held.status == "requested":
            held.status = "confirmed" if says_yes else "cancelled"

    @rule(thing=things, slot=slots, length=lengths)
    def a_newcomer_has_it_held(self, thing: Thing, slot: int, length: int) -> None:
        starts, ends = self._time(slot, length)
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
                thing.name, starts, ends, email, "held", self.model.now, until=self.model.now + HELD_FOR
            )

    @precondition(lambda self: self.model.holds)
    @rule(which=anything)
    def a_newcomer_opens_the_link(self, which: int) -> None:
        keys = list(self.model.holds)
        key = keys[which % len(keys)]
        hold = self.model.holds[key]
        done = self.stage.said(book_held(self.links[key], self.model.now))
        if hold.status == "held":
            lives = self.model.now < hold.until  # type: ignore[operator]
            is_in_time = hold.starts > hold.made - timedelta(minutes=15)
            assert (done.booking is not None) == (lives and is_in_time)
            hold.status = "ended"
            if done.booking is not None:
                self.model.book(done.booking.public_id, hold.person, THINGS[hold.thing], hold.starts, hold.ends)

    @rule()
    def the_worker_sweeps_up(self) -> None:
        self.stage.run(lapse_holds(self.model.now))

    @invariant()
    def both_stand_alike(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = self.stage.run(
            fetch(
                "SELECT b.public_id, b.status, r.name, b.starts_at, b.ends_at FROM booking b"
                " JOIN resource r ON r.id = b.resource"
            )
        )
        stored = {row["public_id"]: (row["status"], row["name"], row["starts_at"], row["ends_at"]) for row in rows}
        assert stored == {
            key: (held.status, held.thing, held.starts, held.ends) for key, held in self.model.bookings.items()
        }
        claims = self.stage.run(
            fetch(
                "SELECT r.name, min(c.starts_at) AS starts_at, max(c.ends_at) AS ends_at FROM claim c"
                " JOIN resource r ON r.id = c.resource LEFT JOIN desk_hold h ON h.id = c.holder AND c.reason = 'hold'"
                " WHERE h.id IS NULL OR h.expires_at > $1"
                " GROUP BY r.name, c.holder, replace(c.reason, 'buffer', 'booking')",
                self.model.now,
            )
        )
        assert {(row["name"], row["starts_at"], row["ends_at"]) for row in claims} == self.model.claims()

    def _actor(self, person: str) -> Any:
        return self.stage.person(person).actor()

    def _wish(self, thing: Thing, starts: datetime, ends: datetime) -> BookDesk:
        return BookDesk(self.stage.resources[thing.name].public_id, starts, ends)

    def _pick(self, which: int) -> tuple[str, Held]:
        """A booking of the model; those of newcomers belong to nobody whom the test could act as."""
        ours = [key for key, held in self.model.bookings.items() if "@" not in held.person]
        hypothesis.assume(ours)
        key = ours[which % len(ours)]
        return key, self.model.bookings[key]

    def _time(self, slot: int, length: int) -> tuple[datetime, datetime]:
        starts = tomorrow(0) + slot * timedelta(minutes=30)
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
