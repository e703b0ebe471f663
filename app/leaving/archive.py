"""The file itself: a ZIP that is written row by row and never in memory as a whole. Blocks; call it in a thread."""

import contextlib
import csv
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import msgspec

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)


class Archive:
    """A new archive at `path`, for its owner alone. Each table is begun, gets its rows and is ended."""

    def __init__(self, path: Path, made_at: datetime) -> None:
        self._made_at = made_at.timetuple()[:6] if made_at.year >= _OLDEST[0] else _OLDEST
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._folder = path.parent
        self._json: IO[bytes] | None = None
        self._csv: IO[bytes] | None = None
        self._columns: Sequence[str] = ()
        self._is_first = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Whole and on disk; after an error it is only let go, whatever is missing in it."""
        if error is None:
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            return
        for part in (self._json, self._csv, self._zip, self._file):
            if part is not None:
                with contextlib.suppress(OSError, ValueError):
                    part.close()

    def begin(self, name: str, columns: Sequence[str]) -> None:
        """The rows that follow are those of this table."""
        self._columns, self._is_first = columns, True
        self._json = self._zip.open(self._member(f"json/{name}.json"), "w", force_zip64=True)
        self._json.write(b"[")
        self._csv = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        self._write_cells([columns], "utf-8-sig")

    def add(self, rows: Sequence[str]) -> None:
        """Rows as JSON objects."""
        assert self._json is not None, "begun"
        values = [msgspec.json.decode(row) for row in rows]
        for row in rows:
            self._json.write((b"\n" if self._is_first else b",\n") + row.encode())
            self._is_first = False
        self._write_cells([[_cell(value[column]) for column in self._columns] for value in values])

    def end(self, name: str) -> None:
        """The table is whole."""
        assert self._json is not None, "begun"
        assert self._csv is not None, "begun"
        self._json.write(b"\n]\n")
        self._json.close()
        self._csv.seek(0)
        with self._zip.open(self._member(f"csv/{name}.csv"), "w", force_zip64=True) as member:
            shutil.copyfileobj(self._csv, member)
        self._csv.close()
        self._json = self._csv = None

    def add_text(self, name: str, text: str) -> None:
        self._zip.writestr(self._member(name), text)

    def add_picture(self, name: str, content: bytes) -> None:
        """As it is: a picture is compressed already."""
        self._zip.writestr(self._member(name), content, compress_type=zipfile.ZIP_STORED)

    def _write_cells(self, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> None:
        assert self._csv is not None, "begun"
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=";").writerows(rows)
        self._csv.write(written.getvalue().encode(encoding))

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, self._made_at)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o600 << 16
        return member


def _cell(value: Any) -> str:
    """As programs for tables read it; what they would take for a formula begins with an apostrophe."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return msgspec.json.encode(value).decode()
