"""Occupancy counted minute by minute, without a thought for speed: what the sums have to agree with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
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


Minutes = Mapping[str, frozenset[datetime]]


def every_minute(first: date, last: date) -> list[datetime]:
    """All minutes of these days in Mayen, as instants."""
    at = datetime(first.year, first.month, first.day, tzinfo=HERE).astimezone(UTC)
    after = last + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=HERE).astimezone(UTC)
    minutes = []
    while at < end:
        minutes.append(at)
        at += timedelta(minutes=1)
    return minutes


def floored(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def recount(
    minutes: Sequence[datetime],
    kinds: Mapping[str, str],
    available: Minutes,
    there: Minutes,
    bookings: Sequence[Made],
    now: datetime,
) -> Counted:
    """What the sums should be: `available` and `there` say by piece in which minutes it could be booked and existed."""
    found = Counted()
    walls = {at: at.astimezone(HERE) for at in minutes}
    for piece, kind in kinds.items():
        mine = [one for one in bookings if piece in one.pieces and not one.never_stood]
        touched = defaultdict(list)
        for one in mine:
            at = one.starts_at.astimezone(UTC)
            while at < one.ends_at:
                touched[at].append(one)
                at += timedelta(minutes=1)
        for at in minutes:
            is_available = at in available[piece]
            if not is_available and at not in touched:
                continue
            wall = walls[at]
            sums = found.sums[wall.date(), kind]
            if is_available:
                sums.available[wall.hour] += 1
                sums.available_minutes += 1
            if at in there[piece]:
                _count_minute(sums, wall.hour, at, touched.get(at, ()), is_available, now)
    for one in bookings:
        _count_number(found, walls, one, now)
    return found


def _count_minute(
    sums: Sums, hour: int, at: datetime, touching: Sequence[Made], is_available: bool, now: datetime
) -> None:
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


def _is_used(one: Made, at: datetime, now: datetime) -> bool:
    arrived = _arrived(one)
    if _fate(one) != "stands" or arrived is None or at >= floored(now):
        return False
    return floored(arrived) <= at and (one.left_at is None or at < floored(one.left_at))


def _is_unnoted(one: Made, now: datetime) -> bool:
    return _fate(one) == "stands" and _arrived(one) is None and one.ends_at <= now


def _count_number(found: Counted, walls: Mapping[datetime, datetime], one: Made, now: datetime) -> None:
    fate = _fate(one)
    starts = one.starts_at.astimezone(UTC)
    if fate == "nothing" or one.never_stood or starts not in walls:
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
