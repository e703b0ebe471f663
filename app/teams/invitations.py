"""Asking people by mail to join a team, one or a thousand, and joining by the link in that mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.identity.audit import record
from app.identity.hashing import hash_password
from app.identity.mailed_links import LIVES, LinkNoLongerWorks, Purpose, create_link, use_link
from app.identity.merging import Merge, on_merge
from app.identity.operations import confirmed_person, person_of_sign_up
from app.identity.passwords import demand_good_password
from app.identity.rules import Actor, usable_name
from app.kernel.refusals import Conflict, NotFound, Refusal, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id, token_hash
from app.platform.rate_limits import Limit, hit
from app.teams.company import TeamEnded
from app.teams.invited_lines import Invited
from app.teams.operations import JoinedBy, join_team
from app.teams.queries import MemberCard, TeamCard, members_of, team_by_id

TO_ONE_ADDRESS: Final = Limit("team_invitations_to", 5, timedelta(days=1))
MOST_A_DAY: Final = 1000
_KEPT: Final = timedelta(days=365)


class InvitedTooMany(Conflict):
    code = "invited_too_many"
    text = marked("Ein Team kann am Tag höchstens {most} Einladungen verschicken.")


class HasAccount(Refusal):
    """The address has an account, and the mailbox alone does not open it."""

    code = "invited_has_account"
    text = marked("Zu {email} gibt es schon ein Konto. Melden Sie sich damit an, um beizutreten.")


@dataclass(frozen=True, slots=True)
class TeamInvitationCard:
    """An invitation that nobody has accepted or taken back; `cost_centre` is its code."""

    id: int
    public_id: str
    team: int
    name: str
    email: str
    cost_centre: int | None
    cost_centre_code: str | None
    how: JoinedBy
    language: str
    link: int
    invited_by: int | None
    sent_at: datetime
    expires_at: datetime

    def has_lapsed(self, now: datetime) -> bool:
        return self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of those who were named: so many mails go out; the others belong to the team or are asked already."""

    mails: int
    in_team: int
    asked_already: int


async def open_invitations(team: int) -> Sequence[TeamInvitationCard]:
    """Who is asked and has not answered, by address; those whose link has lapsed too."""
    rows = await fetch(f"{_OPEN} AND i.team = $1 ORDER BY i.email", team)
    return [_card(row) for row in rows]


async def open_invitation(key: int) -> TeamInvitationCard | None:
    """The invitation with this key while it stands open, for its mail."""
    row = await fetch_row(f"{_OPEN} AND i.id = $1", key)
    return _card(row) if row else None


async def invitation_of_token(token: str, now: datetime) -> TeamInvitationCard:
    """The open invitation behind a mailed link, without using it. Raises LinkNoLongerWorks."""
    row = await fetch_row(
        f"{_OPEN} AND i.expires_at > $2 AND i.link = (SELECT id FROM mailed_link"  # noqa: S608
        " WHERE token_hash = $1 AND purpose = 'invitation' AND used_at IS NULL)",
        token_hash(token),
        now,
    )
    if row is None:
        raise LinkNoLongerWorks
    return _card(row)


async def invite_people(
    actor: Actor, team: TeamCard, wanted: Sequence[Invited], how: JoinedBy, now: datetime, *, key: bytes
) -> Sent:
    """Mails everybody who neither belongs to the team nor holds an invitation that still works.

    Raises TeamEnded, InvitedTooMany, TooMany.
    """
    if team.has_ended:
        raise TeamEnded
    members, standing = await _known(team, now)
    fresh = [one for one in wanted if one.email not in members and one.email not in standing]
    for one in fresh:
        await hit(TO_ONE_ADDRESS, one.email, now)
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR NO KEY UPDATE", team.id)
        await _demand_room(actor, team, len(fresh), now)
        for one in fresh:
            await _revoke_lapsed(team, one.email, now)
            await _enter(actor, team, one, how, now, key)
        if fresh:
            await record("team.invited", "team", team.id, actor, now, people=len(fresh))
    in_team = sum(one.email in members for one in wanted)
    return Sent(len(fresh), in_team, len(wanted) - len(fresh) - in_team)


async def send_again(actor: Actor, team: TeamCard, public_id: str, now: datetime, *, key: bytes) -> TeamInvitationCard:
    """Another mail with another link; the earlier one does nothing any more. Raises NotFound, TooMany, TeamEnded."""
    if team.has_ended:
        raise TeamEnded
    invitation = await _of_team(team, public_id)
    await hit(TO_ONE_ADDRESS, invitation.email, now)
    async with transaction():
        await _lock(invitation)
        await _demand_room(actor, team, 1, now)
        await _void(invitation.link, now)
        link = await _link(invitation.name, invitation.email, invitation.language, now, key)
        await execute(
            "UPDATE team_invitation SET link = $2, sent_at = $3, expires_at = $4 WHERE id = $1",
            invitation.id,
            link,
            now,
            now + LIVES[Purpose.INVITATION],
        )
        await record("team_invitation.resent", "team", team.id, actor, now)
        await emit("team_invitation.sent", "team_invitation", invitation.id, now)
    return invitation


async def take_invitation_back(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """The link in the mail does nothing any more. Raises NotFound."""
    invitation = await _of_team(team, public_id)
    async with transaction():
        await _lock(invitation)
        await execute("UPDATE team_invitation SET revoked_at = $2 WHERE id = $1", invitation.id, now)
        await _void(invitation.link, now)
        await record("team_invitation.revoked", "team", team.id, actor, now)


async def book_invited_on(actor: Actor, invitation: TeamInvitationCard, cost_centre: int | None, now: datetime) -> None:
    """Whoever joins by it is booked on this cost centre."""
    async with transaction():
        await execute("UPDATE team_invitation SET cost_centre = $2 WHERE id = $1", invitation.id, cost_centre)
        await record("team_invitation.changed", "team", invitation.team, actor, now)


async def needs_sign_in(email: str) -> bool:
    """Whether the address has an account, so that its link alone makes none. Only for who has the mailed link."""
    return await confirmed_person(email) is not None


@retried
async def accept_invitation(actor: Actor, token: str, now: datetime, today: date) -> TeamCard:
    """Who is signed in joins, whatever address the invitation went to. Raises LinkNoLongerWorks, TeamEnded."""
    async with transaction():
        invitation = await _used(token, now)
        return await _join(actor, invitation, now, today)


@retried
async def accept_as_newcomer(
    token: str, name: str, password: str | None, now: datetime, today: date, *, network: str
) -> tuple[Actor, TeamCard]:
    """Makes the account of the invited address, which the mailed link proves, and joins; without a password it is
    opened by mailed links.

    Raises LinkNoLongerWorks, HasAccount, TeamEnded, NameUnusable and the refusals of passwords.py.
    """
    name = usable_name(name)
    email = (await invitation_of_token(token, now)).email
    if password:
        demand_good_password(password, (name, email, network))
    password_hash = await hash_password(password) if password else None
    async with transaction():
        invitation = await _used(token, now)
        actor = await person_of_sign_up(
            {"name": name, "email": email, "password_hash": password_hash, "language": invitation.language}, now
        )
        if actor is None:
            raise HasAccount(email=email)
        return actor, await _join(actor, invitation, now, today)


async def forget_team_invitations(now: datetime) -> int:
    """Deletes those that were sent a year ago; how many."""
    return await execute("DELETE FROM team_invitation WHERE sent_at < $1", now - _KEPT)


async def members_by_email(team: int) -> Mapping[str, MemberCard]:
    """The team's people by address in small letters."""
    return {member.email.lower(): member for member in await members_of(team) if member.email}


_OPEN: Final = (
    "SELECT i.id, i.public_id, i.team, i.name, i.email, i.cost_centre, c.code AS cost_centre_code, i.how, i.language,"
    " i.link, i.invited_by, i.sent_at, i.expires_at FROM team_invitation i LEFT JOIN cost_centre c ON"
    " c.id = i.cost_centre WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL"
)


async def _known(team: TeamCard, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
    members = frozenset(await members_by_email(team.id))
    standing = frozenset(one.email for one in await open_invitations(team.id) if not one.has_lapsed(now))
    return members, standing


async def _demand_room(actor: Actor, team: TeamCard, number: int, now: datetime) -> None:
    """Counted for the team and for who invites: several teams of one person are not several times as many mails."""
    sent: int = await fetch_value(
        "SELECT count(*) FROM team_invitation WHERE (team = $1 OR invited_by = $2) AND sent_at > $3",
        team.id,
        actor.person,
        now - timedelta(days=1),
    )
    if sent + number > MOST_A_DAY:
        raise InvitedTooMany(most=MOST_A_DAY)


async def _enter(actor: Actor, team: TeamCard, one: Invited, how: JoinedBy, now: datetime, key: bytes) -> None:
    entered = await fetch_value(
        "INSERT INTO team_invitation (public_id, team, name, email, cost_centre, how, language, link, invited_by,"
        " created_at, sent_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)"
        " ON CONFLICT DO NOTHING RETURNING id",
        new_public_id(),
        team.id,
        one.name,
        one.email,
        one.cost_centre,
        how,
        actor.language,
        await _link(one.name, one.email, actor.language, now, key),
        actor.person,
        now,
        now + LIVES[Purpose.INVITATION],
    )
    if entered is not None:
        await emit("team_invitation.sent", "team_invitation", entered, now)


async def _link(name: str, email: str, language: str, now: datetime, key: bytes) -> int:
    link = await create_link(Purpose.INVITATION, now, key=key, email=email, person=None, language=language)
    await execute("UPDATE mailed_link SET name = $2 WHERE id = $1", link, name)
    return link


async def _revoke_lapsed(team: TeamCard, email: str, now: datetime) -> None:
    await execute(
        "UPDATE team_invitation SET revoked_at = $3 WHERE team = $1 AND email = $2 AND accepted_at IS NULL"
        " AND revoked_at IS NULL AND expires_at <= $3",
        team.id,
        email,
        now,
    )


async def _of_team(team: TeamCard, public_id: str) -> TeamInvitationCard:
    row = await fetch_row(f"{_OPEN} AND i.team = $1 AND i.public_id = $2", team.id, public_id)
    if row is None:
        raise NotFound
    return _card(row)


async def _lock(invitation: TeamInvitationCard) -> None:
    """Raises NotFound where it was answered meanwhile."""
    if await fetch_row(f"{_OPEN} AND i.id = $1 FOR UPDATE OF i", invitation.id) is None:
        raise NotFound


async def _void(link: int, now: datetime) -> None:
    await execute("UPDATE mailed_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL", link, now)


async def _used(token: str, now: datetime) -> TeamInvitationCard:
    invitation = await invitation_of_token(token, now)
    try:
        await _lock(invitation)
    except NotFound as gone:
        raise LinkNoLongerWorks from gone
    await use_link(token, Purpose.INVITATION, now)
    return invitation


async def _join(actor: Actor, invitation: TeamInvitationCard, now: datetime, today: date) -> TeamCard:
    team = await team_by_id(invitation.team)
    assert team is not None, "teams are never deleted"
    cost_centre = await fetch_value(
        "SELECT id FROM cost_centre WHERE id = $1 AND retired_at IS NULL", invitation.cost_centre
    )
    await join_team(actor, team, actor.person, invitation.how, now, today, cost_centre=cost_centre)
    await execute(
        "UPDATE team_invitation SET accepted_at = $2, accepted_by = $3 WHERE id = $1",
        invitation.id,
        now,
        actor.person,
    )
    return team


def _card(row: Mapping[str, Any]) -> TeamInvitationCard:
    return TeamInvitationCard(**{**row, "how": JoinedBy(row["how"])})


@on_merge("team_invitation.invited_by", "team_invitation.accepted_by")
async def _move_invitations(merge: Merge) -> None:
    await execute("UPDATE team_invitation SET invited_by = $1 WHERE invited_by = $2", merge.kept, merge.gone)
    await execute("UPDATE team_invitation SET accepted_by = $1 WHERE accepted_by = $2", merge.kept, merge.gone)
