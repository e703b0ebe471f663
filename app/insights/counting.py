"""Counts a space's bookings into sums of days, from facts alone. Pure.

What counts are the smallest pieces that can be booked: a hall of two halves is not there a third time, and who books it
books both halves.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.insights.spans import ENDLESS, Span, Spans, WallClock, common, joined, length, without
from app.insights.sums import Sums, lead_class
from app.inventory.rules import Kind


class Fate(StrEnum):
    """What became of a booking, as far as its time is concerned."""

    STANDS = "stands"
    NO_SHOW = "no_show"
    LATE = "late"
    """Given back too late, and not taken over by others: it counts."""
    CANCELLED = "cancelled"
    FIXED = "fixed"
    """No booking, but somebody's own desk that day: its time counts as booked."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A booking. `arrived` and `left` are None where nobody noted it."""

    resource: int
    kind: Kind
    span: Span
    fate: Fate
    created: int
    arrived: int | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A resource, when it was one of the smallest pieces, and when it was blocked."""

    id: int
    kind: Kind
    existed: Spans
    blocked: Spans = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SpaceFacts:
    """All that the sums of these days of a space depend on; `pieces_of` says what a resource consists of or is."""

    clock: WallClock
    open: Spans
    pieces: Mapping[int, Piece]
    pieces_of: Mapping[int, Sequence[int]]
    stays: Sequence[Stay]


DaySums = dict[tuple[date, Kind], Sums]


def day_sums(facts: SpaceFacts, now: int) -> DaySums:
    """The sums of each day and kind of which there is anything to say, with what is known at the minute `now`."""
    found: dict[tuple[int, Kind], Sums] = defaultdict(Sums)
    _count_available(facts, found)
    _count_times(facts, found, now)
    for stay in facts.stays:
        _count_number(facts.clock, stay, found, now)
    return {(facts.clock.days[day], kind): sums for (day, kind), sums in found.items() if not sums.is_empty}


def _count_available(facts: SpaceFacts, found: Mapping[tuple[int, Kind], Sums]) -> None:
    always: dict[Kind, int] = defaultdict(int)
    for piece in facts.pieces.values():
        if _is_whole(facts.clock, piece):
            always[piece.kind] += 1
            continue
        for span in _available(facts, piece):
            for day, hour, minutes in facts.clock.hours_in(span):
                sums = found[day, piece.kind]
                sums.available[hour] += minutes
                sums.available_minutes += minutes
    for span in facts.open:
        for day, hour, minutes in facts.clock.hours_in(span):
            for kind, pieces in always.items():
                sums = found[day, kind]
                sums.available[hour] += minutes * pieces
                sums.available_minutes += minutes * pieces


def _is_whole(clock: WallClock, piece: Piece) -> bool:
    """Whether it can be booked whenever the space is open."""
    starts, ends = clock.span
    return not piece.blocked and any(low <= starts and ends <= high for low, high in piece.existed)


def _available(facts: SpaceFacts, piece: Piece) -> Spans:
    if _is_whole(facts.clock, piece):
        return facts.open
    return without(common(facts.open, piece.existed), piece.blocked)


@dataclass(slots=True)
class _Taken:
    """What bookings and a fixed desk took of one piece."""

    stands: list[Span] = field(default_factory=list)
    used: list[Span] = field(default_factory=list)
    unnoted: list[Span] = field(default_factory=list)
    no_show: list[Span] = field(default_factory=list)
    late: list[Span] = field(default_factory=list)
    cancelled: list[Span] = field(default_factory=list)
    fixed: list[Span] = field(default_factory=list)


def _count_times(facts: SpaceFacts, found: Mapping[tuple[int, Kind], Sums], now: int) -> None:
    taken: dict[int, _Taken] = defaultdict(_Taken)
    for stay in facts.stays:
        for piece in facts.pieces_of.get(stay.resource, ()):
            for span in _within(facts.clock, facts.pieces[piece], stay.span):
                _note(stay, span, taken[piece], now)
    for key, spans in taken.items():
        _count_piece(facts, facts.pieces[key], spans, found)


def _within(clock: WallClock, piece: Piece, span: Span) -> Spans:
    """The part of the span in the days counted, while the piece was one."""
    low, high = max(span[0], clock.span[0]), min(span[1], clock.span[1])
    if low >= high:
        return []
    if len(piece.existed) == 1 and piece.existed[0][0] <= low and high <= piece.existed[0][1]:
        return [(low, high)]
    return common([(low, high)], piece.existed)


def _note(stay: Stay, span: Span, taken: _Taken, now: int) -> None:
    match stay.fate:
        case Fate.CANCELLED:
            taken.cancelled.append(span)
        case Fate.NO_SHOW:
            taken.no_show.append(span)
        case Fate.LATE:
            taken.late.append(span)
        case Fate.FIXED:
            taken.fixed.append(span)
        case Fate.STANDS:
            taken.stands.append(span)
            if stay.arrived is not None:
                left = min(stay.left if stay.left is not None else ENDLESS, now)
                used = max(span[0], stay.arrived), min(span[1], left)
                if used[0] < used[1]:
                    taken.used.append(used)
            elif stay.span[1] <= now:
                taken.unnoted.append(span)


def _count_piece(facts: SpaceFacts, piece: Piece, taken: _Taken, found: Mapping[tuple[int, Kind], Sums]) -> None:
    """Each minute of the piece counts once: for who stands, else for who did not come, else for who gave it back."""
    available, clock, kind = _available(facts, piece), facts.clock, piece.kind
    stands = joined(taken.stands)
    no_show = without(joined(taken.no_show), stands)
    late = without(without(joined(taken.late), stands), joined(taken.no_show))
    booked = joined([*stands, *no_show, *late]) if no_show or late else stands
    used = joined(taken.used)
    for span in common(joined([*booked, *taken.fixed]) if taken.fixed else booked, available):
        for day, hour, minutes in clock.hours_in(span):
            sums = found[day, kind]
            sums.booked[hour] += minutes
            sums.booked_minutes += minutes
    for span in common(used, available):
        for day, hour, minutes in clock.hours_in(span):
            sums = found[day, kind]
            sums.used[hour] += minutes
            sums.used_minutes += minutes
    _add(clock, kind, found, "no_show_minutes", common(no_show, available))
    _add(clock, kind, found, "late_minutes", common(late, available))
    _add(clock, kind, found, "unnoted_minutes", common(without(joined(taken.unnoted), used), available))
    _add(clock, kind, found, "outside_minutes", _outside(booked, available))
    for span in taken.cancelled:
        _add(clock, kind, found, "cancelled_minutes", common([span], available))


def _outside(booked: Spans, available: Spans) -> Spans:
    return without(booked, available) if length(booked) > length(common(booked, available)) else []


def _add(clock: WallClock, kind: Kind, found: Mapping[tuple[int, Kind], Sums], name: str, spans: Spans) -> None:
    for span in spans:
        for day, _, minutes in clock.hours_in(span):
            sums = found[day, kind]
            setattr(sums, name, getattr(sums, name) + minutes)


def _count_number(clock: WallClock, stay: Stay, found: Mapping[tuple[int, Kind], Sums], now: int) -> None:
    starts, ends = clock.span
    if stay.fate is Fate.FIXED or not starts <= stay.span[0] < ends:
        return
    sums = found[clock.day_of(stay.span[0]), stay.kind]
    if stay.fate is Fate.CANCELLED:
        sums.cancellations += 1
        return
    sums.bookings += 1
    sums.no_shows += stay.fate is Fate.NO_SHOW
    sums.late += stay.fate is Fate.LATE
    if stay.fate is Fate.STANDS:
        sums.arrivals += stay.arrived is not None
        sums.unnoted += stay.arrived is None and stay.span[1] <= now
    sums.lead[lead_class(clock.days_between(stay.created, stay.span[0]))] += 1
