"""The command line, as people and programs use it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from app.cli import COMMANDS, main
from app.demo.cast import PASSWORD
from app.platform.random_ids import token_hash
from tests.conftest import PREFIX, copied, in_database

Run = Callable[..., Result]

HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

_DIGEST = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT concat_ws('|', b.public_id, r.public_id, p.name, b.status, b.starts_at, b.ends_at, b.created_at) AS line
      FROM booking b JOIN resource r ON r.id = b.resource JOIN person p ON p.id = b.person
    UNION ALL SELECT concat_ws('|', slug, name, features, published_at) FROM space
    UNION ALL SELECT concat_ws('|', file, alt_de) FROM space_photo
    UNION ALL SELECT concat_ws('|', day, opens, closes, reason_de) FROM hours_exception
) AS everything
"""


@pytest.fixture(scope="module")
async def databases(admin_dsn: str, template: str, worker_id: str) -> AsyncIterator[Callable[[str], str]]:
    """Empty, migrated databases by name, made in advance because the command runs its own event loop."""
    async with AsyncExitStack() as stack:
        made = {
            name: await stack.enter_async_context(copied(admin_dsn, template, f"{PREFIX}_cli_{name}_{worker_id}"))
            for name in ("demo", "twin", "real", "people")
        }
        yield made.__getitem__


@pytest.fixture(scope="module")
def nahwerk(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the command on a database."""
    folder = tmp_path_factory.mktemp("installation")

    def run(dsn: str, *arguments: str) -> Result:
        environment = {"DATABASE_URL": dsn, "DATABASE_OWNER_URL": dsn, "DATA_DIR": str(folder), "LANG": "en_US.UTF-8"}
        return CliRunner().invoke(main, arguments, env=environment)

    return run


@pytest.fixture(scope="module")
def demo(databases: Callable[[str], str], nahwerk: Run) -> str:
    """A demo network; its DSN."""
    dsn = databases("demo")
    result = nahwerk(dsn, "demo", "--date", "2026-11-24")
    assert result.exit_code == 0, result.output
    assert "frontdesk@demo.example" in result.stdout
    assert PASSWORD in result.stdout
    return dsn


def _in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("PUBLIC_URL", "https://plaetze.example")


def value(dsn: str, sql: str, *arguments: object) -> object:
    """What a query of its own connection gives."""

    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_the_same_day_makes_the_same_network(databases: Callable[[str], str], nahwerk: Run, demo: str) -> None:
    twin = databases("twin")
    assert nahwerk(twin, "demo", "--date", "2026-11-24").exit_code == 0
    assert value(twin, _DIGEST) == value(demo, _DIGEST)


def test_a_demo_network_that_stands_is_left_as_it_is_and_gets_members_and_bookings(nahwerk: Run, demo: str) -> None:
    before = value(demo, "SELECT count(*) FROM booking")
    result = nahwerk(demo, "demo", "--members", "3", "--bookings", "50")
    assert result.exit_code == 0, result.output
    assert "stands already" in result.stdout
    assert "3 of them new" in result.stdout
    assert "0 of them new" in nahwerk(demo, "demo", "--members", "3").stdout
    assert value(demo, "SELECT count(*) FROM booking") == before + 50  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        (
            "real",
            "INSERT INTO network (name, association, created_at) VALUES ('Netz', 'Verein', now()) RETURNING id",
        ),
        ("people", "INSERT INTO person (public_id, name, created_at) VALUES ('p', 'Anna', now()) RETURNING id"),
    ],
)
def test_where_real_data_is_there_comes_no_demo_network(
    databases: Callable[[str], str], nahwerk: Run, name: str, plant: str
) -> None:
    dsn = databases(name)
    value(dsn, plant)
    for arguments in (["demo"], ["demo", "--members", "5", "--bookings", "5"], ["serve", "--demo"]):
        result = nahwerk(dsn, *arguments)
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ")
    assert value(dsn, "SELECT count(*) FROM person WHERE email IS NOT NULL") == 0
    assert value(dsn, "SELECT count(*) FROM space") == 0


@pytest.mark.parametrize("command", [["demo"], ["serve", "--demo"]])
def test_production_makes_no_demo_network(
    databases: Callable[[str], str], nahwerk: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    _in_production(monkeypatch)
    result = nahwerk(databases("real"), *command)
    assert result.exit_code == 1
    assert "ENVIRONMENT=production" in result.stderr


def test_production_does_not_serve_a_demo_network(nahwerk: Run, demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _in_production(monkeypatch)
    result = nahwerk(demo, "serve")
    assert result.exit_code == 1
    assert "ENVIRONMENT=production" in result.stderr


def test_a_port_that_is_taken_is_named(
    databases: Callable[[str], str], nahwerk: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        result = nahwerk(databases("people"), "serve")
    assert result.exit_code == 1
    assert f"port {port}" in result.stderr


def test_settings_that_do_not_fit_are_named(nahwerk: Run, demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setenv("WORKER", "perhaps")
    result = nahwerk(demo, "check")
    assert result.exit_code == 1
    assert "PORT: " in result.stderr
    assert "WORKER: " in result.stderr


def test_a_server_that_is_away_is_one_sentence(nahwerk: Run) -> None:
    for command in ("check", "demo", "migrate"):
        result = nahwerk("postgresql://nobody@127.0.0.1:1/nowhere", command)
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert result.stderr.startswith("Error: ")


def test_tokens_are_printed_alone_in_the_order_of_the_addresses(nahwerk: Run, demo: str) -> None:
    emails = ["operator@demo.example", "commuter@demo.example", "Operator@demo.example"]
    result = nahwerk(demo, "token", "create", *(word for email in emails for word in ("--email", email)))
    assert result.exit_code == 0, result.output
    tokens = result.stdout.splitlines()
    owners = [
        value(
            demo,
            "SELECT p.email || ' ' || array_to_string(t.scopes, ',')"
            " FROM api_token t JOIN person p ON p.id = t.person WHERE t.token_hash = $1",
            token_hash(token),
        )
        for token in tokens
    ]
    assert owners == [
        "operator@demo.example bookings,feeds,read,staff",
        "commuter@demo.example bookings,feeds,read",
        "operator@demo.example bookings,feeds,read,staff",
    ]


def test_a_token_has_the_scopes_that_it_was_given(nahwerk: Run, demo: str) -> None:
    result = nahwerk(demo, "token", "create", "--email", "guest@demo.example", "--scope", "feeds", "--scope", "read")
    scopes = value(demo, "SELECT scopes FROM api_token WHERE token_hash = $1", token_hash(result.stdout.strip()))
    assert scopes == ["feeds", "read"]


@pytest.mark.parametrize(
    "wrong", [["--email", "nobody@demo.example"], ["--email", "guest@demo.example", "--scope", "everything"]]
)
def test_what_is_unknown_gives_no_token_at_all(nahwerk: Run, demo: str, wrong: list[str]) -> None:
    before = value(demo, "SELECT count(*) FROM api_token")
    result = nahwerk(demo, "token", "create", "--email", "commuter@demo.example", *wrong)
    assert (result.exit_code, result.stdout) == (1, "")
    assert wrong[1] in result.stderr or "bookings" in result.stderr
    assert value(demo, "SELECT count(*) FROM api_token") == before


def test_check_says_that_all_is_well_and_what_is_not(nahwerk: Run, demo: str) -> None:
    result = nahwerk(demo, "check", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"ok": True, "ledger_hash": HASH_OF_NOTHING, "documents": 0, "problems": []}
    assert "All is well." in nahwerk(demo, "check").stdout

    lost = value(
        demo,
        "DELETE FROM claim WHERE holder = (SELECT max(id) FROM booking WHERE status = 'confirmed') RETURNING holder",
    )
    result = nahwerk(demo, "check", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert str(lost) in report["problems"][0]
    assert nahwerk(demo, "check").exit_code == 1


def test_check_finds_an_old_schema(nahwerk: Run, demo: str) -> None:
    value(demo, "UPDATE migration SET name = 'x' || name WHERE app_name = 'bookings' RETURNING name")
    result = nahwerk(demo, "check", "--json")
    value(demo, "UPDATE migration SET name = substr(name, 2) WHERE app_name = 'bookings' RETURNING name")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False


def test_a_database_that_is_missing_is_named(nahwerk: Run, demo: str) -> None:
    for arguments in (["check"], ["token", "create", "--email", "guest@demo.example"]):
        result = nahwerk(in_database(demo, "not_there"), *arguments)
        assert result.exit_code == 1
        assert "nahwerk migrate" in result.stderr


@pytest.mark.parametrize("command", [[], ["token", "create"], *([name] for name in COMMANDS)])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("serve", {"pydantic", "attrs", "rich", "piccolo.apps.migrations", "app.platform.migrations"}),
        ("worker", {"litestar.app", "uvicorn", "app.web", "app.api", "app.demo", "piccolo.apps.migrations"}),
        ("check", {"litestar", "uvicorn", "app.web", "app.demo", "piccolo.apps.migrations"}),
    ],
)
def test_a_command_loads_nothing_that_only_others_need(command: str, heavy: set[str]) -> None:
    script = f"import sys, app.cli.{command}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not heavy & set(loaded.stdout.split())


def test_the_application_is_made_without_what_it_does_not_use(tmp_path: Path) -> None:
    script = (
        "import sys; from app.main import create_app; from app.platform.settings import Settings;"
        "create_app(Settings(), 'postgresql://nowhere/none'); print(*sys.modules)"
    )
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "PYTHONPATH": os.getcwd()}
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert not {"pydantic", "attrs", "rich"} & set(loaded.stdout.split())
