"""Makes what was ordered: one archive at a time, all of it from one moment, whole or not at all.

The worker runs it as periodic work, which never runs twice at once. What a worker left behind that died is begun anew:
the archive grows under another name and gets its own when it is on disk (docs/decisions/0038-an-operator-leaves.md).
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from app.identity.audit import record
from app.kernel.clock import Clock
from app.leaving.archive import Archive
from app.leaving.contents import TABLES
from app.leaving.known_people import KNOWN
from app.leaving.operations import file_of
from app.leaving.readme import READMES, readme
from app.leaving.rules import kept_for, rests_after
from app.platform.database import DatabaseAway, execute, fetch_row, transaction
from app.platform.exported_tables import ExportedTable
from app.platform.files import Files
from app.platform.logs import Log, error_in_short
from app.platform.outbox import emit
from app.platform.private_files import private_folder
from app.platform.snapshots import Snapshot, snapshot

FORMAT: Final = 1
"""The edition of what is in the archive; another one where a reader of this one would not find its way."""

_FILES_AT_ONCE: Final = 4

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class _Order:
    id: int
    public_id: str
    operator: int
    slug: str
    name: str
    attempts: int


@dataclass(slots=True)
class _Counts:
    """What is in the archive so far."""

    rows: dict[str, int]
    files: set[str]
    missing: list[str]


async def make_due(folder: Path, files: Files, clock: Clock, tables: Sequence[ExportedTable] = TABLES) -> bool:
    """Makes the order that waits longest, if there is one; whether it is ready. Raises DatabaseAway.

    One that fails rests and is tried again, and is given up after some attempts, also where the worker died of it.
    """
    order = await _take(clock())
    if order is None:
        return False
    draft = folder / f".{order.public_id}.{order.attempts}"
    try:
        if rests_after(order.attempts - 1) is None:
            raise RuntimeError("begun again and again, and never ended")
        await asyncio.to_thread(_clear, folder, order.public_id)
        made_at = clock()
        counts = await _write(draft, order, files, made_at, tables)
        await asyncio.to_thread(_settle, draft, file_of(folder, order.public_id))
        await _enter_ready(order, counts, file_of(folder, order.public_id).stat().st_size, made_at, clock())
    except DatabaseAway:
        raise
    except Exception as error:
        draft.unlink(missing_ok=True)
        await _enter_failure(order, error, clock())
        return False
    return True


async def _take(now: datetime) -> _Order | None:
    """Counts the attempt before it begins."""
    row = await fetch_row(
        "UPDATE operator_export SET state = 'making', attempts = attempts + 1, tables_done = 0"
        " FROM operator WHERE operator.id = operator_export.operator AND operator_export.id = ("
        "SELECT id FROM operator_export WHERE state IN ('ordered', 'making') AND next_attempt_at <= $1"
        " ORDER BY next_attempt_at, id LIMIT 1) RETURNING operator_export.id, operator_export.public_id,"
        " operator_export.operator, operator.slug, operator.name, operator_export.attempts",
        now,
    )
    return _Order(**row) if row else None


async def _write(
    draft: Path, order: _Order, files: Files, made_at: datetime, tables: Sequence[ExportedTable]
) -> _Counts:
    counts = _Counts({}, set(), [])
    # Entered and left in threads: closing waits for the disk.
    archive = await asyncio.to_thread(Archive, draft, made_at)
    error: BaseException | None = None
    try:
        async with snapshot() as moment:
            for number, table in enumerate(tables, 1):
                counts.rows[table.name] = await _write_rows(archive, moment, table, order, made_at)
                await _write_files(archive, moment, table, order, made_at, files, counts)
                await execute(
                    "UPDATE operator_export SET tables_done = $2 WHERE id = $1 AND state = 'making'", order.id, number
                )
        for language, name in READMES.items():
            text = readme(language, tables, order.name, made_at, counts.rows)
            await asyncio.to_thread(archive.add_text, name, text)
        await asyncio.to_thread(archive.add_text, "export.json", _summary(order, counts, made_at))
    except BaseException as failure:
        error = failure
        raise
    finally:
        await asyncio.to_thread(archive.__exit__, type(error) if error else None, error, None)
    return counts


async def _write_rows(
    archive: Archive, moment: Snapshot, table: ExportedTable, order: _Order, made_at: datetime
) -> int:
    rows = 0
    await asyncio.to_thread(archive.begin, table.name, list(table.columns))
    async for portion in moment.rows(table.sql(KNOWN), order.operator, made_at):
        await asyncio.to_thread(archive.add, [row["row"] for row in portion])
        rows += len(portion)
    await asyncio.to_thread(archive.end, table.name)
    return rows


async def _write_files(
    archive: Archive,
    moment: Snapshot,
    table: ExportedTable,
    order: _Order,
    made_at: datetime,
    files: Files,
    counts: _Counts,
) -> None:
    """Each file once, however many rows name it; one that is lost is named in the summary."""
    sql = table.files_sql(KNOWN)
    if sql is None:
        return
    async for portion in moment.rows(sql, order.operator, made_at, at_once=_FILES_AT_ONCE):
        for row in portion:
            path, content = row["path"], row["content"]
            if path is None or path in counts.files:
                continue
            if content is None:
                kept = await files.get(row["stored"])
                content = kept[0] if kept else None
            if content is None:
                counts.missing.append(path)
                continue
            counts.files.add(path)
            await asyncio.to_thread(archive.add_picture, path, content)


def _summary(order: _Order, counts: _Counts, made_at: datetime) -> str:
    said = {
        "format": FORMAT,
        "operator": order.slug,
        "made_at": made_at,
        "tables": counts.rows,
        "files": len(counts.files),
        "missing_files": sorted(set(counts.missing)),
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


async def _enter_ready(order: _Order, counts: _Counts, size: int, made_at: datetime, now: datetime) -> None:
    async with transaction():
        await execute(
            "UPDATE operator_export SET state = 'ready', row_count = $2, file_count = $3, size = $4, made_at = $5,"
            " kept_until = $6, last_error = NULL WHERE id = $1",
            order.id,
            sum(counts.rows.values()),
            len(counts.files),
            size,
            made_at,
            made_at + kept_for(made_at.date()),
        )
        await record("operator_export.made", "operator_export", order.id, None, now)
        await emit("operator_export.made", "operator_export", order.id, now)


async def _enter_failure(order: _Order, error: Exception, now: datetime) -> None:
    rest = rests_after(order.attempts)
    said = error_in_short(error)
    _log.warning("an export failed", export=order.public_id, attempts=order.attempts, error=said)
    async with transaction():
        await execute(
            "UPDATE operator_export SET state = $2, next_attempt_at = $3, ended_at = $4, last_error = $5 WHERE id = $1",
            order.id,
            "failed" if rest is None else "ordered",
            now + rest if rest else now,
            None if rest else now,
            said,
        )
        if rest is None:
            await record("operator_export.failed", "operator_export", order.id, None, now)


def _clear(folder: Path, public_id: str) -> None:
    """The folder without what an earlier attempt left behind."""
    private_folder(folder)
    for path in folder.glob(f".{public_id}.*"):
        path.unlink(missing_ok=True)


def _settle(draft: Path, path: Path) -> None:
    """From now on the archive has its name, also after a power cut."""
    draft.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
