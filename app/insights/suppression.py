"""What may be told of a group of people: sums of enough of them, and no sum from which another one follows. Pure.

What is told of a month is a table: a total, and the sum of each group of it. A reader knows who belongs to which group,
how this is decided, and what is told. docs/decisions/0053-team-reports.md says what he cannot find out.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from app.insights.rules import FEWEST_PEOPLE

Group = TypeVar("Group", bound=Hashable)

Units = Mapping[Any, int]
"""How much each person has; who has nothing may be missing."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Of how many people at least something is told, and by how many units a sum is at least more than one for each of
    them, because otherwise everybody's share would be known."""

    fewest: int = FEWEST_PEOPLE
    margin: int = FEWEST_PEOPLE


CAUTIOUS: Final = Caution()


@dataclass(frozen=True, slots=True)
class Told(Generic[Group]):
    """What is told: the total, and the sums of some groups. Without total nothing is."""

    total: int | None
    groups: Mapping[Group, int]

    @property
    def rest(self) -> int | None:
        """The sum of all other groups together; None where nothing is told, or no other group has anything."""
        if self.total is None:
            return None
        return self.total - sum(self.groups.values()) or None


def told_by_group(group_of: Mapping[Any, Group], units: Units, caution: Caution = CAUTIOUS) -> Told[Group]:
    """Each person belongs to one group, and everybody who could have something is in `group_of`.

    A group is told where it is safe, and more of them are kept back until those that are kept back are safe together.
    """
    people: dict[Group, list[Any]] = defaultdict(list)
    for person, group in group_of.items():
        people[group].append(person)
    shares = {group: [units.get(person, 0) for person in inside] for group, inside in people.items()}

    def is_safe(groups: Collection[Group]) -> bool:
        return is_tellable([share for group in groups for share in shares[group]], caution)

    if not is_safe(people.keys()):
        return Told(None, {})
    order = sorted(people, key=lambda group: (_having(shares[group]), str(group)))
    kept_back = _kept_back(order, is_safe)
    told = {group: sum(shares[group]) for group in people if group not in kept_back}
    return Told(sum(map(sum, shares.values())), told)


def told_by_place(
    by_group: Told[Any], people: Collection[Any], units: Mapping[Group, Units], caution: Caution = CAUTIOUS
) -> Told[Group]:
    """Of the same total by place, of which a person may have several; nothing where it is not told by group.

    A place is told only where enough people were, and enough were not: otherwise everybody would know of each of them
    where he was.
    """
    if by_group.total is None:
        return Told(None, {})

    def is_safe(places: Collection[Group]) -> bool:
        shares = _added(units[place] for place in places)
        there = _having(shares.values())
        return len(people) - there >= caution.fewest and is_tellable(shares.values(), caution)

    order = sorted(units, key=lambda place: (_having(units[place].values()), str(place)))
    kept_back = _kept_back(order, is_safe)
    told = {place: sum(units[place].values()) for place in units if place not in kept_back}
    return Told(by_group.total, told)


def is_tellable(shares: Collection[int], caution: Caution = CAUTIOUS) -> bool:
    """Whether the sum of these people's shares may be told."""
    having, total = _having(shares), sum(shares)
    return having >= caution.fewest and total - having >= caution.margin


def _having(shares: Iterable[int]) -> int:
    """How many people have anything."""
    return sum(1 for share in shares if share)


def _kept_back(order: Sequence[Group], is_safe: Callable[[Collection[Group]], bool]) -> set[Group]:
    """Those that are not safe, and of the others the first ones until what is kept back is safe together, or all is."""
    kept_back = {group for group in order if not is_safe([group])}
    for group in order:
        if not kept_back or (len(kept_back) > 1 and is_safe(kept_back)):
            break
        kept_back.add(group)
    return kept_back


def _added(many: Iterable[Units]) -> dict[Any, int]:
    total: dict[Any, int] = defaultdict(int)
    for units in many:
        for person, share in units.items():
            total[person] += share
    return total
