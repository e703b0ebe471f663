"""What the first view of the search costs on the line, and that the part of KERN that is served is the part in use."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from app.platform.settings import ROOT
from tests.web.conftest import Browser, Site

BUDGET = 200_000
"""Bytes that the first view of the search may cost, fonts included."""

_LOADED = re.compile(
    r'<(?:script|img|use)\b[^>]*?\b(?:src|href)="([^"#]+)'
    r'|<link rel="(?:stylesheet|icon|preload|manifest|apple-touch-icon)" href="([^"]+)"'
)
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")
_ADDRESS = re.compile(r'url\("([^"]+)"\)')


async def _sent(browser: Browser, address: str) -> tuple[int, str]:
    """The bytes on the line without headers, and the text."""
    answer = await browser.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.status_code == 200, address
    text = answer.text if answer.headers["content-type"].startswith("text/") else ""
    return answer.num_bytes_downloaded, text


async def bytes_of(browser: Browser, address: str) -> dict[str, int]:
    """The page and all that it can load at once: no font for letters that it lacks, no icon that it does not show."""
    size, page = await _sent(browser, address)
    sizes = {address: size}
    icons = set(re.findall(r"kern-icon--([a-z-]+)", page))
    for loaded in {one or other for one, other in _LOADED.findall(page)}:
        sizes[loaded], styles = await _sent(browser, loaded)
        if not loaded.endswith(".css"):
            continue
        fonts = "".join(rule for rule in _FONT.findall(styles) if "unicode-range" not in rule)
        for found in {*_ADDRESS.findall(fonts), *_ADDRESS.findall(_FONT.sub("", styles))}:
            shown = re.search(r"icons/([a-z-]+)\.\w+\.svg$", found)
            if shown is None or shown[1] in icons:
                sizes[urljoin(loaded, found)], _ = await _sent(browser, urljoin(loaded, found))
    return sizes


@pytest.mark.usefixtures("world")
async def test_the_first_view_of_the_search_stays_within_its_budget(site: Site) -> None:
    sizes = await bytes_of(await site.browser(), "/plaetze?ort=Polch&zeit=ganz&art=desk")
    assert sum(name.endswith(".woff2") for name in sizes) == 3, "the three weights are counted"
    assert any("map/county" in name for name in sizes), "the map is counted"
    assert sum(sizes.values()) < BUDGET, sizes


def test_every_class_of_kern_in_the_templates_has_its_rules() -> None:
    """Otherwise a component is missing in the list of static/vendor/kern/cut.py."""
    styles = (ROOT / "static/vendor/kern/kern.css").read_text()
    known = set(re.findall(r"\.(kern-[a-z0-9]+(?:(?:--|__|-)[a-z0-9]+)*)", styles))
    used: dict[str, Path] = {}
    for template in sorted((ROOT / "templates").rglob("*.html")):
        for names in re.findall(r'class="([^"]*)"', template.read_text()):
            used |= dict.fromkeys(re.findall(r"kern-[a-z0-9]+(?:(?:--|__|-)[a-z0-9]+)*(?![\w{-])", names), template)
    missing = {name: str(where.relative_to(ROOT)) for name, where in used.items() if name not in known}
    assert len(used) > 20
    assert not missing
