"""The waiting list: who joins, who is served first, what becomes of an offer, and that nobody is asked in vain."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.consistency import disagreements
from app.bookings.decision import GroupsOnly
from app.bookings.lapsing import lapse_offers
from app.bookings.line_keeping import KEPT_FOR, forget_old_lines, look_after_lines
from app.bookings.offers import OfferOver, accept_offer, leave_line
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.rules import AlreadyTaken, AnyOf, HouseRulesNotAccepted, InThePast, NothingFreeThatFits, Status
from app.bookings.waiting import WaitingCard, WaitingStatus, in_line, waiting_by_id
from app.bookings.waiting_list import (
    MOST_PLACES,
    AlreadyBooked,
    AlreadyWaiting,
    JoinLine,
    StillFree,
    TooLateToWait,
    TooManyPlaces,
    join_line,
)
from app.identity.operations import NewPerson, create_people
from app.inventory.rules import Kind
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.lines import ANY_DESK, ANYTHING_THERE, all_desks, claims_for, states, taken, waits
from tests.worlds import NOW, World, a_world, at, house_rules_at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def now_is(place: WaitingCard) -> WaitingCard:
    found = await waiting_by_id(place.id)
    assert found is not None
    return found


async def test_the_first_in_line_is_offered_what_is_given_back(world: World) -> None:
    first, *_ = await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    assert (mia.position, gundula.position) == (1, 2)
    await cancel(world.otto.actor(), first.public_id, NOW)
    offered = await now_is(mia)
    assert offered.status is WaitingStatus.OFFERED
    assert offered.offered is not None
    assert (offered.offered.name, offered.until) == ("1", at(NOW.date(), 20, 45))
    assert (await now_is(gundula)).status is WaitingStatus.WAITING
    with pytest.raises(AlreadyTaken):
        await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)


async def test_accepting_makes_the_booking_that_was_wanted_and_twice_is_once(world: World) -> None:
    first, *_ = await all_desks(world)
    await house_rules_at(world.polch)
    with pytest.raises(HouseRulesNotAccepted):
        await waits(world.mia)
    wish = JoinLine(ANY_DESK, tomorrow(8), tomorrow(18), note="Am Fenster", commute_to="", house_rules=1)
    mia = await join_line(world.mia.actor(), wish, NOW)
    await cancel(world.otto.actor(), first.public_id, NOW)
    claim = await fetch_value("SELECT id FROM claim WHERE reason = 'offer'")
    booking = await accept_offer(world.mia.actor(), mia.public_id, NOW)
    assert (booking.status, booking.note, booking.resource.name) == (Status.CONFIRMED, "Am Fenster", "1")
    assert await fetch_value("SELECT id FROM claim WHERE holder = $1 AND reason = 'booking'", booking.id) == claim
    assert (await accept_offer(world.mia.actor(), mia.public_id, NOW)).id == booking.id
    assert (await now_is(mia)).booking == booking.public_id
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance WHERE person = $1", world.mia.id) == 1
    assert await disagreements() == []


async def test_what_is_declined_or_forgotten_goes_to_the_next(world: World) -> None:
    first, *_ = await all_desks(world)
    mia, gundula, rolf = await waits(world.mia), await waits(world.gundula), await waits(world.rolf)
    await cancel(world.otto.actor(), first.public_id, NOW)
    left = await leave_line(world.mia.actor(), mia.public_id, NOW)
    assert (left.status, left.reason) == (WaitingStatus.ENDED, "declined")
    assert (await now_is(gundula)).status is WaitingStatus.OFFERED
    assert await lapse_offers(at(NOW.date(), 20, 44)) == 0
    assert await lapse_offers(at(NOW.date(), 20, 45)) == 1
    assert (await now_is(gundula)).reason == "lapsed"
    assert (await now_is(rolf)).status is WaitingStatus.OFFERED
    assert await claims_for("offer") == 1
    for gone in (world.mia, world.gundula):
        with pytest.raises(OfferOver):
            await accept_offer(gone.actor(), (mia if gone is world.mia else gundula).public_id, tomorrow(6, 31))


async def test_accepting_too_late_passes_it_on_at_once(world: World) -> None:
    first, *_ = await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    await cancel(world.otto.actor(), first.public_id, NOW)
    with pytest.raises(OfferOver):
        await accept_offer(world.mia.actor(), mia.public_id, tomorrow(6, 30))
    assert (await now_is(gundula)).status is WaitingStatus.OFFERED


async def test_who_runs_into_an_overdue_offer_comes_after_the_line(world: World) -> None:
    first, *_ = await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    await cancel(world.otto.actor(), first.public_id, NOW)
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    with pytest.raises(AlreadyTaken):
        await book(world.rolf.actor(), wish, tomorrow(6, 45))
    assert [(await now_is(place)).status for place in (mia, gundula)] == ["ended", "offered"]
    await leave_line(world.gundula.actor(), gundula.public_id, tomorrow(6, 45))
    assert (await book(world.rolf.actor(), wish, tomorrow(6, 45))).status is Status.CONFIRMED


async def test_an_overdue_offer_that_nobody_else_wants_can_be_booked(world: World) -> None:
    first, *_ = await all_desks(world)
    await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    assert (await quote(wish, tomorrow(6, 45), person=world.rolf.id)).refusal is None
    assert (await book(world.rolf.actor(), wish, tomorrow(6, 45))).status is Status.CONFIRMED


async def test_with_book_it_for_me_nobody_is_asked(world: World) -> None:
    first, *_ = await all_desks(world)
    mia = await waits(world.mia, books_itself=True)
    await cancel(world.otto.actor(), first.public_id, NOW)
    done = await now_is(mia)
    assert done.status is WaitingStatus.BOOKED
    [booking] = await fetch("SELECT person, status, made_by FROM booking WHERE public_id = $1", done.booking)
    assert (booking["person"], booking["status"], booking["made_by"]) == (world.mia.id, "confirmed", None)
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'booking.confirmed'") == 4
    assert await disagreements() == []


async def test_one_waits_for_one_desk_for_a_kind_or_for_any_place_to_work(world: World) -> None:
    one, two, _ = await all_desks(world)
    [room, booth] = await taken(world, "Nette", "K1")
    exactly = await waits(world.mia, world.polch["1"].public_id)
    anything = await waits(world.gundula, ANYTHING_THERE)
    assert (exactly.position, anything.position) == (1, 2)
    await cancel(world.otto.actor(), two.public_id, NOW)
    assert [(await now_is(place)).status for place in (exactly, anything)] == ["waiting", "offered"]
    await leave_line(world.gundula.actor(), anything.public_id, NOW)
    await cancel(world.otto.actor(), one.public_id, NOW)
    assert (await now_is(exactly)).status is WaitingStatus.OFFERED
    for given in (room, booth):
        await cancel(world.otto.actor(), given.public_id, NOW)


async def test_only_what_fits_and_what_is_free_all_the_time_is_offered(world: World) -> None:
    one, _, three = await all_desks(world)
    with_window = AnyOf("regiohub-polch", Kind.DESK, frozenset({"window"}))
    mia = await waits(world.mia, with_window)
    gundula = await waits(world.gundula, world.polch["3"].public_id, starts=8, ends=12)
    await cancel(world.otto.actor(), three.public_id, NOW)
    assert [(await now_is(place)).status for place in (mia, gundula)] == ["waiting", "offered"]
    await cancel(world.otto.actor(), one.public_id, NOW)
    assert (await now_is(mia)).status is WaitingStatus.OFFERED


async def test_half_of_the_window_is_not_offered(world: World) -> None:
    morning = await book(world.otto.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(12), tomorrow(18)), NOW)
    mia = await waits(world.mia, world.polch["1"].public_id)
    await cancel(world.otto.actor(), morning.public_id, NOW)
    assert (await now_is(mia)).status is WaitingStatus.WAITING


async def test_joining_is_refused_where_waiting_brings_nothing(world: World) -> None:
    one = world.polch["1"].public_id
    with pytest.raises(StillFree) as free:
        await waits(world.mia)
    assert len(free.value.facts["alternatives"]) == 3  # type: ignore[arg-type]
    await all_desks(world)
    await waits(world.mia, one)
    with pytest.raises(AlreadyWaiting):
        await waits(world.mia)
    await waits(world.mia, world.polch["2"].public_id)
    with pytest.raises(AlreadyBooked):
        await waits(world.otto)
    with pytest.raises(InThePast):
        await waits(world.gundula, now=tomorrow(9))
    with pytest.raises(TooLateToWait):
        await waits(world.gundula, now=tomorrow(7, 50))
    with pytest.raises(NothingFreeThatFits):
        await waits(world.gundula, AnyOf("regiohub-polch", Kind.DESK, frozenset({"height_adjustable"})))
    for nothing in ("zzzz", AnyOf("regiohub-polch", Kind.PARKING), AnyOf("nowhere", Kind.DESK)):
        with pytest.raises(NotFound):
            await waits(world.gundula, nothing)


async def test_whom_the_rules_let_have_nothing_does_not_wait(world: World) -> None:
    await all_desks(world)
    await rules_at(world, who="groups")
    with pytest.raises(GroupsOnly):
        await waits(world.mia)


async def rules_at(world: World, **said: object) -> None:
    """Rules for Polch's desks."""
    names = ", ".join(said)
    values = ", ".join(f"${number}" for number in range(2, len(said) + 2))
    await execute(
        f"WITH made AS (INSERT INTO booking_rules (space, kind, {names}) VALUES ($1, 'desk', {values}) RETURNING id)"
        " UPDATE resource SET rules = made.id FROM made WHERE space = $1 AND kind = 'desk'",
        world.polch.id,
        *said.values(),
    )


async def test_what_is_kept_free_around_a_booking_is_held_with_an_offer(world: World) -> None:
    await rules_at(world, buffer_after=30)
    first = await book(world.otto.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    mia = await waits(world.mia, world.polch["1"].public_id, ends=12)
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert await claims_for("offer") == 2
    with pytest.raises(AlreadyTaken):
        await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(12), tomorrow(14)), NOW)
    await accept_offer(world.mia.actor(), mia.public_id, NOW)
    assert (await claims_for("booking"), await claims_for("buffer"), await claims_for("offer")) == (1, 1, 0)
    assert await disagreements() == []


async def test_who_may_hold_only_one_booking_is_passed_over_while_he_does(world: World) -> None:
    await rules_at(world, most_open=1)
    first, *_ = [
        await book(person.actor(), BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(12)), NOW)
        for person, name in ((world.otto, "1"), (world.frida, "2"), (world.nadja, "3"))
    ]
    mia = await waits(world.mia, ends=12, books_itself=True)
    gundula = await waits(world.gundula, ends=12, books_itself=True)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(18)), NOW)
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert [(await now_is(place)).status for place in (mia, gundula)] == ["waiting", "booked"]


async def test_who_has_booked_meanwhile_is_passed_over_silently(world: World) -> None:
    first, *_ = await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    elsewhere = BookDesk(world.andernach["A1"].public_id, tomorrow(9), tomorrow(12))
    await book(world.mia.actor(), elsewhere, NOW)
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert await states() == [("ended", "booked_elsewhere"), ("offered", None)]
    assert await fetch_value("SELECT aggregate_id FROM outbox_event WHERE name = 'waiting.offered'") == gundula.id
    assert (await now_is(mia)).position == 0


async def test_an_offer_to_somebody_who_books_elsewhere_goes_on_with_the_next_look(world: World) -> None:
    first, *_ = await all_desks(world)
    await waits(world.mia)
    await waits(world.gundula)
    await cancel(world.otto.actor(), first.public_id, NOW)
    elsewhere = BookDesk(world.andernach["A1"].public_id, tomorrow(9), tomorrow(12))
    await book(world.mia.actor(), elsewhere, NOW)
    await look_after_lines(NOW)
    assert await states() == [("ended", "booked_elsewhere"), ("offered", None)]


async def test_leaving_closes_the_gap(world: World) -> None:
    await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    left = await leave_line(world.mia.actor(), mia.public_id, NOW)
    assert left.reason == "left"
    assert (await leave_line(world.mia.actor(), mia.public_id, NOW)).reason == "left"
    assert (await now_is(gundula)).position == 1
    assert [place.id for place in await in_line(world.mia.id)] == []


async def test_nobody_touches_anothers_place_in_line(world: World) -> None:
    first, *_ = await all_desks(world)
    mia = await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    for stranger in (world.gundula, world.otto, world.nadja):
        with pytest.raises(NotFound):
            await accept_offer(stranger.actor(), mia.public_id, NOW)
        with pytest.raises(NotFound):
            await leave_line(stranger.actor(), mia.public_id, NOW)


async def test_a_front_desk_puts_somebody_without_email_in_line_who_has_it_booked(world: World) -> None:
    first, *_ = await all_desks(world)
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    wish = JoinLine(ANY_DESK, tomorrow(8), tomorrow(18))
    with pytest.raises(NotAllowed):
        await join_line(world.rolf.actor(), wish, NOW, whom=erna)
    place = await join_line(world.frida.actor(), wish, NOW, whom=erna)
    assert place.books_itself
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert (await now_is(place)).status is WaitingStatus.BOOKED


async def test_one_person_stands_in_so_many_lines_and_no_more(world: World) -> None:
    await all_desks(world)
    desk = world.polch["1"].public_id
    for number in range(MOST_PLACES):
        starts = tomorrow(8) + timedelta(minutes=15 * number)
        await join_line(world.mia.actor(), JoinLine(desk, starts, starts + timedelta(minutes=15)), NOW)
    with pytest.raises(TooManyPlaces):
        await waits(world.mia, desk, starts=16)


async def test_what_was_chosen_is_forgotten_with_the_wait_and_the_wait_after_a_year(world: World) -> None:
    await all_desks(world)
    wish = JoinLine(ANY_DESK, tomorrow(8), tomorrow(18), note="Geheim", guest_phone="02651 1234")
    place = await join_line(world.mia.actor(), wish, NOW)
    await leave_line(world.mia.actor(), place.public_id, NOW)
    assert await fetch_value("SELECT choice::text FROM waiting") == "{}"
    assert await forget_old_lines(NOW + KEPT_FOR) == 0
    assert await forget_old_lines(NOW + KEPT_FOR + timedelta(days=2)) == 1


async def test_every_act_is_in_the_audit_trail(world: World) -> None:
    first, *_ = await all_desks(world)
    place = await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    await accept_offer(replace(world.mia.actor(), via="mail"), place.public_id, NOW)
    rows = await fetch("SELECT action, via FROM audit_entry WHERE subject_kind = 'waiting' ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("waiting.joined", "page"),
        ("waiting.offered", "system"),
        ("waiting.booked", "mail"),
    ]


async def test_who_accepts_late_has_half_an_hour_to_think_again(world: World) -> None:
    first, *_ = await all_desks(world)
    await rules_at(world, cancel_before=24 * 60)
    mia = await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    booking = await accept_offer(world.mia.actor(), mia.public_id, at(NOW.date(), 20, 30))
    assert booking.cancel_until == at(NOW.date(), 21)
