"""Text that people typed, made safe for formats in which a line end or a control character has a meaning."""

import re

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    r"""The text with line ends as \n and tabs as spaces, without control characters and lone surrogates.

    What it returns can always be encoded as UTF-8.
    """
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def one_line(text: str) -> str:
    """The plain text on one line, each run of white space as one space, none at the ends."""
    return " ".join(plain(text).split())
