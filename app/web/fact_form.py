"""What is there, what is not, and what nobody has looked at: the part of a form that spaces and resources share."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.inventory.rules import FEATURES, FEATURES_OF, Kind
from app.kernel.refusals import Refusal, marked
from app.network.rules import FEATURES as SPACE_FEATURES
from app.network.rules import Checked, Measures, checked
from app.platform.language import Speaker
from app.web.block_form import DayMissing
from app.web.rule_form import FigureUnreadable

ANSWERS: Final[Mapping[Checked, str]] = {
    Checked.YES: marked("ja"),
    Checked.NO: marked("nein"),
    Checked.UNCHECKED: marked("nicht geprüft"),
}
MEASURES: Final = ("internet_mbit", "door_width_cm", "threshold_cm")


@dataclass(frozen=True, slots=True)
class FeatureField:
    """One question of the form: whether the feature is there."""

    field: str
    name: str
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the form says is there and is not, and what was measured."""

    features: frozenset[str]
    lacking: frozenset[str]
    measures: Measures


def space_questions(say: Speaker) -> list[FeatureField]:
    """All that is asked of a space."""
    return _questions(SPACE_FEATURES, SPACE_FEATURES, say)


def resource_questions(kind: Kind | None, say: Speaker) -> list[FeatureField]:
    """All that is asked of this kind, or of any."""
    return _questions(FEATURES_OF[kind] if kind else FEATURES, FEATURES, say)


def _questions(features: Iterable[str], names: Mapping[str, str], say: Speaker) -> list[FeatureField]:
    answers = [(answer.value, say.gettext(text)) for answer, text in ANSWERS.items()]
    return [FeatureField(_field(feature), say.gettext(names[feature]), answers) for feature in features]


def _field(feature: str) -> str:
    return f"merkmal-{feature}"


def typed_facts(features: Iterable[str], lacking: Iterable[str], measures: Measures) -> dict[str, str]:
    """The form's fields as these facts fill them."""
    has, lacks = set(features), set(lacking)
    typed = {_field(name): checked(name, has, lacks).value for name in {*SPACE_FEATURES, *FEATURES}}
    typed |= {name: "" if (value := getattr(measures, name)) is None else str(value) for name in MEASURES}
    measured = measures.internet_measured_on
    return typed | {"internet_measured_on": measured.isoformat() if measured else ""}


def read_facts(data: Mapping[str, str], names: Iterable[str], refused: list[Refusal]) -> Facts:
    """What the form says of these features, and the measures; what cannot be read goes to `refused`."""
    names = list(names)
    figures = {name: read_figure(data, name, refused) for name in MEASURES}
    measured = read_date(data, "internet_measured_on", refused)
    return Facts(
        frozenset(name for name in names if data.get(_field(name)) == Checked.YES),
        frozenset(name for name in names if data.get(_field(name)) == Checked.NO),
        Measures(figures["internet_mbit"], measured, figures["door_width_cm"], figures["threshold_cm"]),
    )


def read_figure(data: Mapping[str, str], name: str, refused: list[Refusal]) -> int | None:
    """A whole number, None where nothing was typed."""
    text = data.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", text):
        refused.append(FigureUnreadable(field=name))
        return None
    return int(text)


def read_date(data: Mapping[str, str], name: str, refused: list[Refusal]) -> date | None:
    """2026-11-25, or 25.11.2026 where the browser has no date field; None where nothing was typed."""
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError:
        refused.append(DayMissing(field=name))
        return None
    if not 2000 <= found.year < 2200:
        refused.append(DayMissing(field=name))
        return None
    return found
