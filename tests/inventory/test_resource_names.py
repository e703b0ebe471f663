"""Many names at once."""

import pytest

from app.inventory.resource_names import NamesUnreadable, names_in, next_name
from app.kernel.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A1 bis A3", ["A1", "A2", "A3"]),
        ("A1-3", ["A1", "A2", "A3"]),
        ("1–3", ["1", "2", "3"]),
        ("01-03", ["01", "02", "03"]),
        ("Fenster 1, Fenster 2 bis 3, Ecke", ["Fenster 1", "Fenster 2", "Fenster 3", "Ecke"]),
        ("7", ["7"]),
        ("1-3, 2-4", ["1", "2", "3", "4"]),
        ("Raum-Nette", ["Raum-Nette"]),
    ],
)
def test_ranges_and_single_names_are_understood(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize("text", ["", " , ", "A1 bis B3", "9-1", "1-500", "x" * 61])
def test_what_means_no_names_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        names_in(text)


def test_a_list_ends_somewhere() -> None:
    with pytest.raises(NamesUnreadable):
        names_in("1-150, 200-300")


@pytest.mark.parametrize(
    ("name", "taken", "following"),
    [("A1", ["A1", "a2"], "A3"), ("Nette", ["Nette"], "Nette 2"), ("09", ["09"], "10"), ("1", ["1"], "2")],
)
def test_a_copy_gets_the_next_free_name(name: str, taken: list[str], following: str) -> None:
    assert next_name(name, taken) == following
