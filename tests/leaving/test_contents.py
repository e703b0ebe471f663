"""Nothing of an operator is forgotten: every table and column of the schema is in the file, or a reason is written."""

from collections.abc import Mapping

from app.billing.piccolo_app import APP_CONFIG as BILLING_APP
from app.leaving.contents import LEFT_OUT, LEFT_OUT_EVERYWHERE, TABLES
from app.leaving.rules import OF_MONEY
from app.leaving.words import WORDS, word_of
from app.plans.piccolo_app import APP_CONFIG as PLANS_APP
from app.platform.database import fetch

KEYS = {"bigint"}
"""What joins tables: such a column is in the file also where rows are only chosen or joined by it."""


async def schema() -> Mapping[str, Mapping[str, str]]:
    """Every table with its columns and their types."""
    rows = await fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
    )
    tables: dict[str, dict[str, str]] = {}
    for row in rows:
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables


async def test_every_table_is_in_the_file_or_left_out_for_a_reason(database: str) -> None:
    tables, exported = set(await schema()), {table.table for table in TABLES}
    left_out = {name for name in LEFT_OUT if "." not in name}
    assert sorted(tables - exported - left_out) == [], "add an ExportedTable or a reason to LEFT_OUT"
    assert sorted((exported | left_out) - tables) == [], "no such table any more"
    assert sorted(exported & left_out) == [], "it is in the file"


async def test_every_column_of_these_is_in_the_file_or_left_out_for_a_reason(database: str) -> None:
    tables, exported = await schema(), {table.table for table in TABLES}
    shown = {column for table in TABLES for column in table.shows}
    joined = {column for table in TABLES for column in table.chooses_by}
    columns = {f"{table}.{name}": kind for table in exported for name, kind in tables[table].items()}
    held = {column for column, kind in columns.items() if column in shown or (kind in KEYS and column in joined)}
    said = {column for column in columns if column in LEFT_OUT or column.partition(".")[2] in LEFT_OUT_EVERYWHERE}
    assert sorted(columns.keys() - held - said) == [], "show it, or add a reason to LEFT_OUT"
    left_out = {name for name in LEFT_OUT if "." in name}
    assert sorted(left_out - columns.keys()) == [], "no such column in the file's tables any more"
    assert sorted(left_out & shown) == [], "it is in the file"


def test_every_column_says_what_it_is_and_nothing_is_said_of_none() -> None:
    for table in TABLES:
        assert all(word_of(table, column) for column in table.columns), table.name
        assert table.words.keys() <= table.columns.keys(), table.name
    assert {column for table in TABLES for column in table.columns} >= WORDS.keys()
    assert len({table.name for table in TABLES}) == len(TABLES)


def test_all_of_plans_and_billing_is_left_unsaid_where_nothing_is_charged() -> None:
    """Further tables of theirs must be named in OF_MONEY."""
    tables = [*PLANS_APP.table_classes, *BILLING_APP.table_classes]
    assert {table._meta.tablename for table in tables} | {"opening_balance"} == OF_MONEY
