"""How the system says no: one class for each reason, with a stable code and a sentence for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar


def marked(text: str) -> str:
    """Marks a German sentence for the catalogues; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of text for people that is translated where it is shown; may itself be a fact of another one."""

    text: str
    facts: Mapping[str, object]


def phrase(text: str, **facts: object) -> Phrase:
    """A phrase from a text that was `marked` and the facts that fill it."""
    return Phrase(text, facts)


class Refusal(Exception):
    """A request that a rule turns down. Knows nothing of HTTP.

    `code` is stable and machine-readable; `text` is German with {named} facts and is the message's
    catalogue key; `facts` fill it; `field` names the form field that it belongs to, if any.
    """

    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class NotFound(Refusal):
    """The thing does not exist, or not for this actor: both look the same."""

    code = "not_found"
    text = marked("Das gibt es hier nicht (mehr).")


class NotAllowed(Refusal):
    """The thing is public, but this actor may not do this with it."""

    code = "not_allowed"
    text = marked("Das dürfen Sie hier nicht.")


class BadInput(Refusal):
    """One field holds what cannot be understood. `field` is always set."""

    code = "bad_input"
    text = marked("Diese Angabe lässt sich nicht verstehen.")


class Conflict(Refusal):
    """Somebody else was faster or the state has moved on; base of the conflicts."""

    code = "conflict"
    text = marked("Inzwischen hat sich etwas geändert. Bitte sehen Sie noch einmal nach.")


def passes(check: Callable[..., None], *facts: object) -> bool:
    """Whether a rule that refuses by raising lets these facts pass."""
    try:
        check(*facts)
    except Refusal:
        return False
    return True
