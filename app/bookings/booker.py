"""What is known of somebody who books, for rules that ask it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.bookings.decision import Booker
from app.bookings.rules import HOLDING, LONGEST
from app.inventory.booking_rules import BookingRules
from app.network.groups import groups_of
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Standing:
    """A person with all groups, and the operators among whose own members he is."""

    is_known: bool = True
    groups: frozenset[int] = frozenset()
    own_member_of: frozenset[int] = frozenset()
    open_bookings: Mapping[int, int] = field(default_factory=dict)

    def at(self, operator: int) -> Booker:
        """The person as this operator's rules see it."""
        return Booker(self.is_known, self.groups, operator in self.own_member_of, self.open_bookings)


async def standing_of(
    person: int | None, rules: Iterable[BookingRules], now: datetime, *, but_for: int = 0
) -> Standing:
    """The person as far as these rules ask; asks the database only where one of them does.

    The booking `but_for` does not count among the open ones. Nobody in particular (None) is not known.
    """
    asking = [one for one in rules if one.asks_who]
    if person is None or not asking:
        return Standing(is_known=person is not None)
    belongings = await groups_of(person)
    return Standing(
        groups=frozenset(belonging.group for belonging in belongings),
        own_member_of=frozenset(belonging.operator for belonging in belongings if belonging.operator is not None),
        open_bookings=await _open_bookings(person, [one.key for one in asking if one.most_open], now, but_for),
    )


async def booker_of(
    person: int | None, operator: int, rules: Iterable[BookingRules], now: datetime, *, but_for: int = 0
) -> Booker:
    """The person as this operator's rules see it."""
    return (await standing_of(person, rules, now, but_for=but_for)).at(operator)


async def _open_bookings(person: int, rules: list[int], now: datetime, but_for: int) -> dict[int, int]:
    """How many bookings of resources with these rules the person holds that are not over, by the rules' key.

    None is longer than LONGEST, which bounds the look-up.
    """
    if not rules:
        return {}
    rows = await fetch(
        "SELECT r.rules, count(*) AS open FROM booking b JOIN resource r ON r.id = b.resource"
        " WHERE b.person = $1 AND b.starts_at > $6 AND b.ends_at > $2 AND b.status = ANY($3)"
        " AND r.rules = ANY($4::bigint[]) AND b.id <> $5 GROUP BY r.rules",
        person,
        now,
        list(HOLDING),
        rules,
        but_for,
        now - LONGEST,
    )
    return {row["rules"]: row["open"] for row in rows}
