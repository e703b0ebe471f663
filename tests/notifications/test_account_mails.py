"""The mails about accounts: to whom, with which link, once."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.identity.federation import Identity, identities_of, link_identity, unlink_identity
from app.identity.mailed_links import LIVES, Purpose, SignUp, create_link, demand_link, use_link
from app.notifications.post_office import KEPT_FOR, forget_old_mails
from app.notifications.queries import recent_mails
from app.platform.database import execute, fetch_value
from app.platform.mail import Mailbox, mailbox
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.teams.founding import a_team
from tests.worlds import NOW, World


async def a_link(purpose: Purpose, email: str | None, person: int | None, sign_up: SignUp | None = None) -> int:
    return await create_link(purpose, NOW, key=KEY, email=email, person=person, language="de", sign_up=sign_up)


def token_in(text: str, path: str) -> str:
    """The token of the link to this page; the only address in the mail beside none."""
    (link,) = [word for word in text.split() if word.startswith(f"{ADDRESS}{path}")]
    return parse_qs(urlsplit(link).query)["token"][0]


async def test_a_sign_up_is_confirmed_by_a_link_that_works(world: World, postman: Postman, happens: Happen) -> None:
    link = await a_link(Purpose.CONFIRM_EMAIL, "neu@example.org", None, SignUp("Nele Neu", None))
    await happens("person.sign_up_requested", link)
    await happens("person.sign_up_requested", link)
    (mail,) = postman.mails
    assert mail["To"] == "Nele Neu <neu@example.org>"
    assert mail["Subject"] == "Bitte bestätigen: Ihre E-Mail-Adresse für Testnetz"
    assert "Der Link gilt 24 Stunden lang und nur einmal." in text_of(mail)
    assert LIVES[Purpose.CONFIRM_EMAIL] == timedelta(hours=24)
    await demand_link(token_in(text_of(mail), "/bestaetigen"), Purpose.CONFIRM_EMAIL, NOW)


async def test_who_signs_up_again_is_told_of_the_account(world: World, postman: Postman, happens: Happen) -> None:
    link = await a_link(Purpose.RESET_PASSWORD, "mia@example.org", world.mia.id)
    await happens("person.sign_up_repeated", link)
    (mail,) = postman.mails
    assert mail["Subject"] == "Ihr Konto bei Testnetz gibt es schon"
    await demand_link(token_in(text_of(mail), "/passwort-neu"), Purpose.RESET_PASSWORD, NOW)


async def test_a_forgotten_password_is_set_anew_by_a_link(world: World, postman: Postman, happens: Happen) -> None:
    link = await a_link(Purpose.RESET_PASSWORD, "mia@example.org", world.mia.id)
    await happens("person.password_reset_requested", link)
    (mail,) = postman.mails
    assert mail["Subject"] == "Neues Passwort für Testnetz"
    assert "Der Link gilt eine Stunde lang und nur einmal." in text_of(mail)
    assert LIVES[Purpose.RESET_PASSWORD] == timedelta(hours=1)
    await demand_link(token_in(text_of(mail), "/passwort-neu"), Purpose.RESET_PASSWORD, NOW)


async def test_an_unknown_address_is_not_written_to(world: World, postman: Postman, happens: Happen) -> None:
    await happens("person.password_reset_requested", await a_link(Purpose.RESET_PASSWORD, None, None))
    assert postman.mails == []


async def test_a_link_that_was_used_before_its_mail_left_is_not_mailed(
    world: World, postman: Postman, happens: Happen
) -> None:
    link = await a_link(Purpose.RESET_PASSWORD, "mia@example.org", world.mia.id)
    await execute("UPDATE mailed_link SET used_at = $2 WHERE id = $1", link, NOW)
    await happens("person.password_reset_requested", link)
    assert postman.mails == []


async def test_a_new_address_is_confirmed_and_the_old_one_is_told(
    world: World, postman: Postman, happens: Happen
) -> None:
    link = await a_link(Purpose.CHANGE_EMAIL, "mia@neu.example", world.mia.id)
    await happens("person.email_change_requested", link)
    new, old = postman.mails
    assert (new["To"].addresses[0].addr_spec, old["To"].addresses[0].addr_spec) == (
        "mia@neu.example",
        "mia@example.org",
    )
    token = token_in(text_of(new), "/konto/email/bestaetigen")
    await demand_link(token, Purpose.CHANGE_EMAIL, NOW)
    assert token not in old.as_string()
    assert "mia@neu.example" not in old.as_string()
    assert f"{ADDRESS}/passwort-vergessen" in text_of(old)


async def test_a_changed_address_is_told_to_the_former_one(world: World, postman: Postman, happens: Happen) -> None:
    link = await a_link(Purpose.CHANGE_EMAIL, "mia@neu.example", world.mia.id)
    await execute("UPDATE mailed_link SET former_email = 'mia@example.org', used_at = $2 WHERE id = $1", link, NOW)
    await execute("UPDATE person SET email = 'mia@neu.example' WHERE id = $1", world.mia.id)
    await happens("person.email_changed", world.mia.id, link=link)
    (mail,) = postman.mails
    assert mail["To"].addresses[0].addr_spec == "mia@example.org"
    assert mail["Subject"] == "Ihre E-Mail-Adresse bei Testnetz ist geändert"


async def test_each_change_of_a_password_is_told_once(world: World, postman: Postman, happens: Happen) -> None:
    for event in (7, 7, 8):
        await happens("person.password_changed", world.mia.id, event)
    assert [mail["Subject"] for mail in postman.mails] == ["Ihr Passwort bei Testnetz ist geändert"] * 2
    expected = f"""\
Das Passwort Ihres Kontos bei Testnetz wurde geändert.

Andere Geräte sind abgemeldet. Schlüssel für Programme gelten weiter; sie stehen in Ihrem Konto.

Das waren nicht Sie? Dann setzen Sie bitte gleich ein neues Passwort.

Neues Passwort setzen:
{ADDRESS}/passwort-vergessen

Fragen? 02651 123, Mo–Fr 9–17 Uhr
Testnetz – Arbeiten nahe am Zuhause"""
    assert text_of(postman.mails[0]).strip() == expected


async def test_every_mail_gives_the_telephone_number_and_its_hours(
    world: World, postman: Postman, happens: Happen
) -> None:
    await happens("person.password_changed", world.mia.id)
    assert "Fragen? 02651 123, Mo–Fr 9–17 Uhr" in text_of(postman.mails[0])
    assert 'Fragen? <a href="tel:02651123">02651 123</a>, Mo–Fr 9–17 Uhr' in text_of(postman.mails[0], "html")


async def test_a_token_stands_in_the_mail_alone(world: World, postman: Postman, happens: Happen) -> None:
    link = await a_link(Purpose.RESET_PASSWORD, "mia@example.org", world.mia.id)
    await happens("person.password_reset_requested", link)
    token = token_in(text_of(postman.mails[0]), "/passwort-neu")
    assert token not in str(await fetch_value("SELECT array_agg(m::text) FROM sent_mail m"))
    assert token not in str(postman.mails[0]["Message-ID"])
    await use_link(token, Purpose.RESET_PASSWORD, NOW)


async def test_which_mails_went_out_is_forgotten_after_ninety_days(
    world: World, postman: Postman, happens: Happen
) -> None:
    await happens("person.password_changed", world.mia.id)
    assert await forget_old_mails(NOW + KEPT_FOR) == 0
    assert await forget_old_mails(NOW + KEPT_FOR + timedelta(seconds=1)) == 1
    assert await recent_mails(world.mia.id, 1) == []


def test_the_sender_is_a_name_and_an_address() -> None:
    assert mailbox("Nahwerk <post@nahwerk.example>") == Mailbox("Nahwerk", "post@nahwerk.example")
    assert mailbox("post@nahwerk.example") == Mailbox("", "post@nahwerk.example")
    with pytest.raises(ValueError, match="no mail address"):
        mailbox("Nahwerk")


async def test_who_is_linked_to_a_company_hears_it_with_the_way_to_end_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    team = await a_team(world, world.mia)
    await link_identity(world.mia.actor(), Identity("https://login.becker.example", "m"), team.id, NOW)
    [linked] = await identities_of(world.mia.id)
    await happens("federated_identity.linked", linked.id)
    (mail,) = postman.mails
    assert mail["Subject"] == "Ihr Konto bei Testnetz ist jetzt mit Becker Maschinenbau verbunden"
    assert "Wann und wo Sie arbeiten, erfährt die Firma nicht." in text_of(mail)
    assert f"{ADDRESS}/konto" in text_of(mail)


async def test_who_has_ended_the_link_meanwhile_hears_nothing(world: World, postman: Postman, happens: Happen) -> None:
    team = await a_team(world, world.mia)
    await link_identity(world.mia.actor(), Identity("https://login.becker.example", "m"), team.id, NOW)
    [linked] = await identities_of(world.mia.id)
    await unlink_identity(world.mia.actor(), linked.public_id, NOW)
    await happens("federated_identity.linked", linked.id)
    assert postman.mails == []
