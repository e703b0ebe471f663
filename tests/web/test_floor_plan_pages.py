"""The floor plan's pages without a script: a picture, places by click and by figures, shapes, stale forms."""

import json
import re
import time
from io import BytesIO

import httpx
from PIL import Image

from app.inventory.floor_plans import FloorPlanDrawing, Placement
from app.inventory.floor_setting import FloorSave, floors_of, save_floor, sheet_of
from app.inventory.floor_sheets import FloorSheet, encode_sheet
from app.inventory.queries import floor_plans_of
from app.inventory.rules import Kind
from app.network.managing import managed_space
from app.platform.database import execute, fetch, fetch_value
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, TOMORROW, World, a_floor_plan, a_resource

FLOORS = "/betrieb/regiohub-polch/grundriss"


async def a_floor(otto: Browser, **more: str) -> str:
    """The address of a new floor's editor."""
    said_first = {"name": "Erdgeschoss", "beginn": "leer", "breite": "12", "tiefe": "9"}
    answer = await otto.post(FLOORS, **(said_first | more))
    return re.split(r"[?#]|/etage", answer.headers["location"])[0]


def photo(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Spion & Söhne"
    written = BytesIO()
    Image.new("RGB", (width, height), "beige").save(written, kind, exif=exif)
    return written.getvalue()


async def upload(browser: Browser, url: str, content: bytes, name: str = "plan.jpg") -> httpx.Response:
    await browser.get("/anmelden")
    fields = {"_csrf_token": browser.client.cookies["csrf"]}
    return await browser.client.post(f"{url}/bild", data=fields, files={"bild": (name, content, "image/jpeg")})


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def placed(world: World) -> dict[str, Placement]:
    """By name where things stand on the space's first floor."""
    [floor, *_] = await floors_of(world.polch.id)
    names = {resource.public_id: name for name, resource in world.polch.resources.items()}
    return {names[key]: place for key, place in (await sheet_of(floor)).places.items()}


async def test_from_a_picture_to_places_that_guests_see(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto, beginn="bild")
    answer = await upload(otto, url, photo())
    assert answer.headers["location"] == f"{url}?getan=bild"
    page = await otto.get(url)
    found = re.search(r"/bilder/grundriss/[0-9a-f]{64}\.webp", page.text)
    assert found
    kept = await otto.get(found[0])
    assert kept.headers["content-type"] == "image/webp"
    assert b"Spion" not in kept.content
    assert not Image.open(BytesIO(kept.content)).getexif()

    desk = world.polch["1"].public_id
    click = {"klick.x": "240", "klick.y": "150", "anzahl": "2", "rotation": "0"}
    saved = await otto.post(f"{url}/schritt", was="setzen", version=version_in(page.text), platz=desk, **click)
    assert f"platz={world.polch['3'].public_id}" in saved.headers["location"], "the next one is already chosen"
    assert await placed(world) == {"1": Placement(200, 120), "2": Placement(296, 120)}

    guest = await (await site.browser()).get(f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz")
    assert found[0] in guest.text
    assert 'aria-label="Platz 1' in guest.text
    assert "Neben Platz 2" in guest.text


async def test_a_place_is_moved_turned_and_taken_out_by_figures(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto)
    desk = world.polch["1"].public_id
    step = {"was": "setzen", "platz": desk, "klick.x": "0", "klick.y": "0"}
    first = await otto.post(f"{url}/schritt", version="1", **step)
    assert first.status_code == 303
    assert (await placed(world))["1"] == Placement(40, 40), "pressed by keyboard it goes to a free spot"
    page = await otto.get(f"{url}?platz={desk}")
    figures = {"x": "150", "y": "300", "width": "126", "height": "93", "rotation": "90"}
    await otto.post(f"{url}/schritt", was="platz", version=version_in(page.text), platz=desk, **figures)
    assert (await placed(world))["1"] == Placement(100, 200, 62, 84, 90), "turned, its sides change places"

    page = await otto.get(f"{url}?platz={desk}")
    wrong = figures | {"x": "links"}
    again = await otto.post(f"{url}/schritt", was="platz", version=version_in(page.text), platz=desk, **wrong)
    assert again.status_code == 422
    assert 'id="x-fehler"' in again.text
    assert 'value="links"' in again.text
    outside = figures | {"x": "99999"}
    again = await otto.post(f"{url}/schritt", was="platz", version=version_in(page.text), platz=desk, **outside)
    assert "Etwas liegt außerhalb des Grundrisses." in again.text
    await otto.post(f"{url}/schritt", was="platz-raus", version=version_in(page.text), platz=desk)
    assert await placed(world) == {}


async def test_shapes_are_drawn_changed_and_deleted_by_figures(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto)
    room = {"was": "form", "form": "neu", "art": "room", "x": "60", "y": "60", "width": "300", "height": "240"}
    made = await otto.post(f"{url}/schritt", version="1", **room, name="Küche", name_en="Kitchen")
    assert "form=1" in made.headers["location"]
    door = {"was": "form", "form": "neu", "art": "door", "x": "90", "y": "30", "width": "90", "swing": "down"}
    await otto.post(f"{url}/schritt", version="2", **door, hinge="end", leaf="ja")
    wall = {"was": "form", "form": "neu", "art": "wall", "points": "30 300\n300 300\n300 450"}
    await otto.post(f"{url}/schritt", version="3", **wall)
    [card] = await floor_plans_of(world.polch.id, "en")
    assert (card.drawing.rooms[0].name, card.drawing.rooms[0].width) == ("Kitchen", 200)
    assert card.drawing.doors[0].jambs == ((120, 20), (60, 20))
    assert card.drawing.walls[1].points == ((20, 200), (200, 200), (200, 300))

    bad = await otto.post(f"{url}/schritt", version="4", **(wall | {"points": "hier und dort"}))
    assert 'id="points-fehler"' in bad.text
    odd = await otto.post(f"{url}/schritt", version="4", **(door | {"swing": "sideways", "hinge": "start"}))
    assert (odd.status_code, "kein lesbarer Grundriss" in odd.text) == (422, True)
    await otto.post(f"{url}/schritt", was="form-weg", form="1", version="4")
    assert (await floor_plans_of(world.polch.id))[0].drawing.rooms == []


async def test_size_and_scale_are_set_in_metres(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto, breite="8", tiefe="4,5")
    [floor] = await floors_of(world.polch.id)
    assert (floor.drawing.width, floor.drawing.height) == (573, 340)
    await otto.post(f"{url}/schritt", was="papier", breite="9", tiefe="6", version="1")
    await otto.post(url, version="2", meter="18")
    [floor] = await floors_of(world.polch.id)
    assert (floor.drawing.width, floor.drawing.height) == (1200, 800)
    measured = encode_sheet(FloorSheet(floor.drawing))
    await otto.post(url, version="3", zeichnung=measured, strecke="100", meter="0,75")
    assert (await floors_of(world.polch.id))[0].drawing.width == 600
    refused = await otto.post(f"{url}/schritt", was="papier", breite="900", tiefe="6", version="4")
    assert "zu groß" in said(refused.text)


async def test_a_stale_sheet_comes_back_beside_what_holds_now(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto)
    [floor] = await floors_of(world.polch.id)
    mine = encode_sheet(FloorSheet(floor.drawing, {world.polch["1"].public_id: Placement(100, 100)}))
    theirs = FloorSheet(floor.drawing, {world.polch["1"].public_id: Placement(200, 100)})
    polch = await managed_space(world.nadja.actor(), world.polch.slug)
    await save_floor(world.nadja.actor(), polch, floor.public_id, FloorSave(theirs, 1), NOW)
    again = await otto.post(url, version="1", zeichnung=mine)
    assert again.status_code == 409
    words = said(again.text)
    assert "300 cm von links, 150 cm von oben, 126 × 93 cm 150 cm von links, 150 cm von oben, 126 × 93 cm" in words
    assert (await placed(world))["1"].x == 200
    assert (await otto.post(url, version=version_in(again.text), zeichnung=mine)).status_code == 303
    assert (await placed(world))["1"].x == 100, "who has seen the difference may overwrite it"


async def test_what_is_no_sheet_is_refused_in_words(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto)
    for sent in ("{", json.dumps({"drawing": {"width": 5, "height": 5, "shapes": [{"kind": "dragon"}]}})):
        again = await otto.post(url, version="1", zeichnung=sent)
        assert (again.status_code, "Das ist kein lesbarer Grundriss." in again.text) == (422, True)


async def test_a_picture_is_for_guests_of_published_spaces_and_its_managers(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto, beginn="bild")
    await upload(otto, url, photo())
    file = f"/bilder/grundriss/{await fetch_value('SELECT picture FROM floor_plan')}"
    rolf, nobody = await site.browser(world.rolf), await site.browser()
    assert "public" in (await nobody.get(file)).headers["cache-control"]
    await otto.post(f"{url}/etage", was="bild-zeigen", zeigen="")
    assert [(await each.get(file)).status_code for each in (nobody, rolf, otto)] == [404, 404, 200]
    await otto.post(f"{url}/etage", was="bild-zeigen", zeigen="ja")
    await execute("UPDATE space SET published_at = NULL WHERE id = $1", world.polch.id)
    assert [(await each.get(file)).status_code for each in (nobody, rolf, otto)] == [404, 404, 200]
    assert "private" in (await otto.get(file)).headers["cache-control"]
    assert (await otto.get(f"/bilder/grundriss/{'0' * 64}.webp")).status_code == 404


async def test_what_is_no_picture_is_refused_beside_its_field(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto, beginn="bild")
    gif = BytesIO()
    Image.new("RGB", (5, 5)).save(gif, "GIF")
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    for content in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", gif.getvalue(), b"", bomb.getvalue(), photo()[:300]):
        again = await upload(otto, url, content)
        assert (again.status_code, 'id="bild-fehler"' in again.text) == (422, True)
    assert not await fetch("SELECT FROM floor_plan WHERE picture IS NOT NULL")


async def test_the_preview_shows_what_is_not_saved_yet(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    url = await a_floor(otto)
    assert "In diesem Plan steht noch kein Platz." in (await otto.get(f"{url}/vorschau")).text
    row = {world.polch[name].public_id: Placement(x, 100) for name, x in (("1", 100), ("2", 190))}
    sheet = encode_sheet(FloorSheet(FloorPlanDrawing(800, 600), row))
    page = await otto.post(f"{url}/vorschau", zeichnung=sheet)
    assert "neben Platz 2" in said(page.text)
    assert await placed(world) == {}


async def test_a_plan_of_150_desks_is_shown_and_saved_quickly(site: Site, world: World) -> None:
    """The bound is far from what it takes, and near enough to notice a query for each desk."""
    desks = [await a_resource(world.andernach.id, Kind.DESK, f"T{n}", order=10 + n) for n in range(150)]
    row = {d.name: Placement(40 + 100 * (n % 15), 40 + 120 * (n // 15)) for n, d in enumerate(desks)}
    space = type(world.andernach)(world.andernach.id, "", "", {d.name: d for d in desks})
    await a_floor_plan(space, FloorPlanDrawing(1600, 1400), row)
    rolf = await site.browser(world.rolf)
    [floor] = await floors_of(world.andernach.id)
    url = f"/betrieb/alte-post-andernach/grundriss/{floor.public_id}"
    await rolf.get(url)
    started = time.perf_counter()
    page = await rolf.get(url)
    assert page.text.count("data-key=") >= 150
    moved = {key: Placement(place.x + 5, place.y) for key, place in (await sheet_of(floor)).places.items()}
    saved = await rolf.post(url, version="1", zeichnung=encode_sheet(FloorSheet(floor.drawing, moved)))
    assert saved.status_code == 303
    assert time.perf_counter() - started < 3
    assert await fetch_value("SELECT count(*) FROM resource WHERE placement->>'x' = '45'") == 10
