"""Each rule of an operator, decided from facts alone: what it refuses, and what it says would be allowed instead."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.bookings import decision
from app.bookings.decision import Booker, Place, Wish, decide, free_to_cancel_until, refusals
from app.bookings.rules import ClosedThatDay, OutsideOpeningHours, Status
from app.inventory.booking_rules import BookingRules, OutsideHours, Who
from app.inventory.rules import Hours, HoursChange
from app.kernel.periods import Period
from app.kernel.refusals import Refusal
from app.kernel.wall_time import Opening
from app.network.rules import BarTime
from app.platform.language import speaker
from tests.worlds import HERE, NOW, TOMORROW, at, tomorrow

HOURS = Hours(
    HERE,
    {day: [Opening(480, 1080)] for day in range(1, 6)},
    {date(2026, 11, 30): [HoursChange(None, "Betriebsausflug")]},
    {},
)
HALVES = (Opening(480, 720), Opening(780, 1080))


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def place(rules: BookingRules | None = None, capacity: int = 8) -> Place:
    return Place("RegioHub Polch", HOURS, rules or BookingRules(), capacity)


def wish(starts_at: datetime | None = None, ends_at: datetime | None = None, **more: object) -> Wish:
    wished = Wish(Period(starts_at or tomorrow(9), ends_at or tomorrow(10)), NOW)
    return replace(wished, **more)  # type: ignore[arg-type]


def said(refusal: Refusal) -> str:
    return speaker("de").refusal(refusal)


def test_where_nothing_is_said_a_working_hour_is_booked_and_free_of_charge() -> None:
    booked = decide(wish(), place(), Booker())
    assert (booked.status, booked.price.amount, booked.paid_by) == (Status.CONFIRMED, 0, "free")
    assert (booked.cancel_until, booked.decide_by, booked.due_at) == (None, None, None)


REFUSED = [
    pytest.param(
        BookingRules(shortest=minutes(120)),
        wish(),
        decision.TooShort,
        {"ends_at": tomorrow(11)},
        "Hier bucht man mindestens 2 Stunden.",
        id="shorter than the shortest",
    ),
    pytest.param(
        BookingRules(longest=minutes(45)),
        wish(),
        decision.TooLongHere,
        {"ends_at": tomorrow(9, 45)},
        "Hier bucht man höchstens 45 Minuten am Stück.",
        id="longer than the longest",
    ),
    pytest.param(
        BookingRules(grid=minutes(60)),
        wish(tomorrow(9, 15), tomorrow(10, 30)),
        decision.OffOwnGrid,
        {"starts_at": tomorrow(9), "ends_at": tomorrow(11)},
        "Hier beginnen und enden Buchungen zur vollen Stunde.",
        id="beside the full hour",
    ),
    pytest.param(
        BookingRules(grid=minutes(30)),
        wish(tomorrow(9, 30), tomorrow(10, 45)),
        decision.OffHalfHours,
        {"starts_at": tomorrow(9, 30), "ends_at": tomorrow(11)},
        "Hier beginnen und enden Buchungen zur vollen oder halben Stunde.",
        id="beside the half hour",
    ),
    pytest.param(
        BookingRules(day_parts=HALVES),
        wish(tomorrow(8), tomorrow(13)),
        decision.NotAPartOfTheDay,
        {
            "parts": [
                {"starts_at": tomorrow(8), "ends_at": tomorrow(12)},
                {"starts_at": tomorrow(13), "ends_at": tomorrow(18)},
            ]
        },
        "Hier lassen sich nur ganze Zeiten buchen: 8–12 Uhr und 13–18 Uhr.",
        id="no whole part of the day",
    ),
    pytest.param(
        BookingRules(days_ahead=0),
        wish(),
        decision.NotYetBookable,
        {"latest_day": date(2026, 11, 24)},
        "Dieser Termin lässt sich ab Mi 25. November buchen.",
        id="too early",
    ),
    pytest.param(
        BookingRules(notice=minutes(24 * 60)),
        wish(),
        decision.TooLate,
        {"earliest_start": tomorrow(19)},
        "Hier bucht man mindestens 24 Stunden vorher. Möglich ist es wieder ab Mi 25. November, 19:00 Uhr.",
        id="too late",
    ),
    pytest.param(
        BookingRules(key=7, who=Who.GROUPS, groups=frozenset({3})),
        wish(),
        decision.GroupsOnly,
        None,
        "Das vergibt RegioHub Polch nur an bestimmte Gruppen. Wenn Sie dazugehören, melden Sie sich dort.",
        id="not of the group",
    ),
    pytest.param(
        BookingRules(key=7, most_open=2),
        wish(),
        decision.TooManyOpen,
        {"most_open": 2},
        "Sie haben hier schon 2 offene Buchungen, mehr als 2 gehen nicht auf einmal.",
        id="too many open bookings",
    ),
    pytest.param(
        BookingRules(),
        wish(people=9),
        decision.TooManyPeople,
        {"most_people": 8},
        "Hier ist Platz für 8.",
        id="more people than seats",
    ),
    pytest.param(
        BookingRules(most_guests=2),
        wish(guests=3),
        decision.TooManyGuests,
        {"most_guests": 2},
        "Hier dürfen Sie höchstens 2 Gäste mitbringen.",
        id="too many guests",
    ),
    pytest.param(
        BookingRules(most_guests=0),
        wish(guests=1),
        decision.NoGuests,
        {"most_guests": 0},
        "Hierher dürfen Sie keine Gäste mitbringen.",
        id="guests where none may come",
    ),
]


@pytest.mark.parametrize(("rules", "wanted", "refusal", "instead", "words"), REFUSED)
def test_each_rule_refuses_in_its_own_words_and_says_what_would_be_allowed(
    rules: BookingRules, wanted: Wish, refusal: type[Refusal], instead: object, words: str
) -> None:
    booker = Booker(groups=frozenset({1}), open_bookings={7: 2})
    found = list(refusals(wanted, place(rules), booker))
    assert [type(one) for one in found] == [refusal]
    assert (found[0].facts.get("instead"), said(found[0])) == (instead, words)
    with pytest.raises(refusal):
        decide(wanted, place(rules), booker)


def test_what_is_allowed_instead_is_allowed() -> None:
    for case in REFUSED:
        rules, wanted, _, instead, _ = case.values
        times = instead["parts"][0] if isinstance(instead, dict) and "parts" in instead else instead
        if not isinstance(times, dict) or not times.keys() <= {"starts_at", "ends_at"}:
            continue
        period = Period(
            times.get("starts_at", wanted.period.starts_at),  # type: ignore[attr-defined]
            times.get("ends_at", wanted.period.ends_at),  # type: ignore[attr-defined]
        )
        assert decide(replace(wanted, period=period), place(rules), Booker())  # type: ignore[arg-type, type-var]


def test_all_that_stands_in_the_way_is_told_the_hours_first() -> None:
    rules = BookingRules(shortest=minutes(120), grid=minutes(60))
    found = refusals(wish(tomorrow(7, 15), tomorrow(8)), place(rules), Booker())
    assert [one.code for one in found] == ["outside_opening_hours", "off_grid", "too_short"]


def test_own_members_book_earlier_by_so_many_days() -> None:
    rules = BookingRules(days_ahead=0, own_members_days=1)
    assert decide(wish(), place(rules), Booker(is_own_member=True))
    with pytest.raises(decision.NotYetBookable):
        decide(wish(), place(rules), Booker())


def test_the_first_day_for_a_date_is_the_one_that_is_named_from_midnight() -> None:
    rules = BookingRules(days_ahead=14)
    period = Period(at(date(2026, 12, 9), 9), at(date(2026, 12, 9), 10))
    opens = at(TOMORROW, 0)
    with pytest.raises(decision.NotYetBookable) as refused:
        decide(Wish(period, opens - timedelta(seconds=1)), place(rules), Booker())
    assert refused.value.facts["opens"] == TOMORROW
    assert decide(Wish(period, opens), place(rules), Booker())


def test_somebody_without_an_account_books_what_everybody_may() -> None:
    newcomer = Booker(is_known=False)
    assert decide(wish(), place(), newcomer)
    with pytest.raises(decision.MembersOnly):
        decide(wish(), place(BookingRules(who=Who.MEMBERS)), newcomer)
    assert decide(wish(), place(BookingRules(who=Who.MEMBERS)), Booker())
    assert decide(wish(), place(BookingRules(who=Who.GROUPS, groups=frozenset({1, 3}))), Booker(groups=frozenset({3})))


def test_staff_book_at_short_notice_for_anybody_and_need_no_approval() -> None:
    rules = BookingRules(key=7, notice=minutes(600), who=Who.GROUPS, most_open=1, needs_approval=True)
    period = Period(NOW + minutes(15), NOW + minutes(75))
    open_now = Place("Polch", replace(HOURS, week={2: [Opening(480, 1440)]}), rules)
    booked = decide(Wish(period, NOW, by_staff=True), open_now, Booker(open_bookings={7: 1}))
    assert booked.status is Status.CONFIRMED


def test_staff_keep_the_hours_and_the_seats() -> None:
    by_staff = wish(tomorrow(17), tomorrow(19), by_staff=True, people=9)
    assert [one.code for one in refusals(by_staff, place(), Booker())] == ["outside_opening_hours", "too_many_people"]


@pytest.mark.parametrize(
    ("outside", "for_organisation", "refusal"),
    [
        (OutsideHours.NOBODY, False, OutsideOpeningHours),
        (OutsideHours.NOBODY, True, OutsideOpeningHours),
        (OutsideHours.ORGANISATIONS, False, OutsideOpeningHours),
        (OutsideHours.ORGANISATIONS, True, None),
        (OutsideHours.EVERYONE, False, None),
    ],
)
def test_outside_the_hours_it_is_booked_by_whom_the_operator_lets(
    outside: OutsideHours, for_organisation: bool, refusal: type[Refusal] | None
) -> None:
    club = wish(tomorrow(19), tomorrow(21), for_organisation=for_organisation)
    found = [type(one) for one in refusals(club, place(BookingRules(outside_hours=outside)), Booker())]
    assert found == ([refusal] if refusal else [])


def test_a_closing_day_holds_round_the_clock_too() -> None:
    monday = date(2026, 11, 30)
    with pytest.raises(ClosedThatDay):
        decide(wish(at(monday, 5), at(monday, 6)), place(BookingRules(outside_hours=OutsideHours.EVERYONE)), Booker())


def test_whole_parts_of_the_day_can_be_booked_together() -> None:
    rules = BookingRules(day_parts=HALVES)
    for start, end in ((8, 12), (13, 18), (8, 18)):
        assert decide(wish(tomorrow(start), tomorrow(end)), place(rules), Booker())


@pytest.mark.parametrize(
    ("made", "until"),
    [
        pytest.param(tomorrow(9) - timedelta(days=3), tomorrow(9) - timedelta(days=1), id="long before"),
        pytest.param(tomorrow(9) - timedelta(hours=5), tomorrow(9) - timedelta(hours=4, minutes=30), id="after it"),
        pytest.param(tomorrow(8, 50), tomorrow(9), id="just before the start"),
        pytest.param(tomorrow(9) - timedelta(days=1), tomorrow(9) - timedelta(hours=23, minutes=30), id="at it"),
    ],
)
def test_a_booking_made_after_its_own_deadline_can_be_taken_back_for_half_an_hour(
    made: datetime, until: datetime
) -> None:
    assert free_to_cancel_until(tomorrow(9), made, timedelta(days=1)) == until


def test_a_request_says_by_when_it_is_decided_never_later_than_it_begins() -> None:
    rules = BookingRules(needs_approval=True, decide_within=timedelta(hours=2))
    requested = decide(wish(), place(rules), Booker())
    assert (requested.status, requested.decide_by) == (Status.REQUESTED, NOW + timedelta(hours=2))
    assert requested.due_at == requested.decide_by
    late = decide(wish(), place(replace(rules, decide_within=timedelta(days=2))), Booker())
    assert late.decide_by == tomorrow(9)


def test_the_question_whether_somebody_comes_is_asked_a_quarter_of_an_hour_before_the_release() -> None:
    booked = decide(wish(), place(BookingRules(no_show_after=minutes(30))), Booker())
    assert (booked.due_at, booked.no_show_at) == (tomorrow(9, 15), tomorrow(9, 30))


def test_what_is_kept_free_around_a_booking() -> None:
    rules = BookingRules(buffer_before=minutes(15), buffer_after=minutes(30))
    assert decision.claimed_period(Period(tomorrow(9), tomorrow(10)), rules) == Period(
        tomorrow(8, 45), tomorrow(10, 30)
    )


def test_a_bar_refuses_what_begins_within_it_and_names_the_way_elsewhere() -> None:
    ends = tomorrow(0) + timedelta(days=1)
    barred = Booker(bar=BarTime(ends))
    [refusal] = refusals(wish(), place(), barred)
    assert (refusal.code, refusal.facts["instead"]) == ("barred", {"other_operators": True, "earliest_start": ends})
    assert said(refusal) == (
        "Für RegioHub Polch besteht bis Mi 25. November ein Hausverbot."
        " An den Standorten anderer Betreiber ändert sich nichts."
    )
    assert decide(wish(ends + timedelta(hours=9), ends + timedelta(hours=10)), place(), barred)
    with pytest.raises(decision.Barred):
        decide(wish(by_staff=True), place(), Booker(bar=BarTime(None)))


def test_of_several_bars_the_longest_counts() -> None:
    assert BarTime.of([]) is None
    assert BarTime.of([NOW, tomorrow(8)]) == BarTime(tomorrow(8))
    assert BarTime.of([None, tomorrow(8)]) == BarTime(None)
