"""Invitations: who takes a role by a mailed link, and who does not."""

from datetime import timedelta

import pytest

from app.identity.invitations import (
    ForAnotherAddress,
    How,
    Invite,
    SignInToAccept,
    accept_signed_in,
    accept_with_password,
    how_to_accept,
    invitation_of_token,
    invite,
    open_invitations,
    revoke_invitation,
)
from app.identity.mailed_links import LinkNoLongerWorks, link_to_mail
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Actor, Grant, Role
from app.identity.sign_in import sign_in
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import fetch_row, fetch_value
from tests.conftest import NOW
from tests.identity.conftest import HOME, KEY, Newcomer, trail

MANAGES = Grant(Role.OPERATOR_MANAGER, "operator", 7)
DESK = Grant(Role.FRONT_DESK, "operator", 7)
NEW_PASSWORD = "vier Stühle am Fluss"


async def manager(person: Newcomer) -> Actor:
    made = await person("Otto Wirt", "otto@firma.example")
    await grant_role(None, made.person, MANAGES, NOW)
    return await actor_of_person(made.person)


async def invited(actor: Actor | None, email: str = "frida@firma.example", grant: Grant = DESK) -> str:
    """Invites Frida; the token in her mail."""
    made = await invite(actor, Invite("Frida Neu", email, grant, 7), NOW, key=KEY, address=HOME)
    link = await link_to_mail(made.link, NOW, key=KEY)
    assert link
    assert (link.email, link.name) == (email, "Frida Neu")
    return link.token


async def test_somebody_new_sets_a_password_and_has_the_role(person: Newcomer, undone: None) -> None:
    token = await invited(await manager(person))
    assert await how_to_accept("frida@firma.example") is How.NEW
    actor, _ = await accept_with_password(token, "Frida Neu", NEW_PASSWORD, NOW, network="Testnetz")
    assert actor.grants == (DESK,)
    assert (await sign_in("frida@firma.example", NEW_PASSWORD, NOW, address=HOME)).person == actor.person
    with pytest.raises(LinkNoLongerWorks):
        await accept_with_password(token, "Frida Neu", NEW_PASSWORD, NOW, network="Testnetz")
    assert not await open_invitations(7, NOW)
    assert [entry["actor"] for entry in await trail("invitation.accepted")] == [actor.person]


async def test_a_record_of_the_front_desk_becomes_the_account(person: Newcomer, undone: None) -> None:
    [entered] = await create_people([NewPerson("F. Neu", "frida@firma.example")], NOW)
    token = await invited(await manager(person))
    actor, _ = await accept_with_password(token, "Frida Neu", NEW_PASSWORD, NOW, network="Testnetz")
    assert (actor.person, actor.name) == (entered, "Frida Neu")


async def test_who_has_an_account_signs_in_first(person: Newcomer, undone: None) -> None:
    frida = await person("Frida", "frida@firma.example")
    token = await invited(await manager(person))
    before = await fetch_value("SELECT password_hash FROM person WHERE id = $1", frida.person)
    with pytest.raises(SignInToAccept):
        await accept_with_password(token, "Frida", NEW_PASSWORD, NOW, network="Testnetz")
    assert await fetch_value("SELECT password_hash FROM person WHERE id = $1", frida.person) == before
    await accept_signed_in(frida, token, NOW)
    assert (await actor_of_person(frida.person)).grants == (DESK,)


async def test_an_account_without_password_gets_its_first_one(person: Newcomer, undone: None) -> None:
    [key] = await create_people([NewPerson("Frida", "frida@firma.example", is_confirmed=True)], NOW)
    token = await invited(await manager(person))
    assert await how_to_accept("frida@firma.example") is How.SET_PASSWORD
    actor, _ = await accept_with_password(token, "Anders", NEW_PASSWORD, NOW, network="Testnetz")
    assert (actor.person, actor.name) == (key, "Frida")


async def test_nobody_else_takes_it(person: Newcomer, undone: None) -> None:
    other = await person("Anna", "anna@firma.example")
    token = await invited(await manager(person))
    with pytest.raises(ForAnotherAddress):
        await accept_signed_in(other, token, NOW)
    assert (await actor_of_person(other.person)).grants == ()


async def test_it_can_be_taken_back_and_lapses(person: Newcomer, undone: None) -> None:
    otto = await manager(person)
    token = await invited(otto)
    [standing] = await open_invitations(7, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await invitation_of_token(token, NOW + timedelta(days=15))
    stranger = await person("Rolf", "rolf@firma.example")
    with pytest.raises(NotFound):
        await revoke_invitation(stranger, standing.public_id, NOW)
    await revoke_invitation(otto, standing.public_id, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await accept_with_password(token, "Frida", NEW_PASSWORD, NOW, network="Testnetz")


async def test_inviting_again_ends_the_first_link(person: Newcomer, undone: None) -> None:
    otto = await manager(person)
    first, second = await invited(otto), await invited(otto)
    with pytest.raises(LinkNoLongerWorks):
        await invitation_of_token(first, NOW)
    assert (await invitation_of_token(second, NOW)).grant == DESK
    assert len(await open_invitations(7, NOW)) == 1


async def test_nobody_invites_to_more_than_he_may_give(person: Newcomer, undone: None) -> None:
    otto = await manager(person)
    for grant, operator in (
        (Grant(Role.FRONT_DESK, "operator", 8), 8),
        (Grant(Role.NETWORK_ADMINISTRATOR, "network", None), None),
    ):
        with pytest.raises(NotAllowed):
            await invite(otto, Invite("X", "x@firma.example", grant, operator), NOW, key=KEY, address=HOME)
    assert await fetch_row("SELECT 1 FROM invitation") is None


async def test_what_a_removed_manager_offered_is_over(person: Newcomer, undone: None) -> None:
    otto = await manager(person)
    token = await invited(otto)
    await revoke_role(None, otto.person, MANAGES, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await accept_with_password(token, "Frida", NEW_PASSWORD, NOW, network="Testnetz")
    assert await fetch_value("SELECT count(*) FROM person WHERE email = 'frida@firma.example'") == 0
