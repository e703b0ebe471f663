"""Municipalities between which people commute, however they are spelled."""

import pytest

from app.network.commuting import (
    MunicipalityUnknown,
    demand_municipality,
    municipalities,
    municipality,
    municipality_name,
    municipality_named,
)
from app.network.gazetteer import gazetteer
from app.network.geography import Position, distance_km


@pytest.mark.parametrize(
    ("typed", "ags"),
    [
        ("Koblenz", "07111000"),
        ("  köln ", "05315000"),
        ("KOELN", "05315000"),
        ("Limburg", "06533009"),
        ("bad neuenahr", "07131007"),
        ("Mülheim-Kärlich", "07137216"),
        ("muelheim kaerlich", "07137216"),
        ("Frankfurt am Main", "06412000"),
        ("", None),
        ("   ", None),
    ],
)
def test_a_municipality_is_understood_as_people_type_it(typed: str, ags: str | None) -> None:
    assert municipality_named(typed, "pendelt") == ags


@pytest.mark.parametrize("typed", ["Atlantis", "Bad", "***", "Hamburg", "K" * 100, "Köln" + " " * 100])
def test_what_means_none_or_several_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(MunicipalityUnknown) as refused:
        municipality_named(typed, "pendelt")
    assert refused.value.field == "pendelt"


def test_every_municipality_of_the_county_can_be_chosen_and_means_itself() -> None:
    assert {own.ags for own in gazetteer().municipalities} < {end.ags for end in municipalities()}
    for end in municipalities():
        assert municipality_named(end.name, "pendelt") == end.ags
        assert demand_municipality(end.ags, "commute_to") == end.ags


def test_official_keys_are_eight_digits_and_each_stands_for_one_place() -> None:
    keys = [end.ags for end in municipalities()]
    assert len(keys) == len(set(keys))
    assert all(len(key) == 8 and key.isdigit() for key in keys)


def test_destinations_outside_lie_where_the_gazetteer_has_them() -> None:
    own = {one.ags for one in gazetteer().municipalities}
    compared = 0
    for end in municipalities():
        places = [place for place in gazetteer().places if place.name == end.name]
        if end.ags in own or not places:
            continue
        compared += 1
        assert min(distance_km(Position(end.lat, end.lng), Position(p.lat, p.lng)) for p in places) < 3, end.name
    assert compared >= 8


def test_what_is_no_key_of_ours_is_refused() -> None:
    assert municipality(None) is None
    assert municipality_name("02000000") == ""
    with pytest.raises(MunicipalityUnknown):
        demand_municipality("02000000", "commute_to")
