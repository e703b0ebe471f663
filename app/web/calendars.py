"""Calendar addresses: what there is, making, renewing and ending one.

A new address stands in the answer to the form and nowhere else, so that it is in no log, no history and no Referer.
"""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.calendars.operations import CreateFeed, create_feed, revoke_feed, rotate_feed
from app.calendars.queries import FeedCard, feed_of, feeds_of
from app.calendars.subscriptions import FeedKind
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.inventory.queries import resources_of
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal
from app.network.queries import SpaceCard, spaces_of_all
from app.platform.problems import status_of
from app.teams.queries import teams_of
from app.web.feed_view import feed_line, feed_lines, is_only_here, new_address
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

_PAGE = "/kalender"

WHOLE_SPACE = "alle"
"""Stands in the form's list of resources for all of them; no public id is that short."""


@get("/kalender")
async def feeds_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, request.query_params.get("standort", ""))


@post("/kalender")
async def make_feed(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str]:
    """Makes the address of the own bookings or, as staff, of the time taken at a space or of one resource there."""
    actor = visitor.allowed(Action.MANAGE_OWN_FEEDS)
    try:
        feed, token = await create_feed(actor, _wanted(data), visitor.now)
    except Refusal as refusal:
        return await _show(request, visitor, pages, data.get("standort", ""), refusal)
    return await _show_address(request, visitor, pages, feed, token)


@post("/kalender/{public_id:str}/erneuern")
async def renew_feed(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    feed, token = await rotate_feed(visitor.allowed(Action.MANAGE_OWN_FEEDS), public_id, visitor.now)
    return await _show_address(request, visitor, pages, feed, token)


@get("/kalender/{public_id:str}/loeschen")
async def ask_to_end(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    feed = await feed_of(visitor.allowed(Action.MANAGE_OWN_FEEDS), public_id)
    if feed is None:
        raise NotFound
    return await pages.show(request, visitor, "calendars/end.html", {"feed": feed_line(feed, visitor)})


@post("/kalender/{public_id:str}/loeschen")
async def end_feed(public_id: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await revoke_feed(visitor.allowed(Action.MANAGE_OWN_FEEDS), public_id, visitor.now)
    return go(f"{_PAGE}?geloescht=1")


def _wanted(data: dict[str, str]) -> CreateFeed:
    resource = data.get("platz", WHOLE_SPACE)
    if resource != WHOLE_SPACE:
        return CreateFeed(FeedKind.RESOURCE, resource)
    if team := data.get("team"):
        return CreateFeed(FeedKind.TEAM, team)
    if space := data.get("standort"):
        return CreateFeed(FeedKind.SPACE, space)
    return CreateFeed(FeedKind.PERSON)


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, slug: str, refusal: Refusal | None = None
) -> Response[str]:
    actor = visitor.allowed(Action.MANAGE_OWN_FEEDS)
    feeds, spaces = await feeds_of(actor), await _spaces_of(actor)
    chosen = next((space for space in spaces if space.slug == slug), spaces[0] if len(spaces) == 1 else None)
    context = {
        "feeds": feed_lines(feeds, visitor),
        "has_own": any(feed.subject.kind is FeedKind.PERSON for feed in feeds),
        "spaces": [(space.slug, space.name) for space in spaces],
        "chosen": chosen,
        "resources": await _resources(chosen, visitor) if chosen else [],
        "whole_space": WHOLE_SPACE,
        "teams": [(team.public_id, team.name) for team in await teams_of(actor.person)],
        "errors": _errors(refusal, chosen, visitor) if refusal else {},
        "is_deleted": "geloescht" in request.query_params,
        "is_only_here": is_only_here(pages.settings.address),
        "site_address": pages.settings.address,
    }
    return await pages.show(
        request, visitor, "calendars/list.html", context, status=status_of(refusal) if refusal else 200
    )


async def _show_address(
    request: PageRequest, visitor: Visitor, pages: Pages, feed: FeedCard, token: str
) -> Response[str]:
    context = {
        "address": new_address(feed, token, pages.settings.address, visitor),
        "is_renewed": feed.rotated_at is not None,
        "is_own": feed.subject.kind is FeedKind.PERSON,
        "site_address": pages.settings.address,
        "here": _PAGE,
    }
    return await pages.show(request, visitor, "calendars/address.html", context)


async def _spaces_of(actor: Actor) -> Sequence[SpaceCard]:
    """The spaces whose feeds the actor looks after."""
    if not actor.reach(Action.MANAGE_SPACE_FEEDS):
        return []
    return [
        space
        for space in await spaces_of_all()
        if actor.may(Action.MANAGE_SPACE_FEEDS, operator=space.operator.id, space=space.id)
    ]


async def _resources(space: SpaceCard, visitor: Visitor) -> list[tuple[str, str]]:
    say = visitor.speaker
    return [(each.public_id, say.word(label(each.kind, each.name))) for each in await resources_of(space.id)]


def _errors(refusal: Refusal, chosen: SpaceCard | None, visitor: Visitor) -> dict[str, str]:
    """The refusal by the field that it belongs to; the empty one where there is none."""
    field = "platz" if isinstance(refusal, NotFound) and chosen else ""
    return {field: visitor.speaker.refusal(refusal)}


HANDLERS = [feeds_page, make_feed, renew_feed, ask_to_end, end_feed]
