"""How place names are spelled by people in a hurry, and how two spellings are compared."""

import re
import unicodedata

_DIGRAPH = re.compile("([aou])e")
_BETWEEN_WORDS = re.compile("[^a-z0-9]+")
_ABBREVIATIONS = {"st": "sankt"}


def words(text: str) -> list[str]:
    """The words of a name in the one spelling that all ways to write them share.

    Case, accents, hyphens and brackets vanish, ß is ss, and ü, ue and u are the same: `Münstermaifeld`,
    `Muenstermaifeld` and `MUNSTERMAIFELD` give one word. `St.` is `Sankt`.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    found = [_DIGRAPH.sub(r"\1", word) for word in _BETWEEN_WORDS.split(bare) if word]
    return [_ABBREVIATIONS.get(word, word) for word in found]


def one_slip_apart(a: str, b: str) -> bool:
    """Whether one letter too many, too few or wrong, or two neighbours swapped, make a into b."""
    if a == b or abs(len(a) - len(b)) > 1:
        return a == b
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    rest_a, rest_b = a[same:], b[same:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )
