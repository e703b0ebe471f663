"""What a booking would be, and what would pay for it; asking changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from app.bookings.booker import booker_of
from app.bookings.candidates import allowed
from app.bookings.decision import Decision, decide, refusals
from app.bookings.facts import Facts
from app.bookings.held import free_but_for_holds
from app.bookings.operations import BookDesk, checked_phone, checked_wish
from app.bookings.queries import BookedResource, BookedSpace
from app.bookings.rules import AnyOf, checked_note
from app.bookings.settling import settle_at
from app.bookings.taking import already_taken, facts_for, nothing_free, words_of
from app.kernel.refusals import Refusal
from app.network.commuting import demand_municipality


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
