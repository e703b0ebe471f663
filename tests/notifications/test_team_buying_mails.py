"""What who looks after a team is told of what it buys, and what is told to whose seat it is."""

from app.plans.seats import give_seat
from app.plans.team_purchases import end_team_contract
from app.platform.database import fetch_value
from tests.notifications.conftest import Happen, Postman, text_of
from tests.selling import TODAY, it_charges
from tests.teams.buying import POOL, SEAT, bought, seats
from tests.teams.founding import a_team
from tests.worlds import NOW, TOMORROW, World


async def test_whose_seat_it_is_hears_of_it_and_of_its_end(world: World, happens: Happen, postman: Postman) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 1)
    [seat] = await seats(team)
    seat = await give_seat(None, seat, world.mia.id, NOW, TODAY)
    await happens("seat.given", seat.id, person=world.mia.id)
    seat = await give_seat(None, seat, None, NOW, TODAY)
    await happens("seat.taken", seat.id, event=2, holding=seat.holdings[0].id)
    given, taken = postman.mails
    assert [mail["To"].addresses[0].addr_spec for mail in (given, taken)] == [world.mia.email] * 2
    assert given["Subject"] == "Becker Maschinenbau bezahlt Ihnen: Teamplatz"
    assert "sieht bei Becker Maschinenbau niemand" in text_of(given)
    assert "bezahlt Ihr übriges Guthaben" in text_of(taken)


async def test_who_manages_a_team_hears_that_its_pool_is_empty_and_of_nobodys_day(
    world: World, happens: Happen, postman: Postman
) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await bought(team, POOL, 1)
    await happens("team.pool_short", team.id, unit="desk_day", state="empty")
    [mail] = postman.mails
    assert mail["To"].addresses[0].addr_spec == world.gundula.email
    assert mail["Subject"] == "Becker Maschinenbau: Das Kontingent ist leer"
    assert world.mia.name not in text_of(mail)


async def test_who_manages_a_team_hears_when_a_contract_ends(world: World, happens: Happen, postman: Postman) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    contract = await bought(team, POOL, 1)
    await end_team_contract(None, contract, TOMORROW, NOW, TODAY)
    key = await fetch_value("SELECT id FROM team_contract WHERE public_id = $1", contract.public_id)
    await happens("team_contract.ended", key)
    [mail] = [one for one in postman.mails if one["To"].addresses[0].addr_spec == world.gundula.email]
    assert mail["Subject"] == "Becker Maschinenbau: Teamtage endet"
    assert "25. November" in text_of(mail)
