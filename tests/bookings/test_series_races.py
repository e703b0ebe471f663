"""A series and single bookings after the same desk, with real connections: nothing overlaps or is half made."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable
from datetime import date, timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.kernel.refusals import Refusal
from app.platform.database import execute, fetch_value
from tests.bookings.test_races import OVERLAPS
from tests.worlds import NOW, APerson, World, a_world, at

ROUNDS = 6
THURSDAY = date(2026, 11, 26)
DAYS = [THURSDAY + timedelta(weeks=n) for n in range(4)]


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def emptied(world: World) -> AsyncIterator[None]:
    yield
    await everything_given_back()


async def everything_given_back() -> None:
    for table in ("claim", "booking", "series"):
        await execute(f"DELETE FROM {table}")


async def said(work: Awaitable[object]) -> str:
    """What became of it: done, or the code of the refusal."""
    try:
        await work
    except Refusal as refusal:
        return refusal.code
    return "done"


async def at_once(*works: Awaitable[object]) -> list[str]:
    """All of them on connections of their own."""
    return list(
        await asyncio.gather(*(asyncio.create_task(said(work), context=contextvars.Context()) for work in works))
    )


def weekly(world: World, who: APerson, on_conflict: OnConflict, desk: str = "2") -> Awaitable[object]:
    booking = BookDesk(world.polch[desk].public_id, at(THURSDAY, 8), at(THURSDAY, 12))
    return make_series(who.actor(), MakeSeries(booking, "FREQ=WEEKLY;COUNT=4", on_conflict), NOW)


def single(world: World, day: date, desk: str = "2") -> Awaitable[object]:
    command = BookDesk(world.polch[desk].public_id, at(day, 11), at(day, 13))
    return book(world.gundula.actor(), command, NOW)


async def claims_fit_bookings() -> None:
    assert await fetch_value(OVERLAPS) == 0
    assert (
        await fetch_value(
            "SELECT count(*) FROM booking b FULL JOIN claim c ON c.holder = b.id"
            " WHERE (b.status = 'confirmed' AND (c.id IS NULL OR (c.starts_at, c.ends_at) <> (b.starts_at, b.ends_at)"
            " OR c.resource <> b.resource)) OR (c.id IS NOT NULL AND b.status IS DISTINCT FROM 'confirmed')"
        )
        == 0
    )


@pytest.mark.parametrize("on_conflict", list(OnConflict))
async def test_of_a_series_and_single_bookings_each_date_goes_to_one(world: World, on_conflict: OnConflict) -> None:
    for _ in range(ROUNDS):
        await at_once(
            weekly(world, world.mia, on_conflict),
            *(single(world, day) for day in DAYS),
            weekly(world, world.otto, on_conflict),
        )
        await claims_fit_bookings()
        dates = await fetch_value("SELECT count(*) FROM booking WHERE series IS NOT NULL")
        series = await fetch_value("SELECT count(*) FROM series")
        if on_conflict is OnConflict.REFUSE:
            assert dates == 4 * series, "all dates of a series or none"
        taken = await fetch_value(
            "SELECT count(DISTINCT starts_at::date) FROM booking WHERE resource = $1", world.polch["2"].id
        )
        assert taken == 4, "no date is lost to everybody"
        await everything_given_back()


async def test_two_series_that_change_places_do_not_wait_for_each_other_forever(world: World) -> None:
    for _ in range(ROUNDS):
        booking = BookDesk(world.polch["1"].public_id, at(THURSDAY, 8), at(THURSDAY, 12))
        mine = await make_series(world.mia.actor(), MakeSeries(booking, "FREQ=WEEKLY;COUNT=4"), NOW)
        booking = BookDesk(world.polch["2"].public_id, at(THURSDAY, 8), at(THURSDAY, 12))
        theirs = await make_series(world.otto.actor(), MakeSeries(booking, "FREQ=WEEKLY;COUNT=4"), NOW)
        to_2, to_1 = (ChangeSeries(what=world.polch[desk].public_id) for desk in ("2", "1"))
        answers = await at_once(
            change_series(world.mia.actor(), mine.series.public_id, to_2, NOW),
            change_series(world.otto.actor(), theirs.series.public_id, to_1, NOW),
            single(world, DAYS[1], "3"),
        )
        assert answers == ["series_conflicts", "series_conflicts", "done"]
        await claims_fit_bookings()
        await everything_given_back()


async def test_a_series_that_is_changed_and_cancelled_at_once_is_one_or_the_other(world: World) -> None:
    for _ in range(ROUNDS):
        booking = BookDesk(world.polch["1"].public_id, at(THURSDAY, 8), at(THURSDAY, 12))
        series = (await make_series(world.mia.actor(), MakeSeries(booking, "FREQ=WEEKLY;COUNT=4"), NOW)).series
        later = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 13))
        answers = await at_once(
            change_series(world.mia.actor(), series.public_id, later, NOW),
            cancel_series(world.mia.actor(), series.public_id, CancelSeries(), NOW),
            *(single(world, day, "1") for day in DAYS),
        )
        assert answers[1] == "done"
        assert answers[0] in {"done", "booking_not_open"} or "series_conflicts" in answers[0]
        await claims_fit_bookings()
        await everything_given_back()
