"""Who hears of somebody who needs more than the limits allow, and what: a month and an amount, and no day."""

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.plans.limits import Amounts
from app.teams.limit_requests import AskForMore, LimitRequest, answer_request, ask_for_more, withdraw_request
from app.teams.queries import TeamCard
from tests.notifications.conftest import Happen, Postman, text_of
from tests.selling import TODAY
from tests.teams.founding import a_team, acting
from tests.worlds import NOW, World

NOVEMBER = TODAY.replace(day=1)


async def asked(world: World) -> tuple[TeamCard, LimitRequest]:
    team = await a_team(world, world.mia)
    wanted = AskForMore(NOVEMBER, Amounts(desk_halves=5, money=2500), "Messe")
    return team, await ask_for_more(world.mia.actor(), team, wanted, NOW, TODAY)


async def test_each_manager_is_asked_and_nobody_else(world: World, happens: Happen, postman: Postman) -> None:
    team, request = await asked(world)
    await grant_role(None, world.rolf.id, Grant(Role.WORKS_COUNCIL, "team", team.id), NOW)
    await happens("limit_request.made", request.id)
    [mail] = postman.mails
    assert world.gundula.email in mail["To"]
    said = f"{world.mia.name} braucht 2½ Tage und 25,00 € mehr im November 2026"
    assert mail["Subject"].replace("\xa0", " ") == said
    assert "Der Grund: Messe" in text_of(mail)
    assert f"/team/{team.public_id}/antraege" in text_of(mail)


async def test_what_is_withdrawn_meanwhile_asks_nobody(world: World, happens: Happen, postman: Postman) -> None:
    team, request = await asked(world)
    await withdraw_request(world.mia.actor(), team, request.public_id, NOW)
    await happens("limit_request.made", request.id)
    assert postman.mails == []


async def test_the_person_reads_what_was_granted_or_why_not(world: World, happens: Happen, postman: Postman) -> None:
    team, request = await asked(world)
    manager = await acting(world.gundula)
    await answer_request(manager, team, request.public_id, Amounts(desk_halves=2), "Einen.", NOW, TODAY)
    await happens("limit_request.answered", request.id)
    again = await ask_for_more(world.mia.actor(), team, AskForMore(NOVEMBER, Amounts(desk_halves=2)), NOW, TODAY)
    await answer_request(manager, team, again.public_id, None, "Mehr geht nicht.", NOW, TODAY)
    await happens("limit_request.answered", again.id)
    granted, declined = postman.mails
    assert (granted["Subject"], declined["Subject"]) == (
        "Bewilligt: 1 Tag mehr im November 2026",
        "Abgelehnt: 1 Tag mehr im November 2026",
    )
    assert all(world.mia.email in mail["To"] for mail in postman.mails)
    assert "Mehr geht nicht." in text_of(declined)
