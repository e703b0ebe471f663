"""Rows of several capabilities in one statement: all of them stand or none, for one round trip and without BEGIN.

Each capability says what its own row is; whoever combines them needs to know nothing but that they belong together.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from app.platform.database import execute, fetch_value


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to be inserted, its values by column; a mapping among them is JSON.

    With `yields_to`, the name of an exclusion or unique constraint, it gives way to a row that stands already.
    """

    table: str
    values: Mapping[str, object]
    yields_to: str | None = None


async def insert_together(first: NewRow, *others: NewRow) -> bool:
    """Inserts all rows, or none and answers False where `first` gave way. Constraints speak as in any statement."""
    rows = (first, *others)
    sql = _statement(tuple((row.table, tuple(row.values)) for row in rows), first.yields_to)
    return await fetch_value(sql, *(_said(value) for row in rows for value in row.values.values())) is not None


async def insert_all(rows: Sequence[NewRow]) -> None:
    """Inserts many rows in their order: one statement for all of a table that name the same columns."""
    alike: dict[tuple[str, tuple[str, ...]], list[Mapping[str, object]]] = {}
    for row in rows:
        alike.setdefault((row.table, tuple(row.values)), []).append(row.values)
    for (table, names), values in alike.items():
        columns = ", ".join(names)
        await execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::json)",  # noqa: S608
            msgspec.json.encode(values).decode(),
        )


def _said(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, Mapping) else value


@functools.cache
def _statement(shapes: tuple[tuple[str, tuple[str, ...]], ...], yields_to: str | None) -> str:
    """Each is selected from the one before, so that they are written in order, and exactly when the first one is."""
    conflict = f"ON CONFLICT ON CONSTRAINT {yields_to} DO NOTHING" if yields_to else ""
    inserts, used = [], 0
    for number, (table, columns) in enumerate(shapes):
        places = ", ".join(f"${used + n}" for n in range(1, len(columns) + 1))
        used += len(columns)
        source = f"VALUES ({places}) {conflict}" if number == 0 else f"SELECT {places} FROM new_{number - 1}"  # noqa: S608
        inserts.append(f"new_{number} AS (INSERT INTO {table} ({', '.join(columns)}) {source} RETURNING 1)")
    return f"WITH {', '.join(inserts)} SELECT 1 FROM new_0"  # noqa: S608
