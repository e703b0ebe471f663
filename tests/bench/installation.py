"""A real `nahwerk serve` in a folder of its own: started, watched through /proc, stopped."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.platform.cluster_home import find_home
from app.platform.settings import ROOT, Settings
from tests.bench.load import Client, request_bytes

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
STARTS_WITHIN = 60
_NOT_FOR_US = {"DATABASE_URL", "DATABASE_OWNER_URL", "ENVIRONMENT", "PYTHONDONTWRITEBYTECODE"}
"""Settings of the caller's that would make it another installation, or one that compiles itself at each start."""


@dataclass(frozen=True, slots=True)
class CpuSeconds:
    """Processor time so far, in user and system mode."""

    web: float
    postgres: float
    worker: float

    def __sub__(self, other: "CpuSeconds") -> "CpuSeconds":
        return CpuSeconds(self.web - other.web, self.postgres - other.postgres, self.worker - other.worker)


class Installation:
    """One data folder, with or without a server on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in _NOT_FOR_US},
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "LOG_FORMAT": "json",
        }

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, port=self.port)

    def run(self, *arguments: str) -> str:
        """A command of nahwerk; what it prints. Raises CalledProcessError."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    async def start(self, *options: str) -> float:
        """Starts the server; seconds until the first page is there."""
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            started = time.perf_counter()
            self._process = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-m", "app.cli", "serve", *options],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        await self._first_page()
        return time.perf_counter() - started

    async def _first_page(self) -> None:
        request = request_bytes("GET", "/", headers={"Accept": "text/html"})
        deadline = time.perf_counter() + STARTS_WITHIN
        while time.perf_counter() < deadline:
            client = Client(self.port)
            try:
                answer = await client.send(request)
            except OSError:
                await asyncio.sleep(0.005)
                continue
            finally:
                client.close()
            if answer.status != 200:
                raise RuntimeError(f"the first page is answered with {answer.status}")
            return
        raise RuntimeError(f"no page within {STARTS_WITHIN} s")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)
        self._process = None

    @property
    def web(self) -> int:
        assert self._process is not None, "start it first"
        return self._process.pid

    @property
    def worker(self) -> int | None:
        """The worker's process, once it has been started."""
        for pid in _children(self.web):
            if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        return None

    @property
    def postmaster(self) -> int:
        home = find_home(self.folder / "postgres")
        assert home is not None, "there is no cluster yet"
        return int((home.directory / "postmaster.pid").read_text().split("\n", 1)[0])

    def cpu(self) -> CpuSeconds:
        """What each has used so far; of PostgreSQL all processes, those that have ended too."""
        postgres = [self.postmaster, *_children(self.postmaster)]
        worker = self.worker
        return CpuSeconds(
            web=_cpu_seconds(self.web),
            postgres=sum(_cpu_seconds(pid, and_gone_children=pid == postgres[0]) for pid in postgres),
            worker=_cpu_seconds(worker) if worker else 0.0,
        )

    def memory_mb(self) -> tuple[float, float]:
        """Resident memory of the web process and of the worker, in MB."""
        worker = self.worker
        return _resident_mb(self.web), _resident_mb(worker) if worker else 0.0


class StatementLog:
    """PostgreSQL's own log of how long each statement took, for the statements of the web process."""

    _LINE = re.compile(r"\[(\d+)\] LOG:  duration: ([\d.]+) ms  (\w+)")

    def __init__(self, folder: Path) -> None:
        home = find_home(folder / "postgres")
        assert home is not None, "there is no cluster yet"
        self._path = home.log
        self._at = 0

    def begin(self) -> None:
        self._at = self._path.stat().st_size

    def milliseconds(self, processes: Sequence[int]) -> tuple[float, int]:
        """The sum over parsing, binding and running since `begin`, and how many statements ran."""
        with self._path.open("rb") as log:
            log.seek(self._at)
            text = log.read().decode(errors="replace")
        found = [(float(ms), what) for pid, ms, what in self._LINE.findall(text) if int(pid) in processes]
        return sum(ms for ms, _ in found), sum(what in {"execute", "statement"} for _, what in found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _cpu_seconds(pid: int, *, and_gone_children: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except FileNotFoundError:
        return 0.0
    used = fields[11:15] if and_gone_children else fields[11:13]
    return sum(map(int, used)) / _TICKS


def _resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_KB / 1024
