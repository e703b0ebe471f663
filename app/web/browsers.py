"""What a browser calls itself, in words that its owner recognises."""

import re

from app.kernel.refusals import Phrase, marked, phrase

_BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"(Chrome|Chromium|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
"""In this order, because each calls itself by the names of those below it, too."""

_DEVICES = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("Chromebook", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


def browser_name(user_agent: str) -> Phrase:
    """Firefox, Windows; as far as it can be told."""
    known = [_first(names, user_agent) for names in (_BROWSERS, _DEVICES)]
    name = ", ".join(part for part in known if part)
    return phrase("{name}", name=name) if name else phrase(marked("Unbekannter Browser"))


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
