"""An operator's life: invited, set up, suspended; what was entered about its taxes."""

from datetime import date, timedelta

import pytest

from app.bookings.decision import TakesNoBookings
from app.bookings.front_desk import spaces_in_reach
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import DayPart, Status
from app.bookings.search import Search, Wanted, search_spaces
from app.identity.invitations import accept_with_password
from app.identity.mailed_links import link_to_mail
from app.kernel.refusals import NotAllowed, NotFound
from app.network.geography import Position
from app.network.operators import (
    Entity,
    EntityIncomplete,
    OperatorNameTaken,
    OperatorStatus,
    PostcodeUnusable,
    TaxKind,
    WrongStatus,
    check_entity,
    enter_entity,
    enter_tax_status,
    invite_operator,
    operator_record,
    operators_of_all,
    resume_operator,
    suspend_operator,
    tax_history,
    tax_on,
)
from app.platform.database import execute
from tests.identity.conftest import HOME, KEY
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

POLCH = Position(50.3003, 7.3165)
GOOD = Entity("Dorfwerk Monreal eG", "eG", "Am Markt 1", "56729", "Monreal", "GnR 1234, Koblenz")


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def offered(person: int | None = None) -> list[str]:
    wanted = Search(POLCH, Wanted(TOMORROW, DayPart.WHOLE_DAY), radius_km=30)
    found = await search_spaces(wanted, TOMORROW - timedelta(days=1), NOW, "de", person=person)
    return [each.space.slug for each in found.spaces]


async def test_a_new_operator_is_invited_and_then_active(world: World) -> None:
    nadja = world.nadja.actor()
    card, invitation = await invite_operator(
        nadja, "Dorfwerk Mönchheide", "Vera Neu", "vera@neu.example", NOW, key=KEY, address=HOME
    )
    assert card.slug == "dorfwerk-monchheide"
    assert (await operator_record(nadja, card.slug, NOW)).status is OperatorStatus.INVITED
    link = await link_to_mail(invitation.link, NOW, key=KEY)
    assert link
    later = NOW + timedelta(hours=1)
    vera, _ = await accept_with_password(link.token, "Vera Neu", "vier Stühle am Fluss", later, network="Testnetz")
    standing = await operator_record(vera, card.slug, later)
    assert (standing.status, standing.since, standing.staff) == (OperatorStatus.ACTIVE, later, 1)


async def test_only_the_network_invites_and_no_name_stands_twice(world: World) -> None:
    for person in (world.otto, world.tilda, world.mia):
        with pytest.raises(NotAllowed):
            await invite_operator(person.actor(), "Neu", "V", "v@neu.example", NOW, key=KEY, address=HOME)
    with pytest.raises(OperatorNameTaken):
        await invite_operator(
            world.nadja.actor(), "genossenschaft maifeld", "V", "v@neu.example", NOW, key=KEY, address=HOME
        )


async def test_the_list_counts_spaces_and_staff(world: World) -> None:
    rows = {row.card.slug: row for row in await operators_of_all(world.nadja.actor(), NOW)}
    assert (rows["polch"].spaces, rows["polch"].staff, rows["polch"].status) == (1, 3, OperatorStatus.ACTIVE)
    assert (rows["andernach"].spaces, rows["andernach"].staff) == (1, 1)


async def test_an_operators_record_is_for_itself_and_the_network(world: World) -> None:
    for person in (world.rolf, world.frida, world.ada, world.mia, world.tilda):
        with pytest.raises(NotFound):
            await operator_record(person.actor(), "polch", NOW)
        with pytest.raises(NotFound):
            await enter_entity(person.actor(), "polch", GOOD, NOW)
        with pytest.raises(NotFound):
            await tax_history(person.actor(), world.operator)
    await enter_entity(world.otto.actor(), "polch", GOOD, NOW)
    assert (await operator_record(world.nadja.actor(), "polch", NOW)).entity == GOOD


def test_an_entity_says_field_by_field_what_is_missing() -> None:
    wrong = check_entity(Entity(" ", "", "", "567", "x" * 161, ""))
    assert {(type(refusal), refusal.field) for refusal in wrong} == {
        (EntityIncomplete, "legal_name"),
        (EntityIncomplete, "street"),
        (EntityIncomplete, "place"),
        (PostcodeUnusable, "postcode"),
    }
    assert check_entity(GOOD) == []


async def test_tax_rows_are_added_and_never_changed(world: World) -> None:
    otto = world.otto.actor()
    await enter_tax_status(otto, "polch", "small_business", date(2026, 1, 1), NOW)
    await enter_tax_status(otto, "polch", "standard", date(2027, 1, 1), NOW + timedelta(minutes=1))
    await enter_tax_status(otto, "polch", "public_body", date(2026, 1, 1), NOW + timedelta(minutes=2))
    history = await tax_history(otto, world.operator)
    assert [row.kind for row in history] == [TaxKind.STANDARD, TaxKind.PUBLIC_BODY, TaxKind.SMALL_BUSINESS]
    assert tax_on(history, date(2025, 12, 31)) is None
    assert (tax_on(history, date(2026, 6, 1)) or history[0]).kind is TaxKind.PUBLIC_BODY
    assert (tax_on(history, date(2027, 1, 1)) or history[1]).kind is TaxKind.STANDARD
    with pytest.raises(Exception, match="permission denied"):
        await execute("UPDATE tax_status SET kind = 'standard'")


async def test_a_suspended_operators_bookings_stand_and_no_new_ones_come(world: World) -> None:
    mia, nadja = world.mia.actor(), world.nadja.actor()
    booked = await book(mia, BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await suspend_operator(nadja, "polch", NOW)
    assert await offered() == ["alte-post-andernach"]
    for person in (mia, world.frida.actor()):
        with pytest.raises(TakesNoBookings):
            await book(person, BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW, whom=world.mia.id)
    standing = await booking_by_id(booked.id)
    assert standing
    assert standing.status is Status.CONFIRMED
    assert [space.slug for space in await spaces_in_reach(world.frida.actor())] == ["regiohub-polch"]
    with pytest.raises(WrongStatus):
        await suspend_operator(nadja, "polch", NOW)
    await resume_operator(nadja, "polch", NOW)
    assert sorted(await offered()) == ["alte-post-andernach", "regiohub-polch"]
    await book(mia, BookDesk(world.polch["2"].public_id, tomorrow(13), tomorrow(14)), NOW)


async def test_only_the_network_suspends(world: World) -> None:
    for person in (world.otto, world.rolf, world.tilda):
        with pytest.raises(NotFound):
            await suspend_operator(person.actor(), "polch", NOW)
