"""Resources that may be had, and the time that has to be held for them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.bookings.decision import Booker, Decision, Wish, claimed_period, decide, decision_of, refusals
from app.bookings.facts import Facts
from app.bookings.queries import BookedResource
from app.inventory.booking_rules import BookingRules
from app.inventory.operations import BOOKING, BUFFER, TimeWanted
from app.kernel.periods import Period
from app.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource that may be had, and what its booking would be."""

    resource: BookedResource
    decision: Decision

    def decided_at(self, wish: Wish) -> "Candidate":
        """The same with the deadlines that count from this wish's present."""
        return Candidate(self.resource, decision_of(wish, self.decision.rules, self.decision.payment))

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
