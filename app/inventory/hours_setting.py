"""When a space is open, and when somebody is there, as its manager writes it; bookings are cleared elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, HoursChange
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.kernel.wall_time import Opening
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_row, transaction
from app.platform.outbox import emit

LONGEST_REASON: Final = 120
WEEKDAYS: Final = range(1, 8)
USUAL_WEEK: Final[Mapping[int, tuple[Opening, ...]]] = {day: (Opening(480, 1080),) for day in range(1, 6)}
"""Monday to Friday, 8 to 18: what most spaces begin with."""


class HoursUnusable(BadInput):
    code = "hours_unusable"
    text = marked("Zeiten stehen in ihrer Reihenfolge, überschneiden sich nicht und liegen auf Viertelstunden.")


class ReasonTooLong(BadInput):
    code = "hours_reason_too_long"
    text = marked("Bitte höchstens {most} Zeichen.")


class DayIsClosed(Conflict):
    """A closing day holds the resources as well, so it is lifted where it was made."""

    code = "day_is_closed"
    text = marked("Am {day} ist ein Schließtag eingetragen. Bitte zuerst dort aufheben.")


class HoursChangedMeanwhile(Conflict):
    code = "hours_changed_meanwhile"
    text = marked(
        "Die Zeiten hat inzwischen jemand geändert. Unten steht, was jetzt gilt und was Sie eingetragen haben."
    )


class Of(StrEnum):
    """Whose hours: those of the space, or of its staff."""

    SPACE = "space"
    STAFF = "staff"


_WEEK: Final = {Of.SPACE: "weekly_hours", Of.STAFF: "staffed_hours"}
_EXCEPTION: Final = {Of.SPACE: "hours_exception", Of.STAFF: "staffed_exception"}


@dataclass(frozen=True, slots=True)
class SetWeek:
    """The hours of every week from now on, by weekday; `open_on_holidays` is the space's alone."""

    week: Mapping[int, Sequence[Opening]]
    open_on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class SetDay:
    """What holds on one day instead; without openings it is closed, or nobody is there."""

    day: date
    openings: Sequence[Opening]
    reason_de: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class DropDay:
    """On that day the week's hours hold again."""

    day: date


HoursCommand = SetWeek | SetDay | DropDay


@dataclass(frozen=True, slots=True)
class DayException:
    """What holds on one day instead, as it stands; a closing day is kept by its blocker."""

    day: date
    openings: tuple[Opening, ...]
    reason_de: str
    reason_en: str
    is_closing_day: bool


@dataclass(frozen=True, slots=True)
class StatedHours:
    """All that stands of one kind of hours. `state` is another one as soon as anything of it is."""

    week: Mapping[int, tuple[Opening, ...]]
    exceptions: tuple[DayException, ...]
    open_on_holidays: bool

    @property
    def state(self) -> str:
        said = (sorted(self.week.items()), self.exceptions, self.open_on_holidays)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def stated_hours(space: int, of: Of, first: date) -> StatedHours:
    """The hours as they stand, exceptions from that day on."""
    week = await fetch(
        f"SELECT weekday, opens, closes FROM {_WEEK[of]} WHERE space = $1 ORDER BY weekday, opens",  # noqa: S608
        space,
    )
    reasons = "reason_de, reason_en" if of is Of.SPACE else "'' AS reason_de, '' AS reason_en"
    rows = await fetch(
        f"SELECT day, opens, closes, {reasons} FROM {_EXCEPTION[of]} WHERE space = $1 AND day >= $2"  # noqa: S608
        " ORDER BY day, opens",
        space,
        first,
    )
    closed = await fetch(
        "SELECT closes FROM blocker WHERE space = $1 AND closes IS NOT NULL AND lifted_at IS NULL", space
    )
    closing = {row["closes"] for row in closed} if of is Of.SPACE else set()
    is_open = await fetch_row("SELECT open_on_holidays FROM space WHERE id = $1", space)
    exceptions = []
    for day in dict.fromkeys(row["day"] for row in rows):
        of_day = [row for row in rows if row["day"] == day]
        openings = tuple(Opening(row["opens"], row["closes"]) for row in of_day if row["opens"] is not None)
        reason = next((row for row in of_day if row["reason_de"]), of_day[0])
        exceptions.append(DayException(day, openings, reason["reason_de"], reason["reason_en"], day in closing))
    return StatedHours(
        {
            weekday: tuple(Opening(row["opens"], row["closes"]) for row in week if row["weekday"] == weekday)
            for weekday in WEEKDAYS
        },
        tuple(exceptions),
        bool(is_open and is_open["open_on_holidays"]) if of is Of.SPACE else False,
    )


def wrong_with(command: HoursCommand) -> list[Refusal]:
    """All that cannot stand so, each beside its field: the weekday's number, or `hours`."""
    if isinstance(command, SetWeek):
        return [
            HoursUnusable(field=f"day_{weekday}")
            for weekday, openings in command.week.items()
            if weekday not in WEEKDAYS or not _are_usable(openings)
        ]
    if isinstance(command, DropDay):
        return []
    refused: list[Refusal] = [] if _are_usable(command.openings) else [HoursUnusable(field="hours")]
    for field, reason in (("reason_de", command.reason_de), ("reason_en", command.reason_en)):
        if len(reason) > LONGEST_REASON:
            refused.append(ReasonTooLong(field=field, most=LONGEST_REASON))
    return refused


def _are_usable(openings: Sequence[Opening]) -> bool:
    ends = 0
    for opening in openings:
        if not ends <= opening.opens < opening.closes <= MINUTES_OF_A_DAY or opening.opens % 15 or opening.closes % 15:
            return False
        ends = opening.closes
    return True


def applied(hours: Hours, command: HoursCommand) -> Hours:
    """What the space's hours would be with the command."""
    if isinstance(command, SetWeek):
        return replace(hours, week=command.week, open_on_holidays=command.open_on_holidays)
    others = {day: changes for day, changes in hours.changes.items() if day != command.day}
    if isinstance(command, DropDay):
        return replace(hours, changes=others)
    openings: Sequence[Opening | None] = command.openings or (None,)
    return replace(hours, changes=others | {command.day: [HoursChange(each, command.reason_de) for each in openings]})


async def set_staffed(
    actor: Actor, space: SpaceCard, command: HoursCommand, state: str, today: date, now: datetime
) -> None:
    """Says when somebody is there. Raises NotFound, the first of `wrong_with`, HoursChangedMeanwhile."""
    demand_managed(actor, space)
    async with transaction():
        await write_hours(actor, space, Of.STAFF, command, state, today, now)


async def write_hours(
    actor: Actor, space: SpaceCard, of: Of, command: HoursCommand, state: str, today: date, now: datetime
) -> None:
    """Writes what the command says, in a transaction of the caller, who knows that the actor may.

    `state` is that of the hours that were shown. Raises the first of `wrong_with`, DayIsClosed, HoursChangedMeanwhile.
    """
    await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)
    stands = await stated_hours(space.id, of, today)
    if stands.state != state:
        raise HoursChangedMeanwhile
    for refusal in wrong_with(command):
        raise refusal
    if isinstance(command, SetWeek):
        await execute(f"DELETE FROM {_WEEK[of]} WHERE space = $1", space.id)  # noqa: S608
        await enter_week(space.id, command.week, of)
        if of is Of.SPACE:
            await execute("UPDATE space SET open_on_holidays = $2 WHERE id = $1", space.id, command.open_on_holidays)
        await record(f"{of}_hours.set", "space", space.id, actor, now, week=said_week(command.week))
        await emit("space.hours_changed", "space", space.id, now)
        return
    if any(each.is_closing_day and each.day == command.day for each in stands.exceptions):
        raise DayIsClosed(field="day", day=command.day)
    await execute(f"DELETE FROM {_EXCEPTION[of]} WHERE space = $1 AND day = $2", space.id, command.day)  # noqa: S608
    if isinstance(command, SetDay):
        await _enter_day(space.id, of, command)
    await record(f"{of}_hours.day_set", "space", space.id, actor, now, day=command.day)
    await emit("space.hours_changed", "space", space.id, now)


async def enter_week(space: int, week: Mapping[int, Sequence[Opening]], of: Of = Of.SPACE) -> None:
    """Writes the openings of a week where none stand. Raises HoursUnusable."""
    for refusal in wrong_with(SetWeek(week)):
        raise refusal
    rows = [(weekday, opening) for weekday, openings in week.items() for opening in openings]
    await execute(
        f"INSERT INTO {_WEEK[of]} (space, weekday, opens, closes)"  # noqa: S608
        " SELECT $1, * FROM unnest($2::smallint[], $3::smallint[], $4::smallint[])",
        space,
        [weekday for weekday, _ in rows],
        [opening.opens for _, opening in rows],
        [opening.closes for _, opening in rows],
    )


async def _enter_day(space: int, of: Of, command: SetDay) -> None:
    openings: Sequence[Opening | None] = command.openings or (None,)
    for opening in openings:
        times = (opening.opens, opening.closes) if opening else (None, None)
        if of is Of.SPACE:
            await execute(
                "INSERT INTO hours_exception (space, day, opens, closes, reason_de, reason_en)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                space,
                command.day,
                *times,
                one_line(command.reason_de),
                one_line(command.reason_en),
            )
        else:
            await execute(
                "INSERT INTO staffed_exception (space, day, opens, closes) VALUES ($1, $2, $3, $4)",
                space,
                command.day,
                *times,
            )


def said_week(week: Mapping[int, Sequence[Opening]]) -> list[str]:
    """For the trail: 1 480-1080."""
    return [f"{day} {opening.opens}-{opening.closes}" for day in sorted(week) for opening in week[day]]
