"""Jinja2 templates in the reader's language, for pages and mails."""

import functools
import re
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from app.kernel.refusals import Refusal
from app.platform.language import Speaker, catalogue, speaker

_DRAWINGS_KEPT = 5_000


class Templates:
    """The templates below one folder; one environment for each language, compiled once."""

    def __init__(self, root: Path, static_url: Callable[[str], str]) -> None:
        self._root = root
        self._static_url = static_url

    @functools.cache  # noqa: B019
    def environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self._root),
            autoescape=select_autoescape(["html", "svg"]),
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
        said_by = speaker(language)
        environment.globals |= {"static": self._static_url, "language": language, "kept": _kept()}
        environment.filters |= {
            "day": said_by.day,
            "day_of_year": said_by.day_of_year,
            "day_in_table": said_by.day_in_table,
            "weekday": said_by.weekday,
            "money": said_by.money,
            "distance": said_by.distance,
            "listed": said_by.listed,
            "said": functools.partial(_said, said_by),
            "dialled": _dialled,
        }
        return environment

    def render(self, name: str, language: str, context: Mapping[str, Any]) -> str:
        """The template with this context, in this language."""
        return self.environment(language).get_template(name).render(context)


def _kept() -> Callable[..., Any]:
    """Calls a macro and keeps what it wrote for the next time: for drawings, whose arguments say all that is drawn."""

    @functools.lru_cache(maxsize=_DRAWINGS_KEPT)
    def kept(macro: Callable[..., Any], *arguments: Hashable) -> Any:
        return macro(*arguments)

    return kept


def _dialled(number: str) -> str:
    """What a telephone dials of a number as people write it; a zero in brackets is for callers from within."""
    return re.sub(r"\(0\)|[^+\d]", "", number)


def _said(said_by: Speaker, thing: object) -> str:
    """A refusal, a marked text or a fact in words."""
    match thing:
        case Refusal():
            return said_by.refusal(thing)
        case str():
            return said_by.gettext(thing)
        case _:
            return said_by.word(thing)
