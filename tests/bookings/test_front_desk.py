"""What a front desk sees and does for others, and what stays hidden from it."""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.front_desk import (
    STRANGERS_ASKED,
    booking_at,
    bookings_ahead,
    day_of,
    find_people,
    forget_guest_numbers,
    guest,
    spaces_in_reach,
)
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingFilter, bookings_of
from app.bookings.rules import AnyOf, HouseRulesNotAccepted, is_that_day
from app.identity.merging import merge_people
from app.identity.operations import NewPerson, create_people
from app.identity.rules import Actor, Grant, Role
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotAllowed, NotFound
from app.network.house_rules import edition_to_accept
from app.network.queries import SpaceCard, space_by_slug
from app.platform.database import execute, fetch, fetch_row, fetch_value
from app.platform.rate_limits import TooMany
from tests.worlds import HERE, NOW, TOMORROW, World, a_person, a_world, at, tomorrow


@dataclass(frozen=True, slots=True)
class Desk:
    """The world, with the network's telephone, the two spaces and somebody without e-mail."""

    world: World
    frida: Actor
    rolf: Actor
    telephone: Actor
    polch: SpaceCard
    andernach: SpaceCard
    erna: int


@pytest.fixture
async def desk(undone: None) -> Desk:
    world = await a_world()
    tilda = await a_person("Tilda Roth", "tilda@example.org", Grant(Role.TELEPHONE, "network", None))
    [erna] = await create_people(
        [NewPerson("Erna Müller-Schmitz", phone="02654 1234", operator=world.operator, space=world.polch.id)], NOW
    )
    polch, andernach = [await space_by_slug(space.slug, NOW) for space in (world.polch, world.andernach)]
    assert polch
    assert andernach
    return Desk(world, world.frida.actor(), world.rolf.actor(), tilda.actor(), polch, andernach, erna)


def a_desk(space: str = "regiohub-polch", starts: int = 8, ends: int = 12, **more: object) -> BookDesk:
    return BookDesk(AnyOf(space, Kind.DESK), tomorrow(starts), tomorrow(ends), **more)  # type: ignore[arg-type]


async def names(actor: Actor, text: str) -> list[str]:
    return [person.name for person in await find_people(actor, text, NOW)]


async def public_id(person: int) -> str:
    return str(await fetch_value("SELECT public_id FROM person WHERE id = $1", person))


async def test_a_booking_for_somebody_without_email_is_like_any_other(desk: Desk) -> None:
    booking = await book(desk.frida, a_desk(), NOW, whom=desk.erna)
    assert (booking.person, booking.made_by, booking.resource.name) == (desk.erna, desk.frida.person, "1")
    mine = await book(desk.world.mia.actor(), a_desk(), NOW)
    assert mine.resource.name == "2", "the next place in the same queue"


async def test_every_act_is_in_the_trail_with_who_acted_and_for_whom(desk: Desk) -> None:
    booking = await book(desk.frida, a_desk(), NOW, whom=desk.erna)
    later = MoveBooking(starts_at=tomorrow(9), ends_at=tomorrow(12))
    await move(desk.frida, booking.public_id, later, NOW, for_others=True)
    await check_in(desk.frida, booking.public_id, tomorrow(9), for_others=True)
    other = await book(desk.frida, a_desk(), NOW, whom=desk.erna)
    await cancel(desk.frida, other.public_id, NOW, for_others=True)
    rows = await fetch("SELECT action, actor, details FROM audit_entry WHERE subject_kind = 'booking' ORDER BY id")
    assert [row["action"] for row in rows] == [
        "booking.made", "booking.moved", "booking.checked_in", "booking.made", "booking.cancelled",
    ]  # fmt: skip
    assert {row["actor"] for row in rows} == {desk.frida.person}
    assert {msgspec.json.decode(row["details"])["whom"] for row in rows} == {desk.erna}


async def test_the_network_s_telephone_books_everywhere_and_a_desk_only_at_its_space(desk: Desk) -> None:
    await book(desk.telephone, a_desk(), NOW, whom=desk.erna)
    there = await book(desk.telephone, a_desk("alte-post-andernach"), NOW, whom=desk.erna)
    with pytest.raises(NotAllowed):
        await book(desk.frida, a_desk("alte-post-andernach"), NOW, whom=desk.erna)
    for act in (
        cancel(desk.frida, there.public_id, NOW, for_others=True),
        move(desk.frida, there.public_id, MoveBooking(ends_at=tomorrow(13)), NOW, for_others=True),
    ):
        with pytest.raises(NotFound):
            await act
    assert [space.slug for space in await spaces_in_reach(desk.frida)] == ["regiohub-polch"]
    assert len(await spaces_in_reach(desk.telephone)) == 2
    assert await spaces_in_reach(desk.world.mia.actor()) == []


async def test_house_rules_are_accepted_for_the_person(desk: Desk) -> None:
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, valid_from) VALUES ($1, 1, 'Leise.', $2)",
        *(desk.polch.id, NOW),
    )
    with pytest.raises(HouseRulesNotAccepted):
        await book(desk.frida, a_desk(), NOW, whom=desk.erna)
    await book(desk.frida, a_desk(house_rules=1), NOW, whom=desk.erna)
    assert await edition_to_accept(desk.polch.id, desk.erna, NOW) is None
    assert await edition_to_accept(desk.polch.id, desk.frida.person, NOW)


async def test_the_day_lists_all_who_come_by_time(desk: Desk) -> None:
    afternoon = await book(desk.frida, a_desk(starts=13, ends=18), NOW, whom=desk.erna)
    morning = await book(desk.world.mia.actor(), a_desk(), NOW)
    await book(desk.rolf, a_desk("alte-post-andernach"), NOW)
    arrivals = await day_of(desk.polch, TOMORROW, NOW)
    assert [(arrival.name, arrival.booking.id) for arrival in arrivals] == [
        ("Mia Hammes", morning.id),
        ("Erna Müller-Schmitz", afternoon.id),
    ]
    assert await day_of(desk.polch, TOMORROW + timedelta(days=1), NOW) == []


async def test_a_guest_s_number_is_shown_on_the_day_itself_and_gone_after_it(desk: Desk) -> None:
    await book(desk.frida, a_desk(guest_phone="0171 234567"), NOW, whom=desk.erna)

    async def shown_at(now: object) -> str | None:
        [arrival] = await day_of(desk.polch, TOMORROW, now)  # type: ignore[arg-type]
        return arrival.phone

    assert await shown_at(NOW) is None
    assert await shown_at(tomorrow(0)) == "0171 234567"
    assert await shown_at(tomorrow(23, 59)) == "0171 234567"
    assert await forget_guest_numbers(tomorrow(23, 59)) == 0
    midnight = at(TOMORROW + timedelta(days=1), 0)
    assert await shown_at(midnight) is None
    assert await forget_guest_numbers(midnight) == 1
    assert await fetch_value("SELECT count(*) FROM booking WHERE guest_phone IS NOT NULL") == 0


async def test_the_number_of_a_cancelled_booking_is_gone_at_once(desk: Desk) -> None:
    booking = await book(desk.frida, a_desk(guest_phone="0171 234567"), NOW, whom=desk.erna)
    await cancel(desk.frida, booking.public_id, NOW, for_others=True)
    assert await forget_guest_numbers(NOW) == 1


def test_a_booking_until_midnight_belongs_to_the_day_before() -> None:
    until_midnight = Period(tomorrow(18), at(TOMORROW + timedelta(days=1), 0))
    assert is_that_day(until_midnight, HERE, tomorrow(1))
    assert not is_that_day(until_midnight, HERE, at(TOMORROW + timedelta(days=1), 0))


@pytest.mark.parametrize("typed", ["erna", "Mueller", "schmitz ERNA", "02654 1234", "+49 2654 1234"])
async def test_a_person_is_found_by_any_beginning_of_the_name_and_by_number(desk: Desk, typed: str) -> None:
    assert await names(desk.frida, typed) == ["Erna Müller-Schmitz"]


@pytest.mark.parametrize("typed", ["", "e", "rna", "%", "02654 12", "1234", "Erna Bauer"])
async def test_half_a_number_and_the_middle_of_a_name_find_nobody(desk: Desk, typed: str) -> None:
    assert await names(desk.frida, typed) == []


async def test_by_name_a_desk_finds_its_own_guests_and_no_stranger(desk: Desk) -> None:
    assert await names(desk.frida, "Gundula") == []
    assert await names(desk.rolf, "Erna") == []
    assert await names(desk.telephone, "Gundula") == ["Gundula Gast"]
    await book(desk.world.gundula.actor(), a_desk(), NOW)
    assert await names(desk.frida, "Gundula") == ["Gundula Gast"]
    assert await names(desk.rolf, "Gundula") == []


async def test_of_a_stranger_who_says_the_number_or_address_a_desk_learns_the_name(desk: Desk) -> None:
    [stranger] = await find_people(desk.rolf, "02654/1234", NOW)
    assert (stranger.name, stranger.is_known, stranger.phone, stranger.email) == (
        "Erna Müller-Schmitz", False, None, None,
    )  # fmt: skip
    assert await names(desk.rolf, "gundula@example.org") == ["Gundula Gast"]
    assert await names(desk.rolf, "gundula@example") == []


async def test_whoever_tries_many_numbers_is_stopped(desk: Desk) -> None:
    for _ in range(STRANGERS_ASKED.hits):
        await find_people(desk.rolf, "0171 0000000", NOW)
    with pytest.raises(TooMany):
        await find_people(desk.rolf, "0171 0000000", NOW)
    assert await names(desk.frida, "02654 1234") == ["Erna Müller-Schmitz"]


async def test_a_foreign_person_is_not_found_by_id_unless_the_contact_is_said(desk: Desk) -> None:
    erna = await public_id(desk.erna)
    with pytest.raises(NotFound):
        await guest(desk.rolf, erna, NOW)
    with pytest.raises(NotFound):
        await guest(desk.rolf, erna, NOW, "02654 9999")
    assert (await guest(desk.rolf, erna, NOW, "02654 1234")).id == desk.erna
    assert (await guest(desk.frida, erna, NOW)).is_known


async def test_an_account_s_address_is_never_told_and_one_typed_by_staff_is(desk: Desk) -> None:
    await book(desk.world.gundula.actor(), a_desk(), NOW)
    [gundula] = await find_people(desk.frida, "Gundula", NOW)
    assert (gundula.has_account, gundula.email) == (True, None)
    await execute("UPDATE person SET email = 'erna@dorf.example' WHERE id = $1", desk.erna)
    [erna] = await find_people(desk.frida, "Erna", NOW)
    assert (erna.has_account, erna.email) == (False, "erna@dorf.example")


async def test_a_desk_sees_what_the_person_has_at_its_spaces_alone(desk: Desk) -> None:
    here = await book(desk.telephone, a_desk(), NOW, whom=desk.erna)
    there = await book(desk.telephone, a_desk("alte-post-andernach"), NOW, whom=desk.erna)
    assert [booking.id for booking in await bookings_ahead(desk.frida, desk.erna, NOW)] == [here.id]
    assert [booking.id for booking in await bookings_ahead(desk.rolf, desk.erna, NOW)] == [there.id]
    assert len(await bookings_ahead(desk.telephone, desk.erna, NOW)) == 2
    with pytest.raises(NotFound):
        await booking_at(desk.polch, there.public_id)


async def test_a_merge_loses_no_booking_and_leads_on_from_the_old_record(desk: Desk) -> None:
    [double] = await create_people([NewPerson("E. Schmitz", operator=desk.world.operator, space=desk.polch.id)], NOW)
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, valid_from) VALUES ($1, 1, 'Leise.', $2)",
        *(desk.polch.id, NOW - timedelta(days=9)),
    )
    mine = await book(desk.frida, a_desk(house_rules=1), NOW, whom=desk.erna)
    theirs = await book(desk.frida, a_desk(house_rules=1), NOW + timedelta(minutes=1), whom=double)
    old_id = await public_id(double)
    await merge_people(desk.frida, double, desk.erna, NOW)

    kept = await bookings_of(double, BookingFilter(), limit=9, latest_first=False)
    assert {booking.id for booking in kept} == {mine.id, theirs.id}
    assert await bookings_of(desk.erna, BookingFilter(), limit=9, latest_first=False) == []
    [accepted] = await fetch("SELECT person, accepted_at FROM house_rules_acceptance")
    assert (accepted["person"], accepted["accepted_at"]) == (double, NOW), "the earlier of the two"
    assert (await guest(desk.frida, old_id, NOW)).id == double
    assert (await guest(desk.frida, await public_id(desk.erna), NOW)).id == double

    after = await book(desk.frida, a_desk(), NOW, whom=desk.erna)
    assert after.person == double, "a booking for the old record is one for the person"


async def test_the_network_s_telephone_runs_nothing_but_the_desk(desk: Desk) -> None:
    row = await fetch_row("SELECT role FROM role_grant WHERE person = $1", desk.telephone.person)
    assert row
    assert row["role"] == "telephone"
    assert desk.telephone.is_staff
