"""What the routes for an operator's staff share: who may ask, and the space that they are about."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.api.access import Guard
from app.api.parameters import known_id, known_slug
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard, resource_by_public_id
from app.kernel.refusals import NotFound
from app.network.managing import demand_managed, managed_space
from app.network.queries import SpaceCard, space_by_id


def only_managers(*, by_space: bool = False) -> list[Guard]:
    """Lets in who manages the space or resource of the address; before a body is read, so that others learn nothing.

    With `by_space` the space alone says so: the resource may be out of use. Raises NotSignedIn, NotFound, ScopeMissing.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        assert visitor.signed_in
        if "resource_id" in connection.path_params and not by_space:
            await managed_resource(connection.path_params["resource_id"], visitor)
        else:
            await managed(connection.path_params["slug"], visitor)

    return [guard]


async def managed(slug: str, visitor: Visitor) -> SpaceCard:
    """The space with this name in its address, for who manages it. Raises NotFound, ScopeMissing."""
    return await managed_space(visitor.signed_in, known_slug(slug))


async def managed_resource(resource_id: str, visitor: Visitor) -> tuple[SpaceCard, ResourceCard]:
    """The resource with this id and its space, for who manages it. Raises NotFound, ScopeMissing."""
    resource = await resource_by_public_id(known_id(resource_id))
    space = await space_by_id(resource.space) if resource else None
    if resource is None or space is None:
        raise NotFound
    demand_managed(visitor.signed_in, space)
    return space, resource
