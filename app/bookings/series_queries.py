"""Reads of series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bookings.queries import (
    BOOKED_PLACE,
    BookedResource,
    BookedSpace,
    BookingCard,
    bookings_where,
    resource_from,
    space_from,
)
from app.bookings.rules import HOLDING
from app.identity.rules import Action, Actor
from app.inventory.recurrence import Recurrence, read_rule
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.network.groups import OrganisationCard
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class SeriesCard:
    """A series as its owner sees it; `first` is the time of its first date, `rrule` the rule by which that comes back.

    `resource` is what was asked for; single dates may have been moved elsewhere.
    """

    id: int
    public_id: str
    person: int
    organisation: OrganisationCard | None
    resource: BookedResource
    space: BookedSpace
    first: Period
    rrule: str
    skips_school_holidays: bool
    sequence: int
    created_at: datetime
    updated_at: datetime

    @property
    def rule(self) -> Recurrence:
        return read_rule(self.rrule, self.space.zone)


_SERIES = f"""
    SELECT se.id, se.public_id, se.person, se.starts_at, se.ends_at, se.rrule, se.skips_school_holidays, se.sequence,
           se.created_at, se.updated_at, og.id AS organisation_id, og.public_id AS organisation_public_id,
           og.operator AS organisation_operator, og.name AS organisation_name, og.responsible, og.version,
           {BOOKED_PLACE}
      FROM series se
      JOIN resource r ON r.id = se.resource
      JOIN space s ON s.id = r.space
      JOIN operator o ON o.id = s.operator
      LEFT JOIN organisation og ON og.id = se.organisation
"""  # noqa: S608


async def series_for(actor: Actor, public_id: str, *, for_others: bool = False) -> SeriesCard | None:
    """The actor's series with this id, or with `for_others` somebody's at a space for which the actor books."""
    row = await fetch_row(f"{_SERIES} WHERE se.public_id = $1", public_id)
    series = _series(row) if row else None
    return series if series and _is_for(actor, series, for_others=for_others) else None


def _is_for(actor: Actor, series: SeriesCard, *, for_others: bool) -> bool:
    return series.person == actor.person or (for_others and books_at(actor, series.space))


def books_at(actor: Actor, space: BookedSpace) -> bool:
    """Whether the actor books for others at this space."""
    return actor.may(Action.BOOK_FOR_OTHERS, operator=space.operator_id, space=space.id)


def dates_for(actor: Actor, series: SeriesCard, bookings: Sequence[BookingCard]) -> list[BookingCard]:
    """The dates of the series that are the actor's to change: all of the own series, else those at its spaces."""
    return [one for one in bookings if series.person == actor.person or books_at(actor, one.space)]


async def desks_of_series(actor: Actor, public_ids: Collection[str]) -> Mapping[str, str]:
    """By public id the slug of the space of those series that the actor changes for others."""
    if not public_ids:
        return {}
    rows = await fetch(
        "SELECT se.public_id, s.slug, s.id, s.operator FROM series se JOIN resource r ON r.id = se.resource"
        " JOIN space s ON s.id = r.space WHERE se.public_id = ANY($1)",
        list(public_ids),
    )
    return {
        row["public_id"]: row["slug"]
        for row in rows
        if actor.may(Action.BOOK_FOR_OTHERS, operator=row["operator"], space=row["id"])
    }


async def series_by_id(series: int) -> SeriesCard | None:
    """The series with this key, for jobs."""
    row = await fetch_row(f"{_SERIES} WHERE se.id = $1", series)
    return _series(row) if row else None


async def series_ahead(person: int, now: datetime) -> list[SeriesCard]:
    """The person's series of which a date is still to come, the latest made first."""
    rows = await fetch(
        f"{_SERIES} WHERE se.person = $1 AND EXISTS ("
        "SELECT FROM booking b WHERE b.series = se.id AND b.ends_at > $2 AND b.status = ANY($3))"
        " ORDER BY se.id DESC LIMIT 50",
        person,
        now,
        list(HOLDING),
    )
    return [_series(row) for row in rows]


async def bookings_of_series(series: int) -> list[BookingCard]:
    """All dates that became bookings, whatever became of them, in the order of the rule."""
    return await bookings_where("b.series = $1 ORDER BY b.series_slot, b.id", series)


async def locked_series(
    actor: Actor, public_id: str, *, for_others: bool = False
) -> tuple[SeriesCard, Sequence[BookingCard]]:
    """What `series_for` finds, with its bookings, locked until the transaction ends. Raises NotFound."""
    row = await fetch_row("SELECT id FROM series WHERE public_id = $1 FOR UPDATE", public_id)
    series = await series_by_id(row["id"]) if row else None
    if series is None or not _is_for(actor, series, for_others=for_others):
        raise NotFound
    await fetch("SELECT id FROM booking WHERE series = $1 ORDER BY id FOR UPDATE", series.id)
    return series, await bookings_of_series(series.id)


def _series(row: Mapping[str, Any]) -> SeriesCard:
    organisation = None
    if row["organisation_id"] is not None:
        organisation = OrganisationCard(
            row["organisation_id"],
            row["organisation_public_id"],
            row["organisation_operator"],
            row["organisation_name"],
            row["responsible"],
            row["version"],
        )
    return SeriesCard(
        id=row["id"],
        public_id=row["public_id"],
        person=row["person"],
        organisation=organisation,
        resource=resource_from(row),
        space=space_from(row),
        first=Period(row["starts_at"], row["ends_at"]),
        rrule=row["rrule"],
        skips_school_holidays=row["skips_school_holidays"],
        sequence=row["sequence"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
