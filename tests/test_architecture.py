"""The house rules of docs/design.md, kept by reading the code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All of a file's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text())))


def capability(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> list[tuple[str, list[str]]]:
    """(module, names) of every import of our own code in a file."""
    found: list[tuple[str, list[str]]] = []
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            found.append((node.module, [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names if alias.name.split(".")[0] == "app"]
    return found


def called(path: Path) -> Iterator[str]:
    """The dotted names of everything that a file calls."""
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def named(path: Path) -> str:
    return str(path.relative_to(APP))


def foreign_imports() -> Iterator[tuple[str, str, str, str]]:
    """(file, its capability, the imported module, the module's capability) of every import across capabilities."""
    for path in sources():
        own = capability(path)
        for module, names in imports(path):
            for other in [module.split(".")[1]] if module != "app" else names:
                if own not in ("__init__", other):
                    yield named(path), own, module, other


def test_a_file_imports_only_from_what_stands_to_its_left() -> None:
    assert [(file, module) for file, own, module, other in foreign_imports() if RANK[other] >= RANK[own]] == []


def test_tables_of_others_are_only_for_foreign_keys() -> None:
    assert [
        (file, module)
        for file, _, module, _ in foreign_imports()
        if module.endswith(".tables") and not file.endswith("tables.py")
    ] == []


def test_rules_are_pure() -> None:
    foreign = {"piccolo", "asyncpg", "litestar", "asyncio", "os", "socket", "random", "secrets"}
    impure = (".database", ".queries", ".operations", ".tables", ".outbox")
    for path in (path for path in sources() if path.name == "rules.py" or capability(path) == "kernel"):
        waits = [node for node in nodes_of(path) if isinstance(node, ast.Await | ast.AsyncFunctionDef)]
        assert not waits, f"{named(path)}: rules do not wait"
        used = {
            (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
            for node in nodes_of(path)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not used & foreign, named(path)
        assert [module for module, _ in imports(path) if module.endswith(impure)] == [], named(path)


def test_only_the_clock_reads_the_time() -> None:
    reads = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time", "datetime.datetime.now"}
    for path in sources():
        calls = set(called(path))
        assert path == APP / "kernel" / "clock.py" or not reads & calls, named(path)
        if capability(path) not in EDGES:
            assert "system_clock" not in calls, f"{named(path)}: below the edges the time is an argument"


def test_no_file_is_too_long() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources()}
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}


def test_files_are_nouns_of_the_field() -> None:
    assert [named(path) for path in sources() if path.stem in ROOM_NAMES_THAT_SAY_NOTHING] == []


def test_imports_stand_at_the_top() -> None:
    nested = [
        f"{named(path)}:{node.lineno}"
        for path in sources()
        if any(isinstance(node, ast.Import | ast.ImportFrom) and node.col_offset for node in nodes_of(path))
        for outer in nodes_of(path)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert nested == []


def test_handlers_hold_no_sql_and_no_deferred_annotations() -> None:
    for path in (path for path in sources() if capability(path) in {"web", "api"}):
        text = path.read_text()
        assert "from __future__ import annotations" not in text, named(path)
        assert "TYPE_CHECKING" not in text, named(path)
        for module, names in imports(path):
            asks = module == "app.platform.database" and {"fetch", "fetch_row", "fetch_value", "execute"} & set(names)
            assert not asks, named(path)


def test_the_top_level_holds_only_what_was_agreed() -> None:
    agreed = {
        "pyproject.toml", "app", "templates", "static", "tests", "piccolo_conf.py", "README.md",
        "Makefile", "LICENSE", "CHANGELOG.md", "docs", "requirements.txt", "requirements-dev.txt",
    }  # fmt: skip
    made_by_tools = {"var", "nahwerk.egg-info", "__pycache__"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - made_by_tools
    assert found <= agreed
