"""Founding a team, and belonging to it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.billing.payers import PayerDetails, new_team_payer
from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Actor, Grant, Role
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, marked
from app.plans.seats import leave_seats
from app.plans.shared_purses import end_spending, let_spend, new_purse
from app.platform.database import execute, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.teams.queries import MemberCard, TeamCard, member_of, team_by_id

LONGEST_NAME: Final = 80


class JoinedBy(StrEnum):
    """How somebody came into a team."""

    MANAGER = "manager"
    INVITATION = "invitation"
    LINK = "link"
    DOMAIN = "domain"
    FILE = "file"
    SIGN_IN = "sign_in"


class TeamNameUnusable(BadInput):
    code = "team_name_unusable"
    text = marked("Bitte geben Sie dem Team einen Namen mit höchstens {longest} Zeichen.")


class TeamEnded(Conflict):
    """Nobody joins an account that has ended."""

    code = "team_ended"
    text = marked("Dieses Firmenkonto ist beendet.")


@dataclass(frozen=True, slots=True)
class FoundTeam:
    """A new account: its name, who pays (nobody where the network is free of charge), and what its invoices have to
    say."""

    name: str
    payer: PayerDetails | None = None
    leitweg_id: str = ""
    order_number: str = ""


async def found_team(actor: Actor, wanted: FoundTeam, now: datetime) -> TeamCard:
    """A team that the actor manages, without anybody in it.

    Raises TeamNameUnusable, and what the payer's details lack.
    """
    name = usable_team_name(wanted.name)
    async with transaction():
        payer = await new_team_payer(wanted.payer, now) if wanted.payer is not None else None
        key: int = await fetch_value(
            "INSERT INTO team (public_id, name, payer, purse, leitweg_id, order_number, founded_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            new_public_id(),
            name,
            payer,
            await new_purse(payer, now) if payer is not None else None,
            wanted.leitweg_id,
            wanted.order_number,
            now,
        )
        await grant_role(None, actor.person, Grant(Role.TEAM_MANAGER, "team", key), now)
        await record("team.founded", "team", key, actor, now)
        await emit("team.founded", "team", key, now)
        founded = await team_by_id(key)
    assert founded is not None, "it was just founded"
    return founded


async def join_team(
    actor: Actor | None,
    team: TeamCard,
    person: int,
    how: JoinedBy,
    now: datetime,
    today: date,
    *,
    cost_centre: int | None = None,
) -> MemberCard:
    """The person belongs to the team and may spend what it provides; quietly where he does already. Raises
    TeamEnded."""
    if team.has_ended:
        raise TeamEnded
    async with transaction():
        key = await fetch_value(
            "INSERT INTO team_member (public_id, team, person, cost_centre, joined_by, joined_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
            new_public_id(),
            team.id,
            person,
            cost_centre,
            how,
            now,
        )
        if key is not None:
            if team.purse is not None:
                await let_spend(team.purse, person, today)
            await grant_role(None, person, _belongs(team), now)
            await record("team_member.joined", "team", team.id, actor, now, whom=person, how=how)
            await emit("team_member.joined", "team_member", key, now)
        member = await member_of(team.id, person)
    assert member is not None, "he belongs to it"
    return member


async def leave_team(actor: Actor | None, team: TeamCard, member: MemberCard, now: datetime, today: date) -> None:
    """The person belongs to the team no more and spends nothing of it from today on; account and private bookings stay.

    What becomes of the bookings ahead that the team pays is for bookings to say (`bookings.team_leaving`).
    """
    async with transaction():
        left = await execute("UPDATE team_member SET left_at = $2 WHERE id = $1 AND left_at IS NULL", member.id, now)
        if not left:
            return
        if team.purse is not None:
            await end_spending(team.purse, member.person, today)
            await leave_seats(team.purse, member.person, today, now, today)
        await revoke_role(None, member.person, _belongs(team), now)
        await record("team_member.left", "team", team.id, actor, now, whom=member.person)
        await emit("team_member.left", "team_member", member.id, now)


def usable_team_name(name: str) -> str:
    """The name in one line. Raises TeamNameUnusable."""
    clean = one_line(name)
    if not 0 < len(clean) <= LONGEST_NAME:
        raise TeamNameUnusable(field="name", longest=LONGEST_NAME)
    return clean


def _belongs(team: TeamCard) -> Grant:
    """By which pages know at once that somebody has a team."""
    return Grant(Role.TEAM_MEMBER, "team", team.id)


@on_merge("team_member.person")
async def _move_members(merge: Merge) -> None:
    """Where both belong to a team, the one that stays keeps its own place."""
    await execute(
        "UPDATE team_member m SET left_at = $3 WHERE person = $2 AND left_at IS NULL"
        " AND EXISTS (SELECT FROM team_member k WHERE k.team = m.team AND k.person = $1 AND k.left_at IS NULL)",
        merge.kept,
        merge.gone,
        merge.now,
    )
    await execute("UPDATE team_member SET person = $1 WHERE person = $2", merge.kept, merge.gone)
