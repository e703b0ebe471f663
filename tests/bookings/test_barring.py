"""A bar: what it keeps somebody from, what stays as it was, and who decides when he objects."""

from datetime import timedelta

import pytest

from app.bookings.barring import BarGuest, ahead_at_operator, bar_guest
from app.bookings.decision import Barred
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.quoting import quote
from app.bookings.rules import AnyOf, DayPart, Status
from app.bookings.search import Search, Wanted, search_spaces
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.waiting import WaitingStatus, waiting_by_id
from app.bookings.waiting_list import JoinLine, join_line
from app.identity.operations import NewPerson, create_people
from app.identity.queries import people
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound, Refusal
from app.network.bars import (
    AnsweredAlready,
    BarCard,
    BarEndsTooSoon,
    BarredAlready,
    NotOneself,
    WordsMissing,
    bar_by_id,
    bar_of_operator,
    barred_spaces,
    bars_of_operator,
    forget_old_bars,
    lift_bar,
)
from app.network.geography import Position
from app.network.objections import HowMissing, ObjectedAlready, answer_objection, note_objection, object_to_bar
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.lines import all_desks
from tests.worlds import NOW, TOMORROW, APerson, World, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def known_at(world: World, person: APerson) -> None:
    """The person has booked at the operator's space once."""
    desk = BookDesk(world.polch["3"].public_id, tomorrow(8), tomorrow(9))
    booking = await book(person.actor(), desk, NOW)
    await execute("UPDATE booking SET status = 'cancelled' WHERE id = $1", booking.id)
    await execute("DELETE FROM claim WHERE holder = $1 AND reason = 'booking'", booking.id)


async def barred(world: World, person: APerson | None = None, **more: object) -> BarCard:
    whom = person or world.mia
    await known_at(world, whom)
    wanted = BarGuest(whom.public_id, "Laute Anrufe trotz Bitten.", **more)  # type: ignore[arg-type]
    return await bar_guest(world.otto.actor(), world.operator, wanted, NOW)


def desk(world: World) -> BookDesk:
    return BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12))


async def test_every_way_to_a_place_of_the_operator_is_refused(world: World) -> None:
    await barred(world)
    mia = world.mia.actor()
    with pytest.raises(Barred) as refused:
        await book(mia, desk(world), NOW)
    assert refused.value.facts["instead"] == {"other_operators": True}
    with pytest.raises(Barred):
        await book(mia, BookDesk(AnyOf(world.polch.slug, Kind.DESK), tomorrow(8), tomorrow(12)), NOW)
    with pytest.raises(Barred):
        await book(world.frida.actor(), desk(world), NOW, whom=world.mia.id)
    with pytest.raises(Refusal):
        await make_series(mia, MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=3"), NOW)
    said = await quote(desk(world), NOW, person=world.mia.id)
    assert said.refusal is not None
    assert said.refusal.code == "barred"
    assert not await fetch("SELECT FROM booking WHERE person = $1 AND status = 'confirmed'", world.mia.id)


async def test_who_is_barred_waits_in_no_line_and_loses_the_place_in_it(world: World) -> None:
    await known_at(world, world.mia)
    await all_desks(world)
    place = await join_line(world.mia.actor(), JoinLine(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    await bar_guest(world.otto.actor(), world.operator, BarGuest(world.mia.public_id, "Streit"), NOW)
    ended = await waiting_by_id(place.id)
    assert ended is not None
    assert (ended.status, ended.reason) == (WaitingStatus.ENDED, "barred")
    with pytest.raises(Barred):
        await join_line(world.mia.actor(), JoinLine(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)


async def test_the_search_counts_nothing_there_for_the_person_and_all_for_others(world: World) -> None:
    await barred(world)

    async def free(person: int | None) -> dict[str, int]:
        search = Search(Position(50.3003, 7.3165), Wanted(TOMORROW, DayPart.WHOLE_DAY), radius_km=40)
        found = await search_spaces(search, NOW.date(), NOW, "de", person=person)
        return {each.space.slug: each.count.free for each in found.spaces}

    assert await free(world.mia.id) == {"regiohub-polch": 0, "alte-post-andernach": 2}
    assert await free(world.gundula.id) == await free(None) == {"regiohub-polch": 3, "alte-post-andernach": 2}
    assert set(await barred_spaces(world.mia.id, NOW)) == {world.polch.id}


async def test_account_and_other_operators_stay_as_they_were_and_learn_nothing(world: World) -> None:
    before = await fetch("SELECT * FROM person WHERE id = $1", world.mia.id)
    card = await barred(world)
    assert [dict(row) for row in await fetch("SELECT * FROM person WHERE id = $1", world.mia.id)] == [
        dict(row) for row in before
    ]
    elsewhere = BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(12))
    assert (await book(world.mia.actor(), elsewhere, NOW)).status is Status.CONFIRMED
    rolf = world.rolf.actor()
    for operator in (world.operator, world.rival_operator):
        with pytest.raises(NotFound):
            await bar_of_operator(rolf, operator, card.public_id)
    assert await bars_of_operator(rolf, world.rival_operator, NOW) == []
    with pytest.raises(NotFound):
        await bars_of_operator(rolf, world.operator, NOW)
    with pytest.raises(NotFound):
        await lift_bar(rolf, world.operator, card.public_id, NOW)


async def test_bookings_ahead_are_cancelled_by_choice_and_never_count(world: World) -> None:
    mia, otto = world.mia.actor(), world.otto.actor()
    gone = await book(mia, desk(world), NOW)
    stays = await book(mia, BookDesk(world.polch["2"].public_id, tomorrow(13), tomorrow(15)), NOW)
    elsewhere = await book(mia, BookDesk(world.andernach["A1"].public_id, tomorrow(16), tomorrow(17)), NOW)
    foreign = await book(world.gundula.actor(), BookDesk(world.polch["3"].public_id, tomorrow(8), tomorrow(9)), NOW)
    ahead = await ahead_at_operator(otto, world.operator, world.mia.id, NOW)
    assert [booking.id for booking in ahead] == [gone.id, stays.id]
    chosen = frozenset({gone.public_id, elsewhere.public_id, foreign.public_id})
    await bar_guest(otto, world.operator, BarGuest(world.mia.public_id, "Streit", None, chosen), NOW)
    states = [await booking_by_id(each.id) for each in (gone, stays, elsewhere, foreign)]
    assert [each.status if each else None for each in states] == [
        Status.CANCELLED, Status.CONFIRMED, Status.CONFIRMED, Status.CONFIRMED,
    ]  # fmt: skip
    assert states[0] is not None
    assert (states[0].reason, states[0].counts) == ("barred", False)
    assert (await book(world.gundula.actor(), desk(world), NOW)).status is Status.CONFIRMED
    with pytest.raises(Barred):
        await move(mia, stays.public_id, MoveBooking(starts_at=tomorrow(14), ends_at=tomorrow(16)), NOW)


async def test_it_ends_by_itself_after_its_last_day_and_is_forgotten_a_year_later(world: World) -> None:
    card = await barred(world, last_day=TOMORROW)
    assert card.last_day == TOMORROW
    later = NOW + timedelta(days=1, hours=6)
    assert await barred_spaces(world.mia.id, later) == {}
    day_after = BookDesk(world.polch["1"].public_id, *(tomorrow(hour) + timedelta(days=1) for hour in (8, 12)))
    assert (await book(world.mia.actor(), day_after, NOW)).status is Status.CONFIRMED
    assert await forget_old_bars(later + timedelta(days=363)) == 0
    assert await forget_old_bars(later + timedelta(days=366)) == 1


async def test_an_objection_is_said_once_and_answered_with_words(world: World) -> None:
    otto, card = world.otto.actor(), await barred(world)
    with pytest.raises(AnsweredAlready):
        await answer_objection(otto, world.operator, card.public_id, "Nein.", NOW, lifts=False)
    with pytest.raises(WordsMissing):
        await object_to_bar(card, " - ", NOW)
    await object_to_bar(card, "Das war ich nicht.", NOW)
    with pytest.raises(ObjectedAlready):
        await object_to_bar(await again(card), "Und noch etwas.", NOW)
    with pytest.raises(WordsMissing):
        await answer_objection(otto, world.operator, card.public_id, "", NOW, lifts=True)
    await answer_objection(otto, world.operator, card.public_id, "Stimmt, Verwechslung.", NOW, lifts=True)
    assert await barred_spaces(world.mia.id, NOW) == {}
    assert (await again(card)).answer == "Stimmt, Verwechslung."
    with pytest.raises(AnsweredAlready):
        await answer_objection(otto, world.operator, card.public_id, "Doch nicht.", NOW, lifts=False)


async def test_what_was_said_on_the_telephone_is_noted_once_by_who_manages_and_has_to_be_answered(world: World) -> None:
    otto, operator = world.otto.actor(), world.operator
    card = await barred(world)
    for person in (world.frida, world.rolf, world.tilda, world.mia):
        with pytest.raises(NotFound):
            await note_objection(person.actor(), operator, card.public_id, "telephone", "Das war ich nicht.", NOW)
    with pytest.raises(HowMissing):
        await note_objection(otto, operator, card.public_id, "email", "Das war ich nicht.", NOW)
    with pytest.raises(WordsMissing):
        await note_objection(otto, operator, card.public_id, "telephone", " - ", NOW)
    await note_objection(otto, operator, card.public_id, "telephone", "Das war ich nicht.", NOW)
    noted = await again(card)
    assert noted.waits_for_answer(NOW)
    assert (noted.objection, noted.objected_how, noted.noted_by) == ("Das war ich nicht.", "telephone", "Otto Wirt")
    with pytest.raises(ObjectedAlready):
        await note_objection(otto, operator, card.public_id, "letter", "Und noch etwas.", NOW)
    [entry] = await fetch("SELECT actor, details FROM audit_entry WHERE action = 'bar.objected'")
    assert entry["actor"] == world.otto.id
    assert '"how": "telephone"' in entry["details"]
    await answer_objection(otto, operator, card.public_id, "Stimmt.", NOW, lifts=True)
    assert await barred_spaces(world.mia.id, NOW) == {}


async def test_an_upheld_bar_stands_and_can_be_lifted_later(world: World) -> None:
    otto, card = world.otto.actor(), await barred(world)
    await object_to_bar(card, "Bitte noch einmal prüfen.", NOW)
    await answer_objection(otto, world.operator, card.public_id, "Es bleibt dabei.", NOW, lifts=False)
    assert set(await barred_spaces(world.mia.id, NOW)) == {world.polch.id}
    await lift_bar(otto, world.operator, card.public_id, NOW)
    assert (await book(world.mia.actor(), desk(world), NOW)).status is Status.CONFIRMED
    with pytest.raises(AnsweredAlready):
        await lift_bar(otto, world.operator, card.public_id, NOW)
    names = {row["name"] for row in await fetch("SELECT name FROM outbox_event WHERE name LIKE 'bar.%'")}
    assert names == {"bar.made", "bar.objected", "bar.answered", "bar.lifted"}


async def test_what_a_manager_cannot_do(world: World) -> None:
    otto = world.otto.actor()
    stranger = BarGuest(world.gundula.public_id, "Streit")
    with pytest.raises(NotFound):
        await bar_guest(otto, world.operator, stranger, NOW)
    with pytest.raises(NotFound):
        await bar_guest(world.frida.actor(), world.operator, stranger, NOW)
    await barred(world)
    with pytest.raises(BarredAlready):
        await bar_guest(otto, world.operator, BarGuest(world.mia.public_id, "Noch einmal"), NOW)
    await known_at(world, world.otto)
    with pytest.raises(NotOneself):
        await bar_guest(otto, world.operator, BarGuest(world.otto.public_id, "Müde"), NOW)
    await known_at(world, world.gundula)
    with pytest.raises(WordsMissing):
        await bar_guest(otto, world.operator, BarGuest(world.gundula.public_id, ""), NOW)
    with pytest.raises(BarEndsTooSoon):
        await bar_guest(otto, world.operator, BarGuest(world.gundula.public_id, "x1", NOW.date() - timedelta(1)), NOW)


async def test_somebody_without_an_account_is_barred_too(world: World) -> None:
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    card = (await people([erna]))[erna]
    await bar_guest(world.otto.actor(), world.operator, BarGuest(card.public_id, "Streit"), NOW)
    with pytest.raises(Barred):
        await book(world.frida.actor(), desk(world), NOW, whom=erna)
    assert not await fetch_value("SELECT count(*) FROM booking WHERE person = $1", erna)


async def again(card: BarCard) -> BarCard:
    found = await bar_by_id(card.id)
    assert found is not None
    return found
