"""Invitations: somebody is asked by mail to take a role, and takes it by signing in or by setting a password.

Whoever invites must be allowed to give the role, when inviting and still when it is taken: a manager who was removed
leaves no open doors behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.identity.audit import record
from app.identity.hashing import hash_password
from app.identity.mailed_links import LIVES, LinkNoLongerWorks, Purpose, create_link, use_link, void_links
from app.identity.merging import Merge, on_merge
from app.identity.operations import confirmed_person, count_mail
from app.identity.passwords import demand_good_password
from app.identity.queries import actor_of_person
from app.identity.roles import GrantUnusable, grant_role
from app.identity.rules import Actor, Grant, Role, may_grant, usable_email, usable_language, usable_name
from app.kernel.refusals import NotAllowed, NotFound, Refusal, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id, token_hash


class ForAnotherAddress(Refusal):
    """The invitation went to an address that is not the account's."""

    code = "invitation_for_another"
    text = marked("Diese Einladung ging an {email}. Melden Sie sich mit dieser Adresse an, um sie anzunehmen.")


class SignInToAccept(Refusal):
    """The address has an account with a password, and the mailbox alone does not open it."""

    code = "sign_in_to_accept"
    text = marked("Zu {email} gibt es schon ein Konto. Melden Sie sich damit an, um die Einladung anzunehmen.")


@dataclass(frozen=True, slots=True)
class Invite:
    """Who is asked to take which role; `operator` is whose it is, also where the role is for one of its spaces."""

    name: str
    email: str
    grant: Grant
    operator: int | None = None
    language: str = "de"


class How(StrEnum):
    """How the invited person can accept: what the account of the address is like."""

    NEW = "new"
    SET_PASSWORD = "set_password"  # noqa: S105
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that stands open, as staff and the invited person see it."""

    id: int
    public_id: str
    name: str
    email: str
    grant: Grant
    operator: int | None
    link: int
    invited_by: int | None
    created_at: datetime
    expires_at: datetime


_OPEN = "SELECT * FROM invitation WHERE accepted_at IS NULL AND revoked_at IS NULL"


async def open_invitations(operator: int, now: datetime) -> Sequence[Invitation]:
    """The operator's invitations that can still be accepted, the newest first. The caller decides who may see them."""
    rows = await fetch(f"{_OPEN} AND operator = $1 AND expires_at > $2 ORDER BY id DESC", operator, now)
    return [_invitation(row) for row in rows]


async def invitations_to_team(team: int, now: datetime) -> Sequence[Invitation]:
    """The same of a team."""
    rows = await fetch(
        f"{_OPEN} AND scope_kind = 'team' AND scope_id = $1 AND expires_at > $2 ORDER BY id DESC", team, now
    )
    return [_invitation(row) for row in rows]


async def invitation_by_id(key: int) -> Invitation | None:
    """The invitation with this key while it is open, for its mail."""
    row = await fetch_row(f"{_OPEN} AND id = $1", key)
    return _invitation(row) if row else None


async def invite(actor: Actor | None, wanted: Invite, now: datetime, *, key: bytes, address: str) -> Invitation:
    """Mails an invitation; an open one to the same address for the same role ends.

    Without an actor it is the command line. Raises NotAllowed, GrantUnusable, NameUnusable, EmailUnusable, TooMany.
    """
    _demand_right(actor, wanted.grant, wanted.operator)
    name, email = usable_name(wanted.name), usable_email(wanted.email)
    await count_mail(email, address, now)
    async with transaction():
        for row in await fetch(
            f"{_OPEN} AND email = $1 AND role = $2 AND scope_kind = $3 AND scope_id IS NOT DISTINCT FROM $4 FOR UPDATE",
            email,
            wanted.grant.role,
            wanted.grant.scope_kind,
            wanted.grant.scope_id,
        ):
            await _end(row, actor, now)
        link = await create_link(
            Purpose.INVITATION, now, key=key, email=email, person=None, language=usable_language(wanted.language)
        )
        await execute("UPDATE mailed_link SET name = $2 WHERE id = $1", link, name)
        entered = await fetch_row(
            "INSERT INTO invitation (public_id, name, email, role, scope_kind, scope_id, operator, link, invited_by,"
            " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *",
            new_public_id(),
            name,
            email,
            wanted.grant.role,
            wanted.grant.scope_kind,
            wanted.grant.scope_id,
            wanted.operator,
            link,
            actor.person if actor else None,
            now,
            now + LIVES[Purpose.INVITATION],
        )
        assert entered is not None
        made = _invitation(entered)
        await record("invitation.sent", "invitation", made.id, actor, now, **_facts(made))
        await emit("invitation.sent", "invitation", made.id, now)
    return made


async def revoke_invitation(actor: Actor, public_id: str, now: datetime) -> Invitation:
    """The link in its mail does nothing any more. Raises NotFound to who could not have sent it."""
    async with transaction():
        row = await fetch_row(f"{_OPEN} AND public_id = $1 FOR UPDATE", public_id)
        if row is None or not may_grant(actor, _grant(row), operator=row["operator"]):
            raise NotFound
        await _end(row, actor, now)
    return _invitation(row)


async def invitation_of_token(token: str, now: datetime) -> Invitation:
    """The open invitation behind a mailed link, without using it. Raises LinkNoLongerWorks."""
    row = await fetch_row(
        f"{_OPEN} AND expires_at > $2 AND link = (SELECT id FROM mailed_link"  # noqa: S608
        " WHERE token_hash = $1 AND purpose = 'invitation' AND used_at IS NULL)",
        token_hash(token),
        now,
    )
    if row is None:
        raise LinkNoLongerWorks
    return _invitation(row)


async def how_to_accept(email: str) -> How:
    """What somebody with this address has to do. Only for who has the link that was mailed there."""
    has_password = await fetch_value(
        "SELECT password_hash IS NOT NULL FROM person"
        " WHERE lower(email) = $1 AND email_confirmed_at IS NOT NULL AND retired_at IS NULL",
        email,
    )
    if has_password is None:
        return How.NEW
    return How.SIGN_IN if has_password else How.SET_PASSWORD


@retried
async def accept_signed_in(actor: Actor, token: str, now: datetime) -> Invitation:
    """Takes the role for the account of the invited address.

    Raises LinkNoLongerWorks, ForAnotherAddress.
    """
    async with transaction():
        invitation = await _locked(token, now)
        if (actor.email or "").lower() != invitation.email:
            raise ForAnotherAddress(email=invitation.email)
        await _accept(invitation, token, actor.person, now)
    return invitation


@retried
async def accept_with_password(
    token: str, name: str, password: str, now: datetime, *, network: str
) -> tuple[Actor, Invitation]:
    """Makes the account of the invited address, or gives it its first password, and takes the role.

    The person to open a session for: the mailbox is proved by the link. Raises LinkNoLongerWorks, SignInToAccept,
    NameUnusable and the refusals of passwords.py; those leave the link usable.
    """
    email = (await invitation_of_token(token, now)).email
    name = usable_name(name)
    demand_good_password(password, (name, email, network), field="new")
    password_hash = await hash_password(password)
    async with transaction():
        invitation = await _locked(token, now)
        known = await confirmed_person(email)
        if known is not None and await how_to_accept(email) is How.SIGN_IN:
            raise SignInToAccept(email=email)
        person: int = await fetch_value(
            "INSERT INTO person AS p (public_id, name, email, email_confirmed_at, password_hash, language, created_at)"
            " SELECT $1, $2, $3, $4, $5, language, $4 FROM mailed_link WHERE id = $6"
            " ON CONFLICT (lower(email)) WHERE retired_at IS NULL DO UPDATE"
            " SET name = CASE WHEN p.email_confirmed_at IS NULL THEN $2 ELSE p.name END,"
            " email_confirmed_at = coalesce(p.email_confirmed_at, $4), password_hash = $5, version = p.version + 1"
            " RETURNING id",
            new_public_id(),
            name,
            email,
            now,
            password_hash,
            invitation.link,
        )
        await void_links(now, person=person, email=email, purposes=(Purpose.CONFIRM_EMAIL, Purpose.SIGN_IN))
        if known is None:
            await record("person.signed_up", "person", person, None, now)
            await emit("person.signed_up", "person", person, now)
        await _accept(invitation, token, person, now)
        return await actor_of_person(person, "page", authenticated_at=now), invitation


async def _locked(token: str, now: datetime) -> Invitation:
    invitation = await invitation_of_token(token, now)
    row = await fetch_row(f"{_OPEN} AND id = $1 FOR UPDATE", invitation.id)
    if row is None:
        raise LinkNoLongerWorks
    return _invitation(row)


async def _accept(invitation: Invitation, token: str, person: int, now: datetime) -> None:
    await use_link(token, Purpose.INVITATION, now)
    inviter = None
    if invitation.invited_by is not None:
        try:
            inviter = await actor_of_person(invitation.invited_by, "mail")
        except NotFound as gone:
            raise LinkNoLongerWorks from gone
    try:
        await grant_role(inviter, person, invitation.grant, now, operator=invitation.operator)
    except NotAllowed as lost:
        raise LinkNoLongerWorks from lost
    await execute("UPDATE invitation SET accepted_at = $2, accepted_by = $3 WHERE id = $1", invitation.id, now, person)
    actor = await actor_of_person(person, "page")
    await record("invitation.accepted", "invitation", invitation.id, actor, now, **_facts(invitation))
    await emit("invitation.accepted", "invitation", invitation.id, now)


async def _end(row: Mapping[str, Any], actor: Actor | None, now: datetime) -> None:
    await execute("UPDATE invitation SET revoked_at = $2 WHERE id = $1", row["id"], now)
    await execute("UPDATE mailed_link SET used_at = $2 WHERE id = $1 AND used_at IS NULL", row["link"], now)
    await record("invitation.revoked", "invitation", row["id"], actor, now, **_facts(_invitation(row)))


async def end_invitations(operator: int, actor: Actor | None, now: datetime) -> None:
    """Ends all that are open of an operator that ends; call it inside its transaction."""
    for row in await fetch(f"{_OPEN} AND operator = $1 FOR UPDATE", operator):
        await _end(row, actor, now)


async def end_invitations_to_team(team: int, actor: Actor | None, now: datetime) -> None:
    """The same of a team that ends."""
    for row in await fetch(f"{_OPEN} AND scope_kind = 'team' AND scope_id = $1 FOR UPDATE", team):
        await _end(row, actor, now)


def _demand_right(actor: Actor | None, grant: Grant, operator: int | None) -> None:
    if not grant.is_usable:
        raise GrantUnusable(field="role")
    if actor is not None and not may_grant(actor, grant, operator=operator):
        raise NotAllowed


def _grant(row: Mapping[str, Any]) -> Grant:
    return Grant(Role(row["role"]), row["scope_kind"], row["scope_id"])


def _invitation(row: Mapping[str, Any]) -> Invitation:
    return Invitation(
        id=row["id"],
        public_id=row["public_id"],
        name=row["name"],
        email=row["email"],
        grant=_grant(row),
        operator=row["operator"],
        link=row["link"],
        invited_by=row["invited_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def _facts(invitation: Invitation) -> dict[str, object]:
    grant = invitation.grant
    return {"role": grant.role, "scope_kind": grant.scope_kind, "scope_id": grant.scope_id}


@on_merge("invitation.invited_by", "invitation.accepted_by")
async def _move_invitations(merge: Merge) -> None:
    await execute("UPDATE invitation SET invited_by = $1 WHERE invited_by = $2", merge.kept, merge.gone)
    await execute("UPDATE invitation SET accepted_by = $1 WHERE accepted_by = $2", merge.kept, merge.gone)
