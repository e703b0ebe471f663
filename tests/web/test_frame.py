"""What every answer carries: headers, HEAD, errors as pages or problems, cookies, the form check, static files."""

import re

import httpx
import msgspec
import pytest

from app.main import create_app
from app.platform.database import execute
from app.platform.settings import ROOT, Settings
from tests.web.conftest import Browser, Site
from tests.worlds import NOW, World

pytestmark = pytest.mark.usefixtures("world")


async def test_a_page_allows_nothing_inline_and_nothing_from_elsewhere(site: Site) -> None:
    page = await (await site.browser()).get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert {"base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "geolocation=(self)" in page.headers["permissions-policy"]
    assert "strict-transport-security" not in page.headers
    assert re.fullmatch(r"[a-z2-9]{16}", page.headers["x-request-id"])


async def test_https_demands_hsts_and_host_cookies(site: Site, settings: Settings, database: str) -> None:
    app = create_app(msgspec.structs.replace(settings, public_url="https://nahwerk.example"), database, site.clock)
    async with Browser(app, origin="https://nahwerk.example") as browser:
        page = await browser.get("/anmelden")
    assert page.headers["strict-transport-security"].startswith("max-age=")
    [cookie] = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-csrf=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("path", ["/", "/plaetze?ort=Polch", "/standorte/regiohub-polch", "/api/v1/places?q=Polch"])
async def test_head_is_get_without_the_body(site: Site, path: str) -> None:
    browser = await site.browser()
    got, head = await browser.get(path), await browser.client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("", "application/problem+json"),
    ],
)
@pytest.mark.parametrize("path", ["/gibt-es-nicht", "/standorte/gibt-es-nicht"])
async def test_an_error_is_a_page_or_a_problem_as_the_client_accepts(
    site: Site, path: str, accept: str, content_type: str
) -> None:
    answer = await (await site.browser()).get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(content_type)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/spaces/gibt-es-nicht"),
        *((method, path) for method in ("GET", "POST", "DELETE") for path in ("/api/x", "/api/x/y", "/api/v1/x")),
    ],
)
async def test_the_interface_answers_problems_to_everybody(site: Site, method: str, path: str) -> None:
    answer = await Browser(site.app).client.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "not_found"


async def test_an_unexpected_error_says_nothing_of_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(_now: object) -> None:
        raise RuntimeError("the secret is sesame")

    monkeypatch.setattr("app.web.home.published_spaces", breaks)
    browser = await site.browser()
    page = await browser.get("/")
    assert page.status_code == 500
    assert "sesame" not in page.text
    assert "RuntimeError" not in page.text
    assert "Der Fehler ist notiert." in page.text


async def test_a_form_without_its_token_is_refused_with_a_page(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    answer = await browser.client.post("/konto/name", data={"name": "Wer anders"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_interface_with_a_session_needs_the_token_too(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    wanted = {"resource_id": world.polch["1"].public_id, "starts_at": "2026-11-25T08:00:00+01:00"}
    body = wanted | {"ends_at": "2026-11-25T09:00:00+01:00"}
    assert (await browser.client.post("/api/v1/bookings", json=body)).status_code == 403
    await browser.get("/woche")
    token = browser.client.cookies["csrf"]
    with_token = await browser.client.post("/api/v1/bookings", json=body, headers={"X-CSRFToken": token})
    assert with_token.status_code == 201


async def test_a_bearer_token_that_is_not_known_does_not_fall_back_to_the_session(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    answer = await browser.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


async def test_a_get_changes_nothing_and_links_in_mails_only_ask(site: Site) -> None:
    browser = await site.browser()
    for path in ("/bestaetigen?token=x", "/passwort-neu?token=x", "/abmelden"):
        assert (await browser.get(path)).status_code in (200, 404, 405, 409, 422)


async def test_static_files_carry_their_hash_and_are_kept_for_a_year(site: Site) -> None:
    browser = await site.browser()
    page = await browser.get("/")
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page.text)
    assert addresses
    for address in set(addresses):
        file = await browser.get(address)
        assert file.status_code == 200, address
        assert "immutable" in file.headers["cache-control"]
        assert "set-cookie" not in file.headers
        again = await browser.get(address, headers={"If-None-Match": file.headers["etag"]})
        assert again.status_code == 304


async def test_pages_are_compressed_and_never_kept_by_caches(site: Site) -> None:
    page = await (await site.browser()).get("/plaetze?ort=Polch", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "private, no-store"


async def test_every_page_names_the_telephone_and_the_legal_texts(site: Site) -> None:
    browser = await site.browser()
    for path in ("/", "/plaetze?ort=Polch", "/standorte/regiohub-polch", "/anmelden", "/gibt-es-nicht"):
        page = await browser.get(path)
        assert '<a href="tel:02651123">02651 123</a>' in page.text.partition("<footer")[2], path
        for legal in ("/impressum", "/datenschutz", "/nutzungsbedingungen", "/barrierefreiheit"):
            assert f'href="{legal}"' in page.text, path


async def test_a_telephone_number_in_a_text_can_be_dialled(site: Site) -> None:
    browser, link = await site.browser(), '<a href="tel:02651123">02651 123</a>'
    await browser.get("/")
    assert f"Rufen Sie an: {link}" in (await browser.get("/gibt-es-nicht")).text
    sections = '[{"heading": "Kontakt", "paragraphs": ["Telefon 02651 123 <b>", "post@testnetz.example"]}]'
    await execute(
        "INSERT INTO legal_text (kind, language, valid_from, sections) VALUES ('imprint', 'de', $1, $2::jsonb)",
        NOW,
        sections,
    )
    page = await browser.get("/impressum")
    assert f"<p>Telefon {link} &lt;b&gt;</p>" in page.text
    assert '<a href="mailto:post@testnetz.example"' in page.text


@pytest.mark.parametrize(
    ("language", "path", "title"),
    [
        ("de", "/buchen?standort=regiohub-polch&tag=2020-01-01", "So nicht möglich"),
        ("de", "/gibt-es-nicht", "Nicht gefunden"),
        ("en", "/gibt-es-nicht", "Not found"),
    ],
)
async def test_an_error_page_is_titled_in_plain_words(site: Site, language: str, path: str, title: str) -> None:
    page = await (await site.browser(language=language)).get(path)
    assert f"<h1>{title}</h1>" in page.text


async def test_no_page_loads_from_another_host(site: Site) -> None:
    browser = await site.browser()
    for path in ("/", "/plaetze?ort=Polch", "/standorte/regiohub-polch", "/anmelden", "/so-wird-sortiert"):
        page = await browser.get(path)
        loaded = re.findall(r'<(?:script|img|link|iframe|source|use|image)\b[^>]*?(?:src|href)="([^"]+)"', page.text)
        assert loaded
        assert all(address.startswith(("/static/", "/bilder/", "/manifest.webmanifest?", "#")) for address in loaded), (
            loaded
        )


@pytest.mark.parametrize("size", [300_000])
async def test_a_body_that_is_too_large_is_refused(site: Site, world: World, size: int) -> None:
    answer = await site.program(world.mia).post("/api/v1/bookings", content=b"x" * size)
    assert answer.status_code in (400, 413, 415)
    browser = await site.browser(world.mia)
    assert (await browser.post("/konto/name", name="x" * size)).status_code == 413


async def test_colours_are_chosen_for_the_next_page(site: Site) -> None:
    browser = await site.browser()
    assert 'data-kern-theme="dark"' not in (await browser.get("/")).text
    chosen = await browser.post("/farbschema", farbschema="dark", zurueck="https://elsewhere.example/")
    assert chosen.headers["location"] == "/"
    assert 'data-kern-theme="dark"' in (await browser.get("/")).text


async def test_health_is_answered_without_cookies(site: Site) -> None:
    client: httpx.AsyncClient = (await site.browser()).client
    live, ready = await client.get("/health/live"), await client.get("/health/ready")
    assert (live.status_code, ready.status_code) == (200, 200)
    assert "set-cookie" not in live.headers


async def test_metrics_are_for_those_who_know_the_token(site: Site, settings: Settings) -> None:
    client: httpx.AsyncClient = (await site.browser()).client
    assert (await client.get("/metrics")).status_code == 404
    shown = await client.get("/metrics", headers={"Authorization": f"Bearer {settings.metrics_key.decode()}"})
    assert shown.status_code == 200
    assert "nahwerk_requests_total" in shown.text


OF_THE_FRAME = {"site", "demo", "charges", "actor", "nav", "scheme", "here", "now", "as_of", "csrf_input", "workbench"}


def test_no_template_takes_a_name_of_the_frame_for_something_else() -> None:
    """A page that sets `here` would send who chooses a language or reloads it somewhere else."""
    for template in (ROOT / "templates").rglob("*.html"):
        taken = set(re.findall(r"\{%-? *set (\w+)", template.read_text())) & OF_THE_FRAME
        assert not taken, template


async def test_choosing_a_language_leads_back_to_the_page(site: Site, world: World) -> None:
    browser = await site.browser(world.nadja)
    for address in ("/netzwerk/heute?ordnung=name", "/konto"):
        page = await browser.get(address)
        assert f'name="zurueck" value="{address}"' in page.text
