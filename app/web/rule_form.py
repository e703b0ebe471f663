"""The form of an operator's rules: shown as it is typed, read back as rules, with a refusal beside each field."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

from app.inventory.booking_rules import NOTHING_SAID, BookingRules, OutsideHours, Who
from app.inventory.rule_setting import PartsOfTheDayUnusable
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import Opening
from app.network.grouping import GroupCard

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_LONGEST_FIELD = 120

WHO_NAMES: Final[Mapping[Who, str]] = {
    Who.EVERYONE: marked("alle"),
    Who.MEMBERS: marked("nur wer angemeldet ist"),
    Who.GROUPS: marked("nur bestimmte Gruppen"),
}
OUTSIDE_NAMES: Final[Mapping[OutsideHours, str]] = {
    OutsideHours.NOBODY: marked("niemand"),
    OutsideHours.ORGANISATIONS: marked("Vereine"),
    OutsideHours.MEMBERSHIPS: marked("Vereine, und wer einen Tarif rund um die Uhr hat"),
    OutsideHours.EVERYONE: marked("alle, rund um die Uhr"),
}
GRID_NAMES: Final[Mapping[str, str]] = {
    "15": marked("jede Viertelstunde"),
    "30": marked("volle und halbe Stunde"),
    "60": marked("volle Stunde"),
}
_LENGTHS: Final[Mapping[str, timedelta]] = {
    "shortest": MINUTE,
    "longest": MINUTE,
    "buffer_before": MINUTE,
    "buffer_after": MINUTE,
    "notice": HOUR,
    "cancel_before": HOUR,
    "decide_within": HOUR,
    "no_show_after": MINUTE,
}
"""In what the form says a length."""

FOLDS: Final[Mapping[str, Sequence[str]]] = {
    "parts": ("day_parts", "buffer_before", "buffer_after"),
    "outside": ("own_members_days", "outside_hours"),
    "groups": ("groups",),
    "limits": ("most_open", "most_guests"),
    "no_show": ("no_show_after",),
}
"""What few spaces say, behind folds of the form."""

ORDER: Final[Sequence[str]] = (
    *("shortest", "longest", "grid", *FOLDS["parts"]),
    *("days_ahead", "notice", *FOLDS["outside"]),
    *("who", *FOLDS["groups"], *FOLDS["limits"]),
    *("needs_approval", "decide_within", "cancel_before", *FOLDS["no_show"]),
)
"""The fields as the form has them."""

_COUNTS: Final = ("days_ahead", "own_members_days", "most_open", "most_guests")
_MAY_BE_EMPTY: Final = frozenset({"no_show_after", "most_open", "most_guests"})
_PART: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:-|–|bis|to)\s*(\d{1,2})(?::(\d\d))?")


class FigureUnreadable(BadInput):
    code = "figure_unreadable"
    text = marked("Bitte eine Zahl eintragen.")


def typed_of(rules: BookingRules, groups: Sequence[GroupCard]) -> dict[str, str]:
    """The form's fields as the rules fill them."""
    typed = {name: _number(getattr(rules, name), unit) for name, unit in _LENGTHS.items()}
    typed |= {name: "" if getattr(rules, name) is None else str(getattr(rules, name)) for name in _COUNTS}
    typed |= {
        "grid": str(int(rules.grid / MINUTE)),
        "day_parts": ", ".join(f"{_clock(part.opens)}–{_clock(part.closes)}" for part in rules.day_parts),
        "who": rules.who.value,
        "outside_hours": rules.outside_hours.value,
        "needs_approval": "ja" if rules.needs_approval else "",
    }
    return typed | {group_field(group): "ja" for group in groups if group.id in rules.groups}


def in_order(refused: Sequence[Refusal]) -> list[Refusal]:
    """As the form has the fields; what belongs to none of them comes first."""
    return sorted(refused, key=lambda refusal: ORDER.index(refusal.field) if refusal.field in ORDER else -1)


def unfolded(typed: Mapping[str, str], errors: Collection[str], groups: Sequence[GroupCard]) -> set[str]:
    """The folds that stand open: those with something else than what holds where nobody says anything, or an error."""
    usual = typed_of(NOTHING_SAID, ())
    found = {
        fold
        for fold, names in FOLDS.items()
        if any(name in errors or typed.get(name, "").strip() != usual.get(name, "") for name in names)
    }
    of_groups = typed.get("who") == Who.GROUPS or any(group_field(group) in typed for group in groups)
    return found | ({"groups"} if of_groups else set())


def group_field(group: GroupCard) -> str:
    """The name of the group's box."""
    return f"gruppe-{group.public_id}"


def read_rules(data: Mapping[str, str], groups: Sequence[GroupCard]) -> tuple[BookingRules, list[Refusal]]:
    """The rules that the form says, and what of it cannot be read; those fields are as if nobody had said them."""
    refused: list[Refusal] = []
    values: dict[str, object] = {}

    def take(name: str, read: Callable[[], object]) -> None:
        try:
            values[name] = read()
        except Refusal as refusal:
            refused.append(refusal)

    for name, unit in _LENGTHS.items():
        take(name, lambda name=name, unit=unit: _length(data, name, unit))  # type: ignore[misc]
    for name in _COUNTS:
        take(name, lambda name=name: _count(data, name))  # type: ignore[misc]
    take("day_parts", lambda: _parts(data.get("day_parts", "")))
    take("grid", lambda: _choice(data, "grid", {key: int(key) * MINUTE for key in GRID_NAMES}))
    take("who", lambda: _choice(data, "who", {each.value: each for each in Who}))
    take("outside_hours", lambda: _choice(data, "outside_hours", {each.value: each for each in OutsideHours}))
    values["needs_approval"] = data.get("needs_approval") == "ja"
    if values.get("who") is Who.GROUPS:
        values["groups"] = frozenset(group.id for group in groups if data.get(group_field(group)) == "ja")
    return BookingRules(**values), refused  # type: ignore[arg-type]


def _length(data: Mapping[str, str], name: str, unit: timedelta) -> timedelta | None:
    text = data.get(name, "").strip().replace(",", ".")
    if not text and name in _MAY_BE_EMPTY:
        return None
    if not re.fullmatch(r"\d{1,5}(\.\d{1,2})?", text):
        raise FigureUnreadable(field=name)
    return round(float(text) * unit / MINUTE) * MINUTE


def _count(data: Mapping[str, str], name: str) -> int | None:
    text = data.get(name, "").strip()
    if not text and name in _MAY_BE_EMPTY:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise FigureUnreadable(field=name)
    return int(text)


def _parts(text: str) -> tuple[Opening, ...]:
    """8–12, 13–18 as they are typed. Raises PartsOfTheDayUnusable."""
    parts = []
    for piece in re.split(r"[,;\n]", text[:_LONGEST_FIELD]):
        if not piece.strip():
            continue
        match = _PART.fullmatch(piece.strip().removesuffix(" Uhr"))
        if match is None:
            raise PartsOfTheDayUnusable(field="day_parts")
        opens, closes = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
        parts.append(Opening(opens, closes))
    return tuple(parts)


def _choice(data: Mapping[str, str], name: str, choices: Mapping[str, object]) -> object:
    chosen = choices.get(data.get(name, ""))
    return getattr(NOTHING_SAID, name) if chosen is None else chosen


def _number(length: timedelta | None, unit: timedelta) -> str:
    if length is None:
        return ""
    number = length / unit
    return str(int(number)) if number == int(number) else f"{number:.2f}".rstrip("0").replace(".", ",")


def _clock(minute: int) -> str:
    hour, minute = divmod(minute, 60)
    return f"{hour}:{minute:02}" if minute else str(hour)
