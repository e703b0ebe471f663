"""Which fixed desk a membership can have, where and from when: for its holder and for staff."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.inventory.rules import Kind
from app.network.queries import SpaceCard, published_spaces
from app.plans.fixed_desks import FixedDesk
from app.plans.queries import MembershipCard
from app.platform.database import fetch, fetch_value

_A_DAY = timedelta(days=1)


async def choosable_desks(space: int, card: MembershipCard, first_day: date) -> list[tuple[str, str]]:
    """Public id and name of the space's desks that nobody else has fixed from that day on, in their order."""
    rows = await fetch(
        f"SELECT r.public_id, r.name {_CHOOSABLE} ORDER BY r.position, r.id",
        [space],
        Kind.DESK,
        card.id,
        first_day,
    )
    return [(row["public_id"], row["name"]) for row in rows]


_CHOOSABLE = (
    "FROM resource r WHERE r.space = ANY($1::bigint[]) AND r.kind = $2 AND r.retired_at IS NULL"
    " AND NOT EXISTS (SELECT FROM fixed_desk d WHERE d.resource = r.id AND d.membership <> $3"
    " AND d.withdrawn_at IS NULL AND coalesce(d.last_day, 'infinity') >= $4)"
)


async def spaces_to_choose(card: MembershipCard, first_day: date, now: datetime) -> list[SpaceCard]:
    """The spaces that people see where its terms have a desk that day, as long as they belong to the network then."""
    spaces = [space for space in await published_spaces(now) if _holds_at(card, space)]
    rows = await fetch(
        "SELECT s.id FROM space s JOIN operator o ON o.id = s.operator WHERE s.id = ANY($1::bigint[])"
        " AND o.suspended_at IS NULL AND coalesce((o.ends_at AT TIME ZONE s.time_zone)::date, 'infinity') > $2",
        [space.id for space in spaces],
        first_day,
    )
    stay = {row["id"] for row in rows}
    return [space for space in spaces if space.id in stay]


async def is_any_left(card: MembershipCard, first_day: date, now: datetime) -> bool:
    """Whether the holder finds a desk to choose from that day on, anywhere."""
    spaces = await spaces_to_choose(card, first_day, now)
    return bool(
        await fetch_value(
            f"SELECT EXISTS (SELECT {_CHOOSABLE})",
            [space.id for space in spaces],
            Kind.DESK,
            card.id,
            first_day,
        )
    )


def _holds_at(card: MembershipCard, space: SpaceCard) -> bool:
    scope = card.latest.scope
    is_anywhere = not (scope.operators or scope.spaces)
    return is_anywhere or space.operator.id in scope.operators or space.id in scope.spaces


def free_to_choose_from(card: MembershipCard, desks: Sequence[FixedDesk], today: date) -> date | None:
    """The first day from today on for which the holder can choose a desk; None where one is his as long as the terms
    have one. The holder chooses once, and again when the desk ends before the terms do."""
    current = [desk for desk in desks if desk.goes_on(today)]
    if any(desk.last_day is None for desk in current):
        return None
    after = max((desk.last_day + _A_DAY for desk in current if desk.last_day), default=today)
    return first_day_possible(card, after)


def first_day_possible(card: MembershipCard, today: date) -> date | None:
    """The first day from today on for which a desk can be assigned."""
    days = [
        max(today, stretch.days.first)
        for stretch in card.timeline.stretches
        if stretch.terms.fixed_desk and (stretch.days.last is None or today <= stretch.days.last)
    ]
    return min(days, default=None)
