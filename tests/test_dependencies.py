"""docs/dependencies.md has a line for each dependency, and none for what is no dependency any more."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/dependencies.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def declared(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}  # type: ignore[index]


def explained(heading: str) -> set[str]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([\w.-]+)` \| [^|]+ \| [^|]{10,} \|", section, flags=re.M))


def test_what_is_needed_to_run_is_explained() -> None:
    assert explained("To run") == declared(PROJECT["dependencies"])


def test_what_is_needed_to_test_is_explained() -> None:
    assert explained("To test") == declared(PROJECT["optional-dependencies"]["dev"])


VENDORED = sorted(path.parent for folder in ("static", "tests") for path in (ROOT / folder).rglob("VERSION"))


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_a_vendored_folder_is_explained_with_its_version(folder: Path) -> None:
    version = re.search(r"\d+\.[\d.]*\d", (folder / "VERSION").read_text())
    assert version is not None
    assert re.search(rf"\(`{folder.relative_to(ROOT)}`\) \| {re.escape(version[0])} \|", PAGE)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_needed_is_locked(lock: str) -> None:
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), flags=re.M))
    assert {name.lower().replace("_", "-") for name in declared(PROJECT["dependencies"])} <= locked
