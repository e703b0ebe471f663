"""Reads of waiting lists: who waits for what, who comes first, and what is offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from app.bookings.held import Choice
from app.bookings.queries import BookedResource, BookedSpace, resource_from, space_from
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import fetch, fetch_row, fetch_value

OFFER: Final = "offer"
"""The reason of an offer's claims; their holder is the key of the place in line."""

ANYTHING: Final = (Kind.DESK, Kind.BOOTH, Kind.ROOM)
"""What somebody gets who waits for any place to work at a space, in this order."""


@dataclass(frozen=True, slots=True)
class AnyPlace:
    """Whatever a space (its name in addresses) has to work at."""

    space: str


class WaitingStatus(StrEnum):
    """Where a place in line stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    ENDED = "ended"


class Ending(StrEnum):
    """Why a place in line has ended without a booking."""

    LEFT = "left"
    DECLINED = "declined"
    LAPSED = "lapsed"
    OVER = "over"
    BOOKED_ELSEWHERE = "booked_elsewhere"
    BARRED = "barred"
    OPERATOR_ENDED = "operator_ended"


STANDING: Final = (WaitingStatus.WAITING, WaitingStatus.OFFERED)
"""Who stands so is in line."""


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """A place in line as its person sees it.

    `kind` is None for any place to work, `wanted` one certain resource. `offered` is kept until `offer_expires_at`.
    `position` counts those before it who could be given the same, itself among them; 0 once it has ended. `booking` is
    the public id of what became of it.
    """

    id: int
    public_id: str
    person: int
    space: BookedSpace
    kind: Kind | None
    wanted: BookedResource | None
    features: frozenset[str]
    period: Period
    books_itself: bool
    choice: Choice
    status: WaitingStatus
    reason: str | None
    offered: BookedResource | None
    offered_at: datetime | None
    offer_expires_at: datetime | None
    booking: str | None
    is_request: bool
    needs_approval: bool
    position: int
    created_at: datetime
    updated_at: datetime

    @property
    def starts_at(self) -> datetime:
        """The start on the space's clock."""
        return self.period.starts_at.astimezone(self.space.zone)

    @property
    def ends_at(self) -> datetime:
        """The end on the space's clock."""
        return self.period.ends_at.astimezone(self.space.zone)

    @property
    def until(self) -> datetime | None:
        """Until when the offer may be accepted, on the space's clock."""
        return self.offer_expires_at.astimezone(self.space.zone) if self.offer_expires_at else None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What it could be given, in this order."""
        return ANYTHING if self.kind is None else (self.kind,)

    @property
    def stands(self) -> bool:
        """Whether it is still in line."""
        return self.status in STANDING

    def is_offered_at(self, now: datetime) -> bool:
        """Whether there is an offer that may be accepted."""
        return (
            self.status is WaitingStatus.OFFERED and self.offer_expires_at is not None and now < self.offer_expires_at
        )


def competing(one: str, other: str) -> str:
    """SQL that says whether two places in line, by their aliases, could be given the same resource at the same time."""
    anything = ", ".join(f"'{kind}'" for kind in ANYTHING)
    return f"""
        {one}.space = {other}.space AND {one}.starts_at < {other}.ends_at AND {one}.ends_at > {other}.starts_at
        AND (coalesce({one}.kind = {other}.kind, coalesce({one}.kind, {other}.kind) IN ({anything}), true))
        AND coalesce({one}.resource = {other}.resource, true)
    """


def _of_resource(alias: str, prefix: str) -> str:
    return f"""
        {alias}.id AS {prefix}_id, {alias}.public_id AS {prefix}_public_id, {alias}.kind AS {prefix}_kind,
        {alias}.name AS {prefix}_name, {alias}.capacity AS {prefix}_capacity, {alias}.features AS {prefix}_features,
        coalesce({alias}.rules, 0) AS {prefix}_rules, {alias}.parts AS {prefix}_parts
    """


_WAITING = f"""
    SELECT w.id, w.public_id, w.person, w.kind AS waits_for, w.features AS needs, w.starts_at, w.ends_at,
           w.books_itself, w.choice::text AS choice, w.status, w.reason, w.offered_at, w.offer_expires_at,
           w.created_at, w.updated_at, b.public_id AS booking_public_id,
           (b.status = 'requested') IS TRUE AS is_request, coalesce(q.needs_approval, false) AS needs_approval,
           CASE WHEN w.status IN ('waiting', 'offered') THEN 1 + (
               SELECT count(*) FROM waiting v
                WHERE v.status IN ('waiting', 'offered') AND v.id < w.id AND {competing("v", "w")}
           ) ELSE 0 END AS position,
           {_of_resource("r", "wanted")}, {_of_resource("f", "offered")},
           s.id AS space_id, s.slug, s.name AS space_name, s.street, s.postcode, s.place, s.lat, s.lng, s.time_zone,
           o.name AS operator_name, o.id AS operator_id
      FROM waiting w
      JOIN space s ON s.id = w.space
      JOIN operator o ON o.id = s.operator
      LEFT JOIN resource r ON r.id = w.resource
      LEFT JOIN resource f ON f.id = w.offered
      LEFT JOIN booking_rules q ON q.id = f.rules
      LEFT JOIN booking b ON b.id = w.booking
"""  # noqa: S608


async def waiting_of(person: int, public_id: str) -> WaitingCard | None:
    """This person's place in line with this id."""
    return _card(await fetch_row(f"{_WAITING} WHERE w.public_id = $2 AND w.person = $1", person, public_id))


async def waiting_by_id(waiting: int) -> WaitingCard | None:
    """The place in line with this key, for jobs."""
    return _card(await fetch_row(f"{_WAITING} WHERE w.id = $1", waiting))


async def waiting_named(public_id: str) -> WaitingCard | None:
    """The one with this id, whosever it is: for who has proved in another way to be allowed to see it."""
    return _card(await fetch_row(f"{_WAITING} WHERE w.public_id = $1", public_id))


async def locked_waiting(person: int, public_id: str) -> WaitingCard | None:
    """Like `waiting_of`; nobody else changes it until the transaction ends.

    Locked first and read then: one statement would show what somebody else has just written without what it refers to.
    """
    key = await fetch_value("SELECT id FROM waiting WHERE public_id = $2 AND person = $1 FOR UPDATE", person, public_id)
    return None if key is None else await waiting_by_id(key)


async def locked_place(waiting: int) -> WaitingCard | None:
    """The same by key; None also where somebody is just changing it."""
    key = await fetch_value("SELECT id FROM waiting WHERE id = $1 FOR UPDATE SKIP LOCKED", waiting)
    return None if key is None else await waiting_by_id(key)


async def in_line(person: int) -> list[WaitingCard]:
    """All for which the person waits, by time."""
    rows = await fetch(
        f"{_WAITING} WHERE w.person = $1 AND w.status IN ('waiting', 'offered') ORDER BY w.starts_at, w.id", person
    )
    return [_known(row) for row in rows]


async def all_waiting_of(person: int, *, limit: int, before: int | None = None) -> list[WaitingCard]:
    """All that the person waits or waited for, the newest first, at most `limit`, those behind the key `before`."""
    rows = await fetch(
        f"{_WAITING} WHERE w.person = $1 AND ($2::bigint IS NULL OR w.id < $2) ORDER BY w.id DESC LIMIT $3",
        person,
        before,
        limit,
    )
    return [_known(row) for row in rows]


async def people_before(
    space: int, kind: Kind | None, resource: int | None, period: Period, *, person: int | None = None
) -> int:
    """How many are in line already for what would be waited for; with a person only that one counts."""
    count: int = await fetch_value(
        f"""
        SELECT count(*) FROM waiting v, (
            SELECT $1::bigint AS space, $2::text AS kind, $3::bigint AS resource, $4::timestamptz AS starts_at,
                   $5::timestamptz AS ends_at
        ) w WHERE v.status IN ('waiting', 'offered') AND ($6::bigint IS NULL OR v.person = $6)
              AND {competing("v", "w")}
        """,  # noqa: S608
        space,
        kind,
        resource,
        period.starts_at,
        period.ends_at,
        person,
    )
    return count


def _card(row: Mapping[str, Any] | None) -> WaitingCard | None:
    return None if row is None else _known(row)


def _known(row: Mapping[str, Any]) -> WaitingCard:
    return WaitingCard(
        id=row["id"],
        public_id=row["public_id"],
        person=row["person"],
        space=space_from(row),
        kind=None if row["waits_for"] is None else Kind(row["waits_for"]),
        wanted=_resource(row, "wanted"),
        features=frozenset(row["needs"]),
        period=Period(row["starts_at"], row["ends_at"]),
        books_itself=row["books_itself"],
        choice=msgspec.json.decode(row["choice"], type=Choice),
        status=WaitingStatus(row["status"]),
        reason=row["reason"],
        offered=_resource(row, "offered"),
        offered_at=row["offered_at"],
        offer_expires_at=row["offer_expires_at"],
        booking=row["booking_public_id"],
        is_request=row["is_request"],
        needs_approval=row["needs_approval"],
        position=row["position"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


_PARTS: Sequence[tuple[str, str]] = (
    *((f"resource_{part}", part) for part in ("id", "public_id", "name")),
    *((part, part) for part in ("kind", "capacity", "features", "rules", "parts")),
)


def _resource(row: Mapping[str, Any], prefix: str) -> BookedResource | None:
    if row[f"{prefix}_id"] is None:
        return None
    return resource_from({name: row[f"{prefix}_{part}"] for name, part in _PARTS})
