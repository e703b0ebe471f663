"""What limits a person in a shared purse, and what is said when it stands in the way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans.limits import Amounts, Limited, LimitShape, OwnLimits, Reason
from app.plans.needs import Need
from app.plans.nothing_pays import LimitReached, NothingPays
from app.plans.rules import (
    CannotPayThat,
    Entitlement,
    Payment,
    Pays,
    Purse,
    Source,
    chosen_way,
    limits_in_the_way,
    ways_to_pay,
)
from app.plans.uses import Unit
from app.platform.language import speaker
from tests.plans.test_rules import DAY, DESK, MAYEN, TICKET, days

PURSE, OTHER = 70, 71
MONTH = DAY.replace(day=1)
LATER = date(2026, 12, 2)
ROOM = replace(DESK, unit=Unit.ROOM_MINUTE, minutes=120)


def pool(key: int = 1, left: int | None = 20, purse: int = PURSE, **more: object) -> Entitlement:
    known: dict[str, object] = {"purse": purse, "is_shared": True} | more
    return replace(days(key, left, Source.TEAM), label="Becker", **known)


def budget(left: int, key: int = 9) -> Entitlement:
    last = date(2026, 11, 30)
    return Entitlement(key, f"e{key}", Unit.MONEY, Source.TEAM, "Becker", left, MONTH, last, purse=PURSE)


def limited(*accounts: Entitlement, purse: int = PURSE, spent: int = 0, **limits: object) -> Purse:
    shape = LimitShape(**limits)  # type: ignore[arg-type]
    own = OwnLimits(purse, shape, {MONTH: Amounts(desk_halves=spent)} if spent else {})
    return Purse(charges=True, entitlements=accounts, prices=(TICKET,), limits={purse: own})


def keys(ways: Sequence[Payment]) -> list[str]:
    return [way.key for way in ways]


def test_the_team_pays_up_to_the_days_of_the_month_and_then_the_next_in_the_order_does() -> None:
    mine = limited(pool(), days(2), spent=14, desk_halves=16)
    assert keys(ways_to_pay(DESK, mine)) == ["e1", "e2", "money"]
    full = mine.after(ways_to_pay(DESK, mine)[0], DAY)
    tomorrow = replace(DESK, day=DAY + timedelta(1))
    assert keys(ways_to_pay(tomorrow, full)) == ["e2", "money"]
    [why] = limits_in_the_way(tomorrow, full)
    assert why == Limited(PURSE, "Becker", Reason.DESK_DAYS, MONTH, 16)


def test_another_desk_of_a_day_that_counts_already_is_still_paid() -> None:
    mine = limited(pool(), spent=14, desk_halves=16)
    full = mine.after(ways_to_pay(DESK, mine)[0], DAY)
    assert ways_to_pay(replace(DESK, space=MAYEN), full)[0].takes == 0


def test_each_month_counts_for_itself_and_more_of_one_month_holds_for_it_alone() -> None:
    mine = limited(pool(), spent=16, desk_halves=16)
    assert keys(ways_to_pay(replace(DESK, day=LATER), mine)) == ["e1", "money"]
    more = OwnLimits(PURSE, mine.limits[PURSE].limits, mine.limits[PURSE].spent, {MONTH: Amounts(desk_halves=4)})
    mine = replace(mine, limits={PURSE: more})
    assert keys(ways_to_pay(DESK, mine)) == ["e1", "money"]
    assert (more.rest(Unit.DESK_DAY, MONTH), more.rest(Unit.DESK_DAY, LATER.replace(day=1))) == (4, 16)


def test_spaces_and_weekdays_hold_everywhere_and_every_day() -> None:
    assert keys(ways_to_pay(DESK, limited(pool(), spaces=[MAYEN]))) == ["money"]
    assert keys(ways_to_pay(DESK, limited(pool(), spaces=[DESK.space], weekdays=[2]))) == ["e1", "money"]
    for limits, why in (({"spaces": [MAYEN]}, Reason.SPACE), ({"weekdays": [0, 4]}, Reason.WEEKDAY)):
        [found] = limits_in_the_way(DESK, limited(pool(), **limits))
        assert (found.reason, found.most) == (why, None)


def test_hours_in_rooms_are_limited_apart_from_days() -> None:
    hours = replace(pool(), unit=Unit.ROOM_MINUTE, left=600)
    for minutes, pays in ((120, True), (119, False)):
        mine = replace(limited(hours, room_minutes=minutes, desk_halves=0), prices=())
        assert bool(ways_to_pay(ROOM, mine)) is pays


def test_without_own_limits_the_purse_pays_whatever_another_one_limits() -> None:
    mine = limited(pool(), pool(2, purse=OTHER), spent=16, desk_halves=16)
    assert keys(ways_to_pay(DESK, mine)) == ["e2", "money"]
    assert [one.purse for one in limits_in_the_way(DESK, mine)] == [PURSE]


def test_nothing_is_said_of_a_limit_where_the_purse_pays_otherwise_or_has_nothing() -> None:
    assert limits_in_the_way(DESK, limited(pool(), spent=2, desk_halves=16)) == []
    assert limits_in_the_way(DESK, limited(pool(left=0), spent=2, desk_halves=16)) == []


def test_the_budget_pays_what_the_teams_days_do_not_before_the_persons_own() -> None:
    own = days(2, source=Source.MEMBERSHIP)
    mine = limited(pool(left=0), budget(5000), own, money=5000)
    assert keys(ways_to_pay(DESK, mine)) == ["e9", "e2", "money"]
    assert keys(ways_to_pay(DESK, limited(pool(), budget(5000), own, money=5000))) == ["e1", "e9", "e2", "money"]
    [first, *_] = ways_to_pay(DESK, mine)
    assert (first.kind, first.takes, first.left_after) == (Pays.TEAM, 1900, 3100)


def test_a_day_out_of_the_budget_counts_as_a_day() -> None:
    mine = limited(budget(5000), spent=16, desk_halves=16, money=5000)
    assert keys(ways_to_pay(DESK, mine)) == ["money"]
    counted = ways_to_pay(DESK, limited(budget(5000), spent=14, desk_halves=16, money=5000))[0].counted
    assert counted is not None
    assert (counted.amounts, counted.step, counted.rest) == (Amounts(desk_halves=2), 1, 0)


def test_an_employer_pays_the_price_of_everybody_not_that_of_the_persons_membership_or_proof() -> None:
    """Else what it pays would tell of them."""
    cheaper = (TICKET, replace(TICKET, price_class="student", day=900), replace(TICKET, membership=7, day=800))
    mine = replace(limited(budget(5000), money=5000), prices=cheaper)
    by_budget, by_money = ways_to_pay(DESK, mine)
    assert (by_budget.takes, by_money.price.amount) == (1900, 800)


def test_a_budget_that_is_used_up_is_said() -> None:
    [why] = limits_in_the_way(DESK, limited(budget(1800), money=5000))
    assert (why.reason, why.most) == (Reason.MONEY, 5000)


@pytest.mark.parametrize(
    ("purse", "said"),
    [
        (limited(pool(), spent=16, desk_halves=16), "Ihre Grenze von 8 Tagen im November 2026 ist erreicht (Becker)."),
        (limited(pool(), desk_halves=1), "Ihre Grenze von ½ Tag im November 2026 ist erreicht (Becker)."),
        (limited(pool(), spaces=[MAYEN]), "In Polch zahlt Becker für Sie nicht."),
        (limited(pool(), weekdays=[0]), "An diesem Wochentag zahlt Becker für Sie nicht."),
        (limited(budget(100), money=5000), "Ihr Budget von 50,00 € im November 2026 reicht dafür nicht (Becker)."),
    ],
)
def test_where_nothing_else_pays_the_limit_is_said(purse: Purse, said: str) -> None:
    with pytest.raises(LimitReached) as caught:
        chosen_way(DESK, replace(purse, prices=(TICKET,)), None, "Polch", by_money=False)
    assert speaker("de").refusal(caught.value).replace("\xa0", " ") == said


def test_what_was_chosen_and_is_limited_meanwhile_says_so_and_nothing_else_pays_instead() -> None:
    with pytest.raises(LimitReached):
        chosen_way(DESK, limited(pool(), days(2), spent=16, desk_halves=16), "e1", "Polch")
    with pytest.raises(CannotPayThat):
        chosen_way(DESK, limited(pool(left=0), days(2)), "e1", "Polch")


def test_who_books_for_others_may_pass_their_limits() -> None:
    mine = limited(pool(), spent=16, desk_halves=16)
    assert keys(ways_to_pay(DESK, mine.without_limits())) == ["e1", "money"]


def test_without_team_and_price_it_is_said_what_would_pay() -> None:
    with pytest.raises(NothingPays) as caught:
        chosen_way(DESK, Purse(charges=True), None, "Polch")
    assert caught.value.code == "no_entitlement"


wanted = st.tuples(
    st.sampled_from((DAY, DAY + timedelta(1), DAY + timedelta(2), LATER, LATER + timedelta(1))),
    st.sampled_from((240, 300, 600)),
    st.sampled_from((Unit.DESK_DAY, Unit.DESK_DAY, Unit.ROOM_MINUTE)),
)
shapes = st.builds(
    LimitShape,
    desk_halves=st.none() | st.integers(0, 6),
    room_minutes=st.none() | st.integers(0, 900),
    money=st.none() | st.integers(0, 6000),
    weekdays=st.sampled_from(([], [2], [2, 3])),
)


@st.composite
def teams(draw: st.DrawFn) -> Purse:
    """Two employers' purses with pools, a seat without limit and budgets, and a pass beside them."""
    accounts = [days(30)]
    for number, purse in enumerate((PURSE, OTHER)):
        key = number * 10
        left = st.integers(0, 8)
        accounts += draw(
            st.lists(
                st.sampled_from(
                    (
                        pool(key + 1, draw(left), purse, half_days=draw(st.booleans())),
                        pool(key + 2, None, purse, is_shared=False),
                        replace(pool(key + 3, draw(st.integers(0, 900)), purse), unit=Unit.ROOM_MINUTE),
                        replace(budget(draw(st.integers(0, 6000)), key + 4), purse=purse),
                    )
                ),
                unique_by=lambda one: one.id,
            )
        )
    limits = {purse: OwnLimits(purse, draw(shapes)) for purse in (PURSE, OTHER)}
    return Purse(charges=True, entitlements=accounts, prices=(TICKET,), limits=limits)


@given(teams(), st.lists(wanted, max_size=12))
def test_whatever_is_booked_nobody_passes_a_limit_and_no_account_goes_below_nothing(
    mine: Purse, bookings: list[tuple[date, int, Unit]]
) -> None:
    for day, minutes, unit in bookings:
        need = Need(unit, day, 8 * 60, 8 * 60 + minutes, minutes, DESK.operator, DESK.space)
        for payment in ways_to_pay(need, mine)[:1]:
            mine = mine.after(payment, day)
    for one in mine.entitlements:
        assert one.left is None or one.left >= 0
    for own in mine.limits.values():
        for month, spent in own.spent.items():
            for of in (Unit.DESK_DAY, Unit.ROOM_MINUTE):
                most = own.most(of, month)
                assert most is None or spent.of(of) <= most


@given(teams(), wanted, st.randoms(use_true_random=False))
def test_the_ways_and_what_is_said_of_limits_do_not_depend_on_how_accounts_are_found(
    mine: Purse, booking: tuple[date, int, Unit], random: Random
) -> None:
    day, minutes, unit = booking
    need = Need(unit, day, 8 * 60, 8 * 60 + minutes, minutes, DESK.operator, DESK.space)
    shuffled = list(mine.entitlements)
    random.shuffle(shuffled)
    other = replace(mine, entitlements=shuffled)
    assert ways_to_pay(need, mine) == ways_to_pay(need, other)
    assert {one.purse for one in limits_in_the_way(need, mine)} == {one.purse for one in limits_in_the_way(need, other)}
    paying = {way.entitlement.purse for way in ways_to_pay(need, mine) if way.entitlement}
    assert not paying & {one.purse for one in limits_in_the_way(need, mine)}
