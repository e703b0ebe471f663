"""How a resource's time is taken: what is tried, what makes way, and what is said when nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.decision import Booker, Decision, Wish, claimed_period, decide, refusals
from app.bookings.facts import Facts, facts_of, free_resources
from app.bookings.held import held_until
from app.bookings.lapsing import clear_the_way
from app.bookings.queries import BookedResource
from app.bookings.rules import (
    AlreadyTaken,
    AlreadyTakenOthersFree,
    AnyOf,
    Blocked,
    BlockedOthersFree,
    HeldForSomebody,
    HeldForSomebodyOthersFree,
    NothingFree,
    NothingFreeThatFits,
)
from app.inventory.blockers import blocked_because
from app.inventory.booking_rules import BookingRules
from app.inventory.needs import asks_of_resources
from app.inventory.operations import BOOKING, BUFFER, TimeWanted, claim_all, lock_resources
from app.inventory.rules import label
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal

_MOST_OTHERS = 5
TRIES = 2
"""Holds that are over and stand in the way are ended; then it is tried once more."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource that may be had, and what its booking would be."""

    resource: BookedResource
    decision: Decision

    def claims(self, period: Period, reason: str = BOOKING) -> list[TimeWanted]:
        """All time that has to be held for it."""
        return claims_of(self.resource, period, self.decision.rules, reason)


def claims_of(resource: BookedResource, period: Period, rules: BookingRules, reason: str = BOOKING) -> list[TimeWanted]:
    """The time of a resource and its parts, and what is kept free around it.

    What is merely held for somebody has one reason for all of it; it changes hands as a whole.
    """
    beside = BUFFER if reason == BOOKING else reason
    kept = claimed_period(period, rules)
    around = [
        Period(start, end)
        for start, end in ((kept.starts_at, period.starts_at), (period.ends_at, kept.ends_at))
        if start < end
    ]
    return [
        TimeWanted(claimed, time, why)
        for claimed in resource.claims
        for time, why in [(period, reason), *((time, beside) for time in around)]
    ]


async def facts_for(
    what: str | AnyOf, period: Period, person: int | None, now: datetime, language: str, *, for_booking: bool
) -> Facts:
    """The facts, as `facts_of` finds them. Raises NotFound for what nobody can book."""
    facts = await facts_of(what, period, person, now, language=language, for_booking=for_booking)
    if facts is None:
        raise NotFound
    return facts


async def candidates(what: str | AnyOf, facts: Facts, wish: Wish, booker: Booker) -> list[Candidate]:
    """What is to be tried, in this order. Raises the refusal of the rules where they leave nothing."""
    if isinstance(what, AnyOf):
        return allowed(await free_resources(facts.space.id, what.kind, wish.period, what.features), facts, wish, booker)
    return [Candidate(facts.resource, decide(wish, facts.place(facts.resource), booker))]


def allowed(free: Sequence[BookedResource], facts: Facts, wish: Wish, booker: Booker) -> list[Candidate]:
    """Those that the rules let be booked. Raises their refusal where they let none; nothing is free by itself."""
    refused: Refusal | None = None
    found = []
    for resource in free:
        try:
            found.append(Candidate(resource, decide(wish, facts.place(resource), booker)))
        except Refusal as refusal:
            refused = refused or refusal
    if not found:
        refused = refused or next(refusals(wish, facts.place(facts.resource), booker), None)
    if refused is not None and not found:
        raise refused
    return found


async def claim_one(
    what: str | AnyOf, facts: Facts, wish: Wish, booker: Booker, reason: str, holder: int, person: int | None
) -> Candidate:
    """Claims the wanted resource, or the best one that nobody else gets first. Raises as `nothing_left` says."""
    for _ in range(TRIES):
        found = await candidates(what, facts, wish, booker)
        await lock_resources([claimed for candidate in found for claimed in candidate.resource.claims])
        for candidate in found:
            if await claim_all(candidate.claims(wish.period, reason), holder):
                return candidate
        if not await clear_the_way(facts.space.id, facts.widest(wish.period), person, wish.now):
            break
    raise await nothing_left(what, facts, wish.period, wish.now)


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
    """That the resource is taken, blocked or held, and which others are free."""
    resource = facts.resource
    others = [other for other in free if other.id != resource.id][:_MOST_OTHERS]
    reason = await blocked_because(resource.claims, period, facts.language)
    until = None if reason else await held_until(resource.id, period, now)
    refusal: type[AlreadyTaken]
    if reason:
        refusal = BlockedOthersFree if others else Blocked
    elif until:
        refusal = HeldForSomebodyOthersFree if others else HeldForSomebody
    else:
        refusal = AlreadyTakenOthersFree if others else AlreadyTaken
    return refusal(
        name=label(resource.kind, resource.name),
        others=tuple(other.name for other in others),
        alternatives=[(other.public_id, other.name) for other in others],
        reason=reason,
        until=until.astimezone(facts.space.zone).time() if until else None,
    )
