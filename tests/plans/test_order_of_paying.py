"""The order of paying is the same whatever the order in which accounts and prices are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.plans.needs import Scope
from app.plans.rules import (
    Entitlement,
    Payment,
    Pays,
    Price,
    Purse,
    Source,
    ways_to_pay,
)
from app.plans.uses import NOTHING_USED, Unit, Use, hold
from tests.plans.test_rules import DAY, DESK, MAIFELD, MAYEN, POLCH, STADT

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 31)
NOT_HERE = (Scope(spaces=frozenset({MAYEN})), Scope(operators=frozenset({STADT})), Scope(weekdays=frozenset({5, 6})))
NEVER_TOO_LITTLE = 1_000_000


@dataclass(frozen=True)
class Found:
    """A purse as it may come out of the database, in no order."""

    accounts: Sequence[Entitlement]
    prices: Sequence[Price]
    uses: Mapping[tuple[int, date], Use]

    def ways(self, random: Random | None = None, *more: Entitlement) -> list[Payment]:
        accounts, prices = [*self.accounts, *more], list(self.prices)
        if random is not None:
            random.shuffle(accounts)
            random.shuffle(prices)
        return ways_to_pay(DESK, Purse(charges=True, entitlements=accounts, uses=self.uses, prices=prices))


@st.composite
def accounts(draw: st.DrawFn, key: int) -> Entitlement:
    unit = draw(st.sampled_from((Unit.DESK_DAY, Unit.DESK_DAY, Unit.MONEY)))
    is_ticket = unit is Unit.DESK_DAY and draw(st.integers(0, 3)) == 0
    is_money = unit is Unit.MONEY
    most = NEVER_TOO_LITTLE if is_money else 3
    return Entitlement(
        key,
        f"e{key}",
        unit,
        Source.PASS if is_ticket else draw(st.sampled_from(Source)),
        "",
        draw(st.just(2) if is_ticket else st.integers(0, most) if is_money else st.none() | st.integers(0, most)),
        FIRST,
        draw(st.none() | st.sampled_from((DAY, DAY + timedelta(1), LAST))),
        draw(st.sampled_from((Scope(), Scope(operators=frozenset({MAIFELD})), Scope(spaces=frozenset({POLCH}))))),
        half_days=draw(st.booleans()) and not is_ticket,
        paid=draw(st.sampled_from((0, 500, 1200))) if is_ticket else None,
        credit=draw(st.none() | st.integers(1, 9)) if is_ticket else None,
    )


@st.composite
def prices(draw: st.DrawFn, membership: int | None, price_class: str) -> Price:
    amount = st.sampled_from((700, 1200, 1900))
    hour = draw(st.none() | st.just(190))
    return Price(
        Unit.DESK_DAY, day=draw(amount), hour=hour, membership=membership, price_class=price_class, seller=MAIFELD
    )


@st.composite
def purses(draw: st.DrawFn) -> Found:
    """Up to six accounts with what the day has used of some, and up to one price of each kind."""
    keys = draw(st.lists(st.integers(1, 9), max_size=6, unique=True))
    found = [draw(accounts(key)) for key in keys]
    used = {one.id: draw(st.sampled_from((0, 0, 240, 600))) for one in found if one.left is not None}
    uses = {
        (key, DAY): _used(next(one for one in found if one.id == key), minutes)
        for key, minutes in used.items()
        if minutes
    }
    kinds = draw(st.lists(st.sampled_from(((None, "normal"), (None, "student"), (7, "normal"))), unique=True))
    left = [
        replace(one, left=one.left - uses[one.id, DAY].units)
        if one.paid is not None and one.left is not None and (one.id, DAY) in uses
        else one
        for one in found
    ]
    return Found(left, [draw(prices(*kind)) for kind in kinds], uses)


def _used(one: Entitlement, booked: int) -> Use:
    entry = hold(NOTHING_USED, one.unit, booked, half_days=one.half_days)
    return Use(booked, held=entry.held, step=1)


@st.composite
def useless(draw: st.DrawFn) -> Entitlement:
    """An account that cannot pay: elsewhere, not on that day, of another unit, or with nothing left."""
    one = replace(draw(accounts(100)), paid=None)
    why: dict[str, Any] = draw(
        st.sampled_from(
            (
                *({"scope": scope} for scope in NOT_HERE),
                {"ends_on": DAY - timedelta(1)},
                {"starts_on": DAY + timedelta(1)},
                {"unit": Unit.ROOM_MINUTE},
                {"unit": Unit.DESK_DAY, "left": 0},
            )
        )
    )
    return replace(one, **why)


PLACES = (Source.TEAM, Source.MEMBERSHIP, Source.PASS, Source.CREDIT)


def place(way: Payment) -> tuple[int, int, date, int]:
    """Where it stands as docs/design.md says it: the day's own use, team, membership, the pass that ends first, money
    in an account, money."""
    one = way.entitlement
    if one is None or way.kind is Pays.MONEY:
        return 3, 0, date.max, 0
    is_own_use = bool(way.use.units) and not way.takes
    block = 2 if one.unit is Unit.MONEY else 0 if is_own_use else 1
    return block, PLACES.index(one.source), one.ends_on or date.max, one.id


@given(purses())
def test_the_days_own_use_then_team_membership_the_pass_that_ends_first_and_money(found: Found) -> None:
    ways = found.ways()
    places = [place(way) for way in ways]
    assert places == sorted(set(places))
    assert all(way.takes <= (way.entitlement.left or 0) for way in ways if way.entitlement and way.entry)
    assert sum(way.kind is Pays.MONEY for way in ways) == bool(found.prices)


@given(purses())
def test_each_key_stands_for_one_way_and_never_takes_what_is_not_there(found: Found) -> None:
    ways = found.ways()
    assert len({way.key for way in ways}) == len(ways)
    assert all(way.left_after is None or way.left_after >= 0 for way in ways)


@given(purses())
def test_a_bought_day_grows_out_of_its_own_credit_and_never_for_more_than_the_booking_alone(found: Found) -> None:
    alone = min((price.amount for one in found.prices if (price := one.of(DESK)) is not None), default=0)
    for way in found.ways():
        if way.grown is not None and way.entitlement is not None:
            assert way.grown.ticket.credit == way.entitlement.id
            assert way.entitlement.unit is Unit.MONEY
            assert 0 < way.takes <= alone


@given(purses(), st.randoms(use_true_random=False))
def test_it_is_the_same_in_whatever_order_accounts_and_prices_are_found(found: Found, random: Random) -> None:
    assert found.ways() == found.ways(random)


@given(purses(), useless(), st.randoms(use_true_random=False))
def test_an_account_that_cannot_pay_changes_nothing(found: Found, one: Entitlement, random: Random) -> None:
    assert found.ways() == found.ways(random, one)
