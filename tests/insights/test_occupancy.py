"""Occupancy agrees with the bookings, counted another way: minute by minute, over both nights of the time change."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.insights.closing import close_days
from app.insights.queries import Occupancy, occupancy
from app.insights.rules import Days, Wanted
from app.insights.sums import Sums, added
from app.inventory.linking import add_equipment, set_parts
from app.inventory.rules import Kind
from app.network.managing import managed_space
from app.platform.database import execute, fetch_value, transaction
from app.platform.random_ids import new_public_id
from tests.insights.recount import Counted, Made, Minutes, Walls, every_minute, minute, recount
from tests.worlds import ASpace, World, a_resource, a_space, a_world, at

WEEK = {1: (450, 1200), 2: (450, 1200), 3: (450, 1200), 4: (450, 1200), 5: (450, 1200), 6: (0, 1440), 7: (0, 1440)}
"""Half past seven to eight in the evening; at weekends day and night, so that the clocks change while it is open."""

KINDS = {"1": "desk", "2": "desk", "3": "desk", "K": "booth", "Nord": "room", "Süd": "room"}
BOOKABLE = {**{name: (name,) for name in KINDS}, "Halle": ("Nord", "Süd")}
QUARTER = timedelta(minutes=15)


@dataclass
class House:
    """A space with all that makes counting hard, and when each of its pieces could be booked in the month."""

    space: ASpace
    first: date
    last: date
    now: datetime
    walls: Walls
    there: Minutes
    available: Minutes

    @property
    def wanted(self) -> Wanted:
        return Wanted((self.space.id,), Days(self.first, self.last))


async def a_house(world: World, first: date, last: date) -> House:
    """A hall of two halves with a projector, a desk that goes, one that comes, closing days, blockers of each kind."""
    space = await a_space(world.operator, "tag-und-nacht", "Tag und Nacht", resources=[], week=WEEK)
    made = {}
    for order, name in enumerate([*KINDS, "Halle"]):
        made[name] = await a_resource(space.id, Kind(KINDS.get(name, "room")), name, order=order)
    space = ASpace(space.id, space.slug, space.name, made)
    otto = world.otto.actor()
    card = await managed_space(otto, space.slug)
    projector = await add_equipment(otto, card, "Beamer", at(first, 0))
    parts = [made["Nord"].public_id, made["Süd"].public_id, projector.public_id]
    await set_parts(otto, card, made["Halle"].public_id, parts, at(first, 0))
    retired, since = at(first + timedelta(days=19), 11, 7), at(first + timedelta(days=9), 9, 52)
    await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", made["2"].id, retired + timedelta(seconds=40))
    await execute("UPDATE resource SET since = $2 WHERE id = $1", made["3"].id, since)
    await execute("UPDATE space SET published_at = $2 WHERE id = $1", space.id, at(first, 0) - timedelta(days=40))
    closed, short = first + timedelta(days=6), first + timedelta(days=7)
    await execute(
        "INSERT INTO hours_exception (space, day, opens, closes) VALUES ($1, $2, NULL, NULL), ($1, $3, 600, 735)",
        space.id, closed, short,
    )  # fmt: skip
    lifted = at(first + timedelta(days=16), 10, 30)
    tuesday = first + timedelta(days=(1 - first.weekday()) % 7)
    until = (at(last, 0) + timedelta(days=1)).astimezone(UTC)
    rrule = f"FREQ=WEEKLY;BYDAY=TU;UNTIL={until:%Y%m%dT%H%M%SZ}"
    sunday = first + timedelta(days=(6 - first.weekday()) % 7)
    blockers = [
        (["K"], at(tuesday, 10), at(tuesday, 12), rrule, lifted),
        ([], at(first + timedelta(days=12), 13), at(first + timedelta(days=13), 9), None, None),
        (["Halle"], at(sunday, 1), at(sunday, 5), None, None),
    ]
    made_at = at(first, 0) + timedelta(days=1)
    for names, starts_at, ends_at, rule, lifted_at in blockers:
        await execute(
            "INSERT INTO blocker (public_id, space, resources, starts_at, ends_at, rrule, reason_de, created_at,"
            " lifted_at) VALUES ($1, $2, $3, $4, $5, $6, 'Reparatur', $7, $8)",
            new_public_id(), space.id, [made[name].id for name in names], starts_at, ends_at, rule, made_at, lifted_at,
        )  # fmt: skip

    walls = every_minute(first, last)

    def is_open(wall: datetime) -> bool:
        of_day = wall.hour * 60 + wall.minute
        if wall.date() == closed:
            return False
        if wall.date() == short:
            return 600 <= of_day < 735
        opens, closes = WEEK[wall.isoweekday()]
        return wall.date() != date(2026, 10, 3) and opens <= of_day < closes

    def is_blocked(name: str, moment: int, wall: datetime) -> bool:
        if moment < minute(made_at):
            return False
        weekly = wall.isoweekday() == 2 and time(10) <= wall.time() < time(12) and wall.date() >= tuesday
        return (
            (name == "K" and weekly and moment < minute(lifted))
            or minute(blockers[1][1]) <= moment < minute(blockers[1][2])
            or (name in ("Nord", "Süd") and minute(blockers[2][1]) <= moment < minute(blockers[2][2]))
        )

    there = {name: frozenset(walls) for name in KINDS}
    there["2"] = frozenset(moment for moment in walls if moment < minute(retired))
    there["3"] = frozenset(moment for moment in walls if moment >= minute(since))
    opened = [moment for moment, wall in walls.items() if is_open(wall)]
    available = {
        name: frozenset(
            moment for moment in opened if moment in there[name] and not is_blocked(name, moment, walls[moment])
        )
        for name in KINDS
    }
    return House(space, first, last, at(first + timedelta(days=24), 13, 20), walls, there, available)


STATUSES = ("confirmed", "checked_in", "completed", "no_show", "cancelled", "released", "requested", "held")
WISHES = st.lists(
    st.tuples(
        st.sampled_from(sorted(BOOKABLE)),
        st.one_of(st.integers(-90, 31 * 96), st.integers(23 * 96, 25 * 96 + 40)),
        st.one_of(st.integers(1, 40), st.integers(1, 96)),
        st.sampled_from([*STATUSES, *STATUSES[:3], "confirmed"]),
        st.one_of(st.none(), st.integers(-15, 90)),
        st.one_of(st.none(), st.integers(1, 400)),
        st.integers(0, 60 * 24 * 60),
        st.booleans(),
    ),
    min_size=5,
    max_size=60,
)


async def enter(house: House, person: int, wishes: Sequence[tuple]) -> list[Made]:
    """The bookings as rows, whatever the rules for booking would say of them: counting must bear them all."""
    bookings = []
    for name, quarter, length, status, arrives, leaves, lead, flag in wishes:
        starts_at = at(house.first, 0).astimezone(UTC) + quarter * QUARTER
        ends_at = starts_at + length * QUARTER
        came = status in ("checked_in", "completed") and arrives is not None
        checked_in_at = starts_at + timedelta(minutes=arrives, seconds=11) if came else None
        left_at = None
        if came and leaves is not None and status == "completed":
            left_at = min(checked_in_at + timedelta(minutes=leaves), ends_at)
        never_stood = status == "cancelled" and flag
        made = Made(
            BOOKABLE[name], KINDS.get(name, "room"), starts_at, ends_at, starts_at - timedelta(minutes=lead), status,
            counts_late=status == "released" and flag, never_stood=never_stood,
            checked_in_at=checked_in_at, left_at=left_at,
        )  # fmt: skip
        key = await fetch_value(
            "INSERT INTO booking (public_id, resource, space, person, status, starts_at, ends_at, checked_in_at,"
            " left_at, is_late, decide_by, created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id",
            new_public_id(), house.space[name].id, house.space.id, person, status, starts_at, ends_at, checked_in_at,
            left_at, status == "released", starts_at if never_stood else None, made.created_at,
        )  # fmt: skip
        if status == "released" and not flag:
            await execute("UPDATE booking SET taken_over_by = id WHERE id = $1", key)
        bookings.append(made)
    return bookings


def same(found: Occupancy, counted: Counted, kind: str | None = None) -> None:
    """Every number, each way in which it is told."""
    wanted = {key: sums for key, sums in counted.sums.items() if kind in (None, key[1])}
    by_day: dict[object, list[Sums]] = {}
    by_weekday: dict[object, list[Sums]] = {}
    by_kind: dict[object, list[Sums]] = {}
    for (day, of_kind), sums in wanted.items():
        by_day.setdefault(day, []).append(sums)
        by_weekday.setdefault(day.isoweekday(), []).append(sums)
        by_kind.setdefault(of_kind, []).append(sums)
    assert numbers(found.by_day) == numbers({key: added(many) for key, many in by_day.items()})
    assert numbers(found.by_kind) == numbers({key: added(many) for key, many in by_kind.items()})
    hours = {key: added(many) for key, many in by_weekday.items()}
    assert whole(found.by_weekday) == whole(hours)
    assert whole({0: found.total}) == whole({0: added(hours.values())})
    total = found.total
    assert total.booked_minutes <= total.available_minutes
    assert total.unused_minutes >= 0


def numbers(sums: Mapping[object, Sums]) -> dict[object, tuple]:
    return {key: astuple(one)[4:] for key, one in sums.items() if not one.is_empty}


def whole(sums: Mapping[object, Sums]) -> dict[object, tuple]:
    return {key: astuple(one) for key, one in sums.items() if not one.is_empty}


class Undone(Exception):
    """Rolls back what an example has booked."""


@pytest.mark.parametrize("first", [date(2026, 10, 1), date(2026, 3, 2)], ids=["autumn", "spring"])
async def test_all_numbers_are_those_of_counting_every_minute(undone: None, first: date) -> None:
    world = await a_world()
    house = await a_house(world, first, first + timedelta(days=30))
    examples: list[list[tuple]] = []

    @settings(max_examples=5, database=None, derandomize=True, phases=[Phase.generate])
    @given(WISHES)
    def gather(wishes: list[tuple]) -> None:
        examples.append(wishes)

    gather()
    for wishes in examples:
        with suppress(Undone):
            async with transaction():
                bookings = await enter(house, world.mia.id, wishes)
                counted = recount(house.walls, KINDS, house.available, house.there, bookings, house.now)
                same(await occupancy(house.wanted, house.now), counted)
                rooms = Wanted(house.wanted.spaces, house.wanted.days, Kind.ROOM)
                same(await occupancy(rooms, house.now), counted, "room")
                await close_days(house.now)
                assert await fetch_value("SELECT count(*) FROM occupancy_day WHERE space = $1", house.space.id) > 20
                same(await occupancy(house.wanted, house.now), counted)
                same(await occupancy(rooms, house.now), counted, "room")
                raise Undone
