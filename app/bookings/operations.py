"""Booking and moving. Each opens its transaction; the exclusion constraint has the last word."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.bookings.booker import booker_of
from app.bookings.candidates import Candidate, allowed
from app.bookings.decision import Booker, Decision, Wish, decide, refusals
from app.bookings.draft import Draft, for_whom, new_guests
from app.bookings.facts import Facts
from app.bookings.giving_back import Freed, free, hand_on
from app.bookings.held import free_but_for_holds
from app.bookings.lapsing import is_held_there, lapse_there, make_way_for
from app.bookings.owned import again, locked_booking
from app.bookings.payment import PaidBooking, paid_rows, return_payment
from app.bookings.queries import BookedResource, BookedSpace, BookingCard
from app.bookings.rules import (
    AnyOf,
    Purpose,
    Status,
    check_changeable,
    checked_guests,
    checked_note,
    checked_period,
)
from app.bookings.settling import settle_at
from app.bookings.taking import (
    already_taken,
    candidates,
    claim_one,
    facts_for,
    nothing_free,
    nothing_left,
    sweep_there,
    words_of,
)
from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor, demand, usable_phone
from app.inventory.departures import note_departure
from app.inventory.operations import BOOKED, BOOKING, claim_all, lock_resources, new_claim
from app.kernel.refusals import NotFound, Refusal
from app.network.commuting import demand_municipality
from app.network.groups import OrganisationCard, organisation_named
from app.network.house_rules import new_acceptance
from app.plans.rules import check_agreed
from app.platform.database import execute, retried, transaction
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import emit, wake_workers


@dataclass(frozen=True, slots=True)
class BookDesk:
    """What somebody wants: one resource by its public id, or any of a kind at a space.

    Without a purpose it is the kind's own. `commute_to` is the official key of the municipality that the person would
    have gone to otherwise: None takes the person's usual one, an empty text none. `house_rules` is the edition that is
    accepted with the booking. `people` counts everybody who comes, the `guests` (by name) among them; `organisation` is
    the public id of whom it is for. `pays` is the key of what shall pay, None takes the first in the order;
    `agreed_price` what the person has agreed to pay, in minor units, None whatever it costs.
    """

    what: str | AnyOf
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    purpose: Purpose | None = None
    commute_to: str | None = None
    guest_phone: str = ""
    house_rules: int | None = None
    people: int = 1
    guests: tuple[str, ...] = ()
    organisation: str | None = None
    pays: str | None = None
    agreed_price: int | None = None


@dataclass(frozen=True, slots=True)
class MoveBooking:
    """What shall change of a booking; None stays as it is. Another space's house rules are accepted as in BookDesk, and
    so is a price. What has paid pays again where it can."""

    what: str | AnyOf | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    note: str | None = None
    house_rules: int | None = None
    people: int | None = None
    guests: tuple[str, ...] | None = None
    pays: str | None = None
    agreed_price: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would be: the resource it would get, or the refusal that stands in its way and what else does."""

    resource: BookedResource | None
    space: BookedSpace | None
    decision: Decision | None
    refusal: Refusal | None
    further: tuple[Refusal, ...] = ()

    @property
    def refusals(self) -> list[Refusal]:
        """All that stands in the way."""
        return [self.refusal, *self.further] if self.refusal else []


async def quote(
    command: BookDesk, now: datetime, language: str = "de", *, person: int | None = None, hold: str = ""
) -> Quote:
    """Says what `book` would do for this person, or for who holds something already, and changes nothing."""
    facts: Facts | None = None
    refused: list[Refusal] = []
    try:
        wish = checked_wish(command, now)
        checked_note(command.note)
        checked_phone(command.guest_phone)
        facts = await facts_for(command.what, wish.period, person, now, language, for_booking=False)
        if command.commute_to:
            demand_municipality(command.commute_to, "commute_to")
        await settle_at(facts.space.id, now)
        booker = await booker_of(person, facts, wish)
        decision = None
        if isinstance(command.what, str):
            refused = list(refusals(wish, facts.place(facts.resource), booker))
            decision = decide(wish, facts.place(facts.resource), booker)
        free = await free_but_for_holds(
            facts.space.id, facts.resource.kind, wish.period, now, words_of(command.what), person=person, hold=hold
        )
        if isinstance(command.what, AnyOf):
            found = allowed(free, facts, wish, booker)
            if not found:
                raise nothing_free(command.what, facts)
            facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
            return Quote(found[0].resource, facts.space, found[0].decision, None)
        facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
        if facts.resource.id not in {resource.id for resource in free}:
            raise await already_taken(facts, wish.period, free, now)
    except Refusal as refusal:
        further = tuple(other for other in refused if other.code != refusal.code)
        return Quote(facts.resource if facts else None, facts.space if facts else None, None, refusal, further)
    return Quote(facts.resource, facts.space, decision, None)


@retried
async def book(actor: Actor, command: BookDesk, now: datetime, *, whom: int | None = None) -> BookingCard:
    """Books for the actor, or as front desk for the person with the key `whom`. With AnyOf the best free one is taken.

    For an organisation it is booked for its responsible person. Raises the refusals of `checked_wish`, `decide`,
    `checked_note`, `usable_phone`, `demand_municipality` and HouseRulesNotAccepted, NotFound for what nobody can book,
    NotAllowed where the actor is no front desk, AlreadyTaken or NothingFree where others were faster.
    """
    if whom is None or whom == actor.person:
        return await _book(actor, command, actor.person, now)
    async with transaction():
        return await _book(actor, command, await standing_record(whom), now)


async def _book(actor: Actor, command: BookDesk, person: int, now: datetime) -> BookingCard:
    draft = await drafted(actor, command, person, now)
    if not draft.counts_open:
        return await take(actor, command, draft)
    async with transaction():
        await lock_person(draft.person)
        return await take(actor, command, draft)


async def drafted(actor: Actor, command: BookDesk, person: int, now: datetime) -> Draft:
    """All that a booking needs but its resource; raises what `book` raises of it."""
    organisation = await organisation_for(actor, command)
    if organisation is not None:
        person = organisation.responsible
    wish = checked_wish(command, now, is_for_other=person != actor.person, for_organisation=organisation is not None)
    note = checked_note(command.note)
    guest_phone = checked_phone(command.guest_phone)
    facts = await facts_for(command.what, wish.period, person, now, actor.language, for_booking=True)
    if command.commute_to:
        demand_municipality(command.commute_to, "commute_to")
    if organisation is not None and organisation.operator != facts.operator:
        raise NotFound
    if person != actor.person:
        demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
    guests = checked_guests(command.guests)
    return Draft(person, facts, wish, note, command.purpose, command.commute_to, guest_phone, guests, organisation)


async def take(actor: Actor, command: BookDesk, draft: Draft, **columns: object) -> BookingCard:
    """Enters the booking, with further columns, of the best candidate that nobody else gets first.

    What is held for somebody beyond its time makes way; the person himself may be served then, so what he has is
    counted anew. What is held for himself makes way, too, in the transaction of the booking, so that it is kept where
    the booking fails.
    """
    person, facts, wish = draft.person, draft.facts, draft.wish
    booker = await booker_of(person, facts, wish)
    where = (facts.space.id, facts.widest(wish.period))
    booking = await _enter_best(actor, command, draft, booker, columns)
    if booking is None and await settle_at(facts.space.id, wish.now):
        booker = await booker_of(person, facts, wish)
        booking = await _enter_best(actor, command, draft, booker, columns)
    if booking is None and not await is_held_there(*where):
        raise await nothing_left(command.what, facts, wish.period, wish.now)
    if booking is None and await lapse_there(*where, wish.now):
        booker = await booker_of(person, facts, wish)
        booking = await _enter_best(actor, command, draft, booker, columns)
    if booking is None:
        async with transaction():
            freed = await make_way_for(person, *where, wish.now)
            if freed is not None:
                booking = await _enter_best(actor, command, draft, booker, columns)
                await hand_on(freed, wish.now)
            if booking is None:
                raise await nothing_left(command.what, facts, wish.period, wish.now)
    wake_workers()
    return booking


async def _enter_best(
    actor: Actor, command: BookDesk, draft: Draft, booker: Booker, columns: Mapping[str, object]
) -> BookingCard | None:
    person, facts, wish = draft.person, draft.facts, draft.wish
    found = await candidates(command.what, facts, wish, booker)
    accepted = facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
    for candidate in found:
        booking = draft.booking(candidate, made_by=None if person == actor.person else actor.person)
        check_agreed(candidate.decision.payment, command.agreed_price)
        paid = await paid_rows(candidate.decision.payment, booking, wish.now)
        rows = draft.rows(booking, actor, paid, **columns)
        if accepted:
            rows.append(new_acceptance(person, facts.space.id, accepted, wish.now))
        if await _enter(candidate, booking, rows):
            return booking
    return None


async def _enter(candidate: Candidate, booking: BookingCard, rows: list[NewRow]) -> bool:
    """All rows together with the claims, or none where somebody else was faster."""
    wanted = candidate.claims(booking.period)
    if len(wanted) == 1:
        # One statement, because a booking is what a rush is made of: docs/performance.md.
        return await insert_together(new_claim(wanted[0].resource, booking.period, BOOKING, booking.id), *rows)
    async with transaction():
        await lock_resources(candidate.resource.claims)
        return await claim_all(wanted, booking.id) and await insert_together(*rows)


@retried
async def move(
    actor: Actor, public_id: str, change: MoveBooking, now: datetime, *, for_others: bool = False
) -> BookingCard:
    """Changes time, resource, guests or note in one step: either all of it holds, or the booking stays as it was.

    Within the space the house rules stay those that it was booked under. What needs approval is asked for anew, and a
    deadline to cancel that has passed stays passed. Raises what `book` raises, and NotOpenToChange.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        check_changeable(booking.status, booking.period.ends_at, now)
        note = booking.note if change.note is None else checked_note(change.note)
        starts_at = change.starts_at or booking.period.starts_at
        ends_at = change.ends_at or booking.period.ends_at
        what = change.what or booking.resource.public_id
        await execute("UPDATE booking SET note = $2, updated_at = $3 WHERE id = $1", booking.id, note, now)
        same_people = change.people in (None, booking.people) and change.guests is None
        same_place = (starts_at, ends_at, what) == (
            booking.period.starts_at,
            booking.period.ends_at,
            booking.resource.public_id,
        )
        if same_place and same_people:
            return await again(booking)
        guests = checked_guests(change.guests or ())
        wish = Wish(
            checked_period(starts_at, ends_at, now),
            now,
            people=change.people or booking.people,
            guests=len(guests),
            for_organisation=booking.organisation is not None,
            by_staff=booking.person != actor.person,
            pays=change.pays,
            has_paid=booking.entitlement,
        )
        facts = await facts_for(what, wish.period, booking.person, now, actor.language, for_booking=False)
        if booking.person != actor.person:
            demand(actor, Action.BOOK_FOR_OTHERS, operator=facts.operator, space=facts.space.id)
        await return_payment(PaidBooking.of_card(booking), now)
        booker = await booker_of(booking.person, facts, wish, but_for=booking.id)
        accepted = None
        if facts.space.id != booking.space.id:
            accepted = facts.house_rules.newly_accepted(change.house_rules, facts.space.name)
        await settle_at(facts.space.id, now, but_for=booking.id)
        await sweep_there(facts, wish.period, now)
        await lock_resources([*booking.resource.claims, *facts.resource.claims])
        taken, freed = await _swap(booking, what, facts, wish, booker)
        check_agreed(taken.decision.payment, change.agreed_price)
        await _enter_move(booking, facts, wish, taken)
        if facts.space.id != booking.space.id:
            await note_departure(booking.space.id, booking.public_id, now)
        await hand_on(freed, now)
        if change.guests is not None:
            await execute("DELETE FROM booking_guest WHERE booking = $1", booking.id)
            for row in new_guests(booking.id, guests, wish.period.ends_at):
                await insert_together(row)
        if accepted:
            await insert_together(new_acceptance(booking.person, facts.space.id, accepted, now))
        await record(
            "booking.moved",
            "booking",
            booking.id,
            actor,
            now,
            before=[booking.resource.public_id, booking.period.starts_at, booking.period.ends_at],
            after=[taken.resource.public_id, wish.period.starts_at, wish.period.ends_at],
            **for_whom(actor, booking.person),
        )
        left = {} if facts.space.id == booking.space.id else {"left_space": booking.space.id}
        if taken.decision.status is Status.REQUESTED:
            await emit("booking.requested", "booking", booking.id, now, **left)
        else:
            await emit("booking.moved", "booking", booking.id, now, **left)
        return await again(booking)


async def _swap(
    booking: BookingCard, what: str | AnyOf, facts: Facts, wish: Wish, booker: Booker
) -> tuple[Candidate, list[Freed]]:
    """Gives the old time up and claims the new one, which may overlap it; what was given up that somebody waits for."""
    freed = await free([booking.id], *BOOKED)
    taken, given_up = await claim_one(what, facts, wish, booker, BOOKING, booking.id, booking.person)
    return taken, [*freed, *given_up]


async def _enter_move(booking: BookingCard, facts: Facts, wish: Wish, taken: Candidate) -> None:
    decision, passed = taken.decision, booking.cancel_until
    cancel_until = passed if passed is not None and passed <= wish.now else decision.cancel_until
    moved = replace(
        booking, resource=taken.resource, space=facts.space, period=wish.period, sequence=booking.sequence + 1
    )
    paid = await paid_rows(decision.payment, moved, wish.now)
    if paid.rows:
        await insert_together(*paid.rows)
    await execute(
        "UPDATE booking SET resource = $2, space = $3, starts_at = $4, ends_at = $5, people = $6, status = $7,"
        " cancel_until = $8, decide_by = $9, due_at = $10, no_show_at = $11, asked_at = NULL, coming_later_at = NULL,"
        " decided_by = NULL, answer = '', sequence = sequence + 1, updated_at = $12, paid_by = $13, price_amount = $14,"
        " price_currency = $15, entitlement = $16, charge = $17 WHERE id = $1",
        booking.id,
        taken.resource.id,
        facts.space.id,
        wish.period.starts_at,
        wish.period.ends_at,
        max(wish.people, 1 + wish.guests),
        decision.status,
        cancel_until,
        decision.decide_by,
        decision.due_at,
        decision.no_show_at,
        wish.now,
        decision.paid_by,
        decision.price.amount,
        decision.price.currency,
        paid.columns.get("entitlement"),
        paid.columns.get("charge"),
    )


def checked_wish(
    command: BookDesk, now: datetime, *, is_for_other: bool = False, for_organisation: bool = False
) -> Wish:
    """What is asked for, where it makes sense anywhere at all. Raises as `checked_period` and `checked_guests` do."""
    return Wish(
        checked_period(command.starts_at, command.ends_at, now),
        now,
        people=command.people,
        guests=len(checked_guests(command.guests)),
        for_organisation=for_organisation,
        by_staff=is_for_other,
        pays=command.pays,
    )


async def organisation_for(actor: Actor, command: BookDesk) -> OrganisationCard | None:
    """The organisation that the actor books for: as its responsible person, or as its operator's front desk.

    Raises NotFound for any other.
    """
    if command.organisation is None:
        return None
    found = await organisation_named(command.organisation)
    if found is None or not (
        found.responsible == actor.person or actor.may(Action.BOOK_FOR_OTHERS, operator=found.operator)
    ):
        raise NotFound
    return found


async def lock_person(person: int) -> None:
    """Until the transaction ends nobody else counts and adds to this person's bookings."""
    await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person)


def checked_phone(guest_phone: str) -> str | None:
    """The guest's number for the day, None without one. Raises PhoneUnusable."""
    return usable_phone(guest_phone, "guest_phone") if guest_phone.strip() else None
