"""What a day takes from an entitlement."""

from hypothesis import given
from hypothesis import strategies as st

from app.plans.uses import NOTHING_USED, Unit, Use, after, consume, hold, release, units_for

units = st.sampled_from(Unit)
minutes = st.integers(15, 24 * 60)


def test_one_desk_day_covers_all_desks_of_the_day() -> None:
    use = after(NOTHING_USED, hold(NOTHING_USED, Unit.DESK_DAY, 240, half_days=False))
    more = hold(use, Unit.DESK_DAY, 300, half_days=False)
    assert (use.units, more.left) == (2, 0)


def test_half_a_day_is_any_five_hours_and_becomes_a_whole_one_with_more() -> None:
    morning = after(NOTHING_USED, hold(NOTHING_USED, Unit.DESK_DAY, 300, half_days=True))
    both = after(morning, hold(morning, Unit.DESK_DAY, 15, half_days=True))
    assert (morning.units, both.units) == (1, 2)
    assert after(both, release(both, Unit.DESK_DAY, 15, half_days=True)).units == 1


def test_rooms_are_counted_by_the_minute() -> None:
    use = after(NOTHING_USED, hold(NOTHING_USED, Unit.ROOM_MINUTE, 75, half_days=False))
    assert use == Use(booked=75, held=75, consumed=0, step=1)


def test_who_has_come_in_the_morning_and_gives_the_afternoon_back_has_used_half_a_day() -> None:
    use = NOTHING_USED
    for booked in (240, 240):
        use = after(use, hold(use, Unit.DESK_DAY, booked, half_days=True))
    arrived = consume(use, 1)
    assert arrived is not None
    use = after(use, arrived)
    assert (use.held, use.consumed) == (1, 1)
    back = release(use, Unit.DESK_DAY, 240, half_days=True)
    assert (back.left, back.held) == (1, -1)
    assert after(use, back).consumed == 1


@given(units, st.lists(minutes, max_size=6), minutes, st.booleans())
def test_giving_back_restores_exactly(unit: Unit, before: list[int], booked: int, half_days: bool) -> None:
    use = NOTHING_USED
    for each in before:
        use = after(use, hold(use, unit, each, half_days=half_days))
    held = hold(use, unit, booked, half_days=half_days)
    with_it = after(use, held)
    back = release(with_it, unit, booked, half_days=half_days)
    assert held.left + back.left == 0
    assert held.held + back.held == 0
    assert after(with_it, back).booked == use.booked


@given(units, st.lists(st.tuples(minutes, st.sampled_from(["hold", "release", "consume"])), max_size=12), st.booleans())
def test_a_use_takes_what_its_minutes_take_and_never_more(
    unit: Unit, acts: list[tuple[int, str]], half_days: bool
) -> None:
    use, left = NOTHING_USED, 0
    standing: list[int] = []
    for amount, act in acts:
        if act == "hold":
            entry = hold(use, unit, amount, half_days=half_days)
            standing.append(amount)
        elif standing and act == "release":
            entry = release(use, unit, standing.pop(), half_days=half_days)
        elif standing and (used := consume(use, units_for(unit, standing[0], half_days=half_days))):
            entry = used
        else:
            continue
        use, left = after(use, entry), left + entry.left
        assert min(use.held, use.consumed) >= 0
        assert use.units == units_for(unit, sum(standing), half_days=half_days) == -left
