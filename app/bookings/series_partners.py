"""Which date of a changed rule takes the place of which old one. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.inventory.recurrence import Recurrence, Slot


def partners(
    old_rule: Recurrence, old: Sequence[Slot], new_rule: Recurrence, new: Sequence[Slot]
) -> Mapping[datetime | None, datetime]:
    """Which new slot takes an old one's place: where the rhythm stays, the one in its turn, else that of its day."""
    if _rhythm(old_rule) == _rhythm(new_rule):
        return {before.starts_at: after.starts_at for before, after in zip(old, new, strict=False)}
    by_day = {slot.day: slot.starts_at for slot in new}
    return {slot.starts_at: by_day[slot.day] for slot in old if slot.day in by_day}


def _rhythm(rule: Recurrence) -> tuple[object, ...]:
    return rule.frequency, rule.interval, len(rule.by_day) or len(rule.month_days) or 1
