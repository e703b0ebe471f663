"""Reads of bookings as people see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.bookings.rules import Purpose, Status
from app.inventory.rules import Kind
from app.kernel.money import Money
from app.kernel.periods import Period
from app.platform.database import fetch, fetch_row, fetch_value


@dataclass(frozen=True, slots=True)
class BookedResource:
    """The resource of a booking."""

    id: int
    public_id: str
    kind: Kind
    name: str
    capacity: int
    features: tuple[str, ...]
    rules: int = 0
    parts: tuple[int, ...] = ()

    @property
    def claims(self) -> tuple[int, ...]:
        """The keys of all that is taken with it: itself and its parts."""
        return (self.id, *self.parts)


@dataclass(frozen=True, slots=True)
class BookedSpace:
    """The space of a booking, with what a confirmation and a calendar say of it."""

    id: int
    slug: str
    name: str
    operator: str
    street: str
    postcode: str
    place: str
    lat: float
    lng: float
    time_zone: str
    operator_id: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def address(self) -> str:
        """Street, postcode and place in one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.place}") if part)


@dataclass(frozen=True, slots=True)
class BookingCard:
    """A booking as its owner sees it.

    Those that were made in one act share a `group`. `organisation` is the name of whom it is for, `series` the public
    id of the series and `series_slot` the start that its rule gives it. The rest as in tables.Booking.
    """

    id: int
    public_id: str
    person: int
    status: Status
    reason: str | None
    resource: BookedResource
    space: BookedSpace
    period: Period
    note: str
    paid_by: str
    price: Money
    sequence: int
    purpose: Purpose
    commute_to: str | None
    guest_phone: str | None
    made_by: int | None
    created_at: datetime
    updated_at: datetime
    group: str | None = None
    people: int = 1
    organisation: str | None = None
    series: str | None = None
    series_slot: datetime | None = None
    cancel_until: datetime | None = None
    decide_by: datetime | None = None
    answer: str = ""
    due_at: datetime | None = None
    no_show_at: datetime | None = None
    asked_at: datetime | None = None
    coming_later_at: datetime | None = None
    checked_in_at: datetime | None = None
    left_at: datetime | None = None
    is_late: bool = False
    is_taken_over: bool = False
    decided_by: int | None = None
    entitlement: int | None = None
    charge: int | None = None

    @property
    def starts_at(self) -> datetime:
        """The start on the space's clock."""
        return self.period.starts_at.astimezone(self.space.zone)

    @property
    def ends_at(self) -> datetime:
        """The end on the space's clock."""
        return self.period.ends_at.astimezone(self.space.zone)

    def is_late_at(self, now: datetime) -> bool:
        """Whether it is too late to give it back as if it had never been."""
        return self.status is Status.CONFIRMED and self.cancel_until is not None and self.cancel_until <= now

    @property
    def decided_until(self) -> datetime | None:
        """By when a request is decided, on the space's clock."""
        return self.decide_by.astimezone(self.space.zone) if self.decide_by else None

    @property
    def is_free_to_cancel_until(self) -> datetime | None:
        """Until when it is given back as if it had never been, on the space's clock; None where that has no end."""
        return self.cancel_until.astimezone(self.space.zone) if self.cancel_until else None

    @property
    def counts(self) -> bool:
        """Whether the day counts for the person: not where it was given back in time or somebody else took it over."""
        return self.status is not Status.CANCELLED and not (
            self.status is Status.RELEASED and (self.is_taken_over or not self.is_late)
        )

    @property
    def ical_uid(self) -> str:
        """One for its whole life, in every feed and mail; all bookings of a series share the series' own."""
        return f"{self.series or self.public_id}@nahwerk"


BOOKED_PLACE = """
           r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
           r.capacity, r.features, coalesce(r.rules, 0) AS rules, r.parts,
           s.id AS space_id, s.slug, s.name AS space_name, s.street, s.postcode, s.place, s.lat, s.lng, s.time_zone,
           o.name AS operator_name, o.id AS operator_id
"""
"""What `resource_from` and `space_from` read, of a resource r at a space s of an operator o."""

_BOOKING = f"""
    SELECT b.id, b.public_id, b.person, b.status, b.reason, b.starts_at, b.ends_at, b.note, b.paid_by,
           b.price_amount, b.price_currency, b.sequence, b.purpose, b.commute_to, b.guest_phone, b.made_by,
           b.created_at, b.updated_at, b.group_id, b.people, b.series_slot, b.cancel_until, b.decide_by, b.answer,
           b.due_at, b.no_show_at, b.asked_at, b.coming_later_at, b.checked_in_at, b.left_at, b.is_late,
           b.taken_over_by, b.decided_by, b.entitlement, b.charge,
           og.name AS organisation_name, se.public_id AS series_public_id,
           {BOOKED_PLACE}
      FROM booking b
      JOIN resource r ON r.id = b.resource
      JOIN space s ON s.id = b.space
      JOIN operator o ON o.id = s.operator
      LEFT JOIN organisation og ON og.id = b.organisation
      LEFT JOIN series se ON se.id = b.series
"""  # noqa: S608


async def booking_of(person: int, public_id: str) -> BookingCard | None:
    """This person's booking with this id."""
    row = await fetch_row(f"{_BOOKING} WHERE b.public_id = $2 AND b.person = $1", person, public_id)
    return _booking(row) if row else None


async def booking_by_id(booking: int) -> BookingCard | None:
    """The booking with this key, for jobs."""
    row = await fetch_row(f"{_BOOKING} WHERE b.id = $1", booking)
    return _booking(row) if row else None


async def bookings_where(condition: str, *arguments: object) -> list[BookingCard]:
    """The bookings b of resources r at spaces s for which this SQL holds: for the reads of this capability's files."""
    return [_booking(row) for row in await fetch(f"{_BOOKING} WHERE {condition}", *arguments)]


async def booking_named(public_id: str) -> BookingCard | None:
    """The booking with this id, whosever it is: for who has proved in another way to be allowed to see it."""
    row = await fetch_row(f"{_BOOKING} WHERE b.public_id = $1", public_id)
    return _booking(row) if row else None


async def guests_of(bookings: Sequence[int]) -> Mapping[int, list[str]]:
    """The names of the guests by booking; bookings without any are left out."""
    rows = await fetch(
        "SELECT booking, array_agg(name ORDER BY position) AS names FROM booking_guest"
        " WHERE booking = ANY($1::bigint[]) GROUP BY booking",
        list(bookings),
    )
    return {row["booking"]: row["names"] for row in rows}


async def bookings_by_id(bookings: Sequence[int]) -> list[BookingCard]:
    """The bookings with these keys by start, for jobs."""
    rows = await fetch(f"{_BOOKING} WHERE b.id = ANY($1::bigint[]) ORDER BY b.starts_at, b.id", list(bookings))
    return [_booking(row) for row in rows]


async def bookings_of_group(person: int, group: str) -> list[BookingCard]:
    """What the person booked together in one act, by start."""
    rows = await fetch(f"{_BOOKING} WHERE b.person = $1 AND b.group_id = $2 ORDER BY b.starts_at, b.id", person, group)
    return [_booking(row) for row in rows]


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which of a person's bookings: those that touch [from_at, until_at) and stand so."""

    from_at: datetime | None = None
    until_at: datetime | None = None
    statuses: Sequence[Status] | None = None


async def bookings_of(
    person: int, wanted: BookingFilter, *, limit: int, after: tuple[datetime, int] | None = None, latest_first: bool
) -> list[BookingCard]:
    """The person's bookings by start, at most `limit`, behind the (start, key) `after` in that order."""
    order, beyond = ("DESC", "<") if latest_first else ("ASC", ">")
    rows = await fetch(
        f"""{_BOOKING}
         WHERE b.person = $1
           AND ($2::timestamptz IS NULL OR b.ends_at > $2)
           AND ($3::timestamptz IS NULL OR b.starts_at < $3)
           AND ($4::text[] IS NULL OR b.status = ANY($4))
           AND ($5::timestamptz IS NULL OR (b.starts_at, b.id) {beyond} ($5, $6::bigint))
         ORDER BY b.starts_at {order}, b.id {order} LIMIT $7""",
        person,
        wanted.from_at,
        wanted.until_at,
        list(wanted.statuses) if wanted.statuses is not None else None,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_booking(row) for row in rows]


async def has_been_there(person: int, space: int, now: datetime) -> bool:
    """Whether the person has had a booking at the space before now, and is not known to have stayed away."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM booking WHERE person = $1 AND space = $2 AND ends_at <= $3"
        " AND status IN ('confirmed', 'checked_in', 'completed'))",
        person,
        space,
        now,
    )
    return found


def resource_from(row: Mapping[str, Any]) -> BookedResource:
    """The resource of a row that names its columns as `_BOOKING` does."""
    return BookedResource(
        row["resource_id"],
        row["resource_public_id"],
        Kind(row["kind"]),
        row["resource_name"],
        row["capacity"],
        tuple(row["features"]),
        row["rules"],
        tuple(row["parts"]),
    )


def space_from(row: Mapping[str, Any]) -> BookedSpace:
    """The space of such a row."""
    return BookedSpace(
        row["space_id"],
        row["slug"],
        row["space_name"],
        row["operator_name"],
        row["street"],
        row["postcode"],
        row["place"],
        row["lat"],
        row["lng"],
        row["time_zone"],
        row["operator_id"],
    )


def _booking(row: Mapping[str, Any]) -> BookingCard:
    return BookingCard(
        id=row["id"],
        public_id=row["public_id"],
        person=row["person"],
        status=Status(row["status"]),
        reason=row["reason"],
        resource=resource_from(row),
        space=space_from(row),
        period=Period(row["starts_at"], row["ends_at"]),
        note=row["note"],
        paid_by=row["paid_by"],
        price=Money(row["price_amount"], row["price_currency"]),
        sequence=row["sequence"],
        purpose=Purpose(row["purpose"]),
        commute_to=row["commute_to"],
        guest_phone=row["guest_phone"],
        made_by=row["made_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        group=row["group_id"],
        people=row["people"],
        organisation=row["organisation_name"],
        series=row["series_public_id"],
        series_slot=row["series_slot"],
        cancel_until=row["cancel_until"],
        decide_by=row["decide_by"],
        answer=row["answer"],
        due_at=row["due_at"],
        no_show_at=row["no_show_at"],
        asked_at=row["asked_at"],
        coming_later_at=row["coming_later_at"],
        checked_in_at=row["checked_in_at"],
        left_at=row["left_at"],
        is_late=row["is_late"],
        is_taken_over=row["taken_over_by"] is not None,
        decided_by=row["decided_by"],
        entitlement=row["entitlement"],
        charge=row["charge"],
    )
