"""Typed text loses what formats would take for structure, and nothing else."""

import pytest

from app.kernel.plain_text import one_line, plain


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_the_same(end: str) -> None:
    assert plain(f"eins{end}zwei") == "eins\nzwei"
    assert one_line(f"eins{end}zwei") == "eins zwei"


def test_control_characters_and_lone_surrogates_are_left_out() -> None:
    assert plain("a\x00b\x1bc\x7fd\x9fe\ud83df") == "abcdef"


def test_tabs_become_spaces_and_a_line_has_no_runs_of_them() -> None:
    assert plain("a\tb") == "a b"
    assert one_line("  a \t b\n") == "a b"


def test_letters_signs_and_pictures_stay() -> None:
    text = "Grüße, „Löwe“ & Ωmega 🌲 שלום"
    assert one_line(text) == text
