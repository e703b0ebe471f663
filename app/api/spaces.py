"""Spaces: a search near a place, one space, and what of it is free in a window."""

from collections.abc import Mapping, Sequence
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
    moment,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.shapes import (
    MoneyShape,
    OperatorShape,
    PositionShape,
    ResourceShape,
    SpaceInList,
    SpaceShape,
    money,
    resource,
)
from app.api.space_details import hours_shape, house_rules_shape, photo_shapes, stations_near
from app.bookings.rules import checked_period, decide
from app.identity.authentication import Visitor
from app.inventory.queries import SpaceClock, SpaceWindow, count_free, hours_of, resources_of, taken_periods, totals
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.gazetteer import gazetteer
from app.network.geography import Position, distance_km
from app.network.house_rules import house_rules_of
from app.network.queries import SpaceCard, photos_of, published_spaces, space_by_slug
from app.network.rules import FEATURES
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


class FeatureUnknown(BadInput):
    code = "feature_unknown"
    text = marked("Diese Ausstattung gibt es nicht: {feature}")


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
    "could be booked now for the whole window, so it is 0 outside the opening hours, in the past and too far ahead.",
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
            description=f"All of these must be there; separated by commas or repeated. Of: {', '.join(FEATURES)}."
        ),
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Spaces:
    here = _position(near, lat, lng)
    wanted = _features(features)
    window = _window(starts_at, ends_at)
    found = [
        (distance_km(here, space) if here else None, space)
        for space in await published_spaces(visitor.now)
        if wanted <= set(space.features)
    ]
    found = [(km, space) for km, space in found if radius_km is None or km is None or km <= radius_km]
    found.sort(key=lambda pair: (pair[0] or 0, pair[1].name, pair[1].slug))
    shown, following = _page(found, limit, cursor)
    counts: Sequence[_InWindow | None] = [None] * len(shown)
    if window is not None:
        counts = await _in_window([space for _, space in shown], window, kind, visitor)
    address = settings.address
    return Spaces(
        [_in_list(space, km, count, address) for (km, space), count in zip(shown, counts, strict=True)], following
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
    hours = (await hours_of([_clock(space)], today, until, visitor.language))[space.id]
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
        opening_hours=hours_shape(hours, today, until),
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
    refusal, period = None, None
    try:
        period = checked_period(*window, visitor.now)
        decide(period, (await _hours([space], period, visitor.language))[space.id], space.name)
    except BadInput:
        raise
    except Refusal as closed:
        refusal = closed.code
    cards = await resources_of(space.id, kind)
    taken = await taken_periods([card.id for card in cards], period) if period else {}
    items = [resource(card, space, free=refusal is None and not taken[card.id]) for card in cards]
    return SpaceAvailability(items, sum(item.free is True for item in items), len(items), refusal)


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


def _features(features: Sequence[str] | None) -> set[str]:
    wanted = {name.strip() for text in features or () for name in text.split(",")} - {""}
    for feature in sorted(wanted - FEATURES.keys()):
        raise FeatureUnknown(field="features", feature=feature[:40])
    return wanted


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


class _InWindow(msgspec.Struct, frozen=True):
    """What a search with a window says of one space."""

    free: int
    total: int
    lowest_price: MoneyShape | None


async def _in_window(
    spaces: Sequence[SpaceCard], window: tuple[datetime, datetime], kind: Kind, visitor: Visitor
) -> list[_InWindow]:
    """For each space what of the kind could be booked now for the whole window."""
    try:
        period = checked_period(*window, visitor.now)
    except BadInput:
        raise
    except Refusal:
        sums = await totals([space.id for space in spaces], kind)
        return [_InWindow(0, sums.get(space.id, 0), None) for space in spaces]
    hours = await _hours(spaces, period, visitor.language)
    counts = await count_free([SpaceWindow(space.id, period) for space in spaces], kind)
    answers = []
    for space, count in zip(spaces, counts, strict=True):
        try:
            price = decide(period, hours[space.id], space.name).price
            answers.append(_InWindow(count.free, count.total, money(price) if count.total else None))
        except Refusal:
            answers.append(_InWindow(0, count.total, None))
    return answers


async def _hours(spaces: Sequence[SpaceCard], period: Period, language: str) -> Mapping[int, Hours]:
    zones = [ZoneInfo(zone) for zone in {space.time_zone for space in spaces}] or [ZoneInfo("UTC")]
    first = min(local_day(period.starts_at, zone) for zone in zones)
    last = max(local_day(period.ends_at, zone) for zone in zones)
    return await hours_of([_clock(space) for space in spaces], first, last, language)


def _clock(space: SpaceCard) -> SpaceClock:
    return SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)


async def _space(slug: str, visitor: Visitor) -> SpaceCard:
    space = await space_by_slug(known_slug(slug), visitor.now)
    if space is None:
        raise NotFound
    return space


def _in_list(space: SpaceCard, km: float | None, window: _InWindow | None, address: str) -> SpaceInList:
    return SpaceInList(
        slug=space.slug,
        name=space.name,
        operator=OperatorShape(space.operator.name),
        municipality=space.municipality,
        address=space.address,
        position=PositionShape(space.lat, space.lng),
        distance_km=None if km is None else round(km, 2),
        features=space.features,
        url=f"{address}/standorte/{space.slug}",
        free=window.free if window else msgspec.UNSET,
        total=window.total if window else msgspec.UNSET,
        lowest_price=window.lowest_price if window else msgspec.UNSET,
    )
