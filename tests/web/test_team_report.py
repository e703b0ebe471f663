"""A team's report: the manager, the works council and everybody in the team read the same."""

import re
from datetime import date

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.insights.team_months import close_team_months
from app.plans.limits import LimitShape
from app.plans.purse_limits import set_limits_for_all
from app.platform.database import execute
from app.teams.queries import TeamCard
from tests.teams.spending import OCTOBER, a_team_with_a_pool, colleagues, in_cost_centre, workdays, works
from tests.web.conftest import Site, said
from tests.worlds import NOW, APerson, World


@pytest.fixture
async def people(world: World) -> list[APerson]:
    return await colleagues(14)


@pytest.fixture
async def team(world: World, people: list[APerson]) -> TeamCard:
    """Two cost centres of six and one person of her own; October is over."""
    team = await a_team_with_a_pool(world, people)
    await in_cost_centre(team, "4711 Werk", people[:6])
    await in_cost_centre(team, "4712 Büro", people[6:13])
    await in_cost_centre(team, "4713 Chefin", people[13:])
    for number, (person, day) in enumerate(zip(people, workdays(OCTOBER, 14), strict=True)):
        await works(person, world.polch["1"] if number % 2 else world.andernach["A1"], day)
    await close_team_months(NOW, date(2026, 11, 24))
    return team


async def test_use_is_told_by_month_by_cost_centre_and_by_space(site: Site, world: World, team: TeamCard) -> None:
    manager = await site.browser(world.gundula)
    text = said((await manager.get(f"/team/{team.public_id}/bericht")).text)
    assert "Oktober 2026 14 0,00 €" in text
    assert "4711 Werk nicht gezeigt" in text
    assert "4713 Chefin nicht gezeigt" in text
    assert "4712 Büro 7 0,00 €" in text
    assert "Alle nicht gezeigten zusammen 7" in text
    assert "Alte Post Andernach 7 RegioHub Polch 7" in text


async def test_everybody_in_the_team_reads_exactly_what_its_manager_reads(
    site: Site, world: World, team: TeamCard, people: list[APerson]
) -> None:
    council = world.tilda
    await grant_role(None, council.id, _council_of(team), NOW)
    readers = [await site.browser(person) for person in (world.gundula, people[0], council)]
    pages = [(await reader.get(f"/team/{team.public_id}/bericht")).text for reader in readers]
    parts = {page.split('id="bericht">')[1].split("</section>")[0] for page in pages}
    assert len(parts) == 1
    for table in ("monate", "kostenstellen", "standorte"):
        files = [await reader.get(f"/team/{team.public_id}/bericht.csv?tabelle={table}") for reader in readers]
        assert len({file.content for file in files}) == 1
        assert files[0].content.startswith(b"\xef\xbb\xbf")


async def test_the_file_holds_what_the_page_shows(site: Site, world: World, team: TeamCard) -> None:
    manager = await site.browser(world.gundula)
    file = (await manager.get(f"/team/{team.public_id}/bericht.csv?tabelle=kostenstellen")).content.decode("utf-8-sig")
    assert "Oktober 2026;4712 Büro;7;" in file
    assert "Oktober 2026;4713 Chefin;nicht gezeigt;nicht gezeigt" in file
    assert (await manager.get(f"/team/{team.public_id}/bericht.csv?tabelle=personen")).status_code == 404


async def test_no_name_and_no_day_is_in_it(site: Site, world: World, team: TeamCard, people: list[APerson]) -> None:
    manager = await site.browser(world.gundula)
    page = (await manager.get(f"/team/{team.public_id}/bericht")).text
    assert not [person.name for person in people if person.name in page]


async def test_before_a_month_is_over_the_page_says_when_there_will_be_something(
    site: Site, world: World, people: list[APerson]
) -> None:
    team = await a_team_with_a_pool(world, people)
    manager = await site.browser(world.gundula)
    assert "ab dem 4. des folgenden" in said((await manager.get(f"/team/{team.public_id}/bericht")).text)


async def test_who_has_nothing_to_do_with_the_team_finds_no_report(site: Site, world: World, team: TeamCard) -> None:
    for stranger in (world.mia, world.otto):
        browser = await site.browser(stranger)
        assert (await browser.get(f"/team/{team.public_id}/bericht")).status_code == 404
        assert (await browser.get(f"/team/{team.public_id}/bericht.csv")).status_code == 404


def _council_of(team: TeamCard) -> Grant:
    return Grant(Role.WORKS_COUNCIL, "team", team.id)


AGREED = {
    "titel": "BV 12",
    "parteien": "Geschäftsleitung und Betriebsrat",
    "geschlossen": "2026-08-01",
    "tage": "ja",
}


async def test_a_month_by_name_is_shown_after_agreement_and_notice_and_every_look_is_read_by_all(
    site: Site, world: World, team: TeamCard, people: list[APerson]
) -> None:
    page = f"/team/{team.public_id}/bericht/namen"
    await grant_role(None, world.tilda.id, _council_of(team), NOW)
    manager, council, employee = [await site.browser(person) for person in (world.gundula, world.tilda, people[0])]
    assert "Es gibt keine Vereinbarung" in said((await manager.get(page)).text)
    recorded = await manager.post(f"/team/{team.public_id}/vereinbarung", **AGREED)
    assert recorded.headers["location"] == f"{page}?getan=erfasst"
    agreement = re.search(r'name="vereinbarung" value="(\w+)"', (await council.get(page)).text)
    assert agreement is not None
    chosen = {"vereinbarung": agreement[1]}
    settings = f"/team/{team.public_id}/betriebsrat"
    assert "erfasst und noch nicht bestätigt: BV 12" in said((await council.get(settings)).text)
    assert (await manager.post(f"/team/{team.public_id}/vereinbarung/bestaetigen", **chosen)).status_code == 404
    assert (await council.post(f"/team/{team.public_id}/vereinbarung/bestaetigen", **chosen)).status_code == 303
    assert "Es läuft eine Vereinbarung über Namen: BV 12" in said((await council.get(settings)).text)
    assert (await manager.post(page, monat="2026-10")).status_code == 303, "nobody was told before October"
    await execute("UPDATE team_agreement_notice SET told_at = '2026-09-01T08:00:00Z'")
    shown = said((await manager.post(page, monat="2026-10")).text)
    assert "Kollegin 0 1" in shown
    assert "Polch" not in shown
    assert "Andernach" not in shown
    assert (await employee.post(page, monat="2026-10")).status_code == 404
    read = said((await employee.get(page)).text)
    assert "Gundula Gast Oktober 2026" in read
    assert "Kollegin 3" not in read
    assert "Oktober 2026 1" in read, "the own line"
    second = await manager.post(f"/team/{team.public_id}/vereinbarung", **AGREED | {"titel": "BV 13"})
    assert second.status_code == 409
    assert "Das gilt jetzt Titel BV 12" in said(second.text)
    assert 'value="BV 13"' in second.text
    assert (await council.post(f"/team/{team.public_id}/vereinbarung/beenden", **chosen)).status_code == 303
    for too_late in (
        await manager.post(f"/team/{team.public_id}/vereinbarung/beenden", **chosen),
        await council.post(f"/team/{team.public_id}/vereinbarung/bestaetigen", **chosen),
    ):
        assert too_late.status_code == 409
        assert "Inzwischen hat jemand anderes" in said(too_late.text)
        assert "Es gibt keine Vereinbarung." in said(too_late.text)
    assert (await manager.post(page, monat="2026-10")).status_code == 303


async def test_a_form_that_lacks_something_says_so_and_keeps_what_was_typed(
    site: Site, world: World, team: TeamCard
) -> None:
    manager = await site.browser(world.gundula)
    answer = await manager.post(f"/team/{team.public_id}/vereinbarung", titel="BV 12", parteien="x", geschlossen="bald")
    assert answer.status_code == 422
    assert "Bitte ein Datum eintragen" in answer.text
    assert 'value="BV 12"' in answer.text


async def test_the_works_council_reads_all_settings_and_who_changed_them(
    site: Site, world: World, team: TeamCard
) -> None:
    await grant_role(world.nadja.actor(), world.tilda.id, _council_of(team), NOW)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(desk_halves=16, weekdays=[0, 4]))
    council = await site.browser(world.tilda)
    text = said((await council.get(f"/team/{team.public_id}/betriebsrat")).text)
    assert "Verwaltung Gundula Gast" in text
    assert "Betriebsrat oder Personalrat Tilda Ruf" in text
    assert "Für alle Tage am Schreibtisch: bis zu 8 Tage im Monat; Wochentage: Montag und Freitag" in text
    assert "Becker Maschinenbau GmbH" in text
    assert "Firmenkonto: gegründet" in text
    assert "Nadja Netz" in text


async def test_who_only_works_in_the_team_does_not_read_its_settings(
    site: Site, team: TeamCard, people: list[APerson]
) -> None:
    employee = await site.browser(people[0])
    assert (await employee.get(f"/team/{team.public_id}/betriebsrat")).status_code == 404


async def test_an_assistant_who_is_not_in_the_team_reads_no_report(site: Site, world: World, team: TeamCard) -> None:
    await grant_role(None, world.otto.id, Grant(Role.TEAM_ASSISTANT, "team", team.id), NOW)
    assistant = await site.browser(world.otto)
    assert (await assistant.get(f"/team/{team.public_id}")).status_code == 200
    for path in ("bericht", "bericht.csv", "bericht/namen"):
        assert (await assistant.get(f"/team/{team.public_id}/{path}")).status_code == 404
