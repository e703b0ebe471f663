"""The people of a team on the pages: inviting, joining, the list, leaving; and that nothing of what anybody books is
on any of them."""

import re

import pytest

from app.bookings.operations import BookDesk, book
from app.identity.mailed_links import link_to_mail
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.plans.accounts import NewAccount, open_account
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch_value
from app.teams.domains import ask_for_domain, mail_domain_by_id, prove_domain
from app.teams.invitations import open_invitations
from app.teams.queries import TeamCard, member_of, members_of
from tests.identity.conftest import KEY, PASSWORD, mailed
from tests.selling import TODAY, it_charges
from tests.teams.buying import SEAT, bought, seated, seats
from tests.teams.founding import a_team
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World, tomorrow


async def invitation_token(team: TeamCard) -> str:
    [invitation] = await open_invitations(team.id)
    link = await link_to_mail(invitation.link, NOW, key=KEY)
    assert link is not None
    return link.token


async def uploaded(browser: Browser, path: str, content: bytes) -> str:
    """Sends the file; where it leads."""
    await browser.get("/anmelden/erneut")
    fields = {"_csrf_token": browser.client.cookies["csrf"]}
    answer = await browser.client.post(path, data=fields, files={"file": ("leute.csv", content, "text/csv")})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_who_has_invited_is_led_on_to_the_next_step(site: Site, world: World) -> None:
    await it_charges()
    team, manager = await a_team(world), await site.browser(world.gundula)
    start = f"/team/{team.public_id}"
    assert "Weiter: Leute einladen" in said((await manager.get(start)).text)
    sent = await manager.post(f"{start}/personen/einladen", people="ina@becker.example", cost_centre="-")
    for page in (sent.headers["location"], start):
        assert "Weiter: Plätze oder Kontingent" in said((await manager.get(page)).text)


async def test_from_an_invitation_to_the_team_in_one_form(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    path = f"/team/{team.public_id}/personen"
    sent = await manager.post(f"{path}/einladen", people="Ina Imker <ina@becker.example>", cost_centre="-")
    assert sent.headers["location"] == f"{path}?getan=eingeladen"
    assert "Ina Imker" in said((await manager.get(path)).text)
    link = f"/team/beitreten/{await invitation_token(team)}"

    newcomer = await site.browser()
    page = said((await newcomer.get(link)).text)
    for seen in ("Ihren Namen und die E-Mail-Adresse", "An welchen Tagen Sie wo arbeiten", "jederzeit verlassen"):
        assert seen in page
    refused = await newcomer.post(link, name="", password="kurz")
    assert refused.status_code == 422
    assert 'id="name-fehler"' in refused.text
    joined = await newcomer.post(link, name="Ina Imker", password=PASSWORD)
    assert joined.headers["location"] == f"/team/{team.public_id}?getan=dabei"
    assert "Sie gehören jetzt zum Team." in said((await newcomer.get(joined.headers["location"])).text)
    assert "Becker Maschinenbau" in said((await newcomer.get(joined.headers["location"])).text)
    gone = await (await site.browser()).get(link)
    assert gone.status_code >= 400
    assert "gilt nicht mehr" in gone.text


async def test_lines_that_are_wrong_stay_in_the_form_and_nobody_is_invited(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    answer = await manager.post(
        f"/team/{team.public_id}/personen/einladen", people="anna@firma.example\nBen", cost_centre="-"
    )
    assert answer.status_code >= 400
    assert "2 (Ben)" in answer.text
    assert "anna@firma.example" in answer.text
    assert not await open_invitations(team.id)


async def test_who_has_an_account_signs_in_first_and_comes_back(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    await manager.post(f"/team/{team.public_id}/personen/einladen", people=world.mia.email, cost_centre="-")
    link = f"/team/beitreten/{await invitation_token(team)}"
    page = (await (await site.browser()).get(link)).text
    assert f"/anmelden?weiter={link.replace('/', '%2F')}" in page
    mia = await site.browser(world.mia)
    assert "Sie sind angemeldet als Mia Hammes" in said((await mia.get(link)).text)
    assert not await members_of(team.id), "looking changes nothing"
    assert (await mia.post(link)).headers["location"] == f"/team/{team.public_id}?getan=dabei"


async def test_by_the_companys_link_a_newcomer_signs_up_and_comes_back_to_it(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    entry = f"/team/{team.public_id}/beitritt"
    assert (await manager.post(f"{entry}/link", most="null")).status_code >= 400
    await manager.post(f"{entry}/link", most="1")
    found = re.search(r'value="http://nahwerk.example(/team/beitreten/[^"]+)"', (await manager.get(entry)).text)
    assert found is not None
    link = found[1]
    newcomer = await site.browser()
    assert f"/registrieren?weiter={link.replace('/', '%2F')}" in (await newcomer.get(link)).text
    await newcomer.post("/registrieren", name="Ina", email="ina@becker.example", password="", weiter=link)
    token = (await mailed("person.sign_up_requested")).token
    assert (await newcomer.post("/bestaetigen", token=token)).headers["location"] == link
    await newcomer.post(link)
    assert [member.name for member in await members_of(team.id)] == ["Ina"]
    mia = await site.browser(world.mia)
    full = await mia.post(link)
    assert full.status_code == 409
    assert "schon alle beigetreten" in full.text
    await manager.post(f"{entry}/link/beenden")
    assert "gilt nicht mehr" in (await mia.get(link)).text


async def test_a_proven_domain_is_offered_after_signing_up_and_never_joined_by_itself(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    entry = f"/team/{team.public_id}/beitritt"
    assert "nicht nur Ihre Firma" in (await manager.post(f"{entry}/domains", domain="gmx.de", keeper="admin")).text
    await manager.post(f"{entry}/domains", domain="becker.example", keeper="postmaster")
    found = await mail_domain_by_id(await fetch_value("SELECT max(id) FROM mail_domain"), signing_key=KEY)
    assert found is not None
    keeper = await site.browser()
    proof = f"/team/domain/{found[1]}"
    assert "Gehört becker.example zu Becker Maschinenbau?" in said((await keeper.get(proof)).text)
    assert "ohne Antwort" not in (await manager.get(entry)).text
    done = await keeper.post(proof)
    assert "Danke" in (await keeper.get(done.headers["location"])).text
    assert "bestätigt am" in (await manager.get(entry)).text

    newcomer = await site.browser()
    await newcomer.post("/registrieren", name="Ina", email="ina@becker.example", password="")
    token = (await mailed("person.sign_up_requested")).token
    assert (await newcomer.post("/bestaetigen", token=token)).headers["location"] == "/team/beitreten"
    assert "Becker Maschinenbau" in said((await newcomer.get("/team/beitreten")).text)
    assert "Becker Maschinenbau" in said((await newcomer.get("/konto")).text)
    assert not await members_of(team.id)
    assert (await newcomer.post("/team/beitreten", team=team.public_id)).status_code == 303
    assert len(await members_of(team.id)) == 1
    mia = await site.browser(world.mia)
    assert (await mia.post("/team/beitreten", team=team.public_id)).status_code == 404


async def test_a_file_is_shown_before_anybody_is_invited(site: Site, world: World) -> None:
    team, manager = await a_team(world), await site.browser(world.gundula)
    path = f"/team/{team.public_id}/personen/import"
    preview = await uploaded(manager, path, b"name;e-mail\nIna;ina@becker.example\n;kaputt")
    page = (await manager.get(preview)).text
    assert "wird eingeladen" in said(page)
    assert not await open_invitations(team.id)
    state = re.search(r'name="stand" value="(\w+)"', page)
    assert state is not None
    assert (await manager.post(preview, stand="veraltet")).status_code == 409
    await manager.post(preview, stand=state[1])
    assert [one.email for one in await open_invitations(team.id)] == ["ina@becker.example"]
    assert (await manager.get(preview)).status_code == 404


@pytest.mark.parametrize("role", [Role.TEAM_ASSISTANT, Role.WORKS_COUNCIL])
async def test_assistants_and_the_works_council_read_the_list_alone(site: Site, world: World, role: Role) -> None:
    team = await a_team(world, world.mia)
    await grant_role(None, world.otto.id, Grant(role, "team", team.id), NOW)
    browser, path = await site.browser(world.otto), f"/team/{team.public_id}/personen"
    page = (await browser.get(path)).text
    assert "Mia Hammes" in page
    assert "einladen" not in said(page)
    [member] = await members_of(team.id)
    assert (await browser.post(f"{path}/{member.public_id}/entfernen")).status_code == 404
    assert (await browser.get(f"{path}/einladen")).status_code == 404


async def test_somebody_is_taken_out_and_what_is_answered_knows_of_no_booking(site: Site, world: World) -> None:
    """Two colleagues, one of whom has booked with the team's days: the manager's pages and answers are alike."""
    await it_charges()
    team, manager = await a_team(world, world.mia, world.otto), await site.browser(world.gundula)
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "Pool", "Pool", purse=team.purse)
    await open_account(pool, NOW)
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    seen = []
    for person in (world.mia, world.otto):
        member = await member_of(team.id, person.id)
        assert member is not None
        path = f"/team/{team.public_id}/personen/{member.public_id}"
        pages = [
            await manager.get(path),
            await manager.get(f"{path}/entfernen"),
            await manager.post(f"{path}/entfernen"),
        ]
        seen.append([said(page.text).replace(person.name, "X").replace(person.email, "Y") for page in pages[:2]])
        assert pages[2].headers["location"] == f"/team/{team.public_id}/personen?getan=entfernt"
    assert seen[0] == seen[1]
    assert await fetch_value("SELECT status FROM booking WHERE id = $1", booking.id) == "confirmed"
    assert not await members_of(team.id)


async def test_leaving_lists_what_is_given_back_before(site: Site, world: World) -> None:
    await it_charges()
    team, mia = await a_team(world, world.mia), await site.browser(world.mia)
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "Pool", "Pool", purse=team.purse)
    await open_account(pool, NOW)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    path = f"/team/{team.public_id}/verlassen"
    page = (await mia.get(path)).text
    assert "Zurückgegeben wird" in said(page)
    assert "RegioHub Polch" in said(page)
    assert "Ihr Konto hat die Adresse mia@" in said(page), "an address of the company would lock her out one day"
    assert (await mia.post(path, stand="veraltet")).status_code == 409
    state = re.search(r'name="stand" value="(\w+)"', page)
    assert state is not None
    left = await mia.post(path, stand=state[1])
    assert "Sie haben das Team verlassen" in (await mia.get(left.headers["location"])).text
    assert (await mia.get(path)).status_code == 404


async def test_without_charges_no_page_of_people_speaks_of_paying(site: Site, world: World) -> None:
    team = await a_team(world, world.mia)
    await execute("UPDATE team SET payer = NULL, purse = NULL WHERE id = $1", team.id)
    mia, manager = await site.browser(world.mia), await site.browser(world.gundula)
    domain = await ask_for_domain(world.gundula.actor(), team, "example.org", "admin", NOW, key=KEY)
    found = await mail_domain_by_id(domain.id, signing_key=KEY)
    assert found is not None
    await prove_domain(found[1], NOW)
    [member] = await members_of(team.id)
    pages = [await mia.get(f"/team/{team.public_id}/verlassen")]
    paths = ("", f"/{member.public_id}", f"/{member.public_id}/entfernen", "/einladen", "/import")
    pages += [await manager.get(f"/team/{team.public_id}/personen{path}") for path in paths]
    pages.append(await (await site.browser(world.otto)).get("/team/beitreten"))
    for page in pages:
        assert page.status_code == 200
        assert not re.search(r"bezahl|kosten(?!stelle)|Guthaben|Euro|€", said(page.text), re.IGNORECASE), page.url


async def test_the_list_leads_to_the_seats_and_filters_by_them_but_not_for_an_assistant(
    site: Site, world: World
) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1)
    await seated(team, world.mia)
    [seat] = await seats(team)
    path, link = f"/team/{team.public_id}/personen", f'href="/team/{team.public_id}/plaetze/{seat.public_id}"'
    await grant_role(None, world.frida.id, Grant(Role.TEAM_ASSISTANT, "team", team.id), NOW)
    async with await site.browser(world.gundula) as manager, await site.browser(world.frida) as assistant:
        assert link in (await manager.get(path)).text
        without = said((await manager.get(f"{path}?teamplatz=ohne")).text)
        assert "Otto Wirt" in without
        assert "Mia Hammes" not in without
        for asked in ("", "?teamplatz=ohne"):
            page = (await assistant.get(path + asked)).text
            assert "Mia Hammes" in said(page)
            assert "Teamplatz" not in said(page)
