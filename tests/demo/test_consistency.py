"""Planted disagreements between bookings and claims are found."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.bookings.consistency import disagreements
from app.platform.database import execute, fetch_value

FAR = datetime(2040, 1, 2, 8, tzinfo=ZoneInfo("Europe/Berlin"))

pytestmark = pytest.mark.usefixtures("undone_here")


async def booked(status: str) -> int:
    key: int = await fetch_value("SELECT id FROM booking WHERE status = $1 ORDER BY id LIMIT 1", status)
    return key


async def plant_claim(holder: int, starts_at: datetime = FAR) -> int:
    key: int = await fetch_value(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT min(id), $1, $2, 'booking', $3 FROM resource RETURNING id",
        starts_at,
        starts_at + timedelta(hours=1),
        holder,
    )
    return key


async def found() -> dict[str, list[int]]:
    return {disagreement.what: list(disagreement.examples) for disagreement in await disagreements()}


async def test_the_demo_network_itself_is_sound() -> None:
    assert await found() == {}


async def test_a_booking_without_its_claim() -> None:
    booking = await booked("confirmed")
    await execute("DELETE FROM claim WHERE holder = $1", booking)
    assert await found() == {"bookings hold their time without a claim": [booking]}


async def test_a_booking_of_the_past_may_have_lost_its_claim() -> None:
    await execute("DELETE FROM claim WHERE holder = $1", await booked("completed"))
    assert await found() == {}


async def test_a_claim_that_outlived_its_booking() -> None:
    booking = await booked("cancelled")
    await plant_claim(booking)
    await plant_claim(10**12, FAR + timedelta(days=1))
    assert await found() == {
        "bookings were given back and still have a claim": [booking],
        "claims are held for bookings that do not exist": [10**12],
    }


async def test_a_booking_whose_claim_is_another_or_one_of_two() -> None:
    moved = await booked("confirmed")
    await execute("UPDATE booking SET ends_at = ends_at + interval '15 minutes' WHERE id = $1", moved)
    doubled = await booked("checked_in")
    await plant_claim(doubled)
    assert await found() == {
        "bookings have several claims, or one of another time or resource": sorted([moved, doubled])
    }


async def test_an_overlap_that_came_around_the_constraint() -> None:
    await execute("SET LOCAL ROLE NONE")
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    holder = await booked("completed")
    await execute("DELETE FROM claim WHERE holder = $1", holder)
    await execute(
        "UPDATE booking SET starts_at = $2, ends_at = $3 WHERE id = $1", holder, FAR, FAR + timedelta(hours=1)
    )
    await plant_claim(holder)
    twin = await plant_claim(holder)
    assert (await found())["claims overlap an earlier one of the same resource"] == [twin]


async def test_a_claim_for_a_newcomer_whose_hold_has_ended() -> None:
    claim = await plant_claim(10**12)
    await execute("UPDATE claim SET reason = 'hold' WHERE id = $1", claim)
    assert await found() == {
        "claims are held for newcomers whose holds have ended or are of another time or resource": [claim]
    }


async def test_a_claim_for_an_offer_that_has_ended_and_an_offer_without_a_claim() -> None:
    claim = await plant_claim(10**12)
    await execute("UPDATE claim SET reason = 'offer' WHERE id = $1", claim)
    assert await found() == {"claims are held for offers that have ended or are of another time or resource": [claim]}
    offer = await fetch_value(
        "INSERT INTO waiting (public_id, person, space, kind, starts_at, ends_at, status, offered, created_at,"
        " updated_at) SELECT 'offer', p.id, r.space, r.kind, $1, $2, 'offered', r.id, $1, $1"
        " FROM person p, resource r ORDER BY p.id, r.id LIMIT 1 RETURNING id",
        FAR,
        FAR + timedelta(hours=1),
    )
    assert (await found())["offers are made without a claim"] == [offer]
    await execute("UPDATE claim SET holder = $2 WHERE id = $1", claim, offer)
    assert await found() == {}
