"""Who asks: from the session's cookie or a bearer token to a Visitor, once for every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from app.identity.queries import actor_of_session, actor_of_token
from app.identity.rules import Action, Actor, demand
from app.kernel.clock import Clock
from app.platform.cookies import CookieJar
from app.platform.language import LANGUAGES, Speaker, preferred_language, speaker
from app.platform.problems import NotSignedIn
from app.platform.random_ids import token_hash
from app.platform.rate_limits import LeasedLimit, Limit, address_key

AnyRequest = Request[Any, Any, Any]

SESSION_COOKIE = "session"
LANGUAGE_COOKIE = "sprache"
SCHEME_COOKIE = "farbschema"
SCHEMES = ("auto", "light", "dark")

_MINUTE = timedelta(minutes=1)
BY_TOKEN = LeasedLimit(Limit("api_token", 6_000, _MINUTE))
BY_ADDRESS = LeasedLimit(Limit("api_address", 1_200, _MINUTE))

OF_A_DEVICE = "bearer_of_a_device"
"""A route's option: its bearer token is no person's, and the handler looks for whose it is."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever sent the request: signed in or not, in which language, from which address, and when."""

    actor: Actor | None
    language: str
    scheme: str
    address: str
    now: datetime

    @property
    def speaker(self) -> Speaker:
        return speaker(self.language)

    @property
    def signed_in(self) -> Actor:
        """The actor; raises NotSignedIn where there is none."""
        if self.actor is None:
            raise NotSignedIn
        return self.actor

    def allowed(self, action: Action) -> Actor:
        """The actor, where he may do this to his own; raises NotSignedIn, ScopeMissing or NotAllowed."""
        demand(self.signed_in, action)
        return self.signed_in


class Authentication:
    """Middleware that puts the Visitor into the request's scope.

    Where an Authorization header is sent, it alone counts; a token that is not known is refused with NotSignedIn. Calls
    of the interface are limited by token or, without one, by address.
    """

    def __init__(self, app: ASGIApp, *, clock: Clock, jar: CookieJar) -> None:
        self.app = app
        self._clock = clock
        self._jar = jar

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        request: AnyRequest = Request(scope)
        now = self._clock()
        address = scope["client"][0] if scope.get("client") else "local"  # type: ignore[index]
        scope["visitor"] = Visitor(None, self._language(request, None), self._scheme(request), address, now)  # type: ignore[typeddict-unknown-key]
        actor = await self._actor(request, address, now)
        if actor is not None:
            scope["visitor"] = Visitor(actor, self._language(request, actor), self._scheme(request), address, now)  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)

    async def _actor(self, request: AnyRequest, address: str, now: datetime) -> Actor | None:
        is_api = request.scope["path"].startswith("/api/")
        authorization = request.headers.get("authorization")
        if authorization is not None and request.scope["route_handler"].opt.get(OF_A_DEVICE):
            await BY_ADDRESS.hit(address_key(address), now)
            return None
        if authorization is not None and is_api:
            kind, _, token = authorization.partition(" ")
            if kind.lower() != "bearer" or not token:
                raise NotSignedIn
            actor = await actor_of_token(token, now)
            if actor is None:
                await BY_ADDRESS.hit(address_key(address), now)
                raise NotSignedIn
            await BY_TOKEN.hit(token_hash(token).hex(), now)
            return actor
        if is_api:
            await BY_ADDRESS.hit(address_key(address), now)
        session = request.cookies.get(self._jar.name(SESSION_COOKIE))
        return await actor_of_session(session, now) if session else None

    def _language(self, request: AnyRequest, actor: Actor | None) -> str:
        chosen = request.cookies.get(self._jar.name(LANGUAGE_COOKIE))
        if chosen in LANGUAGES:
            return chosen
        if actor is not None:
            return actor.language
        return preferred_language(request.headers.get("accept-language", ""))

    def _scheme(self, request: AnyRequest) -> str:
        chosen = request.cookies.get(self._jar.name(SCHEME_COOKIE), "auto")
        return chosen if chosen in SCHEMES else "auto"


async def provide_visitor(request: AnyRequest) -> Visitor:
    """The dependency `visitor` of all handlers."""
    visitor: Visitor = request.scope["visitor"]  # type: ignore[typeddict-item]
    return visitor
