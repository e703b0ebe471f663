"""The search near home, on real places."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from msgspec import structs

from app.bookings.availability import bookable_times
from app.bookings.operations import BookDesk, book
from app.bookings.rules import DayPart
from app.bookings.search import Found, Search, Wanted, search_spaces
from app.inventory.queries import SpaceClock, hours_of, resources_of
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.network.gazetteer import gazetteer
from app.network.geography import Position
from app.platform.database import execute, queries_run
from tests.plans.desks import FIXED, a_member
from tests.worlds import HERE, NOW, TOMORROW, World, a_space, a_world, at, rules_at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def near(place: str) -> Position:
    found = gazetteer().resolve(place)
    assert found is not None
    return Position(found.lat, found.lng)


def desks(place: str = "Polch", day: date = TOMORROW, part: DayPart = DayPart.WHOLE_DAY) -> Search:
    return Search(near(place), Wanted(day, part))


async def found(search: Search, now: datetime = NOW) -> Found:
    return await search_spaces(search, now.date(), now, "de")


async def test_spaces_come_by_distance_with_what_is_free(world: World) -> None:
    result = await found(replace(desks(), radius_km=30))
    assert [(s.space.slug, s.count.free, s.count.total) for s in result.spaces] == [
        ("regiohub-polch", 3, 3),
        ("alte-post-andernach", 2, 2),
    ]
    assert result.spaces[0].distance_km < 1 < result.spaces[1].distance_km
    assert result.free == 5


async def test_only_what_lies_within_the_radius(world: World) -> None:
    assert [s.space.slug for s in (await found(desks("56626", TOMORROW))).spaces] == ["alte-post-andernach"]


async def test_a_booking_makes_one_less_at_its_time_only(world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    free = {}
    for part in (DayPart.MORNING, DayPart.AFTERNOON, DayPart.WHOLE_DAY):
        free[part] = (await found(desks(part=part))).spaces[0].count.free
    assert free == {DayPart.MORNING: 2, DayPart.AFTERNOON: 3, DayPart.WHOLE_DAY: 2}


async def test_the_week_shows_the_same_over_seven_days_with_closed_ones(world: World) -> None:
    week = (await found(desks())).days
    assert [day.day for day in week] == [TOMORROW + timedelta(days=n - 1) for n in range(7)]
    assert [day.free for day in week][1:] == [3, 3, 3, None, None, 3]


async def test_today_in_the_evening_has_nothing_left(world: World) -> None:
    result = await found(desks(day=NOW.date()))
    today = result.days[0]
    assert (today.day, today.free, today.is_over) == (NOW.date(), None, True)
    assert result.spaces[0].is_over


async def test_a_closed_day_is_closed_and_not_over(world: World) -> None:
    saturday = datetime(2026, 11, 28, 19, tzinfo=HERE)
    result = await found(desks(day=saturday.date()), saturday)
    assert [(day.free, day.is_over) for day in result.days[:3]] == [(None, False), (None, False), (3, False)]
    assert not result.spaces[0].is_over


@pytest.mark.parametrize(
    ("wanted", "is_over"),
    [
        (Wanted(NOW.date(), DayPart.MORNING), True),
        (Wanted(NOW.date(), DayPart.AFTERNOON), False),
        (Wanted(NOW.date(), DayPart.WHOLE_DAY), False),
        (Wanted(NOW.date(), DayPart.OWN, Opening(9 * 60, 11 * 60)), True),
        (Wanted(NOW.date(), DayPart.OWN, Opening(6 * 60, 11 * 60)), False),
        (Wanted(TOMORROW, DayPart.MORNING), False),
    ],
)
async def test_at_two_in_the_afternoon_the_morning_is_over(world: World, wanted: Wanted, is_over: bool) -> None:
    [space] = (await found(Search(near("Polch"), wanted), at(NOW.date(), 14))).spaces
    assert space.is_over is is_over


async def test_nothing_free_offers_the_nearest_other_day_and_the_next_space(world: World) -> None:
    for name in ("1", "2", "3"):
        await book(world.mia.actor(), BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(18)), NOW)
    result = await found(desks())
    assert result.free == 0
    assert result.next_day is not None
    assert (result.next_day.day, result.next_day.free) == (TOMORROW + timedelta(days=1), 3)
    assert result.next_space is not None
    assert result.next_space.space.slug == "alte-post-andernach"


async def test_a_space_with_shorter_hours_offers_what_it_has_of_the_day(world: World) -> None:
    await a_space(
        world.operator, "dorfbuero", "Dorfbüro", resources=[(Kind.DESK, "1", [])], week={3: (9 * 60, 13 * 60)}
    )
    result = await found(desks())
    [village] = [s for s in result.spaces if s.space.slug == "dorfbuero"]
    assert village.window is not None
    assert (village.window.starts_at, village.window.ends_at) == (tomorrow(9), tomorrow(13))


async def test_own_times_must_lie_within_the_hours(world: World) -> None:
    own = Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, Opening(7 * 60, 9 * 60)))
    [space] = (await found(own)).spaces
    assert (space.window, space.count.free) == (None, 0)


SATURDAY, EVENING = date(2026, 11, 28), Opening(19 * 60, 21 * 60)


class TestRoundTheClock:
    """The room of Polch is booked round the clock, its desks only while the space is open."""

    @pytest.fixture(autouse=True)
    async def room(self, world: World) -> None:
        await rules_at(world.polch, Kind.ROOM, outside_hours="everyone")

    async def room_free(self, wanted: Wanted, now: datetime = NOW) -> tuple[int, bool, bool]:
        """How much is free, whether the space counts as open, and whether that is outside its hours."""
        [space] = (await found(Search(near("Polch"), wanted, Kind.ROOM), now)).spaces
        return space.count.free, space.is_open, space.outside_hours

    async def test_it_is_found_in_the_evening_and_on_a_closed_weekday(self, world: World) -> None:
        assert await self.room_free(Wanted(TOMORROW, DayPart.OWN, EVENING)) == (1, True, True)
        assert await self.room_free(Wanted(SATURDAY, DayPart.WHOLE_DAY)) == (1, True, True)
        assert await self.room_free(Wanted(TOMORROW, DayPart.WHOLE_DAY)) == (1, True, False)

    async def test_what_is_found_is_what_can_be_booked(self, world: World) -> None:
        room = BookDesk(world.polch["Nette"].public_id, tomorrow(19), tomorrow(21))
        await book(world.mia.actor(), room, NOW)
        assert await self.room_free(Wanted(TOMORROW, DayPart.OWN, EVENING)) == (0, True, True)
        assert await self.room_free(Wanted(TOMORROW, DayPart.OWN, Opening(21 * 60, 24 * 60))) == (1, True, True)

    async def test_other_kinds_are_not(self, world: World) -> None:
        [space] = (await found(Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, EVENING)))).spaces
        assert (space.count.free, space.is_open) == (0, False)

    async def test_a_closing_day_closes_it_too(self, world: World) -> None:
        await execute(
            "INSERT INTO hours_exception (space, day, reason_de) VALUES ($1, $2, 'Inventur')", world.polch.id, SATURDAY
        )
        assert await self.room_free(Wanted(SATURDAY, DayPart.WHOLE_DAY)) == (0, False, False)

    async def test_its_week_and_its_next_day_know_of_it(self, world: World) -> None:
        week = (await found(Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, EVENING), Kind.ROOM))).days
        assert [day.free for day in week] == [1] * 7
        for day in (TOMORROW, TOMORROW + timedelta(days=1)):
            await book(world.mia.actor(), BookDesk(world.polch["Nette"].public_id, at(day, 19), at(day, 21)), NOW)
        result = await found(Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, EVENING), Kind.ROOM))
        assert result.next_day is not None
        assert result.next_day.day == NOW.date()

    async def test_an_evening_that_has_gone_by_is_over(self, world: World) -> None:
        search = Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, EVENING), Kind.ROOM)
        [space] = (await found(search, tomorrow(22))).spaces
        assert (space.is_open, space.is_over) == (False, True)


async def test_what_is_kept_for_organisations_alone_is_closed_for_others(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, outside_hours="organisations")
    [space] = (await found(Search(near("Polch"), Wanted(TOMORROW, DayPart.OWN, EVENING), Kind.ROOM))).spaces
    assert (space.count.free, space.is_open) == (0, False)


async def test_who_has_a_plan_round_the_clock_finds_what_it_opens_and_nobody_else(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, outside_hours="memberships")
    await a_member(world.mia, TOMORROW, structs.replace(FIXED, round_the_clock=True))
    seen = []
    for person in (world.mia, world.gundula):
        for wanted in (Wanted(SATURDAY, DayPart.WHOLE_DAY), Wanted(TOMORROW, DayPart.OWN, EVENING)):
            search = Search(near("Polch"), wanted)
            [space] = (await search_spaces(search, NOW.date(), NOW, "de", person=person.id)).spaces
            seen.append((space.count.free, space.is_open))
    assert seen == [(3, True), (3, True), (0, False), (0, False)]


async def test_what_may_be_booked_round_the_clock_is_only_on_the_days_of_the_plan(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, outside_hours="memberships")
    await a_member(world.mia, TOMORROW + timedelta(days=1), structs.replace(FIXED, round_the_clock=True))
    resources = [each for each in await resources_of(world.polch.id) if each.kind is Kind.DESK]
    clock = SpaceClock(world.polch.id, "Europe/Berlin", "RP", False)
    following = TOMORROW + timedelta(days=1)
    hours = (await hours_of([clock], TOMORROW, following))[world.polch.id]
    window = Period(at(TOMORROW, 12), at(following, 20))
    times = await bookable_times(resources, hours, window, NOW, person=world.mia.id)
    assert times[world.polch["1"].id] == [
        Period(at(TOMORROW, 12), at(TOMORROW, 18)),
        Period(at(following, 0), at(following, 20)),
    ]


async def test_what_is_blocked_for_weeks_is_not_free_in_the_midst_of_them(world: World) -> None:
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder) VALUES ($1, $2, $3, 'blocker', 0)",
        world.polch["1"].id,
        NOW - timedelta(days=30),
        NOW + timedelta(days=2),
    )
    assert [day.free for day in (await found(desks())).days][1:4] == [2, 2, 3]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"features": {"kitchen"}}, ["alte-post-andernach"]),
        ({"features": {"wifi"}}, ["regiohub-polch", "alte-post-andernach"]),
        ({"features": {"wifi", "step_free"}}, ["regiohub-polch"]),
        ({"near_station": True}, ["alte-post-andernach"]),
        ({"kind": Kind.ROOM}, ["regiohub-polch"]),
        ({"kind": Kind.PARKING}, ["alte-post-andernach"]),
    ],
)
async def test_filters_leave_what_fits(world: World, filters: dict[str, object], left: list[str]) -> None:
    result = await found(replace(desks(), radius_km=30, **filters))  # type: ignore[arg-type]
    assert [s.space.slug for s in result.spaces] == left


async def test_only_free_hides_what_is_full(world: World) -> None:
    for name in ("1", "2", "3"):
        await book(world.mia.actor(), BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(18)), NOW)
    assert [s.space.slug for s in (await found(replace(desks(), radius_km=30, only_free=True))).spaces] == [
        "alte-post-andernach"
    ]


async def test_the_number_of_queries_does_not_grow_with_spaces_and_bookings(world: World) -> None:
    async def queries() -> int:
        noted: list[str] = []
        queries_run.set(noted)
        await found(desks())
        queries_run.set(None)
        return len(noted)

    before = await queries()
    for number in range(5):
        await a_space(world.operator, f"weiterer-{number}", f"Weiterer {number}", resources=[(Kind.DESK, "1", [])])
    for name in ("1", "2"):
        await book(world.mia.actor(), BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(18)), NOW)
    assert await queries() == before == 6
