"""A desk's day that an account of money pays: bought once, and longer for the difference."""

from dataclasses import replace
from datetime import date

from app.kernel.money import Money
from app.plans.needs import Scope
from app.plans.rules import Entitlement, Payment, Pays, Price, Purse, Source, chosen_way, ways_to_pay
from app.plans.tickets import Part, standing_parts
from app.plans.uses import NOTHING_USED, Unit, Use, hold
from tests.plans.test_rules import DAY, DESK, MAYEN, STADT, TICKET

CREDIT = Entitlement(1, "e1", Unit.MONEY, Source.CREDIT, "", 5000, date(2026, 1, 1), date(2026, 12, 31))
MORNING = replace(DESK, ends=12 * 60, minutes=240)
AFTERNOON = replace(DESK, space=MAYEN, starts=13 * 60, minutes=240)


def bought(paid: int = 1200, booked: int = 240, key: int = 9, **more: object) -> tuple[Entitlement, Use]:
    """A day that was bought out of the credit, with what it has used."""
    entry = hold(NOTHING_USED, Unit.DESK_DAY, booked, half_days=False)
    scope = Scope(operators=frozenset({DESK.operator}))
    ticket = Entitlement(key, f"e{key}", Unit.DESK_DAY, Source.PASS, "", 0, DAY, DAY, scope, paid=paid, credit=1)
    return replace(ticket, **more), Use(booked, held=entry.held, step=1)  # type: ignore[arg-type]


def purse(credit: Entitlement, *tickets: tuple[Entitlement, Use], prices: tuple[Price, ...] = (TICKET,)) -> Purse:
    taken = sum(ticket.paid or 0 for ticket, _ in tickets)
    uses = {(ticket.id, DAY): use for ticket, use in tickets}
    uses[credit.id, DAY] = Use(taken, held=taken, step=len(tickets))
    return Purse(charges=True, entitlements=[credit, *(one for one, _ in tickets)], uses=uses, prices=prices)


def said(way: Payment) -> tuple[str, int, Money, bool]:
    return way.key, way.takes, way.price, way.grown is not None


def test_the_first_desk_of_the_day_is_paid_whole_out_of_the_account() -> None:
    first = ways_to_pay(MORNING, purse(CREDIT))[0]
    assert said(first) == ("e1", 1200, Money(0), False)
    assert (first.kind, first.left_after) == (Pays.ENTITLEMENT, 3800)


def test_what_the_day_has_paid_costs_nothing_at_another_space_of_the_operator() -> None:
    first = ways_to_pay(AFTERNOON, purse(CREDIT, bought(1900, 600)))[0]
    assert said(first) == ("e9", 0, Money(0), False)


def test_a_longer_day_costs_the_difference_out_of_the_same_account() -> None:
    mine = purse(CREDIT, bought())
    first = ways_to_pay(AFTERNOON, mine)[0]
    assert said(first) == ("e1", 700, Money(0), True)
    afterwards = mine.after(first, DAY)
    assert [(one.left, one.paid) for one in afterwards.entitlements] == [(4300, None), (0, 1900)]
    assert (afterwards.used(1, DAY).held, afterwards.used(9, DAY).booked) == (1900, 480)
    assert said(ways_to_pay(MORNING, afterwards)[0]) == ("e9", 0, Money(0), False)


def test_the_difference_is_due_where_the_account_has_too_little_or_is_not_for_it() -> None:
    elsewhere = replace(CREDIT, scope=Scope(spaces=frozenset({DESK.space})))
    for credit in (replace(CREDIT, left=699), elsewhere, replace(CREDIT, ends_on=date(2026, 11, 24))):
        [way] = ways_to_pay(AFTERNOON, purse(credit, bought()))
        assert (way.kind, way.price, way.entitlement and way.entitlement.id) == (Pays.MONEY, Money(700), 9)


def test_of_two_ways_out_of_one_account_the_cheaper_counts() -> None:
    ways = ways_to_pay(AFTERNOON, purse(CREDIT, bought(), bought(1500, key=8)))
    assert [(way.key, way.takes, way.price.amount) for way in ways] == [("e1", 400, 0), ("money", 0, 1200)]


def test_another_operators_day_is_bought_anew() -> None:
    theirs = replace(AFTERNOON, operator=STADT)
    assert said(ways_to_pay(theirs, purse(CREDIT, bought(1900, 600)))[0])[:2] == ("e1", 1200)


def test_what_has_paid_pays_again_the_day_first_and_then_the_account_behind_it() -> None:
    card = Entitlement(2, "e2", Unit.DESK_DAY, Source.PASS, "", 10, date(2026, 1, 1), None)
    mine = purse(CREDIT, bought(1900, 600))
    mine = replace(mine, entitlements=[*mine.entitlements, card])
    assert chosen_way(MORNING, mine, None, "", has_paid=(9, 1)).key == "e9"
    tomorrow = replace(MORNING, day=date(2026, 11, 26))
    assert chosen_way(tomorrow, mine, None, "", has_paid=(9, 1)).key == "e1"
    assert chosen_way(tomorrow, mine, None, "").key == "e2"


def _part(amount: int, charge: int | None = None) -> Part:
    return Part(amount, charge, 1900, 1200, None)


def test_what_came_back_is_taken_off_what_was_paid_last() -> None:
    parts = [_part(1200), _part(700), _part(-900), _part(300, charge=5)]
    assert standing_parts(parts) == [_part(1000), _part(300, charge=5)]
    assert standing_parts([_part(1200), _part(-1200)]) == []
