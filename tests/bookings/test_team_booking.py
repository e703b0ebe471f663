"""Booking for others of a team: for as many as desks and money allow, and never by what they have booked."""

from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_acts import (
    ActCard,
    TooLateToCallOff,
    act_of,
    acts_of,
    call_off_act,
    forget_team_acts,
    team_that_booked,
)
from app.bookings.team_booking import (
    NO_DESK,
    NO_MONEY,
    NOT_THERE,
    BookForTeam,
    ClosedThen,
    NobodyChosen,
    NotForAll,
    book_for_team,
)
from app.kernel.refusals import NotAllowed, NotFound
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.rules import PriceChanged, Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from app.teams.queries import TeamCard, members_of
from tests.selling import TODAY
from tests.teams.founding import a_team, acting
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

WHOLE_DAY = Wanted(TOMORROW, DayPart.WHOLE_DAY)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def a_pool(team: TeamCard, days: int | None, **more: object) -> int:
    """Days that everybody in the team spends from."""
    units = None if days is None else 2 * days
    account = NewAccount(
        None, Unit.DESK_DAY, Source.TEAM, units, TODAY, None, "Becker", "Becker", purse=team.purse, **more
    )  # type: ignore[arg-type]
    return await open_account(account, NOW)


async def booked(world: World, team: TeamCard, *, spaces: tuple[str, ...] = (), **more: object) -> ActCard:
    """What Gundula has booked for everybody in the team."""
    people = await members_of(team.id)
    command = BookForTeam(people, spaces or (world.polch.slug,), WHOLE_DAY, **more)  # type: ignore[arg-type]
    act = await book_for_team(await acting(world.gundula), team, command, NOW)
    return await act_of(world.gundula.id, team.id, act)


async def left(account: int) -> int:
    units: int = await fetch_value("SELECT left_units FROM entitlement WHERE id = $1", account)
    return units


async def a_price(world: World, **prices: int) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, per_half_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', $2, $3, '2026-01-01', $4)",
        world.operator,
        prices.get("day"),
        prices.get("half_day"),
        NOW,
    )


async def test_everybody_gets_a_desk_of_the_own(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    act = await booked(world, team)
    assert [(place.name, place.space) for place in act.places] == [
        ("Mia Hammes", "RegioHub Polch"),
        ("Otto Wirt", "RegioHub Polch"),
    ]
    rows = await fetch("SELECT person, resource, status, paid_by, made_by FROM booking")
    assert {row["person"] for row in rows} == {world.mia.id, world.otto.id}
    assert len({row["resource"] for row in rows}) == 2
    assert {(row["status"], row["paid_by"], row["made_by"]) for row in rows} == {("confirmed", "free", None)}
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'booking.confirmed'") == 2


async def test_who_gets_none_is_listed_and_the_next_space_is_tried(world: World) -> None:
    team = await a_team(world, world.mia, world.otto, world.frida, world.rolf, world.ada, world.tilda)
    act = await booked(world, team)
    assert len(act.booked) == 3
    assert {place.reason for place in act.rest} == {NO_DESK}
    await call_off_act(await acting(world.gundula), team, act.public_id, NOW)
    both = await booked(world, team, spaces=(world.polch.slug, world.andernach.slug))
    assert [place.space for place in both.booked].count("Alte Post Andernach") == 2
    assert len(both.rest) == 1


async def test_all_or_nothing_books_nothing_where_not_everybody_gets_one(world: World) -> None:
    team = await a_team(world, world.mia, world.otto, world.frida, world.rolf)
    with pytest.raises(NotForAll) as refused:
        await booked(world, team, all_or_nothing=True)
    assert refused.value.facts == {"possible": 3, "wanted": 4}
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_what_a_colleague_has_booked_changes_nothing_of_the_answer(world: World) -> None:
    """Neither the own desk at the same time, nor days of the pool that the person holds already."""
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    pool = await a_pool(team, 4)
    await a_price(world, day=1900)
    own = await book(await acting(world.mia), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    assert own.paid_by == "team"
    act = await booked(world, team)
    assert [place.space for place in act.places] == ["RegioHub Polch"]
    assert await left(pool) == 4, "as much is taken as if she had booked nothing"
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == 2, "she keeps her own"
    assert await accounts_out_of_balance() == []


async def test_giving_it_back_leaves_no_trace_for_who_booked_it(world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia, world.otto)
    pool = await a_pool(team, 4)
    await a_price(world, day=1900)
    before = await booked(world, team)
    [mine] = await fetch("SELECT public_id FROM booking WHERE person = $1", world.mia.id)
    await cancel(await acting(world.mia), mine["public_id"], NOW)
    assert await act_of(world.gundula.id, team.id, before.public_id) == before
    assert await left(pool) == 4
    await call_off_act(await acting(world.gundula), team, before.public_id, NOW)
    assert await left(pool) == 8
    assert await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'") == 0
    assert await accounts_out_of_balance() == []


async def test_what_the_pool_does_not_cover_is_paid_by_the_team_and_says_no_day(world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia, world.otto, world.frida)
    pool = await a_pool(team, 1)
    await a_price(world, day=1900)
    act = await booked(world, team, agreed=1900)
    assert len(act.booked) == 3
    assert await left(pool) == 0
    [charge] = await fetch("SELECT payer, amount, what_de, supply_from, supply_until FROM charge")
    assert (charge["payer"], charge["amount"]) == (team.payer, 3800)
    assert charge["what_de"] == "2 Arbeitsplätze, 11/2026"
    assert (charge["supply_from"], charge["supply_until"]) == (date(2026, 11, 1), date(2026, 11, 30))
    assert {row["paid_by"] for row in await fetch("SELECT paid_by FROM booking")} == {"team"}
    await call_off_act(await acting(world.gundula), team, act.public_id, NOW)
    assert await fetch_value("SELECT sum(amount) FROM charge") == 0
    assert await left(pool) == 2
    assert await accounts_out_of_balance() == []


async def test_more_than_was_agreed_is_not_paid(world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    await a_price(world, day=1900)
    with pytest.raises(PriceChanged):
        await booked(world, team, agreed=1800)


async def test_a_small_teams_pool_does_not_answer_by_what_is_left(world: World) -> None:
    """Without a price that stands in, the refusal would tell that the other one has used the pool up."""
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia, world.otto)
    pool = await a_pool(team, 10)
    act = await booked(world, team)
    assert {place.reason for place in act.rest} == {NO_MONEY}
    assert await left(pool) == 20
    for person in (world.frida, world.rolf, world.ada):
        await execute(
            "INSERT INTO purse_member (purse, person, first) VALUES ($1, $2, $3)", team.purse, person.id, TODAY
        )
    assert len((await booked(world, team)).booked) == 2
    assert await left(pool) == 16


async def test_a_seat_without_limit_pays_before_the_pool(world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    pool = await a_pool(team, 4)
    seat = await open_account(
        NewAccount(world.mia.id, Unit.DESK_DAY, Source.TEAM, None, TODAY, None, "Platz", "Seat", purse=team.purse), NOW
    )
    assert len((await booked(world, team)).booked) == 1
    assert await left(pool) == 8
    assert await fetch_value("SELECT entitlement FROM booking") == seat


async def test_a_half_day_takes_half_of_a_pool_that_counts_them(world: World) -> None:
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    pool = await a_pool(team, 4, half_days=True)
    await a_price(world, day=1900)
    people = await members_of(team.id)
    morning = BookForTeam(people, (world.polch.slug,), Wanted(TOMORROW, DayPart.MORNING))
    await book_for_team(await acting(world.gundula), team, morning, NOW)
    assert await left(pool) == 7
    assert await accounts_out_of_balance() == []


async def test_who_is_barred_there_is_left_out_and_nobody_is_told_of_the_bar(world: World) -> None:
    team = await a_team(world, world.mia, world.frida)
    await execute(
        "INSERT INTO bar (public_id, operator, person, reason, made_by, made_at)"
        " VALUES ('x', $1, $2, 'Streit', $3, $4)",
        world.operator,
        world.mia.id,
        world.otto.id,
        NOW - timedelta(days=1),
    )
    act = await booked(world, team)
    assert [(place.name, place.reason) for place in act.rest] == [("Mia Hammes", NOT_THERE)]


async def test_only_who_books_for_the_team_does(world: World) -> None:
    team = await a_team(world, world.mia)
    command = BookForTeam(await members_of(team.id), (world.polch.slug,), WHOLE_DAY)
    for stranger in (world.mia, world.otto):
        with pytest.raises(NotAllowed):
            await book_for_team(await acting(stranger), team, command, NOW)
    actor = await acting(world.gundula)
    with pytest.raises(NobodyChosen):
        await book_for_team(actor, team, BookForTeam([], (world.polch.slug,), WHOLE_DAY), NOW)
    with pytest.raises(ClosedThen):
        sunday = Wanted(date(2026, 11, 29), DayPart.WHOLE_DAY)
        await book_for_team(actor, team, BookForTeam(command.people, command.spaces, sunday), NOW)


async def test_what_one_has_booked_for_others_is_nobody_elses_to_see(world: World) -> None:
    team = await a_team(world, world.mia)
    act = await booked(world, team)
    assert [one.public_id for one in await acts_of(world.gundula.id, team.id, TODAY)] == [act.public_id]
    assert await acts_of(world.nadja.id, team.id, TODAY) == []
    with pytest.raises(NotFound):
        await act_of(world.nadja.id, team.id, act.public_id)
    with pytest.raises(NotFound):
        await call_off_act(world.nadja.actor(), team, act.public_id, NOW)
    assert await team_that_booked(await fetch_value("SELECT id FROM booking")) == team.name
    await forget_team_acts(NOW + timedelta(days=367))
    assert await acts_of(world.gundula.id, team.id, TODAY) == []


async def test_it_is_called_off_once_and_only_before_it_begins(world: World) -> None:
    team = await a_team(world, world.mia)
    act = await booked(world, team)
    with pytest.raises(TooLateToCallOff):
        await call_off_act(await acting(world.gundula), team, act.public_id, tomorrow(9))
    await call_off_act(await acting(world.gundula), team, act.public_id, NOW)
    with pytest.raises(TooLateToCallOff):
        await call_off_act(await acting(world.gundula), team, act.public_id, NOW)


@pytest.mark.parametrize("has_pool", [True, False])
async def test_a_day_that_is_called_off_pays_for_nothing_else(world: World, has_pool: bool) -> None:
    """Or a team could give its people days for nothing: booked, used for another desk, called off."""
    await execute("UPDATE network SET charges = true")
    team = await a_team(world, world.mia)
    pool = await a_pool(team, 1) if has_pool else None
    await a_price(world, day=1900)
    act = await booked(world, team)
    [provided] = await fetch("SELECT resource FROM booking")
    free = next(desk for desk in world.polch.resources.values() if desk.id != provided["resource"])
    second = await book(await acting(world.mia), BookDesk(free.public_id, tomorrow(8), tomorrow(18)), NOW)
    assert second.paid_by == "team", "the day covers both"
    await call_off_act(await acting(world.gundula), team, act.public_id, NOW)
    [row] = await fetch("SELECT status, reason, entitlement FROM booking WHERE id = $1", second.id)
    if pool is not None:
        assert (row["status"], row["entitlement"]) == ("confirmed", pool)
        assert await left(pool) == 0
    else:
        assert (row["status"], row["reason"]) == ("cancelled", "by_team")
        assert await fetch_value("SELECT sum(amount) FROM charge") == 0
    assert await accounts_out_of_balance() == []
