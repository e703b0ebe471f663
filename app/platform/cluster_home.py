"""Where the embedded cluster lives: its directory, the files beside it, its socket, and who owns them."""

import errno
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import pwd

from app.platform.postgres_binaries import (
    MAJOR_VERSION,
    SYSTEM_DIR,
    Account,
    make_system_dir,
    run_as,
)
from app.platform.postgres_refusals import (
    ClusterMissing,
    NotACluster,
    NotReachable,
    NotWritable,
    OtherMajorVersion,
    OwnedByAnother,
    UnsafeSocketDirectory,
)

POINTER = "cluster-location"
"""File in the data directory that names the cluster's directory where that is elsewhere."""

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103
"""Bytes that a Unix socket's path may have on every system (macOS has the least: 104 with the closing zero)."""


@dataclass(frozen=True)
class ClusterHome:
    """One cluster's place. `account` runs the server; None means this process's own user."""

    directory: Path
    account: Account | None

    @property
    def is_filled(self) -> bool:
        return (self.directory / "PG_VERSION").exists()

    @property
    def status_file(self) -> Path:
        """Written by PostgreSQL while it runs."""
        return self.directory / "postmaster.pid"

    @property
    def log(self) -> Path:
        return self.beside(".log")

    @property
    def locks(self) -> Path:
        return self.beside(".locks")

    def beside(self, suffix: str) -> Path:
        return self.directory.with_name(self.directory.name + suffix)

    def give_to_server(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def socket_directory(self) -> Path:
        """A directory that only the server's account can enter, with a path short enough for a socket.

        It is made beside the cluster or, where that path is too long, in the system's runtime or temporary
        directory under a hash of the path. Raises UnsafeSocketDirectory where somebody else was there first.
        """
        short = f"nahwerk-{_hash(self.directory)}"
        places = [self.beside(".socket"), *(parent / short for parent in self._runtime_directories())]
        place = next(place for place in places if _fits_a_socket(place))
        self._make_private(place)
        return place

    def _runtime_directories(self) -> list[Path]:
        """Where short directories go; the last one always fits."""
        if self.account is not None:
            preferred = [Path("/run")]
        else:
            preferred = [Path(os.environ.get("XDG_RUNTIME_DIR", "/run")), Path(tempfile.gettempdir())]
        return [*(place for place in preferred if os.access(place, os.W_OK)), Path("/tmp")]  # noqa: S108

    def _make_private(self, place: Path) -> None:
        try:
            place.mkdir(mode=0o700)
            self.give_to_server(place)
        except FileExistsError:
            found = place.lstat()
            owner = self.account.uid if self.account else os.geteuid()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
                raise UnsafeSocketDirectory(path=place) from None
        except OSError as error:
            raise NotWritable(path=place, reason=error.strerror) from error


def settle_home(data_dir: Path) -> ClusterHome:
    """The home of the cluster of this data directory; makes the directories that are missing, fills none.

    As root the server runs as the data directory's owner or, where that is root, as `nobody`. Where that
    account cannot reach the data directory, the cluster lives below SYSTEM_DIR and the data directory holds
    a pointer. No existing directory's mode is changed. Raises an EmbeddedPostgresRefusal.
    """
    data_dir = data_dir.resolve()
    is_root = os.geteuid() == 0
    try:
        data_dir.parent.parent.mkdir(parents=True, exist_ok=True)
        data_dir.parent.mkdir(mode=0o711 if is_root else 0o700, exist_ok=True)
        data_dir.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NotWritable(path=data_dir, reason=error.strerror) from error
    home = _home_of_root(data_dir) if is_root else ClusterHome(data_dir, None)
    _check(home)
    return home


def find_home(data_dir: Path) -> ClusterHome | None:
    """The home of a cluster that exists already, else None. Changes nothing."""
    data_dir = data_dir.resolve()
    try:
        if not data_dir.is_dir():
            return None
    except PermissionError as error:
        raise NotWritable(path=data_dir, reason=error.strerror) from error
    if os.geteuid() == 0:
        directory = _pointed_to(data_dir) or data_dir
        home = ClusterHome(directory, _account_for(directory))
    else:
        _check_owner(data_dir, None)
        home = ClusterHome(data_dir, None)
    return home if home.is_filled else None


def _home_of_root(data_dir: Path) -> ClusterHome:
    with _one_at_a_time(data_dir):
        if elsewhere := _pointed_to(data_dir):
            return ClusterHome(elsewhere, _account_for(elsewhere))
        home = ClusterHome(data_dir, _account_for(data_dir))
        assert home.account is not None
        if _can_enter(home.account, data_dir.parent):
            if not any(data_dir.iterdir()):
                home.give_to_server(data_dir)
            return home
        if any(data_dir.iterdir()):
            raise NotReachable(path=data_dir, account=home.account.name)
        return _move_out(data_dir, home.account)


def _move_out(data_dir: Path, account: Account) -> ClusterHome:
    """Makes an empty home below SYSTEM_DIR and points to it.

    A cluster there that an earlier data directory of the same path has left behind is neither used nor touched.
    """
    make_system_dir()
    if not _can_enter(account, SYSTEM_DIR):
        raise NotReachable(path=SYSTEM_DIR, account=account.name)
    names = (_hash(data_dir) + (f"-{number}" if number > 1 else "") for number in count(1))
    home = next(
        home
        for home in (ClusterHome(SYSTEM_DIR.resolve() / name, account) for name in names)
        if _make_new(home.directory)
    )
    home.give_to_server(home.directory)
    _write_durably(data_dir / POINTER, os.fsencode(home.directory) + b"\n")
    return home


def _make_new(directory: Path) -> bool:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except OSError as error:
        raise NotWritable(path=directory, reason=error.strerror) from error
    return True


def _pointed_to(data_dir: Path) -> Path | None:
    pointer = data_dir / POINTER
    if not pointer.exists():
        return None
    directory = Path(os.fsdecode(pointer.read_bytes().rstrip(b"\n")))
    if not directory.is_dir():
        raise ClusterMissing(pointer=pointer, path=directory)
    return directory


def _account_for(directory: Path) -> Account:
    owner = directory.stat()
    try:
        user = pwd.getpwuid(owner.st_uid) if owner.st_uid else pwd.getpwnam("nobody")
    except KeyError:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


def _can_enter(account: Account, directory: Path) -> bool:
    """Asked of the system itself, for modes alone don't tell where access lists or groups decide."""
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", directory]).returncode == 0


def _check(home: ClusterHome) -> None:
    _check_owner(home.directory, home.account)
    if home.is_filled:
        found = (home.directory / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise OtherMajorVersion(path=home.directory, found=found, bundled=MAJOR_VERSION)
    elif any(home.directory.iterdir()):
        raise NotACluster(path=home.directory)
    if not os.access(home.directory.parent, os.W_OK):
        raise NotWritable(path=home.directory.parent, reason=os.strerror(errno.EACCES))


def _check_owner(directory: Path, account: Account | None) -> None:
    owner = directory.stat().st_uid
    expected = account.uid if account else os.geteuid()
    if owner != expected:
        raise OwnedByAnother(path=directory, owner=_user_name(owner), expected=_user_name(expected))


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _fits_a_socket(directory: Path) -> bool:
    """A comma separates hosts in connection strings, so that no path with one can be named there."""
    path = os.fsencode(directory / SOCKET_NAME)
    return len(path) <= SOCKET_PATH_LIMIT and b"," not in path


@contextmanager
def _one_at_a_time(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    """The file has this content after a power cut too, or is not there at all."""
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Names in the directory survive a power cut from here on."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_room(home: ClusterHome) -> Path:
    """An empty directory beside the cluster, owned by the server's account; leftovers in it are removed."""
    room = home.beside(".new")
    shutil.rmtree(room, ignore_errors=True)
    try:
        room.mkdir(mode=0o700)
        home.give_to_server(room)
    except OSError as error:
        raise NotWritable(path=room, reason=error.strerror) from error
    return room
