"""Everything that people read is in the catalogue, and the catalogue is complete."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[1]
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true"}, "**.txt": {"extensions": "jinja2.ext.i18n"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "pgettext": ((1, "c"), 2)}


def extracted() -> Catalog:
    catalogue = Catalog()
    for folder in ("app", "templates"):
        for file, line, message, comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS
        ):
            catalogue.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalogue


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "app/locales/en/LC_MESSAGES/nahwerk.po").open("rb") as file:
        return read_po(file, locale="en")


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def test_every_text_is_translated_into_english(english: Catalog) -> None:
    missing = [m.id for m in messages(extracted()) if not (known := english.get(m.id)) or not _has_text(known)]
    assert not missing


def test_the_catalogue_holds_nothing_that_is_not_said_any_more(english: Catalog) -> None:
    said = {_key(m) for m in messages(extracted())}
    assert not [m.id for m in messages(english) if _key(m) not in said]


def test_translations_keep_the_placeholders(english: Catalog) -> None:
    for message in messages(english):
        german = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in translated:
            assert _placeholders(text) <= set().union(*map(_placeholders, german)), message.id
            if not isinstance(message.id, tuple):
                assert _placeholders(text) == _placeholders(message.id), message.id


def test_no_translation_is_a_guess(english: Catalog) -> None:
    assert not [m.id for m in messages(english) if m.fuzzy]


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_outside_of_the_catalogue(path: Path) -> None:
    """Words that stand in a template as they are would stay German for everybody."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    raw = "".join(
        node.data if isinstance(node, nodes.TemplateData) else "\x00"
        for output in environment.parse(path.read_text()).find_all(nodes.Output)
        for node in output.nodes
    )
    without_code = re.sub(r"<(style|script)\b.*?</\1>", "", raw, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->|<[^<>]*>|&\w+;", " ", without_code, flags=re.DOTALL)
    left = [word for word in re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", text) if word not in ALLOWED]
    assert not left


ALLOWED = {"km", "Deutsch", "English", "Nahwerk"}


def _has_text(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def _placeholders(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(re.sub(r"%\(\w+\)[sd]", "", text)) if name}
    return named | set(re.findall(r"%\((\w+)\)[sd]", text))
