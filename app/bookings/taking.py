"""How a resource's time is taken: what is tried, what makes way, and what is said when nothing is left."""

from dataclasses import dataclass
from datetime import datetime

from app.bookings.held import held_until
from app.bookings.lapsing import clear_the_way
from app.bookings.queries import (
    BookedResource,
    BookingCard,
    Facts,
    facts_of,
    free_resources,
)
from app.bookings.rules import (
    AlreadyTaken,
    AlreadyTakenOthersFree,
    AnyOf,
    Decision,
    HeldForSomebody,
    HeldForSomebodyOthersFree,
    NothingFree,
    NothingFreeThatFits,
    Purpose,
    Status,
    default_purpose,
)
from app.identity.audit import new_entry
from app.identity.rules import Actor
from app.inventory.needs import asks_of_resources
from app.inventory.operations import claim
from app.inventory.rules import label
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.platform.new_rows import NewRow
from app.platform.outbox import new_event
from app.platform.random_ids import new_public_id

_MOST_OTHERS = 5
TRIES = 2
"""Holds that are over and stand in the way are ended; then it is tried once more."""


async def facts_for(
    what: str | AnyOf, period: Period, person: int | None, now: datetime, language: str, *, for_booking: bool
) -> Facts:
    """The facts, as `facts_of` finds them. Raises NotFound for what nobody can book."""
    facts = await facts_of(what, period, person, now, language=language, for_booking=for_booking)
    if facts is None:
        raise NotFound
    return facts


async def wanted_resources(what: str | AnyOf, facts: Facts, period: Period) -> list[BookedResource]:
    """What is to be tried, in this order."""
    if isinstance(what, AnyOf):
        return await free_resources(facts.space.id, what.kind, period, what.features)
    return [facts.resource]


async def claim_one(
    what: str | AnyOf, facts: Facts, period: Period, person: int | None, reason: str, holder: int, now: datetime
) -> BookedResource:
    """Claims the wanted resource, or the best one that nobody else gets first. Raises as `nothing_left` says."""
    for _ in range(TRIES):
        for resource in await wanted_resources(what, facts, period):
            if await claim(resource.id, period, reason, holder):
                return resource
        if not await clear_the_way(facts.space.id, period, person, now):
            break
    raise await nothing_left(what, facts, period, now)


async def nothing_left(what: str | AnyOf, facts: Facts, period: Period, now: datetime) -> Refusal:
    """Why nothing that was wanted could be had."""
    if isinstance(what, AnyOf):
        return nothing_free(what, facts)
    return await already_taken(facts, period, await free_resources(facts.space.id, facts.resource.kind, period), now)


def words_of(what: str | AnyOf) -> frozenset[str]:
    """What the resource must have; one that is named is taken as it is."""
    return what.features if isinstance(what, AnyOf) else frozenset()


def nothing_free(what: AnyOf, facts: Facts) -> NothingFree:
    """That nothing of the kind is free, or nothing that fits."""
    refusal = NothingFreeThatFits if asks_of_resources(what.features) else NothingFree
    return refusal(space=facts.space.name)


async def already_taken(facts: Facts, period: Period, free: list[BookedResource], now: datetime) -> AlreadyTaken:
    resource = facts.resource
    others = [other for other in free if other.id != resource.id][:_MOST_OTHERS]
    until = await held_until(resource.id, period, now)
    if until is None:
        refusal = AlreadyTakenOthersFree if others else AlreadyTaken
    else:
        refusal = HeldForSomebodyOthersFree if others else HeldForSomebody
    return refusal(
        name=label(resource.kind, resource.name),
        others=tuple(other.name for other in others),
        alternatives=[(other.public_id, other.name) for other in others],
        until=until.astimezone(facts.space.zone).time() if until else None,
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking but for its resource and person."""

    facts: Facts
    period: Period
    decision: Decision
    note: str
    purpose: Purpose | None
    commute_to: str | None
    guest_phone: str | None

    def booking(self, resource: BookedResource, person: int, now: datetime, *, made_by: int | None) -> BookingCard:
        """The booking of this resource. Where nothing was said of the commute, it is the person's usual one."""
        return BookingCard(
            id=self.facts.next_booking,
            public_id=new_public_id(),
            person=person,
            status=Status.CONFIRMED,
            reason=None,
            resource=resource,
            space=self.facts.space,
            period=self.period,
            note=self.note,
            paid_by=self.decision.paid_by,
            price=self.decision.price,
            sequence=0,
            purpose=self.purpose or default_purpose(resource.kind, resource.capacity),
            commute_to=self.facts.usual_commute if self.commute_to is None else self.commute_to or None,
            guest_phone=self.guest_phone,
            made_by=made_by,
            created_at=now,
            updated_at=now,
        )


def booking_rows(booking: BookingCard, actor: Actor, now: datetime) -> tuple[NewRow, NewRow, NewRow]:
    """The booking, its entry in the audit trail and its event."""
    return (
        _new_booking(booking),
        new_entry("booking.made", "booking", booking.id, actor, now, **for_whom(actor, booking.person)),
        new_event("booking.confirmed", "booking", booking.id, now),
    )


def for_whom(actor: Actor, person: int) -> dict[str, object]:
    """What the audit trail says beside who acted, where that was somebody else."""
    return {} if person == actor.person else {"whom": person}


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
