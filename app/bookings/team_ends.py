"""How an employer's account ends: by a last day, after which nothing of it pays.

What its people have booked behind that day is settled for each of them alone, and told to nobody else: paid by another
entitlement of theirs where one covers it, cancelled otherwise. Nobody is charged for it. Whoever sets the day learns
nothing of bookings, neither how many there are nor whose.
"""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.team_leaving import settle_left
from app.identity.audit import record
from app.identity.invitations import end_invitations_to_team
from app.identity.roles import revoke_role
from app.identity.rules import Action, Actor, Grant, Role
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.kernel.wall_time import local_day
from app.plans.shared_purses import end_purse, keep_purse
from app.plans.team_contracts import team_contracts_of
from app.plans.team_purchases import end_team_contract, last_day_by_notice
from app.platform.database import execute, fetch, fetch_row, fetch_value, retried, transaction
from app.platform.new_rows import insert_all
from app.platform.outbox import Event, Reaction, Reactions, emit, new_event
from app.teams.company import locked_team
from app.teams.managing import holders_of
from app.teams.operations import leave_team
from app.teams.queries import TeamCard, members_of, team_by_id

_ZONE: Final = ZoneInfo("Europe/Berlin")


FURTHEST: Final = timedelta(days=3 * 366)


class TeamEndUnusable(BadInput):
    code = "team_end_unusable"
    text = marked("Bitte einen Tag zwischen heute und dem {latest} wählen.")


class TeamDoesNotEnd(Conflict):
    code = "team_does_not_end"
    text = marked("Für dieses Firmenkonto ist kein Ende eingetragen.")


@retried
async def set_team_end(actor: Actor, team: TeamCard, last_day: date, now: datetime) -> None:
    """Nothing of the account pays behind this day any more; its people and who looks after it hear of it, and its
    contracts end with it, or as early as notice allows.

    Raises NotFound to who does not manage it, TeamEnded, TeamEndUnusable.
    """
    _demand_manager(actor, team)
    today = local_day(now, _ZONE)
    latest = today + FURTHEST
    if not today <= last_day <= latest:
        raise TeamEndUnusable(field="letzter_tag", latest=latest)
    async with transaction():
        row = await locked_team(team.id)
        if row["ends_on"] == last_day:
            return
        await execute("UPDATE team SET ends_on = $2, version = version + 1 WHERE id = $1", team.id, last_day)
        members = await members_of(team.id)
        if row["purse"] is not None:
            if row["ends_on"] is not None:
                await keep_purse(row["purse"], row["ends_on"], [each.person for each in members])
            await end_purse(row["purse"], last_day)
            await _end_contracts(actor, row["purse"], last_day, now, today)
        await record("team.end_set", "team", team.id, actor, now, last_day=last_day)
        await emit("team.end_set", "team", team.id, now)
        await insert_all([new_event("team_member.end_set", "team_member", each.id, now) for each in members])


@retried
async def keep_team(actor: Actor, team: TeamCard, now: datetime) -> None:
    """Takes back an end that has not come yet; what was cancelled and what was noticed stays so.

    Raises NotFound to who does not manage it, TeamEnded, TeamDoesNotEnd.
    """
    _demand_manager(actor, team)
    async with transaction():
        row = await locked_team(team.id)
        if row["ends_on"] is None:
            raise TeamDoesNotEnd
        await execute("UPDATE team SET ends_on = NULL, version = version + 1 WHERE id = $1", team.id)
        if row["purse"] is not None:
            await keep_purse(row["purse"], row["ends_on"], [each.person for each in await members_of(team.id)])
        await record("team.end_taken_back", "team", team.id, actor, now)
        await emit("team.end_taken_back", "team", team.id, now)


async def end_teams(now: datetime) -> int:
    """Ends the accounts whose last day is over: their people belong to no team any more and keep account and own
    bookings; who manages it, and the works council, may still read. How many ended."""
    today = local_day(now, _ZONE)
    ended = 0
    for row in await fetch("SELECT id FROM team WHERE ends_on < $1 AND ended_at IS NULL ORDER BY id", today):
        async with transaction():
            if await fetch_value(
                "SELECT 1 FROM team WHERE id = $1 AND ends_on < $2 AND ended_at IS NULL FOR UPDATE", row["id"], today
            ):
                await _end(row["id"], now, today)
                ended += 1
    return ended


async def settle_behind_team(member: int, now: datetime) -> None:
    """Settles what somebody in a team has booked with it behind its end, and lets the mail go that says so."""
    row = await fetch_row(
        "SELECT m.person, t.purse, t.ends_on FROM team_member m JOIN team t ON t.id = m.team"
        " WHERE m.id = $1 AND m.left_at IS NULL AND t.ends_on IS NOT NULL",
        member,
    )
    if row is None:
        return
    behind = await settle_left(row["purse"], row["person"], now) if row["purse"] is not None else ()
    paid = [each.booking.id for each in behind if each.payment is not None]
    await emit("team_member.end_settled", "team_member", member, now, bookings=paid)


def team_end_reactions() -> Reactions:
    """What follows from a last day that was set."""

    async def run(event: Event, now: datetime) -> None:
        await settle_behind_team(event.aggregate_id, now)

    return {"team_member.end_set": [Reaction("bookings.settle_team_end", run)]}


async def _end_contracts(actor: Actor, purse: int, last_day: date, now: datetime, today: date) -> None:
    for contract in await team_contracts_of(purse):
        last = max(last_day, last_day_by_notice(contract, today)) if contract.is_plan else last_day
        if contract.ends_on is None or contract.ends_on > last:
            await end_team_contract(actor, contract, last, now, today)


async def _end(key: int, now: datetime, today: date) -> None:
    team = await team_by_id(key)
    assert team is not None, "it is locked"
    for member in await members_of(key):
        if team.purse is not None:
            await settle_left(team.purse, member.person, now)
        await leave_team(None, team, member, now, today)
    for holder in await holders_of(team):
        if holder.role is Role.TEAM_ASSISTANT:
            await revoke_role(None, holder.person, Grant(holder.role, "team", key), now)
    await end_invitations_to_team(key, None, now)
    await execute("UPDATE team SET ended_at = $2, version = version + 1 WHERE id = $1", key, now)
    await record("team.ended", "team", key, None, now)
    await emit("team.ended", "team", key, now)


def _demand_manager(actor: Actor, team: TeamCard) -> None:
    if not actor.may(Action.MANAGE_TEAM, team=team.id):
        raise NotFound
