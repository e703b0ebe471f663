"""Many rows at once, and ids that are the same in every demo network."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from app.platform.database import DB, execute, fetch
from app.platform.new_rows import NewRow
from app.platform.random_ids import ALPHABET

_MOST_NUMBERED: Final = 60
"""More than operations make of anything in a demo network."""


async def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Appends the rows to the table by COPY, in the current transaction where there is one."""
    async with DB.connection() as connection:
        await connection.copy_records_to_table(table, records=rows, columns=columns)


async def copy_all(rows: Sequence[NewRow]) -> None:
    """Appends rows of several tables by COPY, those of the table first that is named first."""
    alike: dict[tuple[str, tuple[str, ...]], list[list[object]]] = {}
    for row in rows:
        alike.setdefault((row.table, tuple(row.values)), []).append([_said(value) for value in row.values.values()])
    for (table, columns), values in alike.items():
        await copy_rows(table, columns, values)


def _said(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, Mapping) else value


def steady_id(*words: object) -> str:
    """A public id made of these words, so that an address within the demo network outlives its database.

    It can be guessed, which a demo network has to bear.
    """
    digest = hashlib.sha256("/".join(map(str, words)).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:16])


async def new_keys(table: str, count: int) -> Sequence[int]:
    """So many keys of rows that are still to be written."""
    rows = await fetch(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)", table, count
    )
    return [row["id"] for row in rows]


async def make_ids_steady(table: str, where: str = "true", *words: str) -> None:
    """Gives the rows that operations have made public ids of these words (else the table's name) and their order."""
    ids = [steady_id(*(words or (table,)), number) for number in range(_MOST_NUMBERED)]
    await execute(
        f"UPDATE {table} t SET public_id = ($1::text[])[n.number]"  # noqa: S608
        f" FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM {table} WHERE {where}) n WHERE n.id = t.id",
        ids,
    )
