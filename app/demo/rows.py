"""Many rows at once, and ids that are the same in every demo network."""

import hashlib
from collections.abc import Iterable, Sequence

from app.platform.database import DB
from app.platform.random_ids import ALPHABET


async def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Appends the rows to the table by COPY, in the current transaction where there is one."""
    async with DB.connection() as connection:
        await connection.copy_records_to_table(table, records=rows, columns=columns)


def steady_id(*words: object) -> str:
    """A public id made of these words, so that an address within the demo network outlives its database.

    It can be guessed, which a demo network has to bear.
    """
    digest = hashlib.sha256("/".join(map(str, words)).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:16])
