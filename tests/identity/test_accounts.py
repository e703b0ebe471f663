"""A forgotten password, changes of password, address, name and language, and what ends with them."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from app.identity import hashing
from app.identity.mailed_links import LinkNoLongerWorks, link_to_mail, replaced_address
from app.identity.operations import (
    EmailTaken,
    NewPerson,
    WrongPassword,
    change_language,
    change_name,
    change_password,
    confirm_email_change,
    create_people,
    forget_old,
    request_email_change,
    request_password_reset,
    reset_password,
)
from app.identity.passwords import PasswordTooCommon, PasswordTooShort
from app.identity.queries import actor_of_person, people, person_of_email, sessions_of
from app.identity.rules import Actor, FreshSignInNeeded, LanguageUnknown, NameUnusable
from app.identity.sign_in import FAILURES_OF_ACCOUNT, WrongCredentials, sign_in
from app.platform.database import execute, fetch_value, queries_run
from app.platform.rate_limits import TooMany
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, PASSWORD, Newcomer, events, mailed, signed_in, trail

pytestmark = pytest.mark.usefixtures("database")

ANNA = "anna@firma.example"
NEW = "three quite new words"
LATER = NOW + timedelta(minutes=11)


async def forget(email: str) -> None:
    await request_password_reset(email, "/woche", NOW, key=KEY, address=HOME)


async def new_address(actor: Actor, email: str) -> None:
    await request_email_change(actor, email, NOW, key=KEY, address=HOME)


async def test_a_forgotten_password_is_replaced_and_ends_all_sessions(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna)
    await forget("Anna@firma.example")
    mail = await mailed("person.password_reset_requested")
    assert mail.email == ANNA

    actor, next_url = await reset_password(mail.token, NEW, NOW, network="Nahwerk")

    assert (actor.person, next_url) == (anna.person, "/woche")
    assert await sessions_of(anna, NOW) == []
    assert (await sign_in(ANNA, NEW, NOW, address=HOME)).person == anna.person
    with pytest.raises(WrongCredentials):
        await sign_in(ANNA, PASSWORD, NOW, address=HOME)
    assert (await events())[-1] == "person.password_changed"


async def test_nobody_learns_from_a_reset_who_has_an_account(person: Newcomer, undone: None) -> None:
    await person()
    work = []
    for email in (ANNA, "nobody@firma.example"):
        noted: list[str] = []
        queries_run.set(noted)
        await forget(email)
        work.append(noted)
        queries_run.set(None)
    assert work[0] == work[1]
    link = await fetch_value("SELECT max(aggregate_id) FROM outbox_event")
    assert await link_to_mail(link, NOW, key=KEY) is None
    assert await fetch_value("SELECT count(*) FROM mailed_link WHERE email = 'nobody@firma.example'") == 0


async def test_a_reset_link_lives_an_hour(person: Newcomer, undone: None) -> None:
    await person()
    await forget(ANNA)
    mail = await mailed("person.password_reset_requested")
    with pytest.raises(LinkNoLongerWorks):
        await reset_password(mail.token, NEW, NOW + timedelta(hours=1), network="Nahwerk")


async def test_a_refused_password_leaves_the_link_usable(person: Newcomer, undone: None) -> None:
    await person()
    await forget(ANNA)
    token = (await mailed("person.password_reset_requested")).token
    with pytest.raises(PasswordTooCommon):
        await reset_password(token, "Passwort1!", NOW, network="Nahwerk")
    await reset_password(token, NEW, NOW, network="Nahwerk")


async def test_one_reset_ends_the_other_reset_links(person: Newcomer, undone: None) -> None:
    await person()
    await forget(ANNA)
    older = (await mailed("person.password_reset_requested")).token
    await forget(ANNA)
    await reset_password((await mailed("person.password_reset_requested")).token, NEW, NOW, network="Nahwerk")
    with pytest.raises(LinkNoLongerWorks):
        await reset_password(older, "an attacker's words", NOW, network="Nahwerk")


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna, browser="library")
    here = await signed_in(anna, browser="phone")
    await change_password(here, PASSWORD, NEW, NOW, network="Nahwerk")
    assert [session.browser for session in await sessions_of(here, NOW)] == ["phone"]
    assert (await sign_in(ANNA, NEW, NOW, address=HOME)).person == anna.person
    assert [entry["actor"] for entry in await trail("person.password_changed")] == [anna.person]


@pytest.mark.parametrize("current", [None, "", "wrong", NEW])
async def test_a_new_password_needs_the_current_one(person: Newcomer, undone: None, current: str | None) -> None:
    here = await signed_in(await person())
    with pytest.raises(WrongPassword) as refused:
        await change_password(here, current, NEW, NOW, network="Nahwerk")
    assert refused.value.field == "current"
    await sign_in(ANNA, PASSWORD, NOW, address=HOME)


async def test_guesses_at_the_current_password_are_limited(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    with patch.object(hashing, "_matches", return_value=False):
        for _ in range(FAILURES_OF_ACCOUNT.hits):
            with pytest.raises(WrongPassword):
                await change_password(here, "wrong", NEW, NOW, network="Nahwerk")
    with pytest.raises(TooMany):
        await change_password(here, PASSWORD, NEW, NOW, network="Nahwerk")


async def test_a_first_password_needs_no_current_one(undone: None) -> None:
    [key] = await create_people([NewPerson("Anna", ANNA, is_confirmed=True)], NOW)
    here = await signed_in(await actor_of_person(key))
    await change_password(here, None, NEW, NOW, network="Nahwerk")
    assert (await sign_in(ANNA, NEW, NOW, address=HOME)).person == key


async def test_a_short_password_is_refused_at_its_field(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    with pytest.raises(PasswordTooShort) as refused:
        await change_password(here, PASSWORD, "short", NOW, network="Nahwerk")
    assert refused.value.field == "new"


async def test_password_and_address_need_a_fresh_sign_in(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    with pytest.raises(FreshSignInNeeded):
        await change_password(here, PASSWORD, NEW, LATER, network="Nahwerk")
    with pytest.raises(FreshSignInNeeded):
        await request_email_change(here, "new@firma.example", LATER, key=KEY, address=HOME)
    assert await events() == []


async def test_a_new_address_counts_when_its_link_is_used(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna, browser="library")
    here = await signed_in(anna, browser="phone")
    await new_address(here, "New@firma.example")
    mail = await mailed("person.email_change_requested")
    assert mail.email == "new@firma.example"
    assert await person_of_email("new@firma.example") is None
    await forget(ANNA)
    reset = (await mailed("person.password_reset_requested")).token

    await confirm_email_change(here, mail.token, LATER)

    assert await person_of_email("new@firma.example") == anna.person
    assert await person_of_email(ANNA) is None
    assert [session.browser for session in await sessions_of(here, NOW)] == ["phone"]
    assert (await events())[-1] == "person.email_changed"
    link = await fetch_value("SELECT (payload->>'link')::bigint FROM outbox_event ORDER BY id DESC LIMIT 1")
    assert await replaced_address(link) == ANNA
    with pytest.raises(LinkNoLongerWorks):
        await reset_password(reset, NEW, NOW, network="Nahwerk")


async def test_a_link_at_a_mistyped_address_takes_no_account(person: Newcomer, undone: None) -> None:
    anna, stranger = await signed_in(await person()), await signed_in(await person("Stefan", "stranger@post.example"))
    await new_address(anna, "anna@frima.example")
    token = (await mailed("person.email_change_requested")).token
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email_change(stranger, token, NOW)
    await confirm_email_change(anna, token, NOW)


async def test_of_two_requests_for_a_new_address_the_later_counts(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    await new_address(here, "one@firma.example")
    first = (await mailed("person.email_change_requested")).token
    await new_address(here, "two@firma.example")
    with pytest.raises(LinkNoLongerWorks):
        await confirm_email_change(here, first, NOW)
    await confirm_email_change(here, (await mailed("person.email_change_requested")).token, NOW)
    assert await person_of_email("two@firma.example") == here.person


async def test_an_address_that_somebody_else_has_is_refused_at_the_link_alone(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    await person("Berta", "berta@firma.example")
    await new_address(here, "berta@firma.example")
    with pytest.raises(EmailTaken):
        await confirm_email_change(here, (await mailed("person.email_change_requested")).token, NOW)
    assert await person_of_email(ANNA) == here.person


async def test_name_and_language_can_be_changed(person: Newcomer, undone: None) -> None:
    here = await signed_in(await person())
    await change_name(here, " Anna  Amsel ", NOW)
    await change_language(here, "en", NOW)
    known = (await people([here.person]))[here.person]
    assert (known.name, known.language) == ("Anna Amsel", "en")
    with pytest.raises(NameUnusable):
        await change_name(here, " ", NOW)
    with pytest.raises(LanguageUnknown):
        await change_language(here, "fr", NOW)


async def test_people_are_entered_in_order_or_not_at_all(undone: None) -> None:
    keys = await create_people([NewPerson(f"Gast {n}", f"g{n}@demo.example") for n in range(50)], NOW)
    known = await people(keys)
    assert [known[key].name for key in keys] == [f"Gast {n}" for n in range(50)]
    with pytest.raises(EmailTaken):
        await create_people([NewPerson("Neu", "neu@demo.example"), NewPerson("Gast", "G7@demo.example")], NOW)
    assert await fetch_value("SELECT count(*) FROM person WHERE name = 'Neu'") == 0


async def test_somebody_can_be_known_without_an_address(undone: None) -> None:
    [one, other] = await create_people([NewPerson("Willi"), NewPerson("Erna")], NOW)
    assert (await people([one, other, -1])).keys() == {one, other}


async def test_what_has_served_its_time_is_deleted(person: Newcomer, undone: None) -> None:
    anna = await person()
    await signed_in(anna)
    await forget(ANNA)
    await execute("INSERT INTO audit_entry (at, action, subject_kind) VALUES (now() - interval '3 years', 'old', 'x')")
    await forget_old(NOW + timedelta(days=29))
    assert await fetch_value("SELECT count(*) FROM session") == 1
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 1
    assert await trail("old") == []
    assert await trail("person.entered") != []
    await forget_old(NOW + timedelta(days=31))
    assert await fetch_value("SELECT count(*) FROM session") == 0
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 0
