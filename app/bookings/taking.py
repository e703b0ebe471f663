"""How a resource's time is taken: what is tried, what makes way, and what is said when nothing is left."""

from datetime import datetime

from app.bookings.candidates import Candidate, allowed
from app.bookings.decision import Booker, Wish, decide
from app.bookings.facts import Facts, facts_of, free_resources
from app.bookings.giving_back import Freed
from app.bookings.held import held_until
from app.bookings.lapsing import is_held_there, lapse_there, make_way_for
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
    SomebodysOwn,
    SomebodysOwnOthersFree,
)
from app.inventory.blockers import blocked_because
from app.inventory.needs import asks_of_resources
from app.inventory.operations import claim_all, lock_resources
from app.inventory.rules import label
from app.inventory.standing_claims import is_fixed
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal

_MOST_OTHERS = 5


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


async def claim_one(
    what: str | AnyOf, facts: Facts, wish: Wish, booker: Booker, reason: str, holder: int, person: int | None
) -> tuple[Candidate, list[Freed]]:
    """Claims the wanted resource, or the best one that nobody else gets first. Raises as `nothing_left` says.

    In the transaction of what it is claimed for: what was held for the person himself is given up for it. Hand on what
    is left of that. What is given up besides is to be freed after `sweep_there`: who is served before the claim would
    get that, too.
    """
    freed: list[Freed] | None = None
    taken = await _claimed(what, facts, wish, booker, reason, holder)
    if taken is None and not await is_held_there(facts.space.id, facts.widest(wish.period)):
        raise await nothing_left(what, facts, wish.period, wish.now)
    if taken is None and await lapse_there(facts.space.id, facts.widest(wish.period), wish.now):
        taken = await _claimed(what, facts, wish, booker, reason, holder)
    if taken is None:
        freed = await make_way_for(person, facts.space.id, facts.widest(wish.period), wish.now)
        if freed is not None:
            taken = await _claimed(what, facts, wish, booker, reason, holder)
    if taken is None:
        raise await nothing_left(what, facts, wish.period, wish.now)
    return taken, freed or []


async def sweep_there(facts: Facts, period: Period, now: datetime) -> None:
    """Ends what is held or offered beside the period and is over, as `lapse_there` does."""
    where = facts.space.id, facts.widest(period)
    if await is_held_there(*where):
        await lapse_there(*where, now)


async def _claimed(
    what: str | AnyOf, facts: Facts, wish: Wish, booker: Booker, reason: str, holder: int
) -> Candidate | None:
    found = await candidates(what, facts, wish, booker)
    await lock_resources([claimed for candidate in found for claimed in candidate.resource.claims])
    for candidate in found:
        if await claim_all(candidate.claims(wish.period, reason), holder):
            return candidate
    return None


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
    elif await is_fixed(resource.claims, period):
        refusal = SomebodysOwnOthersFree if others else SomebodysOwn
    else:
        refusal = AlreadyTakenOthersFree if others else AlreadyTaken
    return refusal(
        name=label(resource.kind, resource.name),
        others=tuple(other.name for other in others),
        alternatives=[(other.public_id, other.name) for other in others],
        reason=reason,
        until=until.astimezone(facts.space.zone).time() if until else None,
    )
