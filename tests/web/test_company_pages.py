"""A company's account in the browser: founding it, what it says, who looks after it, its end, and who sees what."""

import re

import pytest

from app.identity.mailed_links import link_to_mail
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.platform.database import execute, fetch_value
from app.teams.queries import TeamCard, members_of, team_by_id
from tests.identity.conftest import KEY
from tests.selling import it_charges
from tests.teams.founding import a_team, joined
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World

BECKER = {
    "company": "Becker Maschinenbau",
    "legal_form": "GmbH",
    "team_name": "",
    "name": "Berta Becker",
    "street": "Industriestraße 5",
    "postcode": "56727",
    "place": "Mayen",
    "email": "rechnung@becker.example",
    "vat_id": "DE136695976",
    "leitweg_id": "",
    "order_number": "B-7",
}


@pytest.fixture
async def team(world: World) -> TeamCard:
    await it_charges()
    return await a_team(world, world.mia)


async def gundula(site: Site, world: World) -> Browser:
    return await site.browser(world.gundula)


async def now_of(team: TeamCard) -> TeamCard:
    found = await team_by_id(team.id)
    assert found is not None
    return found


async def test_somebody_founds_an_account_and_is_led_to_the_next_step(world: World, site: Site) -> None:
    await it_charges()
    browser = await gundula(site, world)
    answer = await browser.post("/team/neu", **BECKER, schluessel="einmal")
    assert answer.status_code == 303
    page = said((await browser.get(answer.headers["location"])).text)
    assert "Becker Maschinenbau" in page
    assert "Weiter: Leute einladen" in page
    again = await browser.post("/team/neu", **BECKER, schluessel="einmal")
    assert again.headers["location"] == answer.headers["location"]
    assert await fetch_value("SELECT count(*) FROM team") == 1


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world: World, site: Site) -> None:
    await it_charges()
    typed = BECKER | {"postcode": "567", "leitweg_id": "991-33333TEST-34"}
    answer = await (await gundula(site, world)).post("/team/neu", **typed)
    assert answer.status_code == 422
    assert "Industriestraße 5" in answer.text
    assert 'id="postcode-fehler"' in answer.text
    assert 'id="leitweg_id-fehler"' in answer.text
    assert 'id="vat_id-fehler"' not in answer.text
    assert await fetch_value("SELECT count(*) FROM team") == 0


async def test_where_nothing_costs_anything_a_name_is_enough_and_no_invoice_is_spoken_of(
    world: World, site: Site
) -> None:
    browser = await gundula(site, world)
    for page in ((await browser.get("/team/neu")).text, (await browser.get("/firma")).text):
        assert not re.search("rechnung|kost|preis|kauf|leitweg", said(page), re.IGNORECASE)
    answer = await browser.post("/team/neu", team_name="Chor Polch")
    home = said((await browser.get(answer.headers["location"])).text)
    assert "Chor Polch" in home
    assert not re.search("rechnung|kost|preis|kauf|kontingent", home, re.IGNORECASE)


async def test_a_form_that_somebody_else_was_faster_than_shows_both_states(
    world: World, site: Site, team: TeamCard
) -> None:
    browser, address = await gundula(site, world), f"/team/{team.public_id}/firma"
    assert (await browser.post(address, **BECKER, version=str(team.version))).status_code == 303
    late = BECKER | {"street": "Hauptstraße 1"}
    answer = await browser.post(address, **late, version=str(team.version))
    assert answer.status_code == 409
    assert 'value="Hauptstraße 1"' in answer.text
    assert "Straße und Hausnummer Industriestraße 5" in said(answer.text)
    seen = re.search(r'name="version" value="(\d+)"', answer.text)
    assert seen is not None
    assert (await browser.post(address, **late, version=seen[1])).status_code == 303


async def test_cost_centres_are_added_renamed_and_retired(world: World, site: Site, team: TeamCard) -> None:
    browser, address = await gundula(site, world), f"/team/{team.public_id}/kostenstellen"
    assert "Noch gibt es keine Kostenstelle" in said((await browser.get(address)).text)
    await browser.post(address, code="4711", name="Vertrieb")
    taken = await browser.post(address, code="4711", name="Einkauf")
    assert taken.status_code == 409
    assert "Die Kostenstelle 4711 gibt es schon." in said(taken.text)
    assert 'value="Einkauf"' in taken.text
    await execute("UPDATE team_member SET cost_centre = (SELECT id FROM cost_centre)")
    one = f"{address}/{await fetch_value('SELECT public_id FROM cost_centre')}"
    assert (await browser.post(f"{one}/aufloesen", nach="?")).status_code == 409
    assert (await browser.post(f"{one}/aufloesen", nach="")).status_code == 303
    assert [each.cost_centre for each in await members_of(team.id)] == [None]


async def test_who_is_invited_sets_a_password_and_lands_at_the_team(world: World, site: Site, team: TeamCard) -> None:
    browser = await gundula(site, world)
    address = f"/team/{team.public_id}/verwaltung"
    wrong = await browser.post(address, name="Anna", email="anna", role="team_assistant")
    assert 'id="email-fehler"' in wrong.text
    assert (
        await browser.post(address, name="Anna", email="anna@becker.example", role="team_assistant")
    ).status_code == 303
    assert "anna@becker.example" in said((await browser.get(address)).text)
    link = await link_to_mail(await fetch_value("SELECT link FROM invitation"), NOW, key=KEY)
    assert link is not None
    anna = await site.browser()
    page = said((await anna.get(f"/einladung?token={link.token}")).text)
    assert "Einladung zu Becker Maschinenbau" in page
    assert "Assistenz" in page
    done = await anna.post("/einladung", token=link.token, name="Anna", new="regen haus mosel")
    assert done.headers["location"] == f"/team/{team.public_id}"
    home = said((await anna.get(done.headers["location"])).text)
    assert "Für andere buchen" in home
    assert "Nächste Schritte" not in home
    assert (await anna.get(address)).status_code == 404


async def test_an_assistant_steps_down_from_the_teams_own_page(world: World, site: Site, team: TeamCard) -> None:
    await grant_role(None, world.ada.id, Grant(Role.TEAM_ASSISTANT, "team", team.id), NOW)
    browser = await site.browser(world.ada)
    page = (await browser.get(f"/team/{team.public_id}")).text
    form = re.search(r'action="(/team/\w+/verwaltung/\d+/entfernen)"', page)
    assert form is not None
    assert (await browser.post(form[1])).headers["location"] == "/team?getan=aufgehoert"
    assert "Sie haben diese Aufgabe nicht mehr." in said((await browser.get("/team?getan=aufgehoert")).text)
    assert (await browser.get(f"/team/{team.public_id}")).status_code == 404


async def test_the_last_manager_stays_until_somebody_takes_over(world: World, site: Site, team: TeamCard) -> None:
    browser, address = await gundula(site, world), f"/team/{team.public_id}/verwaltung"
    role = await fetch_value("SELECT id FROM role_grant WHERE role = 'team_manager' AND scope_id = $1", team.id)
    refused = await browser.post(f"{address}/{role}/entfernen")
    assert refused.status_code == 409
    assert "Sie verwalten dieses Firmenkonto als Einzige." in said(refused.text)
    assert (await browser.post(f"{address}/uebergeben")).status_code == 422
    [mia] = await members_of(team.id)
    assert (await browser.post(f"{address}/uebergeben", an=mia.public_id)).status_code == 303
    assert (await browser.get(address)).status_code == 404
    assert (await (await site.browser(world.mia)).get(address)).status_code == 200


async def test_the_works_council_is_nobody_who_looks_after_the_team(world: World, site: Site, team: TeamCard) -> None:
    await grant_role(None, world.mia.id, Grant(Role.WORKS_COUNCIL, "team", team.id), NOW)
    page = (await (await gundula(site, world)).get(f"/team/{team.public_id}/verwaltung")).text
    assert "Betriebsrat oder Personalrat" in said(page)
    [mia] = await members_of(team.id)
    assert mia.public_id not in page
    refused = await (await gundula(site, world)).post(f"/team/{team.public_id}/verwaltung/uebergeben", an=mia.public_id)
    assert refused.status_code == 409


async def test_the_end_is_set_said_and_taken_back(world: World, site: Site, team: TeamCard) -> None:
    browser, address = await gundula(site, world), f"/team/{team.public_id}/ende"
    wrong = await browser.post(address, letzter_tag="31.12.2020")
    assert wrong.status_code == 422
    assert 'id="letzter_tag-fehler"' in wrong.text
    assert (await browser.post(address, letzter_tag="2026-12-31")).status_code == 303
    for person in (world.gundula, world.mia):
        page = said((await (await site.browser(person)).get(f"/team/{team.public_id}")).text)
        assert "Das Firmenkonto endet am 31. Dezember 2026" in page
    assert (await browser.post(f"{address}/zuruecknehmen")).status_code == 303
    assert (await now_of(team)).ends_on is None
    assert (await browser.post(f"{address}/zuruecknehmen")).status_code == 409


async def test_somebody_in_the_team_sees_what_is_their_own_and_nothing_to_manage(
    world: World, site: Site, team: TeamCard
) -> None:
    page = said((await (await site.browser(world.mia)).get(f"/team/{team.public_id}")).text)
    assert "Mein Rahmen" in page
    assert "Team verlassen" in page
    assert "Nächste Schritte" not in page
    assert "Für andere buchen" not in page


async def test_the_network_finds_companies_without_a_manager_and_invites_one(
    world: World, site: Site, team: TeamCard
) -> None:
    browser = await site.browser(world.nadja)
    role = await fetch_value("SELECT id FROM role_grant WHERE role = 'team_manager' AND scope_id = $1", team.id)
    address = f"/netzwerk/firmen/{team.public_id}"
    assert (await browser.post(f"{address}/verwaltung/{role}/entfernen")).status_code == 303
    listed = said((await browser.get("/netzwerk/firmen")).text)
    assert "ohne Verwaltung" in listed
    assert "weniger als fünf Personen" in listed
    assert (await browser.post(f"{address}/verwaltung", name="Ada", email=world.ada.email)).status_code == 303
    assert world.ada.email in said((await browser.get(address)).text)
    invitation = await fetch_value("SELECT public_id FROM invitation")
    assert (await browser.post(f"{address}/einladungen/{invitation}/zuruecknehmen")).status_code == 303
    assert world.ada.email not in said((await browser.get(address)).text)


async def test_the_network_counts_people_from_five_up(world: World, site: Site, team: TeamCard) -> None:
    for person in (world.frida, world.otto, world.rolf, world.ada):
        await joined(team, person)
    assert "5 Personen im Team" in said((await (await site.browser(world.nadja)).get("/netzwerk/firmen")).text)


async def test_the_page_for_companies_is_for_everybody_and_linked_from_the_plans(world: World, site: Site) -> None:
    await it_charges()
    browser = await site.browser()
    assert "Was die Firma sieht und was nicht" in said((await browser.get("/firma")).text)
    for path in ("/", "/tarife"):
        assert 'href="/firma"' in (await browser.get(path)).text
    assert (await browser.get("/team/neu")).headers["location"].startswith("/anmelden")
