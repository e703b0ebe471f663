"""Staff with their roles, and the notes that they write about guests."""

from datetime import timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.regulars import people_at
from app.identity.queries import actor_of_person
from app.identity.roles import LastManager, grant_role
from app.identity.rules import Action, Grant, Role
from app.kernel.refusals import NotFound
from app.network.managing import managed_operator
from app.network.member_notes import (
    KEPT_FOR,
    MOST_NOTES,
    NoteUnusable,
    TooManyNotes,
    change_note,
    delete_note,
    forget_old_notes,
    notes_on,
    write_note,
)
from app.network.queries import OperatorCard, SpaceCard, space_by_slug
from app.network.staff import remove_role, staff_of
from app.platform.database import execute
from tests.worlds import NOW, World, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await space_by_slug(world.polch.slug, NOW)
    assert space is not None
    return space


@pytest.fixture
async def operator(world: World) -> OperatorCard:
    return await managed_operator(world.otto.actor(), "polch")


async def key_of(world: World, operator: OperatorCard, name: str) -> str:
    staff = await staff_of(world.otto.actor(), operator)
    return next(each.roles[0].key for each in staff if each.name == name)


async def test_the_team_is_everybody_with_a_role_there_and_nobody_else(world: World, operator: OperatorCard) -> None:
    staff = await staff_of(world.otto.actor(), operator)
    assert [(each.name, [(role.grant.role, role.space) for role in each.roles]) for each in staff] == [
        ("Ada Konto", [(Role.ACCOUNTANT, "")]),
        ("Frida Empfang", [(Role.FRONT_DESK, "RegioHub Polch")]),
        ("Otto Wirt", [(Role.OPERATOR_MANAGER, "")]),
    ]
    for stranger in (world.rolf, world.frida, world.ada, world.mia):
        with pytest.raises(NotFound):
            await staff_of(stranger.actor(), operator)


async def test_a_role_that_was_taken_is_gone_with_the_next_request(world: World, operator: OperatorCard) -> None:
    await remove_role(world.otto.actor(), operator, await key_of(world, operator, "Frida Empfang"), NOW)
    frida = await actor_of_person(world.frida.id)
    assert not frida.may(Action.SEE_SPACE_DAY, operator=world.operator, space=world.polch.id)
    with pytest.raises(NotFound):
        await remove_role(world.otto.actor(), operator, "1", NOW)


async def test_the_last_manager_stays_and_one_of_two_may_go(world: World, operator: OperatorCard) -> None:
    otto, key = world.otto.actor(), await key_of(world, operator, "Otto Wirt")
    with pytest.raises(LastManager):
        await remove_role(otto, operator, key, NOW)
    grant = Grant(Role.OPERATOR_MANAGER, "operator", world.operator)
    await grant_role(otto, world.gundula.id, grant, NOW)
    await remove_role(otto, operator, key, NOW)
    with pytest.raises(LastManager):
        gundula = await actor_of_person(world.gundula.id)
        await remove_role(gundula, operator, (await staff_of(gundula, operator))[-1].roles[0].key, NOW)
    assert [each.name for each in await staff_of(world.nadja.actor(), operator)][-1] == "Gundula Gast"


async def test_the_network_can_take_the_last_manager_away(world: World, operator: OperatorCard) -> None:
    await remove_role(world.nadja.actor(), operator, await key_of(world, operator, "Otto Wirt"), NOW)
    assert not (await actor_of_person(world.otto.id)).grants


async def test_notes_are_for_the_operators_own_staff(world: World, polch: SpaceCard) -> None:
    frida, otto = world.frida.actor(), world.otto.actor()
    await write_note(frida, polch, world.mia.id, "Braucht die Rampe.\n", NOW)
    [note] = await notes_on(otto, polch, world.mia.id)
    assert (note.text, note.author, note.written_at) == ("Braucht die Rampe.", "Frida Empfang", NOW)
    await change_note(otto, polch, world.mia.id, note.public_id, "Braucht Platz 1.", NOW + timedelta(hours=1))
    [changed] = await notes_on(frida, polch, world.mia.id)
    assert (changed.text, changed.author) == ("Braucht Platz 1.", "Otto Wirt")
    for stranger in (world.rolf, world.ada, world.mia, world.nadja, world.tilda):
        with pytest.raises(NotFound):
            await notes_on(stranger.actor(), polch, world.mia.id)
        with pytest.raises(NotFound):
            await delete_note(stranger.actor(), polch, world.mia.id, note.public_id, NOW)
    andernach = await space_by_slug(world.andernach.slug, NOW)
    assert andernach is not None
    assert await notes_on(world.rolf.actor(), andernach, world.mia.id) == []
    with pytest.raises(NotFound):
        await change_note(world.rolf.actor(), andernach, world.mia.id, note.public_id, "Meins", NOW)
    await delete_note(frida, polch, world.mia.id, note.public_id, NOW)
    assert await notes_on(otto, polch, world.mia.id) == []


async def test_notes_have_limits_and_are_forgotten(world: World, polch: SpaceCard) -> None:
    frida = world.frida.actor()
    for text in (" \n", "x" * 501):
        with pytest.raises(NoteUnusable):
            await write_note(frida, polch, world.mia.id, text, NOW)
    for number in range(MOST_NOTES):
        await write_note(frida, polch, world.mia.id, f"Notiz {number}", NOW)
    with pytest.raises(TooManyNotes):
        await write_note(frida, polch, world.mia.id, "Noch eine", NOW)
    assert await forget_old_notes(NOW + KEPT_FOR) == 0
    assert await forget_old_notes(NOW + KEPT_FOR + timedelta(seconds=1)) == MOST_NOTES


async def test_who_books_at_a_space_with_last_and_next_visit(world: World, polch: SpaceCard) -> None:
    visit = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12))
    before, ahead = [await book(world.mia.actor(), visit, NOW)], []
    await execute(
        "UPDATE booking SET starts_at = starts_at - interval '7 days', ends_at = ends_at - interval '7 days',"
        " status = 'completed' WHERE id = $1",
        before[0].id,
    )
    await execute("DELETE FROM claim WHERE holder = $1", before[0].id)
    ahead.append(await book(world.mia.actor(), visit, NOW))
    gone = await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await execute("UPDATE booking SET status = 'cancelled' WHERE id = $1", gone.id)
    await book(world.rolf.actor(), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    [mia], has_more = await people_at(polch, NOW)
    assert (mia.name, mia.last_visit, mia.next_visit, mia.count, has_more) == (
        "Mia Hammes", tomorrow(8) - timedelta(days=7), tomorrow(8), 2, False,
    )  # fmt: skip
