"""Home and usual commute: given of one's own accord, taken back, also out of what was booked before."""

from app.bookings.operations import BookDesk, book
from app.platform.database import execute, fetch_row, fetch_value
from tests.identity.conftest import trail
from tests.web.conftest import Site
from tests.web.test_journey import text_of
from tests.worlds import NOW, APerson, World, tomorrow


async def said(person: APerson) -> tuple[str | None, str | None]:
    row = await fetch_row("SELECT home_municipality, commutes_to FROM person WHERE id = $1", person.id)
    assert row is not None
    return row["home_municipality"], row["commutes_to"]


async def test_it_is_kept_shown_and_taken_back(world: World, site: Site) -> None:
    mia = await site.browser(world.mia)
    assert "keine Angabe" in text_of(await mia.get("/konto"))
    page = await mia.get("/konto/pendeln")
    assert "Gezeigt werden nur Summen ab fünf Personen" in text_of(page)
    assert '<option value="Koblenz">' in page.text
    done = await mia.post("/konto/pendeln", wohnt="mayen", pendelt="KOELN")
    assert done.headers["location"] == "/konto?getan=pendeln"
    assert await said(world.mia) == ("07137068", "05315000")
    assert "Mayen, Köln" in text_of(await mia.get("/konto"))
    assert 'value="Köln"' in (await mia.get("/konto/pendeln")).text
    await mia.post("/konto/pendeln", wohnt="", pendelt="")
    assert await said(world.mia) == (None, None)
    assert {str(entry["details"]) for entry in await trail("person.commute_changed")} == {"{}"}, "but not to what"


async def test_what_is_not_in_the_list_is_said_beside_its_field_and_stays(world: World, site: Site) -> None:
    mia = await site.browser(world.mia)
    page = await mia.post("/konto/pendeln", wohnt="Atlantis", pendelt="Köln")
    assert page.status_code == 422
    assert 'id="wohnt-fehler"' in page.text
    assert 'id="pendelt-fehler"' not in page.text
    for value in ("Atlantis", "Köln"):
        assert f'value="{value}"' in page.text
    assert await said(world.mia) == (None, None)


async def test_a_booking_takes_the_usual_one_unless_it_says_another(world: World) -> None:
    await execute("UPDATE person SET commutes_to = '07111000' WHERE id = $1", world.mia.id)
    told = []
    for desk, commute_to in (("1", None), ("2", "05314000"), ("3", "")):
        wish = BookDesk(world.polch[desk].public_id, tomorrow(8), tomorrow(9), commute_to=commute_to)
        told.append((await book(world.mia.actor(), wish, NOW)).commute_to)
    assert told == ["07111000", "05314000", None]


async def test_it_goes_out_of_all_ones_own_bookings_at_once(world: World, site: Site) -> None:
    for person, desk in ((world.mia, "1"), (world.mia, "2"), (world.rolf, "3")):
        wish = BookDesk(world.polch[desk].public_id, tomorrow(8), tomorrow(9), commute_to="07111000")
        await book(person.actor(), wish, NOW)
    mia = await site.browser(world.mia)
    done = await mia.post("/konto/pendeln/entfernen")
    assert "entfernt" in text_of(await mia.get(done.headers["location"]))
    assert await fetch_value("SELECT count(*) FROM booking WHERE commute_to IS NOT NULL") == 1
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == 3
