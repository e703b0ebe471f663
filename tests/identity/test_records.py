"""People whom staff enters, and the address that they get later."""

import pytest

from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.merging import merge_people, standing_record
from app.identity.operations import EmailTaken, NewPerson, confirm_email, create_people, sign_up
from app.identity.queries import actor_of_person
from app.identity.records import confirm_record, enter_person, give_email
from app.identity.roles import grant_role
from app.identity.rules import Actor, Grant, PhoneUnusable, Role, phone_digits
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import fetch_row, fetch_value
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, Newcomer, mailed, trail

pytestmark = pytest.mark.usefixtures("database")

ERNA = "erna@dorf.example"


@pytest.fixture
async def desk(person: Newcomer, undone: None) -> Actor:
    frida = await person("Frida", "frida@desk.example")
    await grant_role(None, frida.person, Grant(Role.FRONT_DESK, "operator", 7), NOW)
    return await actor_of_person(frida.person)


async def enter(desk: Actor, name: str = "Erna Schmitz", **more: object) -> int:
    newcomer = NewPerson(name, operator=7, space=3, **more)  # type: ignore[arg-type]
    return (await enter_person(desk, newcomer, NOW, key=KEY, address=HOME)).id


async def give(desk: Actor, person: int, email: str = ERNA) -> str:
    await give_email(desk, person, email, NOW, key=KEY, address=HOME)
    return (await mailed("person.email_given")).token


async def test_a_name_is_enough(desk: Actor) -> None:
    erna = await enter(desk)
    row = await fetch_row(
        "SELECT name, email, phone, entered_by_operator, entered_at_space FROM person WHERE id = $1", erna
    )
    assert row
    assert tuple(row.values()) == ("Erna Schmitz", None, None, 7, 3)
    [entry] = [entry for entry in await trail("person.entered") if entry["subject_id"] == erna]
    assert entry["actor"] == desk.person


async def test_a_desk_enters_nobody_in_the_name_of_another_operator(desk: Actor) -> None:
    with pytest.raises(NotAllowed):
        await enter_person(desk, NewPerson("Erna", operator=8), NOW, key=KEY, address=HOME)
    with pytest.raises(NotAllowed):
        await enter_person(desk, NewPerson("Erna"), NOW, key=KEY, address=HOME)


async def test_a_number_that_is_none_is_refused(desk: Actor) -> None:
    with pytest.raises(PhoneUnusable):
        await enter(desk, phone="ruf an")


@pytest.mark.parametrize(
    "typed", ["0171 2345678", "+49 171 2345678", "0049 (0)171-2345678", "0171/2345678", "+49 (0)171 234 56 78"]
)
async def test_one_number_is_the_same_however_it_was_typed(typed: str) -> None:
    assert phone_digits(typed) == "01712345678"


async def test_an_address_that_comes_later_makes_the_record_an_account(desk: Actor) -> None:
    erna = await enter(desk)
    token = await give(desk, erna)
    assert await fetch_value("SELECT email FROM person WHERE id = $1", erna) is None, "not before the link is used"
    joined = await confirm_record(token, NOW)
    assert (joined.actor.person, joined.actor.email, joined.is_new) == (erna, ERNA, True)
    assert await fetch_value("SELECT email_confirmed_at FROM person WHERE id = $1", erna) == NOW
    with pytest.raises(LinkNoLongerWorks):
        await confirm_record(token, NOW)


async def test_whoever_is_entered_with_an_address_gets_the_link_at_once(desk: Actor) -> None:
    erna = await enter(desk, email=ERNA)
    joined = await confirm_record((await mailed("person.email_given")).token, NOW)
    assert (joined.actor.person, joined.is_new) == (erna, True)


async def test_an_account_with_this_address_takes_the_record_in_and_only_then(desk: Actor, person: Newcomer) -> None:
    account, erna = await person("Erna S.", ERNA), await enter(desk)
    token = await give(desk, erna)
    assert await standing_record(erna) == erna
    joined = await confirm_record(token, NOW)
    assert (joined.actor.person, joined.is_new) == (account.person, False)
    assert await standing_record(erna) == account.person
    [entry] = await trail("person.merged")
    assert entry["actor"] == account.person


async def test_another_record_with_the_same_unproven_address_joins_too(desk: Actor) -> None:
    [elsewhere] = await create_people([NewPerson("Erna Schmitz", ERNA, operator=8)], NOW)
    erna = await enter(desk)
    joined = await confirm_record(await give(desk, erna), NOW)
    assert (joined.actor.person, joined.actor.email, joined.is_new) == (erna, ERNA, True)
    assert await standing_record(elsewhere) == erna


async def test_the_link_of_a_record_that_was_merged_joins_the_one_that_stayed(desk: Actor) -> None:
    erna, double = await enter(desk), await enter(desk)
    token = await give(desk, erna)
    await merge_people(desk, erna, double, NOW)
    assert (await confirm_record(token, NOW)).actor.person == erna
    assert await standing_record(double) == erna


async def test_a_merge_ends_the_links_of_the_record_that_goes(desk: Actor) -> None:
    erna, double = await enter(desk), await enter(desk)
    token = await give(desk, double)
    await merge_people(desk, erna, double, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await confirm_record(token, NOW)


async def test_a_second_address_voids_the_first_ones_link(desk: Actor) -> None:
    erna = await enter(desk)
    first, second = await give(desk, erna, "tippfehler@dorf.example"), await give(desk, erna)
    with pytest.raises(LinkNoLongerWorks):
        await confirm_record(first, NOW)
    assert (await confirm_record(second, NOW)).actor.email == ERNA


async def test_staff_gives_no_address_to_who_has_an_account(desk: Actor, person: Newcomer) -> None:
    account = await person()
    with pytest.raises(NotFound):
        await give(desk, account.person)
    with pytest.raises(NotAllowed):
        await give(account, await enter(desk))


async def test_the_links_of_a_sign_up_and_of_a_record_do_not_stand_for_each_other(desk: Actor) -> None:
    erna = await enter(desk)
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email(await give(desk, erna), NOW)
    await sign_up("E", "e@x.example", None, NOW, language="de", next_url="/", key=KEY, address=HOME, network="N")
    with pytest.raises(LinkNoLongerWorks):
        await confirm_record((await mailed("person.sign_up_requested")).token, NOW)


async def test_an_address_in_use_is_refused_when_somebody_is_entered(desk: Actor, person: Newcomer) -> None:
    await person("Erna S.", ERNA)
    with pytest.raises(EmailTaken):
        await enter(desk, email=ERNA)
