"""Which desks lie next to one another, by where they stand in a floor plan. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_ELSEWHERE: Final = 1_000_000.0
"""Farther than anything on one floor."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A desk by its key, with the middle of where it stands on a floor; without a floor it stands nowhere."""

    id: int
    floor: int | None = None
    x: float = 0
    y: float = 0

    def distance(self, other: "Seat") -> float:
        if self.floor is None or self.floor != other.floor:
            return _ELSEWHERE
        return math.hypot(self.x - other.x, self.y - other.y)


def nearest_to(seat: Seat, free: Sequence[Seat]) -> list[Seat]:
    """The free ones, the nearest first; those that stand nowhere or on another floor last, in their order."""
    return sorted(free, key=seat.distance)


def side_by_side(number: int, free: Sequence[Seat]) -> list[Seat]:
    """So many of the free ones that lie closest together, or all where there are fewer; among equals the first."""
    if number >= len(free):
        return list(free)
    if number <= 0:
        return []
    around = (nearest_to(middle, free)[:number] for middle in free)
    return min(around, key=lambda group: sum(group[0].distance(seat) for seat in group[1:]))
