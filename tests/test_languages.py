"""Everything that people read is in the catalogue, and the catalogue is complete."""

import ast
import re
import string
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[1]
METHODS: dict[str, tuple[str, dict[str, str]]] = {
    ".py": ("python", {}),
    ".html": ("jinja2", {"extensions": "jinja2.ext.i18n", "trimmed": "true"}),
    ".txt": ("jinja2", {"extensions": "jinja2.ext.i18n"}),
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "pgettext": ((1, "c"), 2)}
_MARKS = re.compile(rf"\b({'|'.join(KEYWORDS)})\s*\(")
TEMPLATES = sorted(path for suffix in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{suffix}"))
CODE = sorted((ROOT / "app").rglob("*.py"))


@cache
def extracted() -> Catalog:
    catalogue = Catalog()
    for path in (*CODE, *TEMPLATES):
        if path.suffix == ".py" and not _MARKS.search(path.read_text()):
            continue  # taking it apart would take longer than all the others together
        method, options = METHODS[path.suffix]
        for line, message, comments, context in extract_from_file(method, path, KEYWORDS, options=options):
            catalogue.add(message, None, [(str(path), line)], auto_comments=comments, context=context)
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
        german, translated = _texts(message.id), _texts(message.string)
        for text in translated:
            assert _placeholders(text) <= set().union(*map(_placeholders, german)), message.id
            if len(german) == 1:
                assert _placeholders(text) == _placeholders(german[0]), message.id


def test_no_translation_is_a_guess(english: Catalog) -> None:
    assert not [m.id for m in messages(english) if m.fuzzy]


SAME_IN_ALL_LANGUAGES = {"km", "Deutsch", "English"}
IN_BOTH_LANGUAGES = {
    "app/network/holidays.py",
    "app/bookings/report_blocks.py",
    *(str(path.relative_to(ROOT)) for path in (ROOT / "app/demo").rglob("*")),
}
"""Files whose texts stand there in German and English side by side."""

NOT_SAID = {"app/identity/passwords.py", "app/api/doc_examples.py"}
"""Letters and examples that no sentence is made of."""


def test_no_template_says_anything_outside_of_the_catalogue() -> None:
    """Words that stand in a template as they are would stay German for everybody."""
    said = {str(path.relative_to(ROOT)): said_by_template(path.read_text()) for path in TEMPLATES}
    assert {file: words for file, words in said.items() if words} == {}


def test_code_says_nothing_german_outside_of_the_catalogue() -> None:
    said = {str(path.relative_to(ROOT)): said_by_code(path.read_text()) for path in CODE}
    outside = {file: words for file, words in said.items() if words}
    assert outside.keys() - IN_BOTH_LANGUAGES - NOT_SAID == set(), outside


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<p>Frei</p>", ["Frei"]),
        ("<p>{% if late %}noch {{ minutes }} Min.{% endif %}</p>", ["noch", "Min"]),
        ('<li{% if today %} class="today"{% endif %}>heute</li>', ["heute"]),
        ('<nav aria-label="Andere Wochen"></nav>', ["Andere", "Wochen"]),
        ('{{ submit("Platz buchen", kind="primary") }}', ["Platz", "buchen"]),
        ('{% set word = "Frei" if free else _("belegt") %}', ["Frei"]),
        ('{% call alert("danger", "Das ging nicht") %}{{ said }}{% endcall %}', ["Das", "ging", "nicht"]),
        ("{% block title %}Konto{% endblock %}", ["Konto"]),
        ('<p>{{ _("Frei") }}{% trans %}Frei{% endtrans %}{{ ngettext("ein Tag", "Tage", days) }}</p>', []),
        ('<a class="nw-bare" id="wahl" href="{{ address }}/plaetze" title="{{ _(\'Karte\') }}">{{ name }}</a>', []),
        ("{% block main_class %}nw-narrow{% endblock %}{% block body_class %}nw--staff{% endblock %}", []),
        ('{% macro described(id) %} aria-describedby="{{ id }}-fehler"{% endmacro %}', []),
        ("<style>p { color: red }</style><script>start()</script><!-- Frei -->", []),
        ('<div lang="en"><p>Every write takes a key.</p></div>{{ said }}', []),
        ("{{ address }}/plaetze", []),
    ],
)
def test_what_a_template_says_by_itself_is_found(template: str, said: list[str]) -> None:
    assert said_by_template(template) == said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('title = "Plätze finden"', ["Plätze finden"]),
        ('notice = f"Ihr Name ist {state}."', ["Ihr Name ist "]),
        ('notice = say(marked("Ihr Name ist geändert."))', []),
        ('def f():\n    """Nur „frei“ ist nicht belegt."""\n    return "/plaetze"', []),
    ],
)
def test_what_code_says_in_german_by_itself_is_found(code: str, said: list[str]) -> None:
    assert said_by_code(code) == said


def said_by_template(source: str) -> list[str]:
    """The words that a template shows to people without asking the catalogue, in text, attributes and arguments."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    reader = _Reader()
    reader.feed("".join(_shown(environment.parse(source))))
    reader.close()
    return [word for word in re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", reader.text) if word not in SAME_IN_ALL_LANGUAGES]


_SOMETHING = "\ue000"
"""Stands for what an expression will show."""


def _shown(node: nodes.Node) -> Iterator[str]:
    """What a template writes, in order; of its expressions the texts that read like words for people."""
    match node:
        case nodes.TemplateData(data=data):
            yield data
        case nodes.Const(value=str(text)) if re.search(r"[A-ZÄÖÜ][a-zäöüß]", text):
            yield f" {text} "
        case nodes.Call(node=nodes.Name(name=name)) if name in KEYWORDS:
            return
        case nodes.Compare():
            return
        case nodes.Block(name=name) if name.endswith("_class"):
            return
        case _:
            for child in node.iter_child_nodes():
                if isinstance(node, nodes.Output) and not isinstance(child, nodes.TemplateData):
                    yield _SOMETHING
                yield from _shown(child)


class _Reader(HTMLParser):
    """Collects what people see or hear of a page, but not what says that it is in a language of its own."""

    SPOKEN = ("alt", "aria-label", "data-busy", "data-copied", "data-failed", "label", "placeholder", "title")

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        says_its_language = given.get("lang", _SOMETHING) != _SOMETHING
        if tag in self.silent or (not self.silent and (says_its_language or tag in ("script", "style"))):
            self.silent.append(tag)
        elif not self.silent:
            self.text += " ".join(["", *(given.get(name, "") for name in self.SPOKEN), ""])

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            self.silent.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.silent:
            addresses = rf"{_SOMETHING}[/?#][\w/-]*"
            attributes = r"""[\w:-]+=("[^"]*"|'[^']*')"""
            self.text += re.sub(rf"{addresses}|{attributes}", " ", data)


_GERMAN = re.compile(
    r"[äöüÄÖÜß„]|\b(aber|auch|bei|bis|bitte|das|dem|den|der|die|diese|dieser|dieses|ein|eine|es|für|gibt|hier|ihr|ihre"
    r"|im|ist|kein|keine|mit|nicht|noch|nur|oder|schon|sich|sie|sind|und|vom|von|wird|zu|zum|zur)\b",
    re.IGNORECASE,
)


def said_by_code(source: str) -> list[str]:
    """The texts in code that read as German sentences and are not marked for the catalogue."""
    if not _GERMAN.search(source) and "\\" not in source:
        return []
    everything = list(ast.walk(ast.parse(source)))
    known: set[ast.AST] = set()
    for node in everything:
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in KEYWORDS:
                known.update(arguments)
            case ast.Expr(value=ast.Constant() as docstring):
                known.add(docstring)
    return [
        node.value
        for node in everything
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in known
        if " " in node.value.strip() and _GERMAN.search(node.value)
    ]


def _texts(said: str | Sequence[str] | None) -> Sequence[str]:
    """One text, or as many as the language has plural forms."""
    return [said or ""] if said is None or isinstance(said, str) else said


def _has_text(message: Message) -> bool:
    return all(_texts(message.string))


def _key(message: Message) -> str:
    return _texts(message.id)[0]


def _placeholders(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(re.sub(r"%\(\w+\)[sd]", "", text)) if name}
    return named | set(re.findall(r"%\((\w+)\)[sd]", text))
