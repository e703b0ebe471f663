"""What the routes for staff share: who may ask, and the space, resource or operator that they are about.

Each guard lets in who may, before a body is read, so that others learn nothing.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.api.access import Guard
from app.api.parameters import known_id, known_slug
from app.identity.authentication import Visitor
from app.identity.rules import Action, Scope, ScopeMissing
from app.inventory.queries import ResourceCard, resource_by_public_id
from app.kernel.refusals import NotFound
from app.network.managing import demand_managed, managed_operator, managed_space
from app.network.queries import OperatorCard, SpaceCard, any_space, space_by_id


def only_managers(*, by_space: bool = False) -> list[Guard]:
    """Lets in who manages the space or resource of the address.

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


def only_staff_at_space(action: Action) -> list[Guard]:
    """Lets in who may do this at the space of the address. Raises NotSignedIn, NotFound, ScopeMissing."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        await staffed(connection.path_params["slug"], visitor, action)

    return [guard]


def only_managers_of_operator() -> list[Guard]:
    """Lets in who manages the operator of the address. Raises NotSignedIn, NotFound, ScopeMissing."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        await managed_operator_at(connection.path_params["slug"], visitor)

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


async def staffed(slug: str, visitor: Visitor, action: Action) -> SpaceCard:
    """The space with this name in its address, for who may do this there. Raises NotFound, ScopeMissing."""
    _demand_staffs_token(visitor)
    space = await any_space(known_slug(slug))
    if space is None or not visitor.signed_in.may(action, operator=space.operator.id, space=space.id):
        raise NotFound
    return space


async def managed_operator_at(slug: str, visitor: Visitor) -> OperatorCard:
    """The operator with this name in its address, for who manages it. Raises NotFound, ScopeMissing."""
    _demand_staffs_token(visitor)
    return await managed_operator(visitor.signed_in, known_slug(slug), Action.MANAGE_OPERATOR)


def _demand_staffs_token(visitor: Visitor) -> None:
    if not visitor.signed_in.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
