"""Reads of the network: itself, its spaces, its legal texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.network.rules import Measures
from app.platform.database import fetch, fetch_row
from app.platform.scoped_rows import finds_scope


def postal_address(street: str, postcode: str, place: str) -> str:
    """The parts that there are, in one line."""
    return ", ".join(part for part in (street, f"{postcode} {place}".strip()) if part)


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """The network as every page and mail names it. Unless it charges it is free of charge for good."""

    name: str
    association: str
    phone: str
    phone_hours: Mapping[str, str]
    email: str
    tagline: Mapping[str, str]
    is_demo: bool
    charges: bool = False
    street: str = ""
    postcode: str = ""
    place: str = ""

    @property
    def address(self) -> str:
        """Where letters reach it, in one line; empty where nobody has said so."""
        return postal_address(self.street, self.postcode, self.place)


@dataclass(frozen=True, slots=True)
class OperatorCard:
    """Who runs a space."""

    id: int
    slug: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class SpaceCard:
    """A space as lists and its own page show it; texts by language. Guests see it once it is published."""

    id: int
    slug: str
    name: str
    operator: OperatorCard
    street: str
    postcode: str
    place: str
    municipality: str
    lat: float
    lng: float
    time_zone: str
    holiday_region: str
    open_on_holidays: bool
    features: tuple[str, ...]
    lacking: tuple[str, ...]
    measures: Measures
    description: Mapping[str, str]
    directions: Mapping[str, str]
    access: Mapping[str, str]
    email: str
    phone: str
    published_at: datetime | None
    first_published_at: datetime | None = None
    gone_at: datetime | None = None
    version: int = 1

    def has_page(self, now: datetime) -> bool:
        """Whether guests can open its page, and book there."""
        return self.gone_at is None and self.published_at is not None and self.published_at <= now

    @property
    def was_published(self) -> bool:
        """Whether people have ever seen it; its name in addresses stays from then on."""
        return (self.first_published_at or self.published_at) is not None

    @property
    def address(self) -> str:
        """Street, postcode and place in one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.place}") if part)


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of a space: the file's name and what is to be seen, by language."""

    file: str
    alt: Mapping[str, str]


class LegalSection(msgspec.Struct, frozen=True):
    """A heading and the paragraphs below it."""

    heading: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True)
class LegalDocument:
    """One version of a legal text."""

    kind: str
    language: str
    valid_from: datetime
    sections: Sequence[LegalSection]


async def the_network() -> NetworkCard | None:
    """The network of this installation, or None before it is set up."""
    row = await fetch_row("SELECT * FROM network LIMIT 1")
    if row is None:
        return None
    return NetworkCard(
        name=row["name"],
        association=row["association"],
        phone=row["phone"],
        phone_hours=_by_language(row, "phone_hours"),
        email=row["email"],
        tagline=_by_language(row, "tagline"),
        is_demo=row["is_demo"],
        charges=row["charges"],
        street=row["street"],
        postcode=row["postcode"],
        place=row["place"],
    )


_SPACE = """
    SELECT s.*, o.id AS operator_id, o.slug AS operator_slug, o.name AS operator_name,
           o.email AS operator_email, o.phone AS operator_phone,
           least(s.retired_at, o.retired_at) AS gone_at
      FROM space s JOIN operator o ON o.id = s.operator
"""
_IN_USE = f"{_SPACE} WHERE s.retired_at IS NULL AND o.retired_at IS NULL"
_PUBLISHED = f"{_IN_USE} AND s.published_at <= $1"


async def published_spaces(now: datetime) -> list[SpaceCard]:
    """All spaces that people can see now, by name."""
    return [_space(row) for row in await fetch(f"{_PUBLISHED} ORDER BY s.name, s.id", now)]


@finds_scope
async def space_by_slug(slug: str, now: datetime) -> SpaceCard | None:
    """The published space with this name in its address."""
    row = await fetch_row(f"{_PUBLISHED} AND s.slug = $2", now, slug)
    return _space(row) if row else None


async def published_space(space: int, now: datetime) -> SpaceCard | None:
    """The published space with this key."""
    row = await fetch_row(f"{_PUBLISHED} AND s.id = $2", now, space)
    return _space(row) if row else None


async def space_by_id(space: int) -> SpaceCard | None:
    """The space with this key in whatever state it is: where a booking stands behind it, people still need it."""
    row = await fetch_row(f"{_SPACE} WHERE s.id = $1", space)
    return _space(row) if row else None


async def spaces_of_all() -> list[SpaceCard]:
    """All spaces that are not retired, published or not, by name; for who looks after them."""
    return [_space(row) for row in await fetch(f"{_IN_USE} ORDER BY s.name, s.id")]


@finds_scope
async def any_space(slug: str) -> SpaceCard | None:
    """The space with this name in its address, published or not; for who looks after it."""
    row = await fetch_row(f"{_IN_USE} AND s.slug = $1", slug)
    return _space(row) if row else None


@finds_scope
async def operator_by_slug(slug: str) -> OperatorCard | None:
    """The operator with this name in its address."""
    row = await fetch_row(
        "SELECT id, slug, name, email, phone FROM operator WHERE slug = $1 AND retired_at IS NULL", slug
    )
    return OperatorCard(**row) if row else None


async def operators() -> list[OperatorCard]:
    """All operators in the network, by name."""
    rows = await fetch("SELECT id, slug, name, email, phone FROM operator WHERE retired_at IS NULL ORDER BY name, id")
    return [OperatorCard(**row) for row in rows]


async def photos_of(space: int) -> list[Photo]:
    """The space's pictures in their order."""
    rows = await fetch("SELECT file, alt_de, alt_en FROM space_photo WHERE space = $1 ORDER BY position, id", space)
    return [Photo(row["file"], _by_language(row, "alt")) for row in rows]


async def is_public_file(file: str) -> bool:
    """Whether a stored file is a picture of a space, which anyone may see."""
    return await fetch_row("SELECT 1 FROM space_photo WHERE file = $1 LIMIT 1", file) is not None


async def legal_document(kind: str, language: str, now: datetime) -> LegalDocument | None:
    """The version of the text that holds now."""
    row = await fetch_row(
        "SELECT valid_from, sections::text AS sections FROM legal_text"
        " WHERE kind = $1 AND language = $2 AND valid_from <= $3 ORDER BY valid_from DESC LIMIT 1",
        kind,
        language,
        now,
    )
    if row is None:
        return None
    sections = msgspec.json.decode(row["sections"], type=list[LegalSection])
    return LegalDocument(kind, language, row["valid_from"], sections)


def _by_language(row: Mapping[str, Any], column: str) -> dict[str, str]:
    german = row[f"{column}_de"]
    return {"de": german, "en": row[f"{column}_en"] or german}


def measures_of(row: Mapping[str, Any]) -> Measures:
    """What was measured of a space or resource, from its row."""
    return Measures(row["internet_mbit"], row["internet_measured_on"], row["door_width_cm"], row["threshold_cm"])


def _space(row: Mapping[str, Any]) -> SpaceCard:
    return SpaceCard(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        operator=OperatorCard(
            row["operator_id"], row["operator_slug"], row["operator_name"], row["operator_email"], row["operator_phone"]
        ),
        street=row["street"],
        postcode=row["postcode"],
        place=row["place"],
        municipality=row["municipality"],
        lat=row["lat"],
        lng=row["lng"],
        time_zone=row["time_zone"],
        holiday_region=row["holiday_region"],
        open_on_holidays=row["open_on_holidays"],
        features=tuple(row["features"]),
        lacking=tuple(row["lacking"]),
        measures=measures_of(row),
        description=_by_language(row, "description"),
        directions=_by_language(row, "directions"),
        access=_by_language(row, "access"),
        email=row["email"],
        phone=row["phone"],
        published_at=row["published_at"],
        first_published_at=row["first_published_at"],
        gone_at=row["gone_at"],
        version=row["version"],
    )
