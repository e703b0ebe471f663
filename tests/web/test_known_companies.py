"""Founding an account for a company that has one, and what the network sees of it."""

from app.platform.database import execute, fetch_value
from app.teams.companies import companies_of_all, company_row
from tests.selling import it_charges
from tests.teams.founding import a_team
from tests.web.conftest import Site, said
from tests.web.test_company_pages import BECKER as TYPED
from tests.worlds import World


async def test_the_form_says_it_beside_the_field_and_nothing_of_the_other_account(world: World, site: Site) -> None:
    await it_charges()
    await a_team(world, name="Beckers Leute")
    browser = await site.browser(world.rolf)
    typed = TYPED | {"company": "BECKER Maschinenbau", "name": "Rolf Rival", "email": "rolf@becker.example"}
    assert "trotzdem" not in (await browser.get("/team/neu")).text
    answer = await browser.post("/team/neu", **typed, schluessel="einmal")
    assert answer.status_code == 409
    assert 'id="company-fehler"' in answer.text
    assert "Lassen Sie sich einladen" in said(answer.text)
    assert "Industriestraße 5" in answer.text, "what was typed stays"
    for secret in ("Beckers Leute", "Berta", "rechnung@becker.example", world.gundula.name, world.gundula.email):
        assert secret not in answer.text
    answer = await browser.post("/team/neu", **typed, schluessel="einmal", trotzdem="ja")
    assert answer.status_code == 303
    assert await fetch_value("SELECT count(*) FROM team") == 2


async def test_what_else_is_wrong_keeps_the_tick(world: World, site: Site) -> None:
    await it_charges()
    browser = await site.browser(world.rolf)
    answer = await browser.post("/team/neu", **(TYPED | {"postcode": "5"}), trotzdem="ja")
    assert answer.status_code == 422
    assert 'name="trotzdem" value="ja" checked' in answer.text


async def test_the_network_sees_which_accounts_are_probably_of_one_company(world: World, site: Site) -> None:
    await it_charges()
    first, second = await a_team(world, name="Becker 1"), await a_team(world, name="Becker 2")
    third = await a_team(world, name="Kranz")
    await execute("UPDATE payer SET company = 'Kranz Bau' WHERE id = $1", third.payer)
    rows = {row.team.name: [each.name for each in row.doubles] for row in await companies_of_all(world.nadja.actor())}
    assert rows == {"Becker 1": ["Becker 2"], "Becker 2": ["Becker 1"], "Kranz": []}
    browser = await site.browser(world.nadja)
    assert said((await browser.get("/netzwerk/firmen")).text).count("vermutlich doppelt") == 2
    page = (await browser.get(f"/netzwerk/firmen/{first.public_id}")).text
    assert f'href="/netzwerk/firmen/{second.public_id}"' in page
    assert "Kranz" not in page
    assert (await company_row(world.nadja.actor(), third.public_id)).doubles == []
