"""What somebody has checked and measured at the demo spaces, who is there when, and what is heard there."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from functools import cache
from importlib.resources import files

import msgspec

from app.demo.content.catalogue import Bilingual, DemoHours, DemoMeasures, DemoNoise, DemoResource
from app.inventory.rules import FEATURES_OF, Kind
from app.network.holidays import public_holidays
from app.network.rules import FEATURES

_WEEKS_BEFORE, _WEEKS_AHEAD = 4, 60
_SATURDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedRecipe:
    """Somebody is there on these weekdays; 1 is Monday."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetRecipe:
    mbit: int
    days_ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFactsRecipe:
    """What was measured in a room itself; the internet on the day on which the house's was."""

    internet: int | None = None
    door_width_cm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRecipe:
    """Something loud: every week on a weekday, or once so many working days from today."""

    starts: time
    ends: time
    what: Bilingual
    weekday: int | None = None
    working_days_ahead: int | None = None

    def days(self, today: date) -> list[date]:
        """The days on which it is heard, seen from that day."""
        if self.working_days_ahead is not None:
            return [working_day(today, self.working_days_ahead)]
        first = today - timedelta(weeks=_WEEKS_BEFORE)
        days = (first + timedelta(days=n) for n in range(7 * (_WEEKS_BEFORE + _WEEKS_AHEAD)))
        return [day for day in days if day.isoweekday() == self.weekday and not _is_holiday(day)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsRecipe:
    """What is known of one space. `also` adds to its features; of those that are left all but `unchecked` are lacking.

    Every desk has a plug but those without; `desks_unchecked` has by feature the desks of which nobody knows.
    """

    staffed: tuple[StaffedRecipe, ...]
    also: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    internet: InternetRecipe | None = None
    door_width_cm: int | None = None
    threshold_cm: int | None = None
    desks_unchecked: dict[str, tuple[int, ...]] = field(default_factory=dict)
    desks_without_plug: tuple[int, ...] = ()
    rooms: dict[str, RoomFactsRecipe] = field(default_factory=dict)
    noise: tuple[NoiseRecipe, ...] = ()

    def hours(self) -> tuple[DemoHours, ...]:
        """When somebody is there."""
        return tuple(
            DemoHours(day - 1, staffed.opens, staffed.closes) for staffed in self.staffed for day in staffed.days
        )

    def lacking(self, features: tuple[str, ...]) -> tuple[str, ...]:
        """What a space with these features certainly has not."""
        return tuple(feature for feature in FEATURES if feature not in (*features, *self.unchecked))

    def measures(self) -> DemoMeasures:
        internet = self.internet
        return DemoMeasures(
            internet_mbit=internet.mbit if internet else None,
            internet_days_ago=internet.days_ago if internet else None,
            door_width_cm=self.door_width_cm,
            threshold_cm=self.threshold_cm,
        )

    def known(self, resource: DemoResource) -> DemoResource:
        """The resource with what was checked and measured of it."""
        features, unknown = resource.features, {"wheelchair_usable"} if resource.kind == "booth" else set[str]()
        if resource.kind == "desk":
            number = int(resource.name)
            unknown = {feature for feature, desks in self.desks_unchecked.items() if number in desks}
            has_plug = number not in self.desks_without_plug and "plug" not in unknown
            features += ("plug",) if has_plug else ()
        elif resource.kind != "parking":
            features += ("plug",)
        own = self.rooms.get(resource.name, RoomFactsRecipe()) if resource.kind in ("room", "booth") else None
        days_ago = self.internet.days_ago if own and own.internet and self.internet else None
        return replace(
            resource,
            features=features,
            lacking=tuple(f for f in FEATURES_OF[Kind(resource.kind)] if f not in features and f not in unknown),
            measures=DemoMeasures(own.internet, days_ago, own.door_width_cm) if own else DemoMeasures(),
        )

    def noises(self, today: date) -> Iterator[DemoNoise]:
        """What is heard, seen from that day."""
        for noise in self.noise:
            for day in noise.days(today):
                yield DemoNoise(day, noise.starts, noise.ends, noise.what)


def working_day(today: date, ahead: int) -> date:
    """The day on which so many working days have passed."""
    day = today
    while ahead:
        day += timedelta(days=1)
        ahead -= day.isoweekday() < _SATURDAY and not _is_holiday(day)
    return day


@cache
def facts_recipes() -> dict[str, FactsRecipe]:
    """Every space's by its slug. Raises msgspec.ValidationError for a bad file."""
    return msgspec.toml.decode(files(__package__).joinpath("facts.toml").read_bytes(), type=dict[str, FactsRecipe])


def _is_holiday(day: date) -> bool:
    return day in public_holidays("RP", day.year)
