"""A forgotten scope returns nothing: not to who reads without asking for a right, and nothing of what he writes."""

import pytest
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app import main
from app.identity.authentication import Visitor
from app.network.queries import any_space
from app.platform.database import execute, fetch, fetch_value
from app.platform.scoped_rows import ScopeForgotten, closed_rows, finds_scope, open_rows
from app.platform.settings import Settings
from app.web.managing import operators_space
from tests.web.conftest import Browser, Now
from tests.worlds import World


@get("/betrieb/{slug:str}/vergesslich")
async def reads_without_asking(slug: FromPath[str]) -> list[str]:
    return [row["name"] for row in await fetch("SELECT name FROM person")]


@post("/betrieb/{slug:str}/vergesslich")
async def writes_without_asking(slug: FromPath[str]) -> None:
    await execute("UPDATE space SET name = 'Meins' WHERE slug = $1", slug)


@get("/betrieb/{slug:str}/gutgemeint")
async def asks_and_does_not_look(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> list[str]:
    """Finds the space, and forgets to ask whether the visitor may."""
    assert visitor.signed_in
    space = await any_space(slug)
    return [row["name"] for row in await fetch("SELECT name FROM resource WHERE space = $1", space.id if space else 0)]


@get("/betrieb/{slug:str}/sorgfaeltig")
async def asks_first(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> list[str]:
    space = await operators_space(slug, visitor)
    return [row["name"] for row in await fetch("SELECT name FROM resource WHERE space = $1 ORDER BY id", space.id)]


FORGETFUL = [reads_without_asking, writes_without_asking, asks_and_does_not_look, asks_first]


@pytest.fixture
async def otto(world: World, settings: Settings, database: str, now: Now, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The manager of Polch, at an application with forgetful routes."""
    handlers = main._handlers()
    monkeypatch.setattr(main, "_handlers", lambda: [*handlers, *FORGETFUL])
    return await Browser(main.create_app(settings, database, now)).signed_in(world.otto)


async def test_who_forgets_to_ask_reads_and_writes_nothing(otto: Browser, world: World) -> None:
    for route in ("vergesslich", "gutgemeint"):
        answer = await otto.get(f"/betrieb/regiohub-polch/{route}")
        assert answer.status_code == 404
        assert "Mia" not in answer.text
    assert (await otto.post("/betrieb/regiohub-polch/vergesslich")).status_code == 404
    assert await fetch_value("SELECT name FROM space WHERE slug = 'regiohub-polch'") == "RegioHub Polch"


async def test_who_asks_reads_what_is_his_and_nothing_of_others(otto: Browser, world: World) -> None:
    assert (await otto.get("/betrieb/regiohub-polch/sorgfaeltig")).json() == ["1", "2", "3", "Nette", "K1"]
    assert (await otto.get("/betrieb/alte-post-andernach/sorgfaeltig")).status_code == 404


async def test_statements_wait_for_the_right(world: World) -> None:
    @finds_scope
    async def whose() -> int:
        return int(await fetch_value("SELECT count(*) FROM operator"))

    with closed_rows():
        with pytest.raises(ScopeForgotten):
            await fetch("SELECT 1")
        with pytest.raises(ScopeForgotten):
            await execute("DELETE FROM booking")
        assert await whose() == 2
        with pytest.raises(ScopeForgotten):
            await fetch_value("SELECT 1")
        open_rows()
        assert await fetch_value("SELECT 1") == 1
    assert await fetch_value("SELECT 1") == 1
