"""Groups and organisations of an operator, and the people in them, found as the front desk finds them."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, find_people, guest
from app.bookings.organisations import change_responsible
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.grouping import (
    GroupCard,
    add_to_group,
    group_at,
    groups_at,
    make_group,
    make_organisation,
    organisation_at,
    organisations_at,
    people_in,
    retire_group,
    retire_organisation,
    take_from_group,
)
from app.network.groups import OrganisationCard
from app.network.queries import SpaceCard
from app.platform.rate_limits import TooMany
from app.web.desk_bookings import municipality_name
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

_LONGEST_QUERY = 120
NOTICES = {
    "gruppe": marked("Die Gruppe ist angelegt."),
    "dabei": marked("Die Person gehört jetzt dazu."),
    "raus": marked("Die Person gehört nicht mehr dazu."),
    "aufgeloest": marked("Aufgelöst. Was gebucht ist, bleibt gebucht."),
    "verein": marked("Der Verein ist eingetragen."),
    "verantwortlich": marked("Die Person ist jetzt verantwortlich, auch für das, was schon gebucht ist."),
}


@get("/betrieb/{slug:str}/gruppen")
async def groups_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    context = await _groups(request, space, {}) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/groups.html", context)


async def _groups(request: PageRequest, space: SpaceCard, typed: dict[str, str]) -> dict[str, Any]:
    groups = await groups_at(space.operator.id)
    return {
        "space": space,
        "groups": groups,
        "has_own_members": any(group.are_own_members for group in groups),
        "typed": typed,
        "notice": notice(request, NOTICES),
    }


@post("/betrieb/{slug:str}/gruppen")
async def new_group(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    own = data.get("own_members") == "ja"
    try:
        group = await make_group(
            visitor.signed_in, space.operator.id, data.get("name", ""), visitor.now, own_members=own
        )
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _groups(request, space, {"name": data.get("name", "")[:200], "own": "ja" if own else ""})
        return await show_again(request, visitor, pages, "operator/groups.html", context, [refusal])
    return go(f"/betrieb/{slug}/gruppen/{group.public_id}?getan=gruppe")


@get("/betrieb/{slug:str}/gruppen/{group_id:str}")
async def group_page(
    request: PageRequest,
    slug: FromPath[str],
    group_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    group = await group_at(space.operator.id, checked_id(group_id))
    members = await people(await people_in(group.id))
    context = {
        "space": space,
        "group": group,
        "members": sorted(members.values(), key=lambda person: person.name),
        "notice": notice(request, NOTICES),
    }
    return await _with_found(request, visitor, pages, "operator/group.html", context)


async def _with_found(
    request: PageRequest, visitor: Visitor, pages: Pages, template: str, context: dict[str, Any]
) -> Response[str]:
    """The page with whom the search in its address finds."""
    said = single(request).get("wer", "").strip()[:_LONGEST_QUERY]
    context |= {"said": said, "found": []}
    try:
        found = await find_people(visitor.signed_in, said, visitor.now) if said else []
    except TooMany as refusal:
        return await show_again(request, visitor, pages, template, context, [refusal])
    context |= {"found": [(person, municipality_name(person.municipality)) for person in found], "errors": NO_ERRORS}
    return await pages.show(request, visitor, template, context)


async def _person(data: dict[str, str], visitor: Visitor) -> Guest:
    """The person whom the form names, within reach or by exactly what was said."""
    return await guest(visitor.signed_in, checked_id(data.get("person", "")), visitor.now, data.get("wer", ""))


async def _group(slug: str, group_id: str, visitor: Visitor) -> GroupCard:
    space = await operators_space(slug, visitor)
    return await group_at(space.operator.id, checked_id(group_id))


@post("/betrieb/{slug:str}/gruppen/{group_id:str}/leute")
async def join_group(
    slug: FromPath[str], group_id: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    group = await _group(slug, group_id, visitor)
    await add_to_group(visitor.signed_in, group, (await _person(data, visitor)).id, visitor.now)
    return go(f"/betrieb/{slug}/gruppen/{group_id}?getan=dabei")


@post("/betrieb/{slug:str}/gruppen/{group_id:str}/leute/{person:str}/entfernen")
async def leave_group(
    slug: FromPath[str], group_id: FromPath[str], person: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    group = await _group(slug, group_id, visitor)
    members = await people(await people_in(group.id))
    found = next((key for key, member in members.items() if member.public_id == person), None)
    if found is None:
        raise NotFound
    await take_from_group(visitor.signed_in, group, found, visitor.now)
    return go(f"/betrieb/{slug}/gruppen/{group_id}?getan=raus")


@post("/betrieb/{slug:str}/gruppen/{group_id:str}/aufloesen")
async def end_group(slug: FromPath[str], group_id: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await retire_group(visitor.signed_in, await _group(slug, group_id, visitor), visitor.now)
    return go(f"/betrieb/{slug}/gruppen?getan=aufgeloest")


@get("/betrieb/{slug:str}/vereine")
async def organisations_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The organisations, and with a search in the address whom a new one may have as its responsible person."""
    space = await operators_space(slug, visitor)
    context = await _organisations(request, space) | {"typed": single(request).get("name", "")[:200]}
    return await _with_found(request, visitor, pages, "operator/organisations.html", context)


async def _organisations(request: PageRequest, space: SpaceCard) -> dict[str, Any]:
    organisations = await organisations_at(space.operator.id)
    known = await people({organisation.responsible for organisation in organisations})
    rows = [(each, known[each.responsible].name if each.responsible in known else "") for each in organisations]
    return {"space": space, "organisations": rows, "notice": notice(request, NOTICES)}


@post("/betrieb/{slug:str}/vereine")
async def new_organisation(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    person = await _person(data, visitor)
    try:
        made = await make_organisation(
            visitor.signed_in, space.operator.id, data.get("name", ""), person.id, visitor.now
        )
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _organisations(request, space) | {
            "typed": data.get("name", "")[:200],
            "said": data.get("wer", "")[:_LONGEST_QUERY],
            "found": [(person, municipality_name(person.municipality))],
        }
        return await show_again(request, visitor, pages, "operator/organisations.html", context, [refusal])
    return go(f"/betrieb/{slug}/vereine/{made.public_id}?getan=verein")


async def _organisation(slug: str, organisation_id: str, visitor: Visitor) -> OrganisationCard:
    space = await operators_space(slug, visitor)
    return await organisation_at(space.operator.id, checked_id(organisation_id))


@get("/betrieb/{slug:str}/vereine/{organisation_id:str}")
async def organisation_page(
    request: PageRequest,
    slug: FromPath[str],
    organisation_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    organisation = await organisation_at(space.operator.id, checked_id(organisation_id))
    known = await people([organisation.responsible])
    context = {
        "space": space,
        "organisation": organisation,
        "responsible": known[organisation.responsible].name,
        "notice": notice(request, NOTICES),
    }
    return await _with_found(request, visitor, pages, "operator/organisation.html", context)


@post("/betrieb/{slug:str}/vereine/{organisation_id:str}/verantwortlich")
async def new_responsible(
    slug: FromPath[str], organisation_id: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    organisation = await _organisation(slug, organisation_id, visitor)
    person = await _person(data, visitor)
    await change_responsible(visitor.signed_in, organisation.public_id, person.id, visitor.now)
    return go(f"/betrieb/{slug}/vereine/{organisation_id}?getan=verantwortlich")


@post("/betrieb/{slug:str}/vereine/{organisation_id:str}/aufloesen")
async def end_organisation(
    slug: FromPath[str], organisation_id: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    organisation = await _organisation(slug, organisation_id, visitor)
    await retire_organisation(visitor.signed_in, organisation, visitor.now)
    return go(f"/betrieb/{slug}/vereine?getan=aufgeloest")


HANDLERS = [
    groups_page,
    new_group,
    group_page,
    join_group,
    leave_group,
    end_group,
    organisations_page,
    new_organisation,
    organisation_page,
    new_responsible,
    end_organisation,
]
