"""Signing in: one answer to every failure, a limit to guessing, nothing more to do for the right password."""

import asyncio
from datetime import timedelta
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from app.identity import hashing
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_session
from app.identity.rules import FreshSignInNeeded, demand_fresh_sign_in
from app.identity.sessions import open_session
from app.identity.sign_in import FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS, WrongCredentials, sign_in, sign_in_again
from app.platform.database import execute, fetch_value, queries_run
from app.platform.rate_limits import TooMany
from tests.conftest import NOW
from tests.identity.conftest import HOME, PASSWORD, Newcomer, signed_in, trail

pytestmark = pytest.mark.usefixtures("database")

ANNA = "anna@firma.example"


async def test_the_right_password_signs_in_whatever_the_spelling_of_the_address(person: Newcomer, undone: None) -> None:
    anna = await person()
    actor = await sign_in(" Anna@FIRMA.example", PASSWORD, NOW, address=HOME)
    assert (actor.person, actor.via, actor.authenticated_at) == (anna.person, "page", NOW)
    assert [entry["actor"] for entry in await trail("person.signed_in")] == [anna.person]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ANNA, "wrong"),
        (ANNA, ""),
        (ANNA, PASSWORD + " "),
        (ANNA, "\x00\ud800"),
        (ANNA, "x" * 10_000),
        ("nobody@firma.example", PASSWORD),
        ("unconfirmed@firma.example", PASSWORD),
        ("retired@firma.example", PASSWORD),
        ("no address", PASSWORD),
        ("' OR true --", PASSWORD),
        ("", ""),
    ],
)
async def test_every_failure_is_the_same_refusal(
    person: Newcomer, password_hash: str, undone: None, email: str, password: str
) -> None:
    await person()
    await create_people([NewPerson("Uwe", "unconfirmed@firma.example", password_hash=password_hash)], NOW)
    retired = await person("Rita", "retired@firma.example")
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", retired.person, NOW)
    with pytest.raises(WrongCredentials) as refused:
        await sign_in(email, password, NOW, address=HOME)
    assert refused.value.facts == {}
    assert refused.value.field is None
    assert len(await trail("person.sign_in_refused")) == 1


async def test_every_failure_costs_the_same_work(person: Newcomer, undone: None) -> None:
    await person()
    await person("Paula", "paula@firma.example")
    await execute("UPDATE person SET password_hash = NULL WHERE email = 'paula@firma.example'")
    work = []
    for email in (ANNA, "nobody@firma.example", "paula@firma.example", "no address"):
        noted: list[str] = []
        queries_run.set(noted)
        with patch.object(hashing, "_HASHER", wraps=hashing._HASHER) as hasher, pytest.raises(WrongCredentials):
            await sign_in(email, "wrong", NOW, address=HOME)
        work.append((hasher.hash.call_count + hasher.verify.call_count, noted))
        queries_run.set(None)
    assert work[0][0] == 1
    assert all(one == work[0] for one in work)


async def test_guessing_one_account_is_limited_and_waiting_helps(person: Newcomer, undone: None) -> None:
    await person()
    for number in range(FAILURES_OF_ACCOUNT.hits):
        with pytest.raises(WrongCredentials):
            await sign_in(ANNA, "wrong", NOW, address=f"192.0.2.{number}")
    with pytest.raises(TooMany) as refused:
        await sign_in(ANNA, PASSWORD, NOW, address=HOME)
    await sign_in(ANNA, PASSWORD, NOW + timedelta(seconds=refused.value.retry_after), address=HOME)


async def test_guessing_many_accounts_from_one_address_is_limited(undone: None) -> None:
    with patch.object(hashing, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)):
        for number in range(FAILURES_OF_ADDRESS.hits):
            with pytest.raises(WrongCredentials):
                await sign_in(f"member{number}@firma.example", "wrong", NOW, address=HOME)
    with pytest.raises(TooMany):
        await sign_in(ANNA, PASSWORD, NOW, address=HOME)


async def test_signing_in_rightly_never_uses_up_the_limit(person: Newcomer, undone: None) -> None:
    await person()
    for _ in range(FAILURES_OF_ACCOUNT.hits + 2):
        await sign_in(ANNA, PASSWORD, NOW, address=HOME)


async def test_at_most_two_passwords_are_hashed_at_once(undone: None) -> None:
    running, most = 0, 0

    async def slow(*_: object) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        return "hash"

    with patch.object(asyncio, "to_thread", slow):
        await asyncio.gather(*(hashing.hash_password("x") for _ in range(9)))
    assert most == 2


async def test_a_hash_with_older_parameters_is_replaced_at_sign_in(person: Newcomer, undone: None) -> None:
    anna = await person()
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    await execute("UPDATE person SET password_hash = $2 WHERE id = $1", anna.person, weak)
    await sign_in(ANNA, PASSWORD, NOW, address=HOME)
    assert "m=19456,t=2" in await fetch_value("SELECT password_hash FROM person WHERE id = $1", anna.person)
    await sign_in(ANNA, PASSWORD, NOW, address=HOME)


async def test_signing_in_again_makes_the_session_fresh_and_its_old_token_worthless(
    person: Newcomer, undone: None
) -> None:
    anna = await person()
    old = await open_session(anna.person, "Firefox", NOW)
    later = NOW + timedelta(hours=1)
    actor = await actor_of_session(old, later)
    assert actor is not None
    with pytest.raises(FreshSignInNeeded):
        demand_fresh_sign_in(actor, later)

    new = await sign_in_again(actor, PASSWORD, later, address=HOME)

    assert await actor_of_session(old, later) is None
    fresh = await actor_of_session(new, later)
    assert fresh is not None
    assert fresh.session == actor.session
    demand_fresh_sign_in(fresh, later)


async def test_signing_in_again_needs_the_persons_own_password(person: Newcomer, undone: None) -> None:
    anna = await signed_in(await person())
    with pytest.raises(WrongCredentials):
        await sign_in_again(anna, "wrong", NOW, address=HOME)
