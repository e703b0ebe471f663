"""Tables that people upload as CSV, as their programs write them: any of three separators, UTF-8 or Windows-1252. Pure.

A cell is text and nothing else: nothing in it is ever calculated.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, marked

MOST_BYTES: Final = 512 * 1024
MOST_ROWS: Final = 1000
_SEPARATORS: Final = ";,\t"
_FORMULA: Final = ("=", "+", "-", "@")


class TableTooLarge(BadInput):
    code = "table_too_large"
    text = marked("Höchstens {rows} Zeilen und {kilobytes} kB auf einmal. Bitte die Datei teilen.")


class TableUnreadable(BadInput):
    code = "table_unreadable"
    text = marked("Das ist keine CSV-Datei, die wir lesen können. Die Vorlage zeigt, wie es geht.")


class ColumnMissing(BadInput):
    code = "column_missing"
    text = marked("In der ersten Zeile fehlt die Spalte „{column}“. Die Vorlage zeigt alle Spalten.")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's cells by the names of the columns; `line` is its number as a spreadsheet counts, the headers being 1."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """What was read, and the headers that nothing is known of."""

    rows: Sequence[TableRow]
    ignored: Sequence[str]


def read_table(content: bytes, columns: Mapping[str, Sequence[str]], needed: Sequence[str], field: str) -> CsvTable:
    """The rows that say anything. `columns` have the headers, in small letters, that stand for each name.

    Raises TableTooLarge, TableUnreadable, ColumnMissing.
    """
    if len(content) > MOST_BYTES:
        raise TableTooLarge(field=field, rows=MOST_ROWS, kilobytes=MOST_BYTES // 1024)
    text = _decoded(content, field)
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise TableUnreadable(field=field) from error
    if not lines:
        raise TableUnreadable(field=field)
    headers = [one_line(header) for header in lines[0]]
    names = [_column(header, columns) for header in headers]
    for name in needed:
        if name not in names:
            raise ColumnMissing(field=field, column=columns[name][0])
    rows = [
        TableRow(line, {name: one_line(cell) for name, cell in zip(names, cells, strict=False) if name})
        for line, cells in enumerate(lines[1:], 2)
    ]
    rows = [row for row in rows if any(row.cells.values())]
    if len(rows) > MOST_ROWS:
        raise TableTooLarge(field=field, rows=MOST_ROWS, kilobytes=MOST_BYTES // 1024)
    return CsvTable(rows, [header for header, name in zip(headers, names, strict=True) if header and not name])


def _decoded(content: bytes, field: str) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip() and "\x00" not in text:
            return text
        break
    raise TableUnreadable(field=field)


def _column(header: str, columns: Mapping[str, Sequence[str]]) -> str:
    return next((name for name, headers in columns.items() if header.casefold() in headers), "")


def looks_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate this instead of showing it."""
    return text.startswith(_FORMULA)


def whole_number(text: str, least: int, most: int) -> int | None:
    """The number from `least` to `most` that a cell says; None where it says no such number."""
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most
    return int(text) if is_one else None


def written_table(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as spreadsheets in German open them: with semicolons, in UTF-8 with its mark."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerows(rows)
    return written.getvalue().encode("utf-8-sig")
