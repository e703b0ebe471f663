"""Whom an agreement about names is told to, and in which words."""

from datetime import date

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.platform.database import fetch_value
from app.teams.agreements import RecordAgreement, confirm_agreement, end_agreement, record_agreement
from tests.notifications.conftest import Happen, Postman, text_of
from tests.selling import it_charges
from tests.teams.founding import a_team, acting
from tests.worlds import NOW, World

AGREED = RecordAgreement("BV 12", "Geschäftsleitung und Betriebsrat", date(2026, 8, 1), ("desk_day",))


async def test_the_works_council_is_asked_and_everybody_concerned_is_told(
    world: World, postman: Postman, happens: Happen
) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await grant_role(None, world.tilda.id, Grant(Role.WORKS_COUNCIL, "team", team.id), NOW)
    agreement = await record_agreement(await acting(world.gundula), team, AGREED, NOW, NOW.date())
    await happens("team_agreement.recorded", agreement.id)
    [asked] = postman.mails
    assert asked["to"].addresses[0].addr_spec == world.tilda.email
    assert "Sie gilt erst, wenn Sie sie bestätigen." in text_of(asked)
    await confirm_agreement(await acting(world.tilda), team, agreement.public_id, NOW)
    notice = await fetch_value("SELECT id FROM team_agreement_notice WHERE person = $1", world.mia.id)
    await happens("team_agreement.told", notice)
    told = postman.mails[1]
    assert told["to"].addresses[0].addr_spec == world.mia.email
    assert "Zu sehen ist je Monat: Tage. Nie zu sehen ist, an welchem Tag und wo." in text_of(told)
    assert "Frühestens beginnt es am 1. Januar 2027" in text_of(told)
    await end_agreement(await acting(world.gundula), team, agreement.public_id, NOW)
    await happens("team_agreement.told", notice)
    assert len(postman.mails) == 2, "what has ended is told to nobody"
