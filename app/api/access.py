"""What a route demands of whoever calls it, checked before anything of the request is read."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.identity.authentication import Visitor
from app.identity.rules import Action, Scope, ScopeMissing, demand
from app.kernel.refusals import NotFound

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

SIGNED_IN: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": []}]
"""How the description says that a token or a session is needed."""


def only_who_may(action: Action) -> list[Guard]:
    """Lets in who is signed in, or asks with a token that may do this; raises NotSignedIn or ScopeMissing.

    The guard is a coroutine because Litestar runs any other one in a thread, which costs more than a query.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        demand(visitor.signed_in, action)

    return [guard]


def only_staff_who_may(action: Action) -> list[Guard]:
    """The same for what roles allow somewhere; where, the handler asks. For everybody else there is no such thing."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        actor = visitor.signed_in
        if not actor.has_scope(Scope.STAFF):
            raise ScopeMissing(scope=Scope.STAFF)
        if not actor.reach(action):
            raise NotFound

    return [guard]
