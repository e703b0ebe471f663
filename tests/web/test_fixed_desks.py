"""Fixed desks on pages: staff assigns, the holder comes and leaves days to others, guests read whose it is not."""

import re
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from app.bookings.desk_endings import end_desk
from app.bookings.fixed_desks import assign_desk
from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch_value
from tests.plans.desks import FIXED, TODAY, a_member, held
from tests.web.conftest import Site, said
from tests.worlds import NOW, TOMORROW, World, tomorrow

FRIDAY = date(2026, 11, 27)
SPACE = f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz&art=desk"


@pytest.fixture
async def charging(world: World) -> World:
    """Polch costs nothing, so that whoever books there needs no plan; the network charges."""
    await execute("UPDATE network SET charges = true")
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    return world


async def test_staff_finds_a_member_and_gives_a_desk(site: Site, charging: World) -> None:
    await book(charging.mia.actor(), BookDesk(charging.polch["2"].public_id, tomorrow(8), tomorrow(9)), NOW)
    taken = await book(charging.gundula.actor(), BookDesk(charging.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    card = await a_member(charging.mia)
    otto = await site.browser(charging.otto)
    address = "/betrieb/regiohub-polch/feste-plaetze"
    assert "Kein Platz ist fest vergeben." in said((await otto.get(address)).text)
    assert f"{address}/{card.public_id}?wer=hammes" in (await otto.get(f"{address}?wer=hammes")).text
    form = {"platz": charging.polch["1"].public_id, "ab": TODAY.isoformat()}
    refused = await otto.post(f"{address}/{card.public_id}", **form)
    assert refused.status_code == 409
    assert "noch 1-mal gebucht" in said(refused.text)
    done = await otto.post(f"{address}/{card.public_id}", **form, verlegen="ja")
    assert done.headers["location"] == f"{address}?getan=verlegt"
    assert "Platz 1: Mia Hammes" in said((await otto.get(address)).text)
    assert await fetch_value("SELECT resource FROM booking WHERE id = $1", taken.id) == charging.polch["3"].id
    desk = await fetch_value("SELECT public_id FROM fixed_desk")
    wrong = await otto.post(f"{address}/{desk}/beenden", bis="2026-11-01")
    assert "Der letzte Tag ist frühestens heute." in said(wrong.text)
    assert (await otto.post(f"{address}/{desk}/beenden", bis=TOMORROW.isoformat())).status_code == 303
    assert "bis 25. November 2026" in said((await otto.get(address)).text)


async def test_nobody_is_given_a_desk_by_an_operator_that_does_not_know_him(site: Site, charging: World) -> None:
    card = await a_member(charging.gundula)
    otto = await site.browser(charging.otto)
    address = f"/betrieb/regiohub-polch/feste-plaetze/{card.public_id}"
    assert (await otto.get(address)).status_code == 404
    assert (await otto.get(f"{address}?wer=gundula@example.org")).status_code == 200


async def test_the_holder_chooses_comes_and_leaves_days_to_others(site: Site, charging: World) -> None:
    terms = replace(FIXED, scope=replace(FIXED.scope, operators=[charging.operator]))
    card = await a_member(charging.mia, TODAY, terms)
    mia, page = await site.browser(charging.mia), f"/mitgliedschaft/{card.public_id}/platz"
    assert "RegioHub Polch" in said((await mia.get(page)).text)
    one = charging.polch["1"]
    chosen = await mia.post(page, platz=one.public_id, ab=TODAY.isoformat(), standort="regiohub-polch")
    assert chosen.headers["location"] == f"{page}?getan=gewaehlt"
    week = await mia.get("/woche")
    assert "Ihr Platz: Platz 1, RegioHub Polch" in said(week.text)
    assert f'value="{TOMORROW.isoformat()}"' in week.text
    pressed = await mia.post(f"{page}/freigeben", von=TOMORROW.isoformat(), weiter="/woche")
    assert pressed.headers["location"] == "/woche?getan=frei"
    assert not await held(one, TOMORROW)
    wrong = await mia.post(f"{page}/freigeben", von="2026-12-10", bis="2026-12-01")
    assert "Der letzte Tag liegt vor dem ersten." in said(wrong.text)
    assert 'value="2026-12-10"' in wrong.text
    fridays = await mia.post(f"{page}/freigeben", von=FRIDAY.isoformat(), bis="2026-12-31", wochentag="5")
    assert fridays.status_code == 303
    days = [FRIDAY, FRIDAY + timedelta(days=3), FRIDAY + timedelta(weeks=4)]
    assert [await held(one, day) for day in days] == [False, True, False]
    await mia.post(f"{page}/zuruecknehmen", tag=FRIDAY.isoformat())
    assert await held(one, FRIDAY)
    gundula = await site.browser(charging.gundula)
    assert (await gundula.get(page)).status_code == 404
    site.clock.at = FRIDAY_MORNING
    there = await mia.post(f"{page}/da")
    assert there.headers["location"].startswith("/buchungen/")
    assert "Sie sind da" in said((await mia.get(page)).text)


FRIDAY_MORNING = tomorrow(9) + timedelta(days=2)


async def test_guests_read_that_it_is_somebodys_and_the_holder_that_it_is_his(site: Site, charging: World) -> None:
    card = await a_member(charging.mia)
    await assign_desk(charging.otto.actor(), card.public_id, charging.polch["1"].public_id, TODAY, NOW)
    nobody, mia = await site.browser(), await site.browser(charging.mia)
    for reader, word in ((nobody, "fest vergeben"), (mia, "Ihr Platz")):
        assert word in said((await reader.get(SPACE)).text)
    assert "Mia" not in (await nobody.get(SPACE)).text
    frida = await site.browser(charging.frida)
    assert "fest vergeben: Hammes, M." in said((await frida.get(f"/theke/regiohub-polch?tag={TOMORROW}")).text)


async def test_the_front_desk_welcomes_the_holder(site: Site, charging: World) -> None:
    card = await a_member(charging.mia)
    made = await assign_desk(charging.otto.actor(), card.public_id, charging.polch["1"].public_id, TODAY, NOW)
    site.clock.at = tomorrow(9)
    frida = await site.browser(charging.frida)
    address = f"/theke/regiohub-polch/feste-plaetze/{made.desk.public_id}/da"
    assert address in (await frida.get("/theke/regiohub-polch")).text
    assert (await frida.post(address)).headers["location"] == "/theke/regiohub-polch?getan=da"
    page = (await frida.get("/theke/regiohub-polch")).text
    assert address not in page
    assert "Mia Hammes" in said(page)


async def test_where_nothing_is_charged_there_are_no_fixed_desks(site: Site, world: World) -> None:
    card, otto = await a_member(world.mia), await site.browser(world.otto)
    mia = await site.browser(world.mia)
    assert (await otto.get("/betrieb/regiohub-polch/feste-plaetze")).status_code == 404
    assert "feste-plaetze" not in (await otto.get("/betrieb/regiohub-polch")).text
    assert "Tarif" not in (await otto.get("/betrieb/regiohub-polch/regeln/desk")).text
    assert (await mia.get(f"/mitgliedschaft/{card.public_id}/platz")).status_code == 404


async def test_staff_takes_a_fixed_desk_out_of_use_after_saying_so(site: Site, charging: World) -> None:
    card = await a_member(charging.mia)
    await assign_desk(charging.otto.actor(), card.public_id, charging.polch["1"].public_id, TODAY, NOW)
    otto = await site.browser(charging.otto)
    address = f"/betrieb/regiohub-polch/plaetze/{charging.polch['1'].public_id}/herausnehmen"
    page = await otto.get(address)
    assert "Fest vergeben: Mia Hammes" in said(page.text)
    assert 'href="/betrieb/regiohub-polch/feste-plaetze"' in page.text
    [state] = re.findall(r'name="stand" value="(\w+)"', page.text)
    refused = await otto.post(address, stand=state)
    assert refused.status_code == 409
    assert "ankreuzen, dass der feste Platz endet" in said(refused.text)
    assert (await otto.post(address, stand=state, feste_beenden="ja")).status_code == 303
    mia = await site.browser(charging.mia)
    chosen = await mia.get(f"/mitgliedschaft/{card.public_id}/platz?standort=regiohub-polch")
    assert "Ihren Platz wählen" in said(chosen.text)
    assert charging.polch["1"].public_id not in chosen.text


async def test_pages_that_end_a_space_an_operator_or_a_time_name_its_fixed_desks(site: Site, charging: World) -> None:
    card = await a_member(charging.mia)
    await assign_desk(charging.otto.actor(), card.public_id, charging.polch["1"].public_id, TODAY, NOW)
    otto, nadja = await site.browser(charging.otto), await site.browser(charging.nadja)
    space = said((await otto.get("/betrieb/regiohub-polch/aufgeben")).text)
    assert "1 fester Platz endet heute; die Mitgliedschaft läuft weiter." in space
    operator = said((await nadja.get("/netzwerk/betreiber/polch/beenden?letzter_tag=2026-12-31")).text)
    assert "1 fester Platz endet mit dem 31. Dezember 2026" in operator
    for page in (space, operator):
        assert "Mia Hammes Platz 1, RegioHub Polch" in page


async def test_the_holder_reads_of_the_end_and_chooses_the_next_desk(site: Site, charging: World) -> None:
    card = await a_member(charging.mia)
    one, two = charging.polch["1"].public_id, charging.polch["2"].public_id
    made = await assign_desk(charging.otto.actor(), card.public_id, one, TODAY, NOW)
    mia, page = await site.browser(charging.mia), f"/mitgliedschaft/{card.public_id}/platz"
    assert "Anderen Platz wählen" not in said((await mia.get(f"{page}?naechster=ja")).text)
    await end_desk(charging.otto.actor(), made.desk.public_id, FRIDAY, NOW)
    assert "Ab 28. November 2026 können Sie einen anderen Platz wählen." in said((await mia.get(page)).text)
    form = {"platz": two, "ab": "2026-11-26", "standort": "regiohub-polch", "naechster": "ja"}
    assert "Ihr bisheriger Platz endet vorher." in said((await mia.get(f"{page}?naechster=ja")).text)
    early = await mia.post(page, **form)
    assert early.status_code == 422
    assert "Der nächste beginnt frühestens am Sa 28. November." in said(early.text)
    done = await mia.post(page, **form | {"ab": "2026-11-28"})
    assert done.headers["location"] == f"{page}?getan=gewaehlt"
    assert "Danach ist es Platz 2 in RegioHub Polch, ab 28. November 2026." in said((await mia.get(page)).text)


async def test_the_search_says_how_many_desks_are_somebodys_own(site: Site, charging: World) -> None:
    nobody, search = await site.browser(), f"/plaetze?ort=Polch&tag={TOMORROW}&zeit=ganz&art=desk"
    assert "fest vergeben" not in said((await nobody.get(search)).text)
    card = await a_member(charging.mia)
    await assign_desk(charging.otto.actor(), card.public_id, charging.polch["1"].public_id, TODAY, NOW)
    page = said((await nobody.get(search)).text)
    assert "1 fest vergeben" in page
    assert "Mia" not in page
