"""Spaces whose occupancy somebody sees: an operator's accountants and managers, and who administers the network."""

from app.identity.rules import Action, Actor, Scope, ScopeMissing
from app.kernel.refusals import NotFound
from app.network.managing import managed_operator
from app.network.queries import OperatorCard, SpaceCard, any_space, spaces_of_all


async def spaces_seen(actor: Actor) -> list[SpaceCard]:
    """All of them, published or not, by name."""
    return [space for space in await spaces_of_all() if _sees(actor, space)]


async def space_seen(actor: Actor, slug: str) -> SpaceCard:
    """The space with this name in its address. Raises NotFound; ScopeMissing where only the token keeps him from it."""
    space = await any_space(slug)
    if not actor.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
    if space is None or not _sees(actor, space):
        raise NotFound
    return space


async def operator_seen(actor: Actor, slug: str) -> tuple[OperatorCard, list[SpaceCard]]:
    """The operator with this name in its address, and its spaces. Raises NotFound."""
    operator = await managed_operator(actor, slug, Action.SEE_OCCUPANCY)
    return operator, [space for space in await spaces_seen(actor) if space.operator.id == operator.id]


def _sees(actor: Actor, space: SpaceCard) -> bool:
    return actor.may(Action.SEE_OCCUPANCY, operator=space.operator.id, space=space.id)
