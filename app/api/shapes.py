"""The JSON of the interface: its objects, and how they are made from what the capabilities know.

Names and fields are a promise to everybody who builds on them; fields may be added and never change their meaning.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from app.bookings.paid_with import PaidWith
from app.bookings.queries import BookedResource, BookedSpace, BookingCard
from app.bookings.rules import Purpose, Status
from app.inventory.queries import ResourceCard
from app.inventory.rules import Kind
from app.inventory.staffing import NoisyEvent, Presence
from app.kernel.money import Money
from app.kernel.periods import Period
from app.network.queries import SpaceCard
from app.network.rules import Measures
from app.plans.uses import counted

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset.")]


class PositionShape(msgspec.Struct, frozen=True):
    """Degrees, WGS 84."""

    lat: float
    lng: float


class MoneyShape(msgspec.Struct, frozen=True):
    """An amount in minor units (cents) of an ISO 4217 currency."""

    amount: int
    currency: str


class PlaceShape(msgspec.Struct, frozen=True):
    """A village or town under one of its postcodes."""

    name: str
    postcode: str
    municipality: str
    position: PositionShape
    label: Annotated[str, Meta(description="Means this place and no other, also in `near`.")]
    area: Annotated[str, Meta(description="Tells places of one name apart.")]


class OperatorShape(msgspec.Struct, frozen=True):
    """Who runs a space."""

    name: str


class SpaceName(msgspec.Struct, frozen=True):
    """A space where only its name matters."""

    slug: str
    name: str


class InternetShape(msgspec.Struct, frozen=True):
    """Megabits a second downstream, as measured on a day."""

    mbit: int
    measured_on: str


class NoisyEventShape(msgspec.Struct, frozen=True):
    """Something that will be heard at the desks."""

    what: str
    starts_at: Moment
    ends_at: Moment


Lacking = Annotated[
    tuple[str, ...], Meta(description="What is certainly not there; what is in neither list was not checked.")
]
Internet = Annotated[InternetShape | None, Meta(description="Null where it was not measured.")]
Centimetres = Annotated[int | None, Meta(description="Null where it was not measured.")]


class ResourceShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is booked: a desk, room, booth or parking place. A measure that is not its own is that of its space."""

    id: str
    kind: Kind
    name: str
    space: SpaceName
    capacity: int
    features: tuple[str, ...]
    free: Annotated[bool | None, Meta(description="Only in an availability answer.")] = None
    lacking: Lacking | msgspec.UnsetType = msgspec.UNSET
    internet: Internet | msgspec.UnsetType = msgspec.UNSET
    door_width_cm: Centimetres | msgspec.UnsetType = msgspec.UNSET
    threshold_cm: Centimetres | msgspec.UnsetType = msgspec.UNSET


class SpaceInList(msgspec.Struct, frozen=True):
    """A space as a search finds it."""

    slug: str
    name: str
    operator: OperatorShape
    municipality: str
    address: str
    position: PositionShape
    distance_km: Annotated[float | None, Meta(description="As the crow flies; null without a position.")]
    features: tuple[str, ...]
    lacking: Lacking
    internet: Internet
    door_width_cm: Centimetres
    threshold_cm: Centimetres
    url: str
    free: int | msgspec.UnsetType = msgspec.UNSET
    total: int | msgspec.UnsetType = msgspec.UNSET
    lowest_price: MoneyShape | msgspec.UnsetType | None = msgspec.UNSET
    staffed: (
        Annotated[Presence, Meta(description="Whether somebody is there in the window: whole, part or none of it.")]
        | msgspec.UnsetType
    ) = msgspec.UNSET
    noisy_events: list[NoisyEventShape] | msgspec.UnsetType = msgspec.UNSET


class OpeningShape(msgspec.Struct, frozen=True):
    """Wall time of the space, `HH:MM`; 24:00 is the end of the day."""

    opens: str
    closes: str


class WeekdayShape(msgspec.Struct, frozen=True):
    """The hours of one weekday; 1 is Monday."""

    weekday: int
    openings: list[OpeningShape]


class ExceptionShape(msgspec.Struct, frozen=True):
    """A day on which other hours hold than in the week; without openings it is closed."""

    date: str
    openings: list[OpeningShape]
    reason: str | None


class HoursShape(msgspec.Struct, frozen=True):
    """When a space is open, on the clocks of its time zone."""

    time_zone: str
    week: list[WeekdayShape]
    exceptions: list[ExceptionShape]


class StationShape(msgspec.Struct, frozen=True):
    """A railway station near by."""

    name: str
    distance_km: float
    parking: bool
    bike_parking: bool
    step_free: Literal["yes", "partial", "no", "unknown"]


class PhotoShape(msgspec.Struct, frozen=True):
    """A picture, and what is to be seen on it."""

    url: str
    alt: str


class HouseRulesShape(msgspec.Struct, frozen=True):
    """The house rules that hold. Their `edition` is sent with the first booking there."""

    edition: int
    url: str


class SpaceShape(msgspec.Struct, frozen=True):
    """All that anybody may know of a space; texts in the language of the request."""

    slug: str
    name: str
    operator: OperatorShape
    address: str
    street: str
    postcode: str
    place: str
    municipality: str
    position: PositionShape
    description: str
    directions: str
    access: str
    email: str
    phone: str
    features: tuple[str, ...]
    lacking: Lacking
    internet: Internet
    door_width_cm: Centimetres
    threshold_cm: Centimetres
    opening_hours: HoursShape
    staffed_hours: Annotated[HoursShape, Meta(description="When somebody of the operator's is there.")]
    noisy_events: Annotated[list[NoisyEventShape], Meta(description="Of the next 60 days.")]
    stations: list[StationShape]
    photos: list[PhotoShape]
    house_rules: HouseRulesShape | None
    resources: list[ResourceShape]
    url: str


class IntervalShape(msgspec.Struct, frozen=True):
    """A half-open period: the end itself is not part of it."""

    starts_at: Moment
    ends_at: Moment


class BookedSpaceShape(msgspec.Struct, frozen=True):
    """The space of a booking."""

    slug: str
    name: str
    operator: OperatorShape
    address: str
    position: PositionShape
    time_zone: str


class PaidShape(msgspec.Struct, frozen=True):
    """So much of an entitlement as pays for a booking."""

    id: str
    label: Annotated[str, Meta(description="For people, in the language of the request.")]
    unit: Literal["desk_day", "room_minute", "money"]
    amount: Annotated[float, Meta(description="0 where the day was paid already; half a day is 0.5.")]


class BookingShape(msgspec.Struct, frozen=True):
    """A booking as its owner sees it; times carry the offset of the space."""

    id: str
    status: Status
    reason: str | None
    resource: ResourceShape
    space: BookedSpaceShape
    starts_at: Moment
    ends_at: Moment
    note: str
    people: Annotated[int, Meta(description="Everybody who comes, the person included.")]
    guests: Annotated[list[str], Meta(description="By name.")]
    group_id: Annotated[str | None, Meta(description="The same for all that was booked in one act.")]
    organisation: Annotated[str | None, Meta(description="The name of whom it is for, if not for the person.")]
    purpose: Purpose
    commute_to: Annotated[str | None, Meta(description="Official key (AGS) of a municipality.")]
    cancel_until: Annotated[
        Moment | None,
        Meta(
            description="Until then it is cancelled as if it had never been, later it is `released`. Null: to its end."
        ),
    ]
    decide_by: Annotated[Moment | None, Meta(description="By when a `requested` booking is decided.")]
    answer: Annotated[str, Meta(description="What the space wrote with its decision.")]
    counts: Annotated[
        bool,
        Meta(description="False where it was given back in time, or too late and somebody else has taken the place."),
    ]
    checked_in_at: Moment | None
    coming_later_at: Annotated[Moment | None, Meta(description="When the person said to come later.")]
    left_at: Annotated[Moment | None, Meta(description="When the person left before the end.")]
    ical_uid: Annotated[str, Meta(description="Its UID in every calendar; the bookings of a series share one.")]
    paid_by: Annotated[str, Meta(description="What pays: `free`, `entitlement`, `money` or `team`.")]
    price: MoneyShape
    paid_with: Annotated[PaidShape | None, Meta(description="Where no money but an entitlement pays.")]
    series_id: Annotated[str | None, Meta(description="The series that it is a date of.")]
    url: str
    created_at: Moment
    updated_at: Moment


def money(money: Money) -> MoneyShape:
    return MoneyShape(money.amount, money.currency)


def resource(card: ResourceCard, space: SpaceCard, free: bool | None = None) -> ResourceShape:
    """A resource of this space."""
    measures = card.measures.or_those_of(space.measures)
    return ResourceShape(
        id=card.public_id,
        kind=card.kind,
        name=card.name,
        space=SpaceName(space.slug, space.name),
        capacity=card.capacity,
        features=card.features,
        free=free,
        lacking=card.lacking,
        internet=internet(measures),
        door_width_cm=measures.door_width_cm,
        threshold_cm=measures.threshold_cm,
    )


def internet(measures: Measures) -> InternetShape | None:
    """What was measured of the internet, if anything was."""
    if measures.internet_mbit is None or measures.internet_measured_on is None:
        return None
    return InternetShape(measures.internet_mbit, measures.internet_measured_on.isoformat())


def noisy_event(event: NoisyEvent, zone: ZoneInfo) -> NoisyEventShape:
    """The event on the clocks of its space."""
    period = event.period
    return NoisyEventShape(event.what, period.starts_at.astimezone(zone), period.ends_at.astimezone(zone))


def booked_resource(card: BookedResource, space: BookedSpace) -> ResourceShape:
    """The resource of a booking or a quote."""
    return ResourceShape(
        card.public_id, card.kind, card.name, SpaceName(space.slug, space.name), card.capacity, card.features
    )


def booked_space(space: BookedSpace) -> BookedSpaceShape:
    return BookedSpaceShape(
        space.slug,
        space.name,
        OperatorShape(space.operator),
        space.address,
        PositionShape(space.lat, space.lng),
        space.time_zone,
    )


def booking(card: BookingCard, address: str, guests: Sequence[str] = (), paid: PaidWith | None = None) -> BookingShape:
    """The booking; `address` is the public one of this installation."""
    space = card.space
    return BookingShape(
        id=card.public_id,
        status=card.status,
        reason=card.reason,
        resource=booked_resource(card.resource, space),
        space=booked_space(space),
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        note=card.note,
        people=card.people,
        guests=list(guests),
        group_id=card.group,
        organisation=card.organisation,
        purpose=card.purpose,
        commute_to=card.commute_to,
        cancel_until=_at(card.cancel_until, card),
        decide_by=_at(card.decide_by, card) if card.status is Status.REQUESTED else None,
        answer=card.answer,
        counts=card.counts,
        checked_in_at=_at(card.checked_in_at, card),
        coming_later_at=_at(card.coming_later_at, card),
        left_at=_at(card.left_at, card),
        ical_uid=card.ical_uid,
        paid_by=card.paid_by,
        price=money(card.price),
        paid_with=None
        if paid is None
        else PaidShape(
            paid.public_id,
            paid.label,
            msgspec.convert(paid.unit, Literal["desk_day", "room_minute", "money"]),
            counted(paid.unit, paid.units),
        ),
        series_id=card.series,
        url=f"{address}/buchungen/{card.public_id}",
        created_at=card.created_at,
        updated_at=card.updated_at,
    )


def _at(at: datetime | None, card: BookingCard) -> datetime | None:
    """The time on the clocks of the booking's space."""
    return at.astimezone(card.space.zone) if at else None


def intervals(periods: Sequence[Period], card: SpaceCard) -> list[IntervalShape]:
    """The periods on the space's clocks."""
    zone = ZoneInfo(card.time_zone)
    return [IntervalShape(period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)) for period in periods]
