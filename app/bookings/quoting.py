"""What a booking would be, and what would pay for it; asking changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.bookings.booker import booker_of
from app.bookings.candidates import allowed
from app.bookings.decision import Booker, Decision, Wish, decide, refusals
from app.bookings.facts import Facts
from app.bookings.held import free_but_for_holds
from app.bookings.operations import BookDesk, checked_phone, checked_wish
from app.bookings.queries import BookedResource, BookedSpace
from app.bookings.rules import AnyOf, checked_note
from app.bookings.settling import settle_at
from app.bookings.taking import already_taken, facts_for, nothing_free, words_of
from app.kernel.refusals import Refusal
from app.network.commuting import demand_municipality
from app.plans.limits import Limited
from app.plans.nothing_pays import NothingPays
from app.plans.offering import with_offers
from app.plans.rules import Payment, check_agreed, limits_in_the_way, ways_to_pay
from app.plans.sellers import Seller, seller_of


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would be: the resource it would get, or the refusal that stands in its way and what else does.

    `ways` are all in which it can be paid, and `sellers` who gets the money, by the price's seller.
    `limits` are those of shared purses that would pay without them.
    """

    resource: BookedResource | None
    space: BookedSpace | None
    decision: Decision | None
    refusal: Refusal | None
    further: tuple[Refusal, ...] = ()
    ways: tuple[Payment, ...] = ()
    sellers: Mapping[int | None, Seller] = field(default_factory=dict)
    limits: tuple[Limited, ...] = ()

    def seller(self, way: Payment) -> Seller | None:
        """Who gets the money of this way."""
        return self.sellers.get(way.tariff.seller) if way.tariff else None

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
        wish = checked_wish(command, now, for_organisation=command.organisation is not None)
        checked_note(command.note)
        checked_phone(command.guest_phone)
        facts = await facts_for(command.what, wish.period, person, now, language, for_booking=False)
        if command.commute_to:
            demand_municipality(command.commute_to, "commute_to")
        await settle_at(facts.space.id, now)
        booker, resource = await booker_of(person, facts, wish), facts.resource
        if isinstance(command.what, str):
            refused = list(refusals(wish, facts.place(resource), booker))
            decision = decide(wish, facts.place(resource), booker)
        free = await free_but_for_holds(
            facts.space.id, facts.resource.kind, wish.period, now, words_of(command.what), person=person, hold=hold
        )
        if isinstance(command.what, AnyOf):
            found = allowed(free, facts, wish, booker)
            if not found:
                raise nothing_free(command.what, facts)
            resource, decision = found[0].resource, found[0].decision
        facts.house_rules.newly_accepted(command.house_rules, facts.space.name)
        if resource.id not in {each.id for each in free}:
            raise await already_taken(facts, wish.period, free, now)
        check_agreed(decision.payment, command.agreed_price)
    except Refusal as refusal:
        further = tuple(other for other in refused if other.code != refusal.code)
        if isinstance(refusal, NothingPays):
            refusal = await with_offers(refusal, person, now, language)
        return Quote(facts.resource if facts else None, facts.space if facts else None, None, refusal, further)
    return await _answered(resource, decision, facts, wish, booker)


async def _answered(resource: BookedResource, decision: Decision, facts: Facts, wish: Wish, booker: Booker) -> Quote:
    """With all ways to pay, and who would get the money."""
    paid = facts.place(resource).paid
    if paid is None or not booker.purse.charges:
        return Quote(resource, facts.space, decision, None)
    need = paid.need(wish.period, facts.space.zone)
    ways = tuple(ways_to_pay(need, booker.purse))
    sellers = {way.tariff.seller: await seller_of(way.tariff.seller, need.day) for way in ways if way.tariff}
    limits = tuple(limits_in_the_way(need, booker.purse))
    return Quote(resource, facts.space, decision, None, ways=ways, sellers=sellers, limits=limits)
