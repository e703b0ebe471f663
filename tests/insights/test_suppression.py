"""What is told of people, asked by somebody who knows everything but their shares.

The reader of a report knows who belongs to which group, how much a person can have at most, how it is decided what is
told, and what is told. All worlds are made in which exactly this would be told: nothing may be the same in all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights.suppression import Caution, Told, is_tellable, told_by_group, told_by_place

World = tuple[Any, ...]
SMALL = Caution(fewest=2, margin=1)
"""Few people, so that all worlds can be made."""

TEAMS = [(2, 2), (1, 4), (3, 2), (1, 1, 3), (2, 2, 1), (1, 1, 1, 2), (5,), (1, 1, 2, 2)]
"""How many people each cost centre has."""


def groups_of(sizes: Sequence[int]) -> Mapping[int, int]:
    people = [group for group, size in enumerate(sizes) for _ in range(size)]
    return dict(enumerate(people))


def worlds_up_to(most: int, people: int) -> Iterator[tuple[int, ...]]:
    """All ways to have so much together or less. Of what is told with such a total no way is missing."""
    if not people:
        yield ()
        return
    for share in range(most + 1):
        for others in worlds_up_to(most - share, people - 1):
            yield (share, *others)


def by_what_is_told(worlds: Iterator[World], tell: Callable[[World], Told[Any]]) -> list[list[World]]:
    """All worlds, those together of which the same is told."""
    same: dict[Hashable, list[World]] = defaultdict(list)
    for world in worlds:
        told = tell(world)
        same[told.total, tuple(sorted(told.groups.items()))].append(world)
    return list(same.values())


@pytest.mark.parametrize("sizes", TEAMS, ids=str)
def test_no_group_that_is_kept_back_can_be_worked_out_and_no_persons_share(sizes: Sequence[int]) -> None:
    group_of = groups_of(sizes)

    def tell(world: World) -> Told[int]:
        return told_by_group(group_of, dict(enumerate(world)), SMALL)

    for alike in by_what_is_told(worlds_up_to(9, sum(sizes)), tell):
        told = tell(alike[0])
        kept_back = set(group_of.values()) - set(told.groups)
        for groups in (set(some) for size in range(1, len(kept_back)) for some in combinations(kept_back, size)):
            inside = [person for person in group_of if group_of[person] in groups]
            assert len({sum(world[person] for person in inside) for world in alike}) > 1, (told, groups)
        for person in group_of:
            assert len({world[person] for world in alike}) > 1, (told, person)


def test_the_solver_finds_what_is_kept_back_without_care() -> None:
    """The same question to a report that keeps back small groups alone, and nothing beside them."""
    group_of = groups_of((1, 4))

    def tell(world: World) -> Told[int]:
        sums = {group: sum(world[one] for one in group_of if group_of[one] == group) for group in (0, 1)}
        return Told(sum(world), {1: sums[1]})

    alike = by_what_is_told(worlds_up_to(8, 5), tell)
    assert all(len({world[0] for world in worlds}) == 1 for worlds in alike)


@pytest.mark.parametrize("sizes", [(2, 2), (1, 3), (4,), (2, 3)], ids=str)
def test_nobody_is_placed_by_what_is_told_of_spaces_and_cost_centres_together(sizes: Sequence[int]) -> None:
    """Each person has half days at two spaces; a reader sees both tables of the month."""
    group_of, people = groups_of(sizes), range(sum(sizes))

    def tell(world: World) -> Told[Any]:
        mayen, polch = dict(enumerate(world[::2])), dict(enumerate(world[1::2]))
        groups = told_by_group(group_of, {one: mayen[one] + polch[one] for one in people}, SMALL)
        spaces = told_by_place(groups, people, {"Mayen": mayen, "Polch": polch}, SMALL)
        return Told(groups.total, {**{f"g{key}": value for key, value in groups.groups.items()}, **spaces.groups})

    told_somewhere = False
    for alike in by_what_is_told(worlds_up_to(7, 2 * len(people)), tell):
        told = tell(alike[0])
        told_somewhere = told_somewhere or "Mayen" in told.groups
        for share in range(2 * len(people)):
            assert not all(world[share] for world in alike), (told, share)
    assert told_somewhere, "otherwise nothing was asked"


SHARES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40)), min_size=0, max_size=40)


@given(SHARES)
def test_everything_that_is_told_and_everything_that_follows_is_of_five_people_or_more(
    people: list[tuple[int, int]],
) -> None:
    group_of = {number: group for number, (group, _) in enumerate(people)}
    units = {number: share for number, (_, share) in enumerate(people)}
    told = told_by_group(group_of, units)

    def having(groups: set[int]) -> int:
        return sum(1 for number, group in group_of.items() if group in groups and units[number])

    if told.total is None:
        assert not told.groups
        return
    kept_back = set(group_of.values()) - set(told.groups)
    for follows in [{group} for group in told.groups] + [kept_back] * bool(kept_back):
        assert having(follows) >= 5
    assert len(kept_back) != 1
    assert told.total == sum(units.values())
    assert (told.rest or 0) == sum(units[number] for number in group_of if group_of[number] in kept_back)


@given(SHARES, st.randoms(use_true_random=False))
def test_it_is_the_people_that_count_and_not_their_order(people: list[tuple[int, int]], random: Any) -> None:
    numbers = list(range(len(people)))
    told = told_by_group({n: people[n][0] for n in numbers}, {n: people[n][1] for n in numbers})
    random.shuffle(numbers)
    again = told_by_group({n: people[n][0] for n in numbers}, {n: people[n][1] for n in numbers})
    assert (told.total, dict(told.groups)) == (again.total, dict(again.groups))


def test_of_four_people_nothing_is_told_and_of_five_the_sum() -> None:
    assert told_by_group(dict.fromkeys(range(4), "A"), dict.fromkeys(range(4), 9)).total is None
    assert told_by_group(dict.fromkeys(range(5), "A"), dict.fromkeys(range(5), 9)) == Told(45, {"A": 45})


def test_a_cost_centre_of_one_takes_another_one_with_it() -> None:
    group_of = {0: "Chefin"} | dict.fromkeys(range(1, 7), "Werk") | dict.fromkeys(range(7, 20), "Büro")
    told = told_by_group(group_of, dict.fromkeys(group_of, 10))
    assert told == Told(200, {"Büro": 130})
    assert told.rest == 70


def test_a_cost_centre_where_nobody_went_is_not_told_by_what_is_missing() -> None:
    group_of = dict.fromkeys(range(6), "Werk") | {6: "Chefin"}
    assert told_by_group(group_of, dict.fromkeys(range(6), 10)) == Told(60, {})


def test_a_sum_that_gives_away_everybodys_share_is_not_told() -> None:
    assert not is_tellable([1] * 5)
    assert is_tellable([2] * 5)


def test_a_space_where_everybody_was_is_not_told() -> None:
    people, total = range(12), Told(120, {"": 120})
    everybody = {"Polch": dict.fromkeys(people, 8), "Mayen": dict.fromkeys(range(6), 4)}
    assert told_by_place(total, people, everybody) == Told(120, {})
    some = {"Polch": dict.fromkeys(range(6), 8), "Mayen": dict.fromkeys(range(6, 12), 12)}
    assert told_by_place(total, people, some) == Told(120, {"Polch": 48, "Mayen": 72})


def test_a_space_where_one_was_takes_another_one_with_it() -> None:
    units = {"Polch": dict.fromkeys(range(8), 6), "Mayen": dict.fromkeys(range(6), 4), "Ulmen": {0: 2}}
    assert told_by_place(Told(74, {"": 74}), range(20), units) == Told(74, {"Polch": 48})
