"""Signing up: nobody learns who has an account, and a link makes one account once."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from app.identity import hashing
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link, link_to_mail
from app.identity.operations import (
    MAILS_TO_ADDRESS,
    NewPerson,
    confirm_email,
    create_people,
    reset_password,
    sign_up,
)
from app.identity.passwords import PasswordTooPersonal
from app.identity.sign_in import WrongCredentials, sign_in
from app.platform.database import execute, fetch, fetch_value, queries_run
from app.platform.rate_limits import TooMany
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, PASSWORD, Newcomer, events, mailed, trail

pytestmark = pytest.mark.usefixtures("database")


async def anna_signs_up(
    email: str = "anna@firma.example", password: str | None = PASSWORD, name: str = "Anna Adler", next_url: str = "/"
) -> None:
    await sign_up(
        name, email, password, NOW, language="de", next_url=next_url, key=KEY, address=HOME, network="Nahwerk"
    )


async def test_a_confirmed_sign_up_is_an_account_and_leads_back(undone: None) -> None:
    await anna_signs_up("Anna@Firma.example", next_url="/buchen?platz=9")
    assert await fetch_value("SELECT count(*) FROM person") == 0
    mail = await mailed("person.sign_up_requested")
    assert (mail.purpose, mail.email, mail.name) == (Purpose.CONFIRM_EMAIL, "anna@firma.example", "Anna Adler")
    assert mail.expires_at == NOW + timedelta(hours=24)

    actor, next_url = await confirm_email(mail.token, NOW)

    assert (actor.name, actor.email, actor.via, next_url) == ("Anna Adler", mail.email, "page", "/buchen?platz=9")
    assert actor.authenticated_at == NOW
    assert (await sign_in("anna@firma.example", PASSWORD, NOW, address=HOME)).person == actor.person
    assert await events() == ["person.sign_up_requested", "person.signed_up"]
    assert [entry["actor"] for entry in await trail("person.signed_up")] == [actor.person]


async def test_a_known_address_gets_the_same_answer_and_another_mail(person: Newcomer, undone: None) -> None:
    anna = await person()
    await anna_signs_up(password="another three words")
    mail = await mailed("person.sign_up_repeated")
    assert (mail.purpose, mail.email, mail.name) == (Purpose.RESET_PASSWORD, anna.email, anna.name)
    with pytest.raises(WrongCredentials):
        await sign_in("anna@firma.example", "another three words", NOW, address=HOME)
    assert (await reset_password(mail.token, "three quite new words", NOW, network="Nahwerk"))[0].person == anna.person


async def test_known_and_unknown_addresses_cost_the_same_work(person: Newcomer, undone: None) -> None:
    await person()
    work: dict[str, tuple[int, list[str]]] = {}
    for email in ("anna@firma.example", "nobody@firma.example"):
        noted: list[str] = []
        queries_run.set(noted)
        with patch.object(hashing, "_HASHER", wraps=hashing._HASHER) as hasher:
            await anna_signs_up(email)
        work[email] = (hasher.hash.call_count, list(noted))
        queries_run.set(None)
    assert work["anna@firma.example"] == work["nobody@firma.example"]
    assert work["anna@firma.example"][0] == 1


async def test_the_token_stands_nowhere_in_the_database(undone: None) -> None:
    await anna_signs_up()
    mail = await mailed("person.sign_up_requested")
    for table in ("mailed_link", "outbox_event", "audit_entry"):
        assert mail.token not in str([dict(row) for row in await fetch(f"SELECT * FROM {table}")])
    link = await fetch_value("SELECT id FROM mailed_link")
    other = await link_to_mail(link, NOW, key=b"another key")
    assert other is not None
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email(other.token, NOW)


async def test_looking_at_a_link_does_not_use_it(undone: None) -> None:
    await anna_signs_up()
    mail = await mailed("person.sign_up_requested")
    for _ in range(3):
        assert (await demand_link(mail.token, Purpose.CONFIRM_EMAIL, NOW))["email"] == "anna@firma.example"
    await confirm_email(mail.token, NOW)


@pytest.mark.parametrize("later", [timedelta(hours=24), timedelta(days=400)])
async def test_a_lapsed_link_confirms_nothing(undone: None, later: timedelta) -> None:
    await anna_signs_up()
    token = (await mailed("person.sign_up_requested")).token
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email(token, NOW + later)
    assert await fetch_value("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\x00", "ä" * 5000])
async def test_what_is_no_token_confirms_nothing(undone: None, token: str) -> None:
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email(token, NOW)


async def test_a_link_works_for_its_purpose_alone(undone: None) -> None:
    await anna_signs_up()
    with pytest.raises(LinkNoLongerWorks):
        token = (await mailed("person.sign_up_requested")).token
        await reset_password(token, "three quite new words", NOW, network="Nahwerk")


async def test_a_strangers_earlier_sign_up_leaves_no_password_behind(undone: None) -> None:
    await anna_signs_up(password="the stranger's password")
    strangers = (await mailed("person.sign_up_requested")).token
    await anna_signs_up()
    await confirm_email((await mailed("person.sign_up_requested")).token, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email(strangers, NOW)
    with pytest.raises(WrongCredentials):
        await sign_in("anna@firma.example", "the stranger's password", NOW, address=HOME)


async def test_whom_a_front_desk_entered_takes_the_account_over_by_signing_up(undone: None) -> None:
    [entered] = await create_people([NewPerson("A. Adler", "anna@firma.example", password_hash=None)], NOW)
    await anna_signs_up()
    actor, _ = await confirm_email((await mailed("person.sign_up_requested")).token, NOW)
    assert (actor.person, actor.name) == (entered, "Anna Adler")


async def test_somebody_without_a_password_can_sign_up_and_is_signed_in_by_the_link(undone: None) -> None:
    await anna_signs_up(password=None)
    actor, _ = await confirm_email((await mailed("person.sign_up_requested")).token, NOW)
    assert actor.authenticated_at == NOW
    with pytest.raises(WrongCredentials):
        await sign_in("anna@firma.example", "", NOW, address=HOME)


async def test_a_password_made_of_the_name_is_refused_and_nothing_written(undone: None) -> None:
    with pytest.raises(PasswordTooPersonal):
        await anna_signs_up(password="annaadler1")
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 0


async def test_nobody_is_flooded_with_mails(undone: None) -> None:
    for _ in range(MAILS_TO_ADDRESS.hits):
        await anna_signs_up(password=None)
    with pytest.raises(TooMany):
        await anna_signs_up(password=None)
    assert len(await events()) == MAILS_TO_ADDRESS.hits
    await anna_signs_up("berta@firma.example", password=None)


async def test_a_retired_persons_address_can_join_anew(person: Newcomer, undone: None) -> None:
    anna = await person()
    await execute("UPDATE person SET retired_at = $2 WHERE id = $1", anna.person, NOW)
    await anna_signs_up()
    actor, _ = await confirm_email((await mailed("person.sign_up_requested")).token, NOW)
    assert actor.person != anna.person
