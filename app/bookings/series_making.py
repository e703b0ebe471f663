"""Making a series: all its dates in one act, each a booking of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.bookings.draft import Draft, by_staff, for_whom
from app.bookings.lapsing import is_held_there, lapse_there
from app.bookings.operations import BookDesk, checked_phone, checked_wish, organisation_for
from app.bookings.payment import in_order_of_payment, paid_rows
from app.bookings.queries import BookingCard
from app.bookings.rules import checked_guests, checked_note
from app.bookings.series_planning import (
    NothingOfSeries,
    OnConflict,
    PlanChanged,
    PlannedDate,
    SeriesConflicts,
)
from app.bookings.series_plans import SeriesPlan, SeriesWish, plan_series
from app.bookings.series_queries import SeriesCard
from app.identity.audit import record, record_each
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor, demand
from app.inventory.operations import TimeWanted, claim_each
from app.inventory.recurrence import Slot
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.network.commuting import demand_municipality
from app.network.groups import OrganisationCard
from app.network.house_rules import new_acceptance
from app.plans.rules import check_total
from app.platform.database import fetch, fetch_value, retried, transaction
from app.platform.new_rows import NewRow, insert_all
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

TRIES: Final = 3
"""How often the dates are planned anew because somebody else was faster."""


@dataclass(frozen=True, slots=True)
class MakeSeries:
    """What somebody wants: a booking, the rule by which it comes back, and what becomes of dates that cannot be had.

    Where the rule does not fall on the booking's day, the series begins on the next one. `shown` is the state of the
    plan that the person has seen; None books whatever there is. `beside_own` as in SeriesWish.
    """

    booking: BookDesk
    rrule: str
    on_conflict: OnConflict = OnConflict.REFUSE
    skips_school_holidays: bool = False
    beside_own: bool = True
    shown: str | None = None

    def wish(self, now: datetime, actor: Actor, person: int, organisation: OrganisationCard | None) -> SeriesWish:
        """Raises as `checked_wish` does."""
        wish = checked_wish(
            self.booking, now, is_for_other=person != actor.person, for_organisation=organisation is not None
        )
        return SeriesWish(
            self.booking.what, wish, self.rrule, self.on_conflict, self.skips_school_holidays, self.beside_own
        )


@dataclass(frozen=True, slots=True)
class MadeSeries:
    """A series as it stands now with its bookings, and the dates that were asked for in this act and not booked."""

    series: SeriesCard
    bookings: Sequence[BookingCard]
    conflicts: Sequence[tuple[Slot, Refusal]] = ()


async def preview_series(actor: Actor, command: MakeSeries, now: datetime, language: str) -> SeriesPlan:
    """What `make_series` would book now, date by date; changes nothing."""
    organisation = await organisation_for(actor, command.booking)
    person = organisation.responsible if organisation else actor.person
    return await plan_series(command.wish(now, actor, person, organisation), person, now, language)


@retried
async def make_series(actor: Actor, command: MakeSeries, now: datetime, *, whom: int | None = None) -> MadeSeries:
    """Books every date of the plan, all or none: for the actor, as front desk for the person with the key `whom`, or
    for an organisation for its responsible person.

    The person hears of all of them at once (`series.made`). Raises what `plan_series` and `book` raise, SeriesConflicts
    where dates cannot be had and shall not be left out, PlanChanged where the plan is not the shown one any more,
    NothingOfSeries where it books nothing.
    """
    try:
        return await _make(actor, command, now, whom)
    except _HeldBeyondItsTime as held:
        await lapse_there(held.space, held.window, now)
        return await _make(actor, command, now, whom, looks_for_held=False)


class _HeldBeyondItsTime(Exception):
    """Dates are in conflict, and something is held there that may be over; nothing was written."""

    def __init__(self, space: int, window: Period) -> None:
        self.space = space
        self.window = window


async def _make(
    actor: Actor, command: MakeSeries, now: datetime, whom: int | None, *, looks_for_held: bool = True
) -> MadeSeries:
    async with transaction():
        organisation = await organisation_for(actor, command.booking)
        person = actor.person if whom is None else await standing_record(whom)
        if organisation is not None:
            person = organisation.responsible
        wanted = command.wish(now, actor, person, organisation)
        note, guest_phone = checked_note(command.booking.note), checked_phone(command.booking.guest_phone)
        if command.booking.commute_to:
            demand_municipality(command.booking.commute_to, "commute_to")
        for _ in range(TRIES):
            plan = await plan_series(wanted, person, now, actor.language, lock=True)
            where = (plan.facts.space.id, plan.window)
            if looks_for_held and plan.conflicts and await is_held_there(*where):
                raise _HeldBeyondItsTime(*where)
            if organisation is not None and organisation.operator != plan.facts.operator:
                raise NotFound
            if person != actor.person:
                demand(actor, Action.BOOK_FOR_OTHERS, operator=plan.facts.operator, space=plan.facts.space.id)
            check_plan(plan, command)
            accepted = plan.facts.house_rules.newly_accepted(command.booking.house_rules, plan.facts.space.name)
            draft = Draft(
                person,
                plan.facts,
                wanted.wish,
                note,
                command.booking.purpose,
                command.booking.commute_to,
                guest_phone,
                checked_guests(command.booking.guests),
                organisation,
                command.booking.early_start,
            )
            made_by = None if person == actor.person else actor.person
            drafted = await drafted_bookings(draft, plan.dates, made_by)
            if await claim_each([claim for one in drafted for claim in one.claims]):
                break
        else:
            raise PlanChanged
        series = await _enter(command, plan, person, made_by, organisation, now)
        bookings = await enter_bookings(drafted, series, actor, now)
        if accepted:
            await insert_all([new_acceptance(person, plan.facts.space.id, accepted, now)])
        keys = [booking.id for booking in bookings]
        await record("series.made", "series", series.id, actor, now, bookings=len(keys), **for_whom(actor, person))
        await emit("series.made", "series", series.id, now, bookings=keys, **by_staff(actor, person))
        return MadeSeries(series, bookings, plan.conflicts)


def check_plan(plan: SeriesPlan, command: MakeSeries) -> None:
    """Raises PlanChanged, SeriesConflicts, NothingOfSeries or PriceChanged where the plan is not to be booked."""
    if command.shown is not None and plan.state != command.shown:
        raise PlanChanged
    if command.on_conflict is OnConflict.REFUSE and plan.conflicts:
        raise conflicts_refusal(SeriesConflicts, plan)
    if not plan.bookings:
        raise NothingOfSeries(conflicts=conflict_facts(plan))
    check_total(plan.total, command.booking.agreed_price)


def conflicts_refusal(kind: type[SeriesConflicts], plan: SeriesPlan) -> SeriesConflicts:
    """That so many of the dates cannot be had, with each of them."""
    return kind(total=len(plan.dates), count=len(plan.conflicts), conflicts=conflict_facts(plan))


def conflict_facts(plan: SeriesPlan) -> list[dict[str, object]]:
    """The dates in conflict as answers name them."""
    zone = plan.facts.space.zone
    return [{"starts_at": slot.starts_at.astimezone(zone), "code": refusal.code} for slot, refusal in plan.conflicts]


@dataclass(frozen=True, slots=True)
class Drafted:
    """One date before it stands: its slot, its booking, and the draft that gives its rows."""

    date: PlannedDate
    booking: BookingCard
    draft: Draft

    @property
    def claims(self) -> list[tuple[int, TimeWanted]]:
        """The time that has to be held, each with its holder."""
        assert self.date.taken is not None, "only what is taken is drafted"
        return [(self.booking.id, wanted) for wanted in self.date.taken.claims(self.booking.period)]


async def drafted_bookings(draft: Draft, dates: Sequence[PlannedDate], made_by: int | None) -> list[Drafted]:
    """What is to be booked of these dates, with keys drawn in one query."""
    taken = [(date, date.taken, date.slot.period) for date in dates if date.taken and date.slot.period]
    rows = await fetch("SELECT nextval('booking_id_seq') AS key FROM generate_series(1, $1)", len(taken))
    drafted = []
    for row, (date, candidate, period) in zip(rows, taken, strict=True):
        one = replace(
            draft,
            facts=replace(draft.facts, next_booking=row["key"]),
            wish=replace(draft.wish, period=period),
        )
        drafted.append(Drafted(date, one.booking(candidate, made_by=made_by), one))
    return drafted


async def enter_bookings(
    drafted: Sequence[Drafted], series: SeriesCard, actor: Actor, now: datetime
) -> list[BookingCard]:
    """Writes bookings whose time is claimed already as dates of the series."""
    rows: list[NewRow] = []
    for one in drafted:
        assert one.date.taken is not None, "only what is taken is drafted"
        paid = await paid_rows(one.date.taken.decision.payment, one.booking, now)
        rows += one.draft.bare_rows(one.booking, paid, series=series.id, series_slot=one.date.slot.starts_at)
    await insert_all(in_order_of_payment(rows))
    keys = [one.booking.id for one in drafted]
    await record_each("booking.made", "booking", keys, actor, now, **for_whom(actor, series.person))
    return [replace(one.booking, series=series.public_id, series_slot=one.date.slot.starts_at) for one in drafted]


async def enter_series(series: SeriesCard, made_by: int | None) -> SeriesCard:
    """Writes a new series; it with its key."""
    key: int = await fetch_value(
        "INSERT INTO series (public_id, person, organisation, resource, starts_at, ends_at, rrule,"
        " skips_school_holidays, sequence, made_by, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
        series.public_id,
        series.person,
        series.organisation.id if series.organisation else None,
        series.resource.id,
        series.first.starts_at,
        series.first.ends_at,
        series.rrule,
        series.skips_school_holidays,
        series.sequence,
        made_by,
        series.created_at,
        series.updated_at,
    )
    return replace(series, id=key)


def first_of(plan: SeriesPlan, wanted: Period) -> Period:
    """The time of the rule's first slot, also where the clock jumps over that."""
    return plan.slots[0].period or Period(plan.slots[0].starts_at, plan.slots[0].starts_at + wanted.duration)


async def _enter(
    command: MakeSeries,
    plan: SeriesPlan,
    person: int,
    made_by: int | None,
    organisation: OrganisationCard | None,
    now: datetime,
) -> SeriesCard:
    booking = command.booking
    return await enter_series(
        SeriesCard(
            id=0,
            public_id=new_public_id(),
            person=person,
            organisation=organisation,
            resource=plan.wanted,
            space=plan.facts.space,
            first=first_of(plan, Period(booking.starts_at, booking.ends_at)),
            rrule=str(plan.rule),
            skips_school_holidays=command.skips_school_holidays,
            sequence=0,
            created_at=now,
            updated_at=now,
        ),
        made_by,
    )
