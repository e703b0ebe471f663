"""When a member may let a membership rest. Pure; staff may agree to other days (docs/decisions/0046)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from app.kernel.refusals import Conflict, Refusal, marked
from app.plans.grants import Days, months_of, next_month
from app.plans.queries import MembershipCard
from app.plans.timeline import months_later

MOST_MONTHS_A_YEAR: Final = 3
MONTHS_OFFERED: Final = 6
_A_DAY = timedelta(days=1)


class PauseOutOfReach(Refusal):
    """Not one of the months that may be chosen."""

    code = "pause_out_of_reach"
    text = marked("Eine Pause beginnt am Ersten eines der nächsten {months} Monate.")


class PauseTooLong(Refusal):
    code = "pause_too_long"
    text = marked("Im Kalenderjahr {year} können noch {left} Monate ruhen.")


class PauseKnown(Conflict):
    """One pause after the other."""

    code = "pause_known"
    text = marked("Eine Pause steht schon fest. Eine weitere geht, wenn sie vorbei oder zurückgenommen ist.")


class EndsBefore(Conflict):
    code = "membership_ends_before"
    text = marked("Diese Mitgliedschaft endet am {day}. Bis dahin lässt sich daran nichts mehr ändern.")


def pause_asked(card: MembershipCard, first: date, months: int, today: date) -> Days:
    """The days of a pause of so many whole months. Raises what is wrong with it."""
    if card.ends_on is not None:
        raise EndsBefore(day=card.ends_on)
    if pause_ahead(card, today) is not None:
        raise PauseKnown
    if first not in first_months(card, today):
        raise PauseOutOfReach(field="first", months=MONTHS_OFFERED)
    days = Days(first, months_later(first, max(months, 1)) - _A_DAY)
    for year in {month.first.year for month in months_of(days, days.last or first)}:
        left = MOST_MONTHS_A_YEAR - _months_in(year, card.timeline.pauses)
        if _months_in(year, [days]) > left:
            raise PauseTooLong(field="months", year=year, left=max(left, 0))
    return days


def first_months(card: MembershipCard, today: date) -> list[date]:
    """The firsts of months from which it may rest: those to come, once it has begun."""
    month = next_month(max(today, card.starts_on))
    found = []
    for _ in range(MONTHS_OFFERED):
        found.append(month)
        month = next_month(month)
    return found


def pause_ahead(card: MembershipCard, today: date) -> Days | None:
    """The pause that is or comes."""
    pauses = [pause for pause in card.timeline.pauses if pause.last is None or pause.last >= today]
    return min(pauses, key=lambda pause: pause.first, default=None)


def runs_again_from(pause: Days, today: date) -> date:
    """The first day on which it runs again if the pause is ended now: at once where it has not begun, else from the
    next month on."""
    return pause.first if pause.first > today else next_month(today)


def _months_in(year: int, pauses: Sequence[Days]) -> int:
    """So many months of that year does one of the pauses touch."""
    whole = Days(date(year, 1, 1), date(year, 12, 31))
    months = set()
    for pause in pauses:
        inside = pause.within(whole)
        if inside is not None:
            months |= {month.first for month in months_of(inside, whole.last or inside.first)}
    return len(months)
