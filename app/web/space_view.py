"""A space at some time, as its page and the moving of a booking show it: plan, list, parts of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from app.bookings.queries import BookingCard
from app.bookings.rules import DayPart
from app.bookings.search import DAYS_LOOKED_AHEAD, NextFree, Wanted, next_free_day
from app.identity.authentication import Visitor
from app.inventory.floor_plans import Placement
from app.inventory.queries import (
    FloorPlanCard,
    ResourceCard,
    SpaceClock,
    SpaceWindow,
    count_free,
    floor_plans_of,
    hours_of,
    resources_of,
    taken_periods,
)
from app.inventory.rules import FEATURES, Hours, Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.kernel.wall_time import Opening
from app.network.queries import SpaceCard
from app.web.plan_words import Placed, whereabouts
from app.web.search_form import clock_text, part_spans, time_parts

_STATES = {
    "free": marked("frei"),
    "yours": marked("Ihre Wahl"),
    "taken": marked("belegt"),
    "closed": marked("nicht buchbar"),
}


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A resource in plan and list; `id` counts them, because the page's style sheet knows numbers only.

    `where` says what the plan shows of its place.
    """

    id: int
    public_id: str
    kind: Kind
    label: str
    name: str
    detail: str
    state: str
    placement: Placement | None
    href: str | None
    aria: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class PartItem:
    """A part of the day with its hours there and what is free in it."""

    part: str
    span: Opening
    free: int | None


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
    next_free: NextFree | None
    why_closed: str | None

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


async def look_at(
    space: SpaceCard,
    wanted: Wanted,
    kind: Kind | None,
    chosen: str,
    visitor: Visitor,
    address: str,
    moving: BookingCard | None = None,
) -> SpaceView:
    """The space at the wanted time. `address` is the page's own; a booking that is `moving` does not stand in its way.

    Without a kind it is the first that the space has.
    """
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    last = wanted.day + timedelta(days=DAYS_LOOKED_AHEAD)
    hours = (await hours_of([clock], wanted.day, last, visitor.language))[space.id]
    resources = await resources_of(space.id)
    kinds = [each for each in Kind if any(resource.kind is each for resource in resources)]
    kind = kind if kind in kinds else (kinds[0] if kinds else Kind.DESK)
    window = wanted.at(hours, visitor.now)
    taken = await taken_periods([resource.id for resource in resources], window) if window else {}
    if moving is not None and moving.resource.id in taken:
        taken = {**taken, moving.resource.id: [p for p in taken[moving.resource.id] if p != moving.period]}
    free = {resource.id for resource in resources if window is not None and not taken[resource.id]}
    of_kind = [resource for resource in resources if resource.kind is kind]
    if chosen not in {resource.public_id for resource in of_kind if resource.id in free}:
        chosen = ""
    query = time_parts(wanted)
    items = [
        _item(number, resource, _state(resource, free, chosen, window), query, address, visitor)
        for number, resource in enumerate(sorted(resources, key=lambda r: r.kind is not kind), 1)
    ]
    any_free = sum(resource.id in free for resource in of_kind)
    floors = _floors(await floor_plans_of(space.id), resources, items)
    items = _with_whereabouts(items, floors, visitor)
    return SpaceView(
        space=space,
        hours=hours,
        wanted=wanted,
        kind=kind,
        window=window,
        kinds=kinds,
        parts=await _parts(space.id, wanted, hours, kind, visitor),
        floors=floors,
        items=[item for item in items if item.kind is kind],
        others_in_plan=[item for item in items if item.kind is not kind and item.placement] if floors else [],
        chosen=chosen,
        any_free=any_free,
        next_free=None if any_free else await next_free_day(space.id, hours, wanted, kind, visitor.now),
        why_closed=hours.why_closed(wanted.day),
    )


async def _parts(space: int, wanted: Wanted, hours: Hours, kind: Kind, visitor: Visitor) -> list[PartItem]:
    spans = part_spans()
    windows = {
        part: window for part in spans if (window := Wanted(wanted.day, part).at(hours, visitor.now)) is not None
    }
    counts = await count_free([SpaceWindow(space, window) for window in windows.values()], kind)
    free = {part: count.free for part, count in zip(windows, counts, strict=True)}
    return [PartItem(part.value, span, free.get(part)) for part, span in spans.items()]


def _state(resource: ResourceCard, free: set[int], chosen: str, window: Period | None) -> str:
    if window is None:
        return "closed"
    if resource.id not in free:
        return "taken"
    return "yours" if resource.public_id == chosen else "free"


def _item(
    number: int, resource: ResourceCard, state: str, query: Mapping[str, str], address: str, visitor: Visitor
) -> PlaceItem:
    say = visitor.speaker
    detail = _detail(resource, visitor)
    name = say.word(label(resource.kind, resource.name))
    said_state = say.gettext(_STATES[state])
    is_open = state in ("free", "yours")
    where = urlencode({**query, "art": resource.kind.value, "platz": resource.public_id})
    return PlaceItem(
        id=number,
        public_id=resource.public_id,
        kind=resource.kind,
        label=resource.name,
        name=name,
        detail=detail,
        state=state,
        placement=resource.placement,
        href=f"{address}?{where}#plan" if is_open else None,
        aria=", ".join(part for part in (name, detail, said_state) if part),
    )


def _detail(resource: ResourceCard, visitor: Visitor) -> str:
    say = visitor.speaker
    words = [say.gettext(text) for feature, text in FEATURES.items() if feature in resource.features]
    if resource.kind is Kind.ROOM:
        words.insert(0, say.say(marked("{count} Personen"), count=resource.capacity))
    return _capital(", ".join(words))


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
        drawn = [
            (item.id, Placed(label(item.kind, item.label), item.placement, item.kind is Kind.DESK))
            for item in on_floor
            if item.placement
        ]
        words = whereabouts([placed for _, placed in drawn], floor.drawing)
        named = [floor.name] if len(floors) > 1 else []
        for (number, _), said in zip(drawn, words, strict=True):
            found[number] = ", ".join(visitor.speaker.word(word) for word in [*named, *said])
    return [replace(item, where=_capital(found.get(item.id, ""))) for item in items]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def own_times(view: SpaceView) -> tuple[str, str]:
    """The times to start with in the fields of own times."""
    span = view.wanted.span() if view.wanted.part is DayPart.OWN else view.span
    return (clock_text(span.opens), clock_text(span.closes)) if span else ("", "")


def week_hours(hours: Hours, monday: date) -> list[tuple[date, Sequence[Opening]]]:
    """The usual week as pairs of a day and its openings."""
    return [(monday + timedelta(days=n), hours.week.get(n + 1, ())) for n in range(7)]
