"""A person's series: bookings that come back by a rule. Make, see, change, cancel."""

from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.booking_bodies import AgreedPrice, BookingWanted, HouseRules, ResourceId, SpaceSlug, wanted_thing
from app.api.bookings import for_whom, shown_all
from app.api.idempotent_writes import written
from app.api.parameters import IdempotencyKey, IdInPath, known_id, within_reach
from app.api.problem_shapes import DateInConflict, refusals
from app.api.shapes import BookingShape, Moment, ResourceShape, booked_resource
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MadeSeries, MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.bookings.series_queries import bookings_of_series, series_for
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.recurrence import LONGEST_RULE
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.platform.settings import Settings

Rrule = Annotated[
    str,
    Meta(
        max_length=LONGEST_RULE,
        description="RRULE of RFC 5545 in the space's wall time: FREQ=DAILY, WEEKLY or MONTHLY, INTERVAL, BYDAY, "
        "BYMONTHDAY, and either UNTIL or COUNT. At most a year ahead.",
        examples=["FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10"],
    ),
]
OnConflictWanted = Annotated[
    Literal["refuse", "skip", "another"],
    Meta(
        description="What becomes of dates that cannot be had: `refuse` books nothing and answers 409 with all of "
        "them, `skip` leaves them out, `another` takes another resource of the kind there where one is free and leaves "
        "out the rest."
    ),
]
SkipsSchoolHolidays = Annotated[bool, Meta(description="Leaves out the school holidays of the space's state.")]
FromDay = Annotated[date | None, Meta(description="The first day that is meant; without, from now on.")]
ToDay = Annotated[date | None, Meta(description="The last day that is meant; without, to the end.")]


class SeriesWanted(BookingWanted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A booking and the rule by which it comes back. Where the rule does not fall on its day, on the next one."""

    rrule: Rrule
    on_conflict: OnConflictWanted = "refuse"
    skips_school_holidays: SkipsSchoolHolidays = False

    def series(self) -> MakeSeries:
        """Raises as a booking's command does."""
        return MakeSeries(self.command(), self.rrule, OnConflict(self.on_conflict), self.skips_school_holidays)


class SeriesChangeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall change; what is left out or null stays."""

    from_day: FromDay = msgspec.field(name="from", default=None)
    starts_at: Annotated[Moment | None, Meta(description="Of the first date that is meant; the others alike.")] = None
    ends_at: Moment | None = None
    resource_id: ResourceId | None = None
    space: SpaceSlug | None = None
    kind: Kind | None = None
    rrule: Rrule | None = None
    on_conflict: OnConflictWanted = "refuse"
    house_rules: HouseRules | None = None
    agreed_price: AgreedPrice | None = None

    def change(self) -> ChangeSeries:
        """Raises WhatIsUnclear, NotFound for what can be no id, and TimeOutOfReach."""
        return ChangeSeries(
            self.from_day,
            wanted_thing(self.resource_id, self.space, self.kind),
            self.starts_at and within_reach("starts_at", self.starts_at),
            self.ends_at and within_reach("ends_at", self.ends_at),
            self.rrule,
            OnConflict(self.on_conflict),
            self.house_rules,
            agreed_price=self.agreed_price,
        )


class SeriesDaysWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dates to cancel: without any day all that are still to come."""

    from_day: FromDay = msgspec.field(name="from", default=None)
    to_day: ToDay = msgspec.field(name="to", default=None)


_ALL_DATES: Final = SeriesDaysWanted()


class OrganisationName(msgspec.Struct, frozen=True):
    """An organisation that books."""

    id: str
    name: str


class SeriesShape(msgspec.Struct, frozen=True):
    """A series as its owner sees it. A date that was cancelled by itself stands among the bookings as such."""

    id: str
    rrule: str
    starts_at: Annotated[Moment, Meta(description="Of the rule's first date.")]
    ends_at: Moment
    resource: Annotated[ResourceShape, Meta(description="What was asked for; single dates may have another.")]
    organisation: OrganisationName | None
    skips_school_holidays: bool
    bookings: list[BookingShape]
    conflicts: Annotated[
        list[DateInConflict], Meta(description="Dates that were asked for in this request and are not booked.")
    ]
    url: str


async def _shape(made: MadeSeries, address: str, language: str) -> SeriesShape:
    series, zone = made.series, made.series.space.zone
    return SeriesShape(
        id=series.public_id,
        rrule=series.rrule,
        starts_at=series.first.starts_at.astimezone(zone),
        ends_at=series.first.ends_at.astimezone(zone),
        resource=booked_resource(series.resource, series.space),
        organisation=OrganisationName(series.organisation.public_id, series.organisation.name)
        if series.organisation
        else None,
        skips_school_holidays=series.skips_school_holidays,
        bookings=await shown_all(made.bookings, address, language),
        conflicts=[DateInConflict(slot.starts_at.astimezone(zone), refusal.code) for slot, refusal in made.conflicts],
        url=f"{address}/woche/serien/{series.public_id}",
    )


@post(
    "/api/v1/series",
    operation_id="make_series",
    response_description="The series with its bookings.",
    summary="Book a series",
    description="Takes the body of a booking and a rule. All dates are booked in one act, or nothing happens.",
    tags=["series"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[SeriesWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: RequestBody[SeriesWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[SeriesShape]:
    async def run() -> SeriesShape:
        whom = await for_whom(visitor, data.person)
        return await _shape(
            await make_series(visitor.signed_in, data.series(), visitor.now, whom=whom),
            settings.address,
            visitor.language,
        )

    return await written(request, visitor, idempotency_key, 201, run)


@get(
    "/api/v1/series/{series_id:str}",
    operation_id="show_series",
    response_description="The series with all its bookings; without conflicts, which belong to a request.",
    summary="One series",
    description="An own one; staff see those at their spaces.",
    tags=["series"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show(
    *, visitor: NamedDependency[Visitor], settings: NamedDependency[Settings], series_id: IdInPath
) -> SeriesShape:
    series = await series_for(visitor.signed_in, known_id(series_id), for_others=True)
    if series is None:
        raise NotFound
    return await _shape(MadeSeries(series, await bookings_of_series(series.id)), settings.address, visitor.language)


@patch(
    "/api/v1/series/{series_id:str}",
    operation_id="change_series",
    response_description="The series of the changed dates, as it is now.",
    summary="Change all dates, or this and following",
    description="Another time, resource or rule for all dates to come or from a day on: all of it holds, or nothing "
    "changes. Where earlier dates stay as they are, the answer is a new series with an id of its own, and the earlier "
    "one ends before it. With `skip` or `another`, dates that cannot be had are cancelled. One date alone is moved by "
    "a change of its booking. Staff do it for everybody at their spaces.",
    tags=["series"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    dto=StrictJson[SeriesChangeWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def change(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    series_id: IdInPath,
    data: RequestBody[SeriesChangeWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[SeriesShape]:
    async def run() -> SeriesShape:
        made = await change_series(visitor.signed_in, known_id(series_id), data.change(), visitor.now, for_others=True)
        return await _shape(made, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


@post(
    "/api/v1/series/{series_id:str}/cancel",
    operation_id="cancel_series",
    response_description="The series as it is now.",
    summary="Cancel dates of a series",
    description="Gives the time of all dates to come back to the others, or of those from one day to another. The body "
    "may be left out. Staff do it for everybody at their spaces.",
    tags=["series"],
    guards=only_who_may(Action.BOOK_OWN),
    security=SIGNED_IN,
    status_code=200,
    dto=StrictJson[SeriesDaysWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def cancel(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    series_id: IdInPath,
    data: RequestBody[SeriesDaysWanted] = _ALL_DATES,
    idempotency_key: IdempotencyKey = None,
) -> Response[SeriesShape]:
    async def run() -> SeriesShape:
        days = CancelSeries(data.from_day, data.to_day)
        made = await cancel_series(visitor.signed_in, known_id(series_id), days, visitor.now, for_others=True)
        return await _shape(made, settings.address, visitor.language)

    return await written(request, visitor, idempotency_key, 200, run)


HANDLERS = [make, show, change, cancel]
