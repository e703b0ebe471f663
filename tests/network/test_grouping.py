"""Groups and organisations of an operator: made, filled, dissolved, and whose they are."""

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.organisations import change_responsible
from app.bookings.queries import booking_by_id
from app.kernel.refusals import NotFound
from app.network.grouping import (
    NameTaken,
    OwnMembersAreThere,
    add_to_group,
    group_at,
    groups_at,
    make_group,
    make_organisation,
    organisation_at,
    people_in,
    retire_group,
    retire_organisation,
    take_from_group,
)
from app.network.groups import Belonging, groups_of
from tests.worlds import NOW, World, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def test_people_join_and_leave_a_group(world: World) -> None:
    otto = world.otto.actor()
    group = await make_group(otto, world.operator, "Eigene", NOW, own_members=True)
    await add_to_group(otto, group, world.mia.id, NOW)
    await add_to_group(otto, group, world.mia.id, NOW)
    assert await groups_of(world.mia.id) == [Belonging(group.id, world.operator)]
    assert [one.people for one in await groups_at(world.operator)] == [1]
    await take_from_group(otto, group, world.mia.id, NOW)
    assert await people_in(group.id) == []
    await add_to_group(otto, group, world.mia.id, NOW)
    await retire_group(otto, group, NOW)
    assert await groups_of(world.mia.id) == []
    with pytest.raises(NotFound):
        await group_at(world.operator, group.public_id)


async def test_names_and_own_members_are_there_once(world: World) -> None:
    otto = world.otto.actor()
    await make_group(otto, world.operator, "Eigene", NOW, own_members=True)
    with pytest.raises(NameTaken):
        await make_group(otto, world.operator, "EIGENE", NOW)
    with pytest.raises(OwnMembersAreThere):
        await make_group(otto, world.operator, "Andere", NOW, own_members=True)
    await make_group(world.rolf.actor(), world.rival_operator, "Eigene", NOW, own_members=True)


async def test_a_group_is_its_operators_alone(world: World) -> None:
    group = await make_group(world.otto.actor(), world.operator, "Eigene", NOW)
    for person in (world.rolf, world.frida, world.mia):
        with pytest.raises(NotFound):
            await add_to_group(person.actor(), group, world.mia.id, NOW)
        with pytest.raises(NotFound):
            await make_organisation(person.actor(), world.operator, "TV", world.mia.id, NOW)
    with pytest.raises(NotFound):
        await group_at(world.rival_operator, group.public_id)


async def test_a_new_responsible_person_takes_over_what_is_booked(world: World) -> None:
    otto = world.otto.actor()
    club = await make_organisation(otto, world.operator, "TV Polch", world.mia.id, NOW)
    wish = BookDesk(world.polch["Nette"].public_id, tomorrow(9), tomorrow(11), organisation=club.public_id)
    booking = await book(world.mia.actor(), wish, NOW)
    await change_responsible(otto, club.public_id, world.gundula.id, NOW)
    moved = await booking_by_id(booking.id)
    assert moved is not None
    assert moved.person == world.gundula.id
    assert (await organisation_at(world.operator, club.public_id)).responsible == world.gundula.id
    with pytest.raises(NotFound):
        await change_responsible(world.rolf.actor(), club.public_id, world.rolf.id, NOW)
    await retire_organisation(otto, await organisation_at(world.operator, club.public_id), NOW)
    with pytest.raises(NotFound):
        await organisation_at(world.operator, club.public_id)
