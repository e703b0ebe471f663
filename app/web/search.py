"""The result of a search: spaces by distance beside the map, and the week around the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from litestar import Response, get
from litestar.di import NamedDependency

from app.bookings.lowest_prices import Lowest, lowest_at
from app.bookings.search import DayFound, Found, Search, SpaceFound, search_spaces
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.rules import Kind
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.gazetteer import gazetteer
from app.plans.fixed_desks import fixed_counts
from app.web.filters import ALWAYS_SHOWN, FOLDED, Filter
from app.web.maps import MapSpace, search_map
from app.web.pages import PageRequest, Pages
from app.web.paying_view import lowest_texts
from app.web.search_form import ZONE, SearchForm, read_search, time_parts
from app.web.space_facts import noise_text, staffed_text
from app.web.way_back import way_from


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of the week strip."""

    weekday: str
    date: str
    url: str
    free: int | None
    is_over: bool
    steps: int
    current: bool


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A filter as a link that switches it."""

    key: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class FilterLinks:
    """The filters: those that always show, and the others in groups behind a fold with how many of them are on."""

    shown: Sequence[FilterLink]
    folded: Sequence[tuple[str, Sequence[FilterLink]]]

    @property
    def folded_on(self) -> int:
        return sum(link.current for _, links in self.folded for link in links)


@dataclass(frozen=True, slots=True)
class Row:
    """A space in the list."""

    name: str
    url: str
    where: str
    distance: str
    free: int
    total: int
    closed: str
    hints: tuple[str, ...]
    noise: tuple[str, ...]
    price: str
    price_note: str


@get("/plaetze")
async def find_spaces(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    form = read_search(_single(request), _marks(request), visitor)
    if form.search is None:
        asked = "ort" in request.query_params or len(form.errors) > 1
        shown = form if asked else _without_errors(form)
        return await pages.show(request, visitor, "search/start.html", {"search": shown}, status=422 if asked else 200)
    today = local_day(visitor.now, ZONE)
    person = visitor.actor.person if visitor.actor else None
    await settle_at(None, visitor.now)
    found = await search_spaces(form.search, today, visitor.now, visitor.language, person=person)
    rows = [*found.spaces, *([found.next_space] if found.next_space else [])]
    windows = [(each.space, each.window) for each in rows if each.window is not None and each.count.free]
    lowest = await lowest_at(windows, form.search.kind, person, visitor.now, visitor.language)
    fixed = await _fixed(rows, form.search.kind)
    context = _context(form, form.search, found, lowest, fixed, visitor)
    return await pages.show(request, visitor, "search/result.html", context)


async def _fixed(rows: Sequence[SpaceFound], kind: Kind) -> Mapping[int, int]:
    """By the keys of spaces how many desks are somebody's own then, which is why they are taken. Nobody is named."""
    if kind is not Kind.DESK:
        return {}
    return await fixed_counts({each.space.id: each.window for each in rows if each.window is not None})


def _context(
    form: SearchForm,
    search: Search,
    found: Found,
    lowest: Mapping[int, Lowest],
    fixed: Mapping[int, int],
    visitor: Visitor,
) -> dict[str, Any]:
    return {
        "search": form,
        "found": found,
        "rows": [
            _row(space, form, lowest.get(space.space.id), fixed.get(space.space.id, 0), visitor)
            for space in found.spaces
        ],
        "days": [_week_day(day, form, search, visitor) for day in found.days],
        "filters": _filter_links(form, search, visitor),
        "map_view": search_map(
            search.here,
            search.radius_km,
            [
                MapSpace(
                    number,
                    space.space.name,
                    space.space.lat,
                    space.space.lng,
                    state="closed" if not space.is_open else "free" if space.count.free else "full",
                    free=space.count.free,
                    total=space.count.total,
                    href=f"#ort-{number}",
                )
                for number, space in enumerate(found.spaces, 1)
            ],
            gazetteer().stations,
            place=form.place_text,
        ),
        "next_day": found.next_day
        and {
            "text": visitor.speaker.day(found.next_day.day),
            "free": found.next_day.free,
            "url": _day_url(found.next_day, form),
        },
        "next_space": found.next_space
        and _row(
            found.next_space,
            form,
            lowest.get(found.next_space.space.id),
            fixed.get(found.next_space.space.id, 0),
            visitor,
        ),
        "radius": int(search.radius_km),
    }


def _filter_links(form: SearchForm, search: Search, visitor: Visitor) -> FilterLinks:
    def links(filters: Sequence[Filter]) -> list[FilterLink]:
        return [
            FilterLink(each.key, visitor.speaker.gettext(each.label), form.toggled(each.key), each.key in form.marks)
            for each in filters
            if each.suits(search.kind)
        ]

    folded = [(visitor.speaker.gettext(name), links(filters)) for name, filters in FOLDED]
    return FilterLinks(links(ALWAYS_SHOWN), folded)


def _row(found: SpaceFound, form: SearchForm, lowest: Lowest | None, fixed: int, visitor: Visitor) -> Row:
    space, say = found.space, visitor.speaker
    price, price_note = lowest_texts(lowest, say)
    hints = [
        say.say(marked("Bahnhof {name} {distance}"), name=found.station.name, distance=say.distance(found.station_km))
    ]
    hints += [say.gettext(label) for feature, label in _ROW_FEATURES if feature in space.features]
    noise = []
    if found.is_open and form.search:
        day = form.search.wanted.day
        if fixed:
            hints.append(say.say(marked("{fixed} fest vergeben"), fixed=fixed))
        if found.openings:
            hints.append(say.say(marked("offen {hours}"), hours=found.openings))
        if found.outside_hours:
            hints.append(say.gettext(marked("außerhalb der Öffnungszeiten, rund um die Uhr buchbar")))
        hints.append(say.word(staffed_text(found.on_site.staffing.staffed_on(day))))
        noise = [say.word(noise_text(event, found.on_site, day)) for event in found.on_site.noise_on(day)]
    query = time_parts(form.search.wanted) | {"art": form.art} if form.search else {}
    return Row(
        name=space.name,
        url=f"/standorte/{space.slug}?{urlencode([*query.items(), *way_from(form).pairs])}",
        where=", ".join(dict.fromkeys(part for part in (space.place, space.street) if part)),
        distance=say.distance(found.distance_km),
        free=found.count.free,
        total=found.count.total,
        closed=_closed(found, visitor) if not found.is_open else "",
        hints=tuple(hints),
        noise=tuple(noise),
        price=price,
        price_note=price_note,
    )


_ROW_FEATURES = (
    ("parking", marked("Parken am Haus")),
    ("charging_point", marked("Ladesäule")),
    ("step_free", marked("stufenlos")),
)


def _closed(found: SpaceFound, visitor: Visitor) -> str:
    say = visitor.speaker
    if found.is_over:
        return say.gettext(marked("Diese Zeit ist schon vorbei"))
    if found.openings:
        return say.say(marked("Nur {hours} offen"), hours=found.openings)
    if found.why_closed:
        return say.say(marked("Geschlossen: {reason}"), reason=found.why_closed)
    return say.gettext(marked("Geschlossen"))


def _week_day(day: DayFound, form: SearchForm, search: Search, visitor: Visitor) -> WeekDay:
    locale = visitor.speaker.locale
    steps = -(-day.free * 5 // day.total) if day.free and day.total else 0
    return WeekDay(
        weekday=format_date(day.day, "ccc", locale=locale),
        date=format_date(day.day, "d.M." if visitor.language == "de" else "d/M", locale=locale),
        url=_day_url(day, form),
        free=day.free,
        is_over=day.is_over,
        steps=steps,
        current=day.day == search.wanted.day,
    )


def _day_url(day: DayFound, form: SearchForm) -> str:
    return form.url(tag=day.day.isoformat())


def _single(request: PageRequest) -> dict[str, str]:
    return {name: values[-1] for name, values in request.query_params.dict().items() if values}


def _marks(request: PageRequest) -> list[str]:
    return request.query_params.getall("filter", [])


def _without_errors(form: SearchForm) -> SearchForm:
    return replace(form, errors={})


HANDLERS = [find_spaces]
