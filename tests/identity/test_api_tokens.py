"""API tokens: shown once, stored hashed, confined to scopes, revoked at once."""

from datetime import timedelta

import pytest

from app.identity.api_tokens import PersonUnknown, ScopeUnknown, create_api_token, revoke_api_token, tokens_for_emails
from app.identity.operations import forget_old
from app.identity.queries import actor_of_token, list_api_tokens
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Action, FreshSignInNeeded, Grant, Role, Scope, ScopeMissing
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_value, queries_run
from tests.conftest import NOW
from tests.identity.conftest import Newcomer, signed_in, trail

pytestmark = pytest.mark.usefixtures("database")

MANAGER = Grant(Role.OPERATOR_MANAGER, "operator", 7)


async def test_a_token_acts_for_its_person_within_its_scopes_in_one_query(person: Newcomer, undone: None) -> None:
    anna = await person()
    await grant_role(None, anna.person, MANAGER, NOW)
    text, row = await create_api_token(await signed_in(anna), "Kalender", ["read", "bookings"], NOW)
    assert text.startswith("nw_")
    assert (row.name, row.scopes, row.hint, row.last_used_at) == ("Kalender", ["bookings", "read"], text[-4:], None)
    noted: list[str] = []
    queries_run.set(noted)
    actor = await actor_of_token(text, NOW)
    queries_run.set(None)
    assert len(noted) == 1
    assert actor is not None
    assert (actor.person, actor.via, actor.session, actor.scopes) == (anna.person, "token", None, {"read", "bookings"})
    assert actor.may(Action.BOOK_OWN)
    assert not actor.may(Action.MANAGE_SPACE, operator=7)


async def test_the_table_holds_no_token(person: Newcomer, undone: None) -> None:
    text, _ = await create_api_token(await signed_in(await person()), "Kalender", ["read"], NOW)
    for table in ("api_token", "audit_entry"):
        assert text not in await fetch_value(f"SELECT jsonb_agg(to_jsonb(t))::text FROM {table} t")


@pytest.mark.parametrize("token", ["", "nw_", "nw_" + "a" * 43, "\x00"])
async def test_what_is_no_token_is_nobody(undone: None, token: str) -> None:
    assert await actor_of_token(token, NOW) is None


async def test_a_revoked_token_is_worthless_at_once(person: Newcomer, undone: None) -> None:
    anna = await signed_in(await person())
    text, row = await create_api_token(anna, "Kalender", ["read"], NOW)
    await revoke_api_token(anna, row.public_id, NOW)
    assert await actor_of_token(text, NOW) is None
    assert await list_api_tokens(anna) == []
    with pytest.raises(NotFound):
        await revoke_api_token(anna, row.public_id, NOW)
    assert [entry["actor"] for entry in await trail("api_token.revoked")] == [anna.person]
    await forget_old(NOW + timedelta(days=364))
    assert await fetch_value("SELECT count(*) FROM api_token") == 1
    await forget_old(NOW + timedelta(days=366))
    assert await fetch_value("SELECT count(*) FROM api_token") == 0


async def test_nobody_sees_or_revokes_another_persons_token(person: Newcomer, undone: None) -> None:
    anna = await signed_in(await person())
    berta = await signed_in(await person("Berta", "berta@firma.example"))
    text, row = await create_api_token(anna, "Kalender", ["read"], NOW)
    assert await list_api_tokens(berta) == []
    with pytest.raises(NotFound):
        await revoke_api_token(berta, row.public_id, NOW)
    assert await actor_of_token(text, NOW) is not None


async def test_a_role_that_is_taken_away_is_gone_for_tokens_too(person: Newcomer, undone: None) -> None:
    anna = await person()
    await grant_role(None, anna.person, MANAGER, NOW)
    text, _ = await create_api_token(await signed_in(anna), "Haus", ["staff"], NOW)
    before = await actor_of_token(text, NOW)
    await revoke_role(None, anna.person, MANAGER, NOW)
    after = await actor_of_token(text, NOW)
    assert before is not None
    assert before.may(Action.MANAGE_SPACE, operator=7)
    assert after is not None
    assert not after.may(Action.MANAGE_SPACE, operator=7)


async def test_a_token_needs_a_fresh_sign_in_and_no_token_makes_another(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    with pytest.raises(FreshSignInNeeded):
        await create_api_token(here, "Kalender", ["read"], NOW + timedelta(minutes=11))
    text, row = await create_api_token(here, "Alles", list(Scope), NOW)
    program = await actor_of_token(text, NOW)
    assert program is not None
    with pytest.raises(ScopeMissing):
        await create_api_token(program, "Noch einer", ["read"], NOW)
    with pytest.raises(ScopeMissing):
        await revoke_api_token(program, row.public_id, NOW)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "READ"]])
async def test_a_scope_that_does_not_exist_is_refused(person: Newcomer, undone: None, scopes: list[str]) -> None:
    with pytest.raises(ScopeUnknown):
        await create_api_token(await signed_in(await person()), "Kalender", scopes, NOW)


async def test_the_command_line_gets_one_token_for_each_address_in_order(person: Newcomer, undone: None) -> None:
    anna, berta = await person(), await person("Berta", "berta@firma.example")
    texts = await tokens_for_emails(["Berta@firma.example", "anna@firma.example", "berta@firma.example"], ["read"], NOW)
    actors = [await actor_of_token(text, NOW) for text in texts]
    assert [actor.person for actor in actors if actor] == [berta.person, anna.person, berta.person]
    assert len(set(texts)) == 3
    assert len(await trail("api_token.created")) == 3


async def test_an_unknown_address_is_named_and_no_token_made(person: Newcomer, undone: None) -> None:
    await person()
    with pytest.raises(PersonUnknown) as refused:
        await tokens_for_emails(["anna@firma.example", "nobody@firma.example"], ["read"], NOW)
    assert refused.value.facts == {"email": "nobody@firma.example"}
    assert await fetch_value("SELECT count(*) FROM api_token") == 0


async def test_a_retired_persons_token_is_worthless(person: Newcomer, undone: None) -> None:
    anna = await person()
    [text] = await tokens_for_emails(["anna@firma.example"], ["read"], NOW)
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", anna.person, NOW)
    assert await actor_of_token(text, NOW) is None
