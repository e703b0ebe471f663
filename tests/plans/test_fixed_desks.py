"""On which days a fixed desk is its holder's, from facts alone."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace as with_terms

from app.bookings.release_credits import credit_for_day
from app.plans.fixed_desks import FixedDesk, has_fixed_desk
from app.plans.grants import Days
from app.plans.queries import MembershipCard
from app.plans.round_the_clock import any_time_in
from app.plans.terms import Billed, PlanTerms, PriceClass
from app.plans.timeline import Stretch, Timeline
from tests.plans.desks import FIXED, TODAY
from tests.worlds import NOW

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)


def a_card(*stretches: Stretch, pauses: tuple[Days, ...] = ()) -> MembershipCard:
    last = stretches[-1].days.last
    return MembershipCard(
        1,
        "m",
        7,
        1,
        None,
        NOW,
        stretches[0].days.first,
        date(2027, 5, 1),
        None,
        last,
        Timeline(stretches, pauses),
        stretches[-1].terms,
    )


def a_desk(card: MembershipCard, days: Days, *released: date) -> FixedDesk:
    return FixedDesk(
        1, "d", card, "4", 11, "r", (12,), 3, "polch", "Polch", 2, ZoneInfo("Europe/Berlin"), days, frozenset(released)
    )


def test_held_days_are_those_of_terms_without_pauses_and_released_days() -> None:
    card = a_card(
        Stretch(Days(TODAY, date(2026, 12, 31)), FIXED),
        Stretch(Days(JANUARY), EIGHT),
        pauses=(Days(date(2026, 12, 10), date(2026, 12, 20)),),
    )
    desk = a_desk(card, Days(DECEMBER), date(2026, 12, 4))
    held = desk.held_days(TODAY)
    assert (held[0], held[-1], len(held)) == (DECEMBER, date(2026, 12, 31), 31 - 11 - 1)
    assert date(2026, 12, 4) not in held
    assert desk.last_day == date(2026, 12, 31)
    assert (has_fixed_desk(card, date(2026, 12, 31)), has_fixed_desk(card, JANUARY)) == (True, False)


def test_a_desk_without_end_is_held_further_than_anybody_can_book() -> None:
    desk = a_desk(a_card(Stretch(Days(TODAY), FIXED)), Days(TODAY))
    assert (desk.last_day, len(desk.held_days(TODAY))) == (None, 415)


@pytest.mark.parametrize(
    ("credited", "billed", "price", "expected"),
    [
        (0, Billed.MONTHLY, 30000, 500),
        (29800, Billed.MONTHLY, 30000, 200),
        (30000, Billed.MONTHLY, 30000, 0),
        (0, Billed.YEARLY, 4800, 400),
        (0, Billed.MONTHLY, 0, 0),
    ],
)
def test_a_month_is_never_credited_with_more_than_it_costs(
    credited: int, billed: Billed, price: int, expected: int
) -> None:
    terms = with_terms(FIXED, billed=billed, price=price)
    assert credit_for_day(terms, PriceClass.NORMAL, credited) == expected


def test_a_concession_is_credited_up_to_its_own_price() -> None:
    terms = with_terms(FIXED, concessions={PriceClass.STUDENT: 300})
    assert credit_for_day(terms, PriceClass.STUDENT, 0) == 300


def test_round_the_clock_rests_with_the_membership() -> None:
    card = a_card(
        Stretch(Days(TODAY), with_terms(FIXED, round_the_clock=True)),
        pauses=(Days(date(2026, 12, 10), date(2026, 12, 20)),),
    )
    days = [date(2026, 12, 9), date(2026, 12, 10), date(2026, 12, 21)]
    assert [any(one.covers(day) for one in any_time_in([card])) for day in days] == [True, False, True]
