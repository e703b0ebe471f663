"""The way of a report: from the sign through the form to the front desk, which blocks the desk."""

from app.bookings.operations import BookDesk, book
from app.inventory.reports import reports_at
from app.network.queries import any_space
from app.platform.database import fetch_value
from tests.bookings.test_report_blocks import a_report
from tests.inventory.test_reports import a_photo
from tests.web.conftest import Site, said
from tests.worlds import NOW, World, tomorrow


async def test_anybody_reports_from_the_sign_with_a_photo(site: Site, world: World) -> None:
    desk = world.polch["1"].public_id
    staff, guest = await site.browser(world.frida), await site.browser()
    sign = await staff.get(f"/theke/regiohub-polch/meldeschild?platz={desk}")
    assert f"/melden/regiohub-polch?platz={desk}" in said(sign.text)
    form = await guest.get(f"/melden/regiohub-polch?platz={desk}")
    assert f'<option value="{desk}" selected>' in form.text
    fields = {"about": "broken", "platz": desk, "said": "Dunkel", "_csrf_token": guest.client.cookies["csrf"]}
    sent = await guest.client.post(
        "/melden/regiohub-polch", data=fields, files={"photo": ("bild.jpg", a_photo(), "image/jpeg")}
    )
    assert sent.headers["location"] == "/melden/regiohub-polch?getan=gemeldet"
    [read] = await reports_at(world.polch.id, NOW)
    page = await staff.get("/theke/regiohub-polch/meldungen")
    assert "Etwas ist kaputt: Platz 1 offen" in said(page.text)
    photo = f"/theke/regiohub-polch/meldungen/{read.public_id}/bild"
    assert photo in page.text
    assert (await staff.get(photo)).headers["content-type"] == "image/webp"
    assert (await (await site.browser(world.mia)).get(photo)).status_code == 404


async def test_a_refused_report_keeps_what_was_typed(site: Site, world: World) -> None:
    guest = await site.browser()
    answer = await guest.post("/melden/regiohub-polch", about="dirt", said="Krümel <b>", contact="niemand")
    assert answer.status_code == 422
    assert "Krümel &lt;b&gt;" in answer.text
    assert "Bitte eine E-Mail-Adresse oder eine Telefonnummer angeben, oder nichts." in said(answer.text)


async def test_one_press_blocks_where_nobody_sits_and_else_shows_who(site: Site, world: World) -> None:
    polch = await any_space("regiohub-polch")
    assert polch is not None
    site.clock.at = tomorrow(10)
    staff = await site.browser(world.frida)
    free, taken = await a_report(polch, world.polch["1"].public_id), await a_report(polch, world.polch["2"].public_id)
    await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(11), tomorrow(12)), tomorrow(10))
    at = "/theke/regiohub-polch/meldungen"
    assert (await staff.post(f"{at}/{free}/sperren")).headers["location"] == f"{at}?getan=gesperrt"
    assert (await staff.post(f"{at}/{taken}/sperren")).headers["location"] == f"{at}/{taken}/sperren"
    preview = await staff.get(f"{at}/{taken}/sperren")
    assert "Mia Hammes" in said(preview.text)
    assert await fetch_value("SELECT count(*) FROM blocker") == 1
    state = preview.text.split('name="stand" value="')[1].split('"')[0]
    assert (await staff.post(f"{at}/{taken}/sperren", stand=state)).status_code == 303
    assert await fetch_value("SELECT count(*) FROM blocker") == 2


async def test_an_answer_that_is_missing_is_asked_for_beside_its_report(site: Site, world: World) -> None:
    guest, staff = await site.browser(), await site.browser(world.frida)
    await guest.post("/melden/regiohub-polch", about="question", said="Wo?", contact="jana@example.org")
    [read] = await reports_at(world.polch.id, NOW)
    at = f"/theke/regiohub-polch/meldungen/{read.public_id}"
    refused = await staff.post(f"{at}/antwort", antwort=" ")
    assert refused.status_code == 422
    assert f'id="antwort-{read.public_id}-fehler"' in refused.text
    assert (await staff.post(f"{at}/antwort", antwort="Im Flur.")).status_code == 303
    assert (await staff.post(f"{at}/stand", stand="done")).status_code == 303
    page = said((await staff.get("/theke/regiohub-polch/meldungen")).text)
    assert "Beantwortet: Im Flur." in page
    assert (await staff.post(f"{at}/stand", stand="verloren")).status_code == 404
