"""Booking. It opens its transaction; the exclusion constraint has the last word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.bookings.booker import booker_of
from app.bookings.candidates import Candidate
from app.bookings.decision import Booker, Wish
from app.bookings.draft import Draft
from app.bookings.giving_back import hand_on
from app.bookings.lapsing import is_held_there, lapse_there, make_way_for
from app.bookings.payment import paid_rows
from app.bookings.queries import BookingCard
from app.bookings.rules import (
    AnyOf,
    Purpose,
    checked_guests,
    checked_note,
    checked_period,
)
from app.bookings.settling import settle_at
from app.bookings.taking import (
    candidates,
    facts_for,
    nothing_left,
)
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor, demand, usable_phone
from app.inventory.operations import BOOKING, claim_all, lock_resources, new_claim
from app.kernel.refusals import NotFound
from app.network.commuting import demand_municipality
from app.network.groups import OrganisationCard, organisation_named
from app.network.house_rules import new_acceptance
from app.plans.nothing_pays import NothingPays
from app.plans.offering import with_offers
from app.plans.rules import check_agreed
from app.platform.database import execute, retried, transaction
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import wake_workers


@dataclass(frozen=True, slots=True)
class BookDesk:
    """What somebody wants: one resource by its public id, or any of a kind at a space.

    Without a purpose it is the kind's own. `commute_to` is the official key of the municipality that the person would
    have gone to otherwise: None takes the person's usual one, an empty text none. `house_rules` is the edition that is
    accepted with the booking. `people` counts everybody who comes, the `guests` (by name) among them; `organisation` is
    the public id of whom it is for. `pays` is the key of what shall pay, None takes the first in the order;
    `agreed_price` what the person has agreed to pay, in minor units, None whatever it costs. `early_start` says that a
    consumer wants it before the days to withdraw are over, knowing that the right ends with it.
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
    early_start: bool = False


@retried
async def book(actor: Actor, command: BookDesk, now: datetime, *, whom: int | None = None) -> BookingCard:
    """Books for the actor, or as front desk for the person with the key `whom`. With AnyOf the best free one is taken.

    For an organisation it is booked for its responsible person. Raises the refusals of `checked_wish`, `decide`,
    `checked_note`, `usable_phone`, `demand_municipality` and HouseRulesNotAccepted, NotFound for what nobody can book,
    NotAllowed where the actor is no front desk, AlreadyTaken or NothingFree where others were faster.
    """
    try:
        if whom is None or whom == actor.person:
            return await _book(actor, command, actor.person, now)
        async with transaction():
            return await _book(actor, command, await standing_record(whom), now)
    except NothingPays as refusal:
        raise await with_offers(refusal, whom or actor.person, now, actor.language) from None


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
    return Draft(
        person,
        facts,
        wish,
        note,
        command.purpose,
        command.commute_to,
        guest_phone,
        guests,
        organisation,
        command.early_start,
    )


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
