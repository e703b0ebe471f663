"""Serves the folder static/ from memory under names that carry a hash of the content.

A hashed name (`theme.3f2a9c01.css`) never changes its bytes, so browsers may keep it for a year; the plain
name answers too, but is asked about again each time.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/vnd.microsoft.icon",
}
"""What is served, by suffix. A file with any other suffix (notes, scripts) stays unseen."""

COMPRESSED = frozenset({".css", ".js", ".json", ".svg", ".txt", ".webmanifest"})
HASH_LENGTH = 8
CSS_ADDRESS = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|//|/|#)([^"')]+)\1\s*\)""")

ASKED_FOR = re.compile(r"""\bstatic\(\s*["']([^"']+)["']\s*\)""")


class UnknownStaticFileError(LookupError):
    """A template or a stylesheet names a file that static/ does not hold."""


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent: its plain and hashed name, its bytes, and those compressed if that pays."""

    name: str
    hashed_name: str
    media_type: str
    body: bytes
    gzipped: bytes | None

    @property
    def etag(self) -> bytes:
        """Weak, since the compressed and the plain bytes share it."""
        return f'W/"{_digest(self.body)}"'.encode()


class StaticFiles:
    """An ASGI application over the files below `root`, read once when it is made.

    `mounted_at` is the address prefix that `url` puts before a name, and that a request's path may still
    carry, depending on the server.

    Raises UnknownStaticFileError if a stylesheet points to a file that is not there.
    """

    def __init__(self, root: Path, mounted_at: str = "/static") -> None:
        self._mounted_at = mounted_at.rstrip("/")
        self._by_name = _read(root)
        self._by_hashed_name = {file.hashed_name: file for file in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of the file `name` (relative to root, with `/`), hash included.

        Raises UnknownStaticFileError if there is no such file.
        """
        return f"{self._mounted_at}/{self.file(name).hashed_name}"

    def file(self, name: str) -> StaticFile:
        """The file itself, for those who send or measure it otherwise. Raises UnknownStaticFileError."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownStaticFileError(f"static/{name} does not exist, or is of a kind that is not served") from None

    def check(self, templates: Path) -> None:
        """Reads every template below the folder `templates` for the files that it asks for by name.

        Raises UnknownStaticFileError with the template's name if one of them does not exist.
        """
        for template in sorted(templates.rglob("*.html")):
            for name in ASKED_FOR.findall(template.read_text(encoding="utf-8")):
                if name not in self._by_name:
                    asking = template.relative_to(templates).as_posix()
                    raise UnknownStaticFileError(f"{asking} asks for static/{name}, which does not exist")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if scope["method"] not in ("GET", "HEAD"):
            return await _answer(scope, send, 405, [(b"allow", b"GET, HEAD")], b"")
        name = scope["path"].removeprefix(self._mounted_at).lstrip("/")
        if (file := self._by_hashed_name.get(name)) is not None:
            return await _send_file(scope, send, file, b"public, max-age=31536000, immutable")
        if (file := self._by_name.get(name)) is not None:
            return await _send_file(scope, send, file, b"no-cache")
        return await _answer(scope, send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not Found")


async def _send_file(scope: Scope, send: Send, file: StaticFile, cache_control: bytes) -> None:
    headers: Headers = [(b"etag", file.etag), (b"cache-control", cache_control)]
    if file.gzipped is not None:
        headers.append((b"vary", b"accept-encoding"))
    if names_etag(_request_header(scope, b"if-none-match"), file.etag):
        return await _answer(scope, send, 304, headers, b"")
    headers.append((b"content-type", file.media_type.encode()))
    if file.gzipped is not None and accepts_gzip(_request_header(scope, b"accept-encoding")):
        headers.append((b"content-encoding", b"gzip"))
        return await _answer(scope, send, 200, headers, file.gzipped)
    return await _answer(scope, send, 200, headers, file.body)


async def _answer(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    headers = [*headers, (b"x-content-type-options", b"nosniff")]
    if status != 304:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _request_header(scope: Scope, wanted: bytes) -> str:
    values: Iterable[bytes] = (value for name, value in scope["headers"] if name.lower() == wanted)
    return ",".join(value.decode("latin-1") for value in values)


def names_etag(if_none_match: str, etag: bytes) -> bool:
    """RFC 9110, 13.1.2: a list of tags, compared weakly, or `*`."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.decode().removeprefix("W/") in tags


def accepts_gzip(accept_encoding: str) -> bool:
    """RFC 9110, 12.5.3: listed by name or by `*`, and not with quality zero."""
    for choice in accept_encoding.lower().split(","):
        coding, _, quality = choice.strip().partition(";")
        if coding.strip() in ("gzip", "*"):
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality) is None
    return False


def _read(root: Path) -> dict[str, StaticFile]:
    """All files below root by name; stylesheets last, since their addresses need the others' hashes."""
    contents = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix in MEDIA_TYPES
    }
    files = {name: _file(name, body) for name, body in contents.items() if not name.endswith(".css")}
    for name, body in contents.items():
        if name.endswith(".css"):
            files[name] = _file(name, _with_hashed_addresses(name, body.decode("utf-8"), files).encode())
    return files


def _with_hashed_addresses(name: str, css: str, files: Mapping[str, StaticFile]) -> str:
    """The stylesheet with each relative url(...) pointing to the hashed name, relative as before.

    Raises UnknownStaticFileError for an address that leads nowhere, and for one of another stylesheet.
    """
    folder = posixpath.dirname(name)

    def hashed(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found.group(2)))
        if target not in files:
            raise UnknownStaticFileError(f"static/{name} points to {found.group(2)}, which does not exist")
        return f'url("{posixpath.relpath(files[target].hashed_name, folder or ".")}")'

    return CSS_ADDRESS.sub(hashed, css)


def _file(name: str, body: bytes) -> StaticFile:
    stem, suffix = posixpath.splitext(name)
    gzipped = gzip.compress(body, compresslevel=9, mtime=0) if suffix in COMPRESSED else None
    return StaticFile(
        name=name,
        hashed_name=f"{stem}.{_digest(body)}{suffix}",
        media_type=MEDIA_TYPES[suffix],
        body=body,
        gzipped=gzipped if gzipped is not None and len(gzipped) < len(body) else None,
    )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
