"""PostgreSQL for a machine that has none: a private cluster, started with the app and stopped after its last user.

docs/decisions/0002-embedded-postgresql.md tells how processes share it. Nothing of it listens on a network.
"""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

if sys.platform != "win32":
    import fcntl

from app.platform import postgres_keeper
from app.platform.cluster_home import SOCKET_NAME, ClusterHome, find_home, make_room, settle_home, sync_directory
from app.platform.postgres_binaries import SERVER_ENVIRONMENT, pg_bin, programs_for, run_as
from app.platform.postgres_keeper import LOCK_OF_KEEPER, LOCK_OF_USERS, STARTING, Orders, remove_leftovers
from app.platform.postgres_refusals import (
    EmbeddedPostgresRefusal,
    NotEnoughMemory,
    NotReadyInTime,
    NotWritable,
    StartFailed,
    UsedByAnother,
)

__all__ = ["Cluster", "EmbeddedPostgres", "EmbeddedPostgresRefusal", "pg_bin", "running_cluster"]

LOCK_OF_DOOR = "door"
READY_LIMIT = 600
"""Seconds for a server to become ready; recovery of a large database after a power cut takes minutes."""
STOP_LIMIT = 90
"""Seconds that anybody waits for a server to end; its keeper is firm with it after 60."""
LOOK_AGAIN = 0.01
"""Seconds between two looks at a lock or the server's status file."""
LITTLE_ROOM = 1_000_000
"""Bytes; with less the disk is called full."""
MARK = "nahwerk"
"""Stands in our servers' command line as their cluster_name."""

SERVER_SETTINGS: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "max_connections": "60",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",  # short queries; and no need of /dev/shm, which is small in containers
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",  # details and statements may hold personal data
    "log_min_error_statement": "panic",
}

ALWAYS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",  # only the socket's name, whatever PGPORT says
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_destination": "stderr",
    "cluster_name": MARK,
}


@dataclass(frozen=True)
class Cluster:
    """A server that accepts connections, through a socket in a directory that other users cannot enter."""

    socket_dir: Path

    def dsn(self, database: str, user: str) -> str:
        """A connection string for asyncpg and libpq; no password is needed."""
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={quote(str(self.socket_dir))}"


class EmbeddedPostgres:
    """One process's use of the cluster of a data directory, between `start` and `stop`.

    Any number of processes may use the same cluster. It runs until the last of them has stopped or died,
    whichever of them started it; should it crash meanwhile, it is started again.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] = {}) -> None:
        """`settings` are PostgreSQL's, on top of SERVER_SETTINGS; they count only where this object starts it."""
        self.owned = False
        """Whether this object started the server, rather than joined it."""
        self._data_dir = data_dir
        self._settings = settings
        self._home: ClusterHome | None = None
        self._presence: int | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> Cluster:
        """Joins the running server or starts one, and returns when it is ready.

        May be called again, to bring the server back should its keeper have been killed.
        Raises an EmbeddedPostgresRefusal that says what stands in the way.
        """
        pg_bin("postgres")
        self._home = home = settle_home(self._data_dir)
        with _at_the_door(home, READY_LIMIT):
            try:
                self._be_present(home)
                return _join(home) or self._launch(home)
            except BaseException:
                self._leave(home)
                raise

    def stop(self) -> None:
        """Leaves the cluster; returns when the server has ended, if nobody else uses it."""
        if self._home is None or self._presence is None:
            return
        with _at_the_door(self._home, READY_LIMIT):
            self._leave(self._home)

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _be_present(self, home: ClusterHome) -> None:
        """Takes the lock that keeps the server running; waits while the last user's server is being stopped."""
        if self._presence is None:
            self._presence = _open_lock(home, LOCK_OF_USERS)
            if not _wait_for(lambda: _locked(self._presence, fcntl.LOCK_SH), STOP_LIMIT):
                raise NotReadyInTime(seconds=STOP_LIMIT, log=home.log, lines=_last_words(home))

    def _leave(self, home: ClusterHome) -> None:
        if self._presence is not None:
            os.close(self._presence)
            self._presence = None
        if not _others_are_present(home):
            has_ended = _wait_for(lambda: not _is_held(home, LOCK_OF_KEEPER), STOP_LIMIT)
            if self._keeper is not None and has_ended:
                self._keeper.wait()
        self.owned = False

    def _launch(self, home: ClusterHome) -> Cluster:
        programs = programs_for(home.account)
        _await_end_of_previous(home)
        if not home.is_filled:
            _fill(home, programs, durable=self._settings.get("fsync") != "off")
        orders = _orders(home, programs, self._settings)
        give_up = time.monotonic() + STOP_LIMIT
        while (cluster := self._try_to_launch(home, orders)) is None:
            if not _is_transient(_last_words(home)) or time.monotonic() > give_up:
                raise _reason(home)
            time.sleep(10 * LOOK_AGAIN)
        self.owned = True
        return cluster

    def _try_to_launch(self, home: ClusterHome, orders: Orders) -> Cluster | None:
        remove_leftovers(orders)
        self._keeper = keeper = _start_keeper(home, orders)
        return _ready(home, lambda: keeper.poll() is None)


def running_cluster(data_dir: Path) -> Cluster | None:
    """The cluster of this data directory if it runs just now, else None. Starts nothing and does not keep it running.

    Raises an EmbeddedPostgresRefusal where the directory belongs to another user.
    """
    if sys.platform == "win32":
        return None
    home = find_home(data_dir)
    if home is None or not home.locks.is_dir() or not _is_held(home, LOCK_OF_KEEPER):
        return None
    return _status(home)


def _join(home: ClusterHome) -> Cluster | None:
    if not _is_held(home, LOCK_OF_KEEPER):
        return None
    return _ready(home, lambda: _is_held(home, LOCK_OF_KEEPER))


def _ready(home: ClusterHome, is_coming: Callable[[], bool]) -> Cluster | None:
    """The cluster once it is ready; None when its keeper has given up."""
    if not _wait_for(lambda: _status(home) is not None or not is_coming(), READY_LIMIT):
        raise NotReadyInTime(seconds=READY_LIMIT, log=home.log, lines=_last_words(home))
    return _status(home) if is_coming() else None


def _status(home: ClusterHome) -> Cluster | None:
    """Read from PostgreSQL's own status file: its last lines are socket directory, host, shared memory, state."""
    try:
        lines = os.fsdecode(home.status_file.read_bytes()).rstrip("\n").split("\n")
    except FileNotFoundError:
        return None
    if len(lines) < 8 or lines[-1].strip() != "ready":
        return None
    return Cluster(Path(lines[-4]))


def _await_end_of_previous(home: ClusterHome) -> None:
    """Nobody keeps a server here, so that one that still runs is ending, or was orphaned: it is told to end.

    A server that Nahwerk has not started is left alone (UsedByAnother).
    """
    try:
        pid = int(home.status_file.read_bytes().split(b"\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if _runs_in(pid, home.directory):
        if f"cluster_name={MARK}" not in _command_line(pid):
            raise UsedByAnother(path=home.directory, pid=pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        if not _wait_for(lambda: not _runs_in(pid, home.directory), STOP_LIMIT):
            raise NotReadyInTime(seconds=STOP_LIMIT, log=home.log, lines=_last_words(home))


def _runs_in(pid: int, directory: Path) -> bool:
    """Whether the process is a server of this directory; where the system has no /proc: of any directory."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == directory
        except OSError:
            return False
    return "postgres" in _command_line(pid)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        except OSError:
            return ""
    return run_as(None, ["/bin/ps", "-o", "command=", "-p", str(pid)]).stdout


def _fill(home: ClusterHome, programs: Path, *, durable: bool) -> None:
    """Makes an empty cluster. It gets its name when it is complete: an interrupted one is never taken for one."""
    room = make_room(home)
    flags = ["--auth=reject", "--auth-local=trust", "--encoding=UTF8", "--locale-provider=builtin"]
    flags += [
        "--locale=C.UTF-8",
        "--username=postgres",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    made = run_as(home.account, [programs / "initdb", f"--pgdata={room}", *flags])
    if made.returncode != 0:
        raise StartFailed(log="initdb", lines=made.stderr.strip())
    try:
        room.rename(home.directory)
        sync_directory(home.directory.parent)
    except OSError as error:
        raise NotWritable(path=home.directory, reason=error.strerror) from error


def _orders(home: ClusterHome, programs: Path, settings: Mapping[str, str]) -> Orders:
    socket_directory = str(home.socket_directory())
    everything = {**SERVER_SETTINGS, **settings, **ALWAYS, "unix_socket_directories": socket_directory}
    return Orders(
        command=[
            str(programs / "postgres"),
            *("-D", str(home.directory)),
            *(word for name, value in everything.items() for word in ("-c", f"{name}={value}")),
        ],
        environment=SERVER_ENVIRONMENT,
        uid=home.account.uid if home.account else None,
        gid=home.account.gid if home.account else None,
        locks=str(home.locks),
        log=str(home.log),
        socket_directory=socket_directory,
        leftovers=[
            str(home.status_file),
            f"{socket_directory}/{SOCKET_NAME}",
            f"{socket_directory}/{SOCKET_NAME}.lock",
        ],
    )


def _start_keeper(home: ClusterHome, orders: Orders) -> subprocess.Popen[bytes]:
    """The keeper outlives this process if it must, and no signal to this process's group or terminal reaches it."""
    try:
        keeper = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", postgres_keeper.__file__],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert keeper.stdin is not None
        with keeper.stdin as told:
            told.write(json.dumps(asdict(orders)).encode())
    except OSError as error:
        raise StartFailed(log=home.log, lines=f"{sys.executable}: {error.strerror}") from error
    return keeper


def _last_words(home: ClusterHome) -> str:
    """What the log says since the latest start, at most a dozen lines."""
    try:
        text = home.log.read_text(errors="replace")
    except OSError as error:
        return str(error)
    return "\n".join(text.rpartition(f"{STARTING}\n")[2].splitlines()[-12:])


def _reason(home: ClusterHome) -> EmbeddedPostgresRefusal:
    """Why the server did not start. On a full disk the log has no room to say so."""
    if shutil.disk_usage(home.directory).free < LITTLE_ROOM:
        return NotWritable(path=home.directory, reason=os.strerror(errno.ENOSPC))
    failure = _last_words(home)
    refusal = NotEnoughMemory if "shared memory" in failure else StartFailed
    return refusal(log=home.log, lines=failure)


def _is_transient(failure: str) -> bool:
    """After kill -9 of a whole family of processes some of the server's take a moment to notice."""
    return "pre-existing shared memory block" in failure


@contextmanager
def _at_the_door(home: ClusterHome, seconds: float) -> Iterator[None]:
    """Only one process at a time comes or goes."""
    door = _open_lock(home, LOCK_OF_DOOR)
    try:
        if not _wait_for(lambda: _locked(door, fcntl.LOCK_EX), seconds):
            raise NotReadyInTime(seconds=seconds, log=home.log, lines=_last_words(home))
        yield
    finally:
        os.close(door)


def _others_are_present(home: ClusterHome) -> bool:
    """Asked at the door. The keeper's lock is exclusive, the users' are shared."""
    users = _open_lock(home, LOCK_OF_USERS)
    try:
        return not _locked(users, fcntl.LOCK_EX) and _locked(users, fcntl.LOCK_SH)
    finally:
        os.close(users)


def _is_held(home: ClusterHome, name: str) -> bool:
    lock = _open_lock(home, name)
    try:
        return not _locked(lock, fcntl.LOCK_SH)
    finally:
        os.close(lock)


def _open_lock(home: ClusterHome, name: str) -> int:
    try:
        home.locks.mkdir(mode=0o700, exist_ok=True)
        return os.open(home.locks / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise NotWritable(path=home.locks, reason=error.strerror) from error


def _locked(lock: int | None, kind: int) -> bool:
    assert lock is not None
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN)
    return True
