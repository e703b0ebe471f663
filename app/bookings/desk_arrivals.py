"""Arriving at one's fixed desk, without having booked: what is left of the day becomes a booking of its holder's.

So everything that is done with whoever is there works alike: the list at the front desk, leaving, doors, occupancy.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.bookings.candidates import Candidate, claims_of
from app.bookings.decision import Decision, Wish
from app.bookings.draft import Draft, for_whom
from app.bookings.facts import Facts
from app.bookings.fixed_desks import own_desk
from app.bookings.payment import PaidRows
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import Status, check_open
from app.bookings.taking import facts_for
from app.bookings.walk_in import running_quarter
from app.identity.audit import new_entry
from app.identity.rules import Actor
from app.inventory.booking_rules import NOTHING_SAID
from app.inventory.operations import claim_all
from app.inventory.rules import Hours
from app.inventory.standing_claims import held_piece, make_way_within, whole_day
from app.kernel.periods import Period
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.network.house_rules import new_acceptance
from app.plans.fixed_desks import FixedDesk, hold_desk
from app.plans.rules import Payment, Pays
from app.plans.terms import PlanTerms
from app.platform.database import retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import new_event


class NotYoursToday(Refusal):
    """The desk is left to others today, blocked, or the membership rests."""

    code = "desk_not_held_today"
    text = marked("Der Platz wird heute nicht für Sie frei gehalten.")


@retried
async def arrive_at_desk(actor: Actor, desk: str, now: datetime) -> BookingCard:
    """Notes that the holder is there, until the space closes, or to midnight where the plan is round the clock.

    For the holder, who accepts the house rules with it, and the front desks of the space. Saying it twice changes
    nothing. Raises NotFound, NotYoursToday, and where it is closed ClosedThatDay or OutsideOpeningHours.
    """
    async with transaction():
        found = await own_desk(actor, desk)
        there = await bookings_where(
            "b.person = $1 AND b.resource = $2 AND b.status = 'checked_in' AND b.starts_at <= $3 AND b.ends_at > $3",
            found.person,
            found.resource,
            now,
        )
        if there:
            return there[0]
        since = running_quarter(now)
        terms = found.terms_on(local_day(now, found.zone))
        held = await held_piece(found.id, found.resource, now)
        if terms is None or held is None:
            raise NotYoursToday
        facts = await facts_for(
            found.resource_public_id,
            Period(since, since + timedelta(minutes=15)),
            found.person,
            now,
            actor.language,
            for_booking=True,
        )
        stay = _stay(found, facts, terms, since)
        period = Period(max(stay.starts_at, held.starts_at), min(stay.ends_at, held.ends_at))
        draft = Draft(found.person, facts, Wish(period, now), "", None, None, None)
        decision = Decision(Payment(Pays.ENTITLEMENT), status=Status.CHECKED_IN)
        booking = draft.booking(Candidate(facts.resource, decision), made_by=_maker(actor, found))
        await make_way_within(found.resources, period, found.id)
        if not await claim_all(claims_of(facts.resource, period, NOTHING_SAID), booking.id):
            raise NotYoursToday
        await hold_desk(found, now)
        accepted = facts.house_rules.edition if actor.person == found.person else 0
        acceptance = (
            [new_acceptance(found.person, found.space, accepted, now)] if facts.house_rules.accepted < accepted else []
        )
        await insert_together(
            *draft.bare_rows(booking, PaidRows(), checked_in_at=now),
            *acceptance,
            new_entry("booking.checked_in", "booking", booking.id, actor, now, **for_whom(actor, found.person)),
            new_event("booking.checked_in", "booking", booking.id, now),
        )
        return replace(booking, checked_in_at=now)


def _maker(actor: Actor, desk: FixedDesk) -> int | None:
    return None if actor.person == desk.person else actor.person


def _stay(desk: FixedDesk, facts: Facts, terms: PlanTerms, since: datetime) -> Period:
    """From now to the end of what the day gives."""
    day = local_day(since, desk.zone)
    if terms.round_the_clock:
        return Period(since, whole_day(day, desk.zone).ends_at)
    open_now = _open_then(facts.hours, since)
    if open_now is None:
        check_open(Period(since, since + timedelta(minutes=15)), facts.hours, facts.space.name)
        raise NotYoursToday
    return Period(since, open_now.ends_at)


def _open_then(hours: Hours, since: datetime) -> Period | None:
    return next(
        (each for each in hours.periods_on(local_day(since, hours.zone)) if each.starts_at <= since < each.ends_at),
        None,
    )


async def arrived_on(desks: Sequence[FixedDesk], day: date) -> set[int]:
    """The keys of those whose holders have arrived at them that day, whether they are still there or not."""
    if not desks:
        return set()
    then = whole_day(day, desks[0].zone)
    there = await bookings_where(
        "b.person = ANY($1::bigint[]) AND b.resource = ANY($2::bigint[]) AND b.starts_at >= $3 AND b.starts_at < $4"
        " AND b.checked_in_at IS NOT NULL",
        [desk.person for desk in desks],
        [desk.resource for desk in desks],
        then.starts_at,
        then.ends_at,
    )
    have_come = {(booking.person, booking.resource.id) for booking in there}
    return {desk.id for desk in desks if (desk.person, desk.resource) in have_come}
