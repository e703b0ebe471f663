"""Moving a booking in one step; the exclusion constraint has the last word."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.bookings.booker import booker_of
from app.bookings.candidates import Candidate
from app.bookings.decision import Booker, Wish
from app.bookings.draft import for_whom, new_guests
from app.bookings.facts import Facts
from app.bookings.giving_back import Freed, free, hand_on
from app.bookings.owned import again, locked_booking
from app.bookings.payment import PaidBooking, paid_rows, return_payment
from app.bookings.queries import BookingCard
from app.bookings.rules import AnyOf, Status, check_changeable, checked_guests, checked_note, checked_period
from app.bookings.settling import settle_at
from app.bookings.taking import claim_one, facts_for, sweep_there
from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.inventory.departures import note_departure
from app.inventory.operations import BOOKED, BOOKING, lock_resources
from app.network.house_rules import new_acceptance
from app.plans.rules import check_agreed
from app.plans.tickets import paying_accounts
from app.platform.database import execute, retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit


@dataclass(frozen=True, slots=True)
class MoveBooking:
    """What shall change of a booking; None stays as it is. Another space's house rules are accepted as in BookDesk.
    What has paid pays again where it can; without an `agreed_price` it may cost what it has cost before."""

    what: str | AnyOf | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    note: str | None = None
    house_rules: int | None = None
    people: int | None = None
    guests: tuple[str, ...] | None = None
    pays: str | None = None
    agreed_price: int | None = None
    early_start: bool = False


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
            has_paid=await paying_accounts(booking.entitlement),
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
        agreed = booking.price.amount if change.agreed_price is None else change.agreed_price
        check_agreed(taken.decision.payment, agreed)
        await _enter_move(booking, facts, wish, taken)
        if change.early_start and taken.decision.price.amount:
            await execute("UPDATE booking SET early_start_at = $2 WHERE id = $1", booking.id, now)
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
