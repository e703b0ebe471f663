"""Spaces: a search near a place, one space, and what of it is free in a window."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.api.parameters import (
    ENDS_AT,
    STARTS_AT,
    Cursor,
    CursorUnknown,
    KindWanted,
    Limit,
    SlugInPath,
    cursor_of,
    known_slug,
    known_words,
    moment,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.shapes import (
    OperatorShape,
    PositionShape,
    ResourceShape,
    SpaceInList,
    SpaceShape,
    internet,
    noisy_event,
    resource,
)
from app.api.space_details import hours_shape, house_rules_shape, photo_shapes, staffed_shape, stations_near
from app.api.space_windows import InWindow, clock_of, days_of, in_window, window_at
from app.bookings.availability import what_forbids
from app.bookings.rules import checked_period
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.needs import OF_TIME, WORDS, asks_of_resources
from app.inventory.on_site import on_site_of
from app.inventory.queries import hours_of, resources_of, taken_periods, totals
from app.inventory.rules import Kind
from app.inventory.staffing import time_fits
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.gazetteer import gazetteer
from app.network.geography import Position, distance_km
from app.network.house_rules import house_rules_of
from app.network.queries import SpaceCard, photos_of, published_spaces, space_by_slug
from app.network.rules import space_fits
from app.platform.bad_fields import FieldMissing
from app.platform.settings import Settings

LARGEST_RADIUS_KM = 100
_EXCEPTIONS_SHOWN = timedelta(days=60)


class PlaceUnknown(BadInput):
    code = "place_unknown"
    text = marked("Diesen Ort kennt das Verzeichnis nicht, oder es gibt mehrere davon.")


class PlaceAmbiguous(PlaceUnknown):
    text = marked("Diesen Ort kennt das Verzeichnis nicht eindeutig. Gemeint vielleicht: {others}")


class PositionUnclear(BadInput):
    code = "position_unclear"
    text = marked("Gebraucht wird entweder near oder lat zusammen mit lng.")


class Spaces(msgspec.Struct, frozen=True):
    """Published spaces, the nearest first, or by name without a position."""

    items: list[SpaceInList]
    next: str | None


class SpaceAvailability(msgspec.Struct, frozen=True):
    """A space's resources of a kind, each with whether it could be booked now for the whole window."""

    items: list[ResourceShape]
    free: int
    total: int
    refusal: Annotated[str | None, msgspec.Meta(description="Code of what closes the whole window, if anything does.")]
    next: None = None


@get(
    "/api/v1/spaces",
    operation_id="find_spaces",
    response_description="A page of the list.",
    summary="Find spaces",
    description="By distance from a place (`near`) or a position (`lat` and `lng`), otherwise by name. With a window "
    "(`starts_at` and `ends_at`) each has `free` and `total` of the kind and the lowest price; `free` counts what "
    "could be booked now for the whole window, so it is 0 outside the opening hours (but for what everybody may book "
    "round the clock), in the past and too far ahead.",
    tags=["spaces"],
    responses=refusals(422),
)
async def find_spaces(
    *,
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Visitor],
    near: Annotated[str | None, QueryParameter(description="A place or postcode, e.g. `56751` or `Polch`.")] = None,
    lat: Annotated[float | None, QueryParameter(ge=-90, le=90, description="Degrees north.")] = None,
    lng: Annotated[float | None, QueryParameter(ge=-180, le=180, description="Degrees east.")] = None,
    radius_km: Annotated[
        float | None, QueryParameter(ge=1, le=LARGEST_RADIUS_KM, description="No further away than this.")
    ] = None,
    starts_at: Annotated[str | None, STARTS_AT] = None,
    ends_at: Annotated[str | None, ENDS_AT] = None,
    kind: KindWanted = Kind.DESK,
    features: Annotated[
        list[str] | None,
        QueryParameter(
            description="All of these must be there; separated by commas or repeated. Those of resources leave the "
            "resources that fit to be counted, `staffed` and `no_noise` need a window, and what was not checked never "
            f"fits. Of: {', '.join(WORDS)}."
        ),
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Spaces:
    here = _position(near, lat, lng)
    words = known_words(features)
    asked = _window(starts_at, ends_at)
    if asked is None and not words.isdisjoint(OF_TIME):
        raise FieldMissing(field="starts_at")
    found = [
        (distance_km(here, space) if here else None, space)
        for space in await published_spaces(visitor.now)
        if space_fits(words, space.features, space.measures)
    ]
    found = [(km, space) for km, space in found if radius_km is None or km is None or km <= radius_km]
    if asks_of_resources(words):
        with_any = await totals([space.id for _, space in found], kind, words)
        found = [(km, space) for km, space in found if space.id in with_any]
    window = None if asked is None else await window_at([space for _, space in found], asked, visitor)
    if window is not None:
        found = [(km, space) for km, space in found if time_fits(words, window.on_site[space.id], window.period)]
    found.sort(key=lambda pair: (pair[0] or 0, pair[1].name, pair[1].slug))
    shown, following = _page(found, limit, cursor)
    answers: Sequence[InWindow | None] = [None] * len(shown)
    if window is not None:
        answers = await in_window([space for _, space in shown], window, kind, words, visitor)
    address = settings.address
    return Spaces(
        [_in_list(space, km, answer, address) for (km, space), answer in zip(shown, answers, strict=True)], following
    )


@get(
    "/api/v1/spaces/{slug:str}",
    operation_id="show_space",
    response_description="The space.",
    summary="One space",
    description="Operator, address, position, opening hours of the week and of the next 60 days' exceptions, features, "
    "stations near by, pictures, house rules and resources.",
    tags=["spaces"],
    responses=refusals(404),
)
async def show_space(
    *, settings: NamedDependency[Settings], visitor: NamedDependency[Visitor], slug: SlugInPath
) -> SpaceShape:
    space = await _space(slug, visitor)
    today = visitor.now.astimezone(ZoneInfo(space.time_zone)).date()
    until = today + _EXCEPTIONS_SHOWN
    hours = await hours_of([clock_of(space)], today, until, visitor.language)
    on_site = (await on_site_of(hours, today, until, visitor.language))[space.id]
    address = settings.address
    return SpaceShape(
        slug=space.slug,
        name=space.name,
        operator=OperatorShape(space.operator.name),
        address=space.address,
        street=space.street,
        postcode=space.postcode,
        place=space.place,
        municipality=space.municipality,
        position=PositionShape(space.lat, space.lng),
        description=space.description[visitor.language],
        directions=space.directions[visitor.language],
        access=space.access[visitor.language],
        email=space.email,
        phone=space.phone,
        features=space.features,
        lacking=space.lacking,
        internet=internet(space.measures),
        door_width_cm=space.measures.door_width_cm,
        threshold_cm=space.measures.threshold_cm,
        opening_hours=hours_shape(hours[space.id], today, until),
        staffed_hours=staffed_shape(on_site.staffing, today, until),
        noisy_events=[noisy_event(event, hours[space.id].zone) for event in on_site.noise],
        stations=stations_near(space),
        photos=photo_shapes(await photos_of(space.id), visitor.language, address),
        house_rules=house_rules_shape(space, await house_rules_of(space.id, visitor.now), address),
        resources=[resource(card, space) for card in await resources_of(space.id)],
        url=f"{address}/standorte/{space.slug}",
    )


@get(
    "/api/v1/spaces/{slug:str}/availability",
    operation_id="show_space_availability",
    response_description="Its resources.",
    summary="What of a space is free",
    description="Every resource of the kind, or of all kinds without `kind`, with whether it could be booked now for "
    "the whole window.",
    tags=["spaces"],
    responses=refusals(404, 422),
)
async def show_space_availability(
    *,
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    starts_at: Annotated[str, STARTS_AT],
    ends_at: Annotated[str, ENDS_AT],
    kind: Annotated[Kind | None, QueryParameter(description="Only these; all kinds without it.")] = None,
) -> SpaceAvailability:
    window = moment("starts_at", starts_at), moment("ends_at", ends_at)
    space = await _space(slug, visitor)
    cards = await resources_of(space.id, kind)
    try:
        period = checked_period(*window, visitor.now)
    except BadInput:
        raise
    except Refusal as refusal:
        items = [resource(card, space, free=False) for card in cards]
        return SpaceAvailability(items, 0, len(items), refusal.code)
    await settle_at(space.id, visitor.now)
    hours = await hours_of([clock_of(space)], *days_of([space], period), visitor.language)
    person = visitor.actor.person if visitor.actor else None
    forbidden = await what_forbids(cards, space.name, hours[space.id], period, visitor.now, person=person)
    taken = await taken_periods([card.id for card in cards], period)
    items = [resource(card, space, free=card.id not in forbidden and not taken[card.id]) for card in cards]
    codes = {forbidden[card.id].code if card.id in forbidden else None for card in cards}
    closes_all = codes.pop() if len(codes) == 1 else None
    return SpaceAvailability(items, sum(item.free is True for item in items), len(items), closes_all)


HANDLERS = [find_spaces, show_space, show_space_availability]


def _position(near: str | None, lat: float | None, lng: float | None) -> Position | None:
    """Where the search starts, or None for no place in particular."""
    if near is not None and near.strip():
        if lat is not None or lng is not None:
            raise PositionUnclear(field="near")
        place = gazetteer().resolve(near)
        if place is None:
            others = [other.label for other in gazetteer().alternatives(near)]
            raise PlaceAmbiguous(field="near", others=", ".join(others)) if others else PlaceUnknown(field="near")
        return Position(place.lat, place.lng)
    if lat is None and lng is None:
        return None
    if lat is None or lng is None:
        raise PositionUnclear(field="lng" if lng is None else "lat")
    return Position(lat, lng)


def _window(starts_at: str | None, ends_at: str | None) -> tuple[datetime, datetime] | None:
    if starts_at is None and ends_at is None:
        return None
    if starts_at is None or ends_at is None:
        raise FieldMissing(field="starts_at" if starts_at is None else "ends_at")
    return moment("starts_at", starts_at), moment("ends_at", ends_at)


def _page(
    found: Sequence[tuple[float | None, SpaceCard]], limit: int, cursor: str | None
) -> tuple[Sequence[tuple[float | None, SpaceCard]], str | None]:
    """The spaces behind the cursor and the cursor of those that follow."""
    first = 0
    if cursor is not None:
        [last_shown] = parts_of(cursor, 1)
        places = [place for place, (_, space) in enumerate(found) if space.slug == last_shown]
        if not places:
            raise CursorUnknown(field="cursor")
        first = places[0] + 1
    shown = found[first : first + limit]
    return shown, cursor_of(shown[-1][1].slug) if first + limit < len(found) else None


async def _space(slug: str, visitor: Visitor) -> SpaceCard:
    space = await space_by_slug(known_slug(slug), visitor.now)
    if space is None:
        raise NotFound
    return space


def _in_list(space: SpaceCard, km: float | None, window: InWindow | None, address: str) -> SpaceInList:
    return SpaceInList(
        slug=space.slug,
        name=space.name,
        operator=OperatorShape(space.operator.name),
        municipality=space.municipality,
        address=space.address,
        position=PositionShape(space.lat, space.lng),
        distance_km=None if km is None else round(km, 2),
        features=space.features,
        lacking=space.lacking,
        internet=internet(space.measures),
        door_width_cm=space.measures.door_width_cm,
        threshold_cm=space.measures.threshold_cm,
        url=f"{address}/standorte/{space.slug}",
        free=window.free if window else msgspec.UNSET,
        total=window.total if window else msgspec.UNSET,
        lowest_price=window.lowest_price if window else msgspec.UNSET,
        staffed=window.staffed if window else msgspec.UNSET,
        noisy_events=window.noisy_events if window else msgspec.UNSET,
    )
