"""Booking, cancelling, moving and arriving. Each opens its transaction; the exclusion constraint has the last word."""

from dataclasses import dataclass
from datetime import datetime

from app.bookings.held import free_but_for_holds
from app.bookings.lapsing import clear_the_way
from app.bookings.queries import (
    BookedResource,
    BookedSpace,
    BookingCard,
    Facts,
    booking_by_id,
)
from app.bookings.rules import (
    AnyOf,
    Decision,
    Purpose,
    Status,
    check_changeable,
    check_check_in,
    checked_note,
    checked_period,
    decide,
)
from app.bookings.taking import (
    TRIES,
    Draft,
    already_taken,
    booking_rows,
    claim_one,
    facts_for,
    for_whom,
    nothing_free,
    nothing_left,
    wanted_resources,
    words_of,
)
from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor, demand, usable_phone
from app.inventory.operations import lock_resources, new_claim, release
from app.kernel.refusals import NotFound, Refusal
from app.network.commuting import demand_municipality
from app.network.house_rules import new_acceptance
from app.platform.database import execute, fetch_row, retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit, wake_workers


@dataclass(frozen=True, slots=True)
class BookDesk:
    """What somebody wants: one resource by its public id, or any of a kind at a space.

    Without a purpose it is the kind's own. `commute_to` is the official key of the municipality that the person would
    have gone to otherwise: None takes the person's usual one, an empty text none. `house_rules` is the edition that is
    accepted with the booking.
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


async def quote(
    command: BookDesk, now: datetime, language: str = "de", *, person: int | None = None, hold: str = ""
) -> Quote:
    """Says what `book` would do for this person, or for who holds something already, and changes nothing."""
    facts: Facts | None = None
    try:
        period = checked_period(command.starts_at, command.ends_at, now)
        checked_note(command.note)
        checked_phone(command.guest_phone)
        facts = await facts_for(command.what, period, person, now, language, for_booking=False)
        if command.commute_to:
            demand_municipality(command.commute_to, "commute_to")
        decision = decide(period, facts.hours, facts.space.name)
        facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
        free = await free_but_for_holds(
            facts.space.id, facts.resource.kind, period, now, words_of(command.what), person=person, hold=hold
        )
        if isinstance(command.what, AnyOf):
            if not free:
                raise nothing_free(command.what, facts)
            return Quote(free[0], facts.space, decision, None)
        if facts.resource.id not in {resource.id for resource in free}:
            raise await already_taken(facts, period, free, now)
    except Refusal as refusal:
        return Quote(facts.resource if facts else None, facts.space if facts else None, None, refusal)
    return Quote(facts.resource, facts.space, decision, None)


@retried
async def book(actor: Actor, command: BookDesk, now: datetime, *, whom: int | None = None) -> BookingCard:
    """Books for the actor, or as front desk for the person with the key `whom`. With AnyOf the best free one is taken.

    Raises the refusals of `checked_period`, `decide`, `checked_note`, `usable_phone`, `demand_municipality` and
    HouseRulesNotAccepted,
    NotFound for what nobody can book, NotAllowed where the actor is no front desk, AlreadyTaken or NothingFree where
    others were faster.
    """
    if whom is None or whom == actor.person:
        return await _book(actor, command, actor.person, now)
    async with transaction():
        return await _book(actor, command, await standing_record(whom), now)


async def _book(actor: Actor, command: BookDesk, person: int, now: datetime) -> BookingCard:
    period = checked_period(command.starts_at, command.ends_at, now)
    note = checked_note(command.note)
    guest_phone = checked_phone(command.guest_phone)
    facts = await facts_for(command.what, period, person, now, actor.language, for_booking=True)
    if command.commute_to:
        demand_municipality(command.commute_to, "commute_to")
    if person != actor.person:
        demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
    decision = decide(period, facts.hours, facts.space.name)
    accepted = facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
    draft = Draft(facts, period, decision, note, command.purpose, command.commute_to, guest_phone)
    for _ in range(TRIES):
        for resource in await wanted_resources(command.what, facts, period):
            booking = draft.booking(resource, person, now, made_by=None if person == actor.person else actor.person)
            # One statement, because a booking is what a rush is made of: docs/performance.md.
            if await insert_together(
                new_claim(resource.id, period, "booking", booking.id),
                *booking_rows(booking, actor, now),
                *([new_acceptance(person, facts.space.id, accepted, now)] if accepted else []),
            ):
                wake_workers()
                return booking
        if not await clear_the_way(facts.space.id, period, person, now):
            break
    raise await nothing_left(command.what, facts, period, now)


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
        details = {"reason": reason} | for_whom(actor, booking.person)
        await record("booking.cancelled", "booking", booking.id, actor, now, **details)
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
        facts = await facts_for(what, period, booking.person, now, actor.language, for_booking=False)
        if for_others:
            demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
        decide(period, facts.hours, facts.space.name)
        accepted = None
        if facts.space.id != booking.space.id:
            accepted = facts.house_rules.newly_accepted(change.house_rules, facts.space.name)
        await lock_resources([booking.resource.id, facts.resource.id])
        await release(booking.id, "booking")
        resource = await claim_one(what, facts, period, booking.person, "booking", booking.id, now)
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
            **for_whom(actor, booking.person),
        )
        await emit("booking.moved", "booking", booking.id, now)
        return await _again(booking)


async def forget_commutes(actor: Actor, now: datetime) -> int:
    """Takes out of all the actor's own bookings where he would have gone otherwise; out of how many."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        cleared = await execute(
            "UPDATE booking SET commute_to = NULL WHERE person = $1 AND commute_to IS NOT NULL", actor.person
        )
        await record("booking.commutes_forgotten", "person", actor.person, actor, now)
    return cleared


@retried
async def check_in(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person has arrived; saying it twice changes nothing. Raises as `check_check_in` does."""
    async with transaction():
        booking = await _locked(actor, public_id, for_others)
        if booking.status is Status.CHECKED_IN:
            return booking
        check_check_in(booking.status, booking.period, booking.space.zone, now)
        await execute("UPDATE booking SET status = 'checked_in', updated_at = $2 WHERE id = $1", booking.id, now)
        await record("booking.checked_in", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.checked_in", "booking", booking.id, now)
        return await _again(booking)


def checked_phone(guest_phone: str) -> str | None:
    """The guest's number for the day, None without one. Raises PhoneUnusable."""
    return usable_phone(guest_phone, "guest_phone") if guest_phone.strip() else None


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
