"""What the holder of a fixed desk is told."""

import json
from datetime import date, timedelta

from msgspec.structs import replace

from app.bookings.block_plan import Block, CloseDays
from app.bookings.blocking import block, lift_block, plan_block
from app.bookings.closing_down import booked_ahead, retire_space
from app.bookings.desk_endings import end_desk
from app.bookings.fixed_desks import assign_desk
from app.bookings.operator_ends import end_operator, plan_end
from app.bookings.retiring import plan_retiring, retire_resource
from app.network.managing import managed_space
from app.plans.fixed_desks import FixedDesk
from app.plans.purses import ScopeShape
from app.plans.queries import MembershipCard
from app.platform.database import fetch_row
from tests.notifications.conftest import Happen, Postman, text_of
from tests.plans.desks import FIXED, TODAY, a_member
from tests.worlds import NOW, TOMORROW, World, at

FRIDAY = date(2026, 11, 27)


async def given(world: World, card: MembershipCard, name: str = "1", first_day: date = TODAY) -> FixedDesk:
    return (await assign_desk(world.otto.actor(), card.public_id, world.polch[name].public_id, first_day, NOW)).desk


async def test_the_holder_reads_which_desk_staff_has_assigned_and_until_when(
    world: World, happens: Happen, postman: Postman
) -> None:
    card = await a_member(world.mia)
    desk = await given(world, card)
    await happens("fixed_desk.assigned", desk.id)
    await end_desk(world.otto.actor(), desk.public_id, TOMORROW, NOW)
    await happens("fixed_desk.ended", desk.id)
    assigned, ended = postman.mails
    assert assigned["Subject"] == "Ihr Platz in RegioHub Polch: Platz 1"
    assert f"/mitgliedschaft/{card.public_id}/platz" in text_of(assigned)
    assert "noch bis Mi 25. November" in ended["Subject"]
    assert "Danach können ihn alle buchen." in text_of(ended)
    assert "Einen anderen Platz können Sie jetzt schon wählen, ab Do 26. November." in text_of(ended)
    assert f"/mitgliedschaft/{card.public_id}/platz?naechster=ja" in text_of(ended)


async def test_who_has_chosen_the_desk_gets_no_mail(world: World, happens: Happen, postman: Postman) -> None:
    card = await a_member(world.mia)
    made = await assign_desk(world.mia.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    await happens("fixed_desk.assigned", made.desk.id)
    assert postman.mails == []


async def test_another_desk_says_instead_of_which(world: World, happens: Happen, postman: Postman) -> None:
    card = await a_member(world.mia)
    await given(world, card)
    second = await given(world, card, "2", FRIDAY)
    third = await given(world, card, "3", FRIDAY)
    for desk in (second, third):
        await happens("fixed_desk.assigned", desk.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Ihr Platz in RegioHub Polch: Platz 3"
    assert "Er tritt an die Stelle von Platz 2 in RegioHub Polch." in text_of(mail)


async def test_a_change_from_a_day_on_says_which_desk_it_is_until_then(
    world: World, happens: Happen, postman: Postman
) -> None:
    card = await a_member(world.mia)
    await given(world, card)
    await happens("fixed_desk.assigned", (await given(world, card, "2", FRIDAY)).id)
    [mail] = postman.mails
    assert "Bis Do 26. November bleibt Platz 1 in RegioHub Polch Ihr Platz." in text_of(mail)


async def test_a_desk_that_is_withdrawn_before_its_first_day(world: World, happens: Happen, postman: Postman) -> None:
    desk = await given(world, await a_member(world.mia), first_day=FRIDAY)
    await end_desk(world.otto.actor(), desk.public_id, TODAY, NOW)
    await happens("fixed_desk.ended", desk.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Ihr Platz in RegioHub Polch entfällt"
    assert "Platz 1 in RegioHub Polch war ab Fr 27. November für Sie vorgesehen und entfällt" in text_of(mail)
    assert "Danach können" not in text_of(mail)


async def test_a_desk_or_space_that_goes_says_so_and_that_another_can_be_chosen(
    world: World, happens: Happen, postman: Postman
) -> None:
    otto, later = world.otto.actor(), NOW + timedelta(days=1)
    space = await managed_space(otto, world.polch.slug)
    one = await given(world, await a_member(world.mia))
    two = await given(world, await a_member(world.gundula), "2")
    plan = await plan_retiring(otto, space, world.polch["1"].public_id, later)
    await retire_resource(otto, space, world.polch["1"].public_id, plan.state, {}, later, ends_fixed=True)
    await happens("fixed_desk.ended", one.id, now=later)
    await retire_space(otto, space, (await booked_ahead(otto, space, later)).state, later)
    await happens("fixed_desk.ended", two.id, now=later)
    retired, closed = (text_of(mail) for mail in postman.mails)
    assert "Platz 1 in RegioHub Polch ist ab sofort nicht mehr Ihr Platz" in retired
    assert "Diesen Platz gibt es bei" in retired
    assert "Einen anderen Platz können Sie jetzt schon wählen, ab Mi 25. November." in retired
    assert "hat diesen Standort aufgegeben." in closed


async def test_where_the_plan_holds_nowhere_else_the_holder_reads_how_to_leave(
    world: World, happens: Happen, postman: Postman
) -> None:
    terms = replace(FIXED, scope=ScopeShape(operators=[world.operator]))
    card, nadja = await a_member(world.mia, TODAY, terms), world.nadja.actor()
    desk = await given(world, card)
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    await happens("fixed_desk.ended", desk.id)
    [mail] = postman.mails
    assert "noch bis Fr 27. November" in mail["Subject"]
    assert "gehört dann nicht mehr zum Netzwerk." in text_of(mail)
    assert "Wo Ihr Tarif gilt, ist danach kein anderer Platz zu vergeben." in text_of(mail)
    assert f"/vertrag-kuendigen?vertrag={card.public_id}&art=for_cause" in text_of(mail)


async def blocked(happens: Happen) -> None:
    row = await fetch_row("SELECT aggregate_id, payload FROM outbox_event WHERE name = 'fixed_desk.blocked'")
    assert row is not None
    await happens("fixed_desk.blocked", row["aggregate_id"], **json.loads(row["payload"]))


async def test_closing_days_are_told_in_one_mail_with_their_reason(
    world: World, happens: Happen, postman: Postman
) -> None:
    await given(world, await a_member(world.mia))
    otto, space = world.otto.actor(), await managed_space(world.otto.actor(), world.polch.slug)
    command = CloseDays((TOMORROW, FRIDAY), "Betriebsausflug")
    cards = await block(otto, space, command, (await plan_block(otto, space, command, NOW)).state, {}, NOW)
    await blocked(happens)
    [mail] = postman.mails
    assert mail["Subject"] == "Ihr Platz in RegioHub Polch: zeitweise gesperrt"
    assert "Dann können Sie nicht an Ihren Platz: Mi 25. November und Fr 27. November." in text_of(mail)
    assert "Grund: Betriebsausflug" in text_of(mail)
    for card in cards:
        await lift_block(otto, space, card.public_id, NOW)
    await blocked(happens)
    assert len(postman.mails) == 1


async def test_a_blocked_morning_is_told_with_its_time(world: World, happens: Happen, postman: Postman) -> None:
    await given(world, await a_member(world.mia))
    otto, space = world.otto.actor(), await managed_space(world.otto.actor(), world.polch.slug)
    command = Block((world.polch["1"].public_id,), at(TOMORROW, 8), at(TOMORROW, 12), "Reparatur")
    await block(otto, space, command, (await plan_block(otto, space, command, NOW)).state, {}, NOW)
    await blocked(happens)
    [mail] = postman.mails
    assert "Mi 25. November, 8:00 Uhr bis 12:00 Uhr" in text_of(mail)
