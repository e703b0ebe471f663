"""The point of a space: set by a press on the map without a script, kept apart from the middle of its place."""

import re

import pytest

from app.network.geography import Position, distance_km
from app.network.queries import SpaceCard, any_space
from app.network.whereabouts import Address, PlaceMeant, found, is_exact
from app.web.maps import PIN_REACH_KM, PIN_SIZE, pin_map, point_pressed
from tests.web.conftest import Site, said
from tests.web.test_space_pages import POLCH, fields_of
from tests.worlds import World

MIDDLE = Position(50.2997, 7.3132)
DETAILS = f"{POLCH}/angaben"


async def polch() -> SpaceCard:
    space = await any_space("regiohub-polch")
    assert space
    return space


@pytest.mark.parametrize(("x", "y"), [(0, 0), (144, 144), (17, 250), (PIN_SIZE, PIN_SIZE)])
def test_the_pin_stands_where_it_was_pressed(x: int, y: int) -> None:
    drawn = pin_map(MIDDLE, point_pressed(MIDDLE, x, y))
    assert (drawn.pin.x, drawn.pin.y) == (x, y)


def test_the_map_is_true_to_scale_and_a_key_moves_twenty_metres() -> None:
    edge = point_pressed(MIDDLE, PIN_SIZE + 500, PIN_SIZE / 2)
    assert distance_km(MIDDLE, edge) == pytest.approx(PIN_REACH_KM, rel=0.01)
    drawn = pin_map(MIDDLE, MIDDLE)
    moved = Position(MIDDLE.lat - drawn.step * drawn.south, MIDDLE.lng)
    assert distance_km(MIDDLE, moved) == pytest.approx(0.02, rel=0.01)


async def test_a_press_keeps_what_was_typed_and_saves_nothing(site: Site, world: World) -> None:
    otto, before = await site.browser(world.otto), await polch()
    fields = fields_of(await otto.get(DETAILS)) | {"phone": "02654 1234"}
    pressed = await otto.post(DETAILS, **fields, **{"karte.x": "200", "karte.y": "100"})
    again = fields_of(pressed)
    assert (pressed.status_code, again["phone"], again["version"]) == (200, "02654 1234", fields["version"])
    assert "mit dem Speichern gilt es" in pressed.text
    assert await polch() == before
    wanted = point_pressed(before, 200, 100)
    assert (float(again["lat"]), float(again["lng"])) == pytest.approx((wanted.lat, wanted.lng), abs=1e-6)
    twice = fields_of(await otto.post(DETAILS, **again, **{"karte.x": "200", "karte.y": "100"}))
    assert (twice["lat"], twice["lng"]) == (again["lat"], again["lng"]), "the map stays where it was"
    assert (await otto.post(DETAILS, **again)).status_code == 303
    after = await polch()
    assert (after.lat, after.lng, after.phone) == (float(again["lat"]), float(again["lng"]), "02654 1234")


async def test_a_key_or_nonsense_presses_nowhere(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = fields_of(await otto.get(DETAILS))
    for x, y, middle in (("0", "0", "50.3"), ("viel", "-3", "50.3"), ("0", "0", "<svg>")):
        press = {"karte.x": x, "karte.y": y, "mitte_lat": middle}
        again = await otto.post(DETAILS, **{**fields, **press})
        assert (again.status_code, fields_of(again)["lat"]) == (200, fields["lat"])
    assert "<svg>&" not in again.text


async def test_the_middle_of_the_place_is_no_exact_position(site: Site, world: World) -> None:
    otto, of_position = await site.browser(world.otto), re.compile(r"Die genaue Lage auf der Karte\s+(da|fehlt)")
    for point, stands in ({"lat": "", "lng": ""}, "fehlt"), ({"lat": "50.301", "lng": "7.312"}, "da"):
        await otto.post(DETAILS, **fields_of(await otto.get(DETAILS)) | point)
        assert of_position.findall(said((await otto.get(f"{POLCH}/veroeffentlichen")).text)) == [stands]
        assert is_exact(await polch()) is (stands == "da")


async def test_a_postcode_of_another_place_says_what_is_known(site: Site, world: World) -> None:
    with pytest.raises(PlaceMeant) as refused:
        found(Address("", "56642", "Mayen"))
    assert refused.value.facts["places"] == ("56642 Kruft", "56727 Mayen")
    otto = await site.browser(world.otto)
    fields = fields_of(await otto.get(DETAILS)) | {"postcode": "56642", "place": "Mayen", "lat": "", "lng": ""}
    page = await otto.post(DETAILS, **fields)
    assert "Bekannt sind 56642 Kruft und 56727 Mayen." in page.text
    assert re.search(r'<datalist id="orte">.*<option value="Kruft">', page.text)
