"""Where colleagues work who let one see it, a desk beside them, and where a team meets best."""

from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.meeting_places import by_longest_way, meeting_places
from app.bookings.near import days_of_colleagues, desk_beside, near_on
from app.bookings.operations import BookDesk, book
from app.inventory.floor_plans import FloorPlanDrawing, Placement
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.network.geography import Position
from app.platform.database import execute, fetch_value
from app.teams.colleagues import show_days_to, take_days_back
from app.teams.queries import TeamCard, members_of
from app.teams.team_days import Answer, answer_day, propose_day, team_day_of
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, TOMORROW, APerson, World, a_floor_plan, a_person, a_world, tomorrow

MAYEN, ANDERNACH, POLCH = "07137068", "07137003", "07137089"


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def both(world: World, *, times: bool = False) -> TeamCard:
    """Otto has a desk at Polch tomorrow, which Mia may see."""
    team = await a_team(world, world.mia, world.otto)
    await book(await acting(world.otto), BookDesk(world.polch["2"].public_id, tomorrow(9), tomorrow(13)), NOW)
    await show_days_to(await acting(world.otto), team, await joined(team, world.mia), NOW, with_times=times)
    return team


async def test_a_colleagues_day_is_seen_without_its_times_unless_they_are_shown(world: World) -> None:
    team = await both(world)
    [seen] = await days_of_colleagues(world.mia.id, TODAY, TODAY + timedelta(days=14))
    assert (seen.name, seen.day, seen.space_name) == ("Otto Wirt", TOMORROW, "RegioHub Polch")
    assert (seen.starts_at, seen.ends_at) == (None, None)
    assert await days_of_colleagues(world.otto.id, TODAY, TODAY + timedelta(days=14)) == []
    await show_days_to(await acting(world.otto), team, await joined(team, world.mia), NOW, with_times=True)
    [seen] = await days_of_colleagues(world.mia.id, TODAY, TODAY + timedelta(days=14))
    assert (seen.starts_at, seen.ends_at) == (tomorrow(9), tomorrow(13))
    await take_days_back(await acting(world.otto), team, await joined(team, world.mia))
    assert await days_of_colleagues(world.mia.id, TODAY, TODAY + timedelta(days=14)) == []


async def test_rooms_and_what_was_given_back_are_nobodys_to_see(world: World) -> None:
    await both(world)
    room = BookDesk(world.polch["Nette"].public_id, tomorrow(18) - timedelta(hours=1), tomorrow(18))
    await book(await acting(world.otto), room, NOW)
    assert len(await days_of_colleagues(world.mia.id, TOMORROW, TOMORROW)) == 1
    desk = await fetch_value("SELECT public_id FROM booking WHERE resource = $1", world.polch["2"].id)
    await cancel(await acting(world.otto), desk, NOW)
    assert await days_of_colleagues(world.mia.id, TOMORROW, TOMORROW) == []


async def test_the_nearest_comes_first(world: World) -> None:
    team = await both(world)
    rolf = await joined(team, world.rolf)
    assert rolf
    await book(await acting(world.rolf), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    await show_days_to(await acting(world.rolf), team, await joined(team, world.mia), NOW)
    from_andernach = await near_on(world.mia.id, TOMORROW, Position(50.44, 7.40), team=team.id)
    assert [one.name for one in from_andernach] == ["Rolf Rivale", "Otto Wirt"]
    assert from_andernach[0].km is not None
    assert from_andernach[0].km < 1
    assert [one.name for one in await near_on(world.mia.id, TOMORROW, None, team=team.id)] == [
        "Otto Wirt",
        "Rolf Rivale",
    ]


async def test_the_free_desk_nearest_to_the_colleague_is_found(world: World) -> None:
    team = await both(world)
    places = {"1": Placement(0, 0), "2": Placement(900, 0), "3": Placement(1000, 0)}
    await a_floor_plan(world.polch, FloorPlanDrawing(width=1200, height=600), places)
    beside = await desk_beside(world.mia.id, world.otto.id, TOMORROW, NOW, team=team.id)
    assert (beside.space, beside.desk) == (world.polch.slug, world.polch["3"].public_id)
    await book(await acting(world.gundula), BookDesk(world.polch["3"].public_id, tomorrow(8), tomorrow(10)), NOW)
    assert (await desk_beside(world.mia.id, world.otto.id, TOMORROW, NOW, team=team.id)).desk == world.polch[
        "1"
    ].public_id
    await book(await acting(world.gundula), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(10)), NOW)
    assert (await desk_beside(world.mia.id, world.otto.id, TOMORROW, NOW, team=team.id)).desk is None
    with pytest.raises(NotFound):
        await desk_beside(world.otto.id, world.mia.id, TOMORROW, NOW, team=team.id)


def test_the_longest_way_counts_first_and_then_the_sum() -> None:
    west, middle, east = Position(50.3, 7.0), Position(50.3, 7.2), Position(50.3, 7.4)
    assert next(space for space, _ in by_longest_way([west, east], [west, middle, east])) == middle
    assert next(space for space, _ in by_longest_way([west, west, east], [east, middle])) == middle
    tied = by_longest_way([west, west, east], [east, west])
    assert [space for space, _ in tied] == [west, east]


async def said_yes(world: World, homes: list[str], *, counting: int) -> tuple[int, date]:
    """The choice of a team day on which one for each of these homes can come; so many let theirs count."""
    people: list[APerson] = []
    for number, home in enumerate(homes):
        person = await a_person(f"Person {number}", f"p{number}@example.org")
        await execute("UPDATE person SET home_municipality = $2 WHERE id = $1", person.id, home)
        people.append(person)
    team = await a_team(world, *people)
    day = await propose_day(await acting(people[0]), team, "Planung", [TOMORROW], NOW, TODAY)
    for number, person in enumerate(people):
        await answer_day(await acting(person), team, day, {TOMORROW: Answer.YES}, NOW, counts_home=number < counting)
    card = await team_day_of(await acting(people[0]), team, await members_of(team.id), day, TODAY)
    return card.choices[0].id, TOMORROW


async def test_too_few_homes_make_no_proposal(world: World) -> None:
    choice, day = await said_yes(world, [MAYEN, MAYEN, ANDERNACH], counting=2)
    assert await meeting_places(choice, day, NOW) is None


async def test_only_spaces_with_a_desk_for_everybody_are_proposed_and_few_homes_tell_no_distance(world: World) -> None:
    choice, day = await said_yes(world, [ANDERNACH, ANDERNACH, ANDERNACH], counting=3)
    found = await meeting_places(choice, day, NOW)
    assert found is not None
    assert [(one.space.slug, one.longest_km) for one in found] == [(world.polch.slug, None)], "Andernach has two desks"


async def test_from_five_homes_the_longest_way_is_told_in_steps_of_five_kilometres(world: World) -> None:
    for number in range(4):
        await execute(
            "INSERT INTO resource (public_id, space, kind, name, position, capacity, features)"
            " VALUES ($1, $2, $3, $1, 9, 1, '{}')",
            f"more{number}",
            world.andernach.id,
            Kind.DESK,
        )
    choice, day = await said_yes(world, [ANDERNACH] * 5, counting=5)
    found = await meeting_places(choice, day, NOW)
    assert found is not None
    assert [(one.space.slug, one.longest_km) for one in found] == [(world.andernach.slug, 5)]
