"""What the demo network shows of employers: everything that somebody can try out there is there."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.bookings.meeting_places import meeting_places
from app.bookings.near import days_of_colleagues
from app.bookings.team_acts import acts_of
from app.demo.rows import steady_id
from app.demo.teams import COST_CENTRES
from app.identity.queries import actor_of_person, person_of_email
from app.identity.rules import Action, Actor, Role
from app.insights.team_months import Measure, close_team_months, team_months
from app.plans.limits import UNLIMITED
from app.plans.purse_limits import limits_for_all, own_limits_of, people_with_own_limits
from app.plans.seats import seats_of
from app.plans.team_contracts import team_contracts_of
from app.plans.team_upkeep import settle_team_contracts
from app.plans.terms import TeamUse
from app.plans.uses import Unit
from app.platform.database import fetch, fetch_value
from app.teams.agreements import confirm_agreement, running_agreement
from app.teams.buying_queries import document_of_team_order, orders_of, pdf_of, quotes_of
from app.teams.colleagues import colleagues_of
from app.teams.cost_centres import cost_centre_rows
from app.teams.invitations import open_invitations
from app.teams.join_links import join_link_of
from app.teams.limit_requests import RequestStatus, answered_requests, open_requests
from app.teams.managing import holders_of
from app.teams.queries import TeamCard, members_of, teams_of
from app.teams.team_days import FEWEST_COUNTED, days_of_team
from tests.demo.conftest import KEY, TUESDAY

HERE = ZoneInfo("Europe/Berlin")
MIDNIGHT, NOW = (datetime.combine(TUESDAY, time(hour), HERE) for hour in (0, 7))
THURSDAY = TUESDAY + timedelta(days=2)

pytestmark = pytest.mark.usefixtures("undone_here")


async def account(name: str) -> Actor:
    person = await person_of_email(f"{name}@demo.example")
    assert person is not None, name
    return await actor_of_person(person)


@pytest.fixture
async def team(undone_here: None) -> TeamCard:
    """The one that Mia belongs to."""
    [found] = await teams_of((await account("commuter")).person)
    return found


async def test_sixteen_people_belong_to_it_on_four_cost_centres(team: TeamCard) -> None:
    rows = await cost_centre_rows(team)
    assert [(row.card.code, row.card.name, row.people) for row in rows] == list(COST_CENTRES)
    assert len(await members_of(team.id)) == 16


async def test_three_people_look_after_it_each_in_an_own_way(team: TeamCard) -> None:
    roles = {holder.email: holder.role for holder in await holders_of(team)}
    assert roles == {
        "employer@demo.example": Role.TEAM_MANAGER,
        "assistant@demo.example": Role.TEAM_ASSISTANT,
        "council@demo.example": Role.WORKS_COUNCIL,
    }
    council = await account("council")
    assert [council.may(action, team=team.id) for action in (Action.SEE_TEAM, Action.MANAGE_TEAM)] == [True, False]


async def test_seats_and_a_pool_stand_and_were_ordered_with_documents(team: TeamCard) -> None:
    assert team.purse is not None
    seats = await seats_of(team.purse, TUESDAY)
    assert [seat.holder(TUESDAY) is not None for seat in seats] == [True, True, False]
    contracts = await team_contracts_of(team.purse)
    assert {card.use: card.quantity_on(TUESDAY) for card in contracts} == {TeamUse.SEAT: 3, TeamUse.POOL: 60}
    orders = await orders_of(team.id)
    assert {order.contract for order in orders} == {card.id for card in contracts}
    for order in orders:
        document = await document_of_team_order(order.id)
        assert document is not None
        assert order.public_id in document.content
        assert "Becker Maschinenbau GmbH" in document.content


async def test_a_quote_can_be_read_and_ordered(team: TeamCard) -> None:
    [quote] = await quotes_of(team.id)
    assert quote.is_open(TUESDAY)
    assert (await pdf_of(quote)).startswith(b"%PDF")


async def test_limits_hold_for_all_and_own_ones_for_who_has_a_seat(team: TeamCard) -> None:
    assert team.purse is not None
    mia = (await account("commuter")).person
    for_all, own = await limits_for_all(team.purse), await people_with_own_limits(team.purse)
    assert for_all != UNLIMITED
    assert mia in own
    assert for_all not in own.values()
    hers = await own_limits_of(mia, team.purse, TUESDAY, TUESDAY)
    assert hers is not None
    assert (hers.rest(Unit.DESK_DAY, date(2026, 11, 1)) or 0) > 0
    assert await fetch_value(
        "SELECT count(*) = 16 FROM entitlement WHERE purse = $1 AND unit = 'money' AND starts_on = $2",
        team.purse,
        date(2026, 11, 1),
    ), "each has the month's budget"


async def test_nobody_has_used_more_than_the_limits_allow(team: TeamCard) -> None:
    for member in await members_of(team.id):
        assert team.purse is not None
        limits = await own_limits_of(member.person, team.purse, TUESDAY - timedelta(days=90), TUESDAY)
        assert limits is not None
        assert all(
            spent.of(unit) <= (limits.most(unit, month) or 0)
            for month, spent in limits.spent.items()
            for unit in (Unit.DESK_DAY, Unit.ROOM_MINUTE)
        )


async def test_one_request_waits_and_one_was_granted_in_part(team: TeamCard) -> None:
    [waiting] = await open_requests(team.id)
    [answered] = await answered_requests(team.id)
    assert waiting.person == (await account("commuter")).person
    assert answered.status is RequestStatus.GRANTED
    assert 0 < answered.granted.desk_halves < answered.amounts.desk_halves


async def test_mia_sees_somebodys_thursday_and_is_asked_by_one_more(team: TeamCard) -> None:
    mia = (await account("commuter")).person
    assert await days_of_colleagues(mia, THURSDAY, THURSDAY)
    found = await colleagues_of(team.id, mia, await members_of(team.id))
    assert sum(one.is_seen and one.sees_me for one in found) == 4
    assert sum(one.asks_me for one in found) == sum(one.is_asked for one in found) == 1


async def test_one_team_day_is_being_answered_and_one_is_set_where_it_is_best(team: TeamCard) -> None:
    mia = await account("commuter")
    members = await members_of(team.id)
    set_day, asked = sorted(await days_of_team(mia, team, members, TUESDAY), key=lambda card: card.is_open)
    assert (set_day.is_open, asked.is_open) == (False, True)
    assert [choice.own for choice in asked.choices] == [None] * 3
    assert max(choice.said_yes or 0 for choice in asked.choices) >= FEWEST_COUNTED
    [choice] = set_day.choices
    best = await meeting_places(choice.id, choice.day, MIDNIGHT)
    assert best
    assert set_day.space == best[0].space.id


async def test_the_report_tells_of_two_cost_centres_and_keeps_two_back(team: TeamCard) -> None:
    months = await team_months(team.id, date(2026, 1, 1), TUESDAY)
    assert [month.month for month in months] == [date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)]
    keys = {str(row.card.id): row.card.code for row in await cost_centre_rows(team)}
    for month in months:
        told = month.told.of(Measure.HALF_DAYS)
        assert {keys[group] for group in told.parts} == {"4100", "4200"}
        assert told.rest > 5
        assert month.told.contracts > 0


async def test_the_works_council_has_an_agreement_to_confirm(team: TeamCard) -> None:
    running = await running_agreement(team.id)
    assert running is not None
    assert not running.holds_on(TUESDAY)
    await confirm_agreement(await account("council"), team, running.public_id, NOW)
    confirmed = await running_agreement(team.id)
    assert confirmed is not None
    assert confirmed.holds_on(TUESDAY)


async def test_the_assistant_has_booked_for_others(team: TeamCard) -> None:
    [act] = await acts_of((await account("assistant")).person, team.id, TUESDAY)
    assert (len(act.booked), act.rest) == (6, [])


async def test_somebody_is_invited_and_a_link_lets_more_join(team: TeamCard) -> None:
    [invitation] = await open_invitations(team.id)
    assert not invitation.has_lapsed(NOW)
    link = await join_link_of(team.id, key=KEY)
    assert link is not None
    assert link.most is not None
    assert link.joined < link.most


async def test_the_night_finds_nothing_of_the_team_that_filling_has_left_out() -> None:
    counted = ("charge", "entitlement", "entitlement_entry", "team_month")
    before = [await fetch_value(f"SELECT count(*) FROM {table}") for table in counted]
    await settle_team_contracts(MIDNIGHT, TUESDAY)
    assert await close_team_months(MIDNIGHT, TUESDAY) == 0
    assert [await fetch_value(f"SELECT count(*) FROM {table}") for table in counted] == before


async def test_what_the_team_has_outlives_the_database() -> None:
    """Whoever keeps an address of the demo network finds it again."""
    for table, count in (("cost_centre", 4), ("team_member", 16), ("team_day", 2), ("limit_request", 2)):
        rows = await fetch(f"SELECT public_id FROM {table} ORDER BY id")
        assert [row["public_id"] for row in rows] == [steady_id(table, number) for number in range(count)]
