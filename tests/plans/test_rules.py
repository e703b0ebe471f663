"""What pays for a booking, and in which order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.plans.needs import Need, Scope
from app.plans.rules import (
    FREE_OF_CHARGE,
    CannotPayThat,
    Entitlement,
    NothingPays,
    Pays,
    Price,
    PriceChanged,
    Purse,
    Source,
    check_agreed,
    chosen_way,
    ways_to_pay,
)
from app.plans.uses import Unit

DAY = date(2026, 11, 25)
POLCH, MAYEN = 1, 2
MAIFELD, STADT = 11, 12
DESK = Need(Unit.DESK_DAY, DAY, 8 * 60, 18 * 60, 600, operator=MAIFELD, space=POLCH)
TICKET = Price(Unit.DESK_DAY, day=1900, half_day=1200, seller=MAIFELD)


def days(key: int, left: int | None = 10, source: Source = Source.PASS, **more: object) -> Entitlement:
    known = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)} | more
    return Entitlement(key, f"e{key}", Unit.DESK_DAY, source, "", left, **known)  # type: ignore[arg-type]


def purse(*entitlements: Entitlement, prices: tuple[Price, ...] = ()) -> Purse:
    return Purse(charges=True, entitlements=entitlements, prices=prices)


def test_where_nothing_costs_anything_nothing_is_taken() -> None:
    assert ways_to_pay(DESK, replace(purse(days(1)), charges=False)) == [FREE_OF_CHARGE]


def test_team_then_membership_then_the_pass_that_ends_first_then_money() -> None:
    later, sooner = days(1), days(2, ends_on=date(2026, 11, 30))
    own, team = days(3, source=Source.MEMBERSHIP), days(4, source=Source.TEAM)
    ways = ways_to_pay(DESK, purse(later, sooner, own, team, prices=(TICKET,)))
    assert [way.key for way in ways] == ["e4", "e3", "e2", "e1", "money"]
    assert [way.kind for way in ways] == [Pays.TEAM, *[Pays.ENTITLEMENT] * 3, Pays.MONEY]
    assert ways[-1].price == Money(1900)


def test_what_the_day_has_paid_already_comes_first_and_takes_nothing_more() -> None:
    mine = purse(days(1, source=Source.MEMBERSHIP), days(2))
    [_, by_pass] = ways_to_pay(DESK, mine)
    again = ways_to_pay(replace(DESK, space=MAYEN), mine.after(by_pass, DAY))[0]
    assert (again.key, again.takes, again.left_after) == ("e2", 0, 8)


def test_it_pays_only_where_and_when_it_holds() -> None:
    for scope in (
        Scope(spaces=frozenset({MAYEN})),
        Scope(operators=frozenset({STADT})),
        Scope(weekdays=frozenset({0, 1})),
        Scope(opens=9 * 60),
        Scope(closes=17 * 60),
    ):
        assert ways_to_pay(DESK, purse(days(1, scope=scope))) == []
    scope = Scope(spaces=frozenset({POLCH}), weekdays=frozenset({2}), opens=480, closes=1080)
    assert ways_to_pay(DESK, purse(days(1, scope=scope)))
    assert not ways_to_pay(DESK, purse(days(1, starts_on=DAY + timedelta(1))))
    assert not ways_to_pay(DESK, purse(days(1, ends_on=DAY - timedelta(1))))
    assert ways_to_pay(DESK, purse(days(1, ends_on=None)))


def test_an_account_that_has_too_little_left_does_not_pay() -> None:
    assert ways_to_pay(DESK, purse(days(1, left=1))) == []
    assert ways_to_pay(replace(DESK, minutes=300), purse(days(1, left=1, half_days=True)))[0].left_after == 0


def test_beyond_the_allowance_the_cheaper_of_overage_and_ticket_is_paid() -> None:
    overage = Price(Unit.DESK_DAY, day=1500, membership=7)
    [way] = ways_to_pay(DESK, purse(days(1, left=0, source=Source.MEMBERSHIP), prices=(TICKET, overage)))
    assert (way.price, way.tariff) == (Money(1500), overage)
    [morning] = ways_to_pay(replace(DESK, minutes=240), purse(prices=(TICKET, overage)))
    assert morning.price == Money(1200)


def test_the_narrowest_entry_of_a_list_counts_and_an_empty_one_ends_it() -> None:
    hall = replace(TICKET, resource=3, day=9000, half_day=None)
    here, no_longer = replace(TICKET, space=POLCH, day=1700), replace(TICKET, resource=4, day=None, half_day=None)
    listed = purse(prices=(TICKET, hall, here, no_longer))
    prices = [
        [way.price.amount for way in ways_to_pay(replace(DESK, space=space, resource=resource), listed)]
        for space, resource in ((MAYEN, 1), (POLCH, 1), (POLCH, 3), (POLCH, 4))
    ]
    assert prices == [[1900], [1700], [9000], []]


def test_who_has_shown_a_proof_pays_the_lower_price() -> None:
    student = replace(TICKET, price_class="student", day=900)
    [way] = ways_to_pay(DESK, purse(prices=(TICKET, student)))
    assert way.price == Money(900)


def test_money_in_an_account_pays_prices_before_money_out_of_the_pocket() -> None:
    credit = Entitlement(5, "e5", Unit.MONEY, Source.CREDIT, "", 2000, date(2026, 1, 1), None)
    ways = ways_to_pay(DESK, purse(credit, prices=(TICKET,)))
    assert [(way.key, way.takes, way.left_after) for way in ways] == [("e5", 1900, 100), ("money", 0, None)]
    assert ways_to_pay(DESK, purse(credit)) == []


def test_without_limit_nothing_is_counted() -> None:
    [way] = ways_to_pay(DESK, purse(days(1, left=None)))
    assert (way.entry, way.left_after) == (None, None)


def test_what_is_chosen_pays_where_it_may() -> None:
    mine = purse(days(1, source=Source.MEMBERSHIP), days(2), prices=(TICKET,))
    assert chosen_way(DESK, mine, None, "Polch").key == "e1"
    assert chosen_way(DESK, mine, "e2", "Polch").key == "e2"
    assert chosen_way(DESK, mine, "money", "Polch").price == Money(1900)
    with pytest.raises(CannotPayThat):
        chosen_way(DESK, mine, "e9", "Polch")
    with pytest.raises(NothingPays):
        chosen_way(DESK, purse(), None, "Polch")


def test_a_price_is_paid_only_as_agreed() -> None:
    ticket = chosen_way(DESK, purse(prices=(TICKET,)), None, "Polch")
    for enough in (1900, 2000, None):
        check_agreed(ticket, enough)
    for too_little in (0, 1899):
        with pytest.raises(PriceChanged):
            check_agreed(ticket, too_little)
    check_agreed(chosen_way(DESK, purse(days(1)), None, "Polch"), 0)


entitlements = st.builds(
    days,
    st.integers(1, 50),
    st.none() | st.integers(0, 4),
    st.sampled_from(Source),
    ends_on=st.dates(date(2026, 11, 1), date(2027, 1, 31)) | st.none(),
    half_days=st.booleans(),
)


@given(st.lists(entitlements, max_size=8, unique_by=lambda one: one.id), st.randoms(), st.booleans())
def test_the_order_does_not_depend_on_how_they_were_found(found: list[Entitlement], random: object, sold: bool) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    prices = (TICKET,) if sold else ()
    ways = ways_to_pay(DESK, purse(*found, prices=prices))
    assert [way.key for way in ways] == [way.key for way in ways_to_pay(DESK, purse(*shuffled, prices=prices))]
    assert all(way.left_after is None or way.left_after >= 0 for way in ways)
    assert sold == any(way.kind is Pays.MONEY for way in ways)
