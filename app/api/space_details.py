"""What the page of one space says beside its resources: hours, stations, pictures."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.api.shapes import (
    ExceptionShape,
    HoursShape,
    HouseRulesShape,
    OpeningShape,
    PhotoShape,
    StationShape,
    WeekdayShape,
)
from app.inventory.rules import Hours
from app.inventory.staffing import Staffing
from app.kernel.wall_time import Opening
from app.network.gazetteer import gazetteer
from app.network.house_rules import HouseRulesEdition
from app.network.queries import Photo, SpaceCard

_STATIONS_WITHIN_KM = 10
_MOST_STATIONS = 5


def hours_shape(hours: Hours, first: date, last: date) -> HoursShape:
    """The week, and the days from first to last on which something else holds."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    exceptional = [
        day for day in days if day in hours.changes or (day in hours.holidays and not hours.open_on_holidays)
    ]
    return HoursShape(
        time_zone=str(hours.zone),
        week=[WeekdayShape(weekday, opening_shapes(hours.week.get(weekday, ()))) for weekday in range(1, 8)],
        exceptions=[_exception(hours, day) for day in exceptional],
    )


def staffed_shape(staffing: Staffing, first: date, last: date) -> HoursShape:
    """When somebody is there in the week, and the days from first to last on which that differs."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return HoursShape(
        time_zone=str(staffing.hours.zone),
        week=[WeekdayShape(weekday, opening_shapes(staffing.usual(weekday))) for weekday in range(1, 8)],
        exceptions=[
            ExceptionShape(day.isoformat(), opening_shapes(staffing.staffed_on(day)), None)
            for day in days
            if staffing.staffed_on(day) != staffing.usual(day.isoweekday())
        ],
    )


def stations_near(space: SpaceCard) -> list[StationShape]:
    """At most five stations within 10 km, the nearest first."""
    near = gazetteer().stations_near(space.lat, space.lng, _STATIONS_WITHIN_KM)
    return [
        StationShape(station.name, round(km, 2), station.parking, station.bike_parking, station.step_free)
        for station, km in near[:_MOST_STATIONS]
    ]


def photo_shapes(photos: Sequence[Photo], language: str, address: str) -> list[PhotoShape]:
    """The pictures with what is to be seen, in this language."""
    return [PhotoShape(f"{address}/bilder/{photo.file}", photo.alt[language]) for photo in photos]


def house_rules_shape(space: SpaceCard, rules: HouseRulesEdition | None, address: str) -> HouseRulesShape | None:
    """The edition that holds, and where it can be read; None where there are no rules."""
    return HouseRulesShape(rules.edition, f"{address}/standorte/{space.slug}/hausordnung") if rules else None


def _exception(hours: Hours, day: date) -> ExceptionShape:
    changes = hours.changes.get(day)
    reason = next((change.reason for change in changes if change.reason), None) if changes else hours.holidays.get(day)
    return ExceptionShape(day.isoformat(), opening_shapes(hours.openings_on(day)), reason)


def opening_shapes(openings: Sequence[Opening]) -> list[OpeningShape]:
    """The openings in order, as the interface writes times."""
    return [OpeningShape(_clock(o.opens), _clock(o.closes)) for o in sorted(openings, key=lambda o: o.opens)]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
