"""What a browser gets from static/: small, cached for as long as the name lives, and nothing else."""

import gzip
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, asgi
from litestar.testing import TestClient

from app.platform.static_files import StaticFiles, UnknownStaticFileError

STYLES = b"body { background: url(pictures/roof.svg); } a { mask: url('#hatch'); }\n" + b"p { color: red; }\n" * 20
PROJECT_STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "pictures").mkdir(parents=True)
    (root / "theme.css").write_bytes(STYLES)
    (root / "pictures" / "roof.svg").write_bytes(b"<svg/>")
    (root / "pictures" / "roof.png").write_bytes(b"\x89PNG" * 400)
    (root / "cut.py").write_bytes(b"print('a tool, not a page')")
    (tmp_path / "secret.txt").write_bytes(b"not yours")
    return root


@pytest.fixture
def static(root: Path) -> StaticFiles:
    return StaticFiles(root)


@pytest.fixture
def client(static: StaticFiles) -> httpx.AsyncClient:
    # httpx would ask for gzip by itself; these tests say what they accept.
    transport = httpx.ASGITransport(app=static)
    return httpx.AsyncClient(
        transport=transport, base_url="http://nahwerk.example", headers={"accept-encoding": "identity"}
    )


async def test_a_hashed_name_may_be_kept_for_a_year(static: StaticFiles, client: httpx.AsyncClient) -> None:
    answer = await client.get(static.url("theme.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "set-cookie" not in answer.headers


async def test_the_plain_name_answers_but_is_asked_about_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/pictures/roof.png")
    assert first.content == b"\x89PNG" * 400
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get("/static/pictures/roof.png", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("tags", ['"other", {etag}', "*", "{strong}"])
async def test_unchanged_for_any_tag_that_fits(client: httpx.AsyncClient, tags: str) -> None:
    etag = (await client.get("/theme.css")).headers["etag"]
    sent = tags.format(etag=etag, strong=etag.removeprefix("W/"))
    assert (await client.get("/theme.css", headers={"if-none-match": sent})).status_code == 304


async def test_sent_anew_when_the_browser_has_another_version(client: httpx.AsyncClient) -> None:
    answer = await client.get("/theme.css", headers={"if-none-match": '"00000000"'})
    assert answer.status_code == 200


async def test_the_name_changes_with_the_content(root: Path, static: StaticFiles) -> None:
    before = static.url("theme.css")
    (root / "theme.css").write_bytes(b"body { color: blue; }")
    assert StaticFiles(root).url("theme.css") != before


async def test_a_stylesheet_points_to_hashed_names(static: StaticFiles, client: httpx.AsyncClient) -> None:
    css = (await client.get(static.url("theme.css"))).text
    picture = static.url("pictures/roof.svg").removeprefix("/static/")
    assert f'url("{picture}")' in css
    assert "url('#hatch')" in css


async def test_a_changed_picture_renames_the_stylesheet(root: Path, static: StaticFiles) -> None:
    before = static.url("theme.css")
    (root / "pictures" / "roof.svg").write_bytes(b"<svg><path/></svg>")
    assert StaticFiles(root).url("theme.css") != before


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.8", "*"])
async def test_text_is_compressed(static: StaticFiles, accepted: str) -> None:
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"method": "GET", "path": "/theme.css", "headers": [(b"accept-encoding", accepted.encode())]}
    await static(scope, None, send)  # type: ignore[arg-type]
    assert (b"content-encoding", b"gzip") in sent[0]["headers"]  # type: ignore[operator]
    compressed = sent[1]["body"]
    assert isinstance(compressed, bytes)
    assert len(compressed) < len(STYLES) / 2
    assert b"color: red" in gzip.decompress(compressed)


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br"])
async def test_text_is_sent_plain_where_gzip_is_not_wanted(client: httpx.AsyncClient, accepted: str) -> None:
    answer = await client.get("/theme.css", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert b"color: red" in answer.content


async def test_pictures_are_not_compressed_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/pictures/roof.png", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_head_tells_the_same_without_the_body(client: httpx.AsyncClient) -> None:
    get, head = await client.get("/theme.css"), await client.head("/theme.css")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/absent.css",
        "/static/theme.00000000.css",
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/pictures/..%2f..%2fsecret.txt",
        "/static//etc/passwd",
        "/static/pictures",
        "/static/",
        "/static/cut.py",
        "/static/theme.css%00.png",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/static/theme.css")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_a_page_that_asks_for_an_unknown_file_is_told_which(static: StaticFiles) -> None:
    with pytest.raises(UnknownStaticFileError, match=r"static/tehme\.css does not exist"):
        static.url("tehme.css")


def test_a_stylesheet_with_a_broken_address_stops_the_start(root: Path) -> None:
    (root / "theme.css").write_bytes(b"a { mask: url(../roof.svg); }")
    with pytest.raises(UnknownStaticFileError, match=r"theme\.css points to \.\./roof\.svg"):
        StaticFiles(root)


def test_a_template_that_asks_for_an_unknown_file_stops_the_start(tmp_path: Path, static: StaticFiles) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "page.html").write_text("<link href=\"{{ static('theme.css') }}\">")
    static.check(tmp_path)
    (tmp_path / "mail" / "page.html").write_text("<link href=\"{{ static('tehme.css') }}\">")
    with pytest.raises(UnknownStaticFileError, match=r"mail/page\.html asks for static/tehme\.css"):
        static.check(tmp_path)


def test_our_templates_ask_only_for_files_that_exist() -> None:
    StaticFiles(PROJECT_STATIC).check(PROJECT_STATIC.parent / "templates")


def test_mounted_in_the_app(static: StaticFiles) -> None:
    @asgi("/static", is_static=True, copy_scope=True)
    async def serve_static(scope: object, receive: object, send: object) -> None:
        await static(scope, receive, send)  # type: ignore[arg-type]

    with TestClient(Litestar([serve_static])) as client:
        assert client.get(static.url("pictures/roof.svg")).text == "<svg/>"
        assert client.head("/static/theme.css").status_code == 200
        assert client.get("/static/absent.css").status_code == 404
