"""Tables as people's programs write them."""

import pytest

from app.kernel.refusals import BadInput
from app.platform.csv_tables import (
    MOST_ROWS,
    ColumnMissing,
    TableTooLarge,
    TableUnreadable,
    read_table,
    whole_number,
    written_table,
)

COLUMNS = {"name": ("name",), "phone": ("telefon", "phone")}


def names(content: bytes) -> list[tuple[int, str, str]]:
    table = read_table(content, COLUMNS, ["name"], "file")
    return [(row.line, row.cells["name"], row.cells.get("phone", "")) for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        "Name;Telefon\r\nJörg Weiß;02654 1\r\n".encode("utf-8-sig"),
        "Name,Phone\nJörg Weiß,02654 1".encode("cp1252"),
        "Telefon\tName\n02654 1\tJörg Weiß\n\n".encode(),
        b'"name";"telefon"\n"J\xc3\xb6rg\n Wei\xc3\x9f";"02654 1"',
    ],
)
def test_separators_encodings_and_headers_of_common_programs(content: bytes) -> None:
    assert names(content) == [(2, "Jörg Weiß", "02654 1")]


def test_short_rows_empty_rows_and_unknown_columns() -> None:
    table = read_table(b"name;telefon;Notiz\nA\n;;\nB;1;x;y", COLUMNS, ["name"], "file")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [(2, {"name": "A"}), (4, {"name": "B", "phone": "1"})]
    assert table.ignored == ["Notiz"]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", TableUnreadable),
        (b"PK\x03\x04\x00\x00", TableUnreadable),
        ("name\nA".encode("utf-16"), TableUnreadable),
        (b"telefon\n1", ColumnMissing),
        (b"name\n" + b"A\n" * (MOST_ROWS + 1), TableTooLarge),
        (b"name\n" + b"A" * 600_000, TableTooLarge),
        (b"name\n" + b"A" * 200_000, TableUnreadable),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, refusal: type[BadInput]) -> None:
    with pytest.raises(refusal):
        read_table(content, COLUMNS, ["name"], "file")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("366", 366), ("007", 7), ("367", None), ("-1", None), ("1,5", None), ("²", None), ("", None)],
)
def test_a_cell_says_a_number_in_reach_or_none(text: str, number: int | None) -> None:
    assert whole_number(text, 0, 366) == number


def test_what_is_written_is_read() -> None:
    assert names(written_table([["name", "telefon"], ["Weiß; Jörg", "1"]])) == [(2, "Weiß; Jörg", "1")]
