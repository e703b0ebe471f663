"""Two records of one person become one: nothing is lost, nothing is given to the wrong one."""

from datetime import timedelta

import pytest

import app.main  # noqa: F401  every capability that the application has says what it moves
from app.identity.api_tokens import create_api_token
from app.identity.merging import HasOwnAccount, SameRecord, merge_people, moved_references, standing_record
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person, actor_of_session, actor_of_token
from app.identity.roles import grant_role
from app.identity.rules import Actor, Grant, Role, Scope
from app.identity.sessions import open_session
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_row, fetch_value
from tests.conftest import NOW
from tests.identity.conftest import Newcomer, events, trail

pytestmark = pytest.mark.usefixtures("database")

TELEPHONE = Grant(Role.TELEPHONE, "network", None)
DESK = Grant(Role.FRONT_DESK, "operator", 7)


async def entered(name: str, **more: object) -> int:
    [key] = await create_people([NewPerson(name, **more)], NOW)  # type: ignore[arg-type]
    return key


async def staff(person: Newcomer, grant: Grant) -> Actor:
    somebody = await person("Tilda", "tilda@netz.example")
    await grant_role(None, somebody.person, grant, NOW)
    return await actor_of_person(somebody.person)


async def test_every_reference_to_a_person_is_moved_by_somebody() -> None:
    rows = await fetch(
        "SELECT own.relname || '.' || a.attname AS reference FROM pg_constraint c"
        " JOIN pg_class own ON own.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid"
        " JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = ANY(c.conkey)"
        " WHERE c.contype = 'f' AND t.relname = 'person'"
    )
    assert {row["reference"] for row in rows} == moved_references()


async def test_the_second_record_is_retired_and_leads_to_the_first(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, gone = await entered("Erna Schmitz"), await entered("E. Schmitz", phone="02654 1234")
    await merge_people(telephone, kept, gone, NOW)

    row = await fetch_row("SELECT * FROM person WHERE id = $1", gone)
    assert row
    assert (row["retired_at"], row["merged_into"], row["phone"]) == (NOW, kept, None)
    assert await fetch_value("SELECT phone FROM person WHERE id = $1", kept) == "02654 1234"
    [entry] = await trail("person.merged")
    assert (entry["actor"], entry["subject_id"], entry["details"]) == (telephone.person, kept, {"gone": gone})
    assert (await events())[-1] == "person.merged"
    assert await standing_record(gone) == kept


async def test_what_the_kept_record_says_goes_before_the_other(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, gone = await entered("Erna", phone="02654 1"), await entered("Erna", phone="02654 99999", email="e@x.example")
    await merge_people(telephone, kept, gone, NOW)
    row = await fetch_row("SELECT phone, email, email_confirmed_at FROM person WHERE id = $1", kept)
    assert row
    assert tuple(row.values()) == ("02654 1", "e@x.example", None)


async def test_records_that_led_to_the_second_lead_to_the_first(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    first, second, third = [await entered("Erna") for _ in range(3)]
    await merge_people(telephone, second, third, NOW)
    await merge_people(telephone, first, second, NOW)
    assert await fetch_value("SELECT merged_into FROM person WHERE id = $1", third) == first


async def test_all_access_as_the_second_ends(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, gone = await entered("Erna"), await entered("Erna")
    session = await open_session(gone, "Firefox", NOW)
    token, _ = await create_api_token(await actor_of_person(gone), "Kalender", [Scope.READ], NOW)
    assert await actor_of_session(session, NOW)
    assert await actor_of_token(token, NOW)
    await merge_people(telephone, kept, gone, NOW)
    assert await actor_of_session(session, NOW) is None
    assert await actor_of_token(token, NOW) is None
    assert await fetch_value("SELECT count(*) FROM api_token WHERE person = $1 AND revoked_at = $2", kept, NOW) == 1


async def test_an_account_never_goes(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, account = await entered("Anna"), await person()
    with pytest.raises(HasOwnAccount):
        await merge_people(telephone, kept, account.person, NOW)
    await merge_people(telephone, account.person, kept, NOW)
    assert await standing_record(kept) == account.person


async def test_nobody_with_a_role_goes(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, gone = await entered("Erna"), await entered("Erna")
    await grant_role(None, gone, DESK, NOW)
    with pytest.raises(HasOwnAccount):
        await merge_people(telephone, kept, gone, NOW)


async def test_a_front_desk_merges_only_whom_its_operator_has_entered(person: Newcomer, undone: None) -> None:
    desk = await staff(person, DESK)
    own = [await entered("Erna", operator=7) for _ in range(2)]
    foreign, nobodys = await entered("Erna", operator=8), await entered("Erna")
    for other in (foreign, nobodys):
        for pair in ((own[0], other), (other, own[0])):
            with pytest.raises(NotFound):
                await merge_people(desk, *pair, NOW)
    await merge_people(desk, *own, NOW)
    assert await standing_record(own[1]) == own[0]


async def test_what_does_not_stand_cannot_be_merged(person: Newcomer, undone: None) -> None:
    telephone = await staff(person, TELEPHONE)
    kept, gone = await entered("Erna"), await entered("Erna")
    with pytest.raises(SameRecord):
        await merge_people(telephone, kept, kept, NOW)
    with pytest.raises(NotFound):
        await merge_people(telephone, kept, -1, NOW)
    await merge_people(telephone, kept, gone, NOW)
    for pair in ((kept, gone), (gone, kept)):
        with pytest.raises(NotFound):
            await merge_people(telephone, *pair, NOW + timedelta(hours=1))
    with pytest.raises(NotFound):
        await merge_people(await actor_of_person(kept), kept, await entered("Erna"), NOW)


async def test_a_retired_record_without_another_stands_for_nobody(undone: None) -> None:
    gone = await entered("Erna")
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", gone, NOW)
    with pytest.raises(NotFound):
        await standing_record(gone)
