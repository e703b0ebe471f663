"""Memberships: begun, changed, paused and ended, with what they grant and cost following at once.

Whoever calls these has decided that it may be done; consents and who may do it are decided where it is asked for.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import Conflict, NotFound, marked
from app.plans.ending import EndedBecause
from app.plans.grants import Days
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.terms import PlanTerms, PriceClass
from app.plans.timeline import Timeline, first_term_of
from app.plans.upkeep import settle_membership
from app.platform.database import execute, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_A_DAY = timedelta(days=1)


class AlreadyEnding(Conflict):
    code = "membership_ending"
    text = marked("Diese Mitgliedschaft ist schon gekündigt.")


class AlreadyPaused(Conflict):
    code = "membership_paused"
    text = marked("In dieser Zeit ruht die Mitgliedschaft schon.")


@dataclass(frozen=True, slots=True)
class Begun:
    """What a membership is begun with: terms are those of the version, copied."""

    person: int
    payer: int
    seller: int | None
    version: int
    terms: PlanTerms
    price_class: PriceClass
    starts_on: date


@retried
async def begin(actor: Actor | None, begun: Begun, now: datetime, today: date) -> MembershipCard:
    """Begins a membership: what it grants can be booked with at once, and what is due is charged."""
    async with transaction():
        key: int = await fetch_value(
            "INSERT INTO membership (public_id, person, payer, seller, ordered_at, starts_on, first_term_ends_on)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            new_public_id(),
            begun.person,
            begun.payer,
            begun.seller,
            now,
            begun.starts_on,
            first_term_of(begun.starts_on, begun.terms),
        )
        await _enter_terms(key, begun.version, begun.terms, begun.price_class, begun.starts_on, now)
        await record("membership.begun", "membership", key, actor, now, whom=begun.person)
        await emit("membership.begun", "membership", key, now)
        return await settle_membership(key, now, today)


@retried
async def change_terms(
    actor: Actor | None,
    membership: int,
    version: int,
    terms: PlanTerms,
    price_class: PriceClass,
    valid_from: date,
    now: datetime,
    today: date,
    *,
    is_told: bool = False,
) -> MembershipCard:
    """Other terms hold from a day on; the days before keep theirs. Raises AlreadyEnding where it is ended before.

    Where another mail confirms it, `is_told`.
    """
    async with transaction():
        card = await _locked(membership)
        if card.ends_on is not None and card.ends_on < valid_from:
            raise AlreadyEnding
        await _enter_terms(membership, version, terms, price_class, valid_from, now)
        await record("membership.changed", "membership", membership, actor, now, valid_from=valid_from, version=version)
        await emit("membership.changed", "membership", membership, now, **({"told": True} if is_told else {}))
        return await settle_membership(membership, now, today)


@retried
async def pause(actor: Actor | None, membership: int, days: Days, now: datetime, today: date) -> MembershipCard:
    """The membership rests on these days; the first term ends as much later. Raises AlreadyPaused."""
    async with transaction():
        card = await _locked(membership)
        if any(days.within(other) for other in card.timeline.pauses):
            raise AlreadyPaused
        await execute(
            "INSERT INTO membership_pause (membership, first, last, asked_at) VALUES ($1, $2, $3, $4)",
            membership,
            days.first,
            days.last,
            now,
        )
        await _lengthen_first_term(card, replace(card.timeline, pauses=[*card.timeline.pauses, days]))
        await record("membership.paused", "membership", membership, actor, now, first=days.first, last=days.last)
        await emit("membership.paused", "membership", membership, now)
        return await settle_membership(membership, now, today)


@retried
async def resume(actor: Actor | None, membership: int, first: date, now: datetime, today: date) -> MembershipCard:
    """The membership runs again from this day on. Where it does not rest nothing changes."""
    async with transaction():
        card = await _locked(membership)
        ended = await execute(
            "UPDATE membership_pause SET last = $2 WHERE membership = $1 AND first < $3 AND coalesce(last, $3) >= $3",
            membership,
            first - _A_DAY,
            first,
        )
        dropped = await execute("DELETE FROM membership_pause WHERE membership = $1 AND first >= $2", membership, first)
        if ended or dropped:
            await _lengthen_first_term(card, (await _locked(membership)).timeline)
            await record("membership.resumed", "membership", membership, actor, now, first=first)
            await emit("membership.resumed", "membership", membership, now)
        return await settle_membership(membership, now, today)


@retried
async def end(
    actor: Actor | None, membership: int, last: date, because: EndedBecause, now: datetime, today: date
) -> MembershipCard:
    """The membership ends with this day: by notice, withdrawal or agreement. Raises AlreadyEnding where it ends so
    early already.

    Bookings behind the end have to be paid otherwise, or ended, before (bookings/contract_ends.py).
    """
    async with transaction():
        card = await _locked(membership)
        if card.ends_on is not None and card.ends_on <= last:
            raise AlreadyEnding
        await execute(
            "UPDATE membership SET noticed_at = coalesce(noticed_at, $2), ends_on = $3, ended_because = $4,"
            " version = version + 1 WHERE id = $1",
            membership,
            now,
            last,
            because,
        )
        await record("membership.ended", "membership", membership, actor, now, last=last, because=because)
        await emit("membership.ended", "membership", membership, now)
        return await settle_membership(membership, now, today)


async def _locked(membership: int) -> MembershipCard:
    """Until the transaction ends nobody else changes it. Raises NotFound."""
    if await fetch_row("SELECT FROM membership WHERE id = $1 FOR UPDATE", membership) is None:
        raise NotFound
    card = await membership_by_id(membership)
    assert card is not None, "it is locked"
    return card


async def _enter_terms(
    membership: int, version: int, terms: PlanTerms, price_class: PriceClass, valid_from: date, now: datetime
) -> None:
    await execute(
        "INSERT INTO membership_terms (membership, product_version, terms, price_class, valid_from, agreed_at)"
        " VALUES ($1, $2, $3::jsonb, $4, $5, $6)",
        membership,
        version,
        msgspec.json.encode(terms).decode(),
        price_class,
        valid_from,
        now,
    )


async def _lengthen_first_term(card: MembershipCard, timeline: Timeline) -> None:
    """Days of rest do not count towards the first term."""
    term = Days(card.starts_on, first_term_of(card.starts_on, card.timeline.stretches[0].terms))
    rested = sum(days.count for pause in timeline.pauses if (days := pause.within(term)) and days.last)
    assert term.last is not None, "a first term ends"
    await execute(
        "UPDATE membership SET first_term_ends_on = $2 WHERE id = $1", card.id, term.last + timedelta(days=rested)
    )
