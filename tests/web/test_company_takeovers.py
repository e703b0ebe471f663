"""What somebody tries who manages a team, or runs a provider, and wants into accounts that are not his."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from app.identity.queries import person_of_email
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Grant, Role
from app.platform.database import execute, fetch, fetch_value
from app.teams.domains import ask_for_domain, mail_domain_by_id
from app.teams.providers import DomainMissing, ProviderWanted, note_tried, provider_of_team, require_provider
from app.teams.providers import save_provider as save
from app.teams.queries import TeamCard
from tests.identity.conftest import PASSWORD
from tests.teams.companies import CLIENT, SECRET, Company, a_company, it_owns, they_agree
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import said
from tests.web.test_company_sign_in import ANNA, BACK, MIA, Firm, at_home, firm, its_application, require
from tests.web.watching import last_event, mails_since
from tests.worlds import NOW

__all__ = ["at_home", "firm", "its_application"]


async def changed_to(firm: Firm, company: Company, secret: str = SECRET) -> None:
    """Gundula lets another provider speak for the team."""
    now_set = await provider_of_team(firm.team.id)
    assert now_set is not None
    wanted = ProviderWanted(company.issuer, CLIENT, secret)
    await save(await acting(firm.world.gundula), firm.team, wanted, now_set.version, NOW, firm.installation)


async def link_to_keepers(firm: Firm, domain: str) -> str:
    """The address in the mail to who looks after the domain."""
    key = await fetch_value("SELECT id FROM mail_domain WHERE team = $1 AND domain = $2", firm.team.id, domain)
    found = await mail_domain_by_id(key, signing_key=firm.installation.key)
    assert found is not None
    return f"/team/domain/{found[1]}"


async def test_a_manager_who_sets_a_provider_of_his_own_gets_into_nobodys_account(firm: Firm) -> None:
    """Neither into one that there is, nor by making one that its owner would find later."""
    browser = await firm.site.browser()
    address = await firm.sent(browser)
    async with a_company(firm.site.clock) as evil:
        await changed_to(firm, evil)
        for claims in (MIA, ANNA):
            refused = await (await firm.site.browser()).post("/anmelden/firma", email=claims["email"])
            assert "keine Anmeldung über eine Firma" in said(refused.text)
        await browser.get(firm.company.let_in(address, **ANNA))
        assert browser.session is None, "who was on the way there is not let in either"
        assert not [path for path in evil.asked if path.endswith("/token")]
    assert await person_of_email("anna@becker.example") is None
    assert await fetch_value("SELECT count(*) FROM federated_identity") == 0


async def test_who_looks_after_the_domain_reads_what_the_provider_could_and_lets_it_speak(firm: Firm) -> None:
    async with a_company(firm.site.clock) as other:
        before = await last_event()
        await changed_to(firm, other)
        [mail] = [text for to, text in await mails_since(before) if "postmaster@becker.example" in to]
        assert f"Darf {other.issuer} für becker.example sprechen?" in mail
        assert "jedes Konto mit einer Adresse @becker.example öffnen" in mail
        keeper, link = await firm.site.browser(), await link_to_keepers(firm, "becker.example")
        page = said((await keeper.get(link)).text)
        assert other.issuer in page
        assert "jedes Konto mit einer Adresse @becker.example öffnen" in page
        settings = await firm.site.browser(firm.world.gundula)
        assert "wartet auf Zustimmung" in (await settings.get(f"/team/{firm.team.public_id}/anmeldung")).text
        assert (await keeper.post(link)).status_code == 303
        assert (await keeper.post(link)).status_code == 422, "once"
        assert "zugestimmt" in (await settings.get(f"/team/{firm.team.public_id}/anmeldung")).text
        browser = await firm.site.browser()
        back = other.let_in(await firm.sent(browser), **ANNA)
        assert (await browser.get(back)).headers["location"] == "/anmelden/firma/zustimmen"
        refused = await browser.post("/anmelden/firma", email="x@example.org")
        assert "keine Anmeldung über eine Firma" in said(refused.text), "the other domain's keepers have said nothing"


async def test_a_link_about_a_provider_that_was_changed_meanwhile_agrees_to_nothing(firm: Firm) -> None:
    async with a_company(firm.site.clock) as first, a_company(firm.site.clock) as second:
        await changed_to(firm, first)
        former = await link_to_keepers(firm, "becker.example")
        await changed_to(firm, second)
        assert (await (await firm.site.browser()).post(former)).status_code == 422
        assert not await fetch("SELECT FROM mail_domain WHERE issuer IN ($1, $2)", first.issuer, second.issuer)


async def test_nobody_can_be_sent_to_a_provider_that_no_keeper_has_agreed_to(firm: Firm) -> None:
    async with a_company(firm.site.clock) as evil:
        await changed_to(firm, evil)
        provider = await provider_of_team(firm.team.id)
        assert provider is not None
        gundula = await acting(firm.world.gundula)
        await note_tried(provider, gundula, NOW)
        with pytest.raises(DomainMissing):
            await require_provider(gundula, firm.team, required=True, now=NOW)


async def rivals(firm: Firm, company: Company) -> TeamCard:
    """Another company with a domain and a provider, whose people mean harm."""
    rival = await a_team(firm.world, name="Rivale")
    await it_owns(rival, "rivale.example")
    wanted = ProviderWanted(company.issuer, CLIENT, SECRET)
    await save(await acting(firm.world.gundula), rival, wanted, 0, NOW, firm.installation)
    await they_agree(rival, company.issuer)
    return rival


async def test_a_provider_that_passes_on_what_another_one_says_gets_no_code(firm: Firm) -> None:
    """Mix-up: Mia wants in at the rival, is sent on to her company, and its answer must not reach the rival."""
    async with a_company(firm.site.clock) as evil:
        rival = await rivals(firm, evil)
        mias = await firm.site.browser()
        sent_to = dict(parse_qsl(urlsplit(await firm.sent(mias, "mia@rivale.example")).query))
        assert sent_to["redirect_uri"].endswith(f"{BACK}/{rival.public_id}")
        passed_on = {**sent_to, "redirect_uri": f"http://nahwerk.example{firm.back}"}
        back = firm.company.let_in(f"{firm.company.issuer}/authorize?{urlencode(passed_on)}", **MIA)
        assert (await mias.get(back)).status_code == 422
        assert mias.session is None
        assert "/firma/token" not in evil.asked, "the code stays here"


async def test_companies_cannot_be_listed_by_trying_addresses(firm: Firm) -> None:
    browser = await firm.site.browser()
    answers: list[Any] = [await browser.post("/anmelden/firma", email=f"a@{number}.example") for number in range(62)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert (await browser.post("/anmelden/firma", email="anna@becker.example")).status_code == 429


async def test_a_team_that_takes_over_a_domain_takes_over_no_account(firm: Firm) -> None:
    """What one company's provider opened, another one's does not open because it has the domain now."""
    await firm.joins(await firm.site.browser(), ANNA)
    await execute("UPDATE mail_domain SET removed_at = $1 WHERE domain = 'becker.example'", NOW)
    async with a_company(firm.site.clock) as evil:
        rival = await a_team(firm.world, name="Nachfolger")
        await it_owns(rival, "becker.example")
        wanted = ProviderWanted(evil.issuer, CLIENT, SECRET)
        await save(await acting(firm.world.gundula), rival, wanted, 0, NOW, firm.installation)
        refused = await (await firm.site.browser()).post("/anmelden/firma", email="anna@becker.example")
        assert "keine Anmeldung über eine Firma" in said(refused.text)


async def test_a_provider_does_not_lead_into_another_companys_account(firm: Firm) -> None:
    """Anna manages another team besides: her employer's provider must not open what is that company's."""
    await firm.joins(await firm.site.browser(), ANNA)
    person = await person_of_email("anna@becker.example")
    assert person is not None
    other = await a_team(firm.world, name="Nebenbei")
    for role in (Role.TEAM_MANAGER, Role.TEAM_ASSISTANT, Role.WORKS_COUNCIL):
        await grant_role(None, person, Grant(role, "team", other.id), NOW)
        for claims in (ANNA, {**ANNA, "sub": "u-8"}):
            browser = await firm.site.browser()
            assert (await firm.comes(browser, claims)).status_code == 422
            assert browser.session is None
        await revoke_role(None, person, Grant(role, "team", other.id), NOW)
    browser = await firm.site.browser()
    await firm.comes(browser, ANNA)
    assert browser.session is not None


async def test_who_looks_after_another_team_is_not_shut_out_by_the_employer(firm: Firm) -> None:
    await joined(firm.team, firm.world.mia)
    await require(firm)
    other = await a_team(firm.world, name="Nebenbei")
    await grant_role(None, firm.world.mia.id, Grant(Role.TEAM_MANAGER, "team", other.id), NOW)
    mia = await firm.site.browser()
    await mia.post("/anmelden", email="mia@example.org", password=PASSWORD)
    assert mia.session is not None


async def test_others_do_not_keep_a_team_from_asking_about_its_provider(firm: Firm) -> None:
    """Asking for somebody else's domain has a limit that must not become a way to stand in the way."""
    rival = await a_team(firm.world, name="Rivale")
    for _ in range(5):
        await ask_for_domain(
            await acting(firm.world.gundula), rival, "becker.example", "admin", NOW, key=firm.installation.key
        )
    async with a_company(firm.site.clock) as other:
        await changed_to(firm, other)
        page = await firm.site.browser(firm.world.gundula)
        form = {"domain": "becker.example", "keeper": "postmaster"}
        again = await page.post(f"/team/{firm.team.public_id}/beitritt/domains", **form)
        assert again.status_code == 303
