from pathlib import Path

import pytest

from app.network.border_layer import county_svg
from app.network.geography import UNITS_PER_KM, Point, Position, borders, distance_km, project

KOBLENZ_HBF = Position(50.3509, 7.5883)
BONN_HBF = Position(50.7320, 7.0970)
BERLIN = Position(52.5200, 13.4050)
POLCH = Position(50.2997, 7.3132)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (KOBLENZ_HBF, BONN_HBF, 54.8),
        (KOBLENZ_HBF, POLCH, 20.4),
        (Position(0, 0), Position(0, 1), 111.195),
        (Position(90, 0), Position(-90, 0), 20015.1),
        (KOBLENZ_HBF, KOBLENZ_HBF, 0),
    ],
)
def test_distances_of_known_pairs(a: Position, b: Position, km: float) -> None:
    assert distance_km(a, b) == pytest.approx(km, rel=0.005)
    assert distance_km(b, a) == pytest.approx(km, rel=0.005)


def test_the_plane_keeps_distances_within_the_county() -> None:
    a, b = project(KOBLENZ_HBF), project(POLCH)
    flat_km = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 / UNITS_PER_KM
    assert flat_km == pytest.approx(distance_km(KOBLENZ_HBF, POLCH), rel=0.005)


def test_the_plane_points_east_and_south() -> None:
    origin = project(Position(50.5, 6.95))
    assert origin == Point(0, 0)
    assert project(Position(50.5, 7.0)).x > 0
    assert project(Position(50.4, 6.95)).y > 0


def test_the_borders_are_those_of_the_county() -> None:
    assert len(borders().members) == 10
    assert len(borders().municipalities) == 87
    assert borders().county.contains(POLCH)
    assert not borders().county.contains(KOBLENZ_HBF)
    assert not borders().county.contains(BERLIN)


def test_a_point_lies_in_one_member_only() -> None:
    assert [area.name for area in borders().members if area.contains(POLCH)] == ["Maifeld"]


def test_the_published_border_layer_is_the_one_that_the_data_gives() -> None:
    published = Path(__file__).parents[2] / "static" / "map" / "county.svg"
    assert published.read_text(encoding="utf-8") == county_svg(borders())
