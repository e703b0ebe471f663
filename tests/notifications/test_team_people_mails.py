"""Mails about belonging to a team."""

from datetime import date

import pytest

from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch_value
from app.teams.domains import ask_for_domain, prove_domain
from app.teams.invitations import invite_people, open_invitations, take_invitation_back
from app.teams.invited_lines import Invited
from app.teams.operations import JoinedBy, leave_team
from app.teams.queries import members_of
from tests.contracts import TEN, a_bought_pass
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.selling import TODAY, it_charges
from tests.teams.founding import a_team
from tests.worlds import NOW, World, at

MONDAY = date(2026, 11, 30)


async def the_key(table: str) -> int:
    key: int = await fetch_value(f"SELECT max(id) FROM {table}")
    return key


async def test_an_invitation_says_who_invites_to_what_and_what_the_company_sees(
    world: World, postman: Postman, happens: Happen
) -> None:
    team = await a_team(world)
    wanted = [Invited("Ina Imker", "ina@becker.example")]
    await invite_people(world.gundula.actor(), team, wanted, JoinedBy.INVITATION, NOW, key=KEY)
    [invitation] = await open_invitations(team.id)
    await happens("team_invitation.sent", invitation.id)
    await happens("team_invitation.sent", invitation.id)
    [mail] = postman.mails
    text = text_of(mail)
    assert mail["to"] == "Ina Imker <ina@becker.example>"
    assert "Gundula Gast lädt Sie ins Team von Becker Maschinenbau bei Testnetz ein." in text
    assert "An welchen Tagen Sie wo arbeiten, sieht sie nicht." in text.replace("\n", " ")
    assert f"{ADDRESS}/team/beitreten/" in text


async def test_what_was_taken_back_is_not_mailed(world: World, postman: Postman, happens: Happen) -> None:
    team = await a_team(world)
    await invite_people(world.gundula.actor(), team, [Invited("", "ina@becker.example")], JoinedBy.FILE, NOW, key=KEY)
    [invitation] = await open_invitations(team.id)
    await take_invitation_back(world.gundula.actor(), team, invitation.public_id, NOW)
    await happens("team_invitation.sent", invitation.id)
    assert not postman.mails


async def test_who_looks_after_a_domain_is_asked_and_who_asked_hears(
    world: World, postman: Postman, happens: Happen
) -> None:
    team = await a_team(world)
    domain = await ask_for_domain(world.gundula.actor(), team, "becker.example", "hostmaster", NOW, key=KEY)
    await happens("mail_domain.asked", domain.id)
    [asked] = postman.mails
    assert asked["to"] == '"hostmaster@becker.example" <hostmaster@becker.example>'
    token = text_of(asked).split("/team/domain/")[1].split()[0]
    await prove_domain(token, NOW)
    await happens("mail_domain.asked", domain.id, 2)
    await happens("mail_domain.proven", domain.id)
    assert len(postman.mails) == 2
    assert "gundula@example.org" in postman.mails[1]["to"]
    assert "becker.example ist bestätigt" in text_of(postman.mails[1])


async def test_who_joins_hears_what_it_means(world: World, postman: Postman, happens: Happen) -> None:
    await a_team(world, world.mia)
    await happens("team_member.joined", await the_key("team_member"))
    [mail] = postman.mails
    assert mail["to"] == "Mia Hammes <mia@example.org>"
    assert "Sie gehören zum Team Becker Maschinenbau" in text_of(mail)


@pytest.mark.parametrize("is_own", [True, False])
async def test_who_leaves_hears_what_is_still_booked_and_what_pays_it(
    world: World, postman: Postman, happens: Happen, is_own: bool
) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await a_bought_pass(world, world.mia, TEN)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, at(MONDAY, 8), at(MONDAY, 18)), NOW)
    [member] = await members_of(team.id)
    actor = world.mia if is_own else world.gundula
    await leave_team(actor.actor(), team, member, NOW, TODAY)
    await happens("team_member.left", member.id, 7, **({"own": member.id} if is_own else {}))
    [mail] = postman.mails
    text = text_of(mail).replace("\n", " ")
    assert mail["to"] == "Mia Hammes <mia@example.org>"
    assert ("Sie haben das Team Becker Maschinenbau verlassen" in text) is is_own
    assert "Mo 30. November, 8–18 Uhr, RegioHub Polch, 1: 1 Tag von Ihrer Karte (Zehnerkarte)" in text


async def test_nobody_without_an_address_is_written_to(world: World, postman: Postman, happens: Happen) -> None:
    await a_team(world, world.mia)
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    await happens("team_member.joined", await the_key("team_member"))
    assert not postman.mails
