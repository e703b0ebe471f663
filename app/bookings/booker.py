"""What is known of somebody who books, for rules that ask it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.bookings.decision import NOTHING_TO_PAY, Booker, Wish
from app.bookings.facts import Facts
from app.bookings.outside_hours import any_time_asked
from app.bookings.rules import HOLDING, LONGEST
from app.inventory.booking_rules import BookingRules
from app.kernel.wall_time import local_day
from app.network.bars import barred_spaces
from app.network.groups import groups_of
from app.network.rules import BarTime
from app.plans.grants import Days
from app.plans.purses import purse_of
from app.plans.round_the_clock import AnyTime
from app.plans.rules import Purse
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Standing:
    """A person with all groups, the operators among whose own members he is, and the spaces he is barred from."""

    is_known: bool = True
    groups: frozenset[int] = frozenset()
    own_member_of: frozenset[int] = frozenset()
    open_bookings: Mapping[int, int] = field(default_factory=dict)
    bars: Mapping[int, BarTime] = field(default_factory=dict)
    at_any_time: Sequence[AnyTime] = ()

    def at(self, space: int, operator: int) -> Booker:
        """The person as this operator's rules see it at its space."""
        is_own_member = operator in self.own_member_of
        return Booker(
            self.is_known,
            self.groups,
            is_own_member,
            self.open_bookings,
            self.bars.get(space),
            at_any_time=[one for one in self.at_any_time if one.is_at(space, operator)],
        )


async def standing_of(person: int | None, rules: Iterable[BookingRules], now: datetime) -> Standing:
    """The person as far as these rules ask, with all bars. Nobody in particular (None) is not known."""
    if person is None:
        return Standing(is_known=False)
    known = await _as_far_as_asked(person, rules, now, but_for=0)
    return replace(known, bars=await barred_spaces(person, now))


async def booker_of(person: int | None, facts: Facts, wish: Wish, *, but_for: int = 0) -> Booker:
    """The person for whom these facts were asked, as the rules there see it, with what could pay within the wish's
    time; asks the database only where a rule or a price does.

    The booking `but_for` does not count among the open ones.
    """
    purse = await _purse(person, facts, wish)
    if person is None:
        return Booker(is_known=False, purse=purse)
    known = await _as_far_as_asked(person, facts.rules.values(), wish.now, but_for)
    return replace(known.at(facts.space.id, facts.operator), bar=facts.bar, purse=purse)


async def _purse(person: int | None, facts: Facts, wish: Wish) -> Purse:
    """An organisation pays its own price, and nothing out of its responsible person's accounts."""
    if not facts.charges:
        return NOTHING_TO_PAY
    zone = facts.space.zone
    return await purse_of(
        None if wish.for_organisation else person,
        facts.operator,
        facts.resource.kind,
        Days(local_day(wish.period.starts_at, zone), local_day(wish.period.ends_at, zone)),
        local_day(wish.now, zone),
        facts.language,
        for_organisation=wish.for_organisation,
        may_share=facts.may_share,
    )


async def _as_far_as_asked(person: int, rules: Iterable[BookingRules], now: datetime, but_for: int) -> Standing:
    asking = [one for one in rules if one.asks_who]
    if not asking:
        return Standing()
    belongings = await groups_of(person)
    return Standing(
        groups=frozenset(belonging.group for belonging in belongings),
        own_member_of=frozenset(belonging.operator for belonging in belongings if belonging.operator is not None),
        open_bookings=await _open_bookings(person, [one.key for one in asking if one.most_open], now, but_for),
        at_any_time=await any_time_asked(person, asking),
    )


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
