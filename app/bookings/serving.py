"""Serving those who wait: who is first in line is offered what has become free, or has it booked at once.

An offer holds its place by claims, so nobody gets between. All of it happens in the transaction in which the time
became free (giving_back.py), and again every minute for whatever became free in another way.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from app.bookings.booker import booker_of
from app.bookings.candidates import Candidate, allowed
from app.bookings.decision import Wish
from app.bookings.draft import Draft
from app.bookings.facts import Facts, facts_of, free_resources
from app.bookings.line_endings import end_place
from app.bookings.offer_time import NO_OFFER_WITHIN, offer_ends
from app.bookings.payment import paid_rows
from app.bookings.rules import HOLDING, LONGEST, AnyOf
from app.bookings.waiting import ANYTHING, OFFER, Ending, WaitingCard, WaitingStatus, locked_place
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.operations import claim_all
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import Refusal, passes
from app.network.house_rules import new_acceptance
from app.plans.rules import check_agreed
from app.platform.database import Busy, execute, fetch, fetch_value, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit

_ONE_LINE: Final = 0x6C69_6E65  # any number of our own


async def lock_lines(spaces: Collection[int]) -> None:
    """Until the transaction ends nobody else serves who waits at these spaces."""
    for space in sorted(spaces):
        await execute("SELECT pg_advisory_xact_lock($1::int, $2::int)", _ONE_LINE, space)


async def serve_line(space: int, now: datetime, freed: Sequence[Period] | None = None) -> int:
    """Gives what is free at the space to those who wait for it, the first in line first; to how many.

    `freed` leaves out those whose time, with what is kept free around it, touches none of these. For whoever makes time
    free otherwise than by `give_back`: when a blocker is lifted, hours become longer or a resource is added.
    """
    async with transaction():
        await lock_lines([space])
        served = behind = 0
        while (key := await _first_in_line(space, now, behind, freed)) is not None:
            behind = key
            served += await _serve(key, now)
        return served


async def spaces_to_serve(now: datetime) -> list[int]:
    """The spaces at which something is free that somebody waits for."""
    rows = await fetch(f"SELECT DISTINCT w.space {_SERVABLE} ORDER BY w.space", now + NO_OFFER_WITHIN)
    return [row["space"] for row in rows]


_SERVABLE = f"""
      FROM waiting w
      JOIN resource r ON r.space = w.space AND r.retired_at IS NULL AND (w.resource IS NULL OR r.id = w.resource)
       AND CASE WHEN w.kind IS NULL THEN r.kind IN ({", ".join(f"'{kind}'" for kind in ANYTHING)})
                ELSE r.kind = w.kind END
      LEFT JOIN booking_rules q ON q.id = r.rules
     WHERE w.status = 'waiting' AND w.starts_at >= $1 AND NOT EXISTS (
           SELECT FROM claim c
            WHERE c.resource = ANY(r.id || r.parts)
              AND c.starts_at < w.ends_at + make_interval(mins => coalesce(q.buffer_after, 0))
              AND c.ends_at > w.starts_at - make_interval(mins => coalesce(q.buffer_before, 0))
     )
"""
"""Who waits beside what is free for it; features and rules that ask who it is are not looked at."""


async def _first_in_line(space: int, now: datetime, behind: int, freed: Sequence[Period] | None) -> int | None:
    """The first behind the key `behind` for whom something is free, or None."""
    key: int | None = await fetch_value(
        f"""
        SELECT w.id {_SERVABLE} AND w.space = $2 AND w.id > $3
           AND ($4::timestamptz[] IS NULL OR EXISTS (
               SELECT FROM unnest($4::timestamptz[], $5::timestamptz[]) AS f (starts_at, ends_at)
                WHERE w.starts_at - make_interval(mins => coalesce(q.buffer_before, 0)) < f.ends_at
                  AND w.ends_at + make_interval(mins => coalesce(q.buffer_after, 0)) > f.starts_at
           ))
         ORDER BY w.id LIMIT 1
        """,  # noqa: S608
        now + NO_OFFER_WITHIN,
        space,
        behind,
        None if freed is None else [period.starts_at for period in freed],
        None if freed is None else [period.ends_at for period in freed],
    )
    return key


async def _serve(key: int, now: datetime) -> bool:
    place = await locked_place(key)
    if place is None or place.status is not WaitingStatus.WAITING:
        return False
    if await has_booked(place.person, place.kinds, place.period):
        await end_place(place.id, Ending.BOOKED_ELSEWHERE, None, now)
        return False
    try:
        async with transaction():
            return await _give(place, now)
    except Busy:
        raise
    except Refusal:
        return False  # the rules keep it from this person now; whoever is next may have it


async def _give(place: WaitingCard, now: datetime) -> bool:
    """Books or offers the best that is free and allowed; False where there is nothing."""
    expires_at = offer_ends(now, place.period.starts_at, place.space.zone)
    if expires_at is None and not place.books_itself:
        return False
    for kind in place.kinds:
        what = place.wanted.public_id if place.wanted else AnyOf(place.space.slug, kind, place.features)
        facts = await facts_of(what, place.period, place.person, now, language="de", for_booking=place.books_itself)
        if facts is None or not await _may_count(place, facts):
            continue
        for candidate in await _candidates(place, kind, facts, now):
            if place.books_itself and passes(check_agreed, candidate.decision.payment, place.choice.agreed_price or 0):
                if await _book(place, candidate, facts, now):
                    return True
            elif expires_at and await _offer(place, candidate, expires_at, now):
                return True
    return False


async def _may_count(place: WaitingCard, facts: Facts) -> bool:
    """Keeps others from adding to the person's bookings where rules count them; False where they are just doing so."""
    if not place.books_itself or not any(rules.most_open for rules in facts.rules.values()):
        return True
    locked = await fetch("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED", place.person)
    return bool(locked)


async def _candidates(place: WaitingCard, kind: Kind, facts: Facts, now: datetime) -> list[Candidate]:
    free = await free_resources(facts.space.id, kind, place.period, place.features)
    wanted = [resource for resource in free if place.wanted is None or resource.id == place.wanted.id]
    if not wanted:
        return []
    booker = await booker_of(place.person, facts, wish_of(place, now))
    try:
        return allowed(wanted, facts, wish_of(place, now), booker)
    except Refusal:
        return []


def wish_of(place: WaitingCard, now: datetime) -> Wish:
    """What is waited for, as the rules see it."""
    choice = place.choice
    return Wish(
        place.period,
        now,
        people=choice.people,
        guests=len(choice.guests),
        by_staff=choice.by_staff,
        pays=choice.pays,
        or_else=True,
    )


async def _offer(place: WaitingCard, candidate: Candidate, expires_at: datetime, now: datetime) -> bool:
    if not await claim_all(candidate.claims(place.period, OFFER), place.id):
        return False
    await execute(
        "UPDATE waiting SET status = 'offered', offered = $2, offered_at = $3, offer_expires_at = $4, updated_at = $3"
        " WHERE id = $1",
        place.id,
        candidate.resource.id,
        now,
        expires_at,
    )
    await record("waiting.offered", "waiting", place.id, None, now, resource=candidate.resource.public_id)
    await emit("waiting.offered", "waiting", place.id, now)
    return True


async def _book(place: WaitingCard, candidate: Candidate, facts: Facts, now: datetime) -> bool:
    if not await claim_all(candidate.claims(place.period), facts.next_booking):
        return False
    await enter_booking(place, candidate, facts, None, now)
    return True


async def enter_booking(
    place: WaitingCard, candidate: Candidate, facts: Facts, actor: Actor | None, now: datetime
) -> int:
    """Writes the booking whose time is claimed already, as it was chosen when joining; its key.

    What was accepted then counts: a later edition of the house rules is asked for at the next booking.
    """
    choice = place.choice
    draft = Draft(
        place.person,
        facts,
        wish_of(place, now),
        choice.note,
        choice.purpose,
        choice.commute_to,
        choice.guest_phone or None,
        choice.guests,
        early_start=choice.early_start,
    )
    booking = draft.booking(candidate, made_by=None)
    accepted = choice.house_rules if facts.house_rules.accepted < (choice.house_rules or 0) else None
    acceptance = [new_acceptance(place.person, facts.space.id, accepted, now)] if accepted else []
    check_agreed(candidate.decision.payment, choice.agreed_price or 0)
    paid = await paid_rows(candidate.decision.payment, booking, now)
    await insert_together(*draft.rows(booking, actor, paid), *acceptance)
    await execute(
        "UPDATE waiting SET status = 'booked', booking = $2, offered = coalesce(offered, $3), choice = '{}',"
        " updated_at = $4 WHERE id = $1",
        place.id,
        booking.id,
        candidate.resource.id,
        now,
    )
    await record("waiting.booked", "waiting", place.id, actor, now, booking=booking.public_id)
    await emit("waiting.booked", "waiting", place.id, now)
    return booking.id


async def has_booked(person: int, kinds: Collection[Kind], period: Period) -> bool:
    """Whether the person has a booking of one of these kinds at that time, wherever it is."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM booking b JOIN resource r ON r.id = b.resource WHERE b.person = $1"
        " AND b.starts_at < $3 AND b.starts_at > $6 AND b.ends_at > $2 AND b.status = ANY($4)"
        " AND r.kind = ANY($5::text[]))",
        person,
        period.starts_at,
        period.ends_at,
        list(HOLDING),
        list(kinds),
        period.starts_at - LONGEST,
    )
    return found
