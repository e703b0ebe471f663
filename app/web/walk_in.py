"""Somebody comes in without a booking: a name and one button, with the first free desk chosen already."""

from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import find_people, guest
from app.bookings.walk_in import Vacancy, vacancies, walk_in
from app.identity.authentication import Visitor
from app.identity.rules import usable_name
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import label
from app.kernel.refusals import Conflict, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.house_rules import edition_to_accept
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.desk_bookings import accepted_edition, errors_of, municipality_name
from app.web.forms import checked_id, done_once
from app.web.front_desk import desk_space, single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import agreed_in, changed_price

_LONGEST_NAME = 120


class NoLongerFree(Conflict):
    """The desk that was chosen has been taken meanwhile, or the space has closed."""

    code = "no_longer_free"
    text = marked("Dieser Platz ist nicht mehr frei. In der Liste stehen die, die es noch sind.")


@get("/theke/{slug:str}/gast")
async def walk_in_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await desk_space(slug, visitor), single(request))


@post("/theke/{slug:str}/gast")
async def walk_in_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Who is known by such a name is asked for first; else the name is entered, booked and there."""
    space, actor = await desk_space(slug, visitor), visitor.signed_in
    who: str | int = " ".join(data.get("name", "").split())[:_LONGEST_NAME]
    try:
        if data.get("person"):
            who = (await guest(actor, checked_id(data["person"]), visitor.now, str(who))).id
        else:
            usable_name(str(who))
            known = [] if data.get("neu") == "ja" else await find_people(actor, str(who), visitor.now)
            if known:
                return await _show(request, visitor, pages, space, data, known=known)
        where = await _chosen(space, data, visitor)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, space, data, refusal)

    async def enter() -> str:
        entered = await walk_in(
            actor, space, who, where, visitor.now, accepted_edition(data), agreed_price=agreed_in(data)
        )
        return entered.public_id

    done = await done_once(actor.person, "walk-in", data, visitor.now, enter)
    if isinstance(done, NotFound):
        raise done
    if isinstance(done, Refusal):
        return await _show(request, visitor, pages, space, data, done)
    return go(f"/theke/{slug}?getan=eingetragen#b-{done}")


async def _chosen(space: SpaceCard, data: Mapping[str, str], visitor: Visitor) -> Vacancy:
    wanted = data.get("was", "")
    for each in await _vacancies(space, visitor):
        if each.resource.public_id == wanted:
            return each
    raise NoLongerFree(field="was")


async def _vacancies(space: SpaceCard, visitor: Visitor) -> list[Vacancy]:
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    today = local_day(visitor.now, clock.zone)
    return await vacancies(space, (await hours_of([clock], today, today))[space.id], visitor.now)


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    data: Mapping[str, str],
    refusal: Refusal | None = None,
    known: Sequence[Any] = (),
) -> Response[str]:
    say = visitor.speaker
    until = marked("{place}, frei bis {until}")
    free = await _vacancies(space, visitor)
    rules = await edition_to_accept(space.id, None, visitor.now)
    context = {
        "space": space,
        "typed": {name: data.get(name, "")[:_LONGEST_NAME] for name in ("name", "was", "person", "neu")},
        "due": changed_price(refusal),
        "desks": [
            (
                each.resource.public_id,
                say.say(
                    until,
                    place=label(each.resource.kind, each.resource.name),
                    until=each.period.ends_at.astimezone(ZoneInfo(space.time_zone)).time(),
                ),
            )
            for each in free
        ],
        "known": [(person, municipality_name(person.municipality)) for person in known],
        "house_rules": rules,
        "rules_ticked": rules is not None and accepted_edition(data) == rules.edition,
        "errors": errors_of(refusal, visitor) if refusal else {},
        "accepted": "ja" if data.get("hausordnung") == "ja" else "",
        "key": data.get("schluessel", "") or token_urlsafe(16),
    }
    status = status_of(refusal) if refusal else 409 if known else 200
    return await pages.show(request, visitor, "front_desk/walk_in.html", context, status=status)


HANDLERS = [walk_in_page, walk_in_form]
