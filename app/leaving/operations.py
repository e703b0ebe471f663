"""Ordering all data of an operator, seeing how far it is, taking the file and deleting it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, demand_fresh_sign_in
from app.kernel.refusals import NotFound
from app.leaving.contents import TABLES
from app.leaving.rules import LISTED_FOR, ExportState, ExportUnderWay
from app.network.queries import OperatorCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit
from app.platform.scoped_rows import finds_scope

ORDERS: Final = Limit("operator_export", hits=10, per=timedelta(days=1))

refuse_constraint("operator_export_one_at_a_time", ExportUnderWay)


@dataclass(frozen=True, slots=True)
class Export:
    """One order and what became of it; `name` is who ordered it."""

    id: int
    public_id: str
    slug: str
    operator_name: str
    ordered_by: int
    name: str
    ordered_at: datetime
    state: ExportState
    tables_done: int
    row_count: int
    file_count: int
    made_at: datetime | None
    size: int | None
    kept_until: datetime | None
    ended_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.state in (ExportState.ORDERED, ExportState.MAKING)

    @property
    def percent(self) -> int:
        return 100 * self.tables_done // len(TABLES)

    def stands(self, now: datetime) -> ExportState:
        """As its reader sees it: a file whose time is over counts as deleted, even before it is."""
        if self.state is ExportState.READY and (self.kept_until is None or now >= self.kept_until):
            return ExportState.DELETED
        return self.state

    def can_be_taken(self, now: datetime) -> bool:
        return self.stands(now) is ExportState.READY


async def leaving_operator(actor: Actor, slug: str) -> OperatorCard:
    """The operator for who manages it; one that has left, for the network's administrators. Raises NotFound."""
    row = await _operator(slug)
    may = row is not None and (
        actor.may(Action.MANAGE_OPERATOR, operator=row["id"])
        if row["retired_at"] is None
        else actor.may(Action.MANAGE_NETWORK)
    )
    if row is None or not may:
        raise NotFound
    return OperatorCard(row["id"], row["slug"], row["name"], row["email"], row["phone"])


@finds_scope
async def _operator(slug: str) -> Mapping[str, Any] | None:
    return await fetch_row("SELECT id, slug, name, email, phone, retired_at FROM operator WHERE slug = $1", slug)


_EXPORT: Final = """
    SELECT e.id, e.public_id, o.slug, o.name AS operator_name, e.ordered_by, p.name, e.ordered_at, e.state,
        e.tables_done, e.row_count, e.file_count, e.made_at, e.size, e.kept_until, e.ended_at
    FROM operator_export e JOIN operator o ON o.id = e.operator JOIN person p ON p.id = e.ordered_by
"""


async def exports_of(operator: OperatorCard) -> list[Export]:
    """All that is known of, the newest first."""
    rows = await fetch(f"{_EXPORT} WHERE e.operator = $1 ORDER BY e.id DESC", operator.id)
    return [_export(row) for row in rows]


async def export_of(operator: OperatorCard, public_id: str) -> Export:
    """Raises NotFound."""
    row = await fetch_row(f"{_EXPORT} WHERE e.operator = $1 AND e.public_id = $2", operator.id, public_id)
    if row is None:
        raise NotFound
    return _export(row)


async def export_by_id(key: int) -> Export | None:
    """For the worker."""
    row = await fetch_row(f"{_EXPORT} WHERE e.id = $1", key)
    return _export(row) if row else None


async def order_export(actor: Actor, operator: OperatorCard, now: datetime) -> str:
    """Orders the file; a worker makes it. Its public id. Raises ExportUnderWay, TooMany."""
    if await fetch_value(
        "SELECT 1 FROM operator_export WHERE operator = $1 AND state IN ('ordered', 'making')", operator.id
    ):
        raise ExportUnderWay
    await hit(ORDERS, str(operator.id), now)
    async with transaction():
        row = await fetch_row(
            "INSERT INTO operator_export (public_id, operator, ordered_by, ordered_at, next_attempt_at)"
            " VALUES ($1, $2, $3, $4, $4) RETURNING id, public_id",
            new_public_id(),
            operator.id,
            actor.person,
            now,
        )
        assert row is not None
        await record("operator_export.ordered", "operator_export", row["id"], actor, now)
    return str(row["public_id"])


async def take_export(actor: Actor, operator: OperatorCard, public_id: str, folder: Path, now: datetime) -> Path:
    """Where the file lies; that it was taken stands in the trail. Raises NotFound, FreshSignInNeeded."""
    export = await export_of(operator, public_id)
    path = file_of(folder, export.public_id)
    if not export.can_be_taken(now):
        raise NotFound
    demand_fresh_sign_in(actor, now)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound
    await record("operator_export.downloaded", "operator_export", export.id, actor, now)
    return path


async def drop_export(actor: Actor, operator: OperatorCard, public_id: str, folder: Path, now: datetime) -> None:
    """Deletes the file before its time. Raises NotFound."""
    export = await export_of(operator, public_id)
    if export.state is not ExportState.READY:
        raise NotFound
    await asyncio.to_thread(_delete, [file_of(folder, export.public_id)])
    async with transaction():
        await execute(
            "UPDATE operator_export SET state = 'deleted', ended_at = $2 WHERE id = $1 AND state = 'ready'",
            export.id,
            now,
        )
        await record("operator_export.deleted", "operator_export", export.id, actor, now)


async def forget_exports(folder: Path, now: datetime) -> int:
    """Deletes the files whose time is over and those that nobody knows of, and forgets old orders; how many files."""
    over = await fetch("SELECT id, public_id FROM operator_export WHERE state = 'ready' AND kept_until <= $1", now)
    for row in over:
        await asyncio.to_thread(_delete, [file_of(folder, row["public_id"])])
        await execute("UPDATE operator_export SET state = 'deleted', ended_at = $2 WHERE id = $1", row["id"], now)
    found = await asyncio.to_thread(_files_in, folder)  # before the question: what is begun after it is no stray
    rows = await fetch("SELECT public_id FROM operator_export WHERE state IN ('ordered', 'making', 'ready')")
    known = {row["public_id"] for row in rows}
    strays = [path for path in found if path.name.lstrip(".").partition(".")[0] not in known]
    await asyncio.to_thread(_delete, strays)
    await execute(
        "DELETE FROM operator_export WHERE state IN ('failed', 'deleted') AND ended_at < $1", now - LISTED_FOR
    )
    return len(over) + len(strays)


def file_of(folder: Path, public_id: str) -> Path:
    return folder / f"{public_id}.zip"


def _files_in(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _export(row: Mapping[str, Any]) -> Export:
    return Export(**{**row, "state": ExportState(row["state"])})


@on_merge("operator_export.ordered_by")
async def _move_orders(merge: Merge) -> None:
    await execute("UPDATE operator_export SET ordered_by = $1 WHERE ordered_by = $2", merge.kept, merge.gone)
