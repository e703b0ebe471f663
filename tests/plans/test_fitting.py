"""Which offer fits, from days a week: a month has 4.33 weeks."""

from collections.abc import Sequence

from app.plans.fitting import Habit, fits, price_of_a_day
from app.plans.products import Offer
from app.plans.purses import ScopeShape
from app.plans.terms import Billed, Overage, PassTerms, PlanTerms, Terms
from app.plans.uses import Unit

EIGHT = PlanTerms(name_de="Acht", name_en="Eight", price=8800, desk_days=8)
MORE = PlanTerms(
    name_de="Acht und mehr",
    name_en="Eight and more",
    price=8800,
    desk_days=8,
    overage={Unit.DESK_DAY: Overage(day=900)},
)
ALWAYS = PlanTerms(name_de="Immer", name_en="Always", price=19000, unlimited_desks=True)
YEAR = PlanTerms(name_de="Jahr", name_en="Year", price=96000, desk_days=8, billed=Billed.YEARLY)
TEN = PassTerms(name_de="Zehn", name_en="Ten", amount=10, price=14000, half_days=True)


def offers(*terms: Terms) -> Sequence[Offer]:
    return [Offer(number, f"id{number}", None, "Netz", None, number, 1, each) for number, each in enumerate(terms)]


def names(habit: Habit, *terms: Terms, single: int | None = None) -> list[str]:
    return [fit.offer.terms.name_de if fit.offer else "einzeln" for fit in fits(habit, offers(*terms), single)]


def test_who_comes_seldom_pays_least_day_by_day_and_who_comes_daily_with_a_plan() -> None:
    assert names(Habit(1), EIGHT, ALWAYS, TEN, single=1500) == ["Zehn", "einzeln", "Acht", "Immer"]
    assert names(Habit(5), MORE, ALWAYS, TEN, single=1500)[0] == "Immer"


def test_days_beyond_the_allowance_cost_the_lower_of_overage_and_single_day() -> None:
    [fit] = [fit for fit in fits(Habit(2), offers(MORE), 1500) if fit.offer]
    assert fit.month == 8800 + 600, "eight days and two thirds of a day at 9 euros"
    assert fit.day == 1085
    [fit] = [fit for fit in fits(Habit(2), offers(MORE), 600) if fit.offer]
    assert fit.month == 8800 + 400


def test_a_plan_that_does_not_carry_so_many_days_is_not_offered() -> None:
    assert names(Habit(3), EIGHT) == []
    assert names(Habit(1), EIGHT) == ["Acht"]


def test_half_days_count_half_where_the_offer_knows_them() -> None:
    [fit] = fits(Habit(2, half_days=True), offers(TEN), None)
    assert (fit.month, fit.day) == (6067, 700)


def test_what_holds_in_the_evening_fits_nobody_who_works_by_day() -> None:
    evening = PlanTerms(
        name_de="Abend", name_en="Evening", price=3900, unlimited_desks=True, scope=ScopeShape(opens=17 * 60)
    )
    morning = PlanTerms(
        name_de="Früh", name_en="Early", price=4900, unlimited_desks=True, scope=ScopeShape(opens=420, closes=780)
    )
    friday = PlanTerms(
        name_de="Freitag", name_en="Friday", price=2900, unlimited_desks=True, scope=ScopeShape(weekdays=[4])
    )
    assert names(Habit(2), evening, morning, friday) == []
    assert names(Habit(2, half_days=True), evening, morning, friday) == ["Früh"]
    assert names(Habit(1), evening, morning, friday) == ["Freitag"]


def test_what_a_day_costs_whoever_uses_all_of_it() -> None:
    assert price_of_a_day(EIGHT) == 1100
    assert price_of_a_day(YEAR) == 1000
    assert price_of_a_day(TEN) == 1400
    assert price_of_a_day(ALWAYS) == 877, "five days a week"
    assert price_of_a_day(PlanTerms(name_de="Raum", name_en="Room", price=5000, room_hours=10)) is None


def test_trials_and_hours_are_no_way_to_come_every_week() -> None:
    trial = PassTerms(name_de="Probe", name_en="Trial", amount=1, price=0, is_trial=True)
    hours = PassTerms(name_de="Stunden", name_en="Hours", amount=10, price=100, unit=Unit.ROOM_MINUTE)
    assert names(Habit(1), trial, hours) == []
