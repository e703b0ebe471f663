"""Where a team meets best: the space to which nobody has it far, of those that have a desk for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from app.bookings.availability import count_bookable
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.inventory.queries import SpaceClock, SpaceWindow, hours_of
from app.inventory.rules import Kind
from app.network.commuting import municipality
from app.network.geography import Located, distance_km
from app.network.queries import SpaceCard, published_spaces
from app.teams.team_days import homes_of_yes, who_said_yes

FEWEST_HOMES: Final = 3
"""Fewer homes than that would be told by which space is best."""

FEWEST_FOR_DISTANCES: Final = 5
_ROUNDED_TO_KM: Final = 5
S = TypeVar("S", bound=Located)
MOST_PROPOSED: Final = 5


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """A space, and the longest way to it in kilometres, rounded up; None where that could tell where somebody lives."""

    space: SpaceCard
    longest_km: int | None


def by_longest_way(homes: Sequence[Located], spaces: Sequence[S]) -> list[tuple[S, float]]:
    """The spaces with their longest way from any of the homes: the shortest first, among equals that with the shorter
    sum of all ways."""
    ways = [(space, [distance_km(home, space) for home in homes]) for space in spaces]
    return [(space, max(far)) for space, far in sorted(ways, key=lambda way: (max(way[1]), sum(way[1])))]


async def meeting_places(choice: int, day: date, now: datetime) -> list[MeetingPlace] | None:
    """The best spaces for those who can come and let their home count, the best first; None where too few do."""
    homes = [home for key in await homes_of_yes(choice) if (home := municipality(key)) is not None]
    if len(homes) < FEWEST_HOMES:
        return None
    enough = await _with_desks(len(await who_said_yes(choice)), day, now)
    tells = len(homes) >= FEWEST_FOR_DISTANCES
    return [
        MeetingPlace(space, _rounded_up(km) if tells else None)
        for space, km in by_longest_way(homes, enough)[:MOST_PROPOSED]
    ]


async def _with_desks(number: int, day: date, now: datetime) -> list[SpaceCard]:
    """The spaces with so many desks free for the whole of the day, as far as they are open."""
    spaces = await published_spaces(now)
    clocks = [SpaceClock(s.id, s.time_zone, s.holiday_region, s.open_on_holidays) for s in spaces]
    hours = await hours_of(clocks, day, day)
    wanted = Wanted(day, DayPart.WHOLE_DAY)
    open_then = [(space, period) for space in spaces if (period := wanted.at(hours[space.id], now)) is not None]
    windows = [SpaceWindow(space.id, period) for space, period in open_then]
    counts = await count_bookable(windows, Kind.DESK, hours, now, person=None)
    return [space for (space, _), count in zip(open_then, counts, strict=True) if count.free >= number]


def _rounded_up(km: float) -> int:
    return -int(-km // _ROUNDED_TO_KM) * _ROUNDED_TO_KM
