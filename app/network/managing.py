"""What an operator's manager looks after: the spaces, found only by who may change them."""

from datetime import datetime

from app.identity.rules import Action, Actor, Scope, ScopeMissing
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard, published_spaces, space_by_slug


async def managed_spaces(actor: Actor, now: datetime) -> list[SpaceCard]:
    """The published spaces that the actor may change, by name."""
    return [space for space in await published_spaces(now) if _may_manage(actor, space)]


async def managed_space(actor: Actor, slug: str, now: datetime) -> SpaceCard:
    """The space with this name in its address, for who may change it. Raises NotFound for everybody else."""
    space = await space_by_slug(slug, now)
    if space is None:
        raise NotFound
    demand_managed(actor, space)
    return space


def demand_managed(actor: Actor, space: SpaceCard) -> None:
    """Raises NotFound unless the actor may change the space; ScopeMissing where only the token keeps him from it."""
    if not actor.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
    if not _may_manage(actor, space):
        raise NotFound


def _may_manage(actor: Actor, space: SpaceCard) -> bool:
    return actor.may(Action.MANAGE_SPACE, operator=space.operator.id, space=space.id)
