"""A newcomer's first booking: a resource is held while the link in the mail is opened, and booked with it.

`key` is the settings' signing key and `address` the network address of the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from app.bookings.booker import booker_of
from app.bookings.candidates import allowed
from app.bookings.decision import Booker, Wish
from app.bookings.draft import Draft
from app.bookings.facts import Facts
from app.bookings.giving_back import free, hand_on
from app.bookings.held import Choice, HeldDesk, hold_by_id, hold_of_link
from app.bookings.lapsing import HOLD, end_holds_of
from app.bookings.operations import BookDesk, checked_phone, checked_wish
from app.bookings.payment import paid_rows
from app.bookings.queries import BookingCard
from app.bookings.rules import AnyOf, checked_guests, checked_note
from app.bookings.settling import settle_at
from app.bookings.taking import claim_one, facts_for, words_of
from app.identity.audit import record
from app.identity.link_sign_in import signed_in_by_mail
from app.identity.mailed_links import LIVES_OF_KNOWN, LinkNoLongerWorks, Purpose, SignUp, create_link, use_link
from app.identity.operations import confirmed_person, count_mail, person_of_sign_up
from app.identity.rules import Actor, usable_email, usable_language, usable_name
from app.inventory.operations import hand_over
from app.kernel.refusals import Refusal
from app.network.commuting import demand_municipality
from app.network.house_rules import new_acceptance
from app.plans.nothing_pays import NothingPays
from app.plans.offering import with_offers
from app.plans.rules import check_agreed
from app.platform.database import Busy, execute, fetch_value, retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit, wake_workers
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, address_key, hit

HELD_FOR: Final = timedelta(minutes=15)

HOLDS_BY_ADDRESS: Final = Limit("desk_holds_by", 30, timedelta(hours=1))
"""Holds from one network address; a whole space may sit behind it. For one e-mail address only one lives at a time,
and its mails are limited like those of an account."""

_ONE_FOR_EACH_ADDRESS: Final = 0x686F_6C64  # any number of our own


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who holds: known or not, which nobody learns before the mail is opened."""

    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who opened the link, and the booking; without one the hold was over, or the space has closed."""

    actor: Actor
    hold: HeldDesk
    booking: BookingCard | None


async def hold_desk(
    command: BookDesk, newcomer: Newcomer, now: datetime, *, key: bytes, address: str, instead_of: str = ""
) -> HeldDesk:
    """Holds what is wanted for 15 minutes and mails the link that books it.

    An earlier hold for the address ends, and so does the one with the public id `instead_of`: it was made with another
    address by mistake.

    The statements are the same for known and unknown addresses, and so is the mail's way; its link makes an account or
    opens the one that is there. Raises what `book` raises, NameUnusable, EmailUnusable, TooMany.
    """
    wish = checked_wish(command, now)
    newcomer = Newcomer(usable_name(newcomer.name), usable_email(newcomer.email), usable_language(newcomer.language))
    choice = Choice(
        name=newcomer.name,
        any_of_kind=isinstance(command.what, AnyOf),
        features=words_of(command.what),
        note=checked_note(command.note),
        purpose=command.purpose,
        commute_to=demand_municipality(command.commute_to, "commute_to") if command.commute_to else None,
        guest_phone=checked_phone(command.guest_phone) or "",
        house_rules=command.house_rules,
        people=wish.people,
        guests=checked_guests(command.guests),
        agreed_price=command.agreed_price,
        early_start=command.early_start,
    )
    facts = await facts_for(command.what, wish.period, None, now, newcomer.language, for_booking=False)
    facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
    await settle_at(facts.space.id, now)
    await hit(HOLDS_BY_ADDRESS, address_key(address), now)
    await count_mail(newcomer.email, address, now)
    booker = await booker_of(None, facts, wish)
    try:
        return await _hold(command.what, facts, wish, booker, choice, newcomer, now, key, instead_of)
    except NothingPays as refusal:
        raise await with_offers(refusal, None, now, newcomer.language) from None


@retried
async def _hold(
    what: str | AnyOf,
    facts: Facts,
    wish: Wish,
    booker: Booker,
    choice: Choice,
    newcomer: Newcomer,
    now: datetime,
    key: bytes,
    instead_of: str,
) -> HeldDesk:
    async with transaction():
        await execute("SELECT pg_advisory_xact_lock($1::int, hashtext($2))", _ONE_FOR_EACH_ADDRESS, newcomer.email)
        known = await confirmed_person(newcomer.email)
        freed = await end_holds_of(newcomer.email, instead_of, facts.space.id, facts.widest(wish.period), now)
        hold: int = await fetch_value("SELECT nextval('desk_hold_id_seq')")
        taken, given_up = await claim_one(what, facts, wish, booker, HOLD, hold, None)
        check_agreed(taken.decision.payment, choice.agreed_price)
        await hand_on([*freed, *given_up], now)
        link = await create_link(
            Purpose.BOOK_HELD,
            now,
            key=key,
            email=newcomer.email,
            person=known,
            language=newcomer.language,
            sign_up=None if known else SignUp(newcomer.name, None),
        )
        await execute(
            "INSERT INTO desk_hold (id, public_id, link, resource, starts_at, ends_at, choice, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            hold,
            new_public_id(),
            link,
            taken.resource.id,
            wish.period.starts_at,
            wish.period.ends_at,
            msgspec.json.encode(choice).decode(),
            now,
            now + HELD_FOR,
        )
        await record("desk_hold.made", "desk_hold", hold, None, now)
        await emit("desk_hold.made", "desk_hold", hold, now)
        made = await hold_by_id(hold)
        assert made is not None, "it was just inserted"
        return made


@retried
async def book_held(token: str, now: datetime, *, agreed_price: int = 0, early_start: bool = False) -> Confirmation:
    """Makes the person, or finds the one who is there, and turns the hold into a booking; once for each link.

    It costs at most the `agreed_price`, in minor units: holding agreed to nothing yet.
    Where the hold is over, or the space has closed meanwhile, the person is known all the same and nothing is booked.
    For a POST alone: programs that look through mail open links. Raises LinkNoLongerWorks.
    """
    async with transaction():
        link = await use_link(token, Purpose.BOOK_HELD, now)
        hold = await hold_of_link(link["id"], locked=True)
        if hold is None:
            raise LinkNoLongerWorks
        choice = msgspec.structs.replace(hold.choice, agreed_price=agreed_price, early_start=early_start)
        hold = replace(hold, choice=choice)
        actor = await _person_of(link, now)
        booking = await _booked_if_open(hold, actor, now) if hold.lives_at(now) else None
        if booking is None:
            await hand_on(await free([hold.id], HOLD), now)
            if hold.ended_at is None:
                await emit("desk_hold.ended", "desk_hold", hold.id, now)
        await execute(
            "UPDATE desk_hold SET ended_at = coalesce(ended_at, $2), booking = $3 WHERE id = $1",
            hold.id,
            now,
            booking.id if booking else None,
        )
    wake_workers()
    return Confirmation(actor, hold, booking)


async def _person_of(link: Mapping[str, Any], now: datetime) -> Actor:
    """A link opens an account that is already there only as long as one that was mailed for it."""
    if link["person"] is not None:
        return await signed_in_by_mail(link["person"], now)
    newcomer = await person_of_sign_up(link, now)
    if newcomer is not None:
        return newcomer
    if link["created_at"] + LIVES_OF_KNOWN <= now:
        raise LinkNoLongerWorks
    return await signed_in_by_mail(await confirmed_person(link["email"]), now)


async def _booked_if_open(hold: HeldDesk, actor: Actor, now: datetime) -> BookingCard | None:
    try:
        return await _booked(hold, actor, now)
    except Busy:
        raise
    except Refusal:
        return None  # the summary will say why


async def _booked(hold: HeldDesk, actor: Actor, now: datetime) -> BookingCard | None:
    """The booking that takes the hold's claim over; None where that is gone.

    What was seen when it was held counts: a later edition of the house rules is asked for at the next booking.
    """
    choice = hold.choice
    facts = await facts_for(hold.resource.public_id, hold.period, actor.person, now, actor.language, for_booking=True)
    wish = Wish(hold.period, hold.created_at, people=choice.people, guests=len(choice.guests))
    booker = await booker_of(actor.person, facts, wish)
    [candidate] = allowed([hold.resource], facts, wish, booker)
    candidate = candidate.decided_at(replace(wish, now=now))
    accepted = choice.house_rules if facts.house_rules.accepted < (choice.house_rules or 0) else None
    draft = Draft(
        actor.person,
        facts,
        Wish(hold.period, now, people=choice.people),
        choice.note,
        choice.purpose,
        choice.commute_to,
        choice.guest_phone or None,
        choice.guests,
        early_start=choice.early_start,
    )
    booking = draft.booking(candidate, made_by=None)
    check_agreed(candidate.decision.payment, choice.agreed_price)
    if not await hand_over(hold.id, HOLD, booking.id, booking.period):
        return None
    acceptance = [new_acceptance(actor.person, facts.space.id, accepted, now)] if accepted else []
    paid = await paid_rows(candidate.decision.payment, booking, now)
    await insert_together(*draft.rows(booking, actor, paid), *acceptance)
    return booking
