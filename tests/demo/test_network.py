"""What API.md promises of a demo network, looked up in a database that was filled."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.bookings.consistency import disagreements
from app.bookings.front_desk import find_people
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AnyOf
from app.demo.cast import ACCOUNTS, PASSWORD
from app.demo.month import DAYS_AHEAD, DAYS_BACK
from app.demo.network import Site, fill
from app.demo.standing import RealDataHere, stands
from app.identity.hashing import verify_password
from app.identity.queries import actor_of_person, person_of_email
from app.identity.rules import Action, Actor
from app.inventory.queries import SpaceClock, SpaceWindow, count_free, floor_plans_of, hours_of
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.network.operators import OperatorStatus, operators_of_all, tax_history, tax_on
from app.network.queries import SpaceCard, legal_document, photos_of, published_spaces, space_by_slug, the_network
from app.platform.database import execute, fetch, fetch_value
from app.platform.files import FolderFiles
from tests.demo.conftest import TUESDAY

HERE = ZoneInfo("Europe/Berlin")
NOW = datetime.combine(TUESDAY, time(7), HERE)

pytestmark = pytest.mark.usefixtures("filled")


async def hours_for(spaces: Sequence[SpaceCard], first: date, last: date) -> Mapping[int, Hours]:
    clocks = [SpaceClock(s.id, s.time_zone, s.holiday_region, s.open_on_holidays) for s in spaces]
    return await hours_of(clocks, first, last)


async def account(name: str) -> Actor:
    person = await person_of_email(f"{name}@demo.example")
    assert person is not None, name
    return await actor_of_person(person)


async def everything(sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await fetch(sql)]


async def test_the_network_names_itself_a_demo_in_both_languages() -> None:
    network = await the_network()
    assert network is not None
    assert network.is_demo
    assert network.phone
    assert await stands()
    for kind in ("imprint", "privacy", "terms", "accessibility"):
        for language in ("de", "en"):
            document = await legal_document(kind, language, NOW)
            assert document is not None
            assert all(section.paragraphs for section in document.sections)


async def test_eighteen_spaces_have_pictures_and_a_plan_with_every_desk(folder: Path) -> None:
    spaces = await published_spaces(NOW)
    assert len(spaces) == 18
    for space in spaces:
        assert space.directions["de"]
        photos = await photos_of(space.id)
        assert [await FolderFiles(folder).get(photo.file) is not None for photo in photos] == [True, True]
        floors = await floor_plans_of(space.id)
        assert [floor.picture is not None for floor in floors] == (
            [False, True] if space.slug == "alte-bank-ochtendung" else [False]
        )
    kinds = {row["kind"]: row["n"] for row in await fetch("SELECT kind, count(*) AS n FROM resource GROUP BY kind")}
    assert kinds["desk"] >= 200
    assert sum(kinds.values()) >= 250
    assert not await fetch_value(
        "SELECT count(*) FROM resource r WHERE kind <> 'parking' AND placement IS NULL"
        " AND NOT EXISTS (SELECT FROM resource w WHERE r.id = ANY(w.parts))"
    ), "halves stand in the drawing of their hall, equipment in that of its room"


async def test_every_place_is_open_8_to_18_on_working_days_and_closed_at_night() -> None:
    spaces = await published_spaces(NOW)
    first, last = TUESDAY, TUESDAY + timedelta(days=400)
    hours = await hours_for(spaces, first, last)
    days = [first + timedelta(days=n) for n in range(400)]
    for space in spaces:
        for day in days:
            openings = hours[space.id].openings_on(day)
            assert not any(opening.opens < 4 * 60 and opening.closes > 3 * 60 for opening in openings)
            is_special = day in hours[space.id].holidays or (day.month, day.day) in {(12, 24), (12, 31)}
            if day.isoweekday() <= 5 and not is_special:
                assert any(o.opens <= 8 * 60 and o.closes >= 18 * 60 for o in openings), (space.slug, day)


async def test_all_accounts_sign_in_with_the_same_password() -> None:
    hashes = set()
    for one in ACCOUNTS:
        person = await person_of_email(one.email)
        hashes.add(await fetch_value("SELECT password_hash FROM person WHERE id = $1", person))
    assert len(ACCOUNTS) == 12
    assert [await verify_password(password_hash, PASSWORD) for password_hash in hashes] == [True]


async def test_staff_reach_their_own_operator_alone() -> None:
    polch = await space_by_slug("regiohub-polch", NOW)
    andernach = await space_by_slug("regiohub-andernach", NOW)
    assert polch is not None
    assert andernach is not None

    async def reaches(name: str, action: Action) -> list[bool]:
        actor = await account(name)
        return [actor.may(action, operator=space.operator.id, space=space.id) for space in (polch, andernach)]

    assert await reaches("operator", Action.MANAGE_SPACE) == [True, False]
    assert await reaches("frontdesk", Action.SEE_SPACE_DAY) == [True, False]
    assert await reaches("frontdesk", Action.MANAGE_SPACE) == [False, False]
    assert await reaches("rival", Action.MANAGE_SPACE) == [False, True]
    assert await reaches("network", Action.MANAGE_SPACE) == [True, True]
    assert (await account("network")).may(Action.MANAGE_NETWORK)
    for name in ("commuter", "freelancer", "guest", "employer", "assistant", "council"):
        assert not (await account(name)).is_staff


async def test_the_telephone_books_at_every_space_and_administers_nothing() -> None:
    telephone = await account("telephone")
    for space in await published_spaces(NOW):
        assert telephone.may(Action.BOOK_FOR_OTHERS, operator=space.operator.id, space=space.id)
    assert not telephone.may(Action.MANAGE_NETWORK)
    assert not telephone.may(Action.SEE_AUDIT_TRAIL)


async def test_two_people_without_email_are_booked_for_by_their_front_desk() -> None:
    desk = await account("frontdesk")
    erna, josef = await everything(
        "SELECT * FROM person WHERE entered_by_operator IS NOT NULL AND name <> 'Spontan vor Ort' ORDER BY id"
    )
    assert (bool(erna["phone"]), josef["phone"]) == (True, None)
    assert (erna["email"], josef["email"]) == (None, None)
    rows = await fetch(
        "SELECT s.slug, b.made_by, extract(isodow FROM b.starts_at AT TIME ZONE 'Europe/Berlin')::int AS weekday"
        " FROM booking b JOIN space s ON s.id = b.space WHERE b.person = $1",
        erna["id"],
    )
    assert {(row["slug"], row["made_by"]) for row in rows} == {("alte-bank-ochtendung", desk.person)}
    assert {row["weekday"] for row in rows} == {2, 4}
    [found] = await find_people(desk, "Josef", NOW)
    assert found.id == josef["id"]


async def test_operators_are_legal_entities_with_a_tax_status_and_one_has_not_begun() -> None:
    nadja = await account("network")
    records = {record.card.slug: record for record in await operators_of_all(nadja, NOW)}
    assert records.pop("burgwerk-monreal").status is OperatorStatus.INVITED
    assert len(records) == 6
    for record in records.values():
        assert record.entity.is_complete
        assert record.entity.legal_form
        assert tax_on(await tax_history(nadja, record.card.id), NOW.date())


async def test_bookings_lie_within_the_hours_and_hold_what_they_should() -> None:
    spaces = await published_spaces(NOW)
    hours = await hours_for(spaces, TUESDAY - timedelta(days=DAYS_BACK), TUESDAY + timedelta(days=DAYS_AHEAD))
    bookings = await everything("SELECT * FROM booking")
    assert len(bookings) > 2_000
    assert all(hours[b["space"]].covers(Period(b["starts_at"], b["ends_at"])) for b in bookings)
    assert await disagreements() == []


async def test_what_is_past_is_over_and_what_comes_is_not() -> None:
    rows = await everything(
        "SELECT (starts_at AT TIME ZONE 'Europe/Berlin')::date AS day, status, count(*) AS n FROM booking GROUP BY 1, 2"
    )
    past = {row["status"] for row in rows if row["day"] < TUESDAY}
    today = {row["status"] for row in rows if row["day"] == TUESDAY}
    ahead = {row["status"] for row in rows if row["day"] > TUESDAY}
    assert past == {"completed", "no_show", "cancelled"}
    assert today == {"checked_in", "confirmed", "cancelled"}
    assert ahead == {"confirmed", "cancelled", "requested"}
    assert not await fetch_value("SELECT count(*) FROM booking WHERE created_at > $1", NOW)


async def test_about_a_third_of_the_desks_is_taken_and_every_place_has_one_left() -> None:
    spaces = await published_spaces(NOW)
    taken = total = 0
    for day in (TUESDAY + timedelta(days=n) for n in (0, 1, 2, 3, 6)):
        window = Period(datetime.combine(day, time(8), HERE), datetime.combine(day, time(18), HERE))
        counts = await count_free([SpaceWindow(space.id, window) for space in spaces], Kind.DESK)
        assert all(count.free for count in counts), day
        taken += sum(count.total - count.free for count in counts)
        total += sum(count.total for count in counts)
    assert 0.25 < taken / total < 0.45


async def test_the_commuter_has_a_desk_tomorrow_and_a_habit() -> None:
    rows = await fetch(
        "SELECT (starts_at AT TIME ZONE 'Europe/Berlin')::date AS day FROM booking WHERE person = $1 ORDER BY 1",
        (await account("commuter")).person,
    )
    days = [row["day"] for row in rows]
    assert TUESDAY + timedelta(days=1) in days
    assert TUESDAY + timedelta(days=8) in days
    assert days[0] < TUESDAY - timedelta(days=7)


@pytest.mark.usefixtures("undone_here")
@pytest.mark.parametrize("name", ["commuter", "freelancer"])
async def test_whoever_tries_the_demo_can_book_several_desks_in_polch(name: str) -> None:
    start = datetime.combine(TUESDAY + timedelta(days=1), time(9), HERE)
    wanted = BookDesk(AnyOf("regiohub-polch", Kind.DESK), start, start + timedelta(hours=1))
    first, second = [await book(await account(name), wanted, NOW) for _ in range(2)]
    assert first.resource.id != second.resource.id


async def test_filling_again_changes_nothing(site: Site) -> None:
    before = await fetch_value("SELECT count(*) FROM booking")
    assert not await fill(TUESDAY, site, lambda _: None)
    assert await fetch_value("SELECT count(*) FROM booking") == before


@pytest.mark.usefixtures("undone_here")
async def test_a_real_network_is_left_alone(site: Site) -> None:
    await execute("UPDATE network SET is_demo = false")
    with pytest.raises(RealDataHere):
        await fill(TUESDAY, site, lambda _: None)


@pytest.mark.usefixtures("undone_here")
async def test_people_without_a_network_are_real_data() -> None:
    await execute("DELETE FROM network")
    with pytest.raises(RealDataHere):
        await stands()


async def test_somebody_is_expected_at_polch_whose_mails_come_back() -> None:
    [row] = await everything(
        "SELECT b.status, b.guest_phone FROM mail_trouble t JOIN person p ON p.email = t.email"
        " JOIN booking b ON b.person = p.id JOIN space s ON s.id = b.space WHERE t.unreachable_since IS NOT NULL"
        " AND s.slug = 'regiohub-polch' AND b.guest_phone IS NOT NULL"
    )
    assert row["status"] == "confirmed"
