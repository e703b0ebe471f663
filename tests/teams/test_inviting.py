"""Who comes into a team, by which door, and who does not."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.identity.mailed_links import LinkNoLongerWorks, link_to_mail
from app.identity.queries import actor_of_person
from app.identity.sign_in import sign_in
from app.kernel.refusals import NotFound
from app.network.importing import ImportChanged, Outcome
from app.plans.seats import give_seat
from app.platform.database import execute, fetch_value
from app.platform.rate_limits import TooMany
from app.teams import invitations
from app.teams.company import TeamEnded
from app.teams.domains import (
    DomainTaken,
    ask_for_domain,
    domain_of_token,
    join_by_domain,
    let_join,
    mail_domain_by_id,
    prove_domain,
    proven_domains_of,
    remove_domain,
    team_of_domain,
    teams_offered,
)
from app.teams.invitations import (
    HasAccount,
    InvitedTooMany,
    accept_as_newcomer,
    accept_invitation,
    forget_team_invitations,
    invitation_of_token,
    invite_people,
    open_invitations,
    send_again,
    take_invitation_back,
)
from app.teams.invited_lines import Invited
from app.teams.join_links import LinkUsedUp, end_join_link, join_by_link, join_link_of, make_join_link, team_of_link
from app.teams.operations import JoinedBy, leave_team
from app.teams.people import PeopleWanted, Seated, book_on, people_of
from app.teams.people_import import forget_uploads, import_people, keep_upload, plan_people
from app.teams.queries import TeamCard, cost_centres_of, member_of, members_of
from tests.identity.conftest import HOME, KEY, PASSWORD
from tests.selling import TODAY, it_charges
from tests.teams.buying import SEAT, bought, seated, seats
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, World

INA = Invited("Ina Imker", "ina@becker.example")


async def invited(world: World, team: TeamCard, one: Invited = INA) -> str:
    """The token in the mail to this person."""
    await invite_people(world.gundula.actor(), team, [one], JoinedBy.INVITATION, NOW, key=KEY)
    return await token_for(team, one.email)


async def token_for(team: TeamCard, email: str) -> str:
    [invitation] = [each for each in await open_invitations(team.id) if each.email == email]
    link = await link_to_mail(invitation.link, NOW, key=KEY)
    assert link is not None
    assert link.email == email
    return link.token


async def a_cost_centre(team: TeamCard, code: str) -> int:
    key: int = await fetch_value(
        "INSERT INTO cost_centre (public_id, team, code, made_at) VALUES ($1, $2, $1, $3) RETURNING id",
        code,
        team.id,
        NOW,
    )
    return key


class TestInvitations:
    async def test_a_newcomer_has_account_and_place_by_the_one_link(self, world: World) -> None:
        team = await a_team(world)
        centre = await a_cost_centre(team, "4711")
        token = await invited(world, team, Invited("Ina Imker", "ina@becker.example", centre))
        actor, joined = await accept_as_newcomer(token, "Ina Imker", PASSWORD, NOW, TODAY, network="Testnetz")
        assert joined.id == team.id
        [member] = await members_of(team.id)
        assert (member.name, member.email, member.joined_by, member.cost_centre) == (
            "Ina Imker",
            "ina@becker.example",
            "invitation",
            centre,
        )
        assert (await sign_in("ina@becker.example", PASSWORD, NOW, address=HOME)).person == actor.person
        with pytest.raises(LinkNoLongerWorks):
            await invitation_of_token(token, NOW)
        assert not await open_invitations(team.id)

    async def test_the_mailbox_alone_opens_no_account_that_stands(self, world: World) -> None:
        team = await a_team(world)
        token = await invited(world, team, Invited("", world.mia.email))
        with pytest.raises(HasAccount):
            await accept_as_newcomer(token, "Ein anderer", PASSWORD, NOW, TODAY, network="Testnetz")
        assert not await members_of(team.id)
        await accept_invitation(world.mia.actor(), token, NOW, TODAY)
        assert await member_of(team.id, world.mia.id)

    async def test_who_is_signed_in_with_a_private_account_joins_with_that(self, world: World) -> None:
        team = await a_team(world)
        await accept_invitation(world.mia.actor(), await invited(world, team), NOW, TODAY)
        [member] = await members_of(team.id)
        assert member.email == world.mia.email

    async def test_nobody_is_mailed_who_belongs_to_it_or_is_asked_already(self, world: World) -> None:
        team = await a_team(world, world.mia)
        wanted = [INA, Invited("", world.mia.email), Invited("", "neu@becker.example")]
        await invited(world, team)
        sent = await invite_people(world.gundula.actor(), team, wanted, JoinedBy.INVITATION, NOW, key=KEY)
        assert (sent.mails, sent.in_team, sent.asked_already) == (1, 1, 1)

    async def test_sent_again_the_earlier_link_is_dead_and_a_lapsed_one_can_be_revived(self, world: World) -> None:
        team = await a_team(world)
        before = await invited(world, team)
        [invitation] = await open_invitations(team.id)
        await send_again(world.gundula.actor(), team, invitation.public_id, NOW, key=KEY)
        after = await token_for(team, INA.email)
        with pytest.raises(LinkNoLongerWorks):
            await invitation_of_token(before, NOW)
        later = NOW + timedelta(days=15)
        with pytest.raises(LinkNoLongerWorks):
            await invitation_of_token(after, later)
        sent = await invite_people(world.gundula.actor(), team, [INA], JoinedBy.INVITATION, later, key=KEY)
        assert sent.mails == 1
        assert len(await open_invitations(team.id)) == 1

    async def test_taken_back_it_opens_nothing_and_another_team_finds_it_not(self, world: World) -> None:
        team, other = await a_team(world), await a_team(world, name="Andere")
        token = await invited(world, team)
        [invitation] = await open_invitations(team.id)
        for act in (
            take_invitation_back(world.gundula.actor(), other, invitation.public_id, NOW),
            send_again(world.gundula.actor(), other, invitation.public_id, NOW, key=KEY),
        ):
            with pytest.raises(NotFound):
                await act
        await take_invitation_back(world.gundula.actor(), team, invitation.public_id, NOW)
        with pytest.raises(LinkNoLongerWorks):
            await accept_invitation(world.mia.actor(), token, NOW, TODAY)

    async def test_nobody_joins_what_has_ended_and_no_address_is_flooded(self, world: World) -> None:
        team = await a_team(world)
        await invited(world, team)
        for _ in range(4):
            [invitation] = await open_invitations(team.id)
            await send_again(world.gundula.actor(), team, invitation.public_id, NOW, key=KEY)
        with pytest.raises(TooMany):
            await send_again(world.gundula.actor(), team, invitation.public_id, NOW, key=KEY)
        token = await token_for(team, INA.email)
        await execute("UPDATE team SET ended_at = $2 WHERE id = $1", team.id, NOW)
        with pytest.raises(TeamEnded):
            await accept_invitation(world.mia.actor(), token, NOW, TODAY)

    async def test_after_a_year_it_is_forgotten(self, world: World) -> None:
        team = await a_team(world)
        await invited(world, team)
        assert await forget_team_invitations(NOW + timedelta(days=364)) == 0
        assert await forget_team_invitations(NOW + timedelta(days=366)) == 1


class TestLink:
    async def test_so_many_join_by_it_as_it_says_and_coming_back_counts_once(self, world: World) -> None:
        team = await a_team(world)
        await make_join_link(world.gundula.actor(), team, 2, NOW, key=KEY)
        link = await join_link_of(team.id, key=KEY)
        assert link is not None
        for person in (world.mia, world.otto, world.mia):
            await join_by_link(person.actor(), link.token, NOW, TODAY)
        with pytest.raises(LinkUsedUp):
            await join_by_link(world.rolf.actor(), link.token, NOW, TODAY)
        assert {member.joined_by for member in await members_of(team.id)} == {"link"}
        assert len(await members_of(team.id)) == 2

    async def test_renewed_or_ended_the_old_one_leads_nowhere(self, world: World) -> None:
        team = await a_team(world)
        await make_join_link(world.gundula.actor(), team, None, NOW, key=KEY)
        first = await join_link_of(team.id, key=KEY)
        await make_join_link(world.gundula.actor(), team, None, NOW, key=KEY)
        second = await join_link_of(team.id, key=KEY)
        assert first is not None
        assert second is not None
        with pytest.raises(LinkNoLongerWorks):
            await join_by_link(world.mia.actor(), first.token, NOW, TODAY)
        assert (await team_of_link(second.token)).id == team.id
        await end_join_link(world.gundula.actor(), team, NOW)
        with pytest.raises(LinkNoLongerWorks):
            await join_by_link(world.mia.actor(), second.token, NOW, TODAY)
        assert await join_link_of(team.id, key=KEY) is None


class TestDomains:
    async def asked(self, world: World, team: TeamCard, domain: str = "example.org") -> str:
        """The token that who looks after the domain gets."""
        card = await ask_for_domain(world.gundula.actor(), team, domain, "postmaster", NOW, key=KEY)
        found = await mail_domain_by_id(card.id, signing_key=KEY)
        assert found is not None
        return found[1]

    async def test_only_proven_it_offers_the_team_to_confirmed_addresses_and_nobody_joins_by_itself(
        self, world: World
    ) -> None:
        team = await a_team(world)
        token = await self.asked(world, team)
        assert not await teams_offered(world.mia.id)
        await prove_domain(token, NOW)
        assert await proven_domains_of(team.id) == ["example.org"]
        assert [one.id for one in await teams_offered(world.mia.id)] == [team.id]
        assert not await members_of(team.id)
        await execute("UPDATE person SET email_confirmed_at = NULL WHERE id = $1", world.otto.id)
        assert not await teams_offered(world.otto.id)
        with pytest.raises(NotFound):
            await join_by_domain(world.otto.actor(), team.public_id, NOW, TODAY)
        await join_by_domain(world.mia.actor(), team.public_id, NOW, TODAY)
        [member] = await members_of(team.id)
        assert (member.person, member.joined_by) == (world.mia.id, "domain")
        assert not await teams_offered(world.mia.id)

    async def test_neither_a_part_of_it_nor_what_ends_like_it_is_the_domain(self, world: World) -> None:
        team = await a_team(world)
        await prove_domain(await self.asked(world, team), NOW)
        for email in ("mia@sub.example.org", "mia@notexample.org"):
            await execute("UPDATE person SET email = $2 WHERE id = $1", world.mia.id, email)
            assert not await teams_offered(world.mia.id)

    async def test_it_belongs_to_one_team_which_only_its_keeper_learns(self, world: World) -> None:
        team, other = await a_team(world), await a_team(world, name="Andere")
        await prove_domain(await self.asked(world, team), NOW)
        second = await self.asked(world, other)
        with pytest.raises(DomainTaken):
            await prove_domain(second, NOW)
        found = await team_of_domain("Example.org")
        assert found is not None
        assert found.id == team.id

    async def test_the_link_lapses_is_replaced_and_works_once(self, world: World) -> None:
        team = await a_team(world)
        first, second = await self.asked(world, team), await self.asked(world, team)
        with pytest.raises(LinkNoLongerWorks):
            await prove_domain(first, NOW)
        with pytest.raises(LinkNoLongerWorks):
            await domain_of_token(second, NOW + timedelta(days=8))
        await prove_domain(second, NOW)
        with pytest.raises(LinkNoLongerWorks):
            await prove_domain(second, NOW)

    async def test_it_may_be_proven_without_being_offered_and_be_given_up(self, world: World) -> None:
        team, gundula = await a_team(world), world.gundula.actor()
        card = await ask_for_domain(gundula, team, "example.org", "admin", NOW, key=KEY)
        found = await mail_domain_by_id(card.id, signing_key=KEY)
        assert found is not None
        await prove_domain(found[1], NOW)
        await let_join(gundula, team, card.public_id, lets_join=False, now=NOW)
        assert not await teams_offered(world.mia.id)
        assert await team_of_domain("example.org")
        await remove_domain(gundula, team, card.public_id, NOW)
        assert not await team_of_domain("example.org")


class TestFile:
    FILE = b"Name;E-Mail;Kostenstelle\nIna Imker;ina@becker.example;4711\nMia;mia@example.org;4711\n;kaputt;\n"

    async def test_it_says_line_by_line_what_would_happen_and_does_that(self, world: World) -> None:
        team = await a_team(world, world.mia)
        centre = await a_cost_centre(team, "4711")
        upload = await keep_upload(team, self.FILE, NOW)
        plan = await plan_people(team, upload, NOW)
        assert [row.outcome for row in plan.rows] == [Outcome.NEW, Outcome.CHANGED, Outcome.WRONG]
        assert not await open_invitations(team.id)
        await import_people(world.gundula.actor(), team, upload, plan.state, NOW, key=KEY)
        [invitation] = await open_invitations(team.id)
        assert (invitation.email, invitation.cost_centre, invitation.how) == ("ina@becker.example", centre, "file")
        assert [one.cost_centre for one in await members_of(team.id)] == [centre]
        again = await keep_upload(team, self.FILE, NOW)
        assert not (await plan_people(team, again, NOW)).does_anything

    async def test_what_changed_since_it_was_shown_is_shown_again(self, world: World) -> None:
        team = await a_team(world)
        await a_cost_centre(team, "4711")
        upload = await keep_upload(team, self.FILE, NOW)
        plan = await plan_people(team, upload, NOW)
        await invited(world, team)
        with pytest.raises(ImportChanged):
            await import_people(world.gundula.actor(), team, upload, plan.state, NOW, key=KEY)

    async def test_a_cost_centre_that_is_not_there_and_a_person_twice_are_wrong(self, world: World) -> None:
        team = await a_team(world)
        upload = await keep_upload(team, b"mail,kostenstelle\na@becker.example,99\nb@b.example,\nB@b.example,", NOW)
        plan = await plan_people(team, upload, NOW)
        said = [row.why and type(row.why).__name__ for row in plan.rows]
        assert said == ["NoSuchCostCentre", None, "RowTwice"]

    async def test_of_another_team_it_is_not_there_and_after_a_day_it_is_gone(self, world: World) -> None:
        team, other = await a_team(world), await a_team(world, name="Andere")
        upload = await keep_upload(team, self.FILE, NOW)
        with pytest.raises(NotFound):
            await plan_people(other, upload, NOW)
        with pytest.raises(NotFound):
            await plan_people(team, upload, NOW + timedelta(days=1))
        assert await forget_uploads(NOW + timedelta(days=1)) == 1


class TestList:
    async def test_people_are_found_by_name_address_and_cost_centre(self, world: World) -> None:
        team = await a_team(world, world.mia, world.otto, world.frida)
        await a_cost_centre(team, "4711")
        [centre] = await cost_centres_of(team.id)
        member = await member_of(team.id, world.mia.id)
        assert member is not None
        await book_on(await acting(world.gundula), team, member, centre, NOW)

        async def names(**wanted: Any) -> list[str]:
            return [row.name for row in (await people_of(team.id, PeopleWanted(**wanted), TODAY)).rows]

        assert await names() == ["Frida Empfang", "Mia Hammes", "Otto Wirt"]
        assert await names(text="HAMMES") == ["Mia Hammes"]
        assert await names(text="otto@") == ["Otto Wirt"]
        assert await names(cost_centre=centre.public_id) == ["Mia Hammes"]
        assert await names(cost_centre="-") == ["Frida Empfang", "Otto Wirt"]
        assert await names(text="100%") == []

    async def test_the_list_says_who_has_a_seat_of_this_team_today_or_later(self, world: World) -> None:
        await it_charges()
        team, other = await a_team(world, world.mia, world.otto, world.frida), await a_team(world, name="Andere")
        for each in (team, other):
            await bought(each, SEAT, 2)
        await seated(team, world.mia, world.otto)
        await joined(other, world.frida)
        await seated(other, world.frida)
        [first, _] = await seats(team)
        await give_seat(None, first, world.frida.id, NOW, TODAY)

        async def held(**wanted: Any) -> dict[str, list[tuple[int, date]]]:
            page = await people_of(team.id, PeopleWanted(**wanted), TODAY)
            return {row.name: [(seat.number, seat.first) for seat in row.seats] for row in page.rows}

        tomorrow = TODAY + timedelta(days=1)
        with_seat = {"Frida Empfang": [(1, tomorrow)], "Mia Hammes": [(1, TODAY)], "Otto Wirt": [(2, TODAY)]}
        assert await held() == with_seat
        assert await held(seated=Seated.WITHOUT) == {}
        page = await people_of(team.id, PeopleWanted(seated=Seated.WITHOUT), tomorrow)
        assert [row.name for row in page.rows] == ["Mia Hammes"]


async def test_who_comes_back_has_a_new_place_and_all_rights(world: World) -> None:
    team = await a_team(world, world.mia)
    first = await member_of(team.id, world.mia.id)
    assert first is not None
    await leave_team(None, team, first, NOW, TODAY)
    await accept_invitation(world.mia.actor(), await invited(world, team), NOW, TODAY)
    again = await member_of(team.id, world.mia.id)
    assert again is not None
    assert again.public_id != first.public_id
    assert (await actor_of_person(world.mia.id)).has_team


async def test_a_cost_centre_that_was_retired_meanwhile_is_left_out(world: World) -> None:
    team = await a_team(world)
    centre = await a_cost_centre(team, "4711")
    token = await invited(world, team, Invited("", "ina@becker.example", centre))
    await execute("UPDATE cost_centre SET retired_at = $2 WHERE id = $1", centre, NOW)
    await accept_invitation(world.mia.actor(), token, NOW, TODAY)
    [member] = await members_of(team.id)
    assert member.cost_centre is None


async def test_several_teams_of_one_person_are_not_several_times_as_many_mails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    gundula = world.gundula.actor()
    teams = [await a_team(world, name=name) for name in ("Eins", "Zwei")]
    for number, team in enumerate(teams):
        await invite_people(gundula, team, [Invited("", f"{number}@x.example")], JoinedBy.INVITATION, NOW, key=KEY)
    with pytest.raises(InvitedTooMany):
        await invite_people(gundula, teams[0], [Invited("", "noch@x.example")], JoinedBy.INVITATION, NOW, key=KEY)
