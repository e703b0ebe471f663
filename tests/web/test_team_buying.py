"""An employer buys: offers by quantity, a quote, the order, seats that are given, pools, contracts, the trial."""

import re
from datetime import timedelta

import pytest

from app.plans.team_contracts import team_contracts_of
from app.platform.database import execute, fetch, fetch_value
from app.platform.rate_limits import hit
from app.teams.queries import TeamCard
from app.teams.quotes import QUOTES_MADE
from tests.selling import it_charges
from tests.teams.buying import POOL, SEAT, TRIAL, bought, seats, sold_to_teams
from tests.teams.founding import a_team, joined
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World


@pytest.fixture
async def team(world: World) -> TeamCard:
    await it_charges()
    return await a_team(world, world.mia, world.otto)


async def signed_in(site: Site, world: World) -> Browser:
    return await site.browser(world.gundula)


def hidden(page: str, name: str) -> str:
    """What a form on the page carries along, or has in a field."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, f"the page has {name}"
    return found[1]


async def test_an_offer_says_what_so_many_pieces_cost_net_and_gross(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    page = await browser.get(f"/team/{team.public_id}/tarife")
    assert "Teamplatz" in page.text
    assert "100,00\u00a0€ im Monat" in page.text, "119 € with 19 % in it"
    page = await browser.get(f"/team/{team.public_id}/tarife/{offer.public_id}?menge=5&beginn=2026-12-01")
    for amount in ("91,60\u00a0€ im Monat", "457,98\u00a0€ im Monat", "87,02\u00a0€", "545,00\u00a0€ im Monat"):
        assert amount in page.text


async def test_what_is_ordered_is_a_contract_with_a_confirmation(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    page = await browser.get(f"{here}?menge=3&beginn=2026-12-01")
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand", "menge", "beginn")}
    answer = await browser.post(here, **fields, bestellnummer="4711")
    assert answer.status_code == 303
    again = await browser.post(here, **fields, bestellnummer="4711")
    assert again.headers["location"] == answer.headers["location"], "twice the same is one order"
    page = await browser.get(answer.headers["location"])
    assert "3 × Teamplatz" in page.text
    assert "4711" in page.text
    assert "Preis im Monat 300,00 € netto, 57,00 € MwSt. (19 %), zusammen 357,00 €" in said(page.text)
    assert "Offen, Rechnung folgt" not in page.text, "nothing is due before it begins"
    document = await browser.get(answer.headers["location"].split("?")[0] + "/bestaetigung")
    assert "Becker Maschinenbau GmbH" in document.text
    assert len(await seats(team)) == 3
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'team_order.placed'") == 1


async def test_the_order_says_of_each_amount_that_is_due_what_is_net_and_what_is_tax(
    site: Site, world: World, team: TeamCard
) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    page = await browser.get(f"{here}?menge=3")
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand", "menge", "beginn")}
    page = await browser.get((await browser.post(here, **fields)).headers["location"])
    first = "3 × Teamplatz 24.11.2026 – 30.11.2026 70,00 € netto, 13,30 € MwSt. (19 %), zusammen 83,30 €"
    assert first in said(page.text), "seven of thirty days of 357 €"
    assert await fetch_value("SELECT amount FROM charge") == 8330


async def test_what_costs_nothing_says_so(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(TRIAL), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    page = await browser.get(here)
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand")}
    page = await browser.get((await browser.post(here, **fields)).headers["location"])
    assert "Preis kostet nichts" in said(page.text)
    assert "€" not in said(page.text)


async def test_a_form_that_shows_an_older_price_orders_nothing(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    answer = await browser.post(here, nummer="1", stand="0123456789abcdef", menge="3", beginn="2026-12-01")
    assert answer.status_code == 409
    assert await seats(team) == []


async def test_a_quantity_typed_after_the_price_was_shown_is_shown_before_it_is_ordered(
    site: Site, world: World, team: TeamCard
) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    page = await browser.get(here)
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand", "menge", "beginn")}
    page = await browser.post(here, **(fields | {"menge": "5"}))
    assert page.status_code == 409
    assert await seats(team) == [], "one piece was shown"
    assert "457,98\u00a0€ im Monat" in page.text
    answer = await browser.post(here, **(fields | {"menge": "3", "rechnen": "ja"}))
    page = await browser.get(answer.headers["location"])
    again = {name: hidden(page.text, name) for name in ("nummer", "stand", "menge", "beginn")}
    assert (await browser.post(here, **again)).status_code == 303
    assert len(await seats(team)) == 3


async def test_a_quote_of_no_quantity_leads_back_with_what_is_wrong(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    answer = await browser.post(f"/team/{team.public_id}/angebote", angebot=offer.public_id, menge="viele")
    page = await browser.get(answer.headers["location"])
    assert 'id="menge-fehler"' in page.text
    assert 'value="viele"' in page.text, "nothing that was typed is lost"


@pytest.mark.parametrize("quantity", ["0", "-3", "1,5", "viele", "100000", ""])
async def test_what_is_no_quantity_is_said_beside_the_field(
    site: Site, world: World, team: TeamCard, quantity: str
) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    page = await browser.get(f"/team/{team.public_id}/tarife/{offer.public_id}?menge={quantity}")
    assert page.status_code == 422
    assert 'id="menge-fehler"' in page.text


async def test_a_quote_is_a_pdf_and_is_ordered_as_it_was_written(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    answer = await browser.post(f"/team/{team.public_id}/angebote", angebot=offer.public_id, menge="10")
    here = answer.headers["location"].split("?")[0]
    pdf = await browser.get(f"{here}/pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf.content, "it can be read aloud"
    await execute("UPDATE product SET retired_at = $1", NOW)
    page = await browser.get(here)
    assert "A-2026-0001" in page.text
    assert "831,93\u00a0€ im Monat" in page.text
    answer = await browser.post(here, **{name: hidden(page.text, name) for name in ("nummer", "stand", "stichtag")})
    assert answer.status_code == 303, "what was offered holds, whatever is on sale today"
    assert len(await seats(team)) == 10
    assert (await browser.post(here, nummer="2", stand="x", stichtag="2026-11-24")).status_code == 409


async def test_quotes_are_written_fifty_times_a_day(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    for _ in range(QUOTES_MADE.hits):
        await hit(QUOTES_MADE, str(team.id), NOW)
    answer = await browser.post(f"/team/{team.public_id}/angebote", angebot=offer.public_id, menge="2")
    assert answer.status_code == 429
    assert await fetch("SELECT FROM team_quote") == []


async def test_a_quote_that_is_over_is_not_ordered(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(SEAT), await signed_in(site, world)
    answer = await browser.post(f"/team/{team.public_id}/angebote", angebot=offer.public_id, menge="2")
    here = answer.headers["location"].split("?")[0]
    page = await browser.get(here)
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand", "stichtag")}
    site.clock.at = NOW + timedelta(days=31)
    browser = await signed_in(site, world)
    assert (await browser.post(here, **fields)).status_code == 409
    assert "gilt nicht mehr" in (await browser.get(here)).text


async def test_a_company_tries_once_however_it_is_called(site: Site, world: World, team: TeamCard) -> None:
    offer, browser = await sold_to_teams(TRIAL), await signed_in(site, world)
    here = f"/team/{team.public_id}/tarife/{offer.public_id}"
    page = await browser.get(here)
    assert "Kostenlos ausprobieren" in page.text
    answer = await browser.post(here, **{name: hidden(page.text, name) for name in ("nummer", "stand")})
    assert answer.status_code == 303
    assert await fetch("SELECT FROM charge") == []
    second = await a_team(world, name="Becker, zweites Konto")
    page = await (await site.browser(world.gundula)).get(f"/team/{second.public_id}/tarife/{offer.public_id}")
    assert "schon genutzt" in page.text
    assert "Kostenlos ausprobieren</span></button>" not in page.text
    staff = await (await site.browser(world.nadja)).get(f"/team/{second.public_id}/tarife/{offer.public_id}")
    assert "Kostenlos ausprobieren" in staff.text, "the network's people can let a company try again"


async def test_a_seat_is_given_and_handed_over_once_a_month(site: Site, world: World, team: TeamCard) -> None:
    await bought(team, SEAT, 1)
    browser = await signed_in(site, world)
    mia, otto = await joined(team, world.mia), await joined(team, world.otto)
    [seat] = await seats(team)
    here = f"/team/{team.public_id}/plaetze/{seat.public_id}"
    assert (await browser.post(here, person=mia.public_id)).status_code == 303
    assert world.mia.name in (await browser.get(f"/team/{team.public_id}/plaetze")).text
    assert (await browser.post(here, person=otto.public_id)).status_code == 303
    answer = await browser.post(here, person=mia.public_id)
    assert answer.status_code == 409
    assert "schon die Person gewechselt" in answer.text
    assert (await browser.post(here, person="fremd")).status_code == 404


async def test_more_pieces_are_ordered_and_fewer_noted_down(site: Site, world: World, team: TeamCard) -> None:
    contract = await bought(team, POOL, 10)
    browser = await signed_in(site, world)
    here = f"/team/{team.public_id}/vertraege/{contract.public_id}"
    page = await browser.get(f"{here}?menge=25")
    assert "294,12\u00a0€ im Monat" in page.text, "25 at 14 €, without the tax"
    fields = {name: hidden(page.text, name) for name in ("nummer", "stand")}
    assert (await browser.post(here, menge="25", **fields)).status_code == 303
    assert team.purse is not None
    [changed] = await team_contracts_of(team.purse)
    assert [step.quantity for step in changed.steps] == [25]
    page = await browser.get(f"{here}?menge=5")
    assert "Auf 5 Stück verringern" in page.text
    assert (await browser.post(here, menge="5")).status_code == 303
    [changed] = await team_contracts_of(team.purse)
    assert [step.quantity for step in changed.steps] == [25, 5]


async def test_notice_is_given_for_the_day_that_the_page_names(site: Site, world: World, team: TeamCard) -> None:
    contract = await bought(team, SEAT, 2)
    browser = await signed_in(site, world)
    here = f"/team/{team.public_id}/vertraege/{contract.public_id}"
    assert "24. Dezember 2026" in (await browser.get(here)).text
    assert (await browser.post(f"{here}/kuendigen")).status_code == 303
    assert "24. Dezember 2026" in (await browser.get(f"/team/{team.public_id}/vertraege")).text


async def test_a_pool_of_few_people_is_told_in_words(site: Site, world: World, team: TeamCard) -> None:
    await bought(team, POOL, 10)
    page = await (await signed_in(site, world)).get(f"/team/{team.public_id}/kontingent")
    assert "reicht" in page.text
    assert "noch " not in page.text.split("<tbody>")[1].split("</tbody>")[0]


async def test_a_team_that_pays_nothing_has_nothing_of_this(site: Site, world: World) -> None:
    team = await a_team(world)
    await execute("UPDATE team SET payer = NULL, purse = NULL WHERE id = $1", team.id)
    browser = await signed_in(site, world)
    for page in ("tarife", "angebote", "plaetze", "kontingent", "vertraege"):
        assert (await browser.get(f"/team/{team.public_id}/{page}")).status_code == 404
    assert "/kontingent" not in (await browser.get(f"/team/{team.public_id}")).text


async def test_what_teams_buy_is_written_in_the_editor_and_stands_on_the_public_page(site: Site, world: World) -> None:
    await it_charges()
    browser = await site.browser(world.nadja)
    fields = {
        "art": "tarif",
        "name_de": "Teamplatz",
        "name_en": "Team seat",
        "audience_business": "ja",
        "for_teams": "seat",
        "handovers": "2",
        "billed": "month",
        "price": "119",
        "tax_code": "standard",
        "desk_days": "8",
        "tier_1_quantity": "5",
        "tier_1_price": "109",
        "first_term_months": "1",
        "notice_days": "30",
    }
    wrong = await browser.post("/netzwerk/tarife/neu", **fields | {"tier_1_price": "129"})
    assert wrong.status_code == 422
    assert 'id="tier_1_quantity-fehler"' in wrong.text
    made = await browser.post("/netzwerk/tarife/neu", **fields)
    assert made.status_code == 303
    here = made.headers["location"].split("?")[0]
    assert 'value="109"' in (await browser.get(f"{here}/entwurf")).text
    await execute("UPDATE product_version SET valid_from = $1", NOW)
    page = await (await site.browser()).get("/tarife?fuer=geschaeftlich")
    assert "ab 5 Stück je 91,60\u00a0€" in page.text
    answer = (await (await site.browser()).get("/api/v1/plans")).json()
    assert answer["items"] == []
    [offer] = answer["for_teams"]
    assert (offer["use"], offer["handovers"], offer["tiers"][0]["price"]["amount"]) == ("seat", 2, 10900)
