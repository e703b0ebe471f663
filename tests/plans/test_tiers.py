"""What so many pieces cost, and what is wrong with terms for teams."""

import msgspec
import pytest

from app.plans.term_checks import check_terms
from app.plans.terms import Audience, Overage, PriceClass, TeamUse, Terms, Tier
from app.plans.tiers import of_pieces, piece_price
from app.plans.uses import Unit
from tests.teams.buying import DAYS, POOL, SEAT


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, 11900), (4, 11900), (5, 10900), (9, 10900), (10, 9900), (99, 9900)]
)
def test_the_tier_that_is_reached_is_the_price_of_every_piece(quantity: int, price: int) -> None:
    assert piece_price(SEAT, quantity) == price


def test_a_pool_holds_what_all_pieces_hold_and_a_seat_stays_one_persons() -> None:
    assert (of_pieces(POOL, 20).desk_days, of_pieces(POOL, 20).price) == (20, 20 * 1400)
    assert (of_pieces(SEAT, 5).desk_days, of_pieces(SEAT, 5).price) == (8, 5 * 10900)
    assert of_pieces(DAYS, 3).amount == 30


@pytest.mark.parametrize("terms", [SEAT, POOL, DAYS])
def test_what_the_tests_sell_can_be_sold(terms: Terms) -> None:
    assert list(check_terms(terms, 24, 1)) == []


@pytest.mark.parametrize(
    ("terms", "change", "field"),
    [
        (SEAT, {"tiers": (Tier(1, 100),)}, "tier_1_quantity"),
        (SEAT, {"tiers": (Tier(5, 10900), Tier(5, 9900))}, "tier_2_quantity"),
        (SEAT, {"tiers": (Tier(5, 12000),)}, "tier_1_quantity"),
        (SEAT, {"tiers": (Tier(5, 9000), Tier(10, 9500))}, "tier_2_quantity"),
        (SEAT, {"audiences": tuple(Audience)}, "audiences"),
        (SEAT, {"fixed_desk": True}, "fixed_desk"),
        (SEAT, {"setup": 100}, "setup"),
        (SEAT, {"overage": {Unit.DESK_DAY: Overage(day=100)}}, "overage_desk_day_day"),
        (SEAT, {"concessions": {PriceClass.STUDENT: 100}}, "concession_student"),
        (POOL, {"unlimited_desks": True}, "unlimited_desks"),
        (DAYS, {"unit": Unit.MONEY}, "unit"),
        (DAYS, {"for_teams": TeamUse.SEAT}, "for_teams"),
        (SEAT, {"for_teams": None}, "for_teams"),
    ],
)
def test_each_mistake_is_said_at_its_field(terms: Terms, change: dict[str, object], field: str) -> None:
    found = list(check_terms(msgspec.structs.replace(terms, **change), 24, 1))
    assert field in [refusal.field for refusal in found]
