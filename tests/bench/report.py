"""The table of what was measured: printed, and kept in docs/performance.md with the machine that it was measured on."""

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from app.kernel.clock import system_clock
from app.plans.uses import HALVES_OF_A_DAY
from app.platform.settings import ROOT
from tests.bench.in_plans import CLIENTS as SPENDERS
from tests.bench.in_plans import LAST_DAYS, WANTED, Spent
from tests.bench.load import Taken
from tests.bench.measurements import Booked, FeedRead, Read

DOCUMENT = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- measured -->", "<!-- end of measured -->"
_PACKAGES = ("litestar", "piccolo", "asyncpg", "uvicorn", "uvloop", "msgspec", "icalendar")


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement."""

    what: str
    result: str
    baseline: str = ""
    ratio: str = ""
    aim: str = ""
    reached: bool | None = None

    def cells(self) -> list[str]:
        reached = "" if self.reached is None else "yes" if self.reached else "no"
        return [self.what, self.result, self.baseline, self.ratio, self.aim, reached]


@dataclass(slots=True)
class Report:
    """All of one run."""

    lines: list[Line] = field(default_factory=list)
    left_to_do: str = ""
    postgres: str = ""
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def add(self, what: str, result: str, **more: str | bool) -> None:
        self.lines.append(Line(what, result, **more))  # type: ignore[arg-type]

    def add_limit(self, what: str, value: float, limit: float, unit: str) -> None:
        """A figure that shall not be more than its limit."""
        self.add(what, f"{value:.2f} {unit}", aim=f"≤ {limit:g} {unit}", reached=value <= limit)

    def add_bookings(self, booked: Booked, bare_alone: Taken, bare_together: Taken) -> None:
        alone, together = booked.alone, booked.together
        self.add(
            "booking through HTTP, 1 client, p50",
            f"{alone.p50:.2f} ms",
            baseline=f"bare insert {bare_alone.p50:.2f} ms",
            ratio=f"{alone.p50 / bare_alone.p50:.1f}",
            aim="≤ 3 ms",
            reached=alone.p50 <= 3,
        )
        self.add(
            "the same, p95",
            f"{alone.p95:.2f} ms",
            baseline=f"bare insert {bare_alone.p95:.2f} ms",
            ratio=f"{alone.p95 / bare_alone.p95:.1f}",
        )
        for aim in (300, 600):
            self.add(
                "booking through HTTP, 8 clients on different desks",
                f"{together.rate:.0f}/s",
                baseline=f"bare insert {bare_together.rate:.0f}/s",
                ratio=f"1/{bare_together.rate / together.rate:.1f}",
                aim=f"≥ {aim}/s",
                reached=together.rate >= aim,
            )
        self.add("the same, p50 and p95", f"{together.p50:.1f} and {together.p95:.1f} ms")
        self.add("processor time of a booking in the web process", f"{booked.web_ms:.2f} ms")
        self.add(
            "processor time of a booking in PostgreSQL, the worker's share included", f"{booked.postgres_ms:.2f} ms"
        )
        self.add("processor time of the worker meanwhile, for each booking", f"{booked.worker_ms:.2f} ms")

    def add_rush(self, rush: Taken) -> None:
        counts = ", ".join(f"{count} times {status}" for status, count in sorted(rush.statuses.items()))
        right = dict(rush.statuses) == {201: 1, 409: rush.count - 1}
        self.add(f"{rush.count} clients for one desk", counts, aim="one 201, the rest 409", reached=right)
        self.add("the same, until all are answered", f"{rush.seconds:.2f} s")

    def add_read(self, what: str, read: Read, *, database: float | None = None, p50: float | None = None) -> None:
        """A page or an answer, with the limits of its database time and of its median, in ms."""
        statements = f"{what}: database time of {read.statements} statements"
        if database is None:
            self.add(statements, f"{read.database_ms:.2f} ms")
        else:
            self.add_limit(statements, read.database_ms, database, "ms")
        if p50 is None:
            self.add(f"{what}: through HTTP, p50", f"{read.taken.p50:.2f} ms")
        else:
            self.add_limit(f"{what}: through HTTP, p50", read.taken.p50, p50, "ms")
        self.add(f"{what}: through HTTP, p95", f"{read.taken.p95:.2f} ms")
        self.add(f"{what}: processor time in the web process", f"{read.web_ms:.2f} ms for {read.size:,} bytes")

    def add_together(self, together: Taken) -> None:
        """Acts of several resources, many of which want the same."""
        counts = ", ".join(f"{count} times {status}" for status, count in sorted(together.statuses.items()))
        only = set(together.statuses) <= {201, 409}
        self.add(f"{together.count} acts of 2 or 3 resources, 8 clients", counts, aim="201 or 409", reached=only)
        self.add_limit("the same, until all are answered", together.seconds, 10, "s")

    def add_spent(self, of: str, spent: Spent) -> None:
        """An account of 100 days of which many want more at once."""
        counts = ", ".join(f"{count} times {status}" for status, count in sorted(spent.taken.statuses.items()))
        right = dict(spent.taken.statuses) == {201: LAST_DAYS, 422: WANTED - LAST_DAYS}
        right = right and (spent.left, spent.held, spent.out_of_balance) == (0, LAST_DAYS * HALVES_OF_A_DAY, 0)
        self.add(
            f"{SPENDERS} clients spend the last {LAST_DAYS} days of {of}",
            f"{counts}; {spent.left} left, {spent.held // HALVES_OF_A_DAY} held",
            aim=f"{LAST_DAYS} times 201, then 422, none left",
            reached=right,
        )
        self.add("the same, p50 and p95", f"{spent.taken.p50:.1f} and {spent.taken.p95:.1f} ms")

    def add_ruled(self, ruled: Taken) -> None:
        """Bookings at a space with twenty rows of rules."""
        counts = ", ".join(f"{count} times {status}" for status, count in sorted(ruled.statuses.items()))
        self.add("booking where 20 desks have rules of their own, 1 client, p50", f"{ruled.p50:.2f} ms ({counts})")

    def add_feed(self, feed: FeedRead) -> None:
        self.add("feed of 1,000 bookings, first fetch", f"{feed.first_ms:.1f} ms")
        self.add("feed, second fetch", f"{feed.second_ms:.1f} ms")
        self.add_limit("feed from kept bytes, p50", feed.kept.p50, 8, "ms")
        self.add("the same, p95", f"{feed.kept.p95:.2f} ms")
        self.add_limit("feed unchanged, 304, p50", feed.unchanged.p50, 2, "ms")

    def table(self) -> str:
        """Markdown, columns as wide as they need to be."""
        head = ["measurement", "result", "baseline in the same run", "ratio", "aim", "reached"]
        rows = [head, *(line.cells() for line in self.lines)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        rows.insert(1, ["-" * width for width in widths])
        return "\n".join(
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
        )

    def write(self, *, full: bool) -> None:
        """Prints the table and puts it into the document in the place of the last one."""
        command = "FULL=1 make bench" if full else "make bench"
        text = "\n".join(
            (
                f"`{command}` on {system_clock():%Y-%m-%d}. {_machine()}, PostgreSQL {self.postgres}."
                f" Load by others before it began: {self.load_before:.1f}.",
                "",
                self.table(),
                "",
                f"Left for the worker when the bookings were made: {self.left_to_do}.",
            )
        )
        print(text)
        document = DOCUMENT.read_text()
        before, _, rest = document.partition(_BEGIN)
        after = rest.partition(_END)[2]
        DOCUMENT.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}")


def _machine() -> str:
    """Cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    processor = names[0].partition(":")[2].strip() if names else platform.machine()
    packages = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return f"{os.cpu_count()} cores ({processor}), {memory:.0f} GB, Python {platform.python_version()}, {packages}"
