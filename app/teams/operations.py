"""Founding a team, and belonging to it."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.billing.payers import new_team_payer
from app.identity.audit import record
from app.identity.federation import end_identities
from app.identity.merging import Merge, on_merge
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Actor, Grant, Role
from app.plans.shared_purses import end_spending, let_spend, new_purse
from app.platform.database import execute, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit
from app.teams.company import CompanyDetails, TeamEnded, usable_company
from app.teams.queries import MemberCard, TeamCard, member_of, team_by_id

FOUNDED_A_DAY: Final = Limit("teams_founded", 5, timedelta(days=1))
"""Accounts that one person founds; whoever has more companies calls."""

MEMBERS_KEPT_FOR: Final = timedelta(days=365)
"""How long it is known that somebody belonged to a team."""


class JoinedBy(StrEnum):
    """How somebody came into a team."""

    MANAGER = "manager"
    INVITATION = "invitation"
    LINK = "link"
    DOMAIN = "domain"
    FILE = "file"
    SIGN_IN = "sign_in"


async def found_team(actor: Actor, wanted: CompanyDetails, now: datetime) -> TeamCard:
    """A team that the actor manages, without anybody in it. Raises TooMany, and what `checked_company` finds first."""
    clean = usable_company(wanted)
    await hit(FOUNDED_A_DAY, str(actor.person), now)
    async with transaction():
        payer = await new_team_payer(clean.payer, now) if clean.payer is not None else None
        key: int = await fetch_value(
            "INSERT INTO team (public_id, name, payer, purse, leitweg_id, order_number, legal_form, founded_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            new_public_id(),
            clean.name,
            payer,
            await new_purse(payer, now) if payer is not None else None,
            clean.leitweg_id,
            clean.order_number,
            clean.legal_form,
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
                await let_spend(team.purse, person, today, team.ends_on)
            await grant_role(None, person, _belongs(team), now)
            await record("team_member.joined", "team", team.id, actor, now, whom=person, how=how)
            await emit("team_member.joined", "team_member", key, now)
        member = await member_of(team.id, person)
    assert member is not None, "he belongs to it"
    return member


async def leave_team(actor: Actor | None, team: TeamCard, member: MemberCard, now: datetime, today: date) -> None:
    """The person belongs to the team no more, spends nothing of it from today on, and no longer signs in through the
    company; account and private bookings stay.

    What becomes of the bookings ahead that the team pays is for bookings to say (`bookings.team_leaving`).
    """
    async with transaction():
        left = await execute("UPDATE team_member SET left_at = $2 WHERE id = $1 AND left_at IS NULL", member.id, now)
        if not left:
            return
        if team.purse is not None:
            await end_spending(team.purse, member.person, today, now)
        await end_identities(team.id, now, person=member.person)
        await revoke_role(None, member.person, _belongs(team), now)
        await record("team_member.left", "team", team.id, actor, now, whom=member.person)
        is_own = actor is not None and actor.person == member.person
        await emit("team_member.left", "team_member", member.id, now, **({"own": member.id} if is_own else {}))


async def forget_members(now: datetime) -> int:
    """Forgets who has left a team more than twelve months ago; how many."""
    return await execute("DELETE FROM team_member WHERE left_at < $1", now - MEMBERS_KEPT_FOR)


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
