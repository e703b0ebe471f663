"""What each person used in a month, where an agreement shows it by name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.insights.rules import FEWEST_PEOPLE
from app.insights.suppression import is_tellable
from app.insights.team_months import (
    DayOfUse,
    Measure,
    cost_centres_in,
    days_of_use,
    last_day_of,
    month_of,
    team_months,
    units_of,
)
from app.kernel.wall_time import local_day
from app.platform.database import fetch
from app.teams.agreements import Agreement, notice_days, told_since

_ZONE: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class NamedMonth:
    """What each person used in a month, by name, in the agreement's measures; `people` is None where it stays closed,
    because what others used could be worked out from it."""

    month: date
    measures: Sequence[Measure]
    people: Sequence[tuple[str, Mapping[Measure, int]]] | None


async def named_month(agreement: Agreement, purse: int, month: date, today: date) -> NamedMonth | None:
    """The month by name, with those who were told in time; None where the agreement does not hold, nobody was told in
    time, or the month is not closed."""
    if not agreement.holds_on(today) or not await team_months(agreement.team, month, month):
        return None
    in_team = await cost_centres_in(agreement.team, month)
    named = in_time(await told_since(agreement.id), month, await notice_days(today)) & in_team.keys()
    if not named:
        return None
    measures = [measure for measure in Measure if measure in agreement.shows]
    uses = await days_of_use(purse, month, last_day_of(month))
    if not _rest_is_safe(in_team, named, measures, uses):
        return NamedMonth(month, measures, None)
    rows = await fetch("SELECT id, name FROM person WHERE id = ANY($1::bigint[]) ORDER BY name, id", list(named))
    by_measure = {measure: units_of(uses, measure) for measure in measures}
    people = [(row["name"], {measure: by_measure[measure].get(row["id"], 0) for measure in measures}) for row in rows]
    return NamedMonth(month, measures, people)


async def own_use(purse: int, person: int, month: date, measures: Collection[Measure]) -> Mapping[Measure, int]:
    """What the person used in that month."""
    uses = [use for use in await days_of_use(purse, month, last_day_of(month)) if use.person == person]
    return {measure: units_of(uses, measure).get(person, 0) for measure in measures}


def in_time(told: Mapping[int, datetime], month: date, notice: int) -> set[int]:
    """Who was told so many days before this month began."""
    return {person for person, at in told.items() if first_month(at, notice) <= month}


def first_month(told_at: datetime, notice: int) -> date:
    """The first whole month that can be shown with the name of who was told then."""
    after = local_day(told_at, _ZONE) + timedelta(days=notice)
    return after if after.day == 1 else month_of(month_of(after) + timedelta(days=31))


def _rest_is_safe(
    in_team: Mapping[int, str], named: set[int], measures: Collection[Measure], uses: Sequence[DayOfUse]
) -> bool:
    """Whether what is told of the team and of each cost centre says nothing of those who are not named yet."""
    unnamed = in_team.keys() - named
    for measure in measures:
        units = units_of(uses, measure)
        for group in {None, *in_team.values()}:
            rest = [person for person in unnamed if group in (None, in_team[person])]
            if rest and (len(rest) < FEWEST_PEOPLE or not is_tellable([units.get(person, 0) for person in rest])):
                return False
    return True
