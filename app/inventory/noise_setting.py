"""What will be heard at the desks, announced by who manages the space."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.periods import Period
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_value, transaction

LONGEST_WHAT: Final = 120
LONGEST: Final = timedelta(days=31)


class NoiseUnnamed(BadInput):
    code = "noise_unnamed"
    text = marked("Bitte angeben, was zu hören ist, mit höchstens {most} Zeichen.")


class NoiseWhen(BadInput):
    code = "noise_when"
    text = marked("Das Ende liegt nach dem Anfang, nicht in der Vergangenheit und höchstens einen Monat später.")


@dataclass(frozen=True, slots=True)
class Noise:
    """Something that will be heard, as it was written."""

    id: int
    period: Period
    what_de: str
    what_en: str


async def noises_ahead(space: int, now: datetime) -> list[Noise]:
    """What is still to be heard at the space, by start."""
    rows = await fetch(
        "SELECT id, starts_at, ends_at, what_de, what_en FROM noisy_event WHERE space = $1 AND ends_at > $2"
        " ORDER BY starts_at, id",
        space,
        now,
    )
    return [Noise(row["id"], Period(row["starts_at"], row["ends_at"]), row["what_de"], row["what_en"]) for row in rows]


async def announce_noise(
    actor: Actor, space: SpaceCard, starts_at: datetime, ends_at: datetime, what_de: str, what_en: str, now: datetime
) -> None:
    """Says so on the space's page and to who has booked then. Raises NotFound, NoiseUnnamed, NoiseWhen."""
    demand_managed(actor, space)
    german, english = one_line(what_de), one_line(what_en)
    if not german or max(len(german), len(english)) > LONGEST_WHAT:
        raise NoiseUnnamed(field="what_de" if len(english) <= LONGEST_WHAT else "what_en", most=LONGEST_WHAT)
    if not starts_at < ends_at <= starts_at + LONGEST or ends_at <= now:
        raise NoiseWhen(field="ends_at")
    async with transaction():
        key = await fetch_value(
            "INSERT INTO noisy_event (space, starts_at, ends_at, what_de, what_en) VALUES ($1, $2, $3, $4, $5)"
            " RETURNING id",
            space.id,
            starts_at,
            ends_at,
            german,
            english,
        )
        await record("noise.announced", "space", space.id, actor, now, noise=key)


async def withdraw_noise(actor: Actor, space: SpaceCard, noise: int, now: datetime) -> None:
    """It will not be heard after all. Raises NotFound."""
    demand_managed(actor, space)
    async with transaction():
        if not await execute("DELETE FROM noisy_event WHERE id = $1 AND space = $2", noise, space.id):
            raise NotFound
        await record("noise.withdrawn", "space", space.id, actor, now, noise=noise)
