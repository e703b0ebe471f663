"""docs/leaving.md says what is in the file; it is written from the same entries.

`python -m tests.leaving.test_documented` writes it anew.
"""

from pathlib import Path

from app.leaving.readme import documentation

PAGE = Path(__file__).resolve().parents[2] / "docs" / "leaving.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == documentation(), "python -m tests.leaving.test_documented"


if __name__ == "__main__":
    PAGE.write_text(documentation())
