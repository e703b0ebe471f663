"""What a page says of a space before somebody comes: who is there then, and what will be heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.identity.authentication import Visitor
from app.inventory.on_site import on_site_of
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import MINUTES_OF_A_DAY
from app.inventory.staffing import NoisyEvent, OnSite, Presence
from app.kernel.periods import Period
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import Opening, local_day
from app.network.queries import SpaceCard

_WHOLE = marked("Während Ihrer Zeit ist jemand vom Standort da: mit Personal {hours}.")
_PART = marked("Mit Personal {hours}, sonst ist niemand vom Standort da.")
_LATER = marked("Während Ihrer Zeit ist niemand vom Standort da. Mit Personal {hours}.")
_NOBODY = marked("Ohne Personal: An diesem Tag ist niemand vom Standort da.")
_STAFFED = marked("mit Personal {hours}")
_UNSTAFFED = marked("ohne Personal")
_NOISE = marked("{what}, {hours}")
_NOISE_ALL_DAY = marked("{what}, ganztägig")


@dataclass(frozen=True, slots=True)
class Coming:
    """What somebody meets who comes in a period; the phrases are sentences (`staffing`) and parts of a list."""

    presence: Presence
    staffed: Sequence[Opening]
    staffing: Phrase
    noise: Sequence[Phrase]


async def coming(space: SpaceCard, period: Period, visitor: Visitor) -> Coming:
    """Whether somebody is there in the period, when that day, and what will be heard then."""
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    first, last = (local_day(at, clock.zone) for at in (period.starts_at, period.ends_at))
    hours = await hours_of([clock], first, last, visitor.language)
    on_site = (await on_site_of(hours, first, last, visitor.language))[space.id]
    staffed, presence = on_site.staffing.staffed_on(first), on_site.staffing.during(period)
    return Coming(
        presence=presence,
        staffed=staffed,
        staffing=_staffing(presence, staffed),
        noise=[
            noise_text(event, on_site, local_day(max(event.period.starts_at, period.starts_at), clock.zone))
            for event in on_site.noise_during(period)
        ],
    )


def staffed_text(staffed: Sequence[Opening]) -> Phrase:
    """mit Personal 8–12 Uhr; ohne Personal."""
    return phrase(_STAFFED, hours=tuple(staffed)) if staffed else phrase(_UNSTAFFED)


def noise_text(event: NoisyEvent, on_site: OnSite, day: date) -> Phrase:
    """Chorprobe, 19–21 Uhr: on that day of the space's clock."""
    hours = event.hours_on(day, on_site.staffing.hours.zone)
    if hours is None or hours == Opening(0, MINUTES_OF_A_DAY):
        return phrase(_NOISE_ALL_DAY, what=event.what)
    return phrase(_NOISE, what=event.what, hours=hours)


def _staffing(presence: Presence, staffed: Sequence[Opening]) -> Phrase:
    if presence is Presence.NONE:
        return phrase(_LATER, hours=tuple(staffed)) if staffed else phrase(_NOBODY)
    return phrase(_WHOLE if presence is Presence.WHOLE else _PART, hours=tuple(staffed))
