"""Races on real connections: of many at once exactly as many succeed as may."""

import asyncio
from unittest.mock import patch

import pytest

from app.identity import hashing
from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.operations import EmailTaken, confirm_email, request_password_reset, reset_password, sign_up
from app.identity.queries import actor_of_person
from app.identity.roles import LastAdministrator, LastManager, grant_role, revoke_role
from app.identity.rules import Grant, Role
from app.identity.sign_in import FAILURES_OF_ACCOUNT, WrongCredentials, sign_in
from app.platform.database import fetch_value
from app.platform.rate_limits import TooMany
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, PASSWORD, Newcomer, mailed

pytestmark = pytest.mark.usefixtures("database")

ANNA = "anna@firma.example"
NEW = "three quite new words"


async def anna_signs_up(name: str = "Anna Adler") -> str:
    await sign_up(name, ANNA, PASSWORD, NOW, language="de", next_url="/", key=KEY, address=HOME, network="Nahwerk")
    return (await mailed("person.sign_up_requested")).token


async def test_of_ten_parallel_uses_one_makes_the_account(emptied: None) -> None:
    token = await anna_signs_up()
    results = await asyncio.gather(*(confirm_email(token, NOW) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, tuple) for result in results) == 1
    assert sum(isinstance(result, LinkNoLongerWorks) for result in results) == 9
    assert await fetch_value("SELECT count(*) FROM person") == 1


async def test_two_sign_ups_for_one_address_make_one_account(emptied: None) -> None:
    first, second = await anna_signs_up("Anna Eins"), await anna_signs_up("Anna Zwei")
    results = await asyncio.gather(confirm_email(first, NOW), confirm_email(second, NOW), return_exceptions=True)
    assert sum(isinstance(result, tuple) for result in results) == 1
    assert sum(isinstance(result, EmailTaken | LinkNoLongerWorks) for result in results) == 1


async def test_twenty_parallel_guesses_are_ten(person: Newcomer, emptied: None) -> None:
    await person()
    with patch.object(hashing, "_HASHER", wraps=hashing._HASHER) as hasher:
        results = await asyncio.gather(
            *(sign_in(ANNA, f"wrong {n}", NOW, address=HOME) for n in range(20)), return_exceptions=True
        )
    assert sum(isinstance(result, WrongCredentials) for result in results) == FAILURES_OF_ACCOUNT.hits
    assert sum(isinstance(result, TooMany) for result in results) == 20 - FAILURES_OF_ACCOUNT.hits
    assert hasher.verify.call_count == FAILURES_OF_ACCOUNT.hits


async def test_of_ten_parallel_resets_one_sets_the_password(person: Newcomer, emptied: None) -> None:
    await person()
    await request_password_reset(ANNA, "/", NOW, key=KEY, address=HOME)
    token = (await mailed("person.password_reset_requested")).token
    results = await asyncio.gather(
        *(reset_password(token, f"{NEW} {n}", NOW, network="Nahwerk") for n in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, tuple) for result in results) == 1
    assert sum(isinstance(result, LinkNoLongerWorks) for result in results) == 9


async def test_of_two_administrators_who_go_at_once_one_stays(person: Newcomer, emptied: None) -> None:
    administrator = Grant(Role.NETWORK_ADMINISTRATOR, "network", None)
    both = [(await person("Nora", "nora@netz.example")).person, (await person("Nils", "nils@netz.example")).person]
    for one in both:
        await grant_role(None, one, administrator, NOW)
    results = await asyncio.gather(
        *(revoke_role(None, one, administrator, NOW) for one in both), return_exceptions=True
    )
    assert sorted(type(result) for result in results if result is not None) == [LastAdministrator]
    assert await fetch_value("SELECT count(*) FROM role_grant WHERE revoked_at IS NULL") == 1


async def test_of_two_managers_who_go_at_once_one_stays(person: Newcomer, emptied: None) -> None:
    manager = Grant(Role.OPERATOR_MANAGER, "operator", 7)
    both = [(await person("Nora", "nora@netz.example")).person, (await person("Nils", "nils@netz.example")).person]
    for one in both:
        await grant_role(None, one, manager, NOW)
    actors = [await actor_of_person(one) for one in both]
    results = await asyncio.gather(
        *(revoke_role(actor, actor.person, manager, NOW) for actor in actors), return_exceptions=True
    )
    assert [type(result) for result in results if result is not None] == [LastManager]
    assert await fetch_value("SELECT count(*) FROM role_grant WHERE revoked_at IS NULL") == 1
