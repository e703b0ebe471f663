"""What an operator's manager looks after: the operator and its spaces, found only by who may change them."""

from app.identity.rules import Action, Actor, Scope, ScopeMissing
from app.kernel.refusals import NotFound
from app.network.queries import OperatorCard, SpaceCard, any_space, operator_by_slug, spaces_of_all


async def managed_spaces(actor: Actor) -> list[SpaceCard]:
    """The spaces that the actor may change, published or not, by name."""
    return [space for space in await spaces_of_all() if _may_manage(actor, space)]


async def managed_space(actor: Actor, slug: str) -> SpaceCard:
    """The space with this name in its address, published or not, for who may change it.

    Raises NotFound for everybody else.
    """
    space = await any_space(slug)
    if space is None:
        raise NotFound
    demand_managed(actor, space)
    return space


async def managed_operator(actor: Actor, slug: str, action: Action = Action.MANAGE_OPERATOR) -> OperatorCard:
    """The operator with this name in its address, for who may do this there. Raises NotFound for everybody else."""
    operator = await operator_by_slug(slug)
    if operator is None or not actor.may(action, operator=operator.id):
        raise NotFound
    return operator


def demand_managed(actor: Actor, space: SpaceCard) -> None:
    """Raises NotFound unless the actor may change the space; ScopeMissing where only the token keeps him from it."""
    if not actor.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
    if not _may_manage(actor, space):
        raise NotFound


def _may_manage(actor: Actor, space: SpaceCard) -> bool:
    return actor.may(Action.MANAGE_SPACE, operator=space.operator.id, space=space.id)
