"""Reads what the sums of days are counted from: resources that existed, hours, blockers, bookings."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.bookings.rules import LONGEST
from app.insights.counting import Fate, Piece, SpaceFacts, Stay
from app.insights.spans import ENDLESS, Spans, WallClock, common, joined, minute_of, without
from app.inventory.blockers import Repetition, occurrences
from app.inventory.linking import EQUIPMENT
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Hours, Kind, wall_instant
from app.kernel.periods import Period
from app.kernel.wall_time import Opening, local_day
from app.platform.database import fetch

_ONE_DAY: Final = timedelta(days=1)

NEVER_STOOD: Final = (
    "b.status = 'cancelled' AND b.decide_by IS NOT NULL AND (b.decided_by IS NULL OR b.reason = 'declined')"
)
"""A request that nobody ever approved: it has neither taken time nor given it back."""


Opened = Mapping[date, Sequence[Opening]]
"""Openings of days that are known to have been such, whatever the hours say today."""


@dataclass(frozen=True, slots=True)
class SpaceLife:
    """A space's clock, and from when to when there was anything to book: from its first booking at the latest."""

    clock: SpaceClock
    begins_at: datetime | None
    ends_at: datetime | None

    @property
    def id(self) -> int:
        return self.clock.space

    @property
    def first_day(self) -> date | None:
        """The day on which it begins there."""
        return local_day(self.begins_at, self.clock.zone) if self.begins_at else None


async def lives_of(spaces: Collection[int] | None = None) -> list[SpaceLife]:
    """Of these spaces or all, retired ones too, by key."""
    rows = await fetch(
        """
        SELECT s.id, s.time_zone, s.holiday_region, s.open_on_holidays,
               least(s.published_at, (SELECT min(b.starts_at) FROM booking b WHERE b.space = s.id)) AS begins_at,
               least(s.retired_at, o.retired_at) AS ends_at
          FROM space s JOIN operator o ON o.id = s.operator
         WHERE $1::bigint[] IS NULL OR s.id = ANY($1) ORDER BY s.id
        """,
        None if spaces is None else list(spaces),
    )
    return [
        SpaceLife(
            SpaceClock(row["id"], row["time_zone"], row["holiday_region"], row["open_on_holidays"]),
            row["begins_at"],
            row["ends_at"],
        )
        for row in rows
    ]


async def facts_of(
    lives: Sequence[SpaceLife],
    first: date,
    last: date,
    opened: Opened | None = None,
) -> Mapping[int, SpaceFacts]:
    """The facts of these spaces from the first day to the last, by space; five queries however many there are.

    `opened` is for one space alone.
    """
    if not lives:
        return {}
    clocks = {life.id: WallClock(life.clock.zone, first, last) for life in lives}
    hours = await hours_of([life.clock for life in lives], first, last)
    resources = await _resources(clocks.keys())
    blocked = await _blocked(lives, clocks, resources)
    stays = await _stays(lives, first, last)
    found = {}
    for life in lives:
        pieces = _pieces(life, resources[life.id], blocked[life.id])
        found[life.id] = SpaceFacts(
            clocks[life.id],
            _open(life.clock.zone, hours[life.id], clocks[life.id].days, opened or {}),
            pieces,
            _pieces_of(resources[life.id], pieces),
            stays[life.id],
        )
    return found


def openings_of(hours: Hours, day: date, opened: Opened) -> Sequence[Opening]:
    """What held on the day."""
    return opened[day] if day in opened else hours.openings_on(day)


def _open(zone: ZoneInfo, hours: Hours, days: Sequence[date], opened: Opened) -> Spans:
    """When the space is open on these days."""
    return joined(
        (minute_of(wall_instant(day, opening.opens, zone)), minute_of(wall_instant(day, opening.closes, zone)))
        for day in days
        for opening in openings_of(hours, day, opened)
    )


async def _resources(spaces: Collection[int]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    rows = await fetch(
        "SELECT id, space, kind, parts, since, retired_at FROM resource WHERE space = ANY($1::bigint[]) AND kind <> $2"
        " ORDER BY space, position, id",
        list(spaces),
        EQUIPMENT,
    )
    by_space: dict[int, list[Mapping[str, Any]]] = {space: [] for space in spaces}
    for row in rows:
        by_space[row["space"]].append(row)
    return by_space


def _pieces(
    life: SpaceLife, rows: Sequence[Mapping[str, Any]], blocked: Mapping[int, Sequence[tuple[int, int]]]
) -> Mapping[int, Piece]:
    """Each resource for the time in which none of its parts was there."""
    begins = ENDLESS if life.begins_at is None else minute_of(life.begins_at)
    ends = ENDLESS if life.ends_at is None else minute_of(life.ends_at)
    own: dict[int, Spans] = {}
    for row in rows:
        starts = max(minute_of(row["since"]), begins) if row["since"] else begins
        own[row["id"]] = joined([(starts, min(minute_of(row["retired_at"]), ends) if row["retired_at"] else ends)])
    pieces = {}
    for row in rows:
        parts = joined(span for part in row["parts"] for span in own.get(part, ()))
        existed = without(own[row["id"]], parts)
        pieces[row["id"]] = Piece(row["id"], Kind(row["kind"]), existed, joined(blocked.get(row["id"], ())))
    return pieces


def _pieces_of(rows: Sequence[Mapping[str, Any]], pieces: Mapping[int, Piece]) -> Mapping[int, Sequence[int]]:
    return {
        row["id"]: [key for key in (row["id"], *row["parts"]) if key in pieces and pieces[key].existed] for row in rows
    }


async def _blocked(
    lives: Sequence[SpaceLife],
    clocks: Mapping[int, WallClock],
    resources: Mapping[int, Sequence[Mapping[str, Any]]],
) -> Mapping[int, Mapping[int, Sequence[tuple[int, int]]]]:
    """By space and resource the time that blockers took from guests: while they stood, and not before they were set."""
    rows = await fetch(
        "SELECT space, resources, starts_at, ends_at, rrule, created_at, lifted_at FROM blocker"
        " WHERE space = ANY($1::bigint[]) ORDER BY id",
        list(clocks),
    )
    zones = {life.id: life.clock.zone for life in lives}
    found: dict[int, dict[int, list[tuple[int, int]]]] = {space: defaultdict(list) for space in clocks}
    for row in rows:
        space = row["space"]
        times = common(_times(row, zones[space]), [clocks[space].span])
        if not times:
            continue
        wanted = set(row["resources"])
        for resource in resources[space]:
            if not wanted or resource["id"] in wanted:
                for key in (resource["id"], *resource["parts"]):
                    found[space][key] += times
    return found


def _times(row: Mapping[str, Any], zone: ZoneInfo) -> Spans:
    repetition = Repetition.of(row["rrule"], zone) if row["rrule"] else None
    times = occurrences(Period(row["starts_at"], row["ends_at"]), repetition, zone)
    stood = (minute_of(row["created_at"]), minute_of(row["lifted_at"]) if row["lifted_at"] else ENDLESS)
    return common(joined((minute_of(time.starts_at), minute_of(time.ends_at)) for time in times), joined([stood]))


_STAYS: Final = f"""
    SELECT b.space, b.resource, r.kind, b.status, b.is_late AND b.taken_over_by IS NULL AS counts,
           floor(date_part('epoch', b.starts_at) / 60)::bigint AS starts,
           floor(date_part('epoch', b.ends_at) / 60)::bigint AS ends,
           floor(date_part('epoch', b.created_at) / 60)::bigint AS created,
           floor(date_part('epoch', coalesce(b.checked_in_at, CASE b.status WHEN 'completed' THEN b.starts_at END)) / 60
           )::bigint AS arrived,
           floor(date_part('epoch', b.left_at) / 60)::bigint AS gone
      FROM booking b JOIN resource r ON r.id = b.resource
     WHERE b.space = ANY($1::bigint[]) AND b.starts_at >= $2 AND b.starts_at < $3
       AND b.status NOT IN ('requested', 'held') AND NOT ({NEVER_STOOD})
"""  # noqa: S608


async def _stays(lives: Sequence[SpaceLife], first: date, last: date) -> Mapping[int, list[Stay]]:
    """Bookings that touch these days, and on either side some more."""
    rows = await fetch(
        _STAYS,
        [life.id for life in lives],
        min(wall_instant(first, 0, life.clock.zone) for life in lives) - LONGEST - _ONE_DAY,
        max(wall_instant(last + _ONE_DAY, 0, life.clock.zone) for life in lives),
    )
    kinds = {kind.value: kind for kind in Kind}
    by_space: dict[int, list[Stay]] = {life.id: [] for life in lives}
    for space, stay in await _fixed(lives, first, last):
        by_space[space].append(stay)
    for space, resource, kind, status, counts, starts, ends, created, arrived, left in map(tuple, _values(rows)):
        fate = _FATES[status] if status != "released" else (Fate.LATE if counts else Fate.CANCELLED)
        by_space[space].append(Stay(resource, kinds[kind], (starts, ends), fate, created, arrived, left))
    return by_space


async def _fixed(lives: Sequence[SpaceLife], first: date, last: date) -> list[tuple[int, Stay]]:
    """What fixed desks held, each piece with its space: not what was released, blocked, or booked on arriving."""
    rows = await fetch(
        "SELECT r.space, c.resource, floor(date_part('epoch', c.starts_at) / 60)::bigint AS starts,"
        " floor(date_part('epoch', c.ends_at) / 60)::bigint AS ends"
        " FROM resource r JOIN claim c ON c.resource = r.id"
        " WHERE r.space = ANY($1::bigint[]) AND r.kind = 'desk' AND c.reason = 'fixed_desk'"
        " AND c.starts_at < $3 AND c.ends_at > $2",
        [life.id for life in lives],
        min(wall_instant(first, 0, life.clock.zone) for life in lives),
        max(wall_instant(last + _ONE_DAY, 0, life.clock.zone) for life in lives),
    )
    return [
        (row["space"], Stay(row["resource"], Kind.DESK, (row["starts"], row["ends"]), Fate.FIXED, row["starts"]))
        for row in rows
    ]


def _values(rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    return [row.values() for row in rows]


_FATES: Final[Mapping[str, Fate]] = {
    "confirmed": Fate.STANDS,
    "checked_in": Fate.STANDS,
    "completed": Fate.STANDS,
    "no_show": Fate.NO_SHOW,
    "cancelled": Fate.CANCELLED,
}
