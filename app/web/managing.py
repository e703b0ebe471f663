"""What operators look after: their spaces, and from there rules, blockers, links, groups and organisations."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, marked
from app.network.managing import managed_operator, managed_space, managed_spaces
from app.network.queries import OperatorCard, SpaceCard, operators
from app.web.forms import notice
from app.web.pages import PageRequest, Pages, go

NOTICES = {
    "aufgegeben": marked(
        "Der Standort ist aufgegeben. Wer gebucht hatte, hat eine E-Mail bekommen, soweit eine Adresse bekannt ist."
    ),
}


async def operators_space(slug: str, visitor: Visitor) -> SpaceCard:
    """The space that the visitor manages. For everybody else it has no such page: raises NotFound."""
    return await managed_space(visitor.signed_in, slug)


async def managed_operator_of(slug: str, visitor: Visitor) -> OperatorCard:
    """The operator that the visitor manages. For everybody else it has no such page: raises NotFound."""
    return await managed_operator(visitor.signed_in, slug)


async def spaces_of(operator: OperatorCard, visitor: Visitor) -> list[SpaceCard]:
    """The operator's spaces that the visitor manages, published or not, by name."""
    return [space for space in await managed_spaces(visitor.signed_in) if space.operator.id == operator.id]


@get("/betrieb")
async def choose_managed(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """The spaces that the visitor manages; with one there is nothing to choose, and without one it is set up."""
    if not visitor.signed_in.reach(Action.MANAGE_SPACE):
        raise NotFound
    spaces = await managed_spaces(visitor.signed_in)
    if len(spaces) == 1:
        return go(f"/betrieb/{spaces[0].slug}")
    actor = visitor.signed_in
    managed = [each for each in await operators() if actor.may(Action.MANAGE_OPERATOR, operator=each.id)]
    if not spaces and len(managed) == 1:
        return go(f"/betreiber/{managed[0].slug}/einrichten")
    return await pages.show(request, visitor, "operator/spaces.html", {"spaces": spaces, "operators": managed})


@get("/betrieb/{slug:str}")
async def managed_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    has_others = len(await managed_spaces(visitor.signed_in)) > 1
    return await pages.show(request, visitor, "operator/space.html", {"space": space, "has_others": has_others})


@get("/betreiber/{slug:str}")
async def operator_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The operator as a whole: its spaces, and what belongs to all of them."""
    operator = await managed_operator_of(slug, visitor)
    context = {"operator": operator, "spaces": await spaces_of(operator, visitor), "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "operator/operator.html", context)


HANDLERS = [operator_page, choose_managed, managed_page]
