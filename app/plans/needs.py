"""What a booking needs paid, and where and when something pays. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.plans.uses import Unit


@dataclass(frozen=True, slots=True)
class Need:
    """What a booking needs paid: a unit, on a day of the space's calendar, from minute to minute of that day (`ends`
    lies beyond 1440 where it ends on the next)."""

    unit: Unit
    day: date
    starts: int
    ends: int
    minutes: int
    operator: int
    space: int
    resource: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when something pays: at these operators and spaces, on these weekdays (Monday is 0), between these
    minutes of the day. What is empty does not restrict."""

    operators: frozenset[int] = frozenset()
    spaces: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    opens: int | None = None
    closes: int | None = None

    def reaches(self, operator: int, space: int) -> bool:
        """Whether it pays at this space at all."""
        return not (self.operators or self.spaces) or operator in self.operators or space in self.spaces

    def covers(self, need: Need) -> bool:
        is_there = self.reaches(need.operator, need.space)
        is_that_day = not self.weekdays or need.day.weekday() in self.weekdays
        begins = self.opens is None or self.opens <= need.starts
        return is_there and is_that_day and begins and (self.closes is None or need.ends <= self.closes)


ANYWHERE: Final = Scope()
