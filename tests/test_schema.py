"""Tables and migrations agree, and personal data is declared."""

import re

import pytest
from piccolo.columns import JSONB, Array, Bytea, Column, ForeignKey, Text, Varchar
from piccolo.conf.apps import Finder
from piccolo.table import Table

from app.platform.database import fetch
from app.platform.personal_data import NOT_PERSONAL

TABLES: list[type[Table]] = sorted(Finder().get_table_classes(), key=lambda table: table._meta.tablename)
PLAIN_SQL_ONLY = {"rate_limit", "worker_seen", "migration"}

SQL_TYPES = {
    "BIGSERIAL": "bigint",
    "BIGINT": "bigint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "TEXT": "text",
    "BOOLEAN": "boolean",
    "BYTEA": "bytea",
    "JSONB": "jsonb",
    "DATE": "date",
    "DOUBLE PRECISION": "double precision",
    "TIMESTAMPTZ": "timestamp with time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "TEXT[]": "ARRAY",
    "BIGINT[]": "ARRAY",
    "INTEGER[]": "ARRAY",
    "SMALLINT[]": "ARRAY",
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_a_table_has_the_columns_that_its_migrations_made(database: str, table: type[Table]) -> None:
    rows = await fetch(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = $1",
        table._meta.tablename,
    )
    made = {row["column_name"]: (row["data_type"], row["is_nullable"] == "YES") for row in rows}
    declared = {
        column._meta.db_column_name: (SQL_TYPES[column.column_type.upper()], bool(column._meta.null))
        for column in table._meta.columns
    }
    assert made == declared


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_foreign_keys_point_where_they_say_and_restrict(database: str, table: type[Table]) -> None:
    rows = await fetch(
        "SELECT a.attname AS column, t.relname AS target, c.confdeltype AS on_delete FROM pg_constraint c"
        " JOIN pg_class own ON own.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid"
        " JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND own.relname = $1",
        table._meta.tablename,
    )
    made = {row["column"]: (row["target"], row["on_delete"]) for row in rows}
    declared = {
        column._meta.db_column_name: (column._foreign_key_meta.resolved_references._meta.tablename, b"r")
        for column in table._meta.columns
        if isinstance(column, ForeignKey)
    }
    assert made == declared


async def test_every_table_in_the_database_is_declared(database: str) -> None:
    rows = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in rows} - PLAIN_SQL_ONLY == {table._meta.tablename for table in TABLES}


async def test_nothing_belongs_to_the_role_that_the_application_runs_as(database: str) -> None:
    owners = await fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tableowner"] for row in owners] == ["nahwerk_owner"]


def may_hold_personal_data(column: Column) -> bool:
    if isinstance(column, ForeignKey):
        return column._foreign_key_meta.resolved_references._meta.tablename == "person"
    return isinstance(column, Text | Varchar | JSONB | Bytea | Array)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
def test_columns_declare_their_personal_data_with_purpose_and_retention(table: type[Table]) -> None:
    for column in table._meta.columns:
        if may_hold_personal_data(column):
            said = column._meta.help_text or ""
            assert said.startswith(NOT_PERSONAL) or re.fullmatch(r"personal: .+; kept .+", said), column._meta.name
