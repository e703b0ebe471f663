"""Sessions and keys for programs: listed for their owner, ended by their owner, unknown to everybody else."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.identity.api_tokens import create_api_token
from app.identity.queries import actor_of_token, list_api_tokens, sessions_of
from app.identity.rules import Scope
from tests.identity.conftest import PASSWORD
from tests.web.conftest import Browser, fresh
from tests.worlds import NOW, World

Browsers = Callable[[], Browser]

NO_IDS = ["x", "%00", "ä", "a'--", "zzzzzzzzzzzzzzzz"]


async def test_sessions_are_listed_and_one_is_ended(browser: Browsers, world: World) -> None:
    here, elsewhere = await browser().signed_in(world.mia), await browser().signed_in(world.mia)
    page = (await here.get("/konto/sitzungen")).text
    assert page.count("Firefox, Windows") == 2
    assert page.count("dieser Browser") == 1
    [path] = re.findall(r'action="(/konto/sitzungen/\w+/beenden)"', page)

    answer = await here.post(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto/sitzungen?getan=beendet")
    assert "Die Sitzung ist beendet." in (await here.get(answer.headers["location"])).text
    assert (await elsewhere.get("/konto")).status_code == 303
    assert (await here.post(path)).status_code == 404


async def test_all_other_sessions_end_at_once(browser: Browsers, world: World) -> None:
    here, *others = [await browser().signed_in(world.mia) for _ in range(3)]
    gundula = await browser().signed_in(world.gundula)
    assert (await here.post("/konto/sitzungen/andere-beenden")).status_code == 303
    assert (await here.get("/konto")).status_code == 200
    assert [(await other.get("/konto")).status_code for other in others] == [303, 303]
    assert (await gundula.get("/konto")).status_code == 200


async def test_the_session_of_somebody_else_does_not_exist(browser: Browsers, world: World) -> None:
    mia, gundula = await browser().signed_in(world.mia), await browser().signed_in(world.gundula)
    [session] = await sessions_of(await fresh(world.mia), NOW)
    assert (await gundula.post(f"/konto/sitzungen/{session.public_id}/beenden")).status_code == 404
    assert (await mia.get("/konto")).status_code == 200


@pytest.mark.parametrize("no_id", NO_IDS)
async def test_ids_that_are_none_are_not_found(no_id: str, browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    assert (await mia.post(f"/konto/sitzungen/{no_id}/beenden")).status_code == 404
    assert (await mia.post(f"/konto/zugriff/{no_id}/widerrufen")).status_code == 404


async def test_a_key_is_shown_once_works_within_its_scopes_and_ends(browser: Browsers, world: World) -> None:
    gundula = await browser().signed_in(world.gundula)
    answer = await gundula.post("/konto/zugriff/neu", name="Mein Skript", read="ja", bookings="ja")
    assert answer.status_code == 201
    [key] = set(re.findall(r"nw_[\w-]{43}", answer.text))
    actor = await actor_of_token(key, NOW)
    assert actor is not None
    assert (actor.person, actor.scopes) == (world.gundula.id, {"read", "bookings"})

    page = (await gundula.get("/konto/zugriff")).text
    assert key not in page
    assert "Mein Skript" in page
    [token] = [each for each in await list_api_tokens(actor) if each.name == "Mein Skript"]
    answer = await gundula.post(f"/konto/zugriff/{token.public_id}/widerrufen")

    assert "Der Schlüssel gilt nicht mehr." in (await gundula.get(answer.headers["location"])).text
    assert await actor_of_token(key, NOW) is None


async def test_a_key_needs_a_name_and_a_purpose(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    answer = await mia.post("/konto/zugriff/neu", name="")
    assert answer.status_code == 422
    assert 'id="name-fehler"' in answer.text
    group = answer.text[answer.text.index("<fieldset") : answer.text.index("</fieldset>")]
    assert re.search(r'<fieldset [^>]*id="rechte"[^>]*aria-describedby="rechte-fehler"', group)
    assert group.index('id="rechte-fehler"') > group.rindex('type="checkbox"')
    assert group.count("Bitte wählen Sie mindestens eines davon.") == 1
    assert '<a href="#rechte">Bitte wählen Sie mindestens eines davon.</a>' in answer.text
    answer = await mia.post("/konto/zugriff/neu", name=" ", feeds="ja")
    assert re.search(r'name="feeds"[^>]*checked', answer.text), "what was chosen is kept"


async def test_only_staff_is_offered_what_roles_allow(browser: Browsers, world: World) -> None:
    for person, offered in ((world.mia, False), (world.frida, True)):
        page = (await (await browser().signed_in(person)).get("/konto/zugriff/neu")).text
        assert (f'name="{Scope.STAFF}"' in page) is offered


async def test_a_key_needs_a_fresh_sign_in_and_the_form_is_kept(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia, NOW - timedelta(hours=1))
    answer = await mia.post("/konto/zugriff/neu", name="Mein Skript", feeds="ja")
    assert answer.headers["location"].startswith("/anmelden/erneut?weiter=%2Fkonto%2Fzugriff%2Fneu")
    way_back = "/konto/zugriff/neu?name=Mein+Skript&feeds=ja"
    answer = await mia.post("/anmelden/erneut", password=PASSWORD, weiter=way_back)
    page = (await mia.get(answer.headers["location"])).text
    assert 'value="Mein Skript"' in page
    assert re.search(r'name="feeds"[^>]*checked', page)


async def test_the_key_of_somebody_else_does_not_exist(browser: Browsers, world: World) -> None:
    text, token = await create_api_token(await fresh(world.mia), "Mias Skript", [Scope.READ], NOW)
    gundula = await browser().signed_in(world.gundula)
    assert (await gundula.post(f"/konto/zugriff/{token.public_id}/widerrufen")).status_code == 404
    assert await actor_of_token(text, NOW) is not None
