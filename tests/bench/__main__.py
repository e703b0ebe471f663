"""`make bench`: measures a real installation and writes the table of docs/performance.md.

`FULL=1` lets the history grow to 2,000,000 bookings as well. Everything happens in a folder that is gone afterwards.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from app.demo.history import refresh_statistics
from app.kernel.clock import system_clock
from app.platform.database import DB, fetch_value
from app.platform.installation import DatabaseAddress, database_server
from app.platform.jobs import waiting_summary
from tests.bench import (
    in_full,
    in_plans,
    in_team_report,
    in_teams,
    in_workbench_calendar,
    in_workbench_occupancy,
    in_workbench_today,
    measurements,
    world,
)
from tests.bench.installation import Installation
from tests.bench.report import Report

HISTORIES = (20_000, 200_000, 2_000_000)
MAIN_HISTORY = 200_000
_BOOKINGS = 400
_STARTS = 3
_WORKER_STARTS_SECONDS = 3


class Bench:
    """One run over one installation."""

    def __init__(self, installation: Installation, address: DatabaseAddress, report: Report) -> None:
        self._installation = installation
        self._address = address
        self._report = report
        self._tokens: Sequence[str] = ()

    async def run(self, histories: Sequence[int]) -> None:
        """Measures with each length of history, the shortest first; everything else with MAIN_HISTORY."""
        self._installation.run("demo", "--members", str(world.MEMBERS))
        emails = [part for email in world.member_emails() for part in ("--email", email)]
        self._tokens = self._installation.run("token", "create", *emails).split()
        await DB.open_pool(self._address.app, size=4, application="nahwerk-bench", statement_timeout=600)
        try:
            self._report.postgres = await fetch_value("SHOW server_version")
            await world.add_spaces()
            await measurements.prepare_search()
            for before, history in zip((0, *histories), histories, strict=False):
                _say(f"A history of {history:,} bookings")
                self._installation.run("demo", "--bookings", str(history - before))
                await world.add_history(history - before)
                await refresh_statistics(self._address.owner)
                await self._installation.start()
                await asyncio.sleep(_WORKER_STARTS_SECONDS)
                if history == MAIN_HISTORY:
                    await self._everything()
                else:
                    await self._constancy(history)
                self._installation.stop()
        finally:
            await DB.close_pool()

    async def _everything(self) -> None:
        installation, report, token = self._installation, self._report, self._tokens[0]
        _say("  bookings")
        booked = await measurements.book(installation, self._tokens, _BOOKINGS)
        report.add_bookings(booked, *await measurements.bare_inserts(self._address, _BOOKINGS))
        waiting = await waiting_summary(system_clock())
        report.left_to_do = f"{waiting.events} events and {waiting.jobs} jobs, {waiting.dead} failed"
        _say("  a rush")
        report.add_rush(await measurements.rush(installation, self._tokens))
        _say("  searches, days, a feed")
        search = await measurements.read(installation, self._address, measurements.search_path(), token)
        report.add_read("search over 30 spaces with 40 desks", search, database=12)
        page = await measurements.read(installation, self._address, measurements.search_page_path())
        report.add_read("the page of the same, with its week", page)
        day = await measurements.read(installation, self._address, measurements.day_path(), token)
        report.add_read("a day of 50 desks", day, p50=8)
        page = await measurements.read(installation, self._address, measurements.day_page_path())
        report.add_read("the page of the same", page, p50=8)
        report.add_feed(await measurements.read_feed(installation))
        await self._in_full()
        await self._today()
        await self._occupancy()
        await self._calendar()
        await self._plans()
        await self._team_report()
        web, worker = installation.memory_mb()
        report.add_limit("memory of the web process", web, 150, "MB")
        report.add_limit("memory of the worker", worker, 150, "MB")

    async def _in_full(self) -> None:
        installation, report, token = self._installation, self._report, self._tokens[0]
        _say("  a month, a series, several at once, rules")
        await in_full.fill_the_month()
        month = await measurements.read(installation, self._address, in_full.month_path(), token, count=40)
        report.add_read("a month of 60 resources, when each is free and taken", month)
        series = await in_full.series(installation, token)
        report.add("a series of 52 made, p50", f"{series.made.p50:.0f} ms")
        report.add("a series of 52 cancelled, p50", f"{series.cancelled.p50:.0f} ms")
        together = await in_full.together(installation, self._tokens)
        report.add_together(together)
        await in_full.add_rules()
        report.add("a decision with every rule set, without database", f"{in_full.microseconds_of_a_decision():.0f} µs")
        ruled = await in_full.book_by_rules(installation, token)
        report.add_ruled(ruled)

    async def _today(self) -> None:
        installation, report = self._installation, self._report
        _say("  a day of 150 bookings, 100 open pages")
        cookies = await in_workbench_today.add_day()
        page = await measurements.read(
            installation, self._address, in_workbench_today.page_path(), cookie=cookies[0], count=60
        )
        report.add_read("Today with 150 bookings", page)
        report.add_limit("the same: processor time", page.web_ms, 40, "ms")
        heard = await in_workbench_today.hear(installation, cookies, self._tokens[0])
        report.add_limit("from a booking to the last of 100 open pages, p50", heard.p50, 1000, "ms")
        report.add("the same: processor time of a booking and its 100 messages", f"{heard.web_ms:.1f} ms")

    async def _occupancy(self) -> None:
        _say("  occupancy of a year")
        closing = await in_workbench_occupancy.fill_the_year()
        await refresh_statistics(self._address.owner)
        path, cookie = in_workbench_occupancy.page_path(), await in_workbench_occupancy.cookie()
        year = await measurements.read(self._installation, self._address, path, count=20, cookie=cookie)
        self._report.add_read("occupancy of a year over 300 resources", year, p50=500)
        self._report.add("a year of 300 resources closed for the first time", f"{closing:.1f} s")

    async def _calendar(self) -> None:
        _say("  the calendar of a month")
        await in_workbench_calendar.fill_the_month()
        await refresh_statistics(self._address.owner)
        cookie = await in_workbench_occupancy.cookie()
        for what, path in (
            ("the month calendar of 60 resources", in_workbench_calendar.month_path()),
            ("a week of the same", in_workbench_calendar.week_path()),
        ):
            read = await measurements.read(self._installation, self._address, path, count=20, cookie=cookie)
            self._report.add_read(what, read)

    async def _plans(self) -> None:
        installation, report = self._installation, self._report
        _say("  what pays after three years, an account that many spend")
        await in_plans.add_years()
        await refresh_statistics(self._address.owner)
        decided = await in_plans.decide(installation, self._address, self._tokens[0])
        report.add("database time of a booking in a network that charges nothing", f"{decided.free_ms:.2f} ms")
        report.add_limit("what pays, after three years: more database time", decided.adds, 1, "ms")
        account = await in_plans.open_last_days()
        token = installation.run("token", "create", "--email", in_plans.SPENDER).strip()
        report.add_spent("one account", await in_plans.spend(installation, token, account))
        _say("  a pool that a team of 2,000 spends")
        pool = await in_teams.add_team()
        await refresh_statistics(self._address.owner)
        name = f"the pool of a team of {in_teams.PEOPLE:,}"
        report.add_spent(name, await in_teams.spend(installation, self._tokens, pool))
        sharing = await in_plans.decide(installation, self._address, self._tokens[0])
        report.add_limit("what pays, for somebody in that team: more database time", sharing.adds, 1, "ms")

    async def _team_report(self) -> None:
        _say("  a team's report over three years")
        team, closing = await in_team_report.fill_three_years()
        await refresh_statistics(self._address.owner)
        cookie = await in_team_report.cookie()
        for what, path in (
            ("a year's report of a team of 2,000", in_team_report.page_path(team)),
            ("three years of it by cost centre, as a file", in_team_report.file_path(team)),
        ):
            read = await measurements.read(self._installation, self._address, path, count=20, cookie=cookie)
            self._report.add_read(what, read, p50=200)
        self._report.add("36 months of a team of 2,000 closed", f"{closing:.1f} s")

    async def _constancy(self, history: int) -> None:
        booked = await measurements.book(self._installation, self._tokens, _BOOKINGS)
        search = await measurements.read(self._installation, self._address, measurements.search_path(), self._tokens[0])
        self._report.add(
            f"with {history:,} past bookings: booking p50, processor time in web and PostgreSQL",
            f"{booked.alone.p50:.2f}, {booked.web_ms:.2f}, {booked.postgres_ms:.2f} ms",
        )
        self._report.add(f"with {history:,} past bookings: database time of the search", f"{search.database_ms:.2f} ms")


async def _started(installation: Installation, *options: str) -> float:
    """Starts and stops it, its database too; seconds until the first page was there."""
    try:
        return await installation.start(*options)
    finally:
        installation.stop()


async def measure_starts(folder: Path, report: Report) -> None:
    """Start to first page: on nothing, with the demo network made on the way, and on that network."""
    _say("Starts")
    await _started(Installation(folder / "first"))  # compiles what was never run here
    empty = await _started(Installation(folder / "empty"))
    demo = await _started(Installation(folder / "demo"), "--demo")
    filled = [await _started(Installation(folder / "demo")) for _ in range(_STARTS)]
    report.add_limit("start to first page, fresh data directory", empty, 5, "s")
    report.add_limit("the same, the demo network made on the way", demo, 5, "s")
    report.add_limit("start to first page, filled data directory", statistics.median(filled), 1.5, "s")


async def main(full: bool) -> None:
    report = Report()
    with tempfile.TemporaryDirectory(prefix="nahwerk-bench-") as name:
        folder = Path(name)
        os.chmod(folder, 0o711)  # PostgreSQL may run as another user, who has to get in
        await measure_starts(folder, report)
        installation = Installation(folder / "demo")
        with database_server(installation.settings) as address:
            try:
                await Bench(installation, address, report).run(HISTORIES if full else HISTORIES[:2])
            finally:
                installation.stop()
    report.write(full=full)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    uvloop.run(main(full=os.environ.get("FULL") == "1"))
