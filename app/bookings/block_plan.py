"""What blocking time would do to the bookings in it: each is moved to an equal free place, or cancelled."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.decision import Booker, Place, Wish, refusals
from app.bookings.desk_holders import Held, held_then, said_of
from app.bookings.queries import BookedResource, BookingCard, bookings_by_id
from app.bookings.rules import HOLDING, ClosedThatDay
from app.identity.queries import people
from app.inventory.blockers import Repetition, blocked_resources, occurrences
from app.inventory.booking_rules import SpaceRules, rules_of
from app.inventory.linking import linked_at
from app.inventory.queries import ResourceCard, SpaceClock, hours_of, resources_of, taken_periods
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.database import fetch

LONGEST_REASON: Final = 120
FURTHEST: Final = timedelta(days=366)
"""So far ahead something can be blocked, and so long a repetition lasts."""

MOST_DAYS: Final = 31
_NEEDED: Final = frozenset({"wheelchair_usable", "step_free", "height_adjustable"})
"""What a place that stands in for another must have where that one has it."""


class ReasonMissing(BadInput):
    code = "reason_missing"
    text = marked("Bitte einen Grund mit höchstens {most} Zeichen angeben. Er steht in den E-Mails.")


class BlockEndsBeforeStart(BadInput):
    code = "block_ends_before_start"
    text = marked("Das Ende muss nach dem Anfang liegen.")


class BlockIsOver(BadInput):
    code = "block_is_over"
    text = marked("Diese Zeit ist schon vorbei.")


class BlockTooLong(BadInput):
    code = "block_too_long"
    text = marked("Sperren reichen höchstens ein Jahr voraus, also bis {until}.")


class RepeatedBlockTooLong(BadInput):
    code = "repeated_block_too_long"
    text = marked("Was sich jede Woche wiederholt, dauert höchstens einen Tag.")


class NothingRepeated(BadInput):
    code = "nothing_repeated"
    text = marked("Bis zu diesem Tag kommt keiner der gewählten Wochentage vor.")


class DaysMissing(BadInput):
    code = "days_missing"
    text = marked("Bitte mindestens einen Tag angeben, höchstens {most} auf einmal.")


class ClosedAlready(BadInput):
    code = "closed_already"
    text = marked("Am {day} ist schon ein Schließtag eingetragen.")


@dataclass(frozen=True, slots=True)
class Block:
    """What shall be blocked: some resources by their public ids, or without any the whole space."""

    resources: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    reason_de: str
    reason_en: str = ""
    repetition: Repetition | None = None


@dataclass(frozen=True, slots=True)
class CloseDays:
    """Days on which the space is closed."""

    days: tuple[date, ...]
    reason_de: str
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Blocking:
    """One blocker to be: what it is of (nothing is the whole space), what it holds, and when."""

    of: tuple[int, ...]
    holds: tuple[int, ...]
    first: Period
    times: tuple[Period, ...]
    rrule: str | None = None
    closes: date | None = None


class Fate(StrEnum):
    """What becomes of a booking in blocked time."""

    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Affected:
    """A booking in blocked time, whose it is, and the equal free place that it could be moved to."""

    booking: BookingCard
    person: str
    place: BookedResource | None

    @property
    def suggested(self) -> Fate:
        return Fate.CANCEL if self.place is None else Fate.MOVE


@dataclass(frozen=True, slots=True)
class Plan:
    """All that blocking would do, and whose fixed desks it concerns. `state` is another one as soon as anything of it
    is.
    """

    blockings: tuple[Blocking, ...]
    affected: tuple[Affected, ...]
    fixed: tuple[Held, ...] = ()

    @property
    def state(self) -> str:
        said: list[object] = [
            (each.booking.id, each.booking.sequence, each.place.id if each.place else 0) for each in self.affected
        ]
        said += said_of(self.fixed)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def plan_of(space: SpaceCard, command: Block | CloseDays, now: datetime) -> Plan:
    """What the command would do now. Raises its refusals, and NotFound for what the space does not have."""
    checked_reason(command)
    zone = ZoneInfo(space.time_zone)
    if isinstance(command, Block):
        blockings = [await _blocking(space, command, zone, now)]
    else:
        blockings = await _closings(space, command, zone, now)
    held = [(key, time) for blocking in blockings for key in blocking.holds for time in blocking.times]
    return Plan(tuple(blockings), tuple(await affected_by(space, blockings, now)), await held_then(held, now))


def checked_reason(command: Block | CloseDays) -> None:
    """Raises ReasonMissing."""
    for field, reason in (("reason_de", command.reason_de), ("reason_en", command.reason_en)):
        if len(reason) > LONGEST_REASON or (field == "reason_de" and not reason.strip()) or not _printable(reason):
            raise ReasonMissing(field=field, most=LONGEST_REASON)


def _printable(text: str) -> bool:
    return all(character.isprintable() for character in text)


async def _blocking(space: SpaceCard, command: Block, zone: ZoneInfo, now: datetime) -> Blocking:
    if command.ends_at <= command.starts_at:
        raise BlockEndsBeforeStart(field="ends_at")
    latest = now + FURTHEST
    first, repetition = Period(command.starts_at, command.ends_at), command.repetition
    last_day = repetition.until if repetition else local_day(command.ends_at, zone)
    if command.ends_at > latest or last_day > local_day(latest, zone):
        raise BlockTooLong(field="until" if repetition else "ends_at", until=local_day(latest, zone))
    if repetition and first.duration > timedelta(hours=25):
        raise RepeatedBlockTooLong(field="ends_at")
    times = [time for time in occurrences(first, repetition, zone) if time.ends_at > now]
    if not times:
        raise (NothingRepeated(field="until") if repetition else BlockIsOver(field="ends_at"))
    keys = {resource.public_id: resource.id for resource in await linked_at(space.id)}
    if not keys.keys() >= set(command.resources):
        raise NotFound
    of = tuple(sorted(keys[public_id] for public_id in set(command.resources)))
    holds = tuple(await blocked_resources(space.id, of))
    rrule = str(repetition.rule(zone)) if repetition else None
    return Blocking(of, holds, times[0], tuple(times), rrule)


async def _closings(space: SpaceCard, command: CloseDays, zone: ZoneInfo, now: datetime) -> list[Blocking]:
    days = sorted(set(command.days))
    if not 1 <= len(days) <= MOST_DAYS:
        raise DaysMissing(field="days", most=MOST_DAYS)
    latest = local_day(now + FURTHEST, zone)
    if days[0] < local_day(now, zone):
        raise BlockIsOver(field="days")
    if days[-1] > latest:
        raise BlockTooLong(field="days", until=latest)
    closed = await fetch(
        "SELECT closes FROM blocker WHERE space = $1 AND lifted_at IS NULL AND closes = ANY($2::date[])"
        " ORDER BY closes",
        space.id,
        days,
    )
    if closed:
        raise ClosedAlready(field="days", day=closed[0]["closes"])
    holds = tuple(await blocked_resources(space.id, ()))
    found = []
    for day in days:
        whole = Period(wall_instant(day, 0, zone), wall_instant(day, MINUTES_OF_A_DAY, zone))
        found.append(Blocking((), holds, whole, (whole,), closes=day))
    return found


async def affected_by(space: SpaceCard, blockings: Sequence[Blocking], now: datetime) -> list[Affected]:
    """The bookings in that time, each with the equal place that it could be moved to."""
    held = [(key, time) for blocking in blockings for key in blocking.holds for time in blocking.times]
    rows = await fetch(
        "SELECT DISTINCT c.holder FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[])"
        " AS t (resource, starts_at, ends_at) JOIN claim c ON c.resource = t.resource"
        " AND c.starts_at < t.ends_at AND c.ends_at > t.starts_at WHERE c.reason = 'booking'",
        [key for key, _ in held],
        [time.starts_at for _, time in held],
        [time.ends_at for _, time in held],
    )
    cards = await bookings_by_id([row["holder"] for row in rows])
    cards = [card for card in cards if card.status in HOLDING and card.period.ends_at > now]
    names = await people({card.person for card in cards})
    places = await _places(space, blockings, cards, now)
    return [Affected(card, names[card.person].name, places.get(card.id)) for card in cards]


async def _places(
    space: SpaceCard, blockings: Sequence[Blocking], cards: Sequence[BookingCard], now: datetime
) -> Mapping[int, BookedResource]:
    """By the keys of bookings the equal place at the same time that nobody else gets; some have none."""
    if not cards:
        return {}
    window = Period(min(card.period.starts_at for card in cards), max(card.period.ends_at for card in cards))
    zone = ZoneInfo(space.time_zone)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], local_day(window.starts_at, zone), local_day(window.ends_at, zone)))[space.id]
    said = (await rules_of({space.id})).get(space.id, SpaceRules(space.operator.id, ()))
    resources = await resources_of(space.id)
    taken = {key: list(periods) for key, periods in (await taken_periods([r.id for r in resources], window)).items()}
    for blocking in blockings:
        for resource in resources:
            if not {resource.id, *resource.parts}.isdisjoint(blocking.holds):
                taken[resource.id] += blocking.times
    found: dict[int, BookedResource] = {}
    for card in cards:
        place = next(
            (
                resource
                for resource in _equal_to(card, resources)
                if not any(period.overlaps(card.period) for period in taken[resource.id])
                and _may_be_had(card, resource, space.name, hours, said, now)
            ),
            None,
        )
        if place is None:
            continue
        found[card.id] = _as_booked(place)
        rules = said.named(place.rules)
        beside = Period(
            card.period.starts_at - rules.buffer_before - rules.buffer_after,
            card.period.ends_at + rules.buffer_before + rules.buffer_after,
        )
        for resource in resources:
            if not {place.id, *place.parts}.isdisjoint({resource.id, *resource.parts}):
                taken[resource.id].append(beside)
    return found


def _equal_to(card: BookingCard, resources: Sequence[ResourceCard]) -> list[ResourceCard]:
    """Resources of the kind that hold as many people and have what nobody should have to do without, the most alike
    first."""
    has = set(card.resource.features)
    alike = [
        resource
        for resource in resources
        if resource.kind is card.resource.kind
        and resource.id != card.resource.id
        and resource.capacity >= max(card.people, 1)
        and has & _NEEDED <= set(resource.features)
    ]
    return sorted(
        alike, key=lambda r: (-len(has & set(r.features)), abs(r.capacity - card.resource.capacity), r.position)
    )


def _may_be_had(
    card: BookingCard, resource: ResourceCard, name: str, hours: Hours, said: SpaceRules, now: datetime
) -> bool:
    """Whether the rules there let the booking be, as staff may enter it; for who may book it is asked too."""
    wish = Wish(card.period, now, people=card.people, for_organisation=card.organisation is not None, by_staff=True)
    place = Place(name, hours, said.named(resource.rules), resource.capacity)
    return next((r for r in refusals(wish, place, Booker()) if not _is_of_the_hours(r)), None) is None


def _is_of_the_hours(refusal: Refusal) -> bool:
    """A booking that stands already keeps its time, whatever the hours have become, but for closed days."""
    return refusal.code == "outside_opening_hours" and not isinstance(refusal, ClosedThatDay)


def _as_booked(card: ResourceCard) -> BookedResource:
    return BookedResource(
        card.id, card.public_id, card.kind, card.name, card.capacity, card.features, card.rules, card.parts
    )
