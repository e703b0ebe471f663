"""What can be booked with a booking: seats, guests, other kinds in the same act."""

from app.platform.database import execute, fetch, fetch_value
from app.platform.random_ids import new_public_id
from tests.web.conftest import Site
from tests.web.test_journey import fields_of, text_of
from tests.worlds import NOW, World

ROOM = "/buchen?standort=regiohub-polch&tag=2026-11-25&zeit=eigen&von=09:00&bis=11:00&art=room&platz={platz}"


async def test_a_room_with_guests_and_a_desk_in_one_act(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    address = ROOM.format(platz=world.polch["Nette"].public_id)
    page = await browser.get(address)
    assert "Hier ist Platz für 8." in text_of(page)
    assert "Schreibtisch (3 frei)" in text_of(page)
    fields = fields_of(page, "/buchen") | {"gaeste": "Ada Lovelace\nKarl Marx", "personen": "3", "dazu_desk": "ja"}
    fields.pop("_csrf_token", None)
    answer = await browser.post(address, **fields)
    assert answer.status_code in (302, 303), text_of(answer)
    rows = await fetch("SELECT b.people, b.group_id, r.name FROM booking b JOIN resource r ON r.id = b.resource")
    assert {(row["name"], row["people"]) for row in rows} == {("Nette", 3), ("1", 1)}
    assert len({row["group_id"] for row in rows}) == 1
    shown = text_of(await browser.get(answer.headers["location"]))
    assert "Ada Lovelace, Karl Marx" in shown
    assert "Gehört dazu Platz 1" in shown


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    address = ROOM.format(platz=world.polch["Nette"].public_id)
    fields = fields_of(await browser.get(address), "/buchen")
    fields.pop("_csrf_token", None)
    for people, said in (("viele", "eine Zahl ab 1"), ("0", "eine Zahl ab 1"), ("9", "Hier ist Platz für 8.")):
        answer = await browser.post(address, **fields, personen=people, gaeste="Ada Lovelace", dazu_booth="ja")
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert 'id="personen-fehler"' in answer.text
        assert f'value="{people}"' in answer.text
        assert "Ada Lovelace" in answer.text
        assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_who_answers_for_a_club_chooses_for_whom(site: Site, world: World) -> None:
    address = ROOM.format(platz=world.polch["Nette"].public_id)
    browser = await site.browser(world.mia)
    assert "Für wen?" not in text_of(await browser.get(address))
    club = new_public_id()
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ($1, $2, 'TV Polch', $3, $4)",
        club,
        world.operator,
        world.mia.id,
        NOW,
    )
    page = await browser.get(address)
    assert "Für mich TV Polch" in text_of(page)
    fields = fields_of(page, "/buchen")
    fields.pop("_csrf_token", None)
    answer = await browser.post(address, **fields, fuer=club)
    assert "Für TV Polch" in text_of(await browser.get(answer.headers["location"]))


async def test_who_comes_along_is_changed_later_and_the_cancel_page_says_what_goes_too(
    site: Site, world: World
) -> None:
    browser = await site.browser(world.mia)
    address = ROOM.format(platz=world.polch["Nette"].public_id)
    fields = fields_of(await browser.get(address), "/buchen")
    fields.pop("_csrf_token", None)
    answer = await browser.post(address, **fields, dazu_desk="ja")
    booking = answer.headers["location"].partition("?")[0]
    assert "Mit abgesagt wird, was dazugehört: Platz 1." in text_of(await browser.get(f"{booking}/absagen"))
    assert 'value="1"' in (await browser.get(f"{booking}/gaeste")).text
    refused = await browser.post(f"{booking}/gaeste", personen="99", gaeste="Ada Lovelace")
    assert refused.status_code == 422
    assert 'id="personen-fehler"' in refused.text
    assert "Ada Lovelace" in refused.text
    done = await browser.post(f"{booking}/gaeste", personen="", gaeste="Ada Lovelace\nKarl Marx")
    assert done.status_code in (302, 303)
    shown = text_of(await browser.get(done.headers["location"]))
    assert "Personen 3 Gäste Ada Lovelace, Karl Marx" in shown
