"""Roles are given and taken by those who may, and the audit trail remembers for good."""

from datetime import timedelta

import asyncpg
import pytest

from app.identity.audit import AuditFilter, audit_entries, record
from app.identity.queries import actor_of_person
from app.identity.roles import GrantUnusable, LastAdministrator, grant_role, revoke_role
from app.identity.rules import Action, Actor, Grant, Role
from app.kernel.refusals import BadInput, NotAllowed, NotFound
from app.platform.database import execute, fetch_value, transaction
from tests.conftest import NOW
from tests.identity.conftest import Newcomer, events, trail

pytestmark = pytest.mark.usefixtures("database")

ADMINISTRATOR = Grant(Role.NETWORK_ADMINISTRATOR, "network", None)
MANAGER = Grant(Role.OPERATOR_MANAGER, "operator", 7)
DESK = Grant(Role.FRONT_DESK, "space", 3)


async def with_grant(anna: Actor, grant: Grant) -> Actor:
    await grant_role(None, anna.person, grant, NOW)
    return await actor_of_person(anna.person, "page")


async def test_a_manager_gives_and_takes_the_front_desk(person: Newcomer, undone: None) -> None:
    manager = await with_grant(await person(), MANAGER)
    berta = await person("Berta", "berta@firma.example")

    await grant_role(manager, berta.person, DESK, NOW, operator=7)
    await grant_role(manager, berta.person, DESK, NOW, operator=7)
    assert (await actor_of_person(berta.person)).may(Action.SEE_SPACE_DAY, operator=7, space=3)
    await revoke_role(manager, berta.person, DESK, NOW, operator=7)

    assert (await actor_of_person(berta.person)).grants == ()
    given, taken = (await trail("role.granted"))[-1], (await trail("role.revoked"))[-1]
    assert given["actor"] == taken["actor"] == manager.person
    assert given["subject_id"] == berta.person
    assert given["details"] == {"role": "front_desk", "scope_kind": "space", "scope_id": 3}
    assert await events() == ["role.granted", "role.granted", "role.revoked"]


async def test_a_rival_neither_gives_nor_takes(person: Newcomer, undone: None) -> None:
    rival = await with_grant(await person(), Grant(Role.OPERATOR_MANAGER, "operator", 8))
    berta = await with_grant(await person("Berta", "berta@firma.example"), DESK)
    with pytest.raises(NotAllowed):
        await grant_role(rival, berta.person, MANAGER, NOW)
    with pytest.raises(NotAllowed):
        await revoke_role(rival, berta.person, DESK, NOW, operator=7)
    with pytest.raises(NotAllowed):
        await grant_role(rival, rival.person, ADMINISTRATOR, NOW)
    assert (await actor_of_person(berta.person)).grants == (DESK,)


async def test_what_nobody_has_cannot_be_taken_and_nobody_unknown_gets_a_role(person: Newcomer, undone: None) -> None:
    anna = await person()
    with pytest.raises(NotFound):
        await revoke_role(None, anna.person, DESK, NOW)
    with pytest.raises(NotFound):
        await grant_role(None, -1, DESK, NOW)
    with pytest.raises(GrantUnusable):
        await grant_role(None, anna.person, Grant(Role.OPERATOR_MANAGER, "space", 3), NOW)


async def test_the_last_administrator_stays(person: Newcomer, undone: None) -> None:
    anna = await with_grant(await person(), ADMINISTRATOR)
    with pytest.raises(LastAdministrator):
        await revoke_role(anna, anna.person, ADMINISTRATOR, NOW)
    berta = await with_grant(await person("Berta", "berta@firma.example"), ADMINISTRATOR)
    with pytest.raises(NotFound):
        await revoke_role(anna, -1, ADMINISTRATOR, NOW)
    await revoke_role(anna, anna.person, ADMINISTRATOR, NOW)
    assert (await actor_of_person(berta.person)).grants == (ADMINISTRATOR,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = NULL",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
    ],
)
async def test_the_application_can_neither_change_nor_delete_an_entry(undone: None, statement: str) -> None:
    await record("booking.moved", "booking", 1, None, NOW)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction():
            await execute(statement)
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE action = 'booking.moved'") == 1


async def test_the_trail_is_read_backwards_in_pages(person: Newcomer, undone: None) -> None:
    anna = await with_grant(await person(), ADMINISTRATOR)
    for number in range(5):
        await record("booking.moved", "booking", number, anna, NOW, place=number)
    wanted = AuditFilter(action="booking.")
    first, cursor = await audit_entries(anna, wanted, limit=3)
    second, end = await audit_entries(anna, wanted, limit=3, cursor=cursor)
    assert [act.subject_id for act in (*first, *second)] == [4, 3, 2, 1, 0]
    assert end is None
    assert (first[0].actor_name, first[0].via, first[0].details) == ("Anna Adler", "page", {"place": 4})


async def test_the_trail_can_be_searched(person: Newcomer, undone: None) -> None:
    anna = await with_grant(await person(), ADMINISTRATOR)
    await record("booking.moved", "booking", 1, anna, NOW)
    await record("booking.moved", "booking", 2, None, NOW + timedelta(days=1))

    async def found(wanted: AuditFilter) -> list[int | None]:
        return [act.subject_id for act in (await audit_entries(anna, wanted))[0] if act.action == "booking.moved"]

    assert await found(AuditFilter()) == [2, 1]
    assert await found(AuditFilter(actor=anna.person)) == [1]
    assert await found(AuditFilter(subject_kind="booking", subject_id=2)) == [2]
    assert await found(AuditFilter(since=NOW + timedelta(days=1))) == [2]
    assert await found(AuditFilter(before=NOW + timedelta(days=1))) == [1]
    assert await found(AuditFilter(action="person.")) == []


async def test_only_the_network_reads_the_trail(person: Newcomer, undone: None) -> None:
    manager = await with_grant(await person(), MANAGER)
    with pytest.raises(NotAllowed):
        await audit_entries(manager, AuditFilter())


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1 OR true", "9" * 40, "²"])
async def test_a_cursor_that_is_none_of_ours_is_refused(person: Newcomer, undone: None, cursor: str) -> None:
    anna = await with_grant(await person(), ADMINISTRATOR)
    with pytest.raises(BadInput):
        await audit_entries(anna, AuditFilter(), cursor=cursor)
