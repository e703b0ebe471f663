"""What the demo spaces tell somebody who comes for the first time, and their house rules."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from app.demo.content.catalogue import Bilingual
from app.network.first_visit import Door

Rules = Literal["hub", "village", "culture", "late"]
_NOTHING = Bilingual("", "")


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What many houses have in common."""

    light: Bilingual
    heating: Bilingual
    quiet: Bilingual


class _Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a table in first_visits.toml may say."""

    kind: str
    rules: Rules
    door: Door
    wifi_password: str
    toilet: Bilingual
    phoning: Bilingual
    host: str
    host_phone: str
    host_hours: Bilingual
    floor: str
    door_text: Bilingual = _NOTHING
    code: str = ""
    light: Bilingual | None = None
    heating: Bilingual | None = None
    quiet: Bilingual | None = None


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: dict[str, _Kind]
    spaces: dict[str, _Recipe]


@dataclass(frozen=True, slots=True)
class DemoFirstVisit:
    """A space's first-visit card; `floor` comes behind the address for an emergency call."""

    rules: Rules
    door: Door
    door_text: Bilingual
    code: str
    light: Bilingual
    heating: Bilingual
    wifi_password: str
    toilet: Bilingual
    quiet: Bilingual
    phoning: Bilingual
    host: str
    host_phone: str
    host_hours: Bilingual
    floor: str


@cache
def demo_first_visits() -> dict[str, DemoFirstVisit]:
    """The cards by the spaces' slugs. Raises msgspec.ValidationError for a bad file."""
    document = msgspec.toml.decode(_source("first_visits.toml"), type=_Document)
    return {slug: _card(recipe, document.kinds[recipe.kind]) for slug, recipe in document.spaces.items()}


@cache
def demo_house_rules() -> dict[str, Bilingual]:
    """The texts by their kind, with {space} and {operator} to be filled in."""
    return msgspec.toml.decode(_source("house_rules.toml"), type=dict[str, Bilingual])


def _card(recipe: _Recipe, kind: _Kind) -> DemoFirstVisit:
    return DemoFirstVisit(
        rules=recipe.rules,
        door=recipe.door,
        door_text=recipe.door_text,
        code=recipe.code,
        light=recipe.light or kind.light,
        heating=recipe.heating or kind.heating,
        wifi_password=recipe.wifi_password,
        toilet=recipe.toilet,
        quiet=recipe.quiet or kind.quiet,
        phoning=recipe.phoning,
        host=recipe.host,
        host_phone=recipe.host_phone,
        host_hours=recipe.host_hours,
        floor=recipe.floor,
    )


def _source(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
