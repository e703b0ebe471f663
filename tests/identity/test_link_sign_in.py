"""Signing in by a mailed link: once, for a quarter of an hour, for members; strangers learn nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.identity.link_sign_in import StaffNeedsPassword, has_password, request_sign_in_link, sign_in_by_link
from app.identity.mailed_links import LinkNoLongerWorks, link_to_mail
from app.identity.operations import MAILS_TO_ADDRESS, change_password
from app.identity.rules import Actor, EmailUnusable, Role
from app.platform.database import fetch_row, fetch_value, queries_run
from app.platform.rate_limits import TooMany
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, PASSWORD, Newcomer, mailed, signed_in, trail

ASKED = "person.sign_in_link_requested"


async def ask(email: str, next_url: str = "/woche") -> None:
    await request_sign_in_link(email, next_url, NOW, key=KEY, address=HOME)


async def test_the_link_signs_in_once_and_leads_on(undone: None, person: Newcomer) -> None:
    anna = await person()
    await ask("Anna@Firma.example")
    link = await mailed(ASKED)
    actor, next_url = await sign_in_by_link(link.token, NOW)
    assert (actor.person, next_url, actor.authenticated_at) == (anna.person, "/woche", NOW)
    assert [entry["details"] for entry in await trail("person.signed_in")] == [{"by": "link"}]
    with pytest.raises(LinkNoLongerWorks):
        await sign_in_by_link(link.token, NOW)


async def test_it_lapses_after_a_quarter_of_an_hour(undone: None, person: Newcomer) -> None:
    await person()
    await ask("anna@firma.example")
    link = await mailed(ASKED)
    with pytest.raises(LinkNoLongerWorks):
        await sign_in_by_link(link.token, NOW + timedelta(minutes=15))


async def test_the_first_of_several_links_ends_the_others(undone: None, person: Newcomer) -> None:
    await person()
    await ask("anna@firma.example")
    first = await mailed(ASKED)
    await ask("anna@firma.example")
    second = await mailed(ASKED)
    await sign_in_by_link(first.token, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await sign_in_by_link(second.token, NOW)


async def test_a_new_password_ends_the_links_that_wait(undone: None, person: Newcomer) -> None:
    anna = await signed_in(await person())
    await ask("anna@firma.example")
    link = await mailed(ASKED)
    await change_password(anna, PASSWORD, "vier Enten am Kanal", NOW, network="Nahwerk")
    with pytest.raises(LinkNoLongerWorks):
        await sign_in_by_link(link.token, NOW)


async def test_known_and_unknown_addresses_cost_the_same_statements(undone: None, person: Newcomer) -> None:
    await person()
    told = []
    for email in ("anna@firma.example", "nobody@firma.example"):
        noted: list[str] = []
        queries_run.set(noted)
        await ask(email)
        queries_run.set(None)
        told.append(noted)
    assert told[0] == told[1]
    nobody = await fetch_row("SELECT id, email FROM mailed_link ORDER BY id DESC LIMIT 1")
    assert nobody is not None
    assert nobody["email"] is None
    assert await link_to_mail(nobody["id"], NOW, key=KEY) is None


@pytest.mark.parametrize("role", [Role.OPERATOR_MANAGER, Role.NETWORK_ADMINISTRATOR, Role.FRONT_DESK])
async def test_who_works_for_the_network_needs_the_password(
    undone: None, person: Newcomer, grant: Callable[[Actor, Role], Awaitable[None]], role: Role
) -> None:
    anna = await person()
    await ask("anna@firma.example")
    link = await mailed(ASKED)
    await grant(anna, role)
    with pytest.raises(StaffNeedsPassword):
        await sign_in_by_link(link.token, NOW)
    assert await trail("person.signed_in") == []


@pytest.fixture
def grant(database: str) -> Callable[[Actor, Role], Awaitable[None]]:
    async def give(actor: Actor, role: Role) -> None:
        kind = "operator" if role is Role.OPERATOR_MANAGER else "network"
        await fetch_value(
            "INSERT INTO role_grant (person, role, scope_kind, scope_id, granted_at) VALUES ($1, $2, $3, $4, $5)",
            actor.person,
            role,
            kind,
            1 if kind == "operator" else None,
            NOW,
        )

    return give


async def test_strangers_cannot_flood_a_mailbox(undone: None, person: Newcomer) -> None:
    await person()
    for _ in range(MAILS_TO_ADDRESS.hits):
        await ask("anna@firma.example")
    with pytest.raises(TooMany):
        await ask("anna@firma.example")


async def test_what_is_no_address_is_refused(undone: None) -> None:
    with pytest.raises(EmailUnusable):
        await ask("anna")


async def test_who_has_none_sets_a_first_password_after_signing_in_by_link(undone: None, person: Newcomer) -> None:
    anna = await person()
    await fetch_value("UPDATE person SET password_hash = NULL WHERE id = $1", anna.person)
    assert not await has_password(anna.person)
    await ask("anna@firma.example")
    actor, _ = await sign_in_by_link((await mailed(ASKED)).token, NOW)
    await change_password(actor, None, PASSWORD, NOW, network="Nahwerk")
    assert await has_password(anna.person)


async def test_of_many_at_once_with_one_link_one_gets_in(emptied: None, person: Newcomer) -> None:
    await person()
    await ask("anna@firma.example")
    token = (await mailed(ASKED)).token
    done = await asyncio.gather(*(sign_in_by_link(token, NOW) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, LinkNoLongerWorks) for one in done if isinstance(one, BaseException))
