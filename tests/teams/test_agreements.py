"""An agreement shows what each person used only after the works council and everybody concerned know of it."""

from datetime import date, timedelta

import pytest

from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Grant, Role
from app.insights.team_months import Measure, close_team_months
from app.insights.team_names import first_month, named_month
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_value
from app.teams.agreements import (
    AgreedInFuture,
    AgreementPartiesUnusable,
    AgreementRuns,
    AgreementTitleUnusable,
    EndsBeforeToday,
    NothingAgreed,
    RecordAgreement,
    checked_agreement,
    confirm_agreement,
    end_agreement,
    record_agreement,
    running_agreement,
    tell_concerned,
)
from app.teams.queries import TeamCard
from tests.teams.founding import acting, joined
from tests.teams.spending import OCTOBER, a_team_with_a_pool, colleagues, in_cost_centre, workdays, works
from tests.worlds import NOW, APerson, World, at

AGREED = RecordAgreement("BV 12", "Geschäftsleitung und Betriebsrat", date(2026, 8, 1), ("desk_day",))
IN_SEPTEMBER = at(date(2026, 9, 10), 9)
TODAY = NOW.date()


@pytest.fixture
async def people(world: World) -> list[APerson]:
    return await colleagues(7)


@pytest.fixture
async def team(world: World, people: list[APerson]) -> TeamCard:
    """Everybody has worked for a day in October, which is over."""
    team = await a_team_with_a_pool(world, people)
    for person, day in zip(people, workdays(OCTOBER, 7), strict=True):
        await works(person, world.polch["1"], day)
    await close_team_months(NOW, TODAY)
    return team


async def council(team: TeamCard, person: APerson) -> Grant:
    seat = Grant(Role.WORKS_COUNCIL, "team", team.id)
    await grant_role(None, person.id, seat, NOW)
    return seat


async def test_nobody_is_named_before_the_works_council_has_confirmed(world: World, team: TeamCard) -> None:
    await council(team, world.tilda)
    manager = await acting(world.gundula)
    found = await record_agreement(manager, team, AGREED, IN_SEPTEMBER, TODAY)
    assert found.confirmed_at is None
    assert await tell_concerned(IN_SEPTEMBER) == 0
    assert await named_month(found, _purse(team), OCTOBER, TODAY) is None
    with pytest.raises(NotFound):
        await confirm_agreement(manager, team, found.public_id, IN_SEPTEMBER)
    await confirm_agreement(await acting(world.tilda), team, found.public_id, IN_SEPTEMBER)
    assert (await running_agreement(team.id)).holds_on(TODAY)  # type: ignore[union-attr]


async def test_a_seat_that_was_just_taken_away_is_not_got_around(world: World, team: TeamCard) -> None:
    seat = await council(team, world.tilda)
    await revoke_role(None, world.tilda.id, seat, NOW)
    found = await record_agreement(await acting(world.gundula), team, AGREED, NOW, TODAY)
    assert found.confirmed_at is None


async def test_whole_months_are_named_that_begin_two_weeks_after_everybody_was_told(
    world: World, team: TeamCard, people: list[APerson]
) -> None:
    await record_agreement(await acting(world.gundula), team, AGREED, IN_SEPTEMBER, TODAY)
    found = await running_agreement(team.id)
    assert found is not None
    named = await named_month(found, _purse(team), OCTOBER, TODAY)
    assert named is not None
    assert named.people == [(person.name, {Measure.HALF_DAYS: 2}) for person in people]
    late = await _told_at(team, at(date(2026, 9, 20), 9))
    assert late is None


async def test_who_was_told_late_is_not_named_and_cannot_be_worked_out(
    world: World, team: TeamCard, people: list[APerson]
) -> None:
    found = await record_agreement(await acting(world.gundula), team, AGREED, IN_SEPTEMBER, TODAY)
    await execute("UPDATE team_agreement_notice SET told_at = $1 WHERE person = $2", NOW, people[0].id)
    named = await named_month(found, _purse(team), OCTOBER, TODAY)
    assert named is not None
    assert named.people is None


async def test_what_was_not_agreed_is_not_shown(world: World, team: TeamCard) -> None:
    wanted = RecordAgreement(AGREED.title, AGREED.parties, AGREED.agreed_on, ("room_minute",))
    found = await record_agreement(await acting(world.gundula), team, wanted, IN_SEPTEMBER, TODAY)
    named = await named_month(found, _purse(team), OCTOBER, TODAY)
    assert named is not None
    assert named.measures == [Measure.MINUTES]


async def test_it_ends_at_once_by_either_side_and_by_its_last_day(world: World, team: TeamCard) -> None:
    await council(team, world.tilda)
    manager, seat = await acting(world.gundula), await acting(world.tilda)
    for who in (manager, seat):
        found = await record_agreement(manager, team, AGREED, IN_SEPTEMBER, TODAY)
        await confirm_agreement(seat, team, found.public_id, IN_SEPTEMBER)
        await end_agreement(who, team, found.public_id, NOW)
        assert await running_agreement(team.id) is None
    limited = RecordAgreement(AGREED.title, AGREED.parties, AGREED.agreed_on, AGREED.shows, TODAY)
    found = await record_agreement(manager, team, limited, IN_SEPTEMBER, TODAY)
    await confirm_agreement(seat, team, found.public_id, IN_SEPTEMBER)
    last = await running_agreement(team.id)
    assert last is not None
    assert last.holds_on(TODAY)
    assert not last.holds_on(TODAY + timedelta(days=1))


async def test_there_is_one_at_a_time_and_strangers_record_none(world: World, team: TeamCard) -> None:
    await record_agreement(await acting(world.gundula), team, AGREED, IN_SEPTEMBER, TODAY)
    with pytest.raises(AgreementRuns):
        await record_agreement(await acting(world.gundula), team, AGREED, NOW, TODAY)
    with pytest.raises(NotFound):
        await record_agreement(await acting(world.mia), team, AGREED, NOW, TODAY)


async def test_who_joins_later_is_told_then(world: World, team: TeamCard) -> None:
    await record_agreement(await acting(world.gundula), team, AGREED, IN_SEPTEMBER, TODAY)
    await joined(team, world.mia)
    assert await tell_concerned(NOW) == 1
    assert await tell_concerned(NOW) == 0
    assert await fetch_value("SELECT told_at FROM team_agreement_notice WHERE person = $1", world.mia.id) == NOW


@pytest.mark.parametrize(
    ("told", "month"),
    [
        (date(2026, 9, 10), OCTOBER),
        (date(2026, 9, 17), OCTOBER),
        (date(2026, 9, 18), date(2026, 11, 1)),
        (date(2026, 12, 20), date(2027, 2, 1)),
    ],
)
def test_the_first_month_begins_two_weeks_after_the_notice(told: date, month: date) -> None:
    assert first_month(at(told, 9), 14) == month


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (RecordAgreement(" ", "x", TODAY, ("money",)), AgreementTitleUnusable),
        (RecordAgreement("x", "", TODAY, ("money",)), AgreementPartiesUnusable),
        (RecordAgreement("x", "x", TODAY + timedelta(days=1), ("money",)), AgreedInFuture),
        (RecordAgreement("x", "x", TODAY, ("place",)), NothingAgreed),
        (RecordAgreement("x", "x", TODAY, ("money",), TODAY - timedelta(days=1)), EndsBeforeToday),
    ],
)
def test_what_an_agreement_lacks_is_said(wanted: RecordAgreement, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_agreement(wanted, TODAY)


async def test_a_cost_centre_with_one_unnamed_person_keeps_the_month_closed(
    world: World, team: TeamCard, people: list[APerson]
) -> None:
    await in_cost_centre(team, "Werk", people[:5])
    found = await record_agreement(await acting(world.gundula), team, AGREED, IN_SEPTEMBER, TODAY)
    await execute("UPDATE team_agreement_notice SET told_at = $1 WHERE person = $2", NOW, people[2].id)
    named = await named_month(found, _purse(team), OCTOBER, TODAY)
    assert named is not None
    assert named.people is None


async def _told_at(team: TeamCard, moment: object) -> object:
    """What October shows where everybody was told then."""
    await execute("UPDATE team_agreement_notice SET told_at = $1", moment)
    found = await running_agreement(team.id)
    assert found is not None
    return await named_month(found, _purse(team), OCTOBER, TODAY)


def _purse(team: TeamCard) -> int:
    assert team.purse is not None
    return team.purse
