"""The page as an app: the manifest, its icons, and the colours around the page."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.web.home_screen import BAND, PAGE
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("world")

THEME = (Path(__file__).parents[2] / "static" / "theme.css").read_text()


async def test_a_page_leads_to_the_manifest_in_its_language(site: Site) -> None:
    for language, week in (("de", "Meine Woche"), ("en", "My week")):
        browser = await site.browser(language=language)
        [address] = re.findall(r'<link rel="manifest" href="([^"]+)">', (await browser.get("/")).text)
        answer = await browser.get(address)
        assert answer.headers["content-type"] == "application/manifest+json"
        assert "set-cookie" not in answer.headers
        manifest = answer.json()
        assert manifest["name"] == "Testnetz"
        assert manifest["lang"] == language
        assert (manifest["start_url"], manifest["scope"]) == ("/woche", "/")
        assert manifest["shortcuts"][0]["name"] == week


async def test_an_address_without_a_known_language_is_in_the_visitors(site: Site) -> None:
    assert (await (await site.browser(language="en")).get("/manifest.webmanifest?sprache=xx")).json()["lang"] == "en"


async def test_each_icon_has_the_size_and_form_that_the_manifest_says(site: Site) -> None:
    browser = await site.browser()
    icons = (await browser.get("/manifest.webmanifest")).json()["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons if icon["type"] == "image/png"} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for icon in icons:
        answer = await browser.get(icon["src"])
        assert answer.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            picture = Image.open(BytesIO(answer.content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            assert (picture.mode == "RGB") == (icon["purpose"] == "maskable"), "a mask needs a ground to cut"


async def test_a_mask_leaves_the_mark(site: Site) -> None:
    """Every mask leaves the circle of four fifths around the middle; beyond it there is only the ground."""
    browser = await site.browser()
    icons = (await browser.get("/manifest.webmanifest")).json()["icons"]
    [address] = [icon["src"] for icon in icons if icon["purpose"] == "maskable" and icon["sizes"] == "192x192"]
    picture = Image.open(BytesIO((await browser.get(address)).content))
    ground = picture.getpixel((0, 0))
    mark = [(x, y) for x in range(picture.width) for y in range(picture.height) if picture.getpixel((x, y)) != ground]
    assert len(mark) > 3_000
    middle = picture.width / 2
    assert max((x - middle) ** 2 + (y - middle) ** 2 for x, y in mark) < (0.4 * picture.width) ** 2


async def test_colours_around_the_page_are_the_themes(site: Site) -> None:
    [(light, dark)] = re.findall(r"--nw-band: light-dark\((#\w+), (#\w+)\)", THEME)
    [page] = re.findall(r"--nw-page: light-dark\((#\w+),", THEME)
    assert (light, page) == (BAND, PAGE)
    browser = await site.browser()
    assert _theme_colours((await browser.get("/")).text) == {
        (light, "(prefers-color-scheme: light)"),
        (dark, "(prefers-color-scheme: dark)"),
    }
    await browser.post("/farbschema", farbschema="dark", zurueck="/")
    assert _theme_colours((await browser.get("/")).text) == {(dark, "")}


def _theme_colours(page: str) -> set[tuple[str, str]]:
    return set(re.findall(r'<meta name="theme-color" content="([^"]+)"(?: media="([^"]+)")?>', page))
