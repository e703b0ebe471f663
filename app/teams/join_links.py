"""The address with which whoever has it joins a team: made, renewed and ended by its managers."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.identity.audit import record
from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Conflict, marked
from app.platform.database import execute, fetch_row, fetch_value, retried, transaction
from app.platform.random_ids import derived_token, token_hash
from app.teams.company import TeamEnded
from app.teams.operations import JoinedBy, join_team
from app.teams.queries import TeamCard, member_of, team_by_id

MOST_BY_ONE_LINK: Final = 9999
_PURPOSE: Final = "join link"


class NumberUnusable(BadInput):
    code = "join_number_unusable"
    text = marked("Bitte eine ganze Zahl von 1 bis {most}.")


class LinkUsedUp(Conflict):
    code = "join_link_used_up"
    text = marked(
        "Über diesen Link sind schon alle beigetreten, für die er gedacht war. Bitte fragen Sie in Ihrer Firma."
    )


@dataclass(frozen=True, slots=True)
class JoinLinkCard:
    """A team's link: its token, how many have joined by it, and how many may at most."""

    token: str
    most: int | None
    joined: int
    made_at: datetime


def read_most(text: str) -> int | None:
    """How many may join; nothing is no limit. Raises NumberUnusable."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):
        raise NumberUnusable(field="most", most=MOST_BY_ONE_LINK)
    return int(text)


async def join_link_of(team: int, *, key: bytes) -> JoinLinkCard | None:
    """The link that works now; None where there is none."""
    row = await fetch_row(
        "SELECT salt, most, joined, made_at FROM join_link WHERE team = $1 AND ended_at IS NULL", team
    )
    if row is None:
        return None
    return JoinLinkCard(derived_token(key, _PURPOSE, row["salt"]), row["most"], row["joined"], row["made_at"])


async def make_join_link(actor: Actor, team: TeamCard, most: int | None, now: datetime, *, key: bytes) -> None:
    """A new link; the one before does nothing any more. Raises TeamEnded."""
    if team.has_ended:
        raise TeamEnded
    salt = secrets.token_bytes(16)
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR NO KEY UPDATE", team.id)
        await _end(team, now)
        await execute(
            "INSERT INTO join_link (team, salt, token_hash, most, made_at) VALUES ($1, $2, $3, $4, $5)",
            team.id,
            salt,
            token_hash(derived_token(key, _PURPOSE, salt)),
            most,
            now,
        )
        await record("team.join_link_made", "team", team.id, actor, now)


async def end_join_link(actor: Actor, team: TeamCard, now: datetime) -> None:
    """Nobody joins by the link any more; quietly where there is none."""
    async with transaction():
        if await _end(team, now):
            await record("team.join_link_ended", "team", team.id, actor, now)


async def team_of_link(token: str) -> TeamCard:
    """Whose link this is. Raises LinkNoLongerWorks."""
    key = await fetch_value("SELECT team FROM join_link WHERE token_hash = $1 AND ended_at IS NULL", token_hash(token))
    team = await team_by_id(key) if key is not None else None
    if team is None or team.has_ended:
        raise LinkNoLongerWorks
    return team


@retried
async def join_by_link(actor: Actor, token: str, now: datetime, today: date) -> TeamCard:
    """The actor belongs to the team; who belongs to it already is not counted. Raises LinkNoLongerWorks, LinkUsedUp."""
    async with transaction():
        row = await fetch_row(
            "SELECT id, most, joined FROM join_link WHERE token_hash = $1 AND ended_at IS NULL FOR UPDATE",
            token_hash(token),
        )
        if row is None:
            raise LinkNoLongerWorks
        team = await team_of_link(token)
        if await member_of(team.id, actor.person) is not None:
            return team
        if row["most"] is not None and row["joined"] >= row["most"]:
            raise LinkUsedUp
        await execute("UPDATE join_link SET joined = joined + 1 WHERE id = $1", row["id"])
        await join_team(actor, team, actor.person, JoinedBy.LINK, now, today)
    return team


async def _end(team: TeamCard, now: datetime) -> int:
    return await execute("UPDATE join_link SET ended_at = $2 WHERE team = $1 AND ended_at IS NULL", team.id, now)
