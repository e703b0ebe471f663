"""What operators look after: their spaces, and from there rules, blockers, links, groups and organisations."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.evening import is_wanted
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.blockers import blockers_at
from app.inventory.publishing import steps_of
from app.inventory.space_counts import counts_of
from app.kernel.refusals import NotFound, marked
from app.network.bars import bars_of_operator
from app.network.charging import operator_charges
from app.network.evening_mail import evening_settings
from app.network.managing import managed_operator, managed_space, managed_spaces
from app.network.queries import OperatorCard, SpaceCard, operators
from app.notifications.webhooks import endpoints_of
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
    """All that belongs to a space, with how much of it there is and what is missing."""
    space = await operators_space(slug, visitor)
    missing = [step for step in await steps_of(space) if not step.is_there]
    evening = (await evening_settings([space.id])).get(space.id)
    context = {
        "space": space,
        "has_others": len(await managed_spaces(visitor.signed_in)) > 1,
        "counts": await counts_of(space, visitor.now),
        "blockers": len(await blockers_at(space.id, ZoneInfo(space.time_zone), visitor.now)),
        "missing": {step.section for step in missing},
        "needed": {step.section for step in missing if step.is_needed},
        "sends_evening_mail": await is_wanted(space.id, evening),
    }
    return await pages.show(request, visitor, "operator/space.html", context)


@get("/betreiber/{slug:str}")
async def operator_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The operator as a whole: its spaces, and what belongs to all of them."""
    operator = await managed_operator_of(slug, visitor)
    bars = [
        bar for bar in await bars_of_operator(visitor.signed_in, operator.id, visitor.now) if bar.stands(visitor.now)
    ]
    context = {
        "operator": operator,
        "spaces": await spaces_of(operator, visitor),
        "objections": sum(bar.waits_for_answer(visitor.now) for bar in bars),
        "counts": {"hausverbote": len(bars), "webhooks": len(await endpoints_of(operator.id))},
        "has_prices": await operator_charges(operator.id),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "operator/operator.html", context)


HANDLERS = [operator_page, choose_managed, managed_page]
