import math
import re
from itertools import combinations
from pathlib import Path

import jinja2
import pytest

from app.network.gazetteer import gazetteer
from app.network.geography import Position
from app.web.map_canvas import Box
from app.web.maps import MapSpace, MapView, Name, network_map, search_map

POLCH = Position(50.2997, 7.3132)
ANDERNACH = Position(50.4311, 7.4043)
BONN = Position(50.7320, 7.0970)
STATIONS = gazetteer().stations
TEMPLATES = Path(__file__).parents[2] / "templates"

AROUND_POLCH = [
    MapSpace(1, "RegioHub Polch", 50.3010, 7.3132, "free", free=5, total=12),
    MapSpace(2, "Alte Schule", 50.2464, 7.3621, "free", free=3, total=8),
    MapSpace(3, "RegioHub Mayen", 50.3280, 7.2228, "full", free=0, total=16),
    MapSpace(4, "Werkbank Ochtendung", 50.3502, 7.3902, "closed", free=0, total=14),
]


def crowd(size: int) -> list[MapSpace]:
    """Spaces in one street of Andernach."""
    return [MapSpace(n, f"Platz {n}", 50.4311 + n * 0.0001, 7.4043) for n in range(1, size + 1)]


def across_the_county() -> list[MapSpace]:
    return [MapSpace(n, each.name, each.lat, each.lng) for n, each in enumerate(gazetteer().municipalities[::3], 1)]


def text_box(name: Name) -> Box:
    """What a name covers on a desk, where it is 12 units high."""
    width = len(name.text) * 12 * 0.5
    left = name.x if name.kind == "river" else name.x - width / 2
    return Box(left, name.y - 9, left + width, name.y + 2)


VIEWS = {
    "around Polch": search_map(POLCH, 15, AROUND_POLCH, STATIONS, "Polch"),
    "one space": search_map(POLCH, 15, AROUND_POLCH[:1], STATIONS, "Polch"),
    "space on the spot": search_map(POLCH, 1, [MapSpace(1, "Hier", POLCH.lat, POLCH.lng)], STATIONS, "Polch"),
    "no space": search_map(POLCH, 15, [], STATIONS, "Polch"),
    "from far away": search_map(BONN, 60, AROUND_POLCH, STATIONS, "Bonn"),
    "a crowd": search_map(ANDERNACH, 10, crowd(40), STATIONS, "Andernach"),
    "network": network_map(across_the_county(), STATIONS),
    "network without spaces": network_map([]),
}


@pytest.fixture(params=VIEWS.values(), ids=VIEWS.keys())
def view(request: pytest.FixtureRequest) -> MapView:
    found: MapView = request.param
    return found


def test_no_pin_covers_another_even_at_the_size_of_a_phone(view: MapView) -> None:
    boxes = [pin.touch_box for pin in view.pins]
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])] == []


def test_everything_lies_inside_the_map(view: MapView) -> None:
    canvas = Box(0, 0, view.width, view.height)
    assert all(canvas.holds(pin.touch_box) for pin in view.pins)
    assert all(canvas.holds(text_box(name)) for name in view.names)
    assert all(canvas.holds(Box(mark.x, mark.y, mark.x, mark.y)) for mark in view.stations)
    if view.here:
        assert canvas.holds(Box(view.here.x - 21, view.here.y - 21, view.here.x + 21, view.here.y + 21))


def test_no_name_is_covered_by_a_pin_or_another_name(view: MapView) -> None:
    names = [text_box(name) for name in view.names]
    pins = [pin.touch_box for pin in view.pins]
    assert [box for box in names if any(box.overlaps(pin) for pin in pins)] == []
    assert [pair for pair in combinations(names, 2) if pair[0].overlaps(pair[1])] == []


def test_every_space_has_its_pin_in_the_order_of_the_list() -> None:
    pins = VIEWS["around Polch"].pins
    assert [pin.space for pin in pins] == AROUND_POLCH
    assert [pin.href for pin in pins] == ["#s-1", "#s-2", "#s-3", "#s-4"]


def test_a_pin_that_gives_way_shows_where_the_space_really_is() -> None:
    first, second = search_map(ANDERNACH, 10, crowd(2)).pins
    assert first.spot is None
    assert second.spot is not None
    assert math.dist(second.spot, (first.x, first.y)) < 3
    assert math.dist(second.spot, (second.x, second.y)) > 30


def test_rings_have_the_length_that_they_name() -> None:
    view = search_map(POLCH, 15, AROUND_POLCH, STATIONS, "Polch")
    assert view.here is not None
    ochtendung = view.pins[3]
    units_per_km = math.dist(view.here, (ochtendung.x, ochtendung.y)) / 7.84
    assert [ring.km for ring in view.rings] == [5, 10]
    assert all(ring.radius == pytest.approx(ring.km * units_per_km, rel=0.02) for ring in view.rings)
    assert [ring.label is not None for ring in view.rings] == [True, True]


def test_rings_grow_with_the_distance() -> None:
    assert [ring.km for ring in VIEWS["from far away"].rings] == [10, 20]


def test_a_single_space_is_shown_with_its_surroundings() -> None:
    view = VIEWS["space on the spot"]
    assert view.rings[0].km == 5
    assert view.rings[0].radius < view.width / 2
    assert "Maifeld" in [name.text for name in view.names]


def test_the_whole_county_names_its_members_and_neighbours() -> None:
    names = {name.text for name in VIEWS["network without spaces"].names}
    assert {"Andernach", "Bendorf", "Maifeld", "Mayen", "Mendig", "Pellenz", "Rhein-Mosel"} <= names
    assert {"Vallendar", "Vordereifel", "Weißenthurm", "Koblenz", "Rhein", "Mosel"} <= names
    assert VIEWS["network"].here is None


def rendered(view: MapView) -> str:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, extensions=["jinja2.ext.i18n"], undefined=jinja2.StrictUndefined
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.globals["static"] = lambda path: f"/static/{path}"
    page = environment.from_string('{% from "parts/map.html" import map %}{{ map(view) }}')
    return page.render(view=view)


def test_the_drawing_says_in_words_what_it_shows() -> None:
    page = rendered(VIEWS["around Polch"])
    assert 'aria-label="Karte: 4 Standorte rund um Polch"' in page
    assert 'href="#s-1" aria-label="1: RegioHub Polch, 5 von 12 frei"' in page
    assert 'aria-label="3: RegioHub Mayen, ausgebucht"' in page
    assert 'aria-label="4: Werkbank Ochtendung, geschlossen"' in page
    assert "<title>Bahnhof Mayen Ost</title>" in page


def test_the_drawing_names_its_sources() -> None:
    page = rendered(VIEWS["network"])
    for source in ("GeoBasis-DE / BKG 2016", "DB InfraGO AG", "Natural Earth", "GeoNames", "OpenStreetMap"):
        assert source in page


def test_the_drawing_refers_only_to_parts_that_the_border_layer_has() -> None:
    layer = (TEMPLATES.parent / "static" / "map" / "county.svg").read_text(encoding="utf-8")
    parts = re.findall(r'href="/static/map/county\.svg#(\w+)"', rendered(VIEWS["network"]))
    assert parts == ["county", "municipalities", "members", "rivers"]
    assert all(f'id="{part}"' in layer for part in parts)


def test_the_drawing_has_no_inline_style_and_escapes_names() -> None:
    page = rendered(search_map(POLCH, 5, [MapSpace(1, '"><script>x</script>', 50.3, 7.3)], STATIONS, "<b>"))
    assert "style=" not in page
    assert "<script" not in page
    assert "<b>" not in page
