"""A newcomer's hold: what it keeps, what its link does, how it ends, and who is refused meanwhile."""

from datetime import date, datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.held import HeldDesk, hold_by_id, hold_of_person
from app.bookings.holds import HELD_FOR, HOLDS_BY_ADDRESS, Newcomer, book_held, hold_desk
from app.bookings.lapsing import forget_old_holds, lapse_holds
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_of
from app.bookings.quoting import quote
from app.bookings.rules import (
    AnyOf,
    ClosedThatDay,
    HeldForSomebody,
    HeldForSomebodyOthersFree,
    HouseRulesNotAccepted,
    NoteTooLong,
    NothingFree,
    Purpose,
)
from app.identity.commuting import Commute, change_commute
from app.identity.mailed_links import LIVES_OF_KNOWN, LinkNoLongerWorks, link_to_mail
from app.identity.operations import MAILS_TO_ADDRESS
from app.identity.rules import EmailUnusable, NameUnusable, PhoneUnusable
from app.inventory.rules import Kind
from app.network.commuting import MunicipalityUnknown
from app.platform.database import execute, fetch, fetch_row, fetch_value, queries_run
from app.platform.rate_limits import TooMany, hit
from tests.identity.conftest import KEY
from tests.worlds import NOW, TOMORROW, World, a_world, at, house_rules_at, tomorrow

HOME = "192.0.2.1"
CHRISTMAS_EVE = date(2026, 12, 24)
ANY_DESK = AnyOf("regiohub-polch", Kind.DESK)
NINA = Newcomer("Nina Neu", "Nina@Example.org", "de")


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def hold(what: str | AnyOf, who: Newcomer = NINA, now: datetime = NOW, **more: object) -> HeldDesk:
    wish = BookDesk(what, tomorrow(8), tomorrow(18), **more)  # type: ignore[arg-type]
    return await hold_desk(wish, who, now, key=KEY, address=HOME)


async def token_of(held: HeldDesk) -> str:
    link = await link_to_mail(held.link, NOW, key=KEY)
    assert link is not None
    return link.token


async def claims() -> list[tuple[str, int]]:
    return [(row["reason"], row["resource"]) for row in await fetch("SELECT reason, resource FROM claim ORDER BY id")]


async def test_a_hold_keeps_the_desk_for_a_quarter_of_an_hour_and_makes_nobody(world: World) -> None:
    people = await fetch_value("SELECT count(*) FROM person")
    held = await hold(world.polch["1"].public_id)
    assert held.expires_at == NOW + timedelta(minutes=15)
    assert held.lives_at(NOW + timedelta(minutes=14, seconds=59))
    assert not held.lives_at(NOW + timedelta(minutes=15))
    assert await claims() == [("hold", world.polch["1"].id)]
    assert await fetch_value("SELECT count(*) FROM person") == people
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_the_link_makes_the_person_and_the_booking_with_all_that_was_chosen(world: World) -> None:
    edition = await house_rules_at(world.polch)
    held = await hold(
        world.polch["1"].public_id,
        note="Am Fenster",
        purpose=Purpose.CLUB,
        commute_to="07111000",
        guest_phone="02654 1234",
        house_rules=edition,
    )
    done = await book_held(await token_of(held), NOW + timedelta(minutes=14))
    assert done.booking is not None
    assert (done.actor.name, done.actor.email) == ("Nina Neu", "nina@example.org")
    booking = await booking_of(done.actor.person, done.booking.public_id)
    assert booking is not None
    assert (booking.resource.name, booking.starts_at, booking.ends_at) == ("1", tomorrow(8), tomorrow(18))
    assert (booking.note, booking.purpose, booking.commute_to) == ("Am Fenster", Purpose.CLUB, "07111000")
    assert booking.guest_phone == "02654 1234"
    assert await claims() == [("booking", world.polch["1"].id)]
    accepted = await fetch_row("SELECT space, edition FROM house_rules_acceptance WHERE person = $1", done.actor.person)
    assert accepted is not None
    assert tuple(accepted.values()) == (world.polch.id, edition)
    names = [row["name"] for row in await fetch("SELECT name FROM outbox_event ORDER BY id")]
    assert names == ["desk_hold.made", "person.signed_up", "booking.confirmed"]
    again = await hold_by_id(held.id)
    assert again is not None
    assert (again.booking, again.booked_by) == (booking.public_id, done.actor.person)
    await cancel(done.actor, booking.public_id, NOW)
    assert await claims() == []


async def test_any_desk_is_the_best_free_one(world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    held = await hold(ANY_DESK)
    assert held.resource.name == "2"
    assert held.choice.any_of_kind
    done = await book_held(await token_of(held), NOW)
    assert done.booking is not None
    assert done.booking.resource.name == "2"


async def test_somebody_known_books_with_the_link_and_stays_the_same_person(world: World) -> None:
    await change_commute(world.mia.actor(), Commute(None, "05314000"), NOW)
    held = await hold(world.polch["1"].public_id, Newcomer("Wer anders", "mia@example.org", "de"))
    done = await book_held(await token_of(held), NOW)
    assert (done.actor.person, done.actor.name) == (world.mia.id, "Mia Hammes")
    assert done.booking is not None
    assert done.booking.commute_to == "05314000", "the usual one, where nothing was said"


async def test_known_and_unknown_addresses_cost_the_same_statements(world: World) -> None:
    told = []
    for desk, email in (("1", "mia@example.org"), ("2", "nobody@example.org")):
        noted: list[str] = []
        queries_run.set(noted)
        await hold(world.polch[desk].public_id, Newcomer("Nina", email, "de"))
        queries_run.set(None)
        told.append(noted)
    assert told[0] == told[1]


async def test_somebody_else_is_told_until_when_and_what_is_free(world: World) -> None:
    await hold(world.polch["1"].public_id)
    wish = BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12))
    with pytest.raises(HeldForSomebodyOthersFree) as refused:
        await book(world.mia.actor(), wish, NOW)
    assert refused.value.code == "desk_already_taken"
    assert refused.value.facts["until"] == (NOW + HELD_FOR).astimezone(tomorrow(8).tzinfo).time()
    assert [name for _, name in refused.value.facts["alternatives"]] == ["2", "3"]  # type: ignore[attr-defined]
    quoted = await quote(wish, NOW, person=world.mia.id)
    assert isinstance(quoted.refusal, HeldForSomebodyOthersFree)
    room = BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(18))
    await hold_desk(room, Newcomer("Nils", "nils@example.org", "de"), NOW, key=KEY, address=HOME)
    with pytest.raises(HeldForSomebody):
        await book(world.mia.actor(), room, NOW)


async def test_the_desks_owner_moves_nobody_into_a_hold(world: World) -> None:
    mine = await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(18)), NOW)
    await hold(world.polch["1"].public_id)
    with pytest.raises(HeldForSomebodyOthersFree):
        await move(world.mia.actor(), mine.public_id, MoveBooking(world.polch["1"].public_id), NOW)
    later = NOW + HELD_FOR
    moved = await move(world.mia.actor(), mine.public_id, MoveBooking(world.polch["1"].public_id), later)
    assert moved.resource.name == "1"


async def test_a_hold_that_is_over_blocks_nobody_even_before_it_is_swept_up(world: World) -> None:
    held = await hold(world.polch["1"].public_id)
    later = NOW + HELD_FOR
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    assert (await quote(wish, later, person=world.mia.id)).refusal is None
    assert await claims() == [("hold", world.polch["1"].id)], "a quote changes nothing"
    booking = await book(world.mia.actor(), wish, later)
    assert booking.resource.name == "1"
    ended = await hold_by_id(held.id)
    assert ended is not None
    assert ended.ended_at == later


async def test_any_desk_finds_those_whose_holds_are_over(world: World) -> None:
    for n, desk in enumerate(("1", "2", "3")):
        await hold(world.polch[desk].public_id, Newcomer("Nina", f"n{n}@example.org", "de"))
    wish = BookDesk(ANY_DESK, tomorrow(8), tomorrow(18))
    with pytest.raises(NothingFree):
        await book(world.mia.actor(), wish, NOW)
    assert (await book(world.mia.actor(), wish, NOW + HELD_FOR)).resource.name == "1"
    held = await hold(ANY_DESK, now=NOW + HELD_FOR)
    assert held.resource.name == "2"


async def test_ones_own_hold_stands_in_nobodys_own_way(world: World) -> None:
    """Who holds a desk and then signs in after all books it."""
    await hold(world.polch["1"].public_id, Newcomer("Mia", "mia@example.org", "de"))
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    assert (await quote(wish, NOW, person=world.mia.id)).refusal is None
    assert (await quote(wish, NOW, person=world.rolf.id)).refusal is not None
    assert (await book(world.mia.actor(), wish, NOW)).resource.name == "1"


async def test_a_new_hold_replaces_the_one_before_of_the_same_address(world: World) -> None:
    first = await hold(world.polch["1"].public_id)
    second = await hold(world.polch["2"].public_id)
    assert await claims() == [("hold", world.polch["2"].id)]
    assert (await book_held(await token_of(first), NOW)).booking is None
    done = await book_held(await token_of(second), NOW)
    assert done.booking is not None
    assert done.booking.resource.name == "2"


async def test_the_same_desk_can_be_held_anew(world: World) -> None:
    await hold(world.polch["1"].public_id)
    held = await hold(world.polch["1"].public_id, now=NOW + timedelta(minutes=5))
    assert held.expires_at == NOW + timedelta(minutes=20)
    assert await claims() == [("hold", world.polch["1"].id)]


async def test_after_its_time_the_person_is_there_and_the_choice_too(world: World) -> None:
    held = await hold(world.polch["1"].public_id, note="Am Fenster", guest_phone="02654 1234", commute_to="07111000")
    done = await book_held(await token_of(held), NOW + HELD_FOR)
    assert done.booking is None
    assert done.actor.email == "nina@example.org"
    assert await claims() == []
    mine = await hold_of_person(done.actor.person, held.public_id)
    assert mine is not None
    assert (mine.choice.note, mine.choice.guest_phone, mine.choice.commute_to) == (
        "Am Fenster",
        "02654 1234",
        "07111000",
    )
    assert await hold_of_person(world.mia.id, held.public_id) is None


async def test_a_link_books_once(world: World) -> None:
    held = await hold(world.polch["1"].public_id)
    token = await token_of(held)
    await book_held(token, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await book_held(token, NOW)
    with pytest.raises(LinkNoLongerWorks):
        await book_held("nonsense", NOW)
    assert await fetch_value("SELECT count(*) FROM booking") == 1


async def test_a_link_opens_an_account_that_is_there_for_an_hour_only(world: World) -> None:
    known = await hold(world.polch["1"].public_id, Newcomer("Mia", "mia@example.org", "de"))
    with pytest.raises(LinkNoLongerWorks):
        await book_held(await token_of(known), NOW + LIVES_OF_KNOWN)
    older = await hold(world.polch["2"].public_id)
    newer = await hold(world.polch["3"].public_id)
    await book_held(await token_of(newer), NOW)
    with pytest.raises(LinkNoLongerWorks):
        await book_held(await token_of(older), NOW + LIVES_OF_KNOWN)


async def test_a_newcomers_link_still_makes_the_account_the_next_morning(world: World) -> None:
    held = await hold(world.polch["1"].public_id)
    done = await book_held(await token_of(held), NOW + timedelta(hours=13))
    assert done.booking is None
    assert done.actor.email == "nina@example.org"


async def test_who_signed_up_meanwhile_is_found(world: World) -> None:
    held = await hold(world.polch["1"].public_id)
    person = await fetch_value(
        "INSERT INTO person (public_id, name, email, email_confirmed_at, created_at)"
        " VALUES ('ninaninanina', 'Nina', 'nina@example.org', $1, $1) RETURNING id",
        NOW,
    )
    done = await book_held(await token_of(held), NOW)
    assert done.actor.person == person
    assert done.booking is not None


async def test_a_space_that_closed_meanwhile_is_not_booked_and_the_desk_let_go(world: World) -> None:
    held = await hold(world.polch["1"].public_id)
    await execute(
        "INSERT INTO hours_exception (space, day, opens, closes, reason_de, reason_en)"
        " VALUES ($1, $2, NULL, NULL, 'Wasserschaden', '')",
        world.polch.id,
        TOMORROW,
    )
    done = await book_held(await token_of(held), NOW)
    assert done.booking is None
    assert done.actor.email == "nina@example.org"
    assert await claims() == []


async def test_house_rules_are_accepted_before_anything_is_held(world: World) -> None:
    edition = await house_rules_at(world.polch)
    for agreed in (None, edition + 1):
        with pytest.raises(HouseRulesNotAccepted):
            await hold(world.polch["1"].public_id, house_rules=agreed)
    held = await hold(world.polch["1"].public_id, house_rules=edition)
    await house_rules_at(world.polch, edition + 1)
    assert (await book_held(await token_of(held), NOW)).booking is not None, "what was seen counts"


@pytest.mark.parametrize(
    ("who", "more", "refusal"),
    [
        (Newcomer(" ", "nina@example.org", "de"), {}, NameUnusable),
        (Newcomer("Nina", "nina", "de"), {}, EmailUnusable),
        (NINA, {"note": "x" * 501}, NoteTooLong),
        (NINA, {"guest_phone": "ruf an"}, PhoneUnusable),
        (NINA, {"commute_to": "02000000"}, MunicipalityUnknown),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_held(
    world: World, who: Newcomer, more: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await hold(world.polch["1"].public_id, who, **more)
    assert await claims() == []
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 0


async def test_nothing_is_held_where_it_is_closed_or_taken(world: World) -> None:
    with pytest.raises(ClosedThatDay):
        closed = BookDesk(ANY_DESK, at(CHRISTMAS_EVE, 8), at(CHRISTMAS_EVE, 9))
        await hold_desk(closed, NINA, NOW, key=KEY, address=HOME)
    await hold(world.polch["1"].public_id)
    with pytest.raises(HeldForSomebodyOthersFree):
        await hold(world.polch["1"].public_id, Newcomer("Nils", "nils@example.org", "de"))
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 1


async def test_nobody_holds_everything(world: World) -> None:
    await hold(world.polch["1"].public_id)
    for _ in range(HOLDS_BY_ADDRESS.hits - 1):
        await hit(HOLDS_BY_ADDRESS, HOME, NOW)
    with pytest.raises(TooMany):
        await hold(ANY_DESK, Newcomer("Nils", "nils@example.org", "de"))


async def test_nobodys_mailbox_is_flooded(world: World) -> None:
    for _ in range(MAILS_TO_ADDRESS.hits):
        await hold(ANY_DESK)
    with pytest.raises(TooMany):
        await hold(ANY_DESK)


async def test_holds_are_swept_up_in_time_and_forgotten_after_a_day(world: World) -> None:
    first = await hold(world.polch["1"].public_id, note="Am Fenster")
    assert await lapse_holds(NOW + HELD_FOR - timedelta(seconds=1)) == 0
    assert await lapse_holds(NOW + HELD_FOR) == 1
    assert await lapse_holds(NOW + HELD_FOR) == 0
    assert await claims() == []
    assert await forget_old_holds(NOW + timedelta(hours=23)) == 0
    assert await hold_by_id(first.id) is not None
    second = await hold(world.polch["2"].public_id)
    await book_held(await token_of(second), NOW)
    assert await forget_old_holds(NOW + timedelta(days=1)) == 2
    assert await fetch_value("SELECT count(*) FROM desk_hold") == 0
    assert await claims() == [("booking", world.polch["2"].id)]
