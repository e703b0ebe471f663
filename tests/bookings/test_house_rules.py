"""House rules are accepted with the first booking there, and again when a new edition holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.rules import HouseRulesNotAccepted, HouseRulesState
from app.platform.database import fetch
from tests.welcomes import an_edition
from tests.worlds import NOW, APerson, ASpace, World, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def desk(space: ASpace, hour: int = 8, accepts: int | None = None) -> BookDesk:
    name = "1" if "1" in space.resources else "A1"
    return BookDesk(space[name].public_id, tomorrow(hour), tomorrow(hour + 1), house_rules=accepts)


async def accepted(person: APerson) -> list[tuple[int, int]]:
    """(space, edition) of all that the person has accepted."""
    rows = await fetch("SELECT space, edition FROM house_rules_acceptance WHERE person = $1 ORDER BY id", person.id)
    return [(row["space"], row["edition"]) for row in rows]


@pytest.mark.parametrize(
    ("holds", "has", "agreed", "newly"),
    [
        (0, 0, None, None),  # a space without house rules
        (0, 0, 3, None),
        (1, 0, 1, 1),
        (2, 1, 2, 2),
        (2, 2, None, None),  # accepted already
        (2, 2, 1, None),
    ],
)
def test_an_edition_is_accepted_once(holds: int, has: int, agreed: int | None, newly: int | None) -> None:
    assert HouseRulesState(holds, has).newly_accepted(agreed, "Polch") == newly


@pytest.mark.parametrize(("holds", "has", "agreed"), [(1, 0, None), (2, 1, None), (2, 1, 1), (2, 0, 1), (1, 0, 2)])
def test_no_agreement_and_that_to_another_edition_are_refused(holds: int, has: int, agreed: int | None) -> None:
    with pytest.raises(HouseRulesNotAccepted) as raised:
        HouseRulesState(holds, has).newly_accepted(agreed, "Polch")
    assert (raised.value.field, raised.value.facts["edition"]) == ("house_rules", holds)


async def test_the_first_booking_accepts_them_and_later_ones_are_not_asked(world: World) -> None:
    await an_edition(world.otto, world.polch)
    mia = world.mia.actor()
    with pytest.raises(HouseRulesNotAccepted):
        await book(mia, desk(world.polch), NOW)
    assert await accepted(world.mia) == []
    await book(mia, desk(world.polch, accepts=1), NOW)
    assert await accepted(world.mia) == [(world.polch.id, 1)]
    await book(mia, desk(world.polch, 10), NOW)
    assert await accepted(world.mia) == [(world.polch.id, 1)]
    with pytest.raises(HouseRulesNotAccepted):  # hers is not Gundula's
        await book(world.gundula.actor(), desk(world.polch, 11), NOW)


async def test_a_new_edition_is_asked_for_with_the_next_booking_and_an_old_agreement_does_not_count(
    world: World,
) -> None:
    await an_edition(world.otto, world.polch)
    mia = world.mia.actor()
    await book(mia, desk(world.polch, accepts=1), NOW)
    await an_edition(world.otto, world.polch, "Jetzt noch leiser.", NOW)
    for agreed in (None, 1):
        with pytest.raises(HouseRulesNotAccepted) as raised:
            await book(mia, desk(world.polch, 10, agreed), NOW)
        assert raised.value.facts["edition"] == 2
    await book(mia, desk(world.polch, 10, 2), NOW)
    assert await accepted(world.mia) == [(world.polch.id, 1), (world.polch.id, 2)]


async def test_an_announced_edition_is_not_asked_for_before_its_day(world: World) -> None:
    await an_edition(world.otto, world.polch)
    mia = world.mia.actor()
    await book(mia, desk(world.polch, accepts=1), NOW)
    await an_edition(world.otto, world.polch, "Ab bald.", NOW + timedelta(hours=1))
    await book(mia, desk(world.polch, 10), NOW)
    with pytest.raises(HouseRulesNotAccepted):
        await book(mia, desk(world.polch, 11), NOW + timedelta(hours=1))


async def test_a_quote_says_the_same_as_the_booking_and_accepts_nothing(world: World) -> None:
    await an_edition(world.otto, world.polch)
    refused = await quote(desk(world.polch), NOW, person=world.mia.id)
    assert isinstance(refused.refusal, HouseRulesNotAccepted)
    agreed = await quote(desk(world.polch, accepts=1), NOW, person=world.mia.id)
    assert (agreed.refusal, await accepted(world.mia)) == (None, [])
    unknown = await quote(desk(world.polch), NOW)  # who is not known yet has accepted nothing
    assert isinstance(unknown.refusal, HouseRulesNotAccepted)


async def test_a_refused_booking_accepts_nothing(world: World) -> None:
    await an_edition(world.otto, world.polch)
    await book(world.gundula.actor(), desk(world.polch, accepts=1), NOW)
    taken = await quote(desk(world.polch, accepts=1), NOW, person=world.mia.id)
    assert taken.refusal is not None
    assert taken.refusal.code == "desk_already_taken"
    with pytest.raises(type(taken.refusal)):
        await book(world.mia.actor(), desk(world.polch, accepts=1), NOW)
    assert await accepted(world.mia) == []


async def test_moving_to_another_space_accepts_its_house_rules(world: World) -> None:
    await an_edition(world.rolf, world.andernach)
    mia = world.mia.actor()
    booking = await book(mia, desk(world.polch), NOW)
    there = MoveBooking(world.andernach["A1"].public_id)
    with pytest.raises(HouseRulesNotAccepted):
        await move(mia, booking.public_id, there, NOW)
    moved = await move(mia, booking.public_id, replace(there, house_rules=1), NOW)
    assert moved.space.id == world.andernach.id
    assert await accepted(world.mia) == [(world.andernach.id, 1)]


async def test_moving_within_a_space_asks_for_nothing_even_after_a_new_edition(world: World) -> None:
    mia = world.mia.actor()
    booking = await book(mia, desk(world.polch), NOW)
    await an_edition(world.otto, world.polch)
    moved = await move(mia, booking.public_id, MoveBooking(world.polch["2"].public_id, tomorrow(10), tomorrow(11)), NOW)
    assert (moved.resource.name, await accepted(world.mia)) == ("2", [])
