"""The mails about an employer's account: roles, and its end."""

import pytest

from app.bookings.team_ends import end_teams, keep_team, set_team_end, settle_behind_team
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.plans.accounts import NewAccount, open_account
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch_value
from app.teams.managing import hand_over, holders_of, invite_to_look_after, take_role
from app.teams.queries import TeamCard, members_of, team_by_id
from tests.identity.conftest import HOME, KEY
from tests.notifications.conftest import Happen, Postman, text_of
from tests.selling import TODAY, it_charges
from tests.teams.founding import a_team, acting
from tests.teams.test_team_ends import BEHIND, LAST, a_pool, booked
from tests.worlds import NOW, World, at


@pytest.fixture
async def team(world: World) -> TeamCard:
    await it_charges()
    team = await a_team(world, world.mia)
    await a_pool(team)
    return team


async def now_of(team: TeamCard) -> TeamCard:
    found = await team_by_id(team.id)
    assert found is not None
    return found


async def last_event(name: str) -> int:
    return await fetch_value("SELECT max(aggregate_id) FROM outbox_event WHERE name = $1", name)


async def test_who_is_invited_reads_by_whom_to_what_and_until_when(
    world: World, postman: Postman, happens: Happen, team: TeamCard
) -> None:
    made = await invite_to_look_after(
        await acting(world.gundula),
        team,
        "works_council",
        "Bea",
        "bea@becker.example",
        NOW,
        key=KEY,
        address=HOME,
        language="de",
    )
    await happens("invitation.sent", made.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Einladung zu Becker Maschinenbau: Betriebsrat oder Personalrat"
    assert f"{world.gundula.name} lädt Sie zu Becker Maschinenbau ein." in text_of(mail)
    assert "/einladung?token=" in text_of(mail)


async def test_who_takes_over_hears_of_it_and_so_does_who_loses_a_role(
    world: World, postman: Postman, happens: Happen, team: TeamCard
) -> None:
    [mia] = await members_of(team.id)
    await grant_role(None, world.ada.id, Grant(Role.TEAM_ASSISTANT, "team", team.id), NOW)
    ada = next(each for each in await holders_of(team) if each.person == world.ada.id)
    await take_role(await acting(world.gundula), team, ada.key, NOW)
    await happens("team_role.taken", await last_event("team_role.taken"))
    await hand_over(await acting(world.gundula), team, mia.public_id, NOW)
    await happens("team_role.given", team.id, person=world.mia.id)
    taken, given = postman.mails
    assert (taken["To"], taken["Subject"]) == (
        f"{world.ada.name} <{world.ada.email}>",
        "Ihre Aufgabe bei Becker Maschinenbau ist beendet: Assistenz",
    )
    assert given["Subject"] == "Ihre Aufgabe bei Becker Maschinenbau: Verwaltung"
    assert f"/team/{team.public_id}" in text_of(given)


async def test_the_end_is_told_to_everybody_and_bookings_to_nobody_but_their_person(
    world: World, postman: Postman, happens: Happen, team: TeamCard
) -> None:
    await booked(world.mia, world, BEHIND)
    own = NewAccount(world.mia.id, Unit.DESK_DAY, Source.PASS, 2, TODAY, None, "Zehnerkarte", "Pass of ten")
    await open_account(own, NOW)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    [mia] = await members_of(team.id)
    await settle_behind_team(mia.id, NOW)
    paid = await fetch_value("SELECT id FROM booking")
    for _ in range(2):
        await happens("team.end_set", team.id)
        await happens("team_member.end_settled", mia.id, bookings=[paid])
    manager, member = postman.mails
    assert manager["To"] == f"{world.gundula.name} <{world.gundula.email}>"
    for mail in (manager, member):
        assert mail["Subject"] == "Das Firmenkonto Becker Maschinenbau endet am 31. Dezember 2026"
    assert "Das bezahlt jetzt Ihr eigenes Guthaben: 5. Januar 2027, RegioHub Polch." in text_of(member)
    for word in ("Polch", "Januar", "Mia", "gebucht", "abgesagt"):
        assert word not in text_of(manager)


async def test_an_end_that_was_taken_back_meanwhile_is_told_to_nobody(
    world: World, postman: Postman, happens: Happen, team: TeamCard
) -> None:
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await keep_team(await acting(world.gundula), team, NOW)
    [mia] = await members_of(team.id)
    await happens("team.end_set", team.id)
    await happens("team_member.end_settled", mia.id, bookings=[])
    assert postman.mails == []


async def test_who_reads_english_reads_that_it_has_ended(
    world: World, postman: Postman, happens: Happen, team: TeamCard
) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.gundula.id)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await end_teams(at(BEHIND, 1))
    await happens("team.ended", team.id)
    [mail] = postman.mails
    assert mail["Subject"] == "The company account Becker Maschinenbau has ended"
