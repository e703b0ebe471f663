"""What somebody could book now: what is free, as far as the rules let this person have it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.bookings.booker import Standing, standing_of
from app.bookings.decision import Place, Wish, claimed_period, refusals
from app.inventory.booking_rules import NOTHING_SAID, SpaceRules, rules_of
from app.inventory.queries import Count, ResourceCard, SpaceWindow, count_free
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.refusals import Refusal


async def count_bookable(
    windows: Sequence[SpaceWindow],
    kind: Kind,
    hours: Mapping[int, Hours],
    now: datetime,
    *,
    person: int | None,
    words: Collection[str] = (),
) -> list[Count]:
    """For each window the count of that kind that fits these words at that space, in the windows' order.

    The hours are those of the windows' spaces. Two queries, and two more where rules ask who it is.
    """
    said = await rules_of({window.space for window in windows}, kind)
    standing = await standing_of(person, (rules for space in said.values() for rules in space.rules), now)
    pieces = [
        (number, piece)
        for number, window in enumerate(windows)
        for piece in _pieces(window, said.get(window.space), hours[window.space], standing, now)
    ]
    counts = await count_free([piece for _, piece in pieces], kind, words)
    free, total = [0] * len(windows), [0] * len(windows)
    for (number, _), count in zip(pieces, counts, strict=True):
        free[number] += count.free
        total[number] += count.total
    return [Count(*both) for both in zip(free, total, strict=True)]


def _pieces(
    window: SpaceWindow, said: SpaceRules | None, hours: Hours, standing: Standing, now: datetime
) -> list[SpaceWindow]:
    """The window once for each of the space's rules, with the time that a booking by them would take."""
    if said is None:
        return [SpaceWindow(window.space, window.period, None, hours.covers(window.period))]
    wish, booker = Wish(window.period, now), standing.at(said.operator)
    return [
        SpaceWindow(
            window.space,
            claimed_period(window.period, rules),
            rules.key,
            next(refusals(wish, Place("", hours, rules), booker), None) is None,
        )
        for rules in (NOTHING_SAID, *said.rules)
    ]


async def what_forbids(
    resources: Sequence[ResourceCard], space: str, hours: Hours, period: Period, now: datetime, *, person: int | None
) -> Mapping[int, Refusal]:
    """By the keys of one space's resources what keeps this person from booking them then, whether free or not."""
    said = (await rules_of({resource.space for resource in resources})).values()
    rules = next(iter(said), SpaceRules(0, ()))
    standing = await standing_of(person, rules.rules, now)
    wish, booker = Wish(period, now), standing.at(rules.operator)
    found = {
        resource.id: next(
            refusals(wish, Place(space, hours, rules.named(resource.rules), resource.capacity), booker), None
        )
        for resource in resources
    }
    return {resource: refusal for resource, refusal in found.items() if refusal is not None}
