"""Fixed desks: assigned, left to others for days, taken back. What comes free goes first to those who wait."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Affected, Blocking, affected_by
from app.bookings.clearing import lock_for_clearing, move_away
from app.bookings.desk_choice import free_to_choose_from
from app.bookings.desk_endings import end_before, keeps_desks, locked_desk, settle_desk
from app.bookings.giving_back import free, hand_on
from app.bookings.serving import lock_lines
from app.identity.audit import record
from app.identity.rules import Action, Actor
from app.inventory.operations import BOOKED
from app.inventory.rules import Kind
from app.inventory.standing_claims import others_then, whole_day
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Conflict, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, space_by_id
from app.plans.fixed_desks import (
    Because,
    FixedDesk,
    desk_by_id,
    desks_of_membership,
    end_release,
    enter_desk,
    enter_releases,
    hold_desk,
)
from app.plans.grants import Days
from app.plans.queries import MembershipCard, memberships_where
from app.platform.database import fetch, fetch_row, retried, transaction
from app.platform.outbox import Event, Reaction, Reactions, emit

_A_DAY = timedelta(days=1)


class NoFixedDeskThen(Refusal):
    """The terms have no fixed desk on that day, or not at that space."""

    code = "no_fixed_desk_then"
    text = marked("Der Tarif enthält an diesem Tag und Standort keinen festen Platz.")


class FirstDayOver(BadInput):
    code = "first_day_over"
    text = marked("Der erste Tag ist frühestens heute.")


class OwnDeskGoesOn(BadInput):
    """Until then the holder has the desk that is to be followed by another one."""

    code = "own_desk_goes_on"
    text = marked("So lange haben Sie noch Ihren bisherigen Platz. Der nächste beginnt frühestens am {day}.")


class BookedAhead(Conflict):
    """Others have booked the desk on days that it would be held."""

    code = "desk_booked_ahead"
    text = marked("Dieser Platz ist vom {first} bis zum {last} noch {bookings}-mal gebucht.")

    @property
    def can_be_moved(self) -> bool:
        """Whether there is an equal place for each of these bookings."""
        return bool(self.facts.get("can_be_moved"))


class NotReleasable(Refusal):
    """The desk is not held on that day, or the day is over."""

    code = "day_not_releasable"
    text = marked("In dieser Zeit gibt es keinen Tag, an dem der Platz für Sie frei gehalten wird.")


class DayBooked(Conflict):
    """Somebody has booked the desk on the day that is to be taken back."""

    code = "released_day_booked"
    text = marked("Am {day} hat den Platz schon jemand gebucht.")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A fixed desk as it was assigned, and how many bookings made way for it."""

    desk: FixedDesk
    moved: int


@retried
async def assign_desk(
    actor: Actor, membership: str, resource: str, first_day: date, now: datetime, *, moves_others: bool = False
) -> Assigned:
    """From this day on the desk is the membership's own; one that it had until then is free again.

    By ids: who manages the space or keeps contracts assigns and changes it; the holder chooses one while none is his.
    `moves_others` moves others' bookings to equal places, with their mail; only staff may. Raises NotFound,
    FirstDayOver, OwnDeskGoesOn, NoFixedDeskThen, FixedAlready, and BookedAhead where somebody has booked it.
    """
    async with transaction():
        card = await _membership(membership)
        place = await _place(resource)
        before = await desks_of_membership(card.id)
        if place is None or not _may_assign(actor, card, place, before, first_day, now):
            raise NotFound
        if first_day < local_day(now, ZoneInfo(place["time_zone"])):
            raise FirstDayOver(field="first_day")
        _check_terms(card, place, first_day)
        last_day = min((day for day in (card.ends_on, place["last_day"]) if day is not None), default=None)
        for old in before:
            await end_before(old, first_day, Because.REPLACED, now)
        key = await enter_desk(card, place["id"], Days(first_day, last_day), actor.person, now)
        moved = await _clear(actor, key, now, moves_others=moves_others and _is_staff(actor, place))
        await settle_desk(key, now)
        if await _place(resource) is None:
            raise NotFound
        desk = await _desk(key)
        await _demand_cleared(desk, now)
        await record("fixed_desk.assigned", "fixed_desk", key, actor, now, whom=card.person, first_day=first_day)
        await emit("fixed_desk.assigned", "fixed_desk", key, now)
        return Assigned(desk, moved)


@retried
async def release_days(actor: Actor, desk: str, days: Collection[date], now: datetime) -> list[date]:
    """The holder leaves the desk to others on these days; those on which it is not held are passed over.

    For the holder and the front desks of the space. Raises NotFound, and NotReleasable where none is left.
    """
    async with transaction():
        found = await own_desk(actor, desk)
        held = set(found.held_days(local_day(now, found.zone)))
        released = sorted(day for day in set(days) if day in held)
        if not released:
            raise NotReleasable(field="first")
        await enter_releases(found, released, now)
        await settle_desk(found.id, now)
        whom = {} if actor.person == found.person else {"whom": found.person}
        await record("fixed_desk.released", "fixed_desk", found.id, actor, now, days=released, **whom)
        await emit("fixed_desk.released", "fixed_desk", found.id, now)
        return released


@retried
async def take_back(actor: Actor, desk: str, day: date, now: datetime) -> None:
    """The day is the holder's again, as long as nobody has booked it. Saying it twice changes nothing.

    Raises NotFound, NotReleasable for days that are over, DayBooked.
    """
    async with transaction():
        found = await own_desk(actor, desk)
        if day < local_day(now, found.zone):
            raise NotReleasable(field="day")
        await lock_lines([found.space])
        if not await end_release(found, day, now):
            return
        await settle_desk(found.id, now)
        if await _others(found, [day], now):
            raise DayBooked(field="day", day=day)
        await record("fixed_desk.taken_back", "fixed_desk", found.id, actor, now, day=day)
        await emit("fixed_desk.taken_back", "fixed_desk", found.id, now)


def fixed_desk_reactions() -> Reactions:
    """What becomes of fixed desks when their memberships change, rest or end."""

    async def run(event: Event, now: datetime) -> None:
        for desk in await desks_of_membership(event.aggregate_id):
            await settle_desk(desk.id, now)

    follows = [Reaction("bookings.settle_fixed_desks", run)]
    return {
        "membership.changed": follows,
        "membership.paused": follows,
        "membership.resumed": follows,
        "membership.ended": follows,
    }


async def _membership(public_id: str) -> MembershipCard:
    found = await memberships_where("m.public_id = $1", public_id)
    if not found:
        raise NotFound
    return found[0]


async def _desk(key: int) -> FixedDesk:
    desk = await desk_by_id(key)
    assert desk is not None, "it is there"
    return desk


async def own_desk(actor: Actor, public_id: str) -> FixedDesk:
    """The actor's own desk, or one at the actor's front desk; locked."""
    desk = await locked_desk(public_id)
    if desk.person != actor.person and not actor.may(Action.BOOK_FOR_OTHERS, operator=desk.operator, space=desk.space):
        raise NotFound
    return desk


async def _place(resource: str) -> Mapping[str, Any] | None:
    """The desk with its space, if both are in use; `last_day` where its operator leaves the network."""
    return await fetch_row(
        "SELECT r.id, r.space, s.operator, s.time_zone, (o.ends_at AT TIME ZONE s.time_zone)::date - 1 AS last_day"
        " FROM resource r JOIN space s ON s.id = r.space JOIN operator o ON o.id = s.operator"
        " WHERE r.public_id = $1 AND r.kind = $2 AND r.retired_at IS NULL AND s.retired_at IS NULL",
        resource,
        Kind.DESK,
    )


def _is_staff(actor: Actor, place: Mapping[str, Any]) -> bool:
    return keeps_desks(actor, place["operator"], place["space"])


def _may_assign(
    actor: Actor,
    card: MembershipCard,
    place: Mapping[str, Any],
    before: Sequence[FixedDesk],
    first_day: date,
    now: datetime,
) -> bool:
    """The holder chooses for when none is his any more; all else is for staff. Raises OwnDeskGoesOn."""
    if _is_staff(actor, place):
        return True
    if actor.person != card.person:
        return False
    free_from = free_to_choose_from(card, before, local_day(now, ZoneInfo(place["time_zone"])))
    if free_from is not None and first_day < free_from and any(desk.goes_on(first_day) for desk in before):
        raise OwnDeskGoesOn(field="first_day", day=free_from)
    return free_from is not None


def _check_terms(card: MembershipCard, where: Mapping[str, Any], first_day: date) -> None:
    """While the membership rests it can be assigned a desk all the same."""
    then = Days(first_day, first_day)
    terms = next((each.terms for each in card.timeline.stretches if each.days.within(then)), None)
    if terms is None or not terms.fixed_desk:
        raise NoFixedDeskThen(field="first_day")
    if where["last_day"] is not None and first_day > where["last_day"]:
        raise NoFixedDeskThen(field="first_day")
    scope = terms.scope
    if (scope.operators or scope.spaces) and not (
        where["operator"] in scope.operators or where["space"] in scope.spaces
    ):
        raise NoFixedDeskThen(field="resource")


async def _others(desk: FixedDesk, days: Sequence[date], now: datetime) -> list[Period]:
    """Others' time at the desk on these days that is not over."""
    return [period for period in await others_then(desk.id, desk.resources, days, desk.zone) if period.ends_at > now]


async def days_taken(desk: FixedDesk, days: Sequence[date], now: datetime) -> set[date]:
    """On which of these days somebody else has booked the desk, or is kept it."""
    periods = await _others(desk, days, now) if days else []
    return {day for day in days if any(period.overlaps(whole_day(day, desk.zone)) for period in periods)}


async def _in_the_way(desk: FixedDesk, days: Sequence[date], now: datetime) -> list[Affected]:
    if not days:
        return []
    times = tuple(whole_day(day, desk.zone) for day in days)
    affected = await affected_by(await _space(desk), [Blocking((), desk.resources, times[0], times)], now)
    return [each for each in affected if each.booking.person != desk.person]


async def _space(desk: FixedDesk) -> SpaceCard:
    space = await space_by_id(desk.space)
    assert space is not None, "a desk stands somewhere"
    return space


async def _clear(actor: Actor, key: int, now: datetime, *, moves_others: bool) -> int:
    """Moves what others have booked to equal places; how many. Raises BookedAhead unless all of it can and may be."""
    desk = await _desk(key)
    days = desk.held_days(local_day(now, desk.zone))
    space = await _space(desk)
    await lock_for_clearing(space, [each.booking for each in await _in_the_way(desk, days, now)])
    affected = await _in_the_way(desk, days, now)
    if not affected:
        return 0
    if not moves_others or any(each.place is None for each in affected):
        periods = [each.booking.period for each in affected]
        raise BookedAhead(
            field="resource",
            bookings=len(affected),
            first=local_day(min(period.starts_at for period in periods), desk.zone),
            last=local_day(max(period.ends_at for period in periods), desk.zone),
            can_be_moved=all(each.place is not None for each in affected),
        )
    freed = await free([each.booking.id for each in affected], *BOOKED)
    await hold_desk(desk, now)
    for each in affected:
        await move_away(actor, space, each, now, fixed_desk=desk.id)
    await hand_on(freed, now)
    return len(affected)


async def _demand_cleared(desk: FixedDesk, now: datetime) -> None:
    """Nobody else has got in meanwhile, nor is anything kept for a newcomer. Raises BookedAhead."""
    days = desk.held_days(local_day(now, desk.zone))
    own = await fetch(
        "SELECT starts_at, ends_at FROM booking WHERE resource = $1 AND person = $2 AND ends_at > $3",
        desk.resource,
        desk.person,
        now,
    )
    kept = {(row["starts_at"], row["ends_at"]) for row in own}
    others = [period for period in await _others(desk, days, now) if (period.starts_at, period.ends_at) not in kept]
    if others:
        raise BookedAhead(
            field="resource",
            bookings=len(others),
            first=local_day(others[0].starts_at, desk.zone),
            last=local_day(others[-1].ends_at, desk.zone),
        )
