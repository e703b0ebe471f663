"""Files of the network (photos, plans, documents), named by their content (docs/design.md decision 19).

A name never changes its meaning, so it can be cached for good, and the same file put twice is kept once.
"""

import asyncio
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.platform.private_files import private_folder

_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/xml": "xml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}
"""What may be kept. SVG is not among them: it can carry scripts."""

_MEDIA_TYPES = {extension: media_type for media_type, extension in _EXTENSIONS.items()}
_NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(_MEDIA_TYPES)})", re.ASCII)


@runtime_checkable
class Files(Protocol):
    """Where files are kept."""

    async def put(self, content: bytes, media_type: str) -> str:
        """Keeps the content for good and gives its name. Raises ValueError for a media type that is not kept."""
        ...

    async def get(self, name: str) -> tuple[bytes, str] | None:
        """The content and its media type; None where no file has this name, whatever the name looks like."""
        ...


class FolderFiles:
    """Files in a folder that only the program's own user can read: `ab/ab12...ef.jpg` below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, content: bytes, media_type: str) -> str:
        """Keeps the content; once this returns it is on disk. Raises ValueError for a media type that is not kept."""
        if media_type not in _EXTENSIONS:
            raise ValueError(f"files of the type {media_type} are not kept")
        name = f"{hashlib.sha256(content).hexdigest()}.{_EXTENSIONS[media_type]}"
        await asyncio.to_thread(self._write, name, content)
        return name

    async def get(self, name: str) -> tuple[bytes, str] | None:
        """The content and its media type; None where no file has this name, whatever the name looks like."""
        well_formed = _NAME.fullmatch(name)
        if well_formed is None:
            return None
        try:
            content = await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            return None
        return content, _MEDIA_TYPES[well_formed[1]]

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name

    def _write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        if path.exists():
            return
        private_folder(self._root)
        folder = private_folder(path.parent)
        draft = folder / f".{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(folder)


def _sync(folder: Path) -> None:
    """Makes a new name in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
