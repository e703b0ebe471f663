"""Limits in words: what somebody may spend, what is left of a month, and what is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import get_day_names

from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.network.queries import SpaceCard, published_spaces
from app.plans.limits import NOTHING, UNLIMITED, Amounts, LimitShape, OwnLimits
from app.plans.uses import Unit
from app.platform.language import Speaker
from app.teams.limit_requests import LimitRequest, RequestStatus
from app.teams.limits import limits_said
from app.web.holdings_view import amount_text

STATUS_NAMES: Final[Mapping[RequestStatus, str]] = {
    RequestStatus.OPEN: marked("wartet auf Antwort"),
    RequestStatus.GRANTED: marked("bewilligt"),
    RequestStatus.DECLINED: marked("abgelehnt"),
    RequestStatus.WITHDRAWN: marked("zurückgenommen"),
}
_UNIT_NAMES: Final[Mapping[Unit, str]] = {
    Unit.DESK_DAY: marked("Tage am Schreibtisch"),
    Unit.ROOM_MINUTE: marked("Stunden in Räumen"),
    Unit.MONEY: marked("Budget"),
}

_ASKED: Final = marked("{amount} mehr im {month}")


def limit_lines(limits: LimitShape, spaces: Iterable[SpaceCard], say: Speaker) -> list[tuple[str, str]]:
    """What holds, as pairs of what and how much."""
    names = {space.id: space.name for space in spaces}
    days = get_day_names("wide", locale=say.locale)
    where = [names[key] for key in limits.spaces if key in names]
    when = [str(days[day]) for day in limits.weekdays]
    return [
        (say.gettext(_UNIT_NAMES[Unit.DESK_DAY]), _monthly(Unit.DESK_DAY, limits, say)),
        (say.gettext(_UNIT_NAMES[Unit.ROOM_MINUTE]), _monthly(Unit.ROOM_MINUTE, limits, say)),
        (
            say.gettext(_UNIT_NAMES[Unit.MONEY]),
            say.say(marked("{amount} im Monat"), amount=amount_text(Unit.MONEY, limits.money, say))
            if limits.money
            else say.gettext(marked("keines")),
        ),
        (say.gettext(marked("Standorte")), say.listed(where) if limits.spaces else say.gettext(marked("alle"))),
        (say.gettext(marked("Wochentage")), say.listed(when) if when else say.gettext(marked("alle"))),
    ]


def limits_in_line(limits: LimitShape, spaces: Iterable[SpaceCard], say: Speaker) -> str:
    """Those that limit something, one behind the other."""
    known = list(spaces)
    unlimited = limit_lines(UNLIMITED, known, say)
    set_ones = [f"{name}: {text}" for name, text in limit_lines(limits, known, say) if (name, text) not in unlimited]
    return "; ".join(set_ones) or say.gettext(marked("keine Grenzen"))


def changed_limits(details: Mapping[str, Any], spaces: Iterable[SpaceCard], say: Speaker) -> dict[str, Any]:
    """What the audit trail keeps of changed limits, with words for them."""
    known = list(spaces)
    said = {name: limits_in_line(limits_said(details[name]), known, say) for name in ("before", "after")}
    return {name: value for name, value in details.items() if name not in said} | said


LIMITS_CHANGED: Final = ("team.limits_changed", "team_member.limits_changed")
"""What the audit trail calls it."""


def _monthly(unit: Unit, limits: LimitShape, say: Speaker) -> str:
    most = limits.monthly(unit)
    if most is None:
        return say.gettext(marked("ohne Grenze"))
    if not most:
        return say.gettext(marked("keine"))
    return say.say(marked("bis zu {amount} im Monat"), amount=amount_text(unit, most, say))


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A person's month: what was spent of how much, by what is counted."""

    month: str
    cells: Sequence[tuple[str, str]]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of a table of months."""
        return [(name, "") for name, _ in self.cells]


def month_lines(own: OwnLimits, months: Iterable[date], say: Speaker) -> list[MonthLine]:
    """The first month, and each later one in which something was spent, given or is open to be asked for."""
    found = []
    for number, month in enumerate(months):
        if number > 1 and own.spent.get(month, NOTHING) == NOTHING and own.extra.get(month, NOTHING) == NOTHING:
            continue
        found.append(
            MonthLine(
                say.month(month), [(say.gettext(_UNIT_NAMES[unit]), _spent(own, unit, month, say)) for unit in Unit]
            )
        )
    return found


def _spent(own: OwnLimits, unit: Unit, month: date, say: Speaker) -> str:
    spent, most = own.spent.get(month, NOTHING).of(unit), own.most(unit, month)
    said = amount_text(unit, spent, say)
    if most is None:
        return said if unit is not Unit.MONEY else say.gettext(marked("keines"))
    return say.say(marked("{spent}, höchstens {most}"), spent=said, most=amount_text(unit, most, say))


def asked_text(amounts: Amounts, say: Speaker) -> str:
    """2 Tage und 50,00 €."""
    known = [(unit, amounts.of(unit)) for unit in Unit if amounts.of(unit)]
    return say.listed(
        say.say(marked("{amount} in Räumen"), amount=amount_text(unit, units, say))
        if unit is Unit.ROOM_MINUTE
        else amount_text(unit, units, say)
        for unit, units in known
    )


def request_rows(requests: Iterable[LimitRequest], say: Speaker) -> list[dict[str, object]]:
    """Requests as lists show them."""
    return [
        {
            "one": one,
            "what": say.say(
                marked("{amount} mehr im {month}"), amount=asked_text(one.amounts, say), month=say.month(one.month)
            ),
            "status": say.gettext(STATUS_NAMES[one.status]),
            "granted": asked_text(one.granted, say) if one.status is RequestStatus.GRANTED else "",
            "is_open": one.status is RequestStatus.OPEN,
        }
        for one in requests
    ]


def weekday_names(say: Speaker) -> list[tuple[int, str]]:
    """From Monday (0) on."""
    return [(day, str(name)) for day, name in sorted(get_day_names("wide", locale=say.locale).items())]


async def spaces_to_choose(visitor: Visitor) -> list[SpaceCard]:
    """The spaces on which a limit can be put."""
    return await published_spaces(visitor.now)
