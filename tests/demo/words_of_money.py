"""Finds words of prices, plans, orders and invoices in what people read: pages, mails, answers of the interface."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final

GERMAN: Final = (
    r"preis\w*", r"\w*tarif\w*", r"\w*rechnung(en)?", r"(?!abbestell)\w*bestell\w*", r"zahlungspflichtig\w*",
    r"\w*bezahl\w*", r"zahlung\w*", r"zahler\w*", r"zahlt", r"(?<!nichts )kostet(?! nichts)",
    r"kosten((los|frei|pflichtig)\w*)?",
    r"\w*gebühr(en)?", r"guthaben", r"(tages|zehner|stunden|papier)karten?", r"probetage?s?", r"mitgliedschaft(en)?",
    r"kündig\w*", r"widerruf(en)?", r"euro", r"mwst", r"kaution\w*", r"\w*verkauf\w*", r"\w*verkäufer\w*",
    r"ermäßig\w*",
)  # fmt: skip
ENGLISH: Final = (
    r"prices?", r"pricing", r"(?<!floor )plans", r"(your|another|without a|(has|have|need) (a|no)|own|local) plan",
    r"invoic\w+", r"orders", r"ordered", r"ordering", r"(your|an|to|place|place an) order",
    r"pay(s|ing|ment|ments|able|er)?", r"paid", r"costs?(?! nothing)", r"fees?", r"(?<!free of )charges?",
    r"memberships?", r"entitlements?", r"day tickets?", r"day pass(es)?", r"trial days?", r"deposits?", r"buy",
    r"bought", r"sold", r"sale", r"sells?", r"sellers?",
)  # fmt: skip
_MONEY: Final = {
    language: re.compile(rf"€|(?<!\w)eur(?!\w)|(?<!\w)({'|'.join(words)})(?!\w)", re.IGNORECASE)
    for language, words in (("de", GERMAN), ("en", ENGLISH))
}
_READ: Final = ("alt", "title", "aria-label", "placeholder", "content")
_UNREAD: Final = ("script", "style")


class _Reader(HTMLParser):
    """Collects what is read, a block at a time: texts, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _UNREAD
        self.read += [value for name, value in attrs if name in _READ and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _UNREAD

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.read.append(" ".join(data.split()))


def texts_of_html(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.read


def texts_of_json(value: object) -> Iterator[str]:
    """Everything in it that is said in words: values with a space in them. Names of fields are the interface's."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of_json(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of_json(each)
    elif isinstance(value, str) and " " in value:
        yield value


def words_of_money(texts: Iterable[str], language: str) -> list[str]:
    """Each word of money with the text that it stands in."""
    money = _MONEY[language]
    return [f"„{found[0]}“ in „{text[:160]}“" for text in texts for found in [money.search(text)] if found]
