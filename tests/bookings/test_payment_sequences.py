"""Random sequences of what costs something: a quote is what the booking does, and every account is what its bookings
say, whatever was booked, moved, given back or never used."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from app.bookings import payment
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.series_changes import ChangeSeries, change_series, preview_change
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series, preview_series
from app.bookings.series_planning import OnConflict
from app.bookings.settling import settle_due
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account, use_up_past
from app.plans.rules import Source, priced
from app.plans.uses import Unit, units_for
from app.platform.database import DB, execute, fetch
from tests.bookings.stage import Stage, emptied
from tests.bookings.test_payment import a_price
from tests.conftest import PREFIX, copied
from tests.worlds import HERE, NOW, TOMORROW, at, tomorrow

STEPS, FEW, MANY = 20, 12, 400
DAY, HALF_DAY, HOUR = 1900, 1200, 1500
CREDIT = 5500

things = st.sampled_from(["1", "1", "2", "Nette"])
days = st.sampled_from([0, 0, 1, 2])
starts = st.sampled_from([8, 8, 9, 10, 13])
lengths = st.sampled_from([1, 3, 5])
anything = st.integers(min_value=0, max_value=50)

_LIVE = "c.corrects IS NULL AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id)"
_BOOKED = """
    SELECT b.entitlement, (b.starts_at AT TIME ZONE 'Europe/Berlin')::date AS day,
           sum(extract(epoch FROM b.ends_at - b.starts_at) / 60)::int AS booked
      FROM booking b WHERE b.entitlement = ANY($1) AND (b.status IN ('confirmed', 'checked_in', 'completed', 'no_show')
           OR b.status = 'released' AND b.is_late AND b.taken_over_by IS NULL)
     GROUP BY 1, 2
"""
_USED = """
    SELECT x.entitlement, x.day, sum(x.booked_change)::int AS booked, -sum(x.left_change)::int AS units
      FROM entitlement_entry x WHERE x.entitlement = ANY($1) AND x.day IS NOT NULL AND x.ticket IS NULL GROUP BY 1, 2
"""
_PAID = f"""
    SELECT entitlement, sum(amount)::int AS paid FROM (
        SELECT t.entitlement, c.amount FROM ticket_charge t JOIN charge c ON c.id = t.charge WHERE {_LIVE}
        UNION ALL SELECT entitlement, amount FROM ticket_charge WHERE amount IS NOT NULL
    ) t GROUP BY 1
"""


class Paying(RuleBasedStateMachine):
    """Mia with a pass, days and hours of a membership, and money in an account, at a space with prices."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.now = tomorrow(7)
        self.mia = self.stage.world.mia
        self.run(self._begin())

    async def _begin(self) -> None:
        await emptied()
        await execute("UPDATE entitlement SET expired_at = $1", NOW)
        for unit, source, units, half_days in (
            (Unit.DESK_DAY, Source.PASS, 5, True),
            (Unit.DESK_DAY, Source.MEMBERSHIP, 2, False),
            (Unit.ROOM_MINUTE, Source.MEMBERSHIP, 240, False),
            (Unit.MONEY, Source.CREDIT, CREDIT, False),
        ):
            await open_account(
                NewAccount(
                    self.mia.id,
                    unit,
                    source,
                    units,
                    NOW.date(),
                    date(2026, 12, 31),
                    "Guthaben",
                    "Credit",
                    half_days=half_days,
                ),
                NOW,
            )

    def run(self, work: Any) -> Any:
        return self.stage.run(work)

    def _wish(self, thing: str, day: int, start: int, length: int, **more: Any) -> BookDesk:
        begins = at(TOMORROW + timedelta(day), start)
        return BookDesk(self.stage.resources[thing].public_id, begins, begins + timedelta(hours=length), **more)

    def _pick(self, which: int) -> str:
        rows = self.run(fetch("SELECT public_id FROM booking ORDER BY id"))
        return str(rows[which % len(rows)]["public_id"])

    def _state(self) -> tuple[object, ...]:
        """What is left and held by account, and what is due."""
        rows = self.run(
            fetch("SELECT id, left_units, held_units FROM entitlement WHERE expired_at IS NULL ORDER BY id")
        )
        return tuple(tuple(row) for row in rows), self._due()

    def _due(self) -> int:
        return int(self.run(fetch("SELECT coalesce(sum(amount), 0)::int AS due FROM charge"))[0]["due"])

    def _booked(self) -> int:
        return len(self.run(fetch("SELECT FROM booking")))

    @rule(thing=things, day=days, start=starts, length=lengths, by_money=st.booleans())
    def a_quote_is_what_the_booking_does(self, thing: str, day: int, start: int, length: int, by_money: bool) -> None:
        wish = self._wish(thing, day, start, length, pays="money" if by_money else None)
        quoted = self.run(quote(wish, self.now, person=self.mia.id))
        due = self._due()
        made = self.stage.said(book(self.mia.actor(), wish, self.now))
        if isinstance(made, str):
            codes = {"taken" if each.code in ("desk_already_taken",) else each.code for each in quoted.refusals}
            assert made in codes
            return
        assert quoted.decision is not None
        way = quoted.decision.payment
        assert (made.paid_by, made.price, self._due() - due) == (way.kind, way.price, way.price.amount)
        if way.entitlement is not None and way.left_after is not None:
            [row] = self.run(fetch("SELECT left_units FROM entitlement WHERE id = $1", way.entitlement.id))
            assert row["left_units"] == way.left_after

    @rule(thing=things, day=days, start=starts, length=lengths)
    def giving_back_in_time_restores_exactly(self, thing: str, day: int, start: int, length: int) -> None:
        before = self._state()
        made = self.stage.said(book(self.mia.actor(), self._wish(thing, day, start, length), self.now))
        if isinstance(made, str) or made.is_late_at(self.now):
            return
        self.run(cancel(self.mia.actor(), made.public_id, self.now))
        assert self._state() == before

    @precondition(lambda self: self._booked())
    @rule(which=anything)
    def somebody_cancels(self, which: int) -> None:
        self.stage.said(cancel(self.mia.actor(), self._pick(which), self.now))

    @precondition(lambda self: self._booked())
    @rule(which=anything, thing=things, day=days, start=starts, length=lengths, agreed=st.sampled_from([None, 5000]))
    def somebody_moves(self, which: int, thing: str, day: int, start: int, length: int, agreed: int | None) -> None:
        wish, before = self._wish(thing, day, start, length), self._state()
        change = MoveBooking(wish.what, wish.starts_at, wish.ends_at, agreed_price=agreed)
        if isinstance(self.stage.said(move(self.mia.actor(), self._pick(which), change, self.now)), str):
            assert self._state() == before

    @precondition(lambda self: self._booked())
    @rule(which=anything)
    def somebody_arrives(self, which: int) -> None:
        self.stage.said(check_in(self.mia.actor(), self._pick(which), self.now))

    @rule(thing=things, day=days, start=starts, length=lengths, count=st.sampled_from([2, 3]))
    def a_series_is_paid_as_it_was_shown(self, thing: str, day: int, start: int, length: int, count: int) -> None:
        wanted = MakeSeries(self._wish(thing, day, start, length), f"FREQ=DAILY;COUNT={count}", OnConflict.SKIP)
        plan = self.stage.said(preview_series(self.mia.actor(), wanted, self.now, "de"))
        if isinstance(plan, str):
            return
        made = self.stage.said(make_series(self.mia.actor(), wanted, self.now))
        shown = [date.taken.decision for date in plan.dates if date.taken]
        if isinstance(made, str):
            assert not shown
            return
        assert [(each.paid_by, each.price) for each in shown] == [(b.paid_by, b.price) for b in made.bookings]

    @precondition(lambda self: self.run(fetch("SELECT FROM series")))
    @rule(which=anything, start=starts, length=lengths)
    def a_changed_series_is_paid_as_it_was_shown(self, which: int, start: int, length: int) -> None:
        rows = self.run(fetch("SELECT public_id, starts_at FROM series ORDER BY id"))
        series = rows[which % len(rows)]
        begins = at(series["starts_at"].astimezone(HERE).date(), start)
        change = ChangeSeries(starts_at=begins, ends_at=begins + timedelta(hours=length), on_conflict=OnConflict.SKIP)
        before = self._state()
        found = self.stage.said(preview_change(self.mia.actor(), series["public_id"], change, self.now))
        assert self._state() == before
        made = self.stage.said(change_series(self.mia.actor(), series["public_id"], change, self.now))
        if isinstance(found, str) or isinstance(made, str):
            assert self._state() == before
            return
        shown = [date.taken.decision for date in found.plan.dates if date.taken]
        slots = {date.slot.starts_at for date in found.plan.dates if date.taken}
        standing = [booking for booking in made.bookings if booking.series_slot in slots]
        assert [(each.paid_by, each.price) for each in shown] == [(b.paid_by, b.price) for b in standing]

    @precondition(lambda self: self.run(fetch("SELECT FROM series")))
    @rule(which=anything)
    def a_series_ends(self, which: int) -> None:
        rows = self.run(fetch("SELECT public_id FROM series ORDER BY id"))
        key = rows[which % len(rows)]["public_id"]
        self.stage.said(cancel_series(self.mia.actor(), key, CancelSeries(), self.now))

    @rule(minutes=st.sampled_from([30, 60, 120, 15 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now = min(self.now + timedelta(minutes=minutes), tomorrow(17, 50) + timedelta(days=2))
        self.run(settle_due(self.now))
        self.run(use_up_past(self.now.astimezone(HERE).date(), self.now))

    @invariant()
    def every_account_is_what_its_bookings_say(self) -> None:
        assert self.run(accounts_out_of_balance()) == []
        rows = self.run(fetch("SELECT id, unit, half_days, charge, credit, expired_at FROM entitlement"))
        accounts = {row["id"]: row for row in rows}
        mine = list(accounts)
        booked = {(row["entitlement"], row["day"]): row["booked"] for row in self.run(fetch(_BOOKED, mine))}
        used = {(row["entitlement"], row["day"]): row for row in self.run(fetch(_USED, mine))}
        current = {key: row for key, row in used.items() if key in booked}
        assert current.keys() == booked.keys()
        for (account, day), row in current.items():
            unit, halves = Unit(accounts[account]["unit"]), accounts[account]["half_days"]
            minutes = booked[account, day]
            assert row["booked"] == (HOUR * minutes // 60 if unit is Unit.MONEY else minutes)
            assert row["units"] == units_for(unit, row["booked"], half_days=halves)
        self._check_bought_days(accounts, {account: minutes for (account, _), minutes in booked.items()})

    def _check_bought_days(self, accounts: Any, booked: Any) -> None:
        """Each costs what its minutes cost, and nothing when nothing is left of it."""
        paid = {row["entitlement"]: row["paid"] for row in self.run(fetch(_PAID))}
        money = next(key for key, row in accounts.items() if row["unit"] == Unit.MONEY and row["expired_at"] is None)
        for account, row in accounts.items():
            if (row["charge"] is not None and account in booked) or row["credit"] == money:
                cost = priced(DAY, HALF_DAY, None, booked[account]) if account in booked else 0
                assert paid.get(account, 0) == cost


@pytest.fixture
def stage(admin_dsn: str, template: str, worker_id: str) -> Iterator[Stage]:
    with asyncio.Runner() as runner:
        database = copied(admin_dsn, template, f"{PREFIX}_paying_{worker_id}")
        dsn = runner.run(database.__aenter__())
        runner.run(DB.open_pool(dsn, size=2))
        try:
            stage = Stage(runner)
            stage.run(execute("UPDATE network SET charges = true"))
            stage.run(a_price(stage.world, day=DAY, half_day=HALF_DAY))
            stage.run(a_price(stage.world, Kind.ROOM, hour=HOUR))
            yield stage
        finally:
            runner.run(DB.close_pool())
            runner.run(database.__aexit__(None, None, None))


def run_sequences(stage: Stage, count: int) -> None:
    Paying.stage = stage
    settings = hypothesis.settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Paying, settings=settings)  # type: ignore[no-untyped-call]


def test_accounts_are_what_the_bookings_say_whatever_happens(stage: Stage) -> None:
    run_sequences(stage, FEW)


def test_the_comparison_notices_what_is_never_given_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(payment, "give_back", nothing)
    Paying.stage = stage
    machine = Paying()
    with pytest.raises(AssertionError):
        machine.giving_back_in_time_restores_exactly(thing="1", day=0, start=8, length=1)


@pytest.mark.long
def test_hundreds_of_sequences_balance(stage: Stage) -> None:
    run_sequences(stage, MANY)
