"""The shapes in which the demo network's content is handed over. Every text comes in German and English."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from app.inventory.floor_plans import FloorPlanDrawing, Placement
from app.network.queries import LegalSection

ResourceKind = Literal["desk", "room", "booth", "parking"]
OperatorKind = Literal["town", "association_of_municipalities", "cooperative", "company", "club"]
TaxStatus = Literal["standard", "small_business", "public_body"]
View = Literal["outside", "inside"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in both languages of the pages."""

    de: str
    en: str


@dataclass(frozen=True, slots=True)
class DemoSection:
    """A heading and its short paragraphs; `free_of_charge` are those of a network that takes no money."""

    heading: str
    paragraphs: tuple[str, ...]
    free_of_charge: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One of the network's legal texts in one language."""

    title: str
    sections: tuple[DemoSection, ...]

    @property
    def legal(self) -> list[LegalSection]:
        """As the network keeps it."""
        return [LegalSection(section.heading, list(section.paragraphs)) for section in self.sections]


@dataclass(frozen=True, slots=True)
class DemoPages:
    """The legal texts that the footer links to, in one language."""

    imprint: DemoPage
    privacy: DemoPage
    terms: DemoPage
    accessibility: DemoPage


@dataclass(frozen=True, slots=True)
class DemoNetwork:
    name: str
    association: str
    phone: str
    phone_hours: Bilingual
    mail: str
    street: str
    postcode: str
    place: str
    german: DemoPages
    english: DemoPages


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """A legal entity that runs spaces. `tax_status` is that of today; dates come with billing."""

    slug: str
    name: str
    kind: OperatorKind
    tax_status: TaxStatus
    street: str
    postcode: str
    place: str
    represented_by: str
    phone: str
    mail: str


@dataclass(frozen=True, slots=True)
class DemoHours:
    """Open from `opens` to `closes` by the wall clock on `weekday` (0 is Monday)."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DemoException:
    """Other hours every year on this day; closed where both times are None."""

    month: int
    day: int
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True)
class DemoMeasures:
    """What was measured, the internet some days before the demo network's day; None was not."""

    internet_mbit: int | None = None
    internet_days_ago: int | None = None
    door_width_cm: int | None = None
    threshold_cm: int | None = None


@dataclass(frozen=True, slots=True)
class DemoNoise:
    """Something that is heard on a day, by the wall clock."""

    day: date
    starts: time
    ends: time
    what: Bilingual


@dataclass(frozen=True, slots=True)
class DemoResource:
    """What can be booked. `name` goes without its kind, see `inventory.rules.label`: "4", "Nette".

    Parking places stand in no floor plan.
    """

    kind: ResourceKind
    name: str
    capacity: int
    features: tuple[str, ...]
    placement: Placement | None
    lacking: tuple[str, ...] = ()
    measures: DemoMeasures = DemoMeasures()


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """A drawing of the space; its bytes come from `pictures.draw(space_slug, view)`."""

    view: View
    alt: Bilingual


@dataclass(frozen=True, slots=True)
class DemoSpace:
    """A place to work. `regiohub` marks the five that really exist; all else about them is invented."""

    slug: str
    name: str
    operator: str
    member: str
    municipality: str
    regiohub: bool
    street: str
    postcode: str
    place: str
    lat: float
    lng: float
    phone: str
    mail: str
    description: Bilingual
    arrival: Bilingual
    features: tuple[str, ...]
    lacking: tuple[str, ...]
    measures: DemoMeasures
    hours: tuple[DemoHours, ...]
    staffed: tuple[DemoHours, ...]
    exceptions: tuple[DemoException, ...]
    closed_on_holidays: bool
    resources: tuple[DemoResource, ...]
    floor_plan: FloorPlanDrawing
    pictures: tuple[DemoPicture, ...]
