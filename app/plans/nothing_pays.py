"""Why nothing pays for a booking, as people read it; the limits of a shared purse among the reasons. Pure."""

from collections.abc import Mapping
from typing import Final

from app.kernel.money import Money
from app.kernel.refusals import Refusal, marked, phrase
from app.kernel.wall_time import Month
from app.plans.limits import Limited, Reason
from app.plans.needs import Need
from app.plans.uses import HALVES_OF_A_DAY


class NothingPays(Refusal):
    """No entitlement covers it and it has no price. `facts["need"]` is what is to be paid; whoever tells somebody adds
    what would (offering.py)."""

    code = "no_entitlement"
    text = marked("Dafür braucht es einen Tarif oder eine Karte, die in {space} gilt.")


class LimitReached(NothingPays):
    """A shared purse would pay, but the person's limit is reached. `facts["limited"]` says which one."""

    code = "limit_reached"
    text = marked("Ihre Grenze von {limit} im {month} ist erreicht ({label}).")


class RoomLimitReached(LimitReached):
    text = marked("Ihre Grenze von {limit} in Räumen im {month} ist erreicht ({label}).")


class BudgetReached(LimitReached):
    text = marked("Ihr Budget von {limit} im {month} reicht dafür nicht ({label}).")


class SpaceLimited(LimitReached):
    text = marked("In {space} zahlt {label} für Sie nicht.")


class WeekdayLimited(LimitReached):
    text = marked("An diesem Wochentag zahlt {label} für Sie nicht.")


_BY_REASON: Final[Mapping[Reason, type[LimitReached]]] = {
    Reason.SPACE: SpaceLimited,
    Reason.WEEKDAY: WeekdayLimited,
    Reason.DESK_DAYS: LimitReached,
    Reason.ROOM_HOURS: RoomLimitReached,
    Reason.MONEY: BudgetReached,
}


def limit_refusal(limited: Limited, need: Need | None, space: str) -> LimitReached:
    """What the person is told."""
    return _BY_REASON[limited.reason](
        field="pays",
        space=space,
        need=need,
        limited=limited,
        label=limited.label,
        month=Month(limited.month),
        limit=_amount(limited.reason, limited.most or 0),
    )


def _amount(reason: Reason, most: int) -> object:
    """After 'von': 8 Tagen; ½ Tag; 6 Stunden; 120,00 €."""
    if reason is Reason.MONEY:
        return Money(most)
    if reason is Reason.ROOM_HOURS:
        hours, minutes = divmod(most, 60)
        unit, number = (marked("{n} Minuten"), most) if minutes else (marked("{n} Stunden"), hours)
        return phrase(marked("1 Stunde")) if number == 1 and not minutes else phrase(unit, n=number)
    days, half = divmod(most, HALVES_OF_A_DAY)
    if half:
        return phrase(marked("{n}½ Tagen"), n=days) if days else phrase(marked("½ Tag"))
    return phrase(marked("1 Tag")) if days == 1 else phrase(marked("{n} Tagen"), n=days)
