import csv
from datetime import date
from pathlib import Path

import holidays as package
import pytest

from app.network.holidays import STATES, easter_sunday, public_holidays

LANGUAGES = {"de": "de", "en": "en_US"}
BRITISH = {
    "Labor Day": "Labour Day",
    "Pentecost": "Whit Sunday",
    "Pentecost Monday": "Whit Monday",
    "Second Day of Christmas": "Boxing Day",
}


def test_rhineland_palatinate_has_the_days_of_the_collected_table() -> None:
    with (Path(__file__).parent / "holidays_rlp.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    collected = {date.fromisoformat(row["date"]): (row["name_de"], row["name_en"]) for row in rows}
    known = {
        day: (german, public_holidays("RP", year, "en")[day])
        for year in range(2025, 2031)
        for day, german in public_holidays("RP", year).items()
    }
    assert known == collected


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_agrees_with_the_package_from_2025_to_2040(state: str) -> None:
    for year in range(2025, 2041):
        for language, name_of_it in LANGUAGES.items():
            theirs = package.country_holidays("DE", subdiv=state, years=year, language=name_of_it)
            assert dict(public_holidays(state, year, language)) == {
                day: BRITISH.get(name, name) for day, name in theirs.items()
            }


def test_days_come_in_order() -> None:
    days = list(public_holidays("RP", 2027))
    assert days == sorted(days)
    assert len(days) == 11


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert public_holidays("RP", 2160)[date(2160, 5, 1)] == "Erster Mai; Christi Himmelfahrt"


def test_easter_in_its_earliest_and_latest_years() -> None:
    assert easter_sunday(2285) == date(2285, 3, 22)
    assert easter_sunday(2038) == date(2038, 4, 25)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="XX"):
        public_holidays("XX", 2026)
