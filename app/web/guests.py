"""People at the front desk: found, entered, given an address, two records made one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, find_people, guest
from app.bookings.regulars import people_at
from app.identity.authentication import Visitor
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link
from app.identity.merging import HasOwnAccount, SameRecord, merge_people
from app.identity.operations import EmailTaken, NewPerson
from app.identity.records import confirm_record, enter_person, give_email
from app.identity.rules import Action, usable_email, usable_language, usable_name, usable_phone
from app.kernel.refusals import BadInput, NotFound, Refusal
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.platform.settings import Settings
from app.web.account import LANGUAGE_NAMES
from app.web.desk_bookings import municipality_name, show_guest
from app.web.forms import NO_ERRORS, refusals_of, show_again
from app.web.front_desk import desk_space, single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.sign_in import enter
from app.web.sign_up import link_ended

_LONGEST_QUERY = 120


@get("/theke/{slug:str}/leute")
async def people_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Whoever is looked for; without a search those who book here."""
    space, query = await desk_space(slug, visitor), single(request)
    said = query.get("wer", "").strip()[:_LONGEST_QUERY]
    try:
        found = await find_people(visitor.signed_in, said, visitor.now) if said else []
    except TooMany as refusal:
        context = _found(space, said, [])
        return await show_again(request, visitor, pages, "front_desk/people.html", context, [refusal])
    context = _found(space, said, found)
    if not said:
        context |= await _regulars(space, query.get("seite", ""), visitor)
    return await pages.show(request, visitor, "front_desk/people.html", context)


async def _regulars(space: SpaceCard, page: str, visitor: Visitor) -> dict[str, Any]:
    number = int(page) if page.isascii() and page.isdigit() and 1 <= len(page) <= 3 else 1
    people, has_more = await people_at(space, visitor.now, max(number, 1))
    zone = ZoneInfo(space.time_zone)
    return {
        "regulars": [
            (
                each,
                local_day(each.last_visit, zone) if each.last_visit else None,
                local_day(each.next_visit, zone) if each.next_visit else None,
            )
            for each in people
        ],
        "next_url": f"/theke/{space.slug}/leute?seite={number + 1}" if has_more else "",
        "first_url": f"/theke/{space.slug}/leute" if number > 1 else "",
    }


def _found(space: SpaceCard, said: str, found: list[Guest]) -> dict[str, Any]:
    typed = {"phone": said} if said[:1] in "+0123456789" else {"email": said} if "@" in said else {"name": said}
    return {
        "space": space,
        "said": said,
        "found": [(person, municipality_name(person.municipality)) for person in found],
        "new_url": f"/theke/{space.slug}/leute/neu?{urlencode(typed)}" if said else f"/theke/{space.slug}/leute/neu",
        "errors": NO_ERRORS,
    }


@get("/theke/{slug:str}/leute/neu")
async def new_person_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = _new_person(await desk_space(slug, visitor), single(request)) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "front_desk/new_person.html", context)


@post("/theke/{slug:str}/leute/neu")
async def new_person_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Enters the person, unless the number or address is known: then it asks whether this is the one."""
    space, actor = await desk_space(slug, visitor), visitor.signed_in
    fields = {name: data.get(name, "").strip() for name in ("name", "phone", "email", "language")}
    context = _new_person(space, fields | _wish(data))
    template = "front_desk/new_person.html"
    refusals: list[Refusal] = refusals_of(
        lambda: usable_name(fields["name"]),
        lambda: usable_phone(fields["phone"]) if fields["phone"] else None,
        lambda: usable_email(fields["email"]) if fields["email"] else None,
        lambda: usable_language(fields["language"] or "de"),
    )
    if refusals:
        return await show_again(request, visitor, pages, template, context, refusals)
    try:
        known = await _known(visitor, fields)
        if known and "trotzdem" not in data:
            context |= {"known": known, "errors": NO_ERRORS}
            return await pages.show(request, visitor, template, context, status=409)
        at_desk = not actor.reach(Action.BOOK_FOR_OTHERS).everywhere
        newcomer = NewPerson(
            fields["name"],
            fields["email"] or None,
            fields["phone"] or None,
            space.operator.id if at_desk else None,
            space.id if at_desk else None,
            fields["language"] or "de",
        )
        person = await enter_person(actor, newcomer, visitor.now, key=settings.signing_key, address=visitor.address)
    except (EmailTaken, TooMany) as refusal:
        return await show_again(request, visitor, pages, template, context, [refusal])
    return go(f"/theke/{slug}/leute/{person.public_id}?{urlencode({'getan': 'neu', **_wish(data)})}")


def _new_person(space: SpaceCard, fields: Mapping[str, str]) -> dict[str, Any]:
    typed = {name: fields.get(name, "")[:_LONGEST_QUERY] for name in ("name", "phone", "email", "language")}
    return {
        "space": space,
        "typed": typed,
        "wish": _wish(fields),
        "languages": list(LANGUAGE_NAMES.items()),
        "known": [],
    }


def _wish(fields: Mapping[str, str]) -> dict[str, str]:
    """When and where the person shall be booked afterwards, as the form to book for somebody calls it."""
    return {name: fields[name][:40] for name in ("tag", "zeit", "von", "bis", "was") if fields.get(name)}


async def _known(visitor: Visitor, fields: Mapping[str, str]) -> list[tuple[Guest, str]]:
    """Who has this number or address already, each with what was said of him."""
    return [
        (person, said)
        for said in (fields["phone"], fields["email"])
        if said
        for person in await find_people(visitor.signed_in, said, visitor.now)
    ]


@get("/theke/{slug:str}/leute/{person:str}")
async def person_page(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    query = single(request)
    whom = await guest(visitor.signed_in, person, visitor.now, query.get("wer", ""))
    if whom.public_id != person:
        return go(f"/theke/{slug}/leute/{whom.public_id}")
    return await show_guest(request, visitor, pages, space, whom, query)


@post("/theke/{slug:str}/leute/{person:str}/email")
async def email_form(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Mails a link to the address; it belongs to the record when its owner has used it."""
    space, actor = await desk_space(slug, visitor), visitor.signed_in
    whom = await guest(actor, person, visitor.now)
    try:
        await give_email(
            actor,
            whom.id,
            data.get("email", ""),
            visitor.now,
            key=settings.signing_key,
            address=visitor.address,
        )
    except (BadInput, TooMany) as refusal:
        errors = {"email": visitor.speaker.refusal(refusal)}
        typed = {"email": data.get("email", "")}
        return await show_guest(request, visitor, pages, space, whom, typed, errors=errors, status=status_of(refusal))
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=email")


@get("/theke/{slug:str}/leute/{person:str}/zusammenfuehren")
async def choose_other(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """First the search for the other record, then both side by side with the button."""
    space, actor = await desk_space(slug, visitor), visitor.signed_in
    kept = await _mergeable(visitor, person)
    query = single(request)
    said = query.get("wer", kept.name).strip()[:_LONGEST_QUERY]
    other = await _mergeable(visitor, query["anderer"]) if query.get("anderer") else None
    found = [] if other else [each for each in await find_people(actor, said, visitor.now) if each.may_merge]
    context = {
        "space": space,
        "kept": kept,
        "other": other,
        "said": said,
        "found": [(each, municipality_name(each.municipality)) for each in found if each.id != kept.id],
        "errors": NO_ERRORS,
    }
    return await pages.show(request, visitor, "front_desk/merge.html", context)


@post("/theke/{slug:str}/leute/{person:str}/zusammenfuehren")
async def merge_form(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    kept, other = await _mergeable(visitor, person), await _mergeable(visitor, data.get("anderer", ""))
    try:
        await merge_people(visitor.signed_in, kept.id, other.id, visitor.now)
    except (HasOwnAccount, SameRecord) as refusal:
        context = {"space": space, "kept": kept, "other": other, "said": "", "found": []}
        return await show_again(request, visitor, pages, "front_desk/merge.html", context, [refusal])
    return go(f"/theke/{slug}/leute/{kept.public_id}?getan=zusammengefuehrt")


async def _mergeable(visitor: Visitor, public_id: str) -> Guest:
    """A person in reach whose record the visitor may merge with another one. Raises NotFound."""
    person = await guest(visitor.signed_in, public_id, visitor.now)
    if not person.may_merge:
        raise NotFound
    return person


@get("/eintrag-bestaetigen")
async def confirm_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Where the link leads that staff had mailed."""
    token = single(request).get("token", "")
    try:
        link = await demand_link(token, Purpose.CONFIRM_EMAIL, visitor.now)
        if link["person"] is None:
            raise LinkNoLongerWorks
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/registrieren")
    context = {"token": token, "email": link["email"]}
    return await pages.show(request, visitor, "account/confirm_record.html", context)


@post("/eintrag-bestaetigen")
async def confirm_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Signs in whoever had no account; somebody with an account signs in as always."""
    try:
        joined = await confirm_record(data.get("token", ""), visitor.now)
    except (LinkNoLongerWorks, EmailTaken) as refusal:
        return await link_ended(request, visitor, pages, refusal, "/registrieren")
    if joined.is_new:
        return await enter(request, visitor, pages, joined.actor, "/woche")
    return go("/anmelden?getan=zusammengefuehrt&weiter=%2Fwoche")


HANDLERS = [
    people_page,
    new_person_page,
    new_person_form,
    person_page,
    email_form,
    choose_other,
    merge_form,
    confirm_page,
    confirm_form,
]
