"""What operators block: once or every week, of some resources or the whole space."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.operations import lock_resources, release
from app.inventory.recurrence import ByDay, Frequency, Recurrence, read_rule, slots_until
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.periods import Period, without
from app.kernel.wall_time import local_day
from app.platform.database import execute, fetch, fetch_row, fetch_value

BLOCKER: Final = "blocker"
"""The reason of a blocker's claims; their holder is its key."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """Every week on these weekdays (1 is Monday), to this day and on it."""

    weekdays: frozenset[int]
    until: date

    def rule(self, zone: ZoneInfo) -> Recurrence:
        """It as a rule, to the end of the last day there."""
        ends_at = wall_instant(self.until, MINUTES_OF_A_DAY, zone) - timedelta(seconds=1)
        by_day = tuple(ByDay(weekday) for weekday in sorted(self.weekdays))
        return Recurrence(Frequency.WEEKLY, by_day=by_day, until=ends_at)

    @classmethod
    def of(cls, text: str, zone: ZoneInfo) -> "Repetition":
        """What `rule` says."""
        rule = read_rule(text, zone)
        assert rule.until is not None, "a blocker repeats to a day"
        return cls(frozenset(by_day.weekday for by_day in rule.by_day), local_day(rule.until, zone))


def occurrences(first: Period, repetition: Repetition | None, zone: ZoneInfo) -> list[Period]:
    """The times that are blocked, by the wall clock: a time change makes one an hour longer or shorter, not later.

    Without a repetition that is the first one; with it the first one counts where its weekday is among them.
    """
    if repetition is None:
        return [first]
    slots = slots_until(repetition.rule(zone), first, zone, repetition.until)
    return [slot.period for slot in slots if slot.period is not None]


@dataclass(frozen=True, slots=True)
class BlockerCard:
    """A blocker that stands; without `resources` it holds the whole space. `closes` is the day that it closes."""

    id: int
    public_id: str
    space: int
    resources: tuple[int, ...]
    period: Period
    rrule: str | None
    reason_de: str
    reason_en: str
    closes: date | None

    def reason(self, language: str) -> str:
        return self.reason_en or self.reason_de if language == "en" else self.reason_de

    def occurrences(self, zone: ZoneInfo) -> list[Period]:
        """All its times."""
        return occurrences(self.period, Repetition.of(self.rrule, zone) if self.rrule else None, zone)


_BLOCKER = (
    "SELECT id, public_id, space, resources, starts_at, ends_at, rrule, reason_de, reason_en, closes FROM blocker"
    " WHERE lifted_at IS NULL"
)


async def blockers_at(space: int, zone: ZoneInfo, now: datetime) -> list[BlockerCard]:
    """The space's blockers that are not over, by their start."""
    rows = await fetch(f"{_BLOCKER} AND space = $1 ORDER BY starts_at, id", space)
    cards = [_card(row) for row in rows]
    return [card for card in cards if any(period.ends_at > now for period in card.occurrences(zone)[-1:])]


async def blocker_at(space: int, public_id: str) -> BlockerCard | None:
    """The space's blocker with this id, locked until the transaction ends."""
    row = await fetch_row(f"{_BLOCKER} AND space = $1 AND public_id = $2 FOR UPDATE", space, public_id)
    return _card(row) if row else None


async def blockers_between(space: int, first: int, last: int) -> list[BlockerCard]:
    """The space's blockers with keys from the first to the last that were not lifted: those of one act."""
    rows = await fetch(f"{_BLOCKER} AND space = $1 AND id BETWEEN $2 AND $3 ORDER BY starts_at, id", space, first, last)
    return [_card(row) for row in rows]


async def closing_on(space: int, day: date) -> BlockerCard | None:
    """What closes the space on this day."""
    row = await fetch_row(f"{_BLOCKER} AND space = $1 AND closes = $2", space, day)
    return _card(row) if row else None


def _card(row: object) -> BlockerCard:
    values = dict(row)  # type: ignore[call-overload]
    return BlockerCard(
        values["id"],
        values["public_id"],
        values["space"],
        tuple(values["resources"]),
        Period(values["starts_at"], values["ends_at"]),
        values["rrule"],
        values["reason_de"],
        values["reason_en"],
        values["closes"],
    )


async def enter_blocker(card: BlockerCard, now: datetime) -> BlockerCard:
    """Writes the blocker; its key is drawn here. Its time is claimed by `claim_blocked`."""
    key: int = await fetch_value(
        "INSERT INTO blocker (public_id, space, resources, starts_at, ends_at, rrule, reason_de, reason_en, created_at,"
        " closes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        card.public_id,
        card.space,
        list(card.resources),
        card.period.starts_at,
        card.period.ends_at,
        card.rrule,
        card.reason_de,
        card.reason_en,
        now,
        card.closes,
    )
    return BlockerCard(
        key, card.public_id, card.space, card.resources, card.period, card.rrule, card.reason_de, card.reason_en,
        card.closes,
    )  # fmt: skip


async def blocked_resources(space: int, resources: Sequence[int]) -> list[int]:
    """The keys of what a blocker of these holds, or without any of all that can be booked there.

    With a whole its parts are blocked, but not what it merely brings along.
    """
    rows = await fetch(
        "SELECT DISTINCT p.id FROM resource r JOIN resource p ON p.id = r.id OR p.id = ANY(r.parts)"
        " WHERE r.space = $1 AND r.retired_at IS NULL AND (p.kind <> 'equipment' OR p.id = ANY($2::bigint[]))"
        " AND (r.id = ANY($2::bigint[]) OR ($2 = '{}' AND r.kind <> 'equipment')) ORDER BY p.id",
        space,
        list(resources),
    )
    return [row["id"] for row in rows]


async def claim_blocked(blocker: int, resources: Sequence[int], times: Sequence[Period], now: datetime) -> bool:
    """Holds what is to come of these times for the blocker; False where somebody else holds any of it.

    What is over stays with the bookings that were there. What another blocker holds stays that one's. What was merely
    kept free beside a booking makes way, and so does a fixed desk. Lock the resources before.
    """
    times = [Period(max(time.starts_at, now), time.ends_at) for time in times if time.ends_at > now]
    if not times or not resources:
        return True
    window = Period(min(time.starts_at for time in times), max(time.ends_at for time in times))
    rows = await fetch(
        "SELECT id, resource, starts_at, ends_at, reason, holder FROM claim"
        " WHERE resource = ANY($1::bigint[]) AND reason IN ('blocker', 'buffer', 'fixed_desk')"
        " AND starts_at < $3 AND ends_at > $2",
        list(resources),
        window.starts_at,
        window.ends_at,
    )
    wanted, kept, ended = [], [], []
    for resource in resources:
        mine = [row for row in rows if row["resource"] == resource]
        blocked = [Period(row["starts_at"], row["ends_at"]) for row in mine if row["reason"] == BLOCKER]
        wanted += [(resource, piece, BLOCKER, blocker) for piece in without(times, blocked)]
        for row in mine:
            beside = Period(row["starts_at"], row["ends_at"])
            if row["reason"] != BLOCKER and any(beside.overlaps(time) for time in times):
                ended.append(row["id"])
                kept += [(resource, piece, row["reason"], row["holder"]) for piece in without([beside], times)]
    await execute("DELETE FROM claim WHERE id = ANY($1::bigint[])", ended)
    made: int = await fetch_value(
        "WITH made AS (INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::bigint[])"
        " ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING RETURNING 1) SELECT count(*) FROM made",
        *_columns([*wanted, *kept]),
    )
    return made == len(wanted) + len(kept)


def _columns(claims: Sequence[tuple[int, Period, str, int]]) -> Iterator[list[object]]:
    yield [resource for resource, _, _, _ in claims]
    yield [period.starts_at for _, period, _, _ in claims]
    yield [period.ends_at for _, period, _, _ in claims]
    yield [reason for _, _, reason, _ in claims]
    yield [holder for _, _, _, holder in claims]


async def cover_by_blockers(space: int, resources: Collection[int], zone: ZoneInfo, now: datetime) -> None:
    """Lets the blockers and closing days of a space that are still ahead hold these resources, too.

    Whoever creates a resource calls this right after its row is written, in the same transaction; so does who brings
    one back that was retired. What is blocked by name alone does not spread to others. A blocker that is made at the
    same time is waited for. What already stands in that time stays, so call it before the resource can be booked.
    """
    there = await fetch("SELECT id FROM resource WHERE space = $1", space)
    await lock_resources([row["id"] for row in there])
    for card in await blockers_at(space, zone, now):
        held = [key for key in await blocked_resources(space, card.resources) if key in resources]
        await claim_blocked(card.id, held, card.occurrences(zone), now)


async def lift_blocker(card: BlockerCard, zone: ZoneInfo, now: datetime) -> None:
    """Ends the blocker; where another one stands beneath it, that one holds the time. Lock the resources before."""
    await release(card.id, BLOCKER)
    await execute("UPDATE blocker SET lifted_at = $2 WHERE id = $1", card.id, now)
    freed = card.occurrences(zone)
    for other in await blockers_at(card.space, zone, now):
        times = [time for time in other.occurrences(zone) if any(time.overlaps(free) for free in freed)]
        await claim_blocked(other.id, await blocked_resources(card.space, other.resources), times, now)


async def blocked_because(resources: Sequence[int], period: Period, language: str) -> str | None:
    """Why one of these resources is blocked during some of the period, None where none is."""
    row = await fetch_row(
        "SELECT b.reason_de, b.reason_en FROM claim c JOIN blocker b ON b.id = c.holder"
        " WHERE c.reason = 'blocker' AND c.resource = ANY($1::bigint[]) AND c.starts_at < $3 AND c.ends_at > $2"
        " ORDER BY c.starts_at LIMIT 1",
        list(resources),
        period.starts_at,
        period.ends_at,
    )
    if row is None:
        return None
    reason: str = row[f"reason_{language}"] or row["reason_de"]
    return reason


async def reason_of_blocker(blocker: int, language: str) -> str | None:
    """Why the blocker with this key stands or stood."""
    row = await fetch_row("SELECT reason_de, reason_en FROM blocker WHERE id = $1", blocker)
    if row is None:
        return None
    reason: str = row[f"reason_{language}"] or row["reason_de"]
    return reason
