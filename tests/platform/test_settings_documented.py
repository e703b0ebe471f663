"""docs/settings.md tells what can be set; this makes its table and sees to it that it is current.

`python -m tests.platform.test_settings_documented` writes the table anew.
"""

import re
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from app.platform.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "settings.md"
MADE_ELSEWHERE = {"PATH", "PGPASSFILE"}
"""What running.md sets for other programs than ours."""


def settings_table() -> str:
    """Every setting with its default and meaning, in the order of the code."""
    kinds = get_type_hints(Settings, include_extras=True)
    rows = [
        f"| `{field.name.upper()}` | {_default(field.default)} | {_meaning(kinds[field.name].__metadata__[0])} |"
        for field in msgspec.structs.fields(Settings)
    ]
    return "\n".join(["| setting | default | what it does |", "| --- | --- | --- |", *rows, ""])


def _default(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case Enum():
            return f"`{value.value}`"
        case tuple():
            return f"`{list(value)}`"
        case _:
            return f"`{value}`"


def _meaning(about: msgspec.Meta) -> str:
    return f"{about.description} From {about.ge} to {about.le}." if about.ge is not None else str(about.description)


def test_the_table_is_what_the_code_says() -> None:
    assert settings_table() in PAGE.read_text(), "python -m tests.platform.test_settings_documented writes it anew"


@pytest.mark.parametrize("page", ["running.md", "settings.md", "../README.md"])
def test_documents_set_only_what_exists(page: str) -> None:
    known = {name.upper() for name in Settings.__struct_fields__} | MADE_ELSEWHERE
    named = set(re.findall(r"(?<![A-Z_\"'])([A-Z][A-Z_]{3,})=", (DOCS / page).read_text()))
    assert named <= known


def write_anew() -> None:
    page = PAGE.read_text()
    PAGE.write_text(
        re.sub(r"\| setting \| default .*?(?=\n\n|\Z)", lambda _: settings_table().rstrip(), page, flags=re.S)
    )


if __name__ == "__main__":
    write_anew()
