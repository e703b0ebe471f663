"""Reads of inventory."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.inventory.floor_plans import FloorPlanDrawing, Placement, decode
from app.inventory.needs import OF_RESOURCE, asks_of_resources
from app.inventory.rules import Hours, HoursChange, Kind
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.network.holidays import public_holidays
from app.network.queries import measures_of
from app.network.rules import LIMITS, Measures
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class SpaceClock:
    """What of a space its hours depend on."""

    space: int
    time_zone: str
    holiday_region: str
    open_on_holidays: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class ResourceCard:
    """A resource as pages and the interface show it."""

    id: int
    public_id: str
    space: int
    kind: Kind
    name: str
    position: int
    capacity: int
    features: tuple[str, ...]
    lacking: tuple[str, ...]
    measures: Measures
    floor_plan: int | None
    placement: Placement | None
    rules: int = 0
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """The picture under a drawing, from its upper left corner; how large it lies there in units."""

    file: str
    width: int
    height: int
    shown: bool = True


@dataclass(frozen=True, slots=True)
class FloorPlanCard:
    """One floor of a space, its drawing, and the picture under it that guests see."""

    id: int
    name: str
    drawing: FloorPlanDrawing
    picture: PlanPicture | None = None


async def hours_of(spaces: Sequence[SpaceClock], first: date, last: date, language: str = "de") -> Mapping[int, Hours]:
    """The hours of these spaces, good for the days from first to last and one on either side; one query."""
    rows = await fetch(
        """
        SELECT space, weekday, NULL::date AS day, opens, closes, '' AS reason_de, '' AS reason_en,
               NULL::timestamptz AS takes_until
          FROM weekly_hours WHERE space = ANY($1)
        UNION ALL
        SELECT space, NULL, day, opens, closes, reason_de, reason_en, NULL
          FROM hours_exception WHERE space = ANY($1) AND day BETWEEN $2 AND $3
        UNION ALL
        SELECT s.id, NULL, NULL, NULL, NULL, '', '', least(o.suspended_at, o.ends_at)
          FROM space s JOIN operator o ON o.id = s.operator
         WHERE s.id = ANY($1) AND (o.suspended_at IS NOT NULL OR o.ends_at IS NOT NULL)
        """,
        [clock.space for clock in spaces],
        first - timedelta(days=1),
        last + timedelta(days=1),
    )
    by_space: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_space[row["space"]].append(row)
    return {
        clock.space: hours_from(
            clock,
            by_space[clock.space],
            first,
            last,
            language,
            takes_until=next((row["takes_until"] for row in by_space[clock.space] if row["takes_until"]), None),
        )
        for clock in spaces
    }


def hours_from(
    clock: SpaceClock,
    rows: Sequence[Mapping[str, Any]],
    first: date,
    last: date,
    language: str,
    *,
    takes_until: datetime | None = None,
) -> Hours:
    """Hours from rows with weekday or day, opens, closes, reason_de, reason_en."""
    week: dict[int, list[Opening]] = defaultdict(list)
    changes: dict[date, list[HoursChange]] = defaultdict(list)
    for row in rows:
        opening = Opening(row["opens"], row["closes"]) if row["opens"] is not None else None
        if row["day"] is not None:
            changes[row["day"]].append(HoursChange(opening, row[f"reason_{language}"] or row["reason_de"]))
        elif opening is not None:
            week[row["weekday"]].append(opening)
    holidays: dict[date, str] = {}
    for year in range((first - timedelta(days=1)).year, (last + timedelta(days=1)).year + 1):
        holidays |= public_holidays(clock.holiday_region, year, language)
    return Hours(ZoneInfo(clock.time_zone), week, changes, holidays, clock.open_on_holidays, takes_until)


_RESOURCE = (
    "id, public_id, space, kind, name, position, capacity, features, lacking, internet_mbit, internet_measured_on,"
    " door_width_cm, threshold_cm, floor_plan, placement::text AS placement, coalesce(rules, 0) AS rules, parts"
)


async def resources_of(space: int, kind: Kind | None = None) -> list[ResourceCard]:
    """The space's resources that are in use, in their order."""
    rows = await fetch(
        f"SELECT {_RESOURCE} FROM resource"  # noqa: S608
        " WHERE space = $1 AND retired_at IS NULL AND ($2::text IS NULL OR kind = $2) AND kind <> 'equipment'"
        " ORDER BY array_position(ARRAY['desk', 'room', 'booth', 'parking'], kind), position, id",
        space,
        kind,
    )
    return [_card(row) for row in rows]


async def resource_by_public_id(public_id: str) -> ResourceCard | None:
    """The resource in use with this public id."""
    row = await fetch_row(
        f"SELECT {_RESOURCE} FROM resource WHERE public_id = $1 AND retired_at IS NULL AND kind <> 'equipment'",  # noqa: S608
        public_id,
    )
    return _card(row) if row else None


@dataclass(frozen=True, slots=True)
class ResourcePhotoCard:
    """A picture of a resource: the file's name and what is to be seen, by language."""

    kind: Kind
    name: str
    file: str
    alt: Mapping[str, str]


async def resource_photos_of(space: int) -> list[ResourcePhotoCard]:
    """The pictures of the space's resources in use, in the resources' order."""
    rows = await fetch(
        "SELECT r.kind, r.name, p.file, p.alt_de, p.alt_en FROM resource_photo p JOIN resource r ON r.id = p.resource"
        " WHERE r.space = $1 AND r.retired_at IS NULL ORDER BY r.position, r.id, p.position, p.id",
        space,
    )
    return [
        ResourcePhotoCard(
            Kind(row["kind"]), row["name"], row["file"], {"de": row["alt_de"], "en": row["alt_en"] or row["alt_de"]}
        )
        for row in rows
    ]


async def is_resource_photo(file: str) -> bool:
    """Whether a stored file is a picture of a resource, which anyone may see."""
    return await fetch_row("SELECT 1 FROM resource_photo WHERE file = $1 LIMIT 1", file) is not None


async def floor_plans_of(space: int, language: str = "de") -> list[FloorPlanCard]:
    """The space's floors in their order, drawn for readers of this language."""
    rows = await fetch(
        "SELECT id, name, name_en, drawing::text AS drawing, CASE WHEN picture_shown THEN picture END AS picture,"
        " picture_width, picture_height FROM floor_plan WHERE space = $1 ORDER BY position, id",
        space,
    )
    return [
        FloorPlanCard(
            row["id"],
            (row["name_en"] if language == "en" else "") or row["name"],
            decode(row["drawing"].encode()).in_language(language),
            PlanPicture(row["picture"], row["picture_width"], row["picture_height"]) if row["picture"] else None,
        )
        for row in rows
    ]


async def taken_periods(
    resources: Sequence[int], window: Period, *, but_for: int | None = None
) -> Mapping[int, list[Period]]:
    """What keeps each resource from being booked within the window, in order and not cut at its ends.

    That is what holds its own time and that of its parts, together with the time that its next booking would have to
    keep free beside it; the claims of the booking `but_for` do not count. Claims of one resource never overlap, so at
    most one that starts before the window reaches into it.
    """
    rows = await fetch(
        """
        SELECT r.id AS resource, c.starts_at - b.after AS starts_at, c.ends_at + b.before AS ends_at
          FROM resource r
          LEFT JOIN booking_rules q ON q.id = r.rules
         CROSS JOIN LATERAL (
               SELECT make_interval(mins => coalesce(q.buffer_before, 0)) AS before,
                      make_interval(mins => coalesce(q.buffer_after, 0)) AS after
         ) b
         CROSS JOIN LATERAL unnest(r.id || r.parts) AS f (id)
         CROSS JOIN LATERAL (
               (SELECT starts_at, ends_at, holder, reason FROM claim
                 WHERE resource = f.id AND starts_at < $2::timestamptz ORDER BY starts_at DESC LIMIT 1)
               UNION ALL
               SELECT starts_at, ends_at, holder, reason FROM claim
                WHERE resource = f.id AND starts_at >= $2 AND starts_at < $3::timestamptz + b.after
         ) AS c
         WHERE r.id = ANY($1::bigint[]) AND c.ends_at > $2::timestamptz - b.before
           AND (c.holder = $4 AND c.reason IN ('booking', 'buffer')) IS NOT TRUE
         ORDER BY r.id, c.starts_at
        """,
        list(resources),
        window.starts_at,
        window.ends_at,
        but_for,
    )
    taken: dict[int, list[Period]] = {resource: [] for resource in resources}
    for row in rows:
        periods = taken[row["resource"]]
        period = Period(row["starts_at"], row["ends_at"])
        if periods and period.starts_at < periods[-1].ends_at:
            periods[-1] = Period(periods[-1].starts_at, max(periods[-1].ends_at, period.ends_at))
        else:
            periods.append(period)
    return taken


@dataclass(frozen=True, slots=True)
class SpaceWindow:
    """A window of time at one space, for those of its resources that obey these rules (0 is none) or for all.

    Where the rules forbid it (`bookable`), nothing is free.
    """

    space: int
    period: Period
    rules: int | None = None
    bookable: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a kind are free during the whole of a window, and how many there are."""

    free: int
    total: int


def that_fit(words: Collection[str], parameter: int) -> tuple[str, list[object]]:
    """SQL that leaves of the resources `r` those that fit the words as `resource_fits` says it, and its values.

    Its parameters count from `parameter`. Without words it says nothing, so that a search without filters stays as
    quick as it is.
    """
    if not asks_of_resources(words):
        return "", []
    features = sorted(word for word in words if word in OF_RESOURCE and word not in LIMITS)
    sql = f" AND r.features @> ${parameter}::text[]"
    for limit in (LIMITS[word] for word in sorted(words) if word in LIMITS):
        value = f"coalesce(r.{limit.measure}, (SELECT {limit.measure} FROM space WHERE id = r.space))"  # noqa: S608
        sql += f" AND {value} >= {limit.least}" if limit.least is not None else ""
        sql += f" AND {value} <= {limit.most}" if limit.most is not None else ""
    return sql, [features]


async def count_free(windows: Sequence[SpaceWindow], kind: Kind, words: Collection[str] = ()) -> list[Count]:
    """For each window the count of that kind that fits these words at that space, in the windows' order; one query.

    All claims of the whole time are read once, by time and however many windows and resources there are: those that
    last a day at most by their start, the few longer ones from an index of their own.
    """
    if not windows:
        return []
    fitting, values = that_fit(words, 7)
    rows = await fetch(
        f"""
        WITH w AS MATERIALIZED (
            SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $5::bigint[], $6::boolean[])
                   WITH ORDINALITY AS w (space, starts_at, ends_at, rules, bookable, i)
        ), span AS MATERIALIZED (
            SELECT min(starts_at) AS starts_at, max(ends_at) AS ends_at FROM w
        ), there AS MATERIALIZED (
            SELECT r.id, r.space, coalesce(r.rules, 0) AS rules, r.parts FROM resource r
             WHERE r.space = ANY($1) AND r.kind = $4 AND r.retired_at IS NULL{fitting}
        ), held AS MATERIALIZED (
            SELECT resource, starts_at, ends_at FROM claim
             WHERE starts_at >= (SELECT starts_at FROM span) - interval '24 hours'
               AND starts_at < (SELECT ends_at FROM span) AND ends_at > (SELECT starts_at FROM span)
            UNION ALL
            SELECT resource, starts_at, ends_at FROM claim
             WHERE ends_at - starts_at > interval '24 hours'
               AND starts_at < (SELECT ends_at FROM span) AND ends_at > (SELECT starts_at FROM span)
        ), busy AS MATERIALIZED (
            SELECT f.id, f.space, f.rules, held.starts_at, held.ends_at
              FROM (SELECT id, space, rules, id AS part FROM there
                    UNION ALL
                    SELECT id, space, rules, unnest(parts) FROM there WHERE parts <> '{{}}') f
              JOIN held ON held.resource = f.part
        )
        SELECT i, sum(total)::int AS total, sum(taken)::int AS taken
          FROM (SELECT w.i, t.total, 0 AS taken
                  FROM w JOIN (SELECT space, rules, count(*) AS total FROM there GROUP BY space, rules) t
                    ON t.space = w.space AND (w.rules IS NULL OR t.rules = w.rules)
                UNION ALL
                SELECT w.i, 0, count(DISTINCT busy.id)
                  FROM w JOIN busy ON busy.space = w.space AND (w.rules IS NULL OR busy.rules = w.rules)
                   AND busy.starts_at < w.ends_at AND busy.ends_at > w.starts_at
                 WHERE w.bookable GROUP BY w.i) counted
         GROUP BY i
        """,  # noqa: S608
        [window.space for window in windows],
        [window.period.starts_at for window in windows],
        [window.period.ends_at for window in windows],
        kind,
        [window.rules for window in windows],
        [window.bookable for window in windows],
        *values,
    )
    found = {row["i"]: (row["total"] - row["taken"], row["total"]) for row in rows}
    counts = [found.get(i, (0, 0)) for i in range(1, len(windows) + 1)]
    return [Count(free if window.bookable else 0, n) for window, (free, n) in zip(windows, counts, strict=True)]


async def totals(spaces: Sequence[int], kind: Kind, words: Collection[str] = ()) -> Mapping[int, int]:
    """How many of the kind each space has that fit these words; a space without any is left out."""
    fitting, values = that_fit(words, 3)
    rows = await fetch(
        "SELECT r.space, count(*) AS total FROM resource r"  # noqa: S608
        f" WHERE r.space = ANY($1) AND r.kind = $2 AND r.retired_at IS NULL{fitting} GROUP BY r.space",
        spaces,
        kind,
        *values,
    )
    return {row["space"]: row["total"] for row in rows}


def _card(row: Mapping[str, Any]) -> ResourceCard:
    placement = msgspec.json.decode(row["placement"], type=Placement) if row["placement"] else None
    return ResourceCard(
        id=row["id"],
        public_id=row["public_id"],
        space=row["space"],
        kind=Kind(row["kind"]),
        name=row["name"],
        position=row["position"],
        capacity=row["capacity"],
        features=tuple(row["features"]),
        lacking=tuple(row["lacking"]),
        measures=measures_of(row),
        floor_plan=row["floor_plan"],
        placement=placement,
        rules=row["rules"],
        parts=tuple(row["parts"]),
    )
