"""Joining a waiting list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from app.bookings.booker import booker_of
from app.bookings.candidates import allowed
from app.bookings.decision import Wish
from app.bookings.draft import for_whom
from app.bookings.facts import Facts, facts_of
from app.bookings.held import Choice, free_but_for_holds
from app.bookings.offer_time import NO_OFFER_WITHIN
from app.bookings.operations import checked_phone, lock_person
from app.bookings.queries import BookedResource, resource_from
from app.bookings.rules import AnyOf, NothingFreeThatFits, Purpose, checked_guests, checked_note, checked_period
from app.bookings.serving import has_booked
from app.bookings.waiting import ANYTHING, AnyPlace, WaitingCard, people_before, waiting_by_id
from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.queries import people
from app.identity.rules import Action, Actor, demand
from app.inventory.queries import that_fit
from app.inventory.rules import Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, NotFound, Refusal, marked
from app.network.commuting import demand_municipality
from app.platform.database import fetch, fetch_value, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

MOST_PLACES: Final = 20
"""In so many lines one person may stand at a time."""


class StillFree(Conflict):
    """There is nothing to wait for. `facts["alternatives"]` are (public id, name) of what is free."""

    code = "still_free"
    text = marked("Dafür müssen Sie nicht warten, frei ist noch: {others}.")


class AlreadyWaiting(Conflict):
    code = "already_waiting"
    text = marked("Darauf warten Sie schon.")


class AlreadyBooked(Conflict):
    """Whoever has booked something of the kind then would be asked in vain."""

    code = "already_booked"
    text = marked("In dieser Zeit haben Sie schon gebucht. Geben Sie das zuerst zurück, oder verschieben Sie es.")


class TooLateToWait(Refusal):
    code = "too_late_to_wait"
    text = marked("So kurz vor dem Beginn lohnt das Warten nicht mehr.")


class TooManyPlaces(Conflict):
    code = "too_many_places_in_line"
    text = marked("Sie warten schon auf {most} Plätze. Mehr gehen nicht auf einmal.")


@dataclass(frozen=True, slots=True)
class JoinLine:
    """What somebody waits for: one resource by its public id, any of a kind, or any place to work at a space.

    With `books_itself` it is booked as soon as it is free, and nobody is asked, as long as it costs no more than the
    `agreed_price` in minor units; else it is offered. The rest as in BookDesk.
    """

    what: str | AnyOf | AnyPlace
    starts_at: datetime
    ends_at: datetime
    books_itself: bool = False
    note: str = ""
    purpose: Purpose | None = None
    commute_to: str | None = None
    guest_phone: str = ""
    house_rules: int | None = None
    people: int = 1
    guests: tuple[str, ...] = ()
    pays: str | None = None
    agreed_price: int = 0
    early_start: bool = False


@retried
async def join_line(actor: Actor, command: JoinLine, now: datetime, *, whom: int | None = None) -> WaitingCard:
    """Puts the actor in line, or as front desk the person with the key `whom`; who has no e-mail has it booked.

    Raises what `book` raises but for what is taken, and TooLateToWait, StillFree, AlreadyWaiting, AlreadyBooked,
    TooManyPlaces.
    """
    demand(actor, Action.BOOK_OWN)
    period = checked_period(command.starts_at, command.ends_at, now)
    if period.starts_at - now < NO_OFFER_WITHIN:
        raise TooLateToWait(field="starts_at")
    if command.commute_to:
        demand_municipality(command.commute_to, "commute_to")
    async with transaction():
        person = actor.person if whom is None else await standing_record(whom)
        is_for_other = person != actor.person
        choice = Choice(
            note=checked_note(command.note),
            purpose=command.purpose,
            commute_to=command.commute_to,
            guest_phone=checked_phone(command.guest_phone) or "",
            house_rules=command.house_rules,
            people=command.people,
            guests=checked_guests(command.guests),
            by_staff=is_for_other,
            pays=command.pays,
            agreed_price=command.agreed_price,
            early_start=command.early_start,
        )
        await lock_person(person)
        wanted = await _wanted(command, period, person, is_for_other, now)
        if is_for_other:
            demand(actor, Action.BOOK_FOR_OTHERS, operator=wanted.operator, space=wanted.space)
        await _check_needed(wanted, period, person)
        key: int = await fetch_value(
            "INSERT INTO waiting (public_id, person, space, kind, resource, features, starts_at, ends_at, books_itself,"
            " choice, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING id",
            new_public_id(),
            person,
            wanted.space,
            wanted.kind,
            wanted.resource,
            sorted(wanted.features),
            period.starts_at,
            period.ends_at,
            command.books_itself or not await _gets_mails(person),
            msgspec.json.encode(choice).decode(),
            now,
        )
        await record("waiting.joined", "waiting", key, actor, now, **for_whom(actor, person))
        await emit("waiting.joined", "waiting", key, now)
        place = await waiting_by_id(key)
        assert place is not None, "it was just inserted"
        return place


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is waited for by keys, and what of it is free now."""

    space: int
    operator: int
    kind: Kind | None
    kinds: Sequence[Kind]
    resource: int | None
    features: frozenset[str]
    free: Sequence[BookedResource]


async def _wanted(command: JoinLine, period: Period, person: int, is_for_other: bool, now: datetime) -> _Wanted:
    """Raises NotFound, HouseRulesNotAccepted, and the refusal of the rules where they let the person have none."""
    what = command.what
    features = what.features if isinstance(what, AnyOf) else frozenset()
    tried: Sequence[str | AnyOf] = (
        [AnyOf(what.space, kind) for kind in ANYTHING] if isinstance(what, AnyPlace) else [what]
    )
    guests = len(checked_guests(command.guests))
    wish = Wish(period, now, people=command.people, guests=guests, by_staff=is_for_other)
    found: list[Facts] = []
    free: list[BookedResource] = []
    refused: Refusal | None = None
    can_be_had = False
    for one in tried:
        facts = await facts_of(one, period, person, now, language="de", for_booking=False)
        if facts is None:
            continue
        found.append(facts)
        only = facts.resource.id if isinstance(one, str) else None
        booker = await booker_of(person, facts, wish)
        try:
            candidates = allowed(await _fitting(facts, features, only), facts, wish, booker)
        except Refusal as refusal:
            refused = refused or refusal
            continue
        can_be_had = can_be_had or bool(candidates)
        free_now = await free_but_for_holds(facts.space.id, facts.resource.kind, period, now, features, person=person)
        possible = {candidate.resource.id for candidate in candidates}
        free += [resource for resource in free_now if resource.id in possible]
    if not found:
        raise NotFound
    first = found[0]
    if not can_be_had:
        raise refused or NothingFreeThatFits(space=first.space.name)
    first.house_rules.newly_accepted(command.house_rules, first.space.name)
    return _Wanted(
        space=first.space.id,
        operator=first.operator,
        kind=None if isinstance(what, AnyPlace) else first.resource.kind,
        kinds=[facts.resource.kind for facts in found],
        resource=first.resource.id if isinstance(what, str) else None,
        features=features,
        free=free,
    )


async def _fitting(facts: Facts, features: Collection[str], only: int | None) -> list[BookedResource]:
    """What of the kind fits, free or not."""
    fitting, values = that_fit(features, 4)
    rows = await fetch(
        f"""
        SELECT r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
               r.capacity, r.features, coalesce(r.rules, 0) AS rules, r.parts
          FROM resource r
         WHERE r.space = $1 AND r.kind = $2 AND r.retired_at IS NULL AND ($3::bigint IS NULL OR r.id = $3){fitting}
        """,  # noqa: S608
        facts.space.id,
        facts.resource.kind,
        only,
        *values,
    )
    return [resource_from(row) for row in rows]


async def _check_needed(wanted: _Wanted, period: Period, person: int) -> None:
    """Raises unless waiting can bring this person anything."""
    if await people_before(wanted.space, wanted.kind, wanted.resource, period, person=person):
        raise AlreadyWaiting
    if await has_booked(person, wanted.kinds, period):
        raise AlreadyBooked
    if wanted.free:
        raise StillFree(
            others=[label(resource.kind, resource.name) for resource in wanted.free[:5]],
            alternatives=[(resource.public_id, resource.name) for resource in wanted.free[:5]],
        )
    places: int = await fetch_value(
        "SELECT count(*) FROM waiting WHERE person = $1 AND status IN ('waiting', 'offered')", person
    )
    if places >= MOST_PLACES:
        raise TooManyPlaces(most=MOST_PLACES)


async def _gets_mails(person: int) -> bool:
    known = (await people([person])).get(person)
    return known is not None and known.email is not None
