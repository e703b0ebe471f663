"""What a space says of itself, changed by whoever manages it; and a space that is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor, usable_email, usable_name, usable_phone
from app.kernel.plain_text import one_line, plain
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.network.managing import demand_managed
from app.network.queries import OperatorCard, SpaceCard
from app.network.rules import FEATURES, Measures
from app.network.slugs import free_slug, usable_slug
from app.network.whereabouts import Address, Whereabouts, found
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit

LONGEST_TEXT: Final = 4_000
LONGEST_LINE: Final = 120
TEXTS: Final = ("description", "directions", "access")
_MOST: Final = {"internet_mbit": 100_000, "door_width_cm": 500, "threshold_cm": 100}
"""What no measure exceeds; each is at least 1, a threshold at least 0."""


class TextTooLong(BadInput):
    code = "text_too_long"
    text = marked("Das sind mehr als {most} Zeichen.")


class MeasureOutOfReach(BadInput):
    code = "measure_out_of_reach"
    text = marked("Möglich ist {least} bis {most}.")


class MeasuredWhen(BadInput):
    code = "measured_when"
    text = marked("Bitte angeben, wann das Internet gemessen wurde. Der Tag liegt nicht in der Zukunft.")


class FeatureUnknown(BadInput):
    code = "feature_unknown"
    text = marked("Dieses Merkmal gibt es nicht.")


class SlugIsFixed(Conflict):
    """Signs, feeds and mails name the address."""

    code = "slug_is_fixed"
    text = marked("Der Standort war schon veröffentlicht. Schilder und E-Mails nennen seine Adresse, sie bleibt.")


class SpaceChangedMeanwhile(Conflict):
    """Somebody else has changed the space since the form was shown."""

    code = "space_changed_meanwhile"
    text = marked(
        "Diese Angaben hat inzwischen jemand geändert. Unten steht, was jetzt gilt und was Sie eingetragen haben."
    )


@dataclass(frozen=True, slots=True)
class SpaceDetails:
    """All that a space says of itself but for its hours; texts German, English."""

    name: str
    slug: str
    address: Address
    description: tuple[str, str]
    directions: tuple[str, str]
    access: tuple[str, str]
    email: str
    phone: str
    features: frozenset[str]
    lacking: frozenset[str]
    measures: Measures


def wrong_measures(measures: Measures, today: date) -> list[Refusal]:
    """All that was not measured so, each beside its field."""
    refused: list[Refusal] = []
    for name, most in _MOST.items():
        value, least = getattr(measures, name), 0 if name == "threshold_cm" else 1
        if value is not None and not least <= value <= most:
            refused.append(MeasureOutOfReach(field=name, least=least, most=most))
    measured = measures.internet_measured_on
    if (measures.internet_mbit is None) != (measured is None) or (measured is not None and measured > today):
        refused.append(MeasuredWhen(field="internet_measured_on"))
    return refused


def wrong_with(details: SpaceDetails, today: date) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    checks: list[Callable[[], object]] = [
        lambda: usable_name(details.name),
        lambda: usable_slug(details.slug),
        lambda: found(details.address),
        lambda: details.email and usable_email(details.email),
        lambda: details.phone and usable_phone(details.phone),
        lambda: _of_at_most(details.address.street, LONGEST_LINE, "street"),
        lambda: _of_at_most(details.address.place, LONGEST_LINE, "place"),
    ]
    for name in TEXTS:
        for language, text in zip(("de", "en"), getattr(details, name), strict=True):
            checks.append(lambda text=text, field=f"{name}_{language}": _of_at_most(text, LONGEST_TEXT, field))  # type: ignore[misc]
    refused = wrong_measures(details.measures, today)
    if not (details.features | details.lacking) <= FEATURES.keys() or details.features & details.lacking:
        refused.append(FeatureUnknown(field="features"))
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            refused.append(refusal)
    return refused


def _of_at_most(text: str, most: int, field: str) -> None:
    if len(text) > most:
        raise TextTooLong(field=field, most=most)


async def change_space(
    actor: Actor, space: SpaceCard, details: SpaceDetails, version: int, today: date, now: datetime
) -> str:
    """The space says this of itself from now on; its name in addresses, which may be another one.

    A point that was the old place's moves with the place. Raises NotFound, the first of `wrong_with`, SlugTaken,
    SlugIsFixed, and SpaceChangedMeanwhile where the space has another version.
    """
    demand_managed(actor, space)
    async with transaction():
        before = await fetch_row("SELECT * FROM space WHERE id = $1 AND retired_at IS NULL FOR UPDATE", space.id)
        if before is None or before["version"] != version:
            raise SpaceChangedMeanwhile
        for refusal in wrong_with(details, today):
            raise refusal
        if details.slug != before["slug"] and (before["first_published_at"] or before["published_at"]) is not None:
            raise SlugIsFixed(field="slug")
        address = details.address
        stood = (before["lat"], before["lng"])
        has_moved = (address.postcode, address.place) != (before["postcode"], before["place"])
        if has_moved and (address.lat, address.lng) == stood:
            address = replace(address, lat=None, lng=None)
        columns = _columns(details, found(address))
        changes = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
        await execute(
            f"UPDATE space SET {changes}, version = version + 1 WHERE id = $1",  # noqa: S608
            space.id,
            *columns.values(),
        )
        changed = [name for name, value in columns.items() if value != before[name]]
        await record("space.changed", "space", space.id, actor, now, changed=changed)
        await emit("space.changed", "space", space.id, now)
    return details.slug


def _columns(details: SpaceDetails, where: Whereabouts) -> dict[str, object]:
    columns: dict[str, object] = {
        "name": usable_name(details.name),
        "slug": details.slug,
        "street": one_line(where.street),
        "postcode": where.postcode,
        "place": one_line(where.place),
        "municipality": where.municipality,
        "lat": where.lat,
        "lng": where.lng,
        "email": usable_email(details.email) if details.email else "",
        "phone": usable_phone(details.phone) if details.phone else "",
        "features": [name for name in FEATURES if name in details.features],
        "lacking": [name for name in FEATURES if name in details.lacking],
        "internet_mbit": details.measures.internet_mbit,
        "internet_measured_on": details.measures.internet_measured_on,
        "door_width_cm": details.measures.door_width_cm,
        "threshold_cm": details.measures.threshold_cm,
    }
    for name in TEXTS:
        for language, text in zip(("de", "en"), getattr(details, name), strict=True):
            columns[f"{name}_{language}"] = plain(text).strip()
    return columns


@dataclass(frozen=True, slots=True)
class NewSpace:
    """What a space needs to begin with."""

    name: str
    address: Address
    email: str = ""
    phone: str = ""


def wrong_with_new(new: NewSpace) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    empty = ("", "")
    nothing = frozenset[str]()
    details = SpaceDetails(
        new.name, "neu", new.address, empty, empty, empty, new.email, new.phone, nothing, nothing, Measures()
    )
    return wrong_with(details, date.min)


async def enter_space(operator: OperatorCard, new: NewSpace, actor: Actor, now: datetime) -> int:
    """Writes a space that nobody sees yet; its key. Who may do so is for the caller to know.

    Raises the first of `wrong_with_new`.
    """
    for refusal in wrong_with_new(new):
        raise refusal
    where, name = found(new.address), usable_name(new.name)
    key: int = await fetch_value(
        "INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, email, phone)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        free_slug(name, await taken_slugs("space")),
        operator.id,
        name,
        one_line(where.street),
        where.postcode,
        one_line(where.place),
        where.municipality,
        where.lat,
        where.lng,
        usable_email(new.email) if new.email else "",
        usable_phone(new.phone) if new.phone else "",
    )
    await record("space.made", "space", key, actor, now, operator=operator.id)
    return key


async def taken_slugs(table: str) -> Sequence[str]:
    """The names in addresses that the spaces, or the operators, have already."""
    return [row["slug"] for row in await fetch(f"SELECT slug FROM {table}")]  # noqa: S608
