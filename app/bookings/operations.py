"""Booking, cancelling, moving and arriving. Each opens its transaction; the exclusion constraint has the last word."""

from dataclasses import dataclass
from datetime import datetime

from app.bookings.queries import (
    BookedResource,
    BookedSpace,
    BookingCard,
    Facts,
    booking_by_id,
    facts_of,
    free_resources,
)
from app.bookings.rules import (
    AlreadyTaken,
    AlreadyTakenOthersFree,
    AnyOf,
    Decision,
    NothingFree,
    NothingFreeThatFits,
    Purpose,
    Status,
    check_changeable,
    check_check_in,
    checked_note,
    checked_period,
    decide,
    default_purpose,
)
from app.identity.audit import new_entry, record
from app.identity.rules import Action, Actor, demand, usable_phone
from app.inventory.needs import asks_of_resources
from app.inventory.operations import claim, lock_resources, new_claim, release
from app.inventory.rules import label
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.network.house_rules import new_acceptance
from app.platform.database import execute, fetch_row, retried, transaction
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import emit, new_event, wake_workers
from app.platform.random_ids import new_public_id

_MOST_OTHERS = 5


@dataclass(frozen=True, slots=True)
class BookDesk:
    """What somebody wants: one resource by its public id, or any of a kind at a space.

    Without a purpose it is the kind's own. `commute_to` is the official key of the municipality that the person would
    have gone to otherwise, `house_rules` the edition that is accepted with the booking.
    """

    what: str | AnyOf
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    purpose: Purpose | None = None
    commute_to: str | None = None
    guest_phone: str = ""
    house_rules: int | None = None


@dataclass(frozen=True, slots=True)
class MoveBooking:
    """What shall change of a booking; None stays as it is. Another space's house rules are accepted as in BookDesk."""

    what: str | AnyOf | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    note: str | None = None
    house_rules: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would be: the resource it would get, or the refusal that stands in its way."""

    resource: BookedResource | None
    space: BookedSpace | None
    decision: Decision | None
    refusal: Refusal | None


async def quote(command: BookDesk, now: datetime, language: str = "de", *, person: int | None = None) -> Quote:
    """Says what `book` would do for this person, by the same rules, and changes nothing."""
    facts: Facts | None = None
    try:
        period = checked_period(command.starts_at, command.ends_at, now)
        checked_note(command.note)
        facts = await _facts(command.what, period, person, now, language, for_booking=False)
        decision = decide(period, facts.hours, facts.space.name)
        facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
        free = await free_resources(facts.space.id, facts.resource.kind, period, _words(command.what))
        if isinstance(command.what, AnyOf):
            if not free:
                raise _nothing_free(command.what, facts)
            return Quote(free[0], facts.space, decision, None)
        if facts.resource.id not in {resource.id for resource in free}:
            raise _already_taken(facts.resource, free)
    except Refusal as refusal:
        return Quote(facts.resource if facts else None, facts.space if facts else None, None, refusal)
    return Quote(facts.resource, facts.space, decision, None)


@retried
async def book(actor: Actor, command: BookDesk, now: datetime, *, whom: int | None = None) -> BookingCard:
    """Books for the actor, or as front desk for the person with the key `whom`. With AnyOf the best free one is taken.

    Raises the refusals of `checked_period`, `decide`, `checked_note`, `usable_phone` and HouseRulesNotAccepted,
    NotFound for what nobody can book, NotAllowed where the actor is no front desk, AlreadyTaken or NothingFree where
    others were faster.
    """
    period = checked_period(command.starts_at, command.ends_at, now)
    note = checked_note(command.note)
    guest_phone = usable_phone(command.guest_phone, "guest_phone") if command.guest_phone else None
    person = actor.person if whom is None else whom
    facts = await _facts(command.what, period, person, now, actor.language, for_booking=True)
    if person != actor.person:
        demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
    decision = decide(period, facts.hours, facts.space.name)
    accepted = facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
    for resource in await _wanted(command.what, facts, period):
        booking = BookingCard(
            id=facts.next_booking,
            public_id=new_public_id(),
            person=person,
            status=Status.CONFIRMED,
            reason=None,
            resource=resource,
            space=facts.space,
            period=period,
            note=note,
            paid_by=decision.paid_by,
            price=decision.price,
            sequence=0,
            purpose=command.purpose or default_purpose(resource.kind, resource.capacity),
            commute_to=command.commute_to,
            guest_phone=guest_phone,
            made_by=None if person == actor.person else actor.person,
            created_at=now,
            updated_at=now,
        )
        # One statement, because a booking is what a rush is made of: docs/performance.md.
        if await insert_together(
            new_claim(resource.id, period, "booking", booking.id),
            _new_booking(booking),
            new_entry("booking.made", "booking", booking.id, actor, now),
            new_event("booking.confirmed", "booking", booking.id, now),
            *([new_acceptance(person, facts.space.id, accepted, now)] if accepted else []),
        ):
            wake_workers()
            return booking
    raise await _nothing_left(command.what, facts, period)


@retried
async def cancel(
    actor: Actor, public_id: str, now: datetime, reason: str = "by_member", *, for_others: bool = False
) -> BookingCard:
    """Gives the time back to the others. Raises NotFound, or NotOpenToChange when it is over or was cancelled.

    With `for_others` a front desk acts on anybody's booking at its spaces; so do `move` and `check_in`.
    """
    async with transaction():
        booking = await _locked(actor, public_id, for_others)
        check_changeable(booking.status, booking.period.ends_at, now)
        await execute(
            "UPDATE booking SET status = 'cancelled', reason = $2, sequence = sequence + 1, updated_at = $3"
            " WHERE id = $1",
            booking.id,
            reason,
            now,
        )
        await release(booking.id, "booking")
        await record("booking.cancelled", "booking", booking.id, actor, now, reason=reason)
        await emit("booking.cancelled", "booking", booking.id, now)
        return await _again(booking)


@retried
async def move(
    actor: Actor, public_id: str, change: MoveBooking, now: datetime, *, for_others: bool = False
) -> BookingCard:
    """Changes time, resource or note in one step: either all of it holds, or the booking stays as it was.

    Within the space the house rules stay those that it was booked under. Raises what `book` raises, and
    NotOpenToChange.
    """
    async with transaction():
        booking = await _locked(actor, public_id, for_others)
        check_changeable(booking.status, booking.period.ends_at, now)
        note = booking.note if change.note is None else checked_note(change.note)
        starts_at = change.starts_at or booking.period.starts_at
        ends_at = change.ends_at or booking.period.ends_at
        what = change.what or booking.resource.public_id
        if (starts_at, ends_at) == (booking.period.starts_at, booking.period.ends_at) and (
            what == booking.resource.public_id
        ):
            await execute("UPDATE booking SET note = $2, updated_at = $3 WHERE id = $1", booking.id, note, now)
            return await _again(booking)
        period = checked_period(starts_at, ends_at, now)
        facts = await _facts(what, period, booking.person, now, actor.language, for_booking=False)
        if for_others:
            demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
        decide(period, facts.hours, facts.space.name)
        accepted = None
        if facts.space.id != booking.space.id:
            accepted = facts.house_rules.newly_accepted(change.house_rules, facts.space.name)
        await lock_resources([booking.resource.id, facts.resource.id])
        await release(booking.id, "booking")
        resource = await _claim(what, facts, period, booking.id)
        await execute(
            "UPDATE booking SET resource = $2, space = $3, starts_at = $4, ends_at = $5, note = $6,"
            " sequence = sequence + 1, updated_at = $7 WHERE id = $1",
            booking.id,
            resource.id,
            facts.space.id,
            period.starts_at,
            period.ends_at,
            note,
            now,
        )
        if accepted:
            await insert_together(new_acceptance(booking.person, facts.space.id, accepted, now))
        await record(
            "booking.moved",
            "booking",
            booking.id,
            actor,
            now,
            before=[booking.resource.public_id, booking.period.starts_at, booking.period.ends_at],
            after=[resource.public_id, period.starts_at, period.ends_at],
        )
        await emit("booking.moved", "booking", booking.id, now)
        return await _again(booking)


@retried
async def check_in(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person has arrived; saying it twice changes nothing. Raises as `check_check_in` does."""
    async with transaction():
        booking = await _locked(actor, public_id, for_others)
        if booking.status is Status.CHECKED_IN:
            return booking
        check_check_in(booking.status, booking.period, booking.space.zone, now)
        await execute("UPDATE booking SET status = 'checked_in', updated_at = $2 WHERE id = $1", booking.id, now)
        await record("booking.checked_in", "booking", booking.id, actor, now)
        await emit("booking.checked_in", "booking", booking.id, now)
        return await _again(booking)


async def _facts(
    what: str | AnyOf, period: Period, person: int | None, now: datetime, language: str, *, for_booking: bool
) -> Facts:
    facts = await facts_of(what, period, person, now, language=language, for_booking=for_booking)
    if facts is None:
        raise NotFound
    return facts


async def _wanted(what: str | AnyOf, facts: Facts, period: Period) -> list[BookedResource]:
    """What is to be tried, in this order."""
    if isinstance(what, AnyOf):
        return await free_resources(facts.space.id, what.kind, period, what.features)
    return [facts.resource]


async def _claim(what: str | AnyOf, facts: Facts, period: Period, booking: int) -> BookedResource:
    """Holds the time of the wanted resource, or of the best one that nobody else gets first."""
    for resource in await _wanted(what, facts, period):
        if await claim(resource.id, period, "booking", booking):
            return resource
    raise await _nothing_left(what, facts, period)


async def _nothing_left(what: str | AnyOf, facts: Facts, period: Period) -> Refusal:
    """Why nothing that was wanted could be had."""
    if isinstance(what, AnyOf):
        return _nothing_free(what, facts)
    return _already_taken(facts.resource, await free_resources(facts.space.id, facts.resource.kind, period))


def _words(what: str | AnyOf) -> frozenset[str]:
    """What the resource must have; one that is named is taken as it is."""
    return what.features if isinstance(what, AnyOf) else frozenset()


def _nothing_free(what: AnyOf, facts: Facts) -> NothingFree:
    """That nothing of the kind is free, or nothing that fits."""
    refusal = NothingFreeThatFits if asks_of_resources(what.features) else NothingFree
    return refusal(space=facts.space.name)


def _already_taken(resource: BookedResource, free: list[BookedResource]) -> AlreadyTaken:
    others = [other for other in free if other.id != resource.id][:_MOST_OTHERS]
    if others:
        return AlreadyTakenOthersFree(
            name=label(resource.kind, resource.name),
            others=tuple(other.name for other in others),
            alternatives=[(other.public_id, other.name) for other in others],
        )
    return AlreadyTaken(name=label(resource.kind, resource.name), alternatives=[])


def _new_booking(booking: BookingCard) -> NewRow:
    return NewRow(
        "booking",
        {
            "id": booking.id,
            "public_id": booking.public_id,
            "resource": booking.resource.id,
            "space": booking.space.id,
            "person": booking.person,
            "status": booking.status,
            "starts_at": booking.period.starts_at,
            "ends_at": booking.period.ends_at,
            "note": booking.note,
            "paid_by": booking.paid_by,
            "price_amount": booking.price.amount,
            "price_currency": booking.price.currency,
            "sequence": booking.sequence,
            "purpose": booking.purpose,
            "commute_to": booking.commute_to,
            "guest_phone": booking.guest_phone,
            "made_by": booking.made_by,
            "created_at": booking.created_at,
            "updated_at": booking.updated_at,
        },
    )


async def _locked(actor: Actor, public_id: str, for_others: bool) -> BookingCard:
    """The booking, which nobody else changes until the transaction ends: the actor's own, or one at its spaces."""
    row = await fetch_row(
        "SELECT b.id, b.person, b.space, s.operator FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.public_id = $1 FOR UPDATE OF b",
        public_id,
    )
    if row is not None and (
        row["person"] == actor.person
        or (for_others and actor.may(Action.BOOK_FOR_OTHERS, operator=row["operator"], space=row["space"]))
    ):
        booking = await booking_by_id(row["id"])
        assert booking is not None, "its row is locked"
        return booking
    raise NotFound


async def _again(booking: BookingCard) -> BookingCard:
    """The booking as it is now."""
    changed = await booking_by_id(booking.id)
    assert changed is not None, "bookings are never deleted"
    return changed
