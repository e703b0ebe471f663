"""Reads of bookings: the facts that a booking is decided on, and bookings as people see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import msgspec

from app.bookings.rules import AnyOf, HouseRulesState, Purpose, Status, comfort
from app.inventory.queries import SpaceClock, hours_from, that_fit
from app.inventory.rules import Hours, Kind
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

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def address(self) -> str:
        """Street, postcode and place in one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.place}") if part)


@dataclass(frozen=True, slots=True)
class BookingCard:
    """A booking as its owner sees it. Those that were made in one act share a `group`."""

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

    @property
    def starts_at(self) -> datetime:
        """The start on the space's clock."""
        return self.period.starts_at.astimezone(self.space.zone)

    @property
    def ends_at(self) -> datetime:
        """The end on the space's clock."""
        return self.period.ends_at.astimezone(self.space.zone)

    @property
    def ical_uid(self) -> str:
        """One for its whole life, in every feed and mail."""
        return f"{self.public_id}@nahwerk"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a booking of one resource is decided on."""

    resource: BookedResource
    space: BookedSpace
    operator: int
    hours: Hours
    house_rules: HouseRulesState
    usual_commute: str | None
    next_booking: int


BOOKED_PLACE = """
           r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
           r.capacity, r.features,
           s.id AS space_id, s.slug, s.name AS space_name, s.street, s.postcode, s.place, s.lat, s.lng, s.time_zone,
           o.name AS operator_name
"""
"""What `resource_from` and `space_from` read, of a resource r at a space s of an operator o."""

_BOOKING = f"""
    SELECT b.id, b.public_id, b.person, b.status, b.reason, b.starts_at, b.ends_at, b.note, b.paid_by,
           b.price_amount, b.price_currency, b.sequence, b.purpose, b.commute_to, b.guest_phone, b.made_by,
           b.created_at, b.updated_at, b.group_id,
           {BOOKED_PLACE}
      FROM booking b
      JOIN resource r ON r.id = b.resource
      JOIN space s ON s.id = b.space
      JOIN operator o ON o.id = s.operator
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


_FACTS = """
    SELECT {next_booking} AS next_booking,
           r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
           r.capacity, r.features,
           s.id AS space_id, s.slug, s.name AS space_name, s.street, s.postcode, s.place, s.lat, s.lng, s.time_zone,
           s.holiday_region, s.open_on_holidays, o.name AS operator_name, o.id AS operator_id,
           (SELECT max(edition) FROM house_rules WHERE space = s.id AND valid_from <= $2) AS house_rules,
           (SELECT max(edition) FROM house_rules_acceptance WHERE space = s.id AND person = $6) AS house_rules_accepted,
           (SELECT commutes_to FROM person WHERE id = $6) AS usual_commute,
           (SELECT json_agg(h) FROM (
               SELECT weekday, NULL AS day, opens, closes, '' AS reason_de, '' AS reason_en
                 FROM weekly_hours WHERE space = s.id
               UNION ALL
               SELECT NULL, day::text, opens, closes, reason_de, reason_en
                 FROM hours_exception
                WHERE space = s.id AND day BETWEEN $3::timestamptz::date - 1 AND $4::timestamptz::date + 1
           ) h)::text AS hours
      FROM resource r
      JOIN space s ON s.id = r.space
      JOIN operator o ON o.id = s.operator
     WHERE {which} AND r.retired_at IS NULL AND s.retired_at IS NULL AND o.retired_at IS NULL AND s.published_at <= $2
"""
_NEXT_BOOKING = "nextval('booking_id_seq')"
_ONE = "r.public_id = $1 AND $5::text IS NULL"
_ANY = (
    "r.id = (SELECT id FROM resource WHERE space = s.id AND kind = $5 AND retired_at IS NULL LIMIT 1) AND s.slug = $1"
)
_FACTS_SQL = {
    (any_of, for_booking): _FACTS.format(
        next_booking=_NEXT_BOOKING if for_booking else "0", which=_ANY if any_of else _ONE
    )
    for any_of in (False, True)
    for for_booking in (False, True)
}


class _HoursRow(TypedDict):
    """One row of the facts' hours."""

    weekday: int | None
    day: date | None
    opens: int | None
    closes: int | None
    reason_de: str
    reason_en: str


_hours_rows = msgspec.json.Decoder(list[_HoursRow])


async def facts_of(
    what: str | AnyOf, period: Period, person: int | None, now: datetime, *, language: str, for_booking: bool
) -> Facts | None:
    """The facts for booking this resource then for this person, in one query; None where nobody can book it.

    Somebody who is not known yet (None) has accepted no house rules.

    For AnyOf the resource is merely the first of its kind there. For a booking its key is drawn in the same round trip.
    """
    any_of = isinstance(what, AnyOf)
    row = await fetch_row(
        _FACTS_SQL[any_of, for_booking],
        what.space if isinstance(what, AnyOf) else what,
        now,
        period.starts_at,
        period.ends_at,
        what.kind if isinstance(what, AnyOf) else None,
        person,
    )
    if row is None:
        return None
    space = space_from(row)
    clock = SpaceClock(space.id, space.time_zone, row["holiday_region"], row["open_on_holidays"])
    first, last = period.starts_at.astimezone(space.zone).date(), period.ends_at.astimezone(space.zone).date()
    hours = hours_from(clock, _hours_rows.decode(row["hours"] or "[]"), first, last, language)
    house_rules = HouseRulesState(row["house_rules"] or 0, row["house_rules_accepted"] or 0)
    return Facts(
        resource_from(row), space, row["operator_id"], hours, house_rules, row["usual_commute"], row["next_booking"]
    )


async def free_resources(space: int, kind: Kind, period: Period, words: Collection[str] = ()) -> list[BookedResource]:
    """What of the kind is free there during the whole period and fits these words, the best first."""
    fitting, values = that_fit(words, 5)
    rows = await fetch(
        f"""
        SELECT r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
               r.capacity, r.features
          FROM resource r
          LEFT JOIN LATERAL (
               SELECT ends_at FROM claim
                WHERE resource = r.id AND starts_at < $4 ORDER BY starts_at DESC LIMIT 1
          ) c ON true
         WHERE r.space = $1 AND r.kind = $2 AND r.retired_at IS NULL AND (c.ends_at IS NULL OR c.ends_at <= $3){fitting}
         ORDER BY r.position, r.id
        """,  # noqa: S608
        space,
        kind,
        period.starts_at,
        period.ends_at,
        *values,
    )
    return sorted((resource_from(row) for row in rows), key=lambda resource: -comfort(resource.features))


def resource_from(row: Mapping[str, Any]) -> BookedResource:
    """The resource of a row that names its columns as `_BOOKING` does."""
    return BookedResource(
        row["resource_id"],
        row["resource_public_id"],
        Kind(row["kind"]),
        row["resource_name"],
        row["capacity"],
        tuple(row["features"]),
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
    )
