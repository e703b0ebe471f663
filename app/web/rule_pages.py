"""An operator's rules for booking: what holds, said for a kind or for one resource."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.rules_said import in_words
from app.identity.authentication import Visitor
from app.inventory.booking_rules import OutsideHours
from app.inventory.queries import ResourceCard, resources_of
from app.inventory.rule_setting import (
    RulesChangedMeanwhile,
    RulesFor,
    StatedRules,
    drop_rules,
    holding_for,
    set_rules,
    stated_for,
    stated_rules,
    wrong_with,
)
from app.inventory.rules import KIND_NAMES, KIND_PLURALS, Kind, label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.grouping import GroupCard, groups_at
from app.network.queries import SpaceCard, the_network
from app.platform.language import Speaker
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.rule_form import (
    GRID_NAMES,
    OUTSIDE_NAMES,
    WHO_NAMES,
    group_field,
    in_order,
    read_rules,
    typed_of,
    unfolded,
)

NOTICES = {
    "regeln": marked("Die Regeln gelten ab sofort für neue Buchungen."),
    "ohne": marked("Die Regeln sind aufgehoben."),
}


@dataclass(frozen=True, slots=True)
class RulesRow:
    """A kind or a resource with its own rules in words; without any those of its kind hold."""

    name: str
    url: str
    said: tuple[str, ...] | None


@get("/betrieb/{slug:str}/regeln")
async def rules_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    resources = await resources_of(space.id)
    said = await stated_rules(space.id)
    names = {group.id: group.name for group in await groups_at(space.operator.id)}
    words = {(one.kind, one.resource): in_words(one.rules, names, visitor.speaker) for one in said}
    kinds = []
    for kind in [each for each in Kind if any(resource.kind is each for resource in resources)]:
        own = [
            RulesRow(_resource_name(resource, visitor), _url(space, resource.public_id), words.get((kind, resource.id)))
            for resource in resources
            if resource.kind is kind
        ]
        row = RulesRow(visitor.speaker.gettext(KIND_PLURALS[kind]), _url(space, kind), words.get((kind, None)))
        kinds.append((row, [each for each in own if each.said is not None], [e for e in own if e.said is None]))
    context = {"space": space, "kinds": kinds, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "operator/rules.html", context)


def _url(space: SpaceCard, what: str) -> str:
    return f"/betrieb/{space.slug}/regeln/{what}"


def _resource_name(resource: ResourceCard, visitor: Visitor) -> str:
    return visitor.speaker.word(label(resource.kind, resource.name))


async def rules_target(space: SpaceCard, what: str) -> RulesFor:
    """A kind that the space has, or one of its resources by its public id. Raises NotFound."""
    resources = await resources_of(space.id)
    if what in set(Kind):
        if not any(resource.kind == what for resource in resources):
            raise NotFound
        return RulesFor(space, Kind(what))
    resource = next((each for each in resources if each.public_id == what), None)
    if resource is None:
        raise NotFound
    return RulesFor(space, resource.kind, resource)


@get("/betrieb/{slug:str}/regeln/{what:str}")
async def rules_form(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    target = await rules_target(await operators_space(slug, visitor), what)
    groups = await groups_at(target.space.operator.id)
    typed = typed_of(holding_for(target, await stated_rules(target.space.id)), groups)
    context = await _form(target, typed, groups, visitor)
    return await pages.show(request, visitor, "operator/rules_form.html", context | {"errors": NO_ERRORS})


async def _form(
    target: RulesFor,
    typed: Mapping[str, str],
    groups: list[GroupCard],
    visitor: Visitor,
    refused: Sequence[Refusal] = (),
) -> dict[str, Any]:
    say, stated = visitor.speaker, await stated_for(target)
    return {
        "space": target.space,
        "what": target.resource.public_id if target.resource else target.kind.value,
        "name": _resource_name(target.resource, visitor) if target.resource else say.gettext(KIND_NAMES[target.kind]),
        "is_kind": target.resource is None,
        "typed": typed,
        "unfolded": unfolded(typed, {refusal.field or "" for refusal in refused}, groups),
        "version": stated.version if stated else 0,
        "stands": _words(stated, groups, visitor),
        "grids": [(value, say.gettext(text)) for value, text in GRID_NAMES.items()],
        "whos": [(who.value, say.gettext(text)) for who, text in WHO_NAMES.items()],
        "outsides": await _outsides(typed, say),
        "groups": [(group_field(group), group.name) for group in groups],
    }


async def _outsides(typed: Mapping[str, str], say: Speaker) -> list[tuple[str, str]]:
    """Where nothing is charged nobody has a plan, so there is none to ask for; what is chosen stays among them."""
    network = await the_network()
    is_charged = network is not None and network.charges
    return [
        (outside.value, say.gettext(text))
        for outside, text in OUTSIDE_NAMES.items()
        if is_charged or outside is not OutsideHours.MEMBERSHIPS or typed["outside_hours"] == outside
    ]


def _words(stated: StatedRules | None, groups: list[GroupCard], visitor: Visitor) -> tuple[str, ...] | None:
    if stated is None:
        return None
    return in_words(stated.rules, {group.id: group.name for group in groups}, visitor.speaker)


@post("/betrieb/{slug:str}/regeln/{what:str}")
async def save_rules(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Sets the rules, or shows the form again with what is wrong; a stale one beside what holds now."""
    target = await rules_target(await operators_space(slug, visitor), what)
    groups = await groups_at(target.space.operator.id)
    wanted, refused = read_rules(data, groups)
    refused += [one for one in wrong_with(wanted, {group.id: group for group in groups}) if _is_new(one, refused)]
    if not refused:
        try:
            await set_rules(visitor.signed_in, target, wanted, _version(data), visitor.now)
            return go(f"/betrieb/{slug}/regeln?getan=regeln")
        except RulesChangedMeanwhile as refusal:
            refused = [refusal]
    context = await _form(target, data, groups, visitor, refused)
    return await show_again(request, visitor, pages, "operator/rules_form.html", context, in_order(refused))


def _is_new(refusal: Refusal, refused: list[Refusal]) -> bool:
    return refusal.field not in {each.field for each in refused}


def _version(data: Mapping[str, str]) -> int:
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


@post("/betrieb/{slug:str}/regeln/{what:str}/aufheben")
async def lift_rules(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    target = await rules_target(await operators_space(slug, visitor), what)
    try:
        await drop_rules(visitor.signed_in, target, _version(data), visitor.now)
    except RulesChangedMeanwhile as refusal:
        groups = await groups_at(target.space.operator.id)
        typed = typed_of(holding_for(target, await stated_rules(target.space.id)), groups)
        context = await _form(target, typed, groups, visitor)
        return await show_again(request, visitor, pages, "operator/rules_form.html", context, [refusal])
    return go(f"/betrieb/{slug}/regeln?getan=ohne")


HANDLERS = [rules_page, rules_form, save_rules, lift_rules]
