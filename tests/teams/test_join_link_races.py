"""The last places of a company's link, taken at once with real connections; and the same without the guards, which
proves the test."""

import asyncio

import asyncpg
import pytest

from app.platform.database import DB, fetch_value
from app.teams import join_links
from app.teams.join_links import LinkUsedUp, join_by_link, join_link_of, make_join_link
from tests.conftest import copied
from tests.identity.conftest import KEY
from tests.selling import TODAY
from tests.teams.founding import a_team
from tests.worlds import NOW, APerson, a_person, a_world

PEOPLE, PLACES = 8, 2
LINGER = """
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
    CREATE TRIGGER linger BEFORE UPDATE ON join_link FOR EACH STATEMENT EXECUTE FUNCTION linger();
"""
"""Each waits between reading how many have joined and writing one more, so that all have read the same."""


async def joined_at_once(admin_dsn: str, template: str, database: str, unguarded: str = "") -> tuple[int, int, int]:
    """How many of eight were let in, how many belong to the team, and how many the link has counted."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_join_link") as dsn:
            if unguarded:
                admin = await asyncpg.connect(dsn)
                await admin.execute(unguarded)
                await admin.close()
            await DB.open_pool(dsn, size=PEOPLE)
            try:
                return await _race()
            finally:
                await DB.close_pool()
    finally:
        await DB.open_pool(database, size=8)


async def _race() -> tuple[int, int, int]:
    world = await a_world()
    team = await a_team(world)
    await make_join_link(world.gundula.actor(), team, PLACES, NOW, key=KEY)
    link = await join_link_of(team.id, key=KEY)
    assert link is not None
    people = [await a_person(f"Person {number}", f"p{number}@example.org") for number in range(PEOPLE)]

    async def one(person: APerson) -> bool:
        try:
            await join_by_link(person.actor(), link.token, NOW, TODAY)
        except LinkUsedUp:
            return False
        return True

    done = await asyncio.gather(*map(one, people))
    members = await fetch_value("SELECT count(*) FROM team_member WHERE team = $1 AND left_at IS NULL", team.id)
    return sum(done), members, await fetch_value("SELECT joined FROM join_link WHERE team = $1", team.id)


async def test_the_last_places_are_given_once(admin_dsn: str, template: str, database: str) -> None:
    assert await joined_at_once(admin_dsn, template, database) == (PLACES, PLACES, PLACES)


async def test_without_the_guards_more_come_in(
    admin_dsn: str, template: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: nobody waits for the row, and the table takes any number."""
    honest = join_links.fetch_row

    async def unlocked(sql: str, *arguments: object) -> object:
        return await honest(sql.replace(" FOR UPDATE", ""), *arguments)

    monkeypatch.setattr(join_links, "fetch_row", unlocked)
    unguarded = f"ALTER TABLE join_link DROP CONSTRAINT join_link_no_more; {LINGER}"
    let_in, members, _ = await joined_at_once(admin_dsn, template, database, unguarded)
    assert let_in == members
    assert members > PLACES
