"""What of a space's calendar is shown, read from its address and written back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.bookings.queries import BookingCard
from app.identity.authentication import Visitor
from app.inventory.floors import Floor
from app.inventory.queries import ResourceCard
from app.inventory.rules import KIND_NAMES, Kind
from app.kernel.refusals import marked
from app.web.front_desk import asked_day

_FURTHEST: Final = timedelta(days=3660)
_LONGEST_URL: Final = 200
_TOO_FAR = marked("So weit reicht der Kalender nicht. Gezeigt wird heute.")


class View(StrEnum):
    """How much of the calendar."""

    DAY = "tag"
    WEEK = "woche"
    MONTH = "monat"


VIEW_NAMES = {View.DAY: marked("Tag"), View.WEEK: marked("Woche"), View.MONTH: marked("Monat")}


@dataclass(frozen=True, slots=True)
class Asked:
    """A view of the calendar of a space; `floor` is the number of one, `error` what was wrong with the address."""

    slug: str
    view: View
    day: date
    kind: Kind | None = None
    floor: int | None = None
    error: str = ""

    @property
    def pairs(self) -> dict[str, str]:
        """What an address says of it."""
        said = {"ansicht": self.view.value if self.view is not View.DAY else "", "tag": self.day.isoformat()}
        said |= {"art": self.kind.value if self.kind else "", "etage": str(self.floor or "")}
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    @property
    def url(self) -> str:
        return f"/theke/{self.slug}/kalender?{self.query}"

    @property
    def way_back(self) -> str:
        """The part of a query by which another page leads back here."""
        return urlencode({"zurueck": self.url})

    def booking_url(self, booking: BookingCard) -> str:
        """The page of one of its bookings, which leads back here."""
        return f"/theke/{self.slug}/kalender/buchungen/{booking.public_id}?{self.query}"

    def at(self, day: date) -> "Asked":
        return replace(self, day=day)

    @property
    def days(self) -> Sequence[date]:
        """The day; the days of its week from Monday; those of its month."""
        if self.view is View.DAY:
            return [self.day]
        if self.view is View.WEEK:
            first, count = self.day - timedelta(days=self.day.weekday()), 7
        else:
            first = self.day.replace(day=1)
            count = (_next_month(first) - first).days
        return [first + timedelta(days=number) for number in range(count)]

    @property
    def before(self) -> "Asked":
        if self.view is View.MONTH:
            return self.at((self.day.replace(day=1) - timedelta(days=1)).replace(day=1))
        return self.at(self.day - timedelta(days=1 if self.view is View.DAY else 7))

    @property
    def after(self) -> "Asked":
        if self.view is View.MONTH:
            return self.at(_next_month(self.day))
        return self.at(self.day + timedelta(days=1 if self.view is View.DAY else 7))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def read_asked(query: Mapping[str, str], slug: str, today: date, visitor: Visitor) -> Asked:
    """The view that an address asks for; today's where it says no day or none that can be shown."""
    day, error = asked_day(query.get("tag", ""), today, visitor)
    if abs(day - today) > _FURTHEST:
        day, error = today, visitor.speaker.gettext(_TOO_FAR)
    view, kind, floor = query.get("ansicht", ""), query.get("art", ""), query.get("etage", "")
    return Asked(
        slug,
        View(view) if view in set(View) else View.DAY,
        day,
        Kind(kind) if kind in set(Kind) else None,
        int(floor) if floor.isascii() and floor.isdigit() and len(floor) < 4 else None,
        error,
    )


def asked_of_url(url: str, slug: str, today: date, visitor: Visitor) -> Asked | None:
    """The view that an address of this space's calendar names; None for every other address.

    Whoever goes there goes to the view's own `url`: nothing of what was written is passed on.
    """
    try:
        parts = urlsplit(url[:_LONGEST_URL])
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path != f"/theke/{slug}/kalender":
        return None
    return read_asked(dict(parse_qsl(parts.query)), slug, today, visitor)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing of what is shown."""

    text: str
    url: str
    current: bool


def views(asked: Asked, visitor: Visitor) -> list[Choice]:
    return [
        Choice(visitor.speaker.gettext(name), replace(asked, view=view).url, view is asked.view)
        for view, name in VIEW_NAMES.items()
    ]


def kinds(asked: Asked, resources: Sequence[ResourceCard], visitor: Visitor) -> list[Choice]:
    """All kinds, and each that there is; empty where there is one."""
    there = [kind for kind in Kind if any(resource.kind is kind for resource in resources)]
    say = visitor.speaker.gettext
    every = Choice(say(marked("Alle Arten")), replace(asked, kind=None).url, asked.kind is None)
    some = [Choice(say(KIND_NAMES[kind]), replace(asked, kind=kind).url, kind is asked.kind) for kind in there]
    return [every, *some] if len(there) > 1 else []


def floors(asked: Asked, there: Sequence[Floor], visitor: Visitor) -> list[Choice]:
    """The whole house, and each floor; empty where there is one."""
    say = visitor.speaker
    every = Choice(say.gettext(marked("Alle Etagen")), replace(asked, floor=None).url, asked.floor is None)
    some = [
        Choice(
            each.name or say.say(marked("Etage {number}"), number=each.number),
            replace(asked, floor=each.number).url,
            each.number == asked.floor,
        )
        for each in there
    ]
    return [every, *some] if len(there) > 1 else []


def chosen(asked: Asked, resources: Sequence[ResourceCard], there: Sequence[Floor]) -> list[ResourceCard]:
    """The resources of the asked kind on the asked floor."""
    floor = next((each.id for each in there if each.number == asked.floor), None)
    return [
        resource
        for resource in resources
        if (asked.kind is None or resource.kind is asked.kind) and (floor is None or resource.floor_plan == floor)
    ]
