"""Mails to the other managers of a team when one of them changes how its people come in and sign in."""

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.platform.database import execute
from app.teams.domains import ask_for_domain, let_join, mail_domain_by_id, prove_domain, remove_domain
from app.teams.providers import end_provider, require_provider
from app.teams.queries import TeamCard
from tests.notifications.conftest import KEY
from tests.teams.companies import they_agree
from tests.teams.founding import a_team, acting
from tests.web.watching import last_event, mails_since
from tests.worlds import NOW, World


async def with_two_managers(world: World) -> TeamCard:
    team = await a_team(world, world.mia)
    await grant_role(None, world.otto.id, Grant(Role.TEAM_MANAGER, "team", team.id), NOW)
    return team


async def told(since: int) -> dict[str, list[str]]:
    """What each address was told, without line breaks."""
    found: dict[str, list[str]] = {}
    for address, text in await mails_since(since):
        found.setdefault(address, []).append(" ".join(text.split()))
    return found


async def test_who_else_manages_hears_of_domains_and_who_did_it_does_not(world: World) -> None:
    team, since = await with_two_managers(world), await last_event()
    gundula = await acting(world.gundula)
    asked = await ask_for_domain(gundula, team, "becker.example", "hostmaster", NOW, key=KEY)
    found = await mail_domain_by_id(asked.id, signing_key=KEY)
    assert found is not None
    await prove_domain(found[1], NOW)
    await let_join(gundula, team, asked.public_id, lets_join=False, now=NOW)
    await remove_domain(await acting(world.otto), team, asked.public_id, NOW)
    mails = await told(since)
    proven, changed = mails["Otto Wirt <otto@example.org>"]
    assert "Becker Maschinenbau: Firmenadressen geändert" in proven
    assert "Die Domain becker.example gehört jetzt zum Team" in proven
    assert "Zugestimmt hat hostmaster@becker.example." in proven
    assert "Gundula Gast hat für @becker.example geändert, ob der Beitritt angeboten wird" in changed
    assert "24. November, 19:00" in changed
    *_, removed = mails["Gundula Gast <gundula@example.org>"]
    assert "Otto Wirt hat die Domain becker.example entfernt" in removed
    assert not any("mia@" in address for address in mails), "nobody else is told"


async def test_who_else_manages_hears_of_the_provider_and_that_it_is_the_only_way(world: World) -> None:
    team = await with_two_managers(world)
    await execute(
        "INSERT INTO identity_provider (public_id, team, issuer, client_id, secret, made_at, tried_at)"
        " VALUES ('anbieter', $1, 'https://login.becker.example', 'nahwerk', 'versiegelt', $2, $2)",
        team.id,
        NOW,
    )
    await execute(
        "INSERT INTO mail_domain (public_id, team, domain, asked_of, salt, token_hash, asked_at, expires_at, proven_at)"
        " VALUES ('domain', $1, 'becker.example', 'postmaster', 'x', 'x', $2, $2, $2)",
        team.id,
        NOW,
    )
    await they_agree(team, "https://login.becker.example")
    gundula, since = await acting(world.gundula), await last_event()
    for required in (True, False):
        await require_provider(gundula, team, required, NOW)
    await end_provider(gundula, team, NOW)
    mails = await told(since)
    assert mails.keys() == {"Otto Wirt <otto@example.org>"}
    texts = (
        "Gundula Gast hat festgelegt, dass sich alle im Team mit einer Adresse der Firma nur noch dort anmelden",
        "Gundula Gast hat Passwort und Link per E-Mail wieder erlaubt",
        "Gundula Gast hat die Anmeldung über die Firma beendet",
    )
    for text, mail in zip(texts, mails["Otto Wirt <otto@example.org>"], strict=True):
        assert text in mail
        assert "Wenn das nicht abgesprochen ist, sehen Sie bitte gleich nach." in mail
        assert "versiegelt" not in mail
