"""Half-open periods of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The time from `starts_at` up to, not including, `ends_at`; both aware.

    Raises ValueError where the end does not lie after the start or a time has no zone.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a period needs aware times")
        if self.ends_at <= self.starts_at:
            raise ValueError("a period ends after it starts")

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        return int(self.duration.total_seconds() // 60)

    def overlaps(self, other: "Period") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: "Period") -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def clipped_to(self, other: "Period") -> "Period | None":
        """The part of this period that lies in the other, or None."""
        starts_at, ends_at = max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at)
        return Period(starts_at, ends_at) if starts_at < ends_at else None


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time in as few periods as possible, sorted; periods that touch become one."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.starts_at <= joined[-1].ends_at:
            joined[-1] = Period(joined[-1].starts_at, max(joined[-1].ends_at, period.ends_at))
        else:
            joined.append(period)
    return joined


def without(available: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """What is left of `available` when all of `taken` is cut out, sorted."""
    cuts = merged(taken)
    left: list[Period] = []
    for period in merged(available):
        starts_at = period.starts_at
        for cut in cuts:
            if cut.ends_at <= starts_at or cut.starts_at >= period.ends_at:
                continue
            if cut.starts_at > starts_at:
                left.append(Period(starts_at, cut.starts_at))
            starts_at = max(starts_at, cut.ends_at)
        if starts_at < period.ends_at:
            left.append(Period(starts_at, period.ends_at))
    return left
