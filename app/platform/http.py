"""The outermost layer: a request id, security headers, HEAD, a log line and a measurement for every request."""

import time
from typing import Final

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

from app.platform.logs import Log, request_id
from app.platform.random_ids import new_public_id

log = Log("http")

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=(), payment=()"),
    (b"x-frame-options", b"DENY"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")

REQUESTS: Final = Counter("nahwerk_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS: Final = Histogram(
    "nahwerk_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)


class Edge:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self._headers = (*_HEADERS, _HSTS) if https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        identifier = new_public_id()
        request_id.set(identifier)
        method = scope["method"]
        if method == "HEAD":
            scope["method"] = HttpMethod.GET
        status = 500
        started = time.perf_counter()
        is_answered = False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, is_answered
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                present = {name for name, _ in headers}
                headers += [header for header in self._headers if header[0] not in present]
                headers.append((b"x-request-id", identifier.encode()))
                message["headers"] = headers
            elif message["type"] == "http.response.body" and method == "HEAD":
                if is_answered:
                    return  # the rest of a stream
                is_answered = True
                message["body"], message["more_body"] = b"", False
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            route = str(scope.get("path_template") or "other")
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(route).observe(seconds)
            if not route.startswith("/static"):
                log.info("request", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1))
