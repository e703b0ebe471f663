"""A space's first-visit card with its codes, as its manager writes it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor, usable_phone
from app.kernel.plain_text import one_line, plain
from app.kernel.refusals import Conflict, Refusal, marked
from app.network.first_visit import Door
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.network.space_setting import TextTooLong
from app.platform.database import execute, fetch_row, transaction
from app.platform.outbox import emit

LONGEST: Final = 600
LONGEST_CODE: Final = 60


class CardChangedMeanwhile(Conflict):
    code = "card_changed_meanwhile"
    text = marked(
        "Diese Karte hat inzwischen jemand geändert. Unten steht, was jetzt gilt und was Sie eingetragen haben."
    )


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """The card as it is typed; the names are those of its columns."""

    door: Door = Door.OPEN
    door_de: str = ""
    door_en: str = ""
    door_code: str = ""
    light_de: str = ""
    light_en: str = ""
    heating_de: str = ""
    heating_en: str = ""
    wifi_name: str = ""
    wifi_password: str = ""
    toilet_de: str = ""
    toilet_en: str = ""
    quiet_de: str = ""
    quiet_en: str = ""
    phoning_de: str = ""
    phoning_en: str = ""
    host_name: str = ""
    host_phone: str = ""
    host_hours_de: str = ""
    host_hours_en: str = ""
    emergency_address: str = ""


_SHORT: Final = frozenset({"door_code", "wifi_name", "wifi_password", "host_name"})


def wrong_with(card: WrittenCard) -> list[Refusal]:
    """All that cannot stand so, each beside its field."""
    refused: list[Refusal] = []
    for name, text in asdict(card).items():
        most = LONGEST_CODE if name in _SHORT else LONGEST
        if len(text) > most:
            refused.append(TextTooLong(field=name, most=most))
    if card.host_phone:
        try:
            usable_phone(card.host_phone, "host_phone")
        except Refusal as refusal:
            refused.append(refusal)
    return refused


async def written_card(space: SpaceCard, actor: Actor) -> tuple[WrittenCard, int] | None:
    """The card with its codes and its version, for who manages the space. Raises NotFound."""
    demand_managed(actor, space)
    names = WrittenCard.__dataclass_fields__
    row = await fetch_row(f"SELECT version, {', '.join(names)} FROM first_visit WHERE space = $1", space.id)  # noqa: S608
    if row is None:
        return None
    values = {name: row[name] for name in names} | {"door": Door(row["door"])}
    return WrittenCard(**values), row["version"]


async def set_first_visit(actor: Actor, space: SpaceCard, card: WrittenCard, version: int, now: datetime) -> None:
    """The card says this from now on; `version` is that of the card that was shown, 0 where none was.

    Raises NotFound, the first of `wrong_with`, CardChangedMeanwhile.
    """
    demand_managed(actor, space)
    for refusal in wrong_with(card):
        raise refusal
    columns = {name: _clean(name, text) for name, text in asdict(card).items()}
    async with transaction():
        await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)
        before = await written_card(space, actor)
        if version != (before[1] if before else 0):
            raise CardChangedMeanwhile
        names = ", ".join(columns)
        places = ", ".join(f"${number}" for number in range(3, len(columns) + 3))
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*columns, "updated_at"))
        await execute(
            f"INSERT INTO first_visit (space, updated_at, {names}) VALUES ($1, $2, {places})"  # noqa: S608
            f" ON CONFLICT (space) DO UPDATE SET {changes}, version = first_visit.version + 1",
            space.id,
            now,
            *columns.values(),
        )
        old = asdict(before[0]) if before else {}
        changed = [name for name, value in columns.items() if old.get(name, "") != value]
        await record("first_visit.set", "space", space.id, actor, now, changed=changed)
        await emit("space.first_visit_changed", "space", space.id, now)


def _clean(name: str, text: str) -> str:
    return plain(text).strip() if name.endswith(("_de", "_en")) else one_line(text)
