"""Leitweg-IDs: what is kept, and what is refused."""

import pytest

from app.teams.leitweg import LeitwegIdMistyped, LeitwegIdUnusable, usable_leitweg_id

REAL = "073355011000-001-59"


@pytest.mark.parametrize(
    "published", [REAL, "991-33333TEST-33", "04011000-1234512345-06", "991-01484-64"], ids=lambda each: each
)
def test_published_ids_are_kept(published: str) -> None:
    assert usable_leitweg_id(published) == published


def test_an_id_is_kept_in_capitals_without_spaces_and_with_plain_hyphens() -> None:
    assert usable_leitweg_id(" 991\N{EN DASH}33333test \N{EN DASH} 33") == "991-33333TEST-33"
    assert usable_leitweg_id("  ") == ""


@pytest.mark.parametrize("position", [n for n, character in enumerate(REAL) if character.isdigit()])
def test_one_wrong_digit_is_always_found(position: int) -> None:
    for digit in set("0123456789") - {REAL[position]}:
        with pytest.raises(LeitwegIdMistyped) as refused:
            usable_leitweg_id(REAL[:position] + digit + REAL[position + 1 :])
        assert refused.value.field == "leitweg_id"


@pytest.mark.parametrize("position", [n for n in range(len(REAL) - 1) if "-" not in REAL[n : n + 2]])
def test_two_digits_that_changed_places_are_always_found(position: int) -> None:
    one, other = REAL[position : position + 2]
    swapped = REAL[:position] + other + one + REAL[position + 2 :]
    if one != other:
        with pytest.raises(LeitwegIdMistyped):
            usable_leitweg_id(swapped)


@pytest.mark.parametrize("typed", ["DE136695976", "1-2-3", "07137", "0713x-1-22", "07137-ü-22", "07137--22", "²²-22"])
def test_what_has_another_form_is_refused(typed: str) -> None:
    with pytest.raises(LeitwegIdUnusable):
        usable_leitweg_id(typed)
