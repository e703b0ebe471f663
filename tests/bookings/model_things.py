"""What the plain model is made of: things, what holds their time, places in line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
OPENS, CLOSES = timedelta(hours=8), timedelta(hours=18)


@dataclass(frozen=True)
class Thing:
    """A resource with its rules; minutes."""

    name: str
    kind: str
    parts: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    cancel_before: int = 0
    no_show_after: int | None = None
    most_open: int | None = None
    needs_approval: bool = False

    @property
    def whole(self) -> tuple[str, ...]:
        return (self.name, *self.parts)

    def deadline(self, starts: datetime, now: datetime) -> datetime | None:
        """Until when a booking made now can be cancelled."""
        if not self.cancel_before:
            return None
        return max(starts - self.cancel_before * MINUTE, min(now + 30 * MINUTE, starts))


Claim = tuple[str, datetime, datetime]
Time = tuple[datetime, datetime]


@dataclass
class Held:
    """A booking or a newcomer's hold; `claims` is all time that it takes, what is kept free around it included."""

    thing: str
    starts: datetime
    ends: datetime
    person: str
    status: str
    made: datetime
    claims: list[Claim] = field(default_factory=list)
    cancel_until: datetime | None = None
    until: datetime | None = None
    series: str | None = None
    group: str | None = None
    reason: str | None = None
    due: datetime | None = None
    no_show_at: datetime | None = None
    is_asked: bool = False
    comes_later: bool = False


@dataclass
class Blocked:
    """What an operator has blocked."""

    things: tuple[str, ...]
    starts: datetime
    ends: datetime

    @property
    def claims(self) -> list[Claim]:
        return [(name, self.starts, self.ends) for name in self.things]

    def what_is_left(self, claim: Claim) -> list[Claim]:
        """The claim without what is blocked."""
        name, starts, ends = claim
        if not any(touch(claim, one) for one in self.claims):
            return [claim]
        pieces = [(name, starts, self.starts), (name, self.ends, ends)]
        return [piece for piece in pieces if piece[1] < piece[2]]


def touches(claims: Iterable[Claim], time: Time) -> bool:
    return any(starts < time[1] and time[0] < ends for _, starts, ends in claims)


def touch(one: Claim, other: Claim) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


@dataclass
class Place:
    """A place in line for one thing, any of a kind or (without kind) whatever there is; claims hold what is offered."""

    person: str
    starts: datetime
    ends: datetime
    kind: str | None
    thing: str | None
    books_itself: bool
    status: str = "waiting"
    reason: str | None = None
    offered: str | None = None
    until: datetime | None = None
    claims: list[Claim] = field(default_factory=list)
    booking: str | None = None

    @property
    def stands(self) -> bool:
        return self.status in ("waiting", "offered")

    @property
    def offer(self) -> tuple[str | None, datetime | None] | None:
        """What is offered and until when."""
        return (self.offered, self.until) if self.status == "offered" else None

    def fits(self, thing: Thing) -> bool:
        return self.kind in (None, thing.kind) and self.thing in (None, thing.name)

    def competes_with(self, other: "Place") -> bool:
        """Whether the two could be given the same."""
        same_kind = None in (self.kind, other.kind) or self.kind == other.kind
        same_thing = None in (self.thing, other.thing) or self.thing == other.thing
        return self.starts < other.ends and other.starts < self.ends and same_kind and same_thing


def offer_until(now: datetime, starts: datetime) -> datetime | None:
    """Two hours by day, fewer where the start is near. Nobody has to answer between 21:00 and 6:30."""
    if starts - now < 15 * MINUTE:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=more) for more in range((starts - midnight).days + 2)]
    awake = [(max(now, day + 390 * MINUTE), day + 1260 * MINUTE) for day in days if now < day + 1260 * MINUTE]
    before_start = sum((min(until, starts) - since for since, until in awake if since < starts), timedelta())
    left = max(10 * MINUTE, min(120 * MINUTE, (starts - now) / 4, before_start / 2))
    for since, until in awake:
        if left < until - since:
            return min(since + left, starts)
        left -= until - since
    return None
