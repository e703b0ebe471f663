"""The rules by which operators let their resources be booked, and where they stand. What they mean is bookings'."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from app.inventory.rules import Kind
from app.kernel.wall_time import Opening
from app.platform.database import fetch

DAYS_AHEAD: Final = 400
"""Nothing can be booked further ahead than this, whatever an operator says."""


class Who(StrEnum):
    """Who may book: anybody, whoever has an account, or the groups that are named."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    GROUPS = "groups"


class OutsideHours(StrEnum):
    """Who may book outside the opening hours; for everyone means round the clock.

    Memberships are those whose plan is round the clock; organisations may then, too.
    """

    NOBODY = "nobody"
    ORGANISATIONS = "organisations"
    MEMBERSHIPS = "memberships"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What an operator says of a kind at a space or of one resource. What nobody has said stands here.

    With `day_parts` (wall time) only one or several of them that follow one another can be booked, and no grid counts.
    `notice` is how long before the start the last booking is made, `own_members_days` how many days earlier than the
    others the operator's own members may book. Until `cancel_before` the start a booking is given back as if it had
    never been. Without `most_guests` the seats are the only limit. After `no_show_after` a place is given to others
    where nobody came; None keeps it.
    """

    key: int = 0
    shortest: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=24)
    grid: timedelta = timedelta(minutes=15)
    day_parts: tuple[Opening, ...] = ()
    days_ahead: int = DAYS_AHEAD
    own_members_days: int = 0
    notice: timedelta = timedelta()
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    most_open: int | None = None
    who: Who = Who.EVERYONE
    groups: frozenset[int] = field(default=frozenset())
    cancel_before: timedelta = timedelta()
    needs_approval: bool = False
    decide_within: timedelta = timedelta(hours=48)
    most_guests: int | None = None
    outside_hours: OutsideHours = OutsideHours.NOBODY
    no_show_after: timedelta | None = None

    @property
    def asks_who(self) -> bool:
        """Whether the decision depends on the person."""
        is_asked = self.most_open is not None or self.own_members_days > 0 or self.who is Who.GROUPS
        return is_asked or self.outside_hours is OutsideHours.MEMBERSHIPS


NOTHING_SAID: Final = BookingRules()


class RulesRow(msgspec.Struct, frozen=True):
    """A row of booking_rules as JSON; minutes but for days."""

    id: int
    shortest: int
    longest: int
    grid: int
    day_parts: list[tuple[int, int]]
    days_ahead: int
    own_members_days: int
    notice: int
    buffer_before: int
    buffer_after: int
    most_open: int | None
    who: Who
    groups: list[int]
    cancel_before: int
    needs_approval: bool
    decide_within: int
    most_guests: int | None
    outside_hours: OutsideHours
    no_show_after: int | None

    def rules(self) -> BookingRules:
        return BookingRules(
            key=self.id,
            shortest=timedelta(minutes=self.shortest),
            longest=timedelta(minutes=self.longest),
            grid=timedelta(minutes=self.grid),
            day_parts=tuple(Opening(opens, closes) for opens, closes in self.day_parts),
            days_ahead=self.days_ahead,
            own_members_days=self.own_members_days,
            notice=timedelta(minutes=self.notice),
            buffer_before=timedelta(minutes=self.buffer_before),
            buffer_after=timedelta(minutes=self.buffer_after),
            most_open=self.most_open,
            who=self.who,
            groups=frozenset(self.groups),
            cancel_before=timedelta(minutes=self.cancel_before),
            needs_approval=self.needs_approval,
            decide_within=timedelta(minutes=self.decide_within),
            most_guests=self.most_guests,
            outside_hours=self.outside_hours,
            no_show_after=None if self.no_show_after is None else timedelta(minutes=self.no_show_after),
        )


_rows = msgspec.json.Decoder(list[RulesRow])


def rules_from(rows: str | None) -> Mapping[int, BookingRules]:
    """Rules by their key from the JSON of their rows."""
    return {row.id: row.rules() for row in _rows.decode(rows)} if rows else {}


@dataclass(frozen=True, slots=True)
class SpaceRules:
    """All rules that a space has for a kind and for single resources of it."""

    operator: int
    rules: Sequence[BookingRules]

    def named(self, key: int) -> BookingRules:
        """Those with this key, which a resource names; 0 is none."""
        return next((rules for rules in self.rules if rules.key == key), NOTHING_SAID)


async def rules_of(spaces: Collection[int], kind: Kind | None = None) -> Mapping[int, SpaceRules]:
    """The rules of these spaces, of one kind or of all; one query. Spaces that say nothing are left out."""
    rows = await fetch(
        "SELECT q.space, s.operator, json_agg(q)::text AS rules FROM booking_rules q JOIN space s ON s.id = q.space"
        " WHERE q.space = ANY($1::bigint[]) AND ($2::text IS NULL OR q.kind = $2) GROUP BY q.space, s.operator",
        list(spaces),
        kind,
    )
    return {row["space"]: SpaceRules(row["operator"], list(rules_from(row["rules"]).values())) for row in rows}
