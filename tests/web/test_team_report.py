"""A team's report: the manager, the works council and everybody in the team read the same."""

from datetime import date

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.insights.team_months import close_team_months
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
    parts = {page.split('<section id="bericht">')[1].split("</section>")[0] for page in pages}
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
