import time

import pytest

from app.network.gazetteer import gazetteer
from app.network.places import Place


def labels(places: list[Place]) -> list[str]:
    return [place.label for place in places]


@pytest.mark.parametrize(
    "typed",
    [
        "Münstermaifeld",
        "münstermaifeld",
        "Muenstermaifeld",
        "MUNSTERMAIFELD",
        "Mu\u0308nstermaifeld",
        " Münster-Maifeld ",
        "Münsterm",
        "Munstermaifeild",
        "Münstermaifedl",
        "56294 Münstermaifeld",
        "Münstermaifeld 56294",
        "D-56294 Münster",
        "Am Markt 3, 56294 Münstermaifeld",
    ],
)
def test_a_place_is_found_however_it_is_spelled(typed: str) -> None:
    assert labels(gazetteer().search(typed)) == ["56294 Münstermaifeld"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Kobern Gondorf", "Kobern-Gondorf"),
        ("koberngondorf", "Kobern-Gondorf"),
        ("Gondorf", "Kobern-Gondorf"),
        ("Weissenthurm", "Weißenthurm"),
        ("St. Sebastian", "Sankt Sebastian"),
        ("Hausen Wied", "Hausen (Wied)"),
        ("Hausen", "Hausen (Wied)"),
        ("Bad Neuenahr", "Bad Neuenahr-Ahrweiler"),
        ("Mülheim Kaerlich", "Mülheim-Kärlich"),
        ("Löf", "Löf"),
        ("Ander", "Andernach"),
        ("Bonn", "Bonn"),
        ("M", "Mayen"),
    ],
)
def test_the_first_answer_is_the_place_that_is_meant(typed: str, first: str) -> None:
    assert gazetteer().search(typed)[0].name == first


def test_every_place_of_a_name_is_returned_with_what_tells_them_apart() -> None:
    found = gazetteer().search("Urbar")
    assert [(place.postcode, place.area) for place in found] == [
        ("56182", "Vallendar"),
        ("55430", "Rhein-Hunsrück-Kreis"),
    ]


def test_a_town_is_offered_under_each_of_its_postcodes() -> None:
    assert [place.postcode for place in gazetteer().search("Neuwied")] == ["56564", "56566", "56567"]
    assert len(gazetteer().search("Koblenz")) == 7


def test_a_whole_name_stands_before_the_start_of_another() -> None:
    names = [place.name for place in gazetteer().search("Lind")]
    assert names == ["Lind", "Lind"]
    begun = [(place.name, place.member) for place in gazetteer().search("Lin")]
    assert begun[0] == ("Lind", "Vordereifel")
    assert ("Linz am Rhein", None) in begun


def test_a_postcode_gives_its_places_the_biggest_first() -> None:
    assert [place.name for place in gazetteer().search("56751")] == ["Polch", "Kollig", "Gering", "Einig"]
    assert [place.name for place in gazetteer().search("5672")][:2] == ["Mayen", "Ettringen"]


def test_a_short_name_is_not_mistaken_for_a_part_of_a_longer_one() -> None:
    assert labels(gazetteer().search("56729 Acht")) == ["56729 Acht"]


def test_the_name_of_a_member_gives_its_places() -> None:
    found = gazetteer().search("Maifeld", limit=5)
    assert [place.name for place in found][:3] == ["Polch", "Ochtendung", "Münstermaifeld"]
    assert {place.member for place in found} == {"Maifeld"}


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "   ",
        "%",
        "_",
        "\0",
        "'; DROP TABLE places; --",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "99999",
        "-1",
        "x" * 10_000,
        "Polch " * 2_000,
        "🏡",
        "../../etc/passwd",
    ],
)
def test_what_means_no_place_gives_nothing(garbage: str) -> None:
    started = time.perf_counter()
    assert gazetteer().search(garbage) == []
    assert gazetteer().resolve(garbage) is None
    assert gazetteer().alternatives(garbage) == []
    assert time.perf_counter() - started < 0.05


def test_a_limit_is_kept() -> None:
    assert len(gazetteer().search("5", limit=3)) == 3
    assert gazetteer().search("Polch", limit=0) == []
    assert gazetteer().search("Polch", limit=-1) == []


@pytest.mark.parametrize(
    ("near", "meant"),
    [
        ("56751", "56751 Polch"),
        ("Polch", "56751 Polch"),
        ("56751 Polch", "56751 Polch"),
        ("56751 Kollig", "56751 Kollig"),
        ("Ochtend", "56299 Ochtendung"),
        ("Koblenz", "56068 Koblenz"),
        ("56073 Koblenz", "56073 Koblenz"),
        ("Neuwied", "56564 Neuwied"),
        ("Urbar", "56182 Urbar"),
        ("55430 Urbar", "55430 Urbar"),
        ("56294 Keldung", "56294 Münstermaifeld"),
        ("55481", "55481 Metzenhausen"),
    ],
)
def test_a_text_that_means_one_place_is_resolved(near: str, meant: str) -> None:
    place = gazetteer().resolve(near)
    assert place is not None
    assert place.label == meant


@pytest.mark.parametrize("near", ["Kalenborn", "Ma", "Polhc", "Maifeld", "567", "56751 Mayen", "10115"])
def test_a_text_that_means_none_or_several_is_not_guessed(near: str) -> None:
    assert gazetteer().resolve(near) is None


def test_the_label_of_every_place_leads_back_to_it() -> None:
    assert [place for place in gazetteer().places if gazetteer().resolve(place.label) != place] == []


def test_meinten_sie_offers_each_other_town_once() -> None:
    assert labels(gazetteer().alternatives("Urbar")) == ["55430 Urbar"]
    assert labels(gazetteer().alternatives("Kalenborn")) == ["53505 Kalenborn", "56759 Kalenborn"]
    assert labels(gazetteer().alternatives("Polhc")) == ["56751 Polch"]
    assert "56727 Mayen" in labels(gazetteer().alternatives("56751 Mayen"))
    assert gazetteer().alternatives("Koblenz") == []


def test_places_of_the_county_stand_where_they_are_settled() -> None:
    in_county = [place for place in gazetteer().places if place.member]
    assert len(in_county) == 88
    assert [place for place in in_county if place.coarse] == []
    outside_their_member = [
        place.name
        for place in in_county
        if (at := gazetteer().municipality_at(place.lat, place.lng)) is None or at.member != place.member
    ]
    assert outside_their_member == []


def test_companies_with_an_own_postcode_are_no_places() -> None:
    assert gazetteer().search("Westerwald-Brauerei") == []
    assert gazetteer().search("Weingut Albert Kreuzberg") == []


@pytest.mark.parametrize(
    ("lat", "lng", "name", "km"),
    [
        (50.4311, 7.4043, "Andernach", 0.4),
        (50.3023, 7.4561, "Kobern-Gondorf", 0.4),
        (50.3280, 7.2228, "Mayen West", 0.9),
        (50.3509, 7.5883, "Koblenz Hbf", 0.1),
        (50.2997, 7.3132, "Mayen Ost", 6.2),
    ],
)
def test_the_nearest_station_and_its_distance(lat: float, lng: float, name: str, km: float) -> None:
    station, distance = gazetteer().nearest_station(lat, lng)
    assert station.name == name
    assert distance == pytest.approx(km, abs=0.3)


def test_stations_near_a_point_come_nearest_first() -> None:
    near_mayen = gazetteer().stations_near(50.328, 7.2228, 3)
    assert {station.name for station, _ in near_mayen} == {"Mayen West", "Mayen Ost", "Kottenheim"}
    distances = [km for _, km in near_mayen]
    assert distances == sorted(distances)
    assert gazetteer().stations_near(50.2997, 7.3132, 3) == []


def test_a_station_says_how_to_get_to_it() -> None:
    andernach = next(station for station in gazetteer().stations if station.name == "Andernach")
    assert (andernach.parking, andernach.bike_parking, andernach.step_free) == (True, True, "yes")


def test_a_point_lies_in_its_municipality() -> None:
    polch = gazetteer().municipality_at(50.2997, 7.3132)
    assert polch is not None
    assert (polch.name, polch.member, polch.ags) == ("Polch", "Maifeld", "07137089")
    assert gazetteer().municipality_at(50.357, 7.594) is None


def test_every_municipality_contains_its_own_centre() -> None:
    centres = gazetteer().municipalities
    assert len(centres) == 87
    assert [m.name for m in centres if gazetteer().municipality_at(m.lat, m.lng) != m] == []


def test_the_nearest_municipality_is_known_outside_the_county_too() -> None:
    municipality, km = gazetteer().nearest_municipality(50.357, 7.594)
    assert municipality.name == "Urbar"
    assert 2 < km < 5


def test_the_network_has_its_ten_members() -> None:
    names = {member.name for member in gazetteer().members}
    assert len(names) == 10
    assert names == {municipality.member for municipality in gazetteer().municipalities}


def test_a_search_takes_less_than_two_milliseconds() -> None:
    typical = [
        "P",
        "Pol",
        "Polch",
        "56751",
        "567",
        "56751 Polch",
        "Kobern Gondorf",
        "Koblenz",
        "Plaitd",
        "Xyzzy",
    ]
    gazetteer()
    started = time.perf_counter()
    for _ in range(10):
        for query in typical:
            gazetteer().search(query)
    assert (time.perf_counter() - started) / (10 * len(typical)) < 0.002
