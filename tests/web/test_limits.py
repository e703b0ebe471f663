"""Limits of a team in the browser: set, seen, reached, and asked for more."""

import re
from datetime import date

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.plans.accounts import NewAccount, open_account
from app.plans.limits import LimitShape
from app.plans.purse_limits import limits_for_all, people_with_own_limits, set_limits_for_all
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch
from app.teams.queries import TeamCard
from tests.bookings.test_payment import a_price
from tests.selling import TODAY, it_charges
from tests.teams.founding import a_team, joined
from tests.web.conftest import Site, said
from tests.worlds import NOW, TOMORROW, World

pytestmark = pytest.mark.usefixtures("now")
NOVEMBER = date(2026, 11, 1)
"""The month of `tomorrow`."""


async def employed(world: World, **limits: object) -> TeamCard:
    """Mia belongs to Gundula's team, which has a pool."""
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    assert team.purse is not None
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 40, TODAY, None, "Becker", "Becker", purse=team.purse)
    await open_account(pool, NOW)
    await set_limits_for_all(team.purse, LimitShape(**limits))  # type: ignore[arg-type]
    return team


def hidden(page: str) -> str:
    """Which limits the form on the page has shown."""
    found = re.search(r'name="stand" value="(\w+)"', page)
    assert found, "the form says it"
    return found[1]


BUCHEN = f"/buchen?standort=regiohub-polch&art=desk&tag={TOMORROW}&zeit=ganz"


async def test_a_manager_sees_what_limits_would_mean_before_setting_them(site: Site, world: World) -> None:
    team = await employed(world)
    at = f"/team/{team.public_id}/grenzen"
    form = {"tage": "8,5", "stunden": "6", "budget": "50", "tag-0": "ja", "tag-1": "ja", "ort-regiohub-polch": "ja"}
    async with await site.browser(world.gundula) as browser:
        shown = await browser.post(at, **form, was="vorschau", stand=hidden((await browser.get(at)).text))
        assert "Es gilt für 2 Personen" in said(shown.text)
        assert "höchstens 17 Tage im Monat" in said(shown.text)
        assert "höchstens 100,00 € im Monat" in said(shown.text).replace("\xa0", " ")
        assert 'value="8,5"' in shown.text
        assert await limits_for_all(team.purse or 0) == LimitShape()
        saved = await browser.post(at, **form, stand=hidden(shown.text))
        assert saved.headers["location"] == f"{at}?getan=gesetzt"
        assert 'value="8,5"' in (await browser.get(at)).text
    assert await limits_for_all(team.purse or 0) == LimitShape(17, 360, 5000, [world.polch.id], [0, 1])


async def test_what_cannot_be_read_is_said_beside_its_field_and_kept(site: Site, world: World) -> None:
    team = await employed(world)
    async with await site.browser(world.gundula) as browser:
        answer = await browser.post(f"/team/{team.public_id}/grenzen", tage="acht", stunden="900", budget="19")
    assert answer.status_code == 422
    assert 'id="tage-fehler"' in answer.text
    assert 'value="acht"' in answer.text
    assert await limits_for_all(team.purse or 0) == LimitShape()


async def test_one_person_has_own_limits_and_then_those_of_all_again(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=16)
    member = await joined(team, world.mia)
    at = f"/team/{team.public_id}/grenzen/{member.public_id}"
    async with await site.browser(world.gundula) as browser:
        page = (await browser.get(at)).text
        assert 'value="8"' in page
        await browser.post(at, tage="3", stand=hidden(page))
        assert await people_with_own_limits(team.purse or 0) == {world.mia.id: LimitShape(desk_halves=6)}
        assert "eigene Grenzen" in said((await browser.get(f"/team/{team.public_id}/grenzen")).text)
        await browser.post(at, was="wie-alle", stand=hidden((await browser.get(at)).text))
    assert await people_with_own_limits(team.purse or 0) == {}


async def test_the_second_of_two_managers_sees_both_states_and_decides(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=16)
    member = await joined(team, world.mia)
    await grant_role(None, world.otto.id, Grant(Role.TEAM_MANAGER, "team", team.id), NOW)
    async with await site.browser(world.gundula) as gundula, await site.browser(world.otto) as otto:
        for at in (f"/team/{team.public_id}/grenzen", f"/team/{team.public_id}/grenzen/{member.public_id}"):
            seen = hidden((await otto.get(at)).text)
            assert (await gundula.post(at, tage="3", stand=seen)).status_code == 303
            stale = await otto.post(at, tage="5", stand=seen)
            assert stale.status_code == 409
            assert "Inzwischen hat jemand anderes die Grenzen geändert." in said(stale.text)
            assert "Das gilt jetzt Tage am Schreibtisch bis zu 3 Tage im Monat" in said(stale.text)
            assert 'value="5"' in stale.text
            assert (await otto.post(at, tage="5")).status_code == 409, "a form that says nothing of it is stale too"
            assert (await otto.post(at, tage="5", stand=hidden(stale.text))).status_code == 303
        assert (await gundula.post(at, was="wie-alle", stand=seen)).status_code == 409
    assert await limits_for_all(team.purse or 0) == LimitShape(desk_halves=10)
    assert await people_with_own_limits(team.purse or 0) == {world.mia.id: LimitShape(desk_halves=10)}


async def test_the_works_council_reads_limits_and_changes_none(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=16)
    await grant_role(None, world.rolf.id, Grant(Role.WORKS_COUNCIL, "team", team.id), NOW)
    at = f"/team/{team.public_id}/grenzen"
    async with await site.browser(world.rolf) as browser:
        page = await browser.get(at)
        assert "bis zu 8 Tage im Monat" in said(page.text)
        assert "<form" not in page.text.split("<main")[1].split("</main>")[0]
        assert (await browser.post(at, tage="1")).status_code == 404
        assert (await browser.get(f"/team/{team.public_id}/antraege")).status_code == 404


async def test_before_booking_the_person_reads_which_limit_is_reached_and_where_to_ask(
    site: Site, world: World
) -> None:
    team = await employed(world, desk_halves=0)
    await a_price(world, day=1900)
    async with await site.browser(world.mia) as browser:
        page = await browser.get(BUCHEN)
        assert "Ihre Grenze von 0 Tagen im November 2026 ist erreicht (Becker)." in said(page.text)
        assert "19,00\xa0€" in page.text
        assert f'href="/team/{team.public_id}/mein-rahmen?monat=2026-11#mehr"' in page.text


async def test_where_nothing_else_pays_the_limit_is_the_reason(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=0)
    async with await site.browser(world.mia) as browser:
        page = await browser.get(BUCHEN)
    assert page.status_code == 422
    assert said(page.text).count("Ihre Grenze von 0 Tagen") == 1
    assert f"/team/{team.public_id}/mein-rahmen?monat=2026-11#mehr" in page.text


async def test_the_own_page_shows_what_is_spent_and_only_to_the_person(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=16, room_minutes=360)
    at = f"/team/{team.public_id}/mein-rahmen"
    async with await site.browser(world.mia) as browser:
        form = {"standort": "regiohub-polch", "art": "desk", "platz": world.polch["1"].public_id}
        times = {"beginn": f"{TOMORROW}T08:00:00+01:00", "ende": f"{TOMORROW}T17:00:00+01:00"}
        assert (await browser.post("/buchen", **form, **times, agreed_price="0")).status_code in (302, 303)
        text = said((await browser.get(at)).text)
        assert "November 2026 1 Tag, höchstens 8 Tage" in text
        assert "Becker" in said((await browser.get("/woche")).text)
        assert f"/team/{team.public_id}/mein-rahmen" in (await browser.get("/mitgliedschaft")).text
    async with await site.browser(world.gundula) as browser:
        assert (await browser.get(at)).status_code == 404


async def test_before_booking_it_says_what_is_left_of_the_month_within_the_limit(site: Site, world: World) -> None:
    await employed(world, desk_halves=16)
    query = f"standort=regiohub-polch&art=desk&platz={world.polch['1'].public_id}&tag={TOMORROW}&zeit=ganz"
    async with await site.browser(world.mia) as browser:
        shown = said((await browser.get(f"/buchen?{query}")).text)
    assert "Becker. Danach noch 7 Tage in Ihrem Rahmen für November 2026." in shown


async def test_the_interface_says_the_own_rest_and_never_the_pools(site: Site, world: World) -> None:
    await employed(world, desk_halves=16)
    async with await site.browser() as browser:
        asked = await browser.get("/api/v1/me/entitlements", headers={**world.mia.bearer})
        assert [(one["label"], one["left"], one["source"]) for one in asked.json()["entitlements"]] == [
            ("Becker", 8, "team")
        ]
        await execute("UPDATE shared_purse SET limits = '{}'")
        asked = await browser.get("/api/v1/me/entitlements", headers={**world.mia.bearer})
        assert [one["left"] for one in asked.json()["entitlements"]] == [None]
        quote = await browser.client.post(
            "/api/v1/quotes",
            headers={**world.mia.bearer},
            json={
                "resource_id": world.polch["1"].public_id,
                "starts_at": f"{TOMORROW}T08:00:00+01:00",
                "ends_at": f"{TOMORROW}T17:00:00+01:00",
            },
        )
    assert (quote.json()["pays"]["kind"], "left_after" in quote.json()["pays"]) == ("team", False)


async def test_more_is_asked_for_a_month_granted_in_part_and_can_be_booked(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=0)
    own, inbox = f"/team/{team.public_id}/mein-rahmen", f"/team/{team.public_id}/antraege"
    async with await site.browser(world.mia) as mia, await site.browser(world.gundula) as gundula:
        assert (await mia.post(own, monat="2026-11", tage="2", grund="Projekt")).headers["location"].endswith("gefragt")
        assert (await mia.post(own, monat="2026-11", tage="1")).status_code == 409
        page = await gundula.get(inbox)
        assert f"{world.mia.name}: 2 Tage mehr im November 2026" in said(page.text)
        [request] = await fetch("SELECT public_id FROM limit_request")
        answer = await gundula.post(f"{inbox}/{request['public_id']}", tage="1", antwort="Einer geht.")
        assert answer.headers["location"] == f"{inbox}?getan=bewilligt"
        assert "bewilligt: 1 Tag · Einer geht." in said((await mia.get(own)).text)
        assert "Grenze" not in said((await mia.get(BUCHEN)).text)
        again = await gundula.post(f"{inbox}/{request['public_id']}", was="ablehnen")
        assert again.status_code == 409


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"monat": "2026-10", "tage": "1"}, "monat"),
        ({"monat": "2029-01", "tage": "1"}, "monat"),
        ({"monat": "irgendwann", "tage": "1"}, "monat"),
        ({"monat": "2026-12"}, "tage"),
        ({"monat": "2026-12", "tage": "99"}, "tage"),
    ],
)
async def test_what_cannot_be_asked_is_said_at_its_field(
    site: Site, world: World, form: dict[str, str], field: str
) -> None:
    team = await employed(world, desk_halves=0)
    async with await site.browser(world.mia) as browser:
        answer = await browser.post(f"/team/{team.public_id}/mein-rahmen", **form)
    assert answer.status_code == 422
    assert f'id="{field}-fehler"' in answer.text


async def test_who_asked_takes_it_back_and_nobody_else(site: Site, world: World) -> None:
    team = await employed(world, desk_halves=0)
    async with await site.browser(world.mia) as browser:
        await browser.post(f"/team/{team.public_id}/mein-rahmen", monat="2026-12", tage="1")
        [request] = await fetch("SELECT public_id FROM limit_request")
        path = f"/team/{team.public_id}/mein-rahmen/{request['public_id']}/zuruecknehmen"
        async with await site.browser(world.otto) as other:
            assert (await other.post(path)).status_code == 404
        assert (await browser.post(path)).headers["location"].endswith("getan=zurueck")
    assert [row["status"] for row in await fetch("SELECT status FROM limit_request")] == ["withdrawn"]


async def test_where_nothing_costs_anything_there_is_no_word_of_limits(site: Site, world: World) -> None:
    team = await employed(world)
    await execute("UPDATE network SET charges = false")
    async with await site.browser(world.gundula) as browser:
        for page in ("grenzen", "antraege"):
            assert (await browser.get(f"/team/{team.public_id}/{page}")).status_code == 404
        home = await browser.get(f"/team/{team.public_id}")
        assert "Grenzen" not in home.text
