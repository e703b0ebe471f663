"""Limits as people type them: days with halves, hours with quarters, a budget in euros, spaces and weekdays."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from app.kernel.refusals import BadInput, Refusal, marked
from app.network.queries import SpaceCard
from app.plans.limits import Amounts, LimitShape
from app.plans.uses import HALVES_OF_A_DAY
from app.web.figures import read_amount, typed_amount

AMOUNTS: Final = ("tage", "stunden", "budget")
_NUMBER: Final = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")
_WEEK: Final = 7


class DaysUnreadable(BadInput):
    code = "days_unreadable"
    text = marked("Bitte ganze oder halbe Tage eintragen, etwa 8 oder 2,5.")


class HoursUnreadable(BadInput):
    code = "hours_unreadable"
    text = marked("Bitte Stunden eintragen, etwa 6 oder 1,5.")


def read_halves(data: Mapping[str, str], field: str = "tage") -> int | None:
    """Half days of 8 or 2,5; None for an empty field. Raises DaysUnreadable."""
    return _read(data, field, HALVES_OF_A_DAY, DaysUnreadable)


def read_minutes(data: Mapping[str, str], field: str = "stunden") -> int | None:
    """Minutes of 6, 1,5 or 0,25 hours; None for an empty field. Raises HoursUnreadable."""
    minutes = _read(data, field, 60, HoursUnreadable)
    if minutes is not None and minutes % 15:
        raise HoursUnreadable(field=field)
    return minutes


def _read(data: Mapping[str, str], field: str, per_unit: int, refusal: type[BadInput]) -> int | None:
    text = data.get(field, "").strip()
    if not text:
        return None
    match = _NUMBER.fullmatch(text) if text.isascii() else None
    units = Decimal(f"{match[1]}.{match[2] or 0}") * per_unit if match else None
    if units is None or units != int(units):
        raise refusal(field=field)
    return int(units)


def read_limits(data: Mapping[str, str], spaces: Sequence[SpaceCard]) -> tuple[LimitShape, list[Refusal]]:
    """The limits that the form says, and what of it cannot be read. Every space or every day limits nothing."""
    amounts, refused = _amounts(data)
    chosen = [space.id for space in spaces if data.get(f"ort-{space.slug}")]
    weekdays = [day for day in range(_WEEK) if data.get(f"tag-{day}")]
    shape = LimitShape(
        amounts["tage"],
        amounts["stunden"],
        amounts["budget"] or None,
        [] if len(chosen) == len(spaces) else chosen,
        [] if len(weekdays) == _WEEK else weekdays,
    )
    return shape, refused


def read_amounts(data: Mapping[str, str]) -> tuple[Amounts, list[Refusal]]:
    """How much more the form says, and what of it cannot be read."""
    amounts, refused = _amounts(data)
    return Amounts(amounts["tage"] or 0, amounts["stunden"] or 0, amounts["budget"] or 0), refused


def _amounts(data: Mapping[str, str]) -> tuple[dict[str, int | None], list[Refusal]]:
    readers: Mapping[str, Callable[[Mapping[str, str], str], int | None]] = {
        "tage": read_halves,
        "stunden": read_minutes,
        "budget": read_amount,
    }
    found: dict[str, int | None] = dict.fromkeys(AMOUNTS)
    refused: list[Refusal] = []
    for name, read in readers.items():
        try:
            found[name] = read(data, name)
        except Refusal as refusal:
            refused.append(refusal)
    return found, refused


def typed_limits(limits: LimitShape, spaces: Sequence[SpaceCard]) -> dict[str, str]:
    """As the fields of the form have them."""
    typed = {
        "tage": _typed(limits.desk_halves, HALVES_OF_A_DAY),
        "stunden": _typed(limits.room_minutes, 60),
        "budget": typed_amount(limits.money),
    }
    typed |= {f"ort-{space.slug}": "ja" for space in spaces if space.id in limits.spaces}
    return typed | {f"tag-{day}": "ja" for day in limits.weekdays}


def typed_amounts(amounts: Amounts) -> dict[str, str]:
    """The same of what is asked for; nothing of what is not."""
    return {
        "tage": _typed(amounts.desk_halves or None, HALVES_OF_A_DAY),
        "stunden": _typed(amounts.room_minutes or None, 60),
        "budget": typed_amount(amounts.money or None),
    }


def _typed(units: int | None, per_unit: int) -> str:
    if units is None:
        return ""
    return f"{Decimal(units) / per_unit:.2f}".rstrip("0").rstrip(".").replace(".", ",")
