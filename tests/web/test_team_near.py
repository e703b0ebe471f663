"""The pages of booking for others, of colleagues and of team days, as people use them."""

import re
from datetime import timedelta

from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch, fetch_value
from app.teams.colleagues import show_days_to
from app.teams.queries import TeamCard, members_of
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, TOMORROW, World, a_person, tomorrow

DAY = TOMORROW.isoformat()


async def for_all(team: TeamCard, **more: str) -> dict[str, str]:
    """The form of booking for everybody in the team."""
    chosen = {f"person-{member.public_id}": "ja" for member in await members_of(team.id)}
    return {"tag": DAY, "zeit": "ganz", "standort": "regiohub-polch", **chosen, **more}


def hidden(html: str) -> dict[str, str]:
    """The fields that the preview's form brings along."""
    form = html.split('name="schritt"', maxsplit=1)[1].split("</form>", maxsplit=1)[0]
    return {"schritt": "buchen"} | dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def booked(manager: Browser, team: TeamCard, **more: str) -> str:
    """The address of the page that says for whom it was possible."""
    address = f"/team/{team.public_id}/buchen"
    preview = await manager.post(address, **await for_all(team, **more))
    assert preview.status_code == 200
    answer = await manager.post(address, **hidden(preview.text))
    assert answer.status_code == 303, said(answer.text)
    return str(answer.headers["location"])


async def test_an_assistant_sees_what_is_free_books_and_gives_all_back(site: Site, world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    manager = await site.browser(world.gundula)
    preview = await manager.post(f"/team/{team.public_id}/buchen", **await for_all(team))
    assert "2 Plätze am" in said(preview.text)
    assert "3 Plätze frei" in said(preview.text)
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    page = await booked(manager, team)
    text = said((await manager.get(page)).text)
    assert "Mia Hammes RegioHub Polch" in text
    assert "Alle, die einen Platz haben, bekommen eine E-Mail" in text
    await manager.post(f"{page.split('?')[0]}/zurueckgeben")
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == 0


async def test_what_the_team_pays_at_most_is_said_before(site: Site, world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    manager = await site.browser(world.gundula)
    preview = await manager.post(f"/team/{team.public_id}/buchen", **await for_all(team))
    assert "höchstens 19,00 € je Platz" in said(preview.text).replace("\xa0", " ")
    unseen = await manager.post(f"/team/{team.public_id}/buchen", **await for_all(team, schritt="buchen"))
    assert unseen.status_code == 409
    assert await fetch_value("SELECT count(*) FROM charge") == 0
    await booked(manager, team)
    assert await fetch_value("SELECT sum(amount) FROM charge") == 1900


async def test_what_is_wrong_stands_beside_its_field_and_the_choice_is_kept(site: Site, world: World) -> None:
    team = await a_team(world, world.mia)
    manager = await site.browser(world.gundula)
    address = f"/team/{team.public_id}/buchen"
    nobody = await manager.post(address, tag=DAY, zeit="vormittag", standort="regiohub-polch")
    assert nobody.status_code == 422
    assert "Bitte wählen Sie aus, für wen gebucht wird." in said(nobody.text)
    assert 'value="vormittag" checked' in nobody.text
    nowhere = await manager.post(address, **await for_all(team, standort=""))
    assert "Bitte wählen Sie einen Standort." in said(nowhere.text)
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_in_a_large_team_all_are_chosen_at_once(site: Site, world: World) -> None:
    people = [await a_person(f"Person {number:02}", f"p{number}@example.org") for number in range(13)]
    team = await a_team(world, *people)
    manager = await site.browser(world.gundula)
    address = f"/team/{team.public_id}/buchen"
    assert "Alle auswählen" in (await manager.get(address)).text
    for query, chosen in (("", 0), ("?wahl=alle", 13), ("?wer=person+0&wahl=alle", 10)):
        page = (await manager.get(address + query)).text
        assert len(re.findall(r'name="person-[^"]+"[^>]* checked', page)) == chosen


async def test_the_pages_say_the_same_whatever_a_colleague_has_booked(site: Site, world: World) -> None:
    """In a team of two: with and without a desk of Mia's own at that time, at the very space."""
    team = await a_team(world, world.mia, world.otto)
    manager = await site.browser(world.gundula)

    async def seen() -> list[str]:
        preview = await manager.post(f"/team/{team.public_id}/buchen", **await for_all(team, standort=ANDERNACH))
        page = await booked(manager, team, standort=ANDERNACH)
        made = await manager.get(page)
        await manager.post(f"{page.split('?')[0]}/zurueckgeben")
        listed = await manager.get(f"/team/{team.public_id}/tage")
        return [said(one.text) for one in (preview, made, listed)]

    before = await seen()
    await book(await acting(world.mia), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    after = await seen()
    assert [re.sub("Was Sie für andere gebucht haben.*", "", text) for text in after] == [
        re.sub("Was Sie für andere gebucht haben.*", "", text) for text in before
    ]


ANDERNACH = "alte-post-andernach"


async def test_somebody_asks_is_shown_and_books_beside(site: Site, world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    mia, otto = await site.browser(world.mia), await site.browser(world.otto)
    page = f"/team/{team.public_id}/kollegen"
    await mia.post(f"{page}/{ottos.public_id}", was="fragen")
    assert "Mia Hammes möchte Ihre Tage sehen" in said((await otto.get(page)).text)
    await otto.post(f"{page}/{mias.public_id}", was="zeigen")
    await book(await acting(world.otto), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW)
    seen = said((await mia.get(f"{page}?tag={DAY}&ort=regiohub-polch")).text)
    assert "Otto Wirt RegioHub Polch" in seen
    assert "8:00" not in seen
    beside = await mia.post(f"{page}/{ottos.public_id}/neben", tag=DAY)
    assert beside.headers["location"].startswith("/buchen?standort=regiohub-polch&platz=")
    assert (await mia.get(beside.headers["location"])).status_code == 200
    await otto.post(f"{page}/{mias.public_id}", was="nicht_zeigen")
    assert "Otto Wirt RegioHub Polch" not in said((await mia.get(page)).text)
    assert (await mia.post(f"{page}/{ottos.public_id}/neben", tag=DAY)).status_code == 404


async def test_who_manages_the_team_is_shown_no_day(site: Site, world: World) -> None:
    team = await a_team(world, world.mia, world.gundula)
    gundulas = await joined(team, world.gundula)
    await book(await acting(world.mia), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await execute(
        "INSERT INTO colleague_sight (team, person, viewer, allowed_at) VALUES ($1, $2, $3, $4)",
        team.id,
        world.mia.id,
        world.gundula.id,
        NOW,
    )
    manager, mia = await site.browser(world.gundula), await site.browser(world.mia)
    page = f"/team/{team.public_id}/kollegen"
    assert "RegioHub Polch" not in said((await manager.get(f"{page}?tag={DAY}")).text)
    refused = await mia.post(f"{page}/{gundulas.public_id}", was="zeigen")
    assert "auch nicht mit deren Erlaubnis" in said(refused.text)


async def test_a_team_day_is_proposed_answered_set_and_booked_for_all(site: Site, world: World) -> None:
    people = [await a_person(f"Person {number}", f"p{number}@example.org") for number in range(3)]
    team = await a_team(world, world.mia, world.otto, *people)
    mia, manager = await site.browser(world.mia), await site.browser(world.gundula)
    page = f"/team/{team.public_id}/tage"
    refused = await mia.post(page, titel="", tag1=DAY)
    assert refused.status_code == 422
    made = await mia.post(page, titel="Planung", tag1=DAY, tag2=(TOMORROW + timedelta(days=1)).isoformat())
    day = made.headers["location"].split("?")[0]
    for person in (world.mia, world.otto, *people):
        browser = await site.browser(person)
        answer = await browser.post(f"{day}/antworten", **{f"antwort-{DAY}": "yes"})
        assert answer.status_code == 303
    assert "5 sagen Ja" in said((await manager.get(day)).text)
    assert (await manager.post(f"{day}/festlegen", tag=DAY, standort="regiohub-polch")).status_code == 303
    booked_all = await manager.post(f"{day}/buchen", schluessel="x")
    text = said((await manager.get(booked_all.headers["location"])).text)
    assert "3 Plätze" in text
    assert not any(name in text for name in ("Mia", "Otto", "Person 0"))
    assert len(await fetch("SELECT FROM booking")) == 3


async def test_before_five_said_yes_nobody_books_for_all(site: Site, world: World) -> None:
    team = await a_team(world, world.mia)
    mia, manager = await site.browser(world.mia), await site.browser(world.gundula)
    made = await mia.post(f"/team/{team.public_id}/tage", titel="Planung", tag1=DAY)
    day = made.headers["location"].split("?")[0]
    await mia.post(f"{day}/antworten", **{f"antwort-{DAY}": "yes"})
    await mia.post(f"{day}/festlegen", tag=DAY, standort="regiohub-polch")
    refused = await manager.post(f"{day}/buchen", schluessel="x")
    assert "ab 5 Zusagen" in said(refused.text)
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_a_member_makes_an_address_for_the_team(site: Site, world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await show_days_to(await acting(world.otto), team, await joined(team, world.mia), NOW)
    mia = await site.browser(world.mia)
    assert "Kollegen und Teamtage" in said((await mia.get("/kalender")).text)
    made = await mia.post("/kalender", team=team.public_id)
    assert "Kollegen bei Becker Maschinenbau" in said(made.text)
    async with site.program(world.mia) as program:
        answer = await program.post("/api/v1/me/feeds", json={"kind": "team", "team": team.public_id})
        assert answer.status_code == 201
        assert (await program.post("/api/v1/me/feeds", json={"kind": "team"})).status_code == 422
