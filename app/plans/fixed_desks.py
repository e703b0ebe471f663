"""Fixed desks: whose a desk is, on which days, and which of them the holder leaves to others.

A fixed desk belongs to a membership whose terms have one. Claims hold its days (inventory/standing_claims.py), from
today as far ahead as anybody can book.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.inventory.booking_rules import DAYS_AHEAD
from app.inventory.standing_claims import hold_days
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, marked
from app.kernel.wall_time import local_day
from app.plans.grants import Days
from app.plans.queries import MembershipCard, memberships_where
from app.plans.terms import PlanTerms
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint
from app.platform.random_ids import new_public_id

HELD_AHEAD: Final = timedelta(days=DAYS_AHEAD + 14)
"""Further than anybody can book, so that the night's work may fail for some days."""

_A_DAY: Final = timedelta(days=1)


class FixedAlready(Conflict):
    """Somebody else has the desk on some of these days."""

    code = "desk_fixed_already"
    text = marked("Dieser Platz ist in dieser Zeit schon fest vergeben.")


refuse_constraint("fixed_desk_of_one", FixedAlready)
refuse_constraint("fixed_desk_one_at_a_time", FixedAlready)


class Because(StrEnum):
    """Why a desk is its holder's no more, where the membership is not the reason."""

    STAFF = "staff"
    REPLACED = "replaced"
    DESK_RETIRED = "desk_retired"
    SPACE_RETIRED = "space_retired"
    OPERATOR_ENDED = "operator_ended"


@dataclass(frozen=True, slots=True)
class FixedDesk:
    """A desk with its holder's membership. `days` are those of the desk alone; the terms may end or rest before.

    One that is withdrawn never began and holds nothing; only mails still know of it.
    """

    id: int
    public_id: str
    membership: MembershipCard
    name: str
    resource: int
    resource_public_id: str
    parts: tuple[int, ...]
    space: int
    space_slug: str
    space_name: str
    operator: int
    zone: ZoneInfo
    days: Days
    released: frozenset[date]
    assigned_by: int | None = None
    assigned_at: datetime | None = None
    because: Because | None = None
    is_withdrawn: bool = False

    @property
    def person(self) -> int:
        return self.membership.person

    @property
    def resources(self) -> tuple[int, ...]:
        """The desk with what comes with it."""
        return self.resource, *self.parts

    def terms_on(self, day: date) -> PlanTerms | None:
        """The terms that hold the desk that day; None where nothing does."""
        if self.days.within(Days(day, day)) is None:
            return None
        return fixed_terms_on(self.membership, day)

    def is_held_on(self, day: date) -> bool:
        """Whether it is the holder's that day and not left to others."""
        return day not in self.released and self.terms_on(day) is not None

    def held_days(self, today: date) -> list[date]:
        """All days from today on for which it is held, in order."""
        return [day for day in _run(today, today + HELD_AHEAD) if self.is_held_on(day)]

    @property
    def last_day(self) -> date | None:
        """The last day that it is the holder's, as far as the end is known."""
        of_terms = last_fixed_day(self.membership)
        return min((day for day in (self.days.last, of_terms) if day is not None), default=None)

    def goes_on(self, day: date) -> bool:
        """Whether it is the holder's on this day or a later one."""
        return self.last_day is None or self.last_day >= day

    @property
    def is_round_the_clock(self) -> bool:
        return self.membership.latest.round_the_clock


def fixed_terms_on(membership: MembershipCard, day: date) -> PlanTerms | None:
    """The terms of that day where they have a fixed desk; None while the membership rests."""
    stretch = membership.timeline.on(day)
    return stretch.terms if stretch is not None and stretch.terms.fixed_desk else None


def last_fixed_day(membership: MembershipCard) -> date | None:
    """The last day on which the terms, as far as they are known, have a fixed desk; None where they go on.

    Of a membership that ended before it began that is the day before it.
    """
    fixed = [stretch.days.last for stretch in membership.timeline.stretches if stretch.terms.fixed_desk]
    return fixed[-1] if fixed else membership.starts_on - _A_DAY


def has_fixed_desk(membership: MembershipCard, today: date) -> bool:
    """Whether its terms have a fixed desk today or on a day to come."""
    return any(
        stretch.terms.fixed_desk and (stretch.days.last is None or stretch.days.last >= today)
        for stretch in membership.timeline.stretches
    )


def _run(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _A_DAY


_DESK: Final = """
    SELECT d.id, d.public_id, d.membership, d.first_day, d.last_day, d.assigned_by, d.assigned_at,
           d.ended_because, d.withdrawn_at IS NOT NULL AS is_withdrawn, r.id AS resource,
           r.public_id AS resource_public_id, r.name, r.parts, s.id AS space, s.slug,
           s.name AS space_name, s.operator, s.time_zone,
           (SELECT array_agg(day) FROM fixed_desk_release
             WHERE fixed_desk = d.id AND taken_back_at IS NULL) AS released
      FROM fixed_desk d
      JOIN resource r ON r.id = d.resource
      JOIN space s ON s.id = r.space
"""


async def desks_of_membership(membership: int) -> list[FixedDesk]:
    """All that the membership has or had, the first first."""
    return await desks_where("d.membership = $1", membership)


async def desks_of_person(person: int, today: date) -> list[FixedDesk]:
    """The person's that are not over."""
    return await desks_where(
        "d.membership IN (SELECT id FROM membership WHERE person = $1) AND coalesce(d.last_day, 'infinity') >= $2",
        person,
        today,
    )


async def desks_at(space: int, today: date) -> list[FixedDesk]:
    """Those at the space that are not over, by the desk's place in the list."""
    return await desks_where(
        "r.space = $1 AND coalesce(d.last_day, 'infinity') >= $2", space, today, order="r.position, d.first_day"
    )


async def desks_of_resource(resource: int, today: date) -> list[FixedDesk]:
    """Whose the resource is or will be."""
    found = await desks_where("d.resource = $1 AND coalesce(d.last_day, 'infinity') >= $2", resource, today)
    return [desk for desk in found if desk.goes_on(today)]


async def desk_by_id(desk: int) -> FixedDesk | None:
    """The fixed desk with this key, for jobs."""
    return next(iter(await desks_where("d.id = $1", desk)), None)


async def desk_as_it_was(desk: int) -> FixedDesk | None:
    """The same also where it was withdrawn, for the mail that says so."""
    return next(iter(await _read("d.id = $1", [desk])), None)


async def replaced_by(desk: FixedDesk) -> FixedDesk | None:
    """The desk that the membership would have without this one, withdrawn or until the day before."""
    found = await _read(
        "d.membership = $1 AND d.ended_because = 'replaced' AND (d.withdrawn_at = $2 OR d.last_day = $3)",
        [desk.membership.id, desk.assigned_at, desk.days.first - _A_DAY],
    )
    return found[-1] if found else None


async def desks_where(condition: str, *arguments: object, order: str = "d.first_day, d.id") -> list[FixedDesk]:
    """The fixed desks d for which this SQL holds, without those that were withdrawn."""
    return await _read(f"d.withdrawn_at IS NULL AND ({condition})", arguments, order)


async def _read(condition: str, arguments: Sequence[object], order: str = "d.first_day, d.id") -> list[FixedDesk]:
    rows = await fetch(f"{_DESK} WHERE {condition} ORDER BY {order}", *arguments)
    keys = list({row["membership"] for row in rows})
    cards = {card.id: card for card in await memberships_where("m.id = ANY($1::bigint[])", keys)} if keys else {}
    return [_desk(row, cards[row["membership"]]) for row in rows]


def _desk(row: Any, membership: MembershipCard) -> FixedDesk:
    return FixedDesk(
        row["id"],
        row["public_id"],
        membership,
        row["name"],
        row["resource"],
        row["resource_public_id"],
        tuple(row["parts"]),
        row["space"],
        row["slug"],
        row["space_name"],
        row["operator"],
        ZoneInfo(row["time_zone"]),
        Days(row["first_day"], row["last_day"]),
        frozenset(row["released"] or ()),
        row["assigned_by"],
        row["assigned_at"],
        Because(row["ended_because"]) if row["ended_because"] else None,
        row["is_withdrawn"],
    )


async def hold_desk(desk: FixedDesk, now: datetime) -> list[Period]:
    """Lets claims hold what is the holder's, and nothing else; what came free by it, for those who wait.

    In a transaction. What others have taken before stays theirs.
    """
    today = local_day(now, desk.zone)
    freed = await hold_days(desk.id, desk.resources, desk.held_days(today), today, desk.zone)
    return [period for period in freed if period.ends_at > now]


async def hold_desks_of(resources: Collection[int], now: datetime) -> None:
    """Holds again what is free of those of these resources that are somebody's fixed desks.

    For whoever gives time back or lifts a blocker: before others are served.
    """
    desks = await desks_where(
        "d.resource = ANY($1::bigint[]) AND coalesce(d.last_day, 'infinity') >= $2::timestamptz::date - 1",
        list(resources),
        now,
    )
    for desk in desks:
        await hold_desk(desk, now)


async def enter_desk(membership: MembershipCard, resource: int, days: Days, assigned_by: int, now: datetime) -> int:
    """Writes that the desk is the membership's on these days; its key. Raises FixedAlready."""
    key: int = await fetch_value(
        "INSERT INTO fixed_desk (public_id, membership, resource, first_day, last_day, assigned_by, assigned_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        new_public_id(),
        membership.id,
        resource,
        days.first,
        days.last,
        assigned_by,
        now,
    )
    return key


async def end_with(desk: FixedDesk, last: date, because: Because | None = None) -> None:
    """Writes the last day on which the desk is the holder's, and why where the membership is not the reason."""
    await execute(
        "UPDATE fixed_desk SET last_day = $2, ended_because = coalesce($3, ended_because) WHERE id = $1",
        desk.id,
        last,
        because,
    )


async def end_with_terms(desk: FixedDesk) -> None:
    """The same where the membership ends it, so that the desk can be another's afterwards."""
    last = desk.last_day
    if last is not None and last != desk.days.last:
        await end_with(desk, max(last, desk.days.first))


async def withdraw_desk(desk: FixedDesk, because: Because, now: datetime) -> None:
    """One that never begins: nobody else need make way for it."""
    await execute(
        "UPDATE fixed_desk_release SET taken_back_at = $2 WHERE fixed_desk = $1 AND taken_back_at IS NULL", desk.id, now
    )
    await execute("UPDATE fixed_desk SET withdrawn_at = $2, ended_because = $3 WHERE id = $1", desk.id, now, because)


async def enter_releases(desk: FixedDesk, days: Sequence[date], now: datetime) -> None:
    """Writes that the holder leaves these days to others."""
    await execute(
        "INSERT INTO fixed_desk_release (fixed_desk, day, released_at)"
        " SELECT $1, day, $3 FROM unnest($2::date[]) AS d (day)",
        desk.id,
        list(days),
        now,
    )


async def end_release(desk: FixedDesk, day: date, now: datetime) -> bool:
    """Writes that the day is the holder's again; False where it was not released."""
    return bool(
        await execute(
            "UPDATE fixed_desk_release SET taken_back_at = $3"
            " WHERE fixed_desk = $1 AND day = $2 AND taken_back_at IS NULL",
            desk.id,
            day,
            now,
        )
    )


@dataclass(frozen=True, slots=True)
class ReleasedDay:
    """A day that was left to others, and what it brought; not settled before it is over."""

    day: date
    is_settled: bool
    credit: int


async def released_days(desk: int, since: date) -> Sequence[ReleasedDay]:
    """The desk's released days from this one on, in order."""
    rows = await fetch(
        "SELECT day, settled_at IS NOT NULL AS is_settled, credit FROM fixed_desk_release"
        " WHERE fixed_desk = $1 AND taken_back_at IS NULL AND day >= $2 ORDER BY day",
        desk,
        since,
    )
    return [ReleasedDay(**row) for row in rows]


async def lock_desk(desk: int) -> None:
    """Nobody else changes it until the transaction ends."""
    await fetch_row("SELECT FROM fixed_desk WHERE id = $1 FOR UPDATE", desk)


async def fixed_counts(windows: Mapping[int, Period]) -> Mapping[int, int]:
    """By the keys of spaces how many of their desks are somebody's own at any time of the space's window.

    Claims of one resource never overlap, so at most one that starts before the window reaches into it.
    """
    rows = await fetch(
        """
        SELECT w.space, count(*) AS fixed
          FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS w (space, starts_at, ends_at)
          JOIN resource r ON r.space = w.space AND r.kind = 'desk' AND r.retired_at IS NULL
         WHERE r.id IN (SELECT resource FROM fixed_desk) AND EXISTS (
               SELECT FROM (
                   (SELECT ends_at, reason FROM claim
                     WHERE resource = r.id AND starts_at < w.starts_at ORDER BY starts_at DESC LIMIT 1)
                   UNION ALL
                   SELECT ends_at, reason FROM claim
                    WHERE resource = r.id AND starts_at >= w.starts_at AND starts_at < w.ends_at
               ) c WHERE c.reason = 'fixed_desk' AND c.ends_at > w.starts_at)
         GROUP BY w.space
        """,
        list(windows),
        [window.starts_at for window in windows.values()],
        [window.ends_at for window in windows.values()],
    )
    return {row["space"]: row["fixed"] for row in rows}


async def holders_then(space: int, period: Period) -> Mapping[int, int]:
    """By the keys of the space's resources that are somebody's fixed desk then: the person."""
    rows = await fetch(
        "SELECT c.resource, m.person FROM resource r JOIN fixed_desk d ON d.resource = r.id"
        " JOIN claim c ON c.holder = d.id AND c.reason = 'fixed_desk' AND c.resource = r.id"
        " JOIN membership m ON m.id = d.membership WHERE r.space = $1 AND c.starts_at < $3 AND c.ends_at > $2",
        space,
        period.starts_at,
        period.ends_at,
    )
    return {row["resource"]: row["person"] for row in rows}
