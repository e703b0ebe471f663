"""Taking an operator's data along: ordered on a page, made by the worker, told by mail, taken by who may."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from litestar.types import ASGIApp

from app.jobs import all_reactions
from app.leaving.making import make_due
from app.platform.database import execute, fetch, fetch_row
from app.platform.files import FolderFiles
from app.platform.jobs import run_next
from app.platform.mail_folder import list_mails, read_mail
from app.platform.outbox import dispatch
from app.platform.settings import Settings
from tests.web.conftest import Now, Site, said
from tests.worlds import NOW, World, a_world

PAGE = "/betreiber/polch/mitnehmen"


@pytest.fixture(scope="module")
async def standing(database: str) -> World:
    """Kept, because what is made of it is read on another connection."""
    return await a_world()


async def test_a_manager_orders_waits_and_takes_the_file(
    standing: World, site: Site, settings: Settings, application: ASGIApp
) -> None:
    browser = await site.browser(standing.otto)
    assert f'href="{PAGE}"' in (await browser.get("/betreiber/polch")).text
    page = (await browser.get(PAGE)).text
    assert "Noch keine. Eine Datei liegt 7 Tage bereit" in said(page)
    assert (await browser.post(PAGE)).headers["location"] == PAGE
    waiting = (await browser.get(PAGE)).text
    assert "Sie können die Seite verlassen" in said(waiting)
    assert 'http-equiv="refresh"' in waiting
    assert 'hx-trigger="every 3s"' in waiting
    again = await browser.post(PAGE)
    assert (again.status_code, "Eine Datei ist schon angefordert" in again.text) == (409, True)

    assert await make_due(settings.exports_folder, FolderFiles(settings.data_dir / "files"), site.clock)
    ready = (await browser.get(PAGE)).text
    assert 'http-equiv="refresh"' not in ready
    assert "Angefordert von Otto" in said(ready)
    assert "Liegt bereit bis Di 1. Dezember, 19:00 Uhr" in said(ready)
    [mail] = await the_mails(settings)
    assert f"http://nahwerk.example{PAGE}" in mail
    assert ".zip" not in mail

    key = await fetch_row("SELECT public_id FROM operator_export")
    assert key is not None
    file = f"{PAGE}/{key['public_id']}/datei"
    assert (await browser.get(file)).status_code in (404, 405), "a link alone takes nothing"
    answer = await browser.post(file)
    assert answer.headers["content-disposition"] == f'attachment; filename="polch-{key["public_id"]}.zip"'
    assert answer.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {row["slug"] for row in msgspec.json.decode(archive.read("json/spaces.json"))} == {standing.polch.slug}
    entries = await fetch("SELECT action, actor FROM audit_entry WHERE subject_kind = 'operator_export' ORDER BY id")
    assert [(row["action"].partition(".")[2], row["actor"]) for row in entries] == [
        ("ordered", standing.otto.id),
        ("made", None),
        ("downloaded", standing.otto.id),
    ]

    site.clock.at = NOW + timedelta(hours=1)
    late = await browser.post(file)
    assert late.headers["location"] == "/anmelden/erneut?weiter=%2Fbetreiber%2Fpolch%2Fmitnehmen"
    site.clock.at = NOW
    assert (await browser.post(f"{PAGE}/{key['public_id']}/loeschen")).headers["location"] == f"{PAGE}?getan=geloescht"
    assert not list_of(settings.exports_folder)
    assert (await browser.post(file)).status_code == 404
    assert "gelöscht" in said((await browser.get(PAGE)).text)


async def test_a_file_whose_time_is_over_cannot_be_taken_before_it_is_deleted_either(
    standing: World, site: Site, settings: Settings, undone: None
) -> None:
    await execute(
        "INSERT INTO operator_export (public_id, operator, ordered_by, ordered_at, next_attempt_at, state, made_at,"
        " size, kept_until) VALUES ('gestern', $1, $2, $3, $3, 'ready', $3, 1, $4)",
        standing.operator,
        standing.otto.id,
        NOW - timedelta(days=8),
        NOW - timedelta(days=1),
    )
    settings.exports_folder.mkdir(exist_ok=True)
    (settings.exports_folder / "gestern.zip").write_bytes(b"PK")
    browser = await site.browser(standing.otto)
    assert (await browser.post(f"{PAGE}/gestern/datei")).status_code == 404
    assert f"{PAGE}/gestern/datei" not in (await browser.get(PAGE)).text


async def test_the_network_takes_along_for_an_operator_that_has_left(standing: World, site: Site, undone: None) -> None:
    await execute("UPDATE operator SET retired_at = $2 WHERE id = $1", standing.operator, NOW)
    for person, status in ((standing.otto, 404), (standing.tilda, 404), (standing.nadja, 200)):
        answer = await (await site.browser(person)).get(PAGE)
        assert answer.status_code == status, person.name
    assert 'href="/netzwerk/betreiber/polch"' in answer.text
    assert 'href="/betreiber/polch"' not in answer.text


async def the_mails(settings: Settings) -> list[str]:
    """The mails that follow from what has happened."""
    reactions = all_reactions(settings)
    while await dispatch(reactions, NOW):
        pass
    handlers = {one.handler: one.run for answers in reactions.values() for one in answers}
    while await run_next(handlers, Now(), timedelta(seconds=10)):
        pass
    folder = settings.data_dir / "mail"
    return [read_mail(folder, mail.name).text for mail in list_mails(folder, 10)]


def list_of(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
