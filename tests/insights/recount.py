"""Occupancy counted minute by minute, without a thought for speed: what the sums have to agree with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.insights.sums import Sums

HERE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Made:
    """A booking as a test made it; `pieces` are the names of the smallest things that it takes."""

    pieces: Sequence[str]
    kind: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    status: str
    counts_late: bool = False
    never_stood: bool = False
    checked_in_at: datetime | None = None
    left_at: datetime | None = None


@dataclass
class Counted:
    """Sums by (day, kind)."""

    sums: dict[tuple[date, str], Sums] = field(default_factory=lambda: defaultdict(Sums))


Minutes = Mapping[str, frozenset[int]]
Walls = Mapping[int, datetime]
"""What the clocks in Mayen show in each minute since 1970."""


def minute(at: datetime) -> int:
    """The minute that is running."""
    return int(at.timestamp()) // 60


def every_minute(first: date, last: date) -> Walls:
    """All minutes of these days in Mayen."""
    after = last + timedelta(days=1)
    starts = minute(datetime(first.year, first.month, first.day, tzinfo=HERE))
    ends = minute(datetime(after.year, after.month, after.day, tzinfo=HERE))
    return {at: datetime.fromtimestamp(at * 60, HERE) for at in range(starts, ends)}


def recount(
    walls: Walls,
    kinds: Mapping[str, str],
    available: Minutes,
    there: Minutes,
    bookings: Sequence[Made],
    now: datetime,
) -> Counted:
    """What the sums should be: `available` and `there` say by piece in which minutes it could be booked and existed."""
    found = Counted()
    for piece, kind in kinds.items():
        touched = defaultdict(list)
        for one in bookings:
            if piece in one.pieces and not one.never_stood:
                for at in range(minute(one.starts_at), minute(one.ends_at)):
                    touched[at].append(one)
        for at in available[piece]:
            sums = found.sums[walls[at].date(), kind]
            sums.available[walls[at].hour] += 1
            sums.available_minutes += 1
        for at, touching in touched.items():
            if at in there[piece]:
                wall = walls[at]
                sums = found.sums[wall.date(), kind]
                _count_minute(sums, wall.hour, at, touching, at in available[piece], minute(now))
    for one in bookings:
        _count_number(found, walls, one, minute(now))
    return found


def _count_minute(sums: Sums, hour: int, at: int, touching: Sequence[Made], is_available: bool, now: int) -> None:
    fates = {_fate(one) for one in touching}
    if is_available:
        sums.cancelled_minutes += sum(_fate(one) == "cancelled" for one in touching)
    if not fates & {"stands", "no_show", "late"}:
        return
    if not is_available:
        sums.outside_minutes += 1
        return
    sums.booked[hour] += 1
    sums.booked_minutes += 1
    if any(_is_used(one, at, now) for one in touching):
        sums.used[hour] += 1
        sums.used_minutes += 1
    elif any(_is_unnoted(one, now) for one in touching):
        sums.unnoted_minutes += 1
    elif "stands" not in fates:
        if "no_show" in fates:
            sums.no_show_minutes += 1
        else:
            sums.late_minutes += 1


def _fate(one: Made) -> str:
    if one.status in ("requested", "held"):
        return "nothing"
    if one.status == "released":
        return "late" if one.counts_late else "cancelled"
    return one.status if one.status in ("no_show", "cancelled") else "stands"


def _arrived(one: Made) -> datetime | None:
    if one.checked_in_at is None and one.status == "completed":
        return one.starts_at
    return one.checked_in_at


def _is_used(one: Made, at: int, now: int) -> bool:
    arrived = _arrived(one)
    if _fate(one) != "stands" or arrived is None or at >= now:
        return False
    return minute(arrived) <= at and (one.left_at is None or at < minute(one.left_at))


def _is_unnoted(one: Made, now: int) -> bool:
    return _fate(one) == "stands" and _arrived(one) is None and minute(one.ends_at) <= now


def _count_number(found: Counted, walls: Walls, one: Made, now: int) -> None:
    fate = _fate(one)
    if fate == "nothing" or one.never_stood or minute(one.starts_at) not in walls:
        return
    day = one.starts_at.astimezone(HERE).date()
    sums = found.sums[day, one.kind]
    if fate == "cancelled":
        sums.cancellations += 1
        return
    sums.bookings += 1
    sums.no_shows += fate == "no_show"
    sums.late += fate == "late"
    sums.arrivals += fate == "stands" and _arrived(one) is not None
    sums.unnoted += _is_unnoted(one, now)
    ahead = (day - one.created_at.astimezone(HERE).date()).days
    for n, (least, most) in enumerate(((-9, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 9999))):
        if least <= ahead <= most:
            sums.lead[n] += 1
