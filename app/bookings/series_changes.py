"""Changing a series: another time, place or rule, for all dates to come or from a day on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from app.bookings.decision import Wish
from app.bookings.draft import Draft, by_staff, for_whom
from app.bookings.giving_back import free, hand_on
from app.bookings.payment import PaidBooking, return_payment
from app.bookings.queries import BookingCard, guests_of
from app.bookings.rules import AnyOf, NotOpenToChange, checked_period
from app.bookings.series_ending import end_bookings, is_changeable
from app.bookings.series_making import (
    TRIES,
    Drafted,
    MadeSeries,
    conflicts_refusal,
    drafted_bookings,
    enter_bookings,
    enter_series,
    first_of,
)
from app.bookings.series_moves import claims_of_moves, enter_moves
from app.bookings.series_partners import partners
from app.bookings.series_planning import OnConflict, PlanChanged, PlannedDate, SeriesConflicts
from app.bookings.series_plans import Replaced, SeriesPlan, SeriesWish, plan_series
from app.bookings.series_queries import (
    SeriesCard,
    bookings_of_series,
    dates_for,
    locked_series,
    series_by_id,
    series_for,
)
from app.bookings.series_slots import attach, detach
from app.identity.audit import record, record_each
from app.identity.rules import Action, Actor, demand
from app.inventory.departures import note_departure
from app.inventory.operations import BOOKED, claim_each
from app.inventory.recurrence import LONGEST_SERIES, Slot, read_rule, slots_of, slots_until
from app.kernel.money import Money
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.network.house_rules import new_acceptance
from app.plans.rules import check_total
from app.platform.database import execute, retried, transaction
from app.platform.new_rows import insert_all
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

CHANGED: Final = "series_changed"
"""The reason of dates that a changed rule has no more."""


class SeriesNotChanged(SeriesConflicts):
    text = marked("Von {total} Terminen gehen {count} nicht. Geändert ist noch nichts.")


class DayOffRule(BadInput):
    """The new first day is none of the rule, which was not changed with it."""

    code = "day_off_rule"
    text = marked("Auf diesen Tag fällt die Regel der Serie nicht. Geben Sie auch die neue Regel an.")


@dataclass(frozen=True, slots=True)
class ChangeSeries:
    """What shall change of the dates from the day `first` on, or of all to come; None stays as it is.

    `starts_at` and `ends_at` are the new time of the first of these dates, and the others' at the same wall time.
    `shown` is the state of the plan that the person has seen; `agreed_price` what it may cost more, in minor units, and
    `early_start` that a consumer has made the two statements that this needs.
    """

    first: date | None = None
    what: str | AnyOf | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rrule: str | None = None
    on_conflict: OnConflict = OnConflict.REFUSE
    house_rules: int | None = None
    shown: str | None = None
    agreed_price: int | None = None
    early_start: bool = False

    @property
    def changes_nothing(self) -> bool:
        return (self.what, self.starts_at, self.ends_at, self.rrule) == (None, None, None, None)


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """What a change would do: the plan of the dates from the split on, and what becomes of each booking there is.

    `before` counts the rule's dates that stay as they are. `moved` are bookings by the slot that they get, `kept` those
    that stay ended and bar a slot, `dropped` those for which the new rule has no date.
    """

    series: SeriesCard
    plan: SeriesPlan
    split: Slot
    before: int
    moved: Mapping[datetime, BookingCard]
    kept: Mapping[datetime, BookingCard]
    dropped: Sequence[BookingCard]
    template: BookingCard
    guests: tuple[str, ...]

    @property
    def due(self) -> Money:
        """What the dates cost beyond what those that they replace have cost; nothing where that is less."""
        before = sum(booking.price.amount for booking in self.replaced)
        total = self.plan.total
        return Money(max(0, total.amount - before), total.currency)

    @property
    def replaced(self) -> list[BookingCard]:
        """All bookings whose time is given up."""
        return [*self.moved.values(), *self.dropped]


async def preview_change(
    actor: Actor, public_id: str, change: ChangeSeries, now: datetime, *, for_others: bool = False
) -> SeriesChange:
    """What `change_series` would do now, date by date; changes nothing. Raises NotFound and as that does."""
    series = await series_for(actor, public_id, for_others=for_others)
    if series is None:
        raise NotFound
    bookings = await bookings_of_series(series.id)
    if not any(booking.entitlement or booking.charge for booking in bookings):
        return await _planned(actor, series, bookings, change, now)
    spent: frozenset[int] = frozenset()
    for _ in range(TRIES):
        try:
            async with transaction():
                raise _Shown(await _planned(actor, series, bookings, change, now, spent=spent))
        except _Shown as shown:
            return shown.change
        except _SpentAllTheSame as late:
            spent |= late.bookings
    raise PlanChanged


@retried
async def change_series(
    actor: Actor, public_id: str, change: ChangeSeries, now: datetime, *, for_others: bool = False
) -> MadeSeries:
    """Moves the dates in one act of which the person hears once (`series.changed`): all of it holds, or nothing.

    Where earlier dates stay as they are, these remain the series that they were, which ends before; the others are a
    series of their own from then on, which is returned. A date that was cancelled by itself, or never booked, stays so.
    With OnConflict.SKIP dates that cannot be had are cancelled. With `for_others` a front desk does it for whose series
    it is, as far as the dates are at its spaces. Raises NotFound, NotOpenToChange where nothing is to come, DayOffRule,
    SeriesNotChanged, PlanChanged, NotAllowed where staff does not book, and what `plan_series` raises.
    """
    async with transaction():
        series, bookings = await locked_series(actor, public_id, for_others=for_others)
        if change.changes_nothing:
            return MadeSeries(series, bookings)
        spent: frozenset[int] = frozenset()
        for _ in range(TRIES):
            try:
                async with transaction():
                    found = await _planned(actor, series, bookings, change, now, spent=spent, lock=True)
                    if change.shown is not None and found.plan.state != change.shown:
                        raise PlanChanged
                    if change.on_conflict is OnConflict.REFUSE and found.plan.conflicts:
                        raise conflicts_refusal(SeriesNotChanged, found.plan)
                    check_total(found.due, change.agreed_price)
                    changed = await _enter(actor, found, change, now)
            except _SomebodyWasFaster:
                continue
            except _SpentAllTheSame as late:
                spent |= late.bookings
                continue
            return MadeSeries(changed, await bookings_of_series(changed.id), found.plan.conflicts)
        raise PlanChanged


class _SomebodyWasFaster(Exception):
    """Rolls back to before the change."""


class _Shown(Exception):
    """Rolls back what was given back to see what would pay."""

    def __init__(self, change: SeriesChange) -> None:
        self.change = change


class _SpentAllTheSame(Exception):
    """Rolls back to plan again without what these have paid with: they end too late to get it back."""

    def __init__(self, bookings: frozenset[int]) -> None:
        self.bookings = bookings


async def _planned(
    actor: Actor,
    series: SeriesCard,
    bookings: Sequence[BookingCard],
    change: ChangeSeries,
    now: datetime,
    *,
    spent: frozenset[int] = frozenset(),
    lock: bool = False,
) -> SeriesChange:
    """With what the open dates have paid given back but for those `spent`; the caller keeps or undoes it."""
    zone, rule = series.space.zone, series.rule
    today = local_day(now, zone)
    slots = slots_until(rule, series.first, zone, today + LONGEST_SERIES)
    ahead = [slot for slot in slots if slot.starts_at > now and (change.first is None or slot.day >= change.first)]
    if not ahead:
        raise NotOpenToChange
    split, before = ahead[0], slots.index(ahead[0])
    behind = [booking for booking in bookings if booking.series_slot and booking.series_slot >= split.starts_at]
    actors_own = dates_for(actor, series, behind)
    open_ones = [booking for booking in actors_own if is_changeable(booking, now) and booking.period.starts_at > now]
    if not open_ones:
        raise NotOpenToChange
    first = _new_first(split, change, now)
    new_rule = rule.after(before) if change.rrule is None else read_rule(change.rrule, zone)
    new_slots = slots_of(new_rule, first, zone, today)
    if change.rrule is None and new_slots[0].day != local_day(first.starts_at, zone):
        raise DayOffRule(field="starts_at")
    goes_to = partners(rule, ahead, new_rule, new_slots)
    open_keys = {booking.id for booking in open_ones}
    moved = {to: b for b in open_ones if b.id not in spent and (to := goes_to.get(b.series_slot))}
    kept = {to: b for b in behind if b.id not in open_keys and (to := goes_to.get(b.series_slot))}
    taken_over = set(goes_to.values())
    guests = await guests_of(sorted(open_keys))
    wanted = SeriesWish(
        change.what or series.resource.public_id,
        Wish(
            first,
            now,
            people=max(booking.people for booking in open_ones),
            guests=max((len(names) for names in guests.values()), default=0),
            for_organisation=series.organisation is not None,
            by_staff=series.person != actor.person,
        ),
        new_rule,
        change.on_conflict,
        series.skips_school_holidays,
        except_on={slot.day for slot in new_slots if slot.starts_at in taken_over and slot.starts_at not in moved},
    )
    dropped = [booking for booking in open_ones if booking.series_slot not in goes_to or booking.id in spent]
    spent |= {booking.id for booking in dropped if booking.is_late_at(now)}
    for booking in open_ones:
        if booking.id not in spent:
            await return_payment(PaidBooking.of_card(booking), now)
    plan = await plan_series(
        wanted,
        series.person,
        now,
        actor.language,
        replaced=Replaced(
            open_keys,
            Counter(booking.resource.rules for booking in open_ones),
            {to: booking.entitlement for to, booking in moved.items() if booking.entitlement},
        ),
        lock=lock,
    )
    taken = {date.slot.starts_at for date in plan.dates if date.taken}
    too_late = {booking.id for at, booking in moved.items() if at not in taken and booking.is_late_at(now)}
    if too_late:
        raise _SpentAllTheSame(frozenset(too_late))
    if series.organisation is not None and series.organisation.operator != plan.facts.operator:
        raise NotFound
    if series.person != actor.person:
        demand(actor, Action.BOOK_FOR_OTHERS, operator=plan.facts.operator, space=plan.facts.space.id)
    return SeriesChange(
        series=series,
        plan=plan,
        split=split,
        before=before,
        moved=moved,
        kept=kept,
        dropped=dropped,
        template=open_ones[0],
        guests=tuple(guests.get(open_ones[0].id, ())),
    )


def _new_first(split: Slot, change: ChangeSeries, now: datetime) -> Period:
    """The new time of the first date; where only its start is given, it lasts as long as before."""
    old = split.period
    starts_at = change.starts_at or split.starts_at
    lasts = old.duration if old else None
    ends_at = change.ends_at or (starts_at + lasts if lasts else None)
    if ends_at is None:
        raise NotOpenToChange
    return checked_period(starts_at, ends_at, now)


async def _enter(actor: Actor, found: SeriesChange, change: ChangeSeries, now: datetime) -> SeriesCard:
    plan, series = found.plan, found.series
    accepted = None
    if plan.facts.space.id != series.space.id:
        accepted = plan.facts.house_rules.newly_accepted(change.house_rules, plan.facts.space.name)
    replaced = [booking.id for booking in found.replaced]
    taken = {date.slot.starts_at: date for date in plan.dates if date.taken}
    moves = [(found.moved[at], date) for at, date in taken.items() if at in found.moved]
    left_out = {at: booking for at, booking in found.moved.items() if at not in taken}
    whom = for_whom(actor, series.person)
    made_by = actor.person if whom else found.template.made_by
    new_dates = [date for at, date in taken.items() if at not in found.moved]
    drafted = await _drafted(found, new_dates, made_by, now, early_start=change.early_start)

    freed = await free(replaced, *BOOKED)
    if not await claim_each([*claims_of_moves(moves), *(claim for one in drafted for claim in one.claims)]):
        raise _SomebodyWasFaster
    await detach([*replaced, *(booking.id for booking in found.kept.values())])
    changed = await _enter_series(found, made_by, now)
    await enter_moves(moves, plan.facts.space, now, early_start=change.early_start)
    for booking, _ in moves:
        if booking.space.id != plan.facts.space.id:
            await note_departure(booking.space.id, booking.public_id, now)
    await attach(changed, {**{date.slot.starts_at: b for b, date in moves}, **found.kept, **left_out})
    ended = [*left_out.values(), *found.dropped]
    await end_bookings(ended, CHANGED, now)
    made = await enter_bookings(drafted, changed, actor, now)
    await hand_on(freed, now)
    if accepted:
        await insert_all([new_acceptance(series.person, plan.facts.space.id, accepted, now)])
    keys = sorted([*replaced, *(booking.id for booking in made)])
    await record_each("booking.moved", "booking", [booking.id for booking, _ in moves], actor, now, **whom)
    await record_each("booking.cancelled", "booking", [booking.id for booking in ended], actor, now, **whom)
    await record(
        "series.changed",
        "series",
        changed.id,
        actor,
        now,
        before=[series.public_id, series.resource.public_id, series.first.starts_at, series.rrule],
        after=[changed.public_id, changed.resource.public_id, changed.first.starts_at, changed.rrule],
        **whom,
    )
    more = by_staff(actor, series.person) | ({} if changed.id == series.id else {"split_from": series.id})
    await emit("series.changed", "series", changed.id, now, bookings=keys, **more)
    return changed


async def _drafted(
    found: SeriesChange, dates: Sequence[PlannedDate], made_by: int | None, now: datetime, *, early_start: bool
) -> list[Drafted]:
    """Dates that the series did not have before, made like the others."""
    template, plan = found.template, found.plan
    draft = Draft(
        found.series.person,
        plan.facts,
        Wish(template.period, now, people=template.people, guests=len(found.guests)),
        template.note,
        template.purpose,
        template.commute_to or "",
        None,
        found.guests,
        found.series.organisation,
        early_start,
    )
    return await drafted_bookings(draft, dates, made_by)


async def _enter_series(found: SeriesChange, made_by: int | None, now: datetime) -> SeriesCard:
    """The series as it is from now on; where earlier dates stay, a new one, and the earlier one ends."""
    series, plan = found.series, found.plan
    changed = replace(
        series,
        resource=plan.wanted,
        space=plan.facts.space,
        first=first_of(plan, found.split.period or series.first),
        rrule=str(plan.rule),
        updated_at=now,
    )
    if found.before:
        await execute(
            "UPDATE series SET rrule = $2, sequence = sequence + 1, updated_at = $3 WHERE id = $1",
            series.id,
            str(series.rule.ending(found.split.starts_at)),
            now,
        )
        return await enter_series(replace(changed, public_id=new_public_id(), sequence=0, created_at=now), made_by)
    await execute(
        "UPDATE series SET resource = $2, starts_at = $3, ends_at = $4, rrule = $5, sequence = sequence + 1,"
        " updated_at = $6 WHERE id = $1",
        series.id,
        changed.resource.id,
        changed.first.starts_at,
        changed.first.ends_at,
        changed.rrule,
        now,
    )
    again = await series_by_id(series.id)
    assert again is not None, "its row is locked"
    return again
