"""Many reads of one and the same moment, row by row: whatever is written meanwhile is not in them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from app.platform.database import DB
from app.platform.scoped_rows import demand_open_rows

ROWS_AT_ONCE: Final = 500


class Snapshot:
    """The database as it was at the first read."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(
        self, sql: str, *arguments: object, at_once: int = ROWS_AT_ONCE
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """The rows in portions; no more than one is in memory."""
        demand_open_rows(sql)
        cursor = await self._connection.cursor(sql, *arguments)
        while portion := await cursor.fetch(at_once):
            yield portion


@asynccontextmanager
async def snapshot() -> AsyncIterator[Snapshot]:
    """A transaction that only reads, on a connection of its own; what else is done inside goes by other connections.

    Not inside another transaction, which would have its own moment. Raises DatabaseAway; what the block raises comes
    out as it is, so that a full disk is not taken for a database that is away.
    """
    if DB.current_transaction.get() is not None:
        raise RuntimeError("a snapshot stands alone")
    raised: Exception | None = None
    async with (
        DB.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        try:
            yield Snapshot(connection)
        except Exception as error:
            raised = error
    if raised is not None:
        raise raised
