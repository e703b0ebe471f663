"""What was checked and measured: yes, no, and not checked, which never passes for yes."""

from datetime import date

import pytest

from app.inventory.needs import WORDS, asks_of_resources, resource_fits
from app.network.rules import FEATURES, LIMIT_NAMES, LIMITS, Checked, Measures, checked, space_fits


def test_a_feature_is_there_or_not_or_was_not_checked() -> None:
    had, lacked = ["wifi"], ["dogs"]
    assert [checked(feature, had, lacked) for feature in ("wifi", "dogs", "toilet")] == [
        Checked.YES,
        Checked.NO,
        Checked.UNCHECKED,
    ]


@pytest.mark.parametrize(
    ("word", "measures", "passes"),
    [
        ("door_90", Measures(door_width_cm=90), True),
        ("door_90", Measures(door_width_cm=89), False),
        ("door_90", Measures(), False),
        ("threshold_2", Measures(threshold_cm=0), True),
        ("threshold_2", Measures(threshold_cm=2), True),
        ("threshold_2", Measures(threshold_cm=3), False),
        ("threshold_2", Measures(), False),
        ("internet_50", Measures(internet_mbit=50), True),
        ("internet_50", Measures(internet_mbit=49), False),
        ("internet_50", Measures(), False),
    ],
)
def test_a_measure_reaches_its_limit_only_where_it_was_taken(word: str, measures: Measures, passes: bool) -> None:
    assert measures.reach(word) is passes
    assert resource_fits([word], [], measures) is passes


def test_a_resource_without_a_measure_of_its_own_has_that_of_its_house() -> None:
    house = Measures(100, date(2026, 10, 5), 95, 0)
    assert Measures().or_those_of(house) == house
    own = Measures(20, date(2026, 11, 1), 80).or_those_of(house)
    assert own == Measures(20, date(2026, 11, 1), 80, 0)
    assert Measures(threshold_cm=0).or_those_of(Measures(threshold_cm=9)).threshold_cm == 0


def test_words_of_others_are_passed_over() -> None:
    assert space_fits(["monitor", "staffed", "internet_50"], [], Measures())
    assert resource_fits(["dogs", "staffed", "step_free"], [], Measures())
    assert not space_fits(["dogs"], ["wifi"], Measures())
    assert not space_fits(["door_90"], [], Measures(door_width_cm=80))
    assert not resource_fits(["monitor", "plug"], ["monitor"], Measures())
    assert asks_of_resources(["dogs", "plug"])
    assert not asks_of_resources(["dogs", "staffed", "step_free"])


def test_every_word_is_there_once() -> None:
    assert len(set(WORDS)) == len(WORDS)
    assert {"step_free", "plug", "door_90", "staffed", "no_noise", "dogs"} <= set(WORDS)
    assert LIMITS.keys() == LIMIT_NAMES.keys()
    assert not LIMITS.keys() & FEATURES.keys()
