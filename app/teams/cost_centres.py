"""An employer's cost centres: added, renamed, and retired once nobody belongs to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.random_ids import new_public_id
from app.teams.company import locked_team
from app.teams.queries import CostCentreCard, TeamCard

LONGEST_CODE: Final = 20
LONGEST_NAME: Final = 80
MOST: Final = 200


class CostCentreCodeUnusable(BadInput):
    code = "cost_centre_code_unusable"
    text = marked("Bitte eine Nummer oder ein Kürzel mit höchstens {longest} Zeichen.")


class CostCentreNameTooLong(BadInput):
    code = "cost_centre_name_too_long"
    text = marked("Bitte höchstens {longest} Zeichen.")


class CostCentreTaken(Conflict):
    code = "cost_centre_taken"
    text = marked("Die Kostenstelle {wanted} gibt es schon.")


class CostCentreChanged(Conflict):
    code = "cost_centre_changed"
    text = marked("Inzwischen hat jemand anderes diese Kostenstelle geändert. Jetzt heißt sie: {stands}.")


class CostCentreInUse(Conflict):
    """Its people have to go somewhere."""

    code = "cost_centre_in_use"
    text = marked("Zu dieser Kostenstelle gehören noch Leute. Bitte wählen Sie, wohin sie wechseln.")


class TooManyCostCentres(Conflict):
    code = "too_many_cost_centres"
    text = marked("Mehr als {most} Kostenstellen kann ein Firmenkonto nicht haben.")


@dataclass(frozen=True, slots=True)
class CostCentreRow:
    """A cost centre in use and how many people of the team belong to it."""

    card: CostCentreCard
    people: int


async def cost_centre_rows(team: TeamCard) -> Sequence[CostCentreRow]:
    """The cost centres in use by code, each with how many people belong to it."""
    rows = await fetch(
        "SELECT c.id, c.public_id, c.code, c.name, c.version, count(m.id) AS people FROM cost_centre c"
        " LEFT JOIN team_member m ON m.cost_centre = c.id AND m.left_at IS NULL"
        " WHERE c.team = $1 AND c.retired_at IS NULL GROUP BY c.id ORDER BY c.code, c.id",
        team.id,
    )
    return [
        CostCentreRow(CostCentreCard(*(row[name] for name in ("id", "public_id", "code", "name", "version"))), people)
        for row in rows
        for people in [row["people"]]
    ]


async def cost_centre_in(team: TeamCard, public_id: str) -> CostCentreRow:
    """The team's cost centre with this public id. Raises NotFound."""
    for each in await cost_centre_rows(team):
        if each.card.public_id == public_id:
            return each
    raise NotFound


async def add_cost_centre(actor: Actor, team: TeamCard, code: str, name: str, now: datetime) -> str:
    """A new one; its public id. Raises TeamEnded, CostCentreCodeUnusable, CostCentreNameTooLong, CostCentreTaken and
    TooManyCostCentres."""
    code, name = usable_cost_centre(code, name)
    async with transaction():
        await locked_team(team.id)
        rows = await cost_centre_rows(team)
        if len(rows) >= MOST:
            raise TooManyCostCentres(most=MOST)
        _demand_free(rows, code, None)
        public_id = new_public_id()
        key = await fetch_value(
            "INSERT INTO cost_centre (public_id, team, code, name, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            public_id,
            team.id,
            code,
            name,
            now,
        )
        await record("cost_centre.added", "cost_centre", key, actor, now, name=code)
    return public_id


async def rename_cost_centre(
    actor: Actor, team: TeamCard, public_id: str, code: str, name: str, version: int, now: datetime
) -> None:
    """It is called this from now on. Raises as `add_cost_centre`, NotFound, and CostCentreChanged where it has another
    version."""
    code, name = usable_cost_centre(code, name)
    async with transaction():
        await locked_team(team.id)
        rows = await cost_centre_rows(team)
        row = next((each for each in rows if each.card.public_id == public_id), None)
        if row is None:
            raise NotFound
        if row.card.version != version:
            raise CostCentreChanged(stands=f"{row.card.code} {row.card.name}".strip())
        _demand_free(rows, code, public_id)
        await execute(
            "UPDATE cost_centre SET code = $2, name = $3, version = version + 1 WHERE id = $1", row.card.id, code, name
        )
        await record("cost_centre.renamed", "cost_centre", row.card.id, actor, now, before=row.card.code, after=code)


async def retire_cost_centre(actor: Actor, team: TeamCard, public_id: str, goes_to: str | None, now: datetime) -> None:
    """Nobody is booked there any more; its people go to the one with the public id `goes_to`, "" for none.

    Raises TeamEnded, NotFound for one that the team does not have, and CostCentreInUse where people belong to it and
    nothing is said of them (None).
    """
    async with transaction():
        await locked_team(team.id)
        row = await cost_centre_in(team, public_id)
        if goes_to == public_id:
            raise NotFound
        target = (await cost_centre_in(team, goes_to)).card.id if goes_to else None
        if row.people and goes_to is None:
            raise CostCentreInUse(field="nach")
        await execute(
            "UPDATE team_member SET cost_centre = $2 WHERE cost_centre = $1 AND left_at IS NULL", row.card.id, target
        )
        await execute("UPDATE cost_centre SET retired_at = $2, version = version + 1 WHERE id = $1", row.card.id, now)
        await record("cost_centre.retired", "cost_centre", row.card.id, actor, now, name=row.card.code)


def usable_cost_centre(code: str, name: str) -> tuple[str, str]:
    """Both in one line. Raises CostCentreCodeUnusable and CostCentreNameTooLong."""
    code, name = one_line(code), one_line(name)
    if not 0 < len(code) <= LONGEST_CODE:
        raise CostCentreCodeUnusable(field="code", longest=LONGEST_CODE)
    if len(name) > LONGEST_NAME:
        raise CostCentreNameTooLong(field="name", longest=LONGEST_NAME)
    return code, name


def _demand_free(rows: Sequence[CostCentreRow], code: str, own: str | None) -> None:
    if any(each.card.code.lower() == code.lower() and each.card.public_id != own for each in rows):
        raise CostCentreTaken(field="code", wanted=code)
