"""Half-open periods: touching is not overlapping, and cutting loses not a second."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.periods import Period, merged, without

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)


def at(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def period(starts: int, ends: int) -> Period:
    return Period(at(starts), at(ends))


periods = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 60)).map(lambda pair: period(pair[0], pair[0] + pair[1])), max_size=12
)


def minutes_in(some: list[Period]) -> set[int]:
    return {minute for minute in range(261) if any(p.starts_at <= at(minute) < p.ends_at for p in some)}


def test_neighbours_do_not_overlap() -> None:
    assert not period(0, 60).overlaps(period(60, 120))
    assert period(0, 61).overlaps(period(60, 120))


def test_a_period_needs_an_end_after_its_start_and_zones() -> None:
    with pytest.raises(ValueError, match="ends after"):
        period(60, 60)
    with pytest.raises(ValueError, match="aware"):
        Period(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001


@given(periods)
def test_merging_keeps_every_minute_and_leaves_no_neighbours(some: list[Period]) -> None:
    joined = merged(some)
    assert minutes_in(joined) == minutes_in(some)
    assert all(first.ends_at < second.starts_at for first, second in itertools.pairwise(joined))


@given(periods, periods)
def test_cutting_out_leaves_exactly_the_rest(available: list[Period], taken: list[Period]) -> None:
    assert minutes_in(without(available, taken)) == minutes_in(available) - minutes_in(taken)
