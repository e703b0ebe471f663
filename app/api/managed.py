"""What the routes for an operator's staff share: who may ask, and the space that they are about."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.api.access import Guard
from app.api.parameters import known_slug
from app.identity.authentication import Visitor
from app.network.managing import managed_space
from app.network.queries import SpaceCard


def only_signed_in() -> list[Guard]:
    """Lets in who is signed in or has a token; whether the space is theirs, `managed` says. Raises NotSignedIn."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        assert visitor.signed_in

    return [guard]


async def managed(slug: str, visitor: Visitor) -> SpaceCard:
    """The space with this name in its address, for who manages it. Raises NotFound, ScopeMissing."""
    return await managed_space(visitor.signed_in, known_slug(slug), visitor.now)
