"""What an operator takes along of a table: one statement, written so that tests can see which columns it holds. Pure.

Each capability lists its own in operator_data.py; app/leaving puts them together (docs/leaving.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_COLUMN: Final = re.compile(r"\b([a-z_]+\.[a-z_]+)\b")
_KNOWN: Final = re.compile(r"\bknown\b")


@dataclass(frozen=True, slots=True)
class Attached:
    """Files that go along: `column` has their names in the archive, and their bytes are kept under the name `stored`
    among the network's files, or are the value of `content`."""

    column: str
    stored: str = "NULL::text"
    content: str = "NULL::bytea"


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """The rows of `table` that belong to the operator $1 as they were at $2, in a fixed order.

    `rows` is what follows FROM, `columns` are SQL by the name in the file, with tables under their full names. `words`
    say what a column is where app/leaving/words.py has no other. People are named by `known` (person, id), which holds
    those alone whom the operator may know (app/leaving/known_people.py).
    """

    name: str
    table: str
    about: str
    rows: str
    columns: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    attached: Attached | None = None

    @property
    def shows(self) -> frozenset[str]:
        """All columns whose values are in the file, as table.column."""
        return frozenset(_COLUMN.findall(" ".join(self.columns.values())))

    @property
    def chooses_by(self) -> frozenset[str]:
        """All columns that its rows are chosen or joined by."""
        return frozenset(_COLUMN.findall(self.rows))

    def sql(self, known: str) -> str:
        """The rows as JSON objects, their columns in order; `known` is the statement that finds the people."""
        shown = ", ".join(f'{sql} AS "{name}"' for name, sql in self.columns.items())
        return self._with(known, f"SELECT row_to_json(t)::text AS row FROM (SELECT {shown} FROM {self.rows}) t")  # noqa: S608

    def files_sql(self, known: str) -> str | None:
        """The attached files as (path, stored, content); None where nothing is attached."""
        if self.attached is None:
            return None
        path, one = self.columns[self.attached.column], self.attached
        return self._with(
            known,
            f"SELECT {path} AS path, {one.stored} AS stored, {one.content} AS content FROM {self.rows}",  # noqa: S608
        )

    def _with(self, known: str, sql: str) -> str:
        people = f", known AS MATERIALIZED ({known})" if _KNOWN.search(sql) else ""
        return f"WITH asked AS (SELECT $1::bigint, $2::timestamptz){people} {sql}"
