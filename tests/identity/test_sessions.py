"""Sessions: who is signed in, for how long, and how it ends."""

from datetime import timedelta

import pytest

from app.identity.operations import forget_old
from app.identity.queries import actor_of_person, actor_of_session, sessions_of
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Action, Grant, Role
from app.identity.sessions import open_session, revoke_other_sessions, revoke_session, sign_out
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_value, queries_run
from tests.conftest import NOW
from tests.identity.conftest import Newcomer, signed_in, trail

pytestmark = pytest.mark.usefixtures("database")

DESK = Grant(Role.FRONT_DESK, "space", 3)


async def test_a_session_knows_its_person_and_grants_in_one_query(person: Newcomer, undone: None) -> None:
    anna = await person()
    await grant_role(None, anna.person, DESK, NOW)
    await grant_role(None, anna.person, Grant(Role.NETWORK_ADMINISTRATOR, "network", None), NOW)
    token = await open_session(anna.person, "Firefox", NOW)
    noted: list[str] = []
    queries_run.set(noted)
    actor = await actor_of_session(token, NOW)
    queries_run.set(None)
    assert actor is not None
    assert (actor.person, actor.email, actor.via, actor.authenticated_at) == (anna.person, anna.email, "page", NOW)
    assert actor.grants == (DESK, Grant(Role.NETWORK_ADMINISTRATOR, "network", None))
    assert actor.has_scope("anything")
    assert len(noted) == 1


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00"])
async def test_what_is_no_token_is_nobody(undone: None, token: str) -> None:
    assert await actor_of_session(token, NOW) is None


async def test_the_table_holds_no_token(person: Newcomer, undone: None) -> None:
    token = await open_session((await person()).person, "Firefox", NOW)
    assert len(token) == 43
    row = await fetch_value("SELECT to_jsonb(s)::text FROM session s")
    assert token not in row


async def test_a_role_that_is_taken_away_is_gone_with_the_next_request(person: Newcomer, undone: None) -> None:
    anna = await person()
    await grant_role(None, anna.person, DESK, NOW)
    token = await open_session(anna.person, "Firefox", NOW)
    before = await actor_of_session(token, NOW)
    await revoke_role(None, anna.person, DESK, NOW)
    after = await actor_of_session(token, NOW)
    assert before is not None
    assert before.may(Action.SEE_SPACE_DAY, space=3)
    assert after is not None
    assert not after.may(Action.SEE_SPACE_DAY, space=3)


async def test_a_session_ends_after_30_days_unused(person: Newcomer, undone: None) -> None:
    token = await open_session((await person()).person, "Firefox", NOW)
    assert await actor_of_session(token, NOW + timedelta(days=30, seconds=-1)) is not None
    assert await actor_of_session(token, NOW + timedelta(days=30)) is None


async def test_a_session_ends_after_180_days_however_much_it_is_used(person: Newcomer, undone: None) -> None:
    anna = await person()
    token = await open_session(anna.person, "Firefox", NOW)
    end = NOW + timedelta(days=180)
    await execute("UPDATE session SET seen_at = $1", end - timedelta(days=1))
    actor = await actor_of_session(token, end - timedelta(seconds=1))
    assert actor is not None
    assert len(await sessions_of(actor, end - timedelta(seconds=1))) == 1
    assert await actor_of_session(token, end) is None
    assert await sessions_of(actor, end) == []
    await forget_old(end)
    assert await fetch_value("SELECT count(*) FROM session") == 0


async def test_signing_in_ends_the_session_that_the_browser_came_with(person: Newcomer, undone: None) -> None:
    anna, berta = await person(), await person("Berta", "berta@firma.example")
    planted = await open_session(anna.person, "Firefox", NOW)
    own = await open_session(berta.person, "Firefox", NOW, instead_of=planted)
    assert await actor_of_session(planted, NOW) is None
    actor = await actor_of_session(own, NOW)
    assert actor is not None
    assert actor.person == berta.person


async def test_signing_out_ends_this_session_alone(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna, browser="library")
    here = await signed_in(anna, browser="phone")
    await sign_out(here, NOW)
    await sign_out(here, NOW)
    assert [session.browser for session in await sessions_of(anna, NOW)] == ["library"]
    assert len(await trail("person.signed_out")) == 1


async def test_the_owner_sees_and_ends_sessions(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna, NOW - timedelta(days=2), "library\r\nX: y" + "z" * 300)
    here = await signed_in(anna, browser="phone")
    await signed_in(await person("Berta", "berta@firma.example"))
    current, other = await sessions_of(here, NOW)
    assert (current.browser, current.is_current, other.is_current) == ("phone", True, False)
    assert other.browser.startswith("libraryX: y")
    assert len(other.browser) == 200

    await revoke_session(here, other.public_id, NOW)

    assert [session.browser for session in await sessions_of(here, NOW)] == ["phone"]
    with pytest.raises(NotFound):
        await revoke_session(here, other.public_id, NOW)


async def test_nobody_ends_another_persons_session(person: Newcomer, undone: None) -> None:
    anna = await signed_in(await person())
    berta = await signed_in(await person("Berta", "berta@firma.example"))
    [session] = await sessions_of(anna, NOW)
    with pytest.raises(NotFound):
        await revoke_session(berta, session.public_id, NOW)
    assert await revoke_other_sessions(berta, NOW) == 0
    assert len(await sessions_of(anna, NOW)) == 1


async def test_all_other_sessions_end_at_once(person: Newcomer, undone: None) -> None:
    anna = await person()
    for browser in ("library", "office"):
        await signed_in(anna, browser=browser)
    here = await signed_in(anna, browser="phone")
    assert await revoke_other_sessions(here, NOW) == 2
    assert [session.browser for session in await sessions_of(here, NOW)] == ["phone"]


async def test_a_retired_person_is_signed_in_nowhere(person: Newcomer, undone: None) -> None:
    anna = await person()
    token = await open_session(anna.person, "Firefox", NOW)
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", anna.person, NOW)
    assert await actor_of_session(token, NOW) is None
    with pytest.raises(NotFound):
        await actor_of_person(anna.person)
