"""The keeper of the embedded PostgreSQL: a small process that runs the server for as long as anybody uses it.

It is started as a script of its own, in its own session, with nothing but the standard library. Whoever uses the
cluster holds a shared lock on the file `users`; the system drops that lock however the user ends, kill -9
included. The keeper waits for the exclusive lock: once it has it, nobody is left, and it stops the server.
Until then it starts the server again whenever that dies.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

if sys.platform != "win32":
    import fcntl

LOG_LIMIT = 5_000_000
"""Bytes; a log that grows beyond is kept once as `.1`."""
STOP_LIMIT = 60
"""Seconds for an orderly shutdown before the server is told to stop at once (it then recovers at its next start)."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before a server that has died is started again; doubled each time that it does not become ready."""
STARTING = "nahwerk: starting PostgreSQL"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
LOCK_OF_USERS = "users"
LOCK_OF_KEEPER = "keeper"


@dataclass(frozen=True)
class Orders:
    """What a keeper is told.

    `uid` and `gid` are None where the server runs as the keeper's own user. `leftovers` are files of a server
    that was killed; the process id in them may by now be another program's and would keep a new one from starting.
    """

    command: list[str]
    environment: dict[str, str]
    uid: int | None
    gid: int | None
    locks: str
    log: str
    socket_directory: str
    leftovers: list[str]


class BoundedLog:
    """The server's log; a full disk loses lines, never the server."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open()

    def take_errors(self) -> None:
        """What this process itself has to complain about goes into the log too."""
        os.dup2(self._descriptor, sys.stderr.fileno())

    def write(self, line: bytes) -> None:
        with suppress(OSError):
            if self._size > LOG_LIMIT:
                full = self._descriptor
                os.replace(self._path, f"{self._path}.1")
                self._open()
                os.close(full)
            self._size += os.write(self._descriptor, line)

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        self._size = os.fstat(self._descriptor).st_size


class Keeper:
    """Runs one server. `run` returns 0 when the last user has left, 1 when the server never became ready."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._log = BoundedLog(orders.log)
        self._log.take_errors()
        self._turn = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._nobody_left = threading.Event()

    def run(self) -> int:
        self._lock(LOCK_OF_KEEPER)
        threading.Thread(target=self._stop_after_last_user, daemon=True).start()
        pause = 0.0
        while server := self._start():
            was_ready = self._follow(server)
            server.wait()
            if not was_ready and not pause:
                return 1
            self._log.write(f"nahwerk: PostgreSQL has ended with {server.returncode}\n".encode())
            remove_leftovers(self._orders)
            pause = SHORTEST_PAUSE if was_ready else min(2 * pause, LONGEST_PAUSE)
            self._nobody_left.wait(pause)
        with suppress(OSError):
            os.rmdir(self._orders.socket_directory)
        return 0

    def _start(self) -> subprocess.Popen[bytes] | None:
        orders = self._orders
        with self._turn:
            if self._nobody_left.is_set():
                return None
            self._log.write(f"{STARTING}\n".encode())
            self._server = subprocess.Popen(  # noqa: S603 - the orders come from the process that started us
                orders.command,
                env=orders.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                user=orders.uid,
                group=orders.gid,
                extra_groups=None if orders.uid is None else [],
                umask=0o077,
                preexec_fn=end_with_keeper,  # noqa: PLW1509 - the other thread only waits for a lock
            )
            return self._server

    def _follow(self, server: subprocess.Popen[bytes]) -> bool:
        """Keeps the server's output until every process of it has gone; says whether it was ready meanwhile."""
        assert server.stdout is not None
        was_ready = False
        for line in server.stdout:
            self._log.write(line)
            was_ready = was_ready or b"ready to accept connections" in line
        return was_ready

    def _stop_after_last_user(self) -> None:
        self._lock(LOCK_OF_USERS)
        with self._turn:
            self._nobody_left.set()
            server = self._server
        if server is None:
            return
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)

    def _lock(self, name: str) -> None:
        """Waits for the exclusive lock and holds it until this process ends."""
        path = os.path.join(self._orders.locks, name)
        fcntl.flock(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), fcntl.LOCK_EX)


def remove_leftovers(orders: Orders) -> None:
    """To be called when no server runs."""
    for path in orders.leftovers:
        with suppress(FileNotFoundError):
            os.unlink(path)


def end_with_keeper() -> None:
    """Has Linux shut the server down should the keeper itself be killed. Runs between fork and exec."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def main() -> int:
    """Reads its orders as JSON from standard input. Ends with the last user, not with the terminal or service
    that happened to start it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    return Keeper(Orders(**json.load(sys.stdin))).run()


if __name__ == "__main__":
    sys.exit(main())
