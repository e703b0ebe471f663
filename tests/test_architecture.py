"""The house rules of docs/design.md, kept by reading the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app"

LAYERS: list[set[str]] = [
    {"kernel"},
    {"platform"},
    {"identity"},
    {"network"},
    {"inventory"},
    {"billing"},
    {"plans"},
    {"teams"},
    {"bookings"},
    {"calendars", "settlement"},
    {"insights"},
    {"notifications"},
    {"leaving"},
    {"web", "api", "jobs", "demo"},
    {"main"},
    {"cli"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
EDGES = {"web", "api", "jobs", "demo", "main", "cli"}
ROOM_NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "service"}
LONGEST_FILE = 400


def sources() -> list[Path]:
    return sorted(path for path in APP.rglob("*.py") if "piccolo_migrations" not in path.parts)


def capability(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """(module, names) of every import of our own code in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            yield node.module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names if alias.name.split(".")[0] == "app")


def called(path: Path) -> Iterator[str]:
    """The dotted names of everything that a file calls."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


ids = [str(path.relative_to(APP)) for path in sources()]


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_a_file_imports_only_from_what_stands_to_its_left(path: Path) -> None:
    own = capability(path)
    if own == "__init__":
        return
    for module, names in imports(path):
        for other in [module.split(".")[1]] if module != "app" else names:
            assert other == own or RANK[other] < RANK[own], f"{own} must not know {other} ({module})"


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_tables_of_others_are_only_for_foreign_keys(path: Path) -> None:
    for module, _ in imports(path):
        parts = module.split(".")
        if parts[-1] == "tables" and parts[1] != capability(path):
            assert path.name.endswith("tables.py"), f"{module} is used outside of tables.py"


@pytest.mark.parametrize("path", [p for p in sources() if p.name == "rules.py" or capability(p) == "kernel"], ids=str)
def test_rules_are_pure(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Await | ast.AsyncFunctionDef)], "rules do not wait"
    foreign = {"piccolo", "asyncpg", "litestar", "asyncio", "os", "socket", "random", "secrets"}
    used = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not used & foreign
    for module, _ in imports(path):
        assert not module.endswith((".database", ".queries", ".operations", ".tables", ".outbox"))


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_only_the_clock_reads_the_time(path: Path) -> None:
    if path == APP / "kernel" / "clock.py":
        return
    reads = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time", "datetime.datetime.now"}
    assert not reads & set(called(path))
    if capability(path) not in EDGES:
        assert "system_clock" not in set(called(path)), "below the edges the time is an argument"


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_files_are_nouns_of_the_field(path: Path) -> None:
    assert path.stem not in ROOM_NAMES_THAT_SAY_NOTHING


@pytest.mark.parametrize("path", sources(), ids=ids)
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    nested = [
        node
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not nested, f"line {nested[0].lineno}" if nested else ""


@pytest.mark.parametrize("path", [p for p in sources() if capability(p) in {"web", "api"}], ids=str)
def test_handlers_hold_no_sql_and_no_deferred_annotations(path: Path) -> None:
    text = path.read_text()
    assert "from __future__ import annotations" not in text
    assert "TYPE_CHECKING" not in text
    for module, names in imports(path):
        assert not (module == "app.platform.database" and {"fetch", "fetch_row", "fetch_value", "execute"} & set(names))


def test_the_top_level_holds_only_what_was_agreed() -> None:
    agreed = {
        "pyproject.toml", "app", "templates", "static", "tests", "piccolo_conf.py", "README.md",
        "Makefile", "LICENSE", "CHANGELOG.md", "docs", "requirements.txt", "requirements-dev.txt",
    }  # fmt: skip
    made_by_tools = {"var", "nahwerk.egg-info", "__pycache__"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - made_by_tools
    assert found <= agreed
