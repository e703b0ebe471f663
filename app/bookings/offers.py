"""What somebody does with an offer: accepts it, or lets it go."""

from dataclasses import replace
from datetime import datetime

import msgspec

from app.bookings.booker import booker_of
from app.bookings.candidates import allowed
from app.bookings.giving_back import free, hand_on
from app.bookings.held import Choice
from app.bookings.lapsing import lapse_offers
from app.bookings.line_endings import end_place
from app.bookings.operations import lock_person
from app.bookings.queries import BookingCard, booking_by_id, booking_of
from app.bookings.serving import enter_booking, wish_of
from app.bookings.taking import facts_for
from app.bookings.waiting import OFFER, Ending, WaitingCard, WaitingStatus, locked_waiting, waiting_by_id
from app.identity.rules import Action, Actor, demand
from app.inventory.operations import hand_over
from app.kernel.refusals import Conflict, NotFound, marked
from app.platform.database import fetch_value, retried, transaction
from app.platform.outbox import wake_workers


class OfferOver(Conflict):
    """Nothing is offered (any more): its time has run out, or the place in line has ended."""

    code = "offer_over"
    text = marked("Dieses Angebot ist vorbei.")


@retried
async def accept_offer(
    actor: Actor,
    public_id: str,
    now: datetime,
    *,
    agreed_price: int | None = None,
    early_start: bool = False,
    pays: str | None = None,
) -> BookingCard:
    """Books what is offered, with all that was chosen when joining; saying it twice books once.

    What it costs was agreed to when joining, or is by `agreed_price`, in minor units; what pays was chosen then, or is
    by `pays`.

    The claims change hands, so nothing is free in between. Raises NotFound, OfferOver, and what the rules say by now of
    the person: whoever holds too many bookings meanwhile gives one back first.
    """
    demand(actor, Action.BOOK_OWN)
    async with transaction():
        place = await _locked(actor.person, public_id)
        if place.status is WaitingStatus.BOOKED and place.booking is not None:
            booked = await booking_of(actor.person, place.booking)
            assert booked is not None, "it belongs to the same person"
            return booked
        place = replace(place, choice=_as_agreed(place.choice, agreed_price, pays, early_start=early_start))
        booking = await _accepted(place, actor, now, or_else=pays is None) if place.is_offered_at(now) else None
    if booking is None:
        await lapse_offers(now)
        raise OfferOver
    wake_workers()
    return booking


def _as_agreed(choice: Choice, agreed_price: int | None, pays: str | None, *, early_start: bool) -> Choice:
    """What was chosen when joining, with what is agreed to now in its place."""
    if agreed_price is not None:
        choice = msgspec.structs.replace(choice, agreed_price=agreed_price, early_start=early_start)
    elif early_start:
        choice = msgspec.structs.replace(choice, early_start=True)
    return choice if pays is None else msgspec.structs.replace(choice, pays=pays)


async def _accepted(place: WaitingCard, actor: Actor, now: datetime, *, or_else: bool) -> BookingCard | None:
    """The booking that takes the offer's claims over; None where they are gone, or nobody can book it any more.

    With `or_else` something else may pay than what was chosen.
    """
    assert place.offered is not None
    assert place.offered_at is not None
    try:
        facts = await facts_for(
            place.offered.public_id, place.period, place.person, now, actor.language, for_booking=True
        )
    except NotFound:
        return None
    if any(rules.most_open for rules in facts.rules.values()):
        await lock_person(place.person)
    wish = replace(wish_of(place, now), or_else=or_else)
    booker = await booker_of(place.person, facts, wish)
    [candidate] = allowed([place.offered], facts, replace(wish, now=place.offered_at), booker)
    candidate = candidate.decided_at(wish)
    if not await hand_over(place.id, OFFER, facts.next_booking, place.period):
        return None
    return await booking_by_id(await enter_booking(place, candidate, facts, actor, now))


@retried
async def leave_line(actor: Actor, public_id: str, now: datetime, *, whom: int | None = None) -> WaitingCard:
    """Ends waiting, or declines what is offered, which goes to the next in line. Twice is once.

    With the key `whom` a front desk does it for that person at one of its spaces. Raises NotFound.
    """
    demand(actor, Action.BOOK_OWN)
    async with transaction():
        place = await _locked(actor.person if whom is None else whom, public_id)
        if whom is not None and not await _is_desk_there(actor, place):
            raise NotFound
        if place.stands:
            is_offered = place.status is WaitingStatus.OFFERED
            await end_place(place.id, Ending.DECLINED if is_offered else Ending.LEFT, actor, now)
            await hand_on(await free([place.id], OFFER), now)
        left = await waiting_by_id(place.id)
        assert left is not None, "it is locked"
        return left


async def _is_desk_there(actor: Actor, place: WaitingCard) -> bool:
    operator = await fetch_value("SELECT operator FROM space WHERE id = $1", place.space.id)
    return actor.may(Action.BOOK_FOR_OTHERS, operator=operator, space=place.space.id)


async def _locked(person: int, public_id: str) -> WaitingCard:
    place = await locked_waiting(person, public_id)
    if place is None:
        raise NotFound
    return place
