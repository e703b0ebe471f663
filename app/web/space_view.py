"""A space at some time, as its page and the moving of a booking show it: plan, list, parts of the day."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from app.bookings.availability import count_bookable, what_forbids
from app.bookings.queries import BookingCard
from app.bookings.rules import DayPart
from app.bookings.rules_said import said_rules
from app.bookings.search import DAYS_LOOKED_AHEAD, NextFree, Wanted, next_free_day, window_of
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.floor_plans import FloorPlanDrawing, Placement
from app.inventory.needs import resource_fits
from app.inventory.on_site import on_site_of
from app.inventory.queries import (
    Count,
    FloorPlanCard,
    ResourceCard,
    SpaceClock,
    SpaceWindow,
    floor_plans_of,
    hours_of,
    resources_of,
    taken_periods,
)
from app.inventory.rules import Hours, Kind, label
from app.inventory.staffing import OnSite, Staffing
from app.kernel.periods import Period
from app.kernel.refusals import Phrase, marked
from app.kernel.wall_time import Opening
from app.network.queries import SpaceCard
from app.platform.language import Speaker
from app.web.fact_items import FactItem, resource_facts, unchecked_features
from app.web.filters import of_resources, words_of
from app.web.fixed_words import whose_own
from app.web.place_words import capital, detail_of, why_not
from app.web.plan_words import Placed, whereabouts
from app.web.search_form import clock_text, part_spans, time_parts
from app.web.space_facts import noise_text
from app.web.way_back import NO_SEARCH, WayBack

_DRAWINGS_KEPT = 500

_STATES = {
    "free": marked("frei"),
    "yours": marked("Ihre Wahl"),
    "taken": marked("belegt"),
    "refused": marked("so nicht buchbar"),
    "closed": marked("nicht buchbar"),
}
_FITS = marked("passt zu Ihren Filtern")
_UNCHECKED = marked("Nicht geprüft: {features}")


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A resource in plan and list; `id` counts them, because the page's style sheet knows numbers only.

    `fits` where there are filters and it passes; `unchecked` names what nobody has checked of it.
    `where` says what the plan shows of its place, `rules` what holds for booking it, `why` which of them is in the way,
    `fixed` whose it is where it is somebody's own desk.
    """

    id: int
    public_id: str
    kind: Kind
    label: str
    name: str
    detail: str
    unchecked: str
    facts: tuple[FactItem, ...]
    fits: bool
    state: str
    placement: Placement | None
    href: str | None
    aria: str
    where: str = ""
    rules: tuple[str, ...] = ()
    why: str = ""
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class PartItem:
    """A part of the day with its hours there and what is free in it."""

    part: str
    span: Opening
    free: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of some resources that are alike in it."""

    items: Sequence[PlaceItem]

    @property
    def ids(self) -> str:
        """Their numbers, as the style sheet finds them."""
        return " ".join(str(item.id) for item in self.items)

    @property
    def facts(self) -> tuple[FactItem, ...]:
        return self.items[0].facts


@dataclass(frozen=True, slots=True)
class SpaceView:
    """All that the page says about one space at one time."""

    space: SpaceCard
    hours: Hours
    wanted: Wanted
    kind: Kind
    window: Period | None
    kinds: Sequence[Kind]
    parts: Sequence[PartItem]
    floors: Sequence[tuple[FloorPlanCard, Sequence[PlaceItem]]]
    items: Sequence[PlaceItem]
    others_in_plan: Sequence[PlaceItem]
    chosen: str
    any_free: int
    fitting: Count
    filters: Sequence[str]
    next_free: NextFree | None
    why_closed: str | None
    refused: str
    is_over: bool
    way: WayBack
    on_site: OnSite
    resources: Sequence[ResourceCard]

    @property
    def staffed(self) -> Sequence[Opening]:
        """When somebody is there that day."""
        return self.on_site.staffing.staffed_on(self.wanted.day)

    @property
    def noise(self) -> Sequence[Phrase]:
        """What will be heard that day."""
        day = self.wanted.day
        return [noise_text(event, self.on_site, day) for event in self.on_site.noise_on(day)]

    @property
    def known(self) -> Sequence[Known]:
        """What is known of all that can be chosen, told once for those that are alike."""
        alike: dict[tuple[FactItem, ...], list[PlaceItem]] = {}
        for item in self.items:
            if item.state in ("free", "yours"):
                alike.setdefault(item.facts, []).append(item)
        return [Known(items) for items in alike.values()]

    @property
    def without_filters_url(self) -> str:
        """This page at the same time, without the filters that tell one resource from another."""
        others = replace(
            self.way, marks=self.way.marks - {each.key for each in of_resources(self.way.marks, self.kind)}
        )
        return f"?{urlencode([*time_parts(self.wanted).items(), ('art', self.kind), *others.pairs])}#plan"

    @property
    def openings(self) -> Sequence[Opening]:
        return self.hours.openings_on(self.wanted.day)

    @property
    def span(self) -> Opening | None:
        """The window on the space's wall clock."""
        if self.window is None:
            return None
        starts, ends = (at.astimezone(self.hours.zone) for at in (self.window.starts_at, self.window.ends_at))
        closes = ends.hour * 60 + ends.minute
        return Opening(starts.hour * 60 + starts.minute, closes or 24 * 60)

    @property
    def next_free_url(self) -> str:
        """This page on the next day on which something is free; empty where there is none."""
        if self.next_free is None:
            return ""
        then = time_parts(replace(self.wanted, day=self.next_free.day))
        return f"?{urlencode([*then.items(), ('art', self.kind), *self.way.pairs])}"

    @property
    def back_url(self) -> str:
        """To the search, at the time that is shown here."""
        return self.way.url(self.wanted, self.kind)

    @property
    def nearby_url(self) -> str:
        """To the same search around this space."""
        return self.way.around(self.space).url(self.wanted, self.kind)


async def look_at(
    space: SpaceCard,
    wanted: Wanted,
    kind: Kind | None,
    chosen: str,
    visitor: Visitor,
    address: str,
    *,
    way: WayBack = NO_SEARCH,
    moving: BookingCard | None = None,
) -> SpaceView:
    """The space at the wanted time. `address` is the page's own; a booking that is `moving` does not stand in its way.

    Without a kind it is the first that the space has. The page's links keep the `way` back.
    """
    await settle_at(space.id, visitor.now)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    last = wanted.day + timedelta(days=DAYS_LOOKED_AHEAD)
    hours_by_space = await hours_of([clock], wanted.day, last, visitor.language)
    hours = hours_by_space[space.id]
    on_site = await on_site_of(hours_by_space, wanted.day, wanted.day, visitor.language)
    resources = await resources_of(space.id)
    kinds = [each for each in Kind if any(resource.kind is each for resource in resources)]
    kind = kind if kind in kinds else (kinds[0] if kinds else Kind.DESK)
    person = visitor.actor.person if visitor.actor else None
    window = await window_of(space.id, wanted, hours, visitor.now, person=person)
    free: set[int] = set()
    refused: Mapping[int, str] = {}
    if window is not None:
        but_for = moving.id if moving else None
        taken = await taken_periods([resource.id for resource in resources], window, but_for=but_for)
        forbidden = await what_forbids(resources, space.name, hours, window, visitor.now, person=person)
        free = {resource.id for resource in resources if not taken[resource.id] and resource.id not in forbidden}
        refused = {resource: visitor.speaker.refusal(refusal) for resource, refusal in forbidden.items()}
    fixed = await whose_own(space.id, window, visitor)
    of_kind = [resource for resource in resources if resource.kind is kind]
    asked = chosen
    if chosen not in {resource.public_id for resource in of_kind if resource.id in free}:
        chosen = ""
    words = words_of(way.marks, kind)
    filters = of_resources(way.marks, kind)
    fitting = {
        resource.id
        for resource in of_kind
        if resource_fits(words, resource.features, resource.measures.or_those_of(space.measures))
    }
    query = [*time_parts(wanted).items(), *way.pairs]
    rules = await said_rules(space.id, resources, visitor.speaker)
    items = [
        _item(
            number,
            resource,
            space,
            _state(resource, free, refused, chosen, window),
            bool(filters) and resource.id in fitting,
            resource_facts(resource, space.measures, visitor.speaker),
            f"{address}?{urlencode([*query, ('art', resource.kind.value), ('platz', resource.public_id)])}#plan",
            rules.get(resource.id, ()),
            refused.get(resource.id, ""),
            fixed.get(resource.id, ""),
            visitor,
        )
        for number, resource in enumerate(sorted(resources, key=lambda r: r.kind is not kind), 1)
    ]
    any_free = sum(resource.id in free for resource in of_kind)
    fits = Count(len(free & fitting), len(fitting))
    floors = _floors(await floor_plans_of(space.id, visitor.language), resources, items)
    items = _with_whereabouts(items, floors, visitor)
    return SpaceView(
        space=space,
        hours=hours,
        wanted=wanted,
        kind=kind,
        window=window,
        kinds=kinds,
        parts=await _parts(space.id, wanted, hours, kind, words, visitor),
        floors=floors,
        items=[item for item in items if item.kind is kind],
        others_in_plan=[item for item in items if item.kind is not kind and item.placement] if floors else [],
        chosen=chosen,
        any_free=any_free,
        fitting=fits,
        filters=[visitor.speaker.gettext(each.label) for each in filters],
        next_free=None
        if fits.free
        else await next_free_day(space.id, hours, wanted, kind, visitor.now, words, person=person),
        why_closed=hours.why_closed(wanted.day),
        refused=why_not(of_kind, refused, asked, any_free, visitor.speaker),
        is_over=window is None and wanted.is_over(hours, visitor.now),
        way=way,
        on_site=on_site[space.id],
        resources=resources,
    )


async def _parts(
    space: int, wanted: Wanted, hours: Hours, kind: Kind, words: frozenset[str], visitor: Visitor
) -> list[PartItem]:
    spans = part_spans()
    windows = {
        part: window for part in spans if (window := Wanted(wanted.day, part).at(hours, visitor.now)) is not None
    }
    person = visitor.actor.person if visitor.actor else None
    within = [SpaceWindow(space, window) for window in windows.values()]
    counts = await count_bookable(within, kind, {space: hours}, visitor.now, person=person, words=words)
    free = {part: count.free for part, count in zip(windows, counts, strict=True)}
    return [PartItem(part.value, span, free.get(part)) for part, span in spans.items()]


def _state(
    resource: ResourceCard, free: set[int], refused: Mapping[int, str], chosen: str, window: Period | None
) -> str:
    if window is None:
        return "closed"
    if resource.id not in free:
        return "refused" if resource.id in refused else "taken"
    return "yours" if resource.public_id == chosen else "free"


def _item(
    number: int,
    resource: ResourceCard,
    space: SpaceCard,
    state: str,
    fits: bool,
    facts: tuple[FactItem, ...],
    url: str,
    rules: tuple[str, ...],
    why: str,
    fixed: str,
    visitor: Visitor,
) -> PlaceItem:
    say = visitor.speaker
    fixed = fixed if state == "taken" else ""
    detail = detail_of(resource, space, say)
    name = say.word(label(resource.kind, resource.name))
    said = [fixed or say.gettext(_STATES[state]), *([say.gettext(_FITS)] if fits else [])]
    unchecked = [say.gettext(feature) for feature in unchecked_features(resource)]
    return PlaceItem(
        id=number,
        public_id=resource.public_id,
        kind=resource.kind,
        label=resource.name,
        name=name,
        detail=detail,
        unchecked=say.say(_UNCHECKED, features=", ".join(unchecked)) if unchecked else "",
        facts=facts,
        fits=fits,
        state=state,
        placement=resource.placement,
        href=url if state in ("free", "yours") else None,
        aria=", ".join(part for part in (name, detail, *said) if part),
        rules=rules,
        why=why if state == "refused" else "",
        fixed=fixed,
    )


def _floors(
    plans: Sequence[FloorPlanCard], resources: Sequence[ResourceCard], items: Sequence[PlaceItem]
) -> list[tuple[FloorPlanCard, list[PlaceItem]]]:
    floor_of = {resource.public_id: resource.floor_plan for resource in resources}
    return [(plan, [item for item in items if floor_of[item.public_id] == plan.id]) for plan in plans]


def _with_whereabouts(
    items: Sequence[PlaceItem], floors: Sequence[tuple[FloorPlanCard, Sequence[PlaceItem]]], visitor: Visitor
) -> list[PlaceItem]:
    """The items with what the plans show of their places, and with the floor where there is more than one."""
    found = {}
    for floor, on_floor in floors:
        drawn = [(item.id, (item.kind, item.label, item.placement)) for item in on_floor if item.placement]
        words = _whereabouts_said(tuple(placed for _, placed in drawn), floor.drawing, visitor.speaker)
        named = [floor.name] if len(floors) > 1 else []
        for (number, _), said in zip(drawn, words, strict=True):
            found[number] = ", ".join([*named, *said])
    return [replace(item, where=capital(found.get(item.id, ""))) for item in items]


@functools.lru_cache(maxsize=_DRAWINGS_KEPT)
def _whereabouts_said(
    places: tuple[tuple[Kind, str, Placement], ...], drawing: FloorPlanDrawing, say: Speaker
) -> list[list[str]]:
    """Kept, because a drawing is the same for every reader of a language and each place is compared with each."""
    placed = [Placed(label(kind, name), placement, kind is Kind.DESK) for kind, name, placement in places]
    return [[say.word(word) for word in words] for words in whereabouts(placed, drawing)]


def own_times(view: SpaceView) -> tuple[str, str]:
    """The times to start with in the fields of own times."""
    span = view.wanted.span() if view.wanted.part is DayPart.OWN else view.span
    return (clock_text(span.opens), clock_text(span.closes)) if span else ("", "")


def week_hours(staffing: Staffing, monday: date) -> list[tuple[date, Sequence[Opening], Sequence[Opening]]]:
    """The usual week: each day with its openings, and when somebody is there."""
    week = staffing.hours.week
    return [(monday + timedelta(days=n), week.get(n + 1, ()), staffing.usual(n + 1)) for n in range(7)]
