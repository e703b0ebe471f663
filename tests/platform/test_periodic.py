"""What comes back by the clock: caught up once when it was missed, never twice at a time, errors kept for staff."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextvars import Context
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.platform.database import execute, fetch_value, transaction
from app.platform.periodic import Daily, Every, Periodic, periodic_jobs, prepare_periodic, run_due
from tests.conftest import NOW

MAYEN = ZoneInfo("Europe/Berlin")
LIMIT = timedelta(seconds=5)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def _nothing_left(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    yield
    if "database" in request.fixturenames:
        await execute("DELETE FROM periodic_job")


class Runs:
    """A periodic job that notes when it ran."""

    def __init__(self, schedule: Every | Daily) -> None:
        self.at: list[datetime] = []
        self.job = Periodic("sweep", schedule, self._run)

    async def _run(self, now: datetime) -> None:
        self.at.append(now)


async def due(jobs: Sequence[Periodic], at: datetime) -> bool:
    return await run_due({job.name: job for job in jobs}, lambda: at, LIMIT)


def test_daily_is_the_same_wall_time_on_both_sides_of_a_time_change() -> None:
    at_six = Daily(time(6), MAYEN)
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert at_six.next_after(before) == datetime(2027, 3, 28, 4, tzinfo=UTC)
    assert at_six.next_after(datetime(2027, 3, 28, 4, tzinfo=UTC)) == datetime(2027, 3, 29, 4, tzinfo=UTC)
    assert at_six.next_after(datetime(2026, 11, 24, 4, tzinfo=UTC)) == datetime(2026, 11, 24, 5, tzinfo=UTC)


def test_daily_runs_once_in_the_night_without_and_in_the_night_with_two_half_past_two() -> None:
    half_past_two = Daily(time(2, 30), MAYEN)
    for day in (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 10, 30, 12, tzinfo=UTC)):
        runs = [half_past_two.next_after(day)]
        while runs[-1] < day + timedelta(days=2):
            runs.append(half_past_two.next_after(runs[-1]))
        assert len(runs) == 3, runs
        assert len({run.astimezone(MAYEN).date() for run in runs}) == 3


async def test_a_missed_run_is_caught_up_once(database: str) -> None:
    sweep = Runs(Every(HOUR))
    await prepare_periodic([sweep.job], NOW)
    assert await due([sweep.job], NOW)
    after_a_week = NOW + timedelta(days=7)
    assert await due([sweep.job], after_a_week)
    assert not await due([sweep.job], after_a_week + timedelta(minutes=59))
    assert sweep.at == [NOW, after_a_week]
    assert await due([sweep.job], after_a_week + HOUR)


async def test_a_daily_one_waits_for_its_time(database: str) -> None:
    nightly = Runs(Daily(time(3), MAYEN))
    await prepare_periodic([nightly.job], NOW)
    assert not await due([nightly.job], NOW)
    at_three = datetime(2026, 11, 25, 2, tzinfo=UTC)
    assert await due([nightly.job], at_three)
    (row,) = await periodic_jobs()
    assert (row.last_run_at, row.next_run_at) == (at_three, at_three + timedelta(days=1))


async def test_two_workers_never_run_the_same_at_once(database: str) -> None:
    running, most_running = 0, 0

    async def overlap(now: datetime) -> None:
        nonlocal running, most_running
        running += 1
        most_running = max(most_running, running)
        await asyncio.sleep(0.05)
        running -= 1

    jobs = [Periodic("sweep", Every(HOUR), overlap)]
    await prepare_periodic(jobs, NOW)
    ran = await asyncio.gather(*[due(jobs, NOW) for _ in range(4)])
    assert sorted(ran) == [False, False, False, True]
    assert most_running == 1


async def test_a_failure_is_kept_for_staff_and_tried_again_soon(database: str) -> None:
    fails = True

    async def run(now: datetime) -> None:
        if fails:
            raise ConnectionError("feed of anna@example.org does not answer")

    jobs = [Periodic("import", Every(HOUR), run)]
    await prepare_periodic(jobs, NOW)
    assert await due(jobs, NOW)
    (row,) = await periodic_jobs()
    assert (row.name, row.last_run_at) == ("import", NOW)
    assert row.last_error == "ConnectionError: feed of *** does not answer"
    assert row.next_run_at == NOW + timedelta(minutes=5)
    fails = False
    assert await due(jobs, row.next_run_at)
    assert [job.last_error for job in await periodic_jobs()] == [None]


async def test_what_it_committed_others_see_at_once(database: str) -> None:
    seen_by_another = None

    async def count() -> int:
        return int(await fetch_value("SELECT count(*) FROM periodic_job WHERE name = 'trace'"))

    async def run(now: datetime) -> None:
        nonlocal seen_by_another
        async with transaction():
            await execute("INSERT INTO periodic_job (name, next_run_at) VALUES ('trace', $1)", NOW + HOUR)
        seen_by_another = await asyncio.create_task(count(), context=Context())

    job = Periodic("sweep", Every(HOUR), run)
    await prepare_periodic([job], NOW)
    assert await due([job], NOW)
    assert seen_by_another == 1


async def test_one_that_hangs_is_ended(database: str) -> None:
    async def hang(now: datetime) -> None:
        await asyncio.sleep(30)

    job = Periodic("sweep", Every(HOUR), hang)
    await prepare_periodic([job], NOW)
    assert await run_due({"sweep": job}, lambda: NOW, timedelta(seconds=0.05))
    assert [row.last_error for row in await periodic_jobs()] == ["TimeoutError"]


async def test_a_shorter_schedule_holds_from_the_next_start(database: str) -> None:
    await prepare_periodic([Runs(Every(HOUR * 24)).job], NOW)
    assert await due([Runs(Every(HOUR * 24)).job], NOW)
    sweep = Runs(Every(HOUR))
    await prepare_periodic([sweep.job], NOW)
    assert [row.next_run_at for row in await periodic_jobs()] == [NOW + HOUR]
    await prepare_periodic([Runs(Every(HOUR * 24)).job], NOW)
    assert [row.next_run_at for row in await periodic_jobs()] == [NOW + HOUR], "a longer one only after the next run"
