"""Fills an empty database with the demo network. The day is its only input."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from app.demo.acceptances import accept_everywhere
from app.demo.arrangements import HALVES, arrange
from app.demo.cast import (
    ASSISTANT,
    COMMUTER,
    FREELANCER,
    FRONT_DESK,
    OPERATOR,
    enter_accounts,
    enter_crowd,
    enter_guests,
)
from app.demo.content.catalogue import DemoMeasures, DemoNetwork, DemoSpace
from app.demo.content.facts import facts_recipes
from app.demo.content.network import demo_network, demo_operators
from app.demo.content.pictures import draw, draw_room
from app.demo.content.spaces import demo_spaces
from app.demo.floors import draw_floors
from app.demo.month import DAYS_AHEAD, DAYS_BACK, Place, habits_at_the_desk, habits_of, plausible_month, plausible_past
from app.demo.operator_lives import enter_lives
from app.demo.own_desks import enter_own_desk
from app.demo.people import enter_people
from app.demo.planned import enter_bookings
from app.demo.plans import enter_plans, first_month
from app.demo.returned import lose_a_mail
from app.demo.rows import copy_rows, steady_id
from app.demo.standing import stands
from app.demo.team_life import live_together
from app.demo.teams import enter_team
from app.demo.today import welcome_the_first
from app.demo.welcome import enter_welcomes
from app.identity.queries import actor_of_person
from app.inventory.floor_plans import encode
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Kind, wall_instant
from app.network.geography import Position, distance_km
from app.network.queries import SpaceCard, published_spaces
from app.plans.order_documents import Paper
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.files import Files

TAGLINE = ("Arbeiten in der Nähe", "Work close to home")
ZONE = ZoneInfo("Europe/Berlin")
_KOBLENZ = Position(50.3569, 7.5890)
_YEARS_OF_EXCEPTIONS = 3
DAYS_OF_HISTORY = 84
"""So long before the month its spaces were visited already."""

_FLOOR = ("Erdgeschoss", "Ground floor")
_ROOM_ALT = (
    "Zeichnung: langer Tisch mit Stühlen vor einem großen Bildschirm.",
    "Drawing: a long table with chairs in front of a large screen.",
)
_REASONS = {(12, 24): ("Heiligabend", "Christmas Eve"), (12, 31): ("Silvester", "New Year's Eve")}
_ONE_AT_A_TIME = 0x6465_6D6F  # any number of our own

_T = TypeVar("_T")
Step = Callable[[str], None]
"""Told what is being done next, for those who wait."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the demo network is made: the site's files, its address and templates, and the key of its links."""

    files: Files
    paper: Paper
    key: bytes


async def fill(today: date, site: Site, step: Step, *, free_of_charge: bool = False) -> bool:
    """Puts the demo network into an empty database, all or nothing; False where it stands already.

    One that is free of charge sells nothing, and nobody has ever bought anything (docs/design.md decision 22).

    Raises RealDataHere.
    """
    if await stands():
        return False
    step("network and spaces")
    now = wall_instant(today, 0, ZONE)
    async with _beside(_draw_pictures(site.files)) as pictures, transaction():
        await fetch_value("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
        if await stands():
            return False
        texts = demo_network(free_of_charge=free_of_charge)
        await _enter_network(texts, now)
        operators = await _enter_operators(now)
        await enter_lives(operators, texts, today, now)
        for space in demo_spaces():
            await _enter_space(space, operators[space.operator], today, now)
        await enter_welcomes(now)
        step("people")
        accounts = await enter_accounts(operators, now)
        guests = await enter_guests(operators, accounts[FRONT_DESK], now)
        crowd = await enter_crowd(now)
        await accept_everywhere(None, now)
        step("bookings")
        habits = (
            *habits_of(accounts[COMMUTER], accounts[FREELANCER], today),
            *habits_at_the_desk(*guests, accounts[FRONT_DESK]),
        )
        places = await _places(today, now)
        await enter_bookings("booking", plausible_month(places, crowd, habits, today))
        await welcome_the_first(today, ZONE)
        await lose_a_mail(today, ZONE, now)
        await enter_bookings("past", plausible_past(places, crowd, today, DAYS_OF_HISTORY), with_claims=False)
        if not free_of_charge:
            step("plans and what they have paid for")
            team = await enter_plans(accounts, guests, places, operators, DAYS_OF_HISTORY, site.paper, today, now)
        else:
            team = await enter_team(accounts, first_month(DAYS_OF_HISTORY, today), free_of_charge=True)
        await arrange(accounts, today, now)
        await enter_people(accounts, now)
        if not free_of_charge:
            await enter_own_desk(accounts, today, now)
        await live_together(team, accounts[ASSISTANT], site.key, today, now)
        await draw_floors(await actor_of_person(accounts[OPERATOR]), site.files, now)
        await _enter_photos(await pictures)
    return True


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, _T]) -> AsyncIterator[asyncio.Task[_T]]:
    """The work goes on during the block, and is given up where the block ends before."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The names of files by space: its own pictures in their order, and what shows its rooms where it has any."""

    of_spaces: Mapping[str, Sequence[str]]
    of_rooms: Mapping[str, str]


async def _draw_pictures(files: Files) -> _Pictures:
    """Draws beside everything else: the database is busy meanwhile."""
    of_spaces = {
        space.slug: [
            await files.put(await asyncio.to_thread(draw, space.slug, picture.view), "image/webp")
            for picture in space.pictures
        ]
        for space in demo_spaces()
    }
    of_rooms = {
        space.slug: await files.put(await asyncio.to_thread(draw_room, space.slug), "image/webp")
        for space in demo_spaces()
        if any(resource.kind == "room" for resource in space.resources)
    }
    return _Pictures(of_spaces, of_rooms)


async def _enter_network(network: DemoNetwork, now: datetime) -> None:
    await execute(
        "INSERT INTO network (name, association, phone, phone_hours_de, phone_hours_en, email, street, postcode, place,"
        " tagline_de, tagline_en, is_demo, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $12)",
        network.name,
        network.association,
        network.phone,
        network.phone_hours.de,
        network.phone_hours.en,
        network.mail,
        network.street,
        network.postcode,
        network.place,
        *TAGLINE,
        now,
    )
    texts = [
        (kind, language, msgspec.json.encode(getattr(pages, kind).legal).decode(), _since_last_year(now))
        for language, pages in (("de", network.german), ("en", network.english))
        for kind in ("imprint", "privacy", "terms", "accessibility")
    ]
    await copy_rows("legal_text", ["kind", "language", "sections", "valid_from"], texts)


def _since_last_year(now: datetime) -> datetime:
    """Since when the network's texts hold, and what is sold is on sale."""
    return wall_instant(date(now.astimezone(ZONE).year - 1, 1, 1), 0, ZONE)


async def _enter_operators(now: datetime) -> Mapping[str, int]:
    """The operators' keys by slug."""
    rows = [
        (steady_id("operator", operator.slug), operator.slug, operator.name, operator.mail, operator.phone, now)
        for operator in demo_operators()
    ]
    await copy_rows("operator", ["public_id", "slug", "name", "email", "phone", "created_at"], rows)
    return {row["slug"]: row["id"] for row in await fetch("SELECT slug, id FROM operator")}


async def _enter_space(space: DemoSpace, operator: int, today: date, now: datetime) -> None:
    key: int = await fetch_value(
        "INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, open_on_holidays,"
        " features, description_de, description_en, directions_de, directions_en, email, phone, published_at, lacking,"
        " internet_mbit, internet_measured_on, door_width_cm, threshold_cm)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
        " $23) RETURNING id",
        space.slug,
        operator,
        space.name,
        space.street,
        space.postcode,
        space.place,
        space.municipality,
        space.lat,
        space.lng,
        not space.closed_on_holidays,
        list(space.features),
        space.description.de,
        space.description.en,
        space.arrival.de,
        space.arrival.en,
        space.mail,
        space.phone,
        now,
        list(space.lacking),
        *_measures(space.measures, today),
    )
    await _enter_hours(key, space, today)
    await _enter_staff_and_noise(key, space, today)
    await _enter_resources(key, space, today)


async def _enter_staff_and_noise(key: int, space: DemoSpace, today: date) -> None:
    staffed = [(key, hours.weekday + 1, _minute(hours.opens), _minute(hours.closes)) for hours in space.staffed]
    await copy_rows("staffed_hours", ["space", "weekday", "opens", "closes"], staffed)
    noise = [
        (
            key,
            datetime.combine(noise.day, noise.starts, ZONE),
            datetime.combine(noise.day, noise.ends, ZONE),
            noise.what.de,
            noise.what.en,
        )
        for noise in facts_recipes()[space.slug].noises(today)
    ]
    await copy_rows("noisy_event", ["space", "starts_at", "ends_at", "what_de", "what_en"], noise)


async def _enter_hours(key: int, space: DemoSpace, today: date) -> None:
    week = [(key, hours.weekday + 1, _minute(hours.opens), _minute(hours.closes)) for hours in space.hours]
    await copy_rows("weekly_hours", ["space", "weekday", "opens", "closes"], week)
    exceptions = [
        (
            key,
            date(year, exception.month, exception.day),
            _minute(exception.opens),
            _minute(exception.closes),
            *_REASONS[exception.month, exception.day],
        )
        for year in range(today.year, today.year + _YEARS_OF_EXCEPTIONS)
        for exception in space.exceptions
    ]
    await copy_rows("hours_exception", ["space", "day", "opens", "closes", "reason_de", "reason_en"], exceptions)


async def _enter_resources(key: int, space: DemoSpace, today: date) -> None:
    floor_plan: int = await fetch_value(
        "INSERT INTO floor_plan (public_id, space, name, name_en, drawing)"
        " VALUES ($1, $2, $3, $4, $5::jsonb) RETURNING id",
        steady_id("floor_plan", space.slug),
        key,
        *_FLOOR,
        encode(space.floor_plan),
    )
    rows = [
        (
            steady_id("resource", space.slug, resource.kind, resource.name),
            key,
            resource.kind,
            resource.name,
            position,
            resource.capacity,
            list(resource.features),
            list(resource.lacking),
            *_measures(resource.measures, today),
            floor_plan if resource.placement else None,
            msgspec.json.encode(resource.placement).decode() if resource.placement else None,
        )
        for position, resource in enumerate(space.resources)
    ]
    columns = [
        *("public_id", "space", "kind", "name", "position", "capacity", "features", "lacking", "internet_mbit"),
        *("internet_measured_on", "door_width_cm", "threshold_cm", "floor_plan", "placement"),
    ]
    await copy_rows("resource", columns, rows)


async def _enter_photos(pictures: _Pictures) -> None:
    keys = {row["slug"]: row["id"] for row in await fetch("SELECT id, slug FROM space")}
    of_spaces = [
        (keys[space.slug], file, picture.alt.de, picture.alt.en, position)
        for space in demo_spaces()
        for position, (file, picture) in enumerate(zip(pictures.of_spaces[space.slug], space.pictures, strict=True))
    ]
    await copy_rows("space_photo", ["space", "file", "alt_de", "alt_en", "position"], of_spaces)
    rooms = await fetch(
        "SELECT r.id, s.slug FROM resource r JOIN space s ON s.id = r.space"
        " WHERE r.kind = 'room' AND NOT r.name = ANY($1) ORDER BY r.id",
        list(HALVES),
    )
    of_rooms = [(row["id"], pictures.of_rooms[row["slug"]], *_ROOM_ALT) for row in rooms]
    await copy_rows("resource_photo", ["resource", "file", "alt_de", "alt_en"], of_rooms)


async def _places(today: date, now: datetime) -> list[Place]:
    """The spaces as they now stand in the database, with what can be booked there."""
    spaces = sorted(await published_spaces(now), key=lambda space: space.id)
    clocks = [SpaceClock(s.id, s.time_zone, s.holiday_region, s.open_on_holidays) for s in spaces]
    hours = await hours_of(
        clocks, today - timedelta(days=DAYS_BACK + DAYS_OF_HISTORY), today + timedelta(days=DAYS_AHEAD)
    )
    resources: dict[tuple[int, str], list[int]] = {}
    for row in await fetch("SELECT id, space, kind FROM resource ORDER BY id"):
        resources.setdefault((row["space"], row["kind"]), []).append(row["id"])

    def of_kind(space: SpaceCard, kind: Kind) -> Sequence[int]:
        return resources.get((space.id, kind), [])

    return [
        Place(
            slug=space.slug,
            space=space.id,
            hours=hours[space.id],
            pull=_pull(space),
            desks=of_kind(space, Kind.DESK),
            rooms=of_kind(space, Kind.ROOM),
            booths=of_kind(space, Kind.BOOTH),
            parking=of_kind(space, Kind.PARKING),
        )
        for space in spaces
    ]


def _minute(wall: time | None) -> int | None:
    return None if wall is None else wall.hour * 60 + wall.minute


def _measures(measures: DemoMeasures, today: date) -> tuple[int | None, date | None, int | None, int | None]:
    """As the columns of a space or resource, the internet measured some days before today."""
    measured = None if measures.internet_days_ago is None else today - timedelta(days=measures.internet_days_ago)
    return measures.internet_mbit, measured, measures.door_width_cm, measures.threshold_cm


def _pull(space: SpaceCard) -> float:
    """How busy a space is for its size: 1.2 at Koblenz, less and less towards the Eifel."""
    return max(0.8, 1.2 - 0.016 * distance_km(_KOBLENZ, space))
