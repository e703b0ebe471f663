"""From nothing to a bookable desk, and what becomes of a space that goes again."""

from dataclasses import replace

import pytest

from app.bookings.clearing import AffectedChanged
from app.bookings.closing_down import booked_ahead, retire_space, unpublish
from app.bookings.operations import AnyOf, BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import Status
from app.identity.rules import Grant, Role
from app.inventory.hours_setting import USUAL_WEEK
from app.inventory.publishing import (
    ContactMissing,
    NewOperator,
    NotReadyToPublish,
    SpaceToBe,
    WeekEmpty,
    publish,
    publish_by_phone,
    set_up_space,
    steps_of,
)
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound, Refusal
from app.network.managing import managed_operator, managed_space
from app.network.queries import space_by_id, space_by_slug
from app.network.space_setting import NewSpace
from app.network.whereabouts import Address
from app.platform.database import fetch, fetch_value
from tests.worlds import NOW, World, a_person, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


WERKHOF = SpaceToBe(NewSpace("Werkhof Mayen", Address("Ring 3", "56727", "Mayen"), phone="02651 77"), USUAL_WEEK, 6)


async def test_during_one_call_a_desk_becomes_bookable(world: World) -> None:
    anna = await a_person("Anna Anruf", "anna@example.org", Grant(Role.TELEPHONE, "network", None))
    space = await publish_by_phone(anna.actor(), NewOperator("Ortsgemeinde Kürrenberg"), WERKHOF, NOW)
    assert (space.slug, space.operator.slug, space.municipality) == (
        "werkhof-mayen",
        "ortsgemeinde-kuerrenberg",
        "Mayen",
    )
    assert await space_by_slug("werkhof-mayen", NOW)
    booked = await book(
        world.mia.actor(), BookDesk(AnyOf(space.slug, Kind.DESK, frozenset()), tomorrow(8), tomorrow(18)), NOW
    )
    assert (booked.space.name, booked.resource.name) == ("Werkhof Mayen", "1")
    [event] = await fetch("SELECT payload FROM outbox_event WHERE name = 'operator.published_by_phone'")
    assert str(space.id) in event["payload"]


async def test_an_operator_that_is_there_gets_one_more_space(world: World) -> None:
    operator = await managed_operator(world.otto.actor(), "polch")
    before = await fetch_value("SELECT count(*) FROM operator")
    space = await publish_by_phone(world.nadja.actor(), operator, WERKHOF, NOW)
    assert space.operator.id == world.operator
    assert await fetch_value("SELECT count(*) FROM operator") == before
    assert (await managed_space(world.otto.actor(), space.slug)).id == space.id


async def test_the_telephone_says_what_is_missing(world: World) -> None:
    nadja = world.nadja.actor()
    nobody = replace(WERKHOF, new=replace(WERKHOF.new, phone=""))
    with pytest.raises(ContactMissing):
        await publish_by_phone(nadja, NewOperator("Ortsgemeinde"), nobody, NOW)
    with pytest.raises(WeekEmpty):
        await publish_by_phone(nadja, NewOperator("Ortsgemeinde"), replace(WERKHOF, week={}), NOW)
    nowhere = replace(WERKHOF, new=replace(WERKHOF.new, address=Address("Ring 3", "99999", "Nirgendwo")))
    with pytest.raises(Refusal) as refused:
        await publish_by_phone(nadja, NewOperator("Ortsgemeinde"), nowhere, NOW)
    assert refused.value.field == "place"
    assert await fetch_value("SELECT count(*) FROM operator WHERE name = 'Ortsgemeinde'") == 0


async def test_nobody_else_publishes_on_the_telephone(world: World) -> None:
    for person in (world.otto, world.frida, world.mia):
        with pytest.raises(NotFound):
            await publish_by_phone(person.actor(), NewOperator("Ortsgemeinde"), WERKHOF, NOW)


async def test_a_manager_sets_a_space_up_and_publishes_it(world: World) -> None:
    otto = world.otto.actor()
    operator = await managed_operator(otto, "polch")
    space = await set_up_space(otto, operator, replace(WERKHOF, desks=0), NOW)
    assert await space_by_slug(space.slug, NOW) is None
    missing = [step.section for step in await steps_of(space) if step.is_needed and not step.is_there]
    assert missing == ["plaetze"]
    with pytest.raises(NotReadyToPublish):
        await publish(otto, space, NOW)
    with pytest.raises(NotFound):
        await set_up_space(world.rolf.actor(), operator, WERKHOF, NOW)
    again = await set_up_space(otto, operator, WERKHOF, NOW)
    assert again.slug == "werkhof-mayen-2"
    await publish(otto, again, NOW)
    assert await space_by_slug(again.slug, NOW)


async def test_what_is_booked_stands_while_a_space_is_not_published(world: World) -> None:
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    assert [person for _, person in (await booked_ahead(otto, polch, NOW)).bookings] == ["Mia Hammes"]
    await unpublish(otto, polch, NOW)
    assert await space_by_slug(polch.slug, NOW) is None
    stands = await booking_by_id(booked.id)
    assert stands
    assert stands.status is Status.CONFIRMED
    assert await space_by_id(polch.id), "members still see where they have booked"
    with pytest.raises(NotFound):
        await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await publish(otto, await managed_space(otto, polch.slug), NOW)
    await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(10), tomorrow(11)), NOW)


async def test_a_space_that_is_given_up_calls_off_what_is_booked(world: World) -> None:
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    shown = await booked_ahead(otto, polch, NOW)
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    with pytest.raises(AffectedChanged):
        await retire_space(otto, polch, shown.state, NOW)
    await retire_space(otto, polch, (await booked_ahead(otto, polch, NOW)).state, NOW)
    gone = await booking_by_id(booked.id)
    assert gone
    assert (gone.status, gone.reason, gone.space.name) == (Status.CANCELLED, "space_retired", "RegioHub Polch")
    with pytest.raises(NotFound):
        await managed_space(otto, polch.slug)
    kept = await space_by_id(polch.id)
    assert kept
    assert kept.gone_at == NOW


async def test_a_rival_closes_nothing_down(world: World) -> None:
    polch = await managed_space(world.otto.actor(), world.polch.slug)
    for attempt in (unpublish(world.rolf.actor(), polch, NOW), retire_space(world.rolf.actor(), polch, "", NOW)):
        with pytest.raises(NotFound):
            await attempt
