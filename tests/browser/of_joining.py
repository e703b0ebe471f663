"""Ids and links for a team in which nothing is yet, and for the ways into one."""

from datetime import datetime

from app.identity.mailed_links import link_to_mail
from app.identity.queries import actor_of_person
from app.teams.company import CompanyDetails
from app.teams.domains import ask_for_domain, mail_domain_by_id, prove_domain
from app.teams.invitations import invite_people, open_invitations
from app.teams.invited_lines import Invited
from app.teams.join_links import join_link_of, make_join_link
from app.teams.operations import JoinedBy, found_team


async def ways_in(member: int, details: CompanyDetails, key: bytes, now: datetime) -> dict[str, str]:
    """Two teams that the member manages and does not belong to: an empty one, and one that can be joined by link,
    invitation and the demo's addresses, and asks for another domain."""
    actor = await actor_of_person(member)
    empty, open_one = [await found_team(actor, details, now) for _ in range(2)]
    actor = await actor_of_person(member)
    await make_join_link(actor, open_one, 20, now, key=key)
    await invite_people(
        actor, open_one, [Invited("Nina Neu", "nina@becker.example")], JoinedBy.INVITATION, now, key=key
    )
    [invitation] = await open_invitations(open_one.id)
    mailed, link = await link_to_mail(invitation.link, now, key=key), await join_link_of(open_one.id, key=key)
    assert mailed is not None
    assert link is not None
    proven = await ask_for_domain(actor, open_one, "demo.example", "postmaster", now, key=key)
    await prove_domain(await _token_of(proven.id, key), now)
    asked = await ask_for_domain(actor, open_one, "becker.example", "postmaster", now, key=key)
    return {
        "empty_team": empty.public_id,
        "open_team": open_one.public_id,
        "join_token": link.token,
        "invitation_token": mailed.token,
        "domain_token": await _token_of(asked.id, key),
    }


async def _token_of(domain: int, key: bytes) -> str:
    found = await mail_domain_by_id(domain, signing_key=key)
    assert found is not None
    return found[1]
