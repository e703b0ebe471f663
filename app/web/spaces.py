"""A space's own page."""

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.lowest_prices import lowest_at
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.identity.authentication import Visitor
from app.inventory.queries import resource_photos_of
from app.inventory.rules import KIND_NAMES, Kind, label
from app.kernel.refusals import NotFound
from app.network.first_visit import card_text, first_visit_of
from app.network.gazetteer import gazetteer
from app.network.house_rules import house_rules_of
from app.network.queries import SpaceCard, photos_of, published_space, space_by_slug
from app.web.fact_items import space_facts
from app.web.pages import PageRequest, Pages
from app.web.paying_view import lowest_texts
from app.web.search_form import default_day, empty_search, read_when, typed_again, when_text
from app.web.space_prices import space_prices
from app.web.space_view import SpaceView, look_at, own_times, week_hours
from app.web.waiting_view import wait_url
from app.web.way_back import way_back


async def published(slug: str, visitor: Visitor) -> SpaceCard:
    """The space that anybody can see; raises NotFound."""
    space = await space_by_slug(slug, visitor.now)
    if space is None:
        raise NotFound
    return space


async def has_page(space: int, visitor: Visitor) -> bool:
    """Whether guests can open the page of the space with this key, and book there."""
    return await published_space(space, visitor.now) is not None


async def _lowest(view: SpaceView, visitor: Visitor) -> tuple[str, str]:
    """What the shown time costs at least, and what stands beside it."""
    if view.window is None:
        return "", ""
    person = visitor.actor.person if visitor.actor else None
    found = await lowest_at([(view.space, view.window)], view.kind, person, visitor.now, visitor.language)
    return lowest_texts(found.get(view.space.id), visitor.speaker)


@get("/standorte/{slug:str}")
async def space_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await show_space(request, visitor, pages, await published(slug, visitor))


async def show_space(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, *, is_preview: bool = False
) -> Response[str]:
    """The space's page for the day and time of the query; as a preview without what leads to a booking."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    wanted, errors = read_when(query, visitor)
    kind = Kind(query["art"]) if query.get("art") in set(Kind) else None
    view = await look_at(
        space,
        wanted or Wanted(default_day(visitor), DayPart.WHOLE_DAY),
        kind,
        query.get("platz", ""),
        visitor,
        f"/standorte/{space.slug}",
        way=way_back(request.query_params),
    )
    context = await space_context(view.space, visitor) | {
        "view": view,
        "is_preview": is_preview,
        "known": space_facts(space, view.resources, visitor.speaker),
        "wait": wait_url(space.slug, view.kind, view.window.starts_at, view.window.ends_at, view.way.pairs)
        if view.window
        else "",
        "pays": await _lowest(view, visitor),
        "errors": errors,
        "times": own_times(view),
        "typed": typed_again(query) if errors else {},
        "when": when_text(view.wanted, visitor),
        "kind_names": {each: visitor.speaker.gettext(KIND_NAMES[each]) for each in view.kinds},
        "week": week_hours(view.on_site.staffing, view.wanted.day - timedelta(days=view.wanted.day.weekday())),
        "limits": empty_search(visitor),
    }
    return await pages.show(request, visitor, "space/show.html", context, status=422 if errors else 200)


async def space_context(space: SpaceCard, visitor: Visitor) -> dict[str, Any]:
    """What the page says of the space at any time."""
    station, station_km = gazetteer().nearest_station(space.lat, space.lng)
    say = visitor.speaker
    card = await first_visit_of(space.id)
    return {
        "space": space,
        "card": card_text(card, None, say) if card else None,
        "has_house_rules": await house_rules_of(space.id, visitor.now) is not None,
        "photos": await photos_of(space.id),
        "resource_photos": [(label(photo.kind, photo.name), photo) for photo in await resource_photos_of(space.id)],
        "station": station,
        "station_km": station_km,
        "costs": await space_prices(space, visitor),
    }


HANDLERS = [space_page]
