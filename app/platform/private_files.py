"""Files and folders that no other user of the machine may read."""

import os
from collections.abc import Callable
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Makes the folder with mode 0700 if it is missing; parents that exist stay as they are."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def data_folder(path: Path) -> Path:
    """Makes the data directory if it is missing, closed to others; what lies in it is closed by itself too.

    Root's has mode 0711, so that the embedded database's unprivileged user can pass through it to its own folder.
    """
    path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return path


def read_or_create_private(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; made with mode 0600 on first use. Two processes at once agree on one content."""
    data_folder(path.parent)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
