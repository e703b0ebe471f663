"""The company ends: what is paid, what is cancelled, who hears of it, and what nobody learns."""

from datetime import date, timedelta

import msgspec
import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.bookings.team_ends import TeamEndUnusable, end_teams, keep_team, set_team_end, settle_behind_team
from app.identity.rules import Action
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.plans.accounts import NewAccount, open_account
from app.plans.grants import Days
from app.plans.purses import purse_of
from app.plans.rules import Source
from app.plans.team_contracts import team_contracts_of
from app.plans.team_upkeep import settle_team_contracts
from app.plans.uses import Unit
from app.platform.database import fetch, fetch_value
from app.teams.operations import leave_team
from app.teams.queries import TeamCard, members_of, team_by_id
from tests.selling import TODAY, it_charges
from tests.teams.buying import SEAT, bought
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, APerson, World, at

LAST = date(2026, 12, 31)
BEHIND = date(2027, 1, 5)


async def a_pool(team: TeamCard, person: APerson | None = None) -> int:
    """Twenty days that the team provides: to everybody in it, or to this person alone."""
    account = NewAccount(
        person.id if person else None,
        Unit.DESK_DAY,
        Source.TEAM,
        40,
        TODAY,
        None,
        "Becker",
        "Becker",
        purse=team.purse,
    )
    return await open_account(account, NOW)


async def booked(person: APerson, world: World, day: date, desk: str = "1") -> BookingCard:
    return await book((await acting(person)), BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 18)), NOW)


async def state_of(booking: BookingCard) -> BookingCard:
    found = await booking_by_id(booking.id)
    assert found is not None
    return found


async def settled(team: TeamCard) -> None:
    """What the worker does once the last day is set."""
    for member in await members_of(team.id):
        await settle_behind_team(member.id, NOW)


async def now_of(team: TeamCard) -> TeamCard:
    found = await team_by_id(team.id)
    assert found is not None
    return found


@pytest.fixture
async def team(world: World) -> TeamCard:
    await it_charges()
    team = await a_team(world, world.mia, world.ada)
    await a_pool(team)
    return team


async def test_what_is_booked_up_to_the_last_day_stays_and_what_is_behind_it_is_cancelled(
    world: World, team: TeamCard
) -> None:
    before, behind = await booked(world.mia, world, LAST), await booked(world.mia, world, BEHIND)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await settled(team)
    assert (await state_of(before)).status is Status.CONFIRMED
    assert (await state_of(behind)).status is Status.CANCELLED
    assert await fetch_value("SELECT left_units FROM entitlement WHERE purse = $1", team.purse) == 38


async def test_an_own_pass_pays_what_is_behind_the_end_and_the_mail_says_which(world: World, team: TeamCard) -> None:
    behind = await booked(world.mia, world, BEHIND)
    own = NewAccount(world.mia.id, Unit.DESK_DAY, Source.PASS, 2, TODAY, None, "Zehnerkarte", "Pass of ten")
    key = await open_account(own, NOW)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await settled(team)
    kept = await state_of(behind)
    assert (kept.status, kept.entitlement) == (Status.CONFIRMED, key)
    told = await fetch(
        "SELECT payload->'bookings' AS bookings FROM outbox_event WHERE name = 'team_member.end_settled' ORDER BY id"
    )
    assert sorted(row["bookings"] for row in told) == [f"[{behind.id}]", "[]"]


async def test_nothing_of_the_team_pays_behind_the_last_day_neither_pool_nor_ones_own(
    world: World, team: TeamCard
) -> None:
    await a_pool(team, world.mia)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    purse = await purse_of(world.mia.id, world.operator, Kind.DESK, Days(TODAY, BEHIND), TODAY, "de")
    assert [one.ends_on for one in purse.entitlements] == [LAST, LAST]
    behind = Days(BEHIND, BEHIND)
    assert not (await purse_of(world.mia.id, world.operator, Kind.DESK, behind, TODAY, "de")).entitlements


async def test_contracts_end_with_the_account_or_as_early_as_notice_allows(world: World, team: TeamCard) -> None:
    """Notice of thirty days from 24 November reaches 24 December; the account ends before that, or after."""
    contract = await bought(team, msgspec.structs.replace(SEAT, first_term_months=1, notice_days=30), 2)
    await set_team_end(await acting(world.gundula), team, date(2026, 11, 30), NOW)
    assert contract.purse == team.purse
    [ended] = await team_contracts_of(contract.purse)
    assert ended.ends_on == date(2026, 12, 24)
    other = await a_team(world, name="Kranz Bau")
    later = await bought(other, SEAT, 1)
    await set_team_end(await acting(world.gundula), other, LAST, NOW)
    assert [one.ends_on for one in await team_contracts_of(later.purse)] == [LAST]
    await settle_team_contracts(at(date(2027, 2, 1), 3), date(2027, 2, 1))
    charged = await fetch("SELECT supply_until FROM charge WHERE payer = $1 AND amount > 0", other.payer)
    assert charged
    assert max(row["supply_until"] for row in charged) == LAST


async def test_an_end_that_is_taken_back_lets_everybody_spend_again(world: World, team: TeamCard) -> None:
    actor = await acting(world.gundula)
    await set_team_end(actor, team, LAST, NOW)
    ada = next(each for each in await members_of(team.id) if each.person == world.ada.id)
    await leave_team(None, await now_of(team), ada, NOW, TODAY)
    await keep_team(actor, team, NOW)
    assert (await now_of(team)).ends_on is None
    behind = Days(BEHIND, BEHIND)
    mias = await purse_of(world.mia.id, world.operator, Kind.DESK, behind, TODAY, "de")
    adas = await purse_of(world.ada.id, world.operator, Kind.DESK, behind, TODAY, "de")
    assert (len(mias.entitlements), len(adas.entitlements)) == (1, 0)


async def test_a_later_last_day_lets_everybody_spend_until_then(world: World, team: TeamCard) -> None:
    actor = await acting(world.gundula)
    await set_team_end(actor, team, LAST, NOW)
    await set_team_end(actor, await now_of(team), BEHIND, NOW)
    purse = await purse_of(world.mia.id, world.operator, Kind.DESK, Days(BEHIND, BEHIND), TODAY, "de")
    assert [one.ends_on for one in purse.entitlements] == [BEHIND]


async def test_who_joins_while_the_end_is_set_spends_until_then(world: World, team: TeamCard) -> None:
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await joined(await now_of(team), world.frida)
    purse = await purse_of(world.frida.id, world.operator, Kind.DESK, Days(TODAY, BEHIND), TODAY, "de")
    assert [one.ends_on for one in purse.entitlements] == [LAST]


async def test_when_the_last_day_is_over_nobody_belongs_to_the_team_and_its_manager_still_reads(
    world: World, team: TeamCard
) -> None:
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    later = NOW + timedelta(days=40)
    assert await end_teams(at(LAST, 23)) == 0
    assert await end_teams(later) == 1
    assert await end_teams(later) == 0
    assert await members_of(team.id) == []
    assert not (await acting(world.mia)).has_team
    assert (await acting(world.gundula)).may(Action.MANAGE_TEAM, team=team.id)
    assert (await now_of(team)).has_ended


async def test_private_bookings_and_the_own_account_stay(world: World, team: TeamCard) -> None:
    own = NewAccount(world.mia.id, Unit.DESK_DAY, Source.PASS, 2, TODAY, None, "Zehnerkarte", "Pass of ten")
    key = await open_account(own, NOW)
    wish = BookDesk(world.polch["1"].public_id, at(BEHIND, 8), at(BEHIND, 18), pays=(await _way(key)))
    private = await book(await acting(world.mia), wish, NOW)
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await settled(team)
    await end_teams(NOW + timedelta(days=40))
    kept = await state_of(private)
    assert (kept.status, kept.entitlement) == (Status.CONFIRMED, key)


async def _way(key: int) -> str:
    return await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", key)


async def test_the_trail_of_the_account_says_the_day_and_nothing_of_bookings(world: World, team: TeamCard) -> None:
    await booked(world.mia, world, BEHIND)
    before = await fetch_value("SELECT max(id) FROM audit_entry")
    await set_team_end(await acting(world.gundula), team, LAST, NOW)
    await settled(team)
    told = await fetch(
        "SELECT action, details FROM audit_entry WHERE id > $1 AND subject_kind IN ('team', 'person')", before
    )
    assert [(row["action"], row["details"]) for row in told] == [("team.end_set", '{"last_day": "2026-12-31"}')]


async def test_only_a_sensible_day_and_only_by_who_manages_it(world: World, team: TeamCard) -> None:
    actor = await acting(world.gundula)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=2000)):
        with pytest.raises(TeamEndUnusable):
            await set_team_end(actor, team, day, NOW)
    with pytest.raises(NotFound):
        await set_team_end(await acting(world.mia), team, LAST, NOW)
