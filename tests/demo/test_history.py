"""Members and bookings in bulk."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.bookings.consistency import disagreements
from app.demo.cast import PASSWORD, add_members
from app.demo.history import add_bookings, refresh_statistics
from app.identity.hashing import verify_password
from app.platform.database import fetch, fetch_row, fetch_value
from tests.demo.conftest import TUESDAY

NOW = datetime.combine(TUESDAY, time(12), ZoneInfo("Europe/Berlin"))

pytestmark = pytest.mark.usefixtures("filled")


async def test_members_are_added_up_to_a_number_and_no_further() -> None:
    assert await add_members(3, NOW) == 3
    assert await add_members(5, NOW) == 2
    assert await add_members(4, NOW) == 0
    row = await fetch_row("SELECT * FROM person WHERE email = 'member0005@demo.example'")
    assert row is not None
    assert row["email_confirmed_at"] is not None
    assert await verify_password(row["password_hash"], PASSWORD)
    assert await fetch_value("SELECT count(*) FROM person WHERE email LIKE 'member%'") == 5


async def test_exactly_so_many_bookings_come_on_top_each_time(filled: str) -> None:
    before = await fetch_value("SELECT count(*) FROM booking")
    told: list[int] = []
    await add_bookings(2_000, TUESDAY, NOW, told.append)
    await add_bookings(501, TUESDAY, NOW, told.append)
    await refresh_statistics(filled)
    assert sum(told) == 2_501
    assert await fetch_value("SELECT count(*) FROM booking") == before + 2_501
    assert await disagreements() == []


async def test_they_lie_in_working_hours_and_leave_the_next_weeks_alone() -> None:
    before = await fetch_value("SELECT max(id) FROM booking")
    soon = await fetch_value(_SOON, NOW, NOW + timedelta(days=15))
    await add_bookings(3_000, TUESDAY, NOW, lambda _: None)
    odd = await fetch(
        "SELECT FROM booking WHERE id > $1 AND (extract(isodow FROM starts_at AT TIME ZONE 'Europe/Berlin') > 5"
        " OR (starts_at AT TIME ZONE 'Europe/Berlin')::time < '8:00'"
        " OR (ends_at AT TIME ZONE 'Europe/Berlin')::time > '18:00')",
        before,
    )
    assert odd == []
    assert await fetch_value(_SOON, NOW, NOW + timedelta(days=15)) == soon
    states = await fetch("SELECT DISTINCT status, starts_at > $2 AS ahead FROM booking WHERE id > $1", before, NOW)
    assert {(row["status"], row["ahead"]) for row in states} == {
        ("completed", False),
        ("no_show", False),
        ("confirmed", True),
    }


_SOON = "SELECT count(*) FROM booking WHERE starts_at BETWEEN $1 AND $2"
