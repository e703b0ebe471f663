"""Somebody leaves an employer with bookings ahead; and two employers for one person."""

from datetime import date, timedelta

import pytest

from app.bookings.clearing import TEAM_LEFT, AffectedChanged
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.quoting import quote
from app.bookings.team_leaving import leave, plan_leaving, settle_all_left, settle_left, team_leaving_reactions
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.rules import Pays, Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_row, fetch_value
from app.platform.outbox import Event
from app.teams.operations import leave_team
from app.teams.queries import MemberCard, TeamCard, member_of
from tests.contracts import TEN, a_bought_pass
from tests.selling import TODAY, a_charging_world
from tests.teams.founding import a_team
from tests.worlds import NOW, APerson, World, at

MONDAY = date(2026, 11, 30)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def a_pool(team: TeamCard, days: int = 20, label: str = "Kontingent") -> int:
    """Days that all people of the team share."""
    name = f"{label} {team.name}"
    return await open_account(
        NewAccount(None, Unit.DESK_DAY, Source.TEAM, days * 2, TODAY, None, name, name, purse=team.purse), NOW
    )


async def a_seat(team: TeamCard, person: APerson) -> int:
    """Eight days of this month for this person alone."""
    last = date(2026, 12, 31)
    name = f"Teamplatz {team.name}"
    return await open_account(
        NewAccount(person.id, Unit.DESK_DAY, Source.TEAM, 16, TODAY, last, name, name, purse=team.purse), NOW
    )


async def booked(
    world: World, day: date, desk: str = "1", pays: str | None = None, person: APerson | None = None
) -> BookingCard:
    wanted = BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 18), pays=pays)
    return await now_of(await book((person or world.mia).actor(), wanted, NOW))


async def _own_card(world: World) -> str:
    """Mia's card of ten; the key by which she chooses it."""
    bought = await a_bought_pass(world, world.mia, TEN)
    return await public_id(await fetch_value("SELECT id FROM entitlement WHERE pass = $1", bought.id))


async def now_of(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None
    return card


async def place(team: TeamCard, person: APerson) -> MemberCard:
    member = await member_of(team.id, person.id)
    assert member is not None
    return member


async def balance(account: int) -> tuple[int, int]:
    """What is left and what is held."""
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", account)
    assert row is not None
    return row["left_units"], row["held_units"]


async def public_id(account: int) -> str:
    found: str = await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", account)
    return found


async def cancelled_events() -> list[int]:
    rows = await fetch("SELECT aggregate_id FROM outbox_event WHERE name = 'booking.cancelled' ORDER BY id")
    return [row["aggregate_id"] for row in rows]


async def test_an_employee_leaves_with_bookings_ahead(world: World) -> None:
    """Three team days ahead, an own card with two days, one of which pays for a private day."""
    team = await a_team(world, world.mia)
    pool = await a_pool(team)
    ahead = [await booked(world, MONDAY + timedelta(days=day)) for day in (2, 3, 4)]
    bought = await a_bought_pass(world, world.mia, TEN)
    card = await fetch_value("SELECT id FROM entitlement WHERE pass = $1", bought.id)
    private = await booked(world, MONDAY + timedelta(days=7), pays=await public_id(card))
    assert {one.paid_by for one in ahead} == {Pays.TEAM}
    assert await balance(pool) == (34, 6)
    plan = await plan_leaving(team, world.mia.id, NOW)
    assert [each.booking.id for each in plan.kept] == [one.id for one in ahead]
    assert not plan.given_back

    await leave(world.mia.actor(), team, await place(team, world.mia), plan.state, NOW)
    assert await balance(pool) == (40, 0)
    assert await balance(card) == (12, 8)
    assert {(await now_of(one)).entitlement for one in ahead} == {card}
    assert (await now_of(private)).entitlement == card
    assert not await cancelled_events()
    assert await member_of(team.id, world.mia.id) is None
    assert await accounts_out_of_balance() == []


async def test_what_nothing_else_pays_is_given_back_and_others_get_the_desk(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    pool = await a_pool(team)
    first, second = await booked(world, MONDAY), await booked(world, MONDAY + timedelta(days=2))
    await booked(world, MONDAY, "2", person=world.otto)
    plan = await plan_leaving(team, world.mia.id, NOW)
    assert [each.booking.id for each in plan.given_back] == [first.id, second.id]
    await leave(world.mia.actor(), team, await place(team, world.mia), plan.state, NOW)
    for gone in (first, second):
        card = await now_of(gone)
        assert (card.status, card.reason) == ("cancelled", TEAM_LEFT)
    assert await cancelled_events() == [first.id, second.id]
    assert await balance(pool) == (38, 2), "Otto's day is what is left held"
    assert (await booked(world, MONDAY, "1", person=world.otto)).id


async def test_a_day_that_was_bought_out_of_a_teams_money_goes_back_there(world: World) -> None:
    team = await a_team(world, world.mia)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    budget = await open_account(
        NewAccount(
            world.mia.id, Unit.MONEY, Source.TEAM, 5000, TODAY, None, "Budget Becker", "Budget Becker", purse=team.purse
        ),
        NOW,
    )
    booking = await booked(world, MONDAY, pays=await public_id(budget))
    assert (await balance(budget))[0] == 3100
    plan = await plan_leaving(team, world.mia.id, NOW)
    assert [each.booking.id for each in plan.given_back] == [booking.id]
    await leave_team(None, team, await place(team, world.mia), NOW, TODAY)
    assert await settle_all_left(NOW) == 1
    assert (await now_of(booking)).reason == TEAM_LEFT
    assert (await balance(budget))[1] == 0
    assert await accounts_out_of_balance() == []


async def test_who_books_meanwhile_is_shown_the_list_again(world: World) -> None:
    team = await a_team(world, world.mia)
    await a_pool(team)
    shown = (await plan_leaving(team, world.mia.id, NOW)).state
    await booked(world, MONDAY)
    with pytest.raises(AffectedChanged):
        await leave(world.mia.actor(), team, await place(team, world.mia), shown, NOW)
    assert await member_of(team.id, world.mia.id) is not None


async def test_who_is_removed_keeps_nothing_of_the_teams_and_the_remover_touches_no_booking(world: World) -> None:
    team = await a_team(world, world.mia)
    pool, seat = await a_pool(team), await a_seat(team, world.mia)
    booking, member = await booked(world, MONDAY), await place(team, world.mia)
    assert booking.entitlement == seat
    await leave_team(world.gundula.actor(), team, member, NOW, TODAY)
    assert (await now_of(booking)).status == "confirmed"
    assert not await ways_of(world), "neither pool nor seat pays any more"
    [reaction] = team_leaving_reactions()["team_member.left"]
    for _ in range(2):
        await reaction.run(Event(1, "team_member.left", 1, "team_member", member.id, {}, NOW), NOW)
    assert (await now_of(booking)).reason == TEAM_LEFT
    assert await cancelled_events() == [booking.id]
    assert await balance(pool) == (40, 0)
    assert await accounts_out_of_balance() == []


async def test_a_booking_that_was_made_while_somebody_was_removed_is_found(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await a_pool(team)
    mias, ottos = await booked(world, MONDAY), await booked(world, MONDAY, "2", person=world.otto)
    assert await settle_all_left(NOW) == 0
    await leave_team(None, team, await place(team, world.mia), NOW, TODAY)
    assert await settle_all_left(NOW) == 1
    assert await settle_all_left(NOW) == 0
    assert (await now_of(mias)).status == "cancelled"
    assert (await now_of(ottos)).status == "confirmed"


async def ways_of(world: World, desk: str = "3") -> list[tuple[str, str]]:
    """What could pay for Mia's Monday, by label and key, in order."""
    wanted = BookDesk(world.polch[desk].public_id, at(MONDAY, 8), at(MONDAY, 18))
    said = await quote(wanted, NOW, person=world.mia.id)
    return [(way.entitlement.label, way.key) for way in said.ways if way.entitlement is not None]


async def test_two_employers_and_an_own_card_stand_to_choose_and_each_pays_what_was_chosen(world: World) -> None:
    becker, weber = await a_team(world, world.mia), await a_team(world, world.mia, name="Weber Elektro")
    first, second = await a_pool(becker), await a_pool(weber)
    bought = await a_bought_pass(world, world.mia, TEN)
    card = await fetch_value("SELECT id FROM entitlement WHERE pass = $1", bought.id)
    for _ in range(2):
        labels = [label for label, _ in await ways_of(world)]
        assert labels[:2] == ["Kontingent Becker Maschinenbau", "Kontingent Weber Elektro"]
        assert len(labels) == 3
    chosen = [
        await booked(world, MONDAY + timedelta(days=days), pays=await public_id(account))
        for days, account in ((0, first), (2, second), (3, card))
    ]
    assert [one.entitlement for one in chosen] == [first, second, card]

    plan = await plan_leaving(weber, world.mia.id, NOW)
    assert [each.booking.id for each in plan.behind] == [chosen[1].id]
    await leave(world.mia.actor(), weber, await place(weber, world.mia), plan.state, NOW)
    assert [(await now_of(one)).entitlement for one in chosen] == [first, card, card]
    assert [label for label, _ in await ways_of(world)][:1] == ["Kontingent Becker Maschinenbau"]
    assert await balance(second) == (40, 0)


async def test_one_employer_never_pays_what_the_other_has_paid(world: World) -> None:
    becker, weber = await a_team(world, world.mia), await a_team(world, world.mia, name="Weber Elektro")
    await a_pool(becker)
    second = await a_pool(weber)
    booking = await booked(world, MONDAY, pays=await public_id(second))
    await leave_team(None, weber, await place(weber, world.mia), NOW, TODAY)
    assert weber.purse is not None
    await settle_left(weber.purse, world.mia.id, NOW)
    assert (await now_of(booking)).reason == TEAM_LEFT


async def test_a_team_that_provides_nothing_takes_nothing_along(world: World) -> None:
    team = await a_team(world, world.mia)
    await booked(world, MONDAY, pays=await _own_card(world))
    plan = await plan_leaving(team, world.mia.id, NOW)
    assert not plan.behind
    await leave(world.mia.actor(), team, await place(team, world.mia), plan.state, NOW)
    assert not await cancelled_events()
