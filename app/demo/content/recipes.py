"""What a file in spaces/ may say: one TOML file for each space, named by its slug."""

from dataclasses import dataclass, field
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from app.demo.content.catalogue import Bilingual
from app.inventory.floor_plans import Door, Furniture, Label

Side = Literal["top", "right", "bottom", "left"]
Building = Literal[
    "modern",
    "rectory",
    "arcade",
    "cinema",
    "townhouses",
    "hall",
    "cottage",
    "school",
    "bank",
    "barn",
    "station",
    "townhall",
    "postoffice",
    "works",
    "office",
    "firehouse",
    "brewery",
]
Ground = Literal["square", "garden", "street", "yard", "platform"]
Hills = Literal["fields", "eifel", "mosel", "rhine", "none"]
Interior = Literal[
    "plain", "study", "cottage", "gallery", "cinema", "hall", "school", "bank", "barn", "station", "brick"
]
Plaster = Literal["white", "ochre", "rose", "green", "blue"]
Outlook = Literal["fields", "hills", "mosel", "rhine", "town"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRecipe:
    """An opening in one side of a room, `at` units from the side's upper or left end."""

    side: Side
    at: int
    width: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRecipe:
    """A walled part of the floor; one that `books` is a resource of that kind, and called the same in English."""

    name: str
    box: tuple[int, int, int, int]
    door: DoorRecipe
    books: Literal["room", "booth"] | None = None
    capacity: int = 1
    features: tuple[str, ...] = ()
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRecipe:
    """Some desks that stand together, see `layouts`. `features` holds for each of them."""

    block: Literal["row", "column", "group", "upright"]
    at: tuple[int, int]
    count: int
    chair: Literal["below", "left", "above", "right"] = "below"
    gap: int = 12
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecipe:
    """A floor: without an `outline` its walls run 10 units inside the edge of the paper."""

    size: tuple[int, int]
    windows: tuple[tuple[int, int, int, int], ...]
    entrance: Door
    rooms: tuple[RoomRecipe, ...]
    desks: tuple[DeskRecipe, ...]
    desks_with: dict[str, tuple[int, ...]]
    furniture: tuple[Furniture, ...] = ()
    labels: tuple[Label, ...] = ()
    outline: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingRecipe:
    """The first `charging` places have a charging point, the last `wheelchair` ones are wide."""

    count: int
    charging: int = 0
    wheelchair: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRecipe:
    """Opening and closing time; a day that is not named is closed."""

    weekdays: tuple[time, time]
    saturday: tuple[time, time] | None = None
    sunday: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRecipe:
    building: Building
    ground: Ground
    hills: Hills


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideRecipe:
    """`plaster` colours the wall where it is plastered."""

    room: Interior
    desks: int
    view: Outlook
    plaster: Plaster = "white"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesRecipe:
    outside: OutsideRecipe
    inside: InsideRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRecipe:
    name: str
    operator: str
    member: str
    municipality: str
    street: str
    postcode: str
    place: str
    lat: float
    lng: float
    phone: str
    mail: str
    features: tuple[str, ...]
    hours: HoursRecipe
    description: Bilingual
    arrival: Bilingual
    pictures: PicturesRecipe
    plan: PlanRecipe
    regiohub: bool = False
    closed_on_holidays: bool = True
    year_end: tuple[time, ...] = (time(8), time(12))
    parking: ParkingRecipe = field(default_factory=lambda: ParkingRecipe(count=0))


@cache
def space_recipes() -> dict[str, SpaceRecipe]:
    """Every recipe by its slug, the RegioHubs first. Raises msgspec.ValidationError for a bad file."""
    sources = [source for source in files(__package__).joinpath("spaces").iterdir() if source.name[0] != "."]
    recipes = {
        source.name.removesuffix(".toml"): msgspec.toml.decode(source.read_bytes(), type=SpaceRecipe)
        for source in sources
    }
    return dict(sorted(recipes.items(), key=lambda named: (not named[1].regiohub, named[0])))
