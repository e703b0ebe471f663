"""The way of a file: template, upload, preview, reading in."""

from app.platform.database import fetch_value
from tests.web.conftest import Browser, Site, said
from tests.worlds import World

AT = "/betreiber/polch/einlesen"


async def upload(browser: Browser, content: bytes, **fields: str) -> str:
    """Where the upload leads, or the page that refuses it."""
    await browser.get(AT)
    data = {"was": "members", "_csrf_token": browser.client.cookies["csrf"], **fields}
    answer = await browser.client.post(AT, data=data, files={"file": ("mitglieder.csv", content, "text/csv")})
    return answer.headers.get("location", answer.text)


async def test_the_filled_in_template_is_shown_and_then_read_in(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    template = (await otto.get(f"{AT}/mitglieder.csv")).content.decode("utf-8-sig")
    filled = template + "Erna <b>Schmitz;;02654 1234;7;\n;;;3;\n"
    preview = await upload(otto, filled.encode(), own_members="ja")
    page = await otto.get(preview)
    assert "Erna <b>Schmitz Zeile 2 neu" in said(page.text)
    assert "Erna &lt;b&gt;Schmitz" in page.text
    assert "1 Zeile hat einen Fehler und wird ausgelassen." in said(page.text)
    state = page.text.split('name="stand" value="')[1].split('"')[0]
    assert (await otto.post(preview, stand="gestern")).status_code == 409
    assert (await otto.post(preview, stand=state)).headers["location"] == f"{AT}?getan=eingelesen"
    assert await fetch_value("SELECT count(*) FROM import_draft") == 0
    erna = await fetch_value("SELECT public_id FROM person WHERE name LIKE 'Erna%'")
    desk = await (await site.browser(world.frida)).get(f"/theke/regiohub-polch/leute/{erna}")
    assert "7 Tage übrig, Stand Di 24. November" in said(desk.text)


async def test_what_is_no_table_is_said_beside_its_field(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    assert 'id="members-fehler"' in await upload(otto, b"")
    unreadable = await upload(otto, b"PK\x03\x04\x00")
    page = await otto.get(unreadable)
    assert page.status_code == 422
    assert "Das ist keine CSV-Datei" in said(page.text)
    assert (await otto.post(unreadable, was="verwerfen")).status_code == 303
    assert await fetch_value("SELECT count(*) FROM import_draft") == 0
