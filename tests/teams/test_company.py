"""What a company says of itself, its cost centres, and who looks after it."""

from dataclasses import replace

import pytest

from app.billing.payers import payer_by_id
from app.identity.invitations import accept_signed_in, invitations_to_team
from app.identity.mailed_links import link_to_mail
from app.identity.roles import LastTeamManager, RolesExclude, grant_role, revoke_role
from app.identity.rules import Action, Grant, Role
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import execute, fetch_value
from app.platform.rate_limits import TooMany
from app.teams.companies import companies_of_all
from app.teams.company import (
    CompanyDetails,
    TeamChangedMeanwhile,
    TeamEnded,
    change_company,
    checked_company,
    company_of,
)
from app.teams.cost_centres import (
    CostCentreChanged,
    CostCentreInUse,
    CostCentreTaken,
    add_cost_centre,
    cost_centre_in,
    cost_centre_rows,
    rename_cost_centre,
    retire_cost_centre,
)
from app.teams.managing import hand_over, holders_of, invite_to_look_after, take_role
from app.teams.operations import FOUNDED_A_DAY, found_team
from app.teams.queries import TeamCard, member_of, team_by_id, team_for
from tests.identity.conftest import HOME, KEY
from tests.selling import TODAY, it_charges
from tests.teams.founding import BECKER, a_team, acting, joined
from tests.worlds import NOW, APerson, World


async def now_of(team: TeamCard) -> TeamCard:
    found = await team_by_id(team.id)
    assert found is not None
    return found


async def invited(world: World, team: TeamCard, person: APerson, role: Role) -> None:
    """The person has taken the role that Gundula invited to."""
    invitation = await invite_to_look_after(
        await acting(world.gundula), team, role, person.name, person.email, NOW, key=KEY, address=HOME, language="de"
    )
    link = await link_to_mail(invitation.link, NOW, key=KEY)
    assert link is not None
    await accept_signed_in(await acting(person), link.token, NOW)


def test_all_that_is_wrong_is_said_at_once_and_beside_its_field() -> None:
    details = CompanyDetails(
        "x" * 81,
        replace(BECKER, street="", postcode="567", vat_id="DE1", email="rechnung"),
        "07137-1-22",
        "4" * 61,
        "G" * 81,
    )
    _, refusals = checked_company(details)
    assert {each.field for each in refusals} == {
        *("team_name", "street", "postcode", "vat_id", "email", "leitweg_id", "order_number", "legal_form")
    }


def test_an_account_without_a_name_has_that_of_the_company() -> None:
    clean, refusals = checked_company(CompanyDetails(" ", BECKER))
    assert (clean.name, refusals) == (BECKER.company, [])


async def test_nobody_founds_accounts_without_end(world: World) -> None:
    for number in range(FOUNDED_A_DAY.hits):
        await a_team(world, name=f"Firma {number}")
    with pytest.raises(TooMany):
        await a_team(world, name="Noch eine")


async def test_what_the_company_says_is_changed_by_who_has_seen_its_last_state(world: World) -> None:
    team, actor = await a_team(world), await acting(world.gundula)
    wanted = CompanyDetails("Becker", replace(BECKER, street="Neue Straße 1"), "991-33333TEST-33", "B-7", "GmbH")
    await change_company(actor, team, wanted, team.version, NOW)
    changed = await now_of(team)
    assert await company_of(changed) == wanted
    assert changed.version == team.version + 1
    with pytest.raises(TeamChangedMeanwhile):
        await change_company(actor, team, replace(wanted, name="Zu spät"), team.version, NOW)
    assert (await now_of(team)).name == "Becker"


async def test_an_account_founded_free_of_charge_gets_its_payer_and_purse_with_the_first_details(world: World) -> None:
    team = await found_team(world.gundula.actor(), CompanyDetails("Verein"), NOW)
    await joined(team, world.mia)
    assert team.payer is None
    await it_charges()
    await change_company(await acting(world.gundula), team, CompanyDetails("Verein", BECKER), team.version, NOW)
    changed = await now_of(team)
    assert changed.payer is not None
    payer = await payer_by_id(changed.payer)
    assert payer is not None
    assert payer.details == BECKER
    assert await fetch_value(
        "SELECT first = $3 FROM purse_member WHERE purse = $1 AND person = $2", changed.purse, world.mia.id, TODAY
    )


async def test_the_trail_of_a_change_names_what_changed_and_not_how_it_was(world: World) -> None:
    team = await a_team(world)
    await change_company(
        await acting(world.gundula), team, CompanyDetails(team.name, BECKER, order_number="B-7"), team.version, NOW
    )
    said = await fetch_value("SELECT details::text FROM audit_entry WHERE action = 'team.changed'")
    assert "order_number" in said
    assert "B-7" not in said


async def test_a_cost_centre_is_added_renamed_and_retired(world: World) -> None:
    team, actor = await a_team(world), await acting(world.gundula)
    sales = await add_cost_centre(actor, team, "4711", "Vertrieb", NOW)
    with pytest.raises(CostCentreTaken):
        await add_cost_centre(actor, team, "4711", "", NOW)
    await rename_cost_centre(actor, team, sales, "4712", "Verkauf", 1, NOW)
    with pytest.raises(CostCentreChanged) as refused:
        await rename_cost_centre(actor, team, sales, "4713", "", 1, NOW)
    assert refused.value.facts["stands"] == "4712 Verkauf"
    await retire_cost_centre(actor, team, sales, None, NOW)
    assert await cost_centre_rows(team) == []
    await add_cost_centre(actor, team, "4712", "", NOW)


async def test_a_cost_centre_with_people_goes_only_where_it_is_said_where_they_go(world: World) -> None:
    team, actor = await a_team(world, world.mia), await acting(world.gundula)
    sales = await add_cost_centre(actor, team, "1", "", NOW)
    works = await add_cost_centre(actor, team, "2", "", NOW)
    row = await cost_centre_in(team, sales)
    await execute("UPDATE team_member SET cost_centre = $1 WHERE team = $2", row.card.id, team.id)
    with pytest.raises(CostCentreInUse):
        await retire_cost_centre(actor, team, sales, None, NOW)
    with pytest.raises(NotFound):
        await retire_cost_centre(actor, team, sales, sales, NOW)
    await retire_cost_centre(actor, team, sales, works, NOW)
    member = await member_of(team.id, world.mia.id)
    assert member is not None
    assert member.cost_centre == (await cost_centre_in(team, works)).card.id


async def test_a_cost_centre_of_another_company_is_not_found(world: World) -> None:
    own, other = await a_team(world), await a_team(world, name="Andere")
    theirs = await add_cost_centre(await acting(world.gundula), other, "1", "", NOW)
    mine = await add_cost_centre(await acting(world.gundula), own, "1", "", NOW)
    with pytest.raises(NotFound):
        await cost_centre_in(own, theirs)
    with pytest.raises(NotFound):
        await retire_cost_centre(await acting(world.gundula), own, mine, theirs, NOW)


async def test_who_is_invited_looks_after_the_team_with_what_the_role_allows(world: World) -> None:
    team = await a_team(world)
    await invited(world, team, world.ada, Role.TEAM_ASSISTANT)
    ada = await acting(world.ada)
    assert ada.may(Action.BOOK_FOR_TEAM, team=team.id)
    assert not ada.may(Action.MANAGE_TEAM, team=team.id)
    assert await invitations_to_team(team.id, NOW) == []
    with pytest.raises(NotAllowed):
        await invite_to_look_after(
            ada, team, Role.TEAM_ASSISTANT, "X", "x@example.org", NOW, key=KEY, address=HOME, language="de"
        )


async def test_the_last_manager_cannot_go_but_hands_over(world: World) -> None:
    team = await a_team(world)
    mia = await joined(team, world.mia)
    gundula = await acting(world.gundula)
    [own] = await holders_of(team)
    with pytest.raises(LastTeamManager):
        await take_role(gundula, team, own.key, NOW)
    await hand_over(gundula, team, mia.public_id, NOW)
    assert (await acting(world.mia)).may(Action.MANAGE_TEAM, team=team.id)
    assert not (await acting(world.gundula)).has_team
    with pytest.raises(NotFound):
        await team_for(await acting(world.gundula), team.public_id, Action.MANAGE_TEAM)


async def test_of_two_managers_one_may_go(world: World) -> None:
    team = await a_team(world)
    await invited(world, team, world.ada, Role.TEAM_MANAGER)
    own = next(each for each in await holders_of(team) if each.person == world.gundula.id)
    await take_role(await acting(world.gundula), team, own.key, NOW)
    assert [each.name for each in await holders_of(team)] == [world.ada.name]


async def test_an_assistant_lays_down_the_own_role_and_takes_nobody_elses(world: World) -> None:
    team = await a_team(world)
    await invited(world, team, world.ada, Role.TEAM_ASSISTANT)
    managers, own = await holders_of(team)
    with pytest.raises(NotFound):
        await take_role(await acting(world.ada), team, managers.key, NOW)
    await take_role(await acting(world.ada), team, own.key, NOW)
    assert not (await acting(world.ada)).has_team


async def test_nobody_looks_after_a_team_and_is_its_works_council(world: World) -> None:
    team = await a_team(world)
    council = Grant(Role.WORKS_COUNCIL, "team", team.id)
    with pytest.raises(RolesExclude):
        await grant_role(None, world.gundula.id, council, NOW)
    await invited(world, team, world.ada, Role.WORKS_COUNCIL)
    with pytest.raises(RolesExclude):
        await invited(world, team, world.ada, Role.TEAM_MANAGER)
    other = await a_team(world, name="Andere")
    await grant_role(None, world.ada.id, Grant(Role.TEAM_MANAGER, "team", other.id), NOW)


async def test_the_network_sets_a_manager_where_none_is_left(world: World) -> None:
    team, nadja = await a_team(world), await acting(world.nadja)
    await revoke_role(nadja, world.gundula.id, Grant(Role.TEAM_MANAGER, "team", team.id), NOW)
    [row] = await companies_of_all(nadja)
    assert (row.managers, row.people) == ([], None)
    invitation = await invite_to_look_after(
        nadja, team, Role.TEAM_MANAGER, "Ada", world.ada.email, NOW, key=KEY, address=HOME, language="de"
    )
    link = await link_to_mail(invitation.link, NOW, key=KEY)
    assert link is not None
    await accept_signed_in(await acting(world.ada), link.token, NOW)
    [row] = await companies_of_all(nadja)
    assert row.managers == [world.ada.name]


async def test_the_network_counts_people_from_five_up(world: World) -> None:
    team = await a_team(world, world.mia, world.frida, world.otto, world.rolf)
    assert [row.people for row in await companies_of_all(await acting(world.nadja))] == [None]
    await joined(team, world.ada)
    assert [row.people for row in await companies_of_all(await acting(world.nadja))] == [5]


async def test_an_account_that_has_ended_is_only_read(world: World) -> None:
    team, actor = await a_team(world), await acting(world.gundula)
    await execute("UPDATE team SET ended_at = $1", NOW)
    with pytest.raises(TeamEnded):
        await change_company(actor, team, CompanyDetails("Neu", BECKER), team.version, NOW)
    with pytest.raises(TeamEnded):
        await add_cost_centre(actor, team, "1", "", NOW)
