"""Cookies and the check that a form came from one of our own pages."""

from dataclasses import dataclass

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import Cookie
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class CookieJar:
    """Names and attributes of our cookies: with https `__Host-` and Secure, on a machine of one's own neither."""

    https: bool

    def name(self, plain: str) -> str:
        return f"__Host-{plain}" if self.https else plain

    def cookie(self, plain: str, value: str, *, max_age: int | None) -> Cookie:
        """A cookie for the whole site that scripts cannot read and other sites do not send; max_age in seconds."""
        return Cookie(
            key=self.name(plain),
            value=value,
            path="/",
            max_age=max_age,
            secure=self.https,
            httponly=True,
            samesite="lax",
        )

    def expired(self, plain: str) -> Cookie:
        """Takes a cookie back."""
        return self.cookie(plain, "", max_age=0)

    def name_below(self, plain: str) -> str:
        """The name of a cookie that is sent to one path alone, which `__Host-` would not allow."""
        return f"__Secure-{plain}" if self.https else plain

    def cookie_below(self, path: str, plain: str, value: str, *, max_age: int) -> Cookie:
        """A cookie that is sent only to pages below this path, and never on a way that begins at another site."""
        return Cookie(
            key=self.name_below(plain),
            value=value,
            path=path,
            max_age=max_age,
            secure=self.https,
            httponly=True,
            samesite="strict",
        )

    def csrf_config(self, secret: bytes) -> CSRFConfig:
        return CSRFConfig(
            secret=secret.decode(),
            cookie_name=self.name("csrf"),
            cookie_secure=self.https,
            cookie_httponly=True,
            cookie_samesite="lax",
        )


_WITHOUT_COOKIES = (
    *("/static/", "/calendars/", "/health/", "/metrics", "/bilder/", "/sw.js", "/manifest.webmanifest"),
    "/firma/abmelden/",
)


class FormOriginCheck(CSRFMiddleware):
    """Litestar's check, left out where a bearer token speaks: browsers do not add those by themselves.

    Static files, feeds, health answers, notices of companies' providers and their like get no cookie. Calls of the
    interface without any cookie speak for nobody and are left to answer for themselves.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bare = scope["path"].startswith(_WITHOUT_COOKIES)
        sent = {name for name, _ in scope["headers"]}
        bare = bare or (scope["path"].startswith("/api/") and b"cookie" not in sent)
        if bare or b"authorization" in sent:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
