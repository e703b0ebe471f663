"""Asking for more than the limit: by the person for a month, answered by who looks after the team.

Nothing here names a day, a space or a booking, and nothing of what the person has used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.budgets import provide_budgets
from app.plans.grants import month_of
from app.plans.limits import NOTHING, Amounts
from app.plans.purse_limits import give_extra
from app.plans.timeline import months_later
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.teams.limits import MOST_HALVES, MOST_MONEY, MOST_ROOM_MINUTES, BudgetTooLarge, LimitTooLarge, purse_of_team
from app.teams.queries import TeamCard

LONGEST_REASON: Final = 300
MONTHS_AHEAD: Final = 13
_KEPT_MONTHS: Final = 12


class RequestStatus(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class NothingAsked(BadInput):
    code = "nothing_asked"
    text = marked("Bitte eintragen, wie viel mehr Sie brauchen.")


class NotThatMonth(BadInput):
    code = "not_that_month"
    text = marked("Bitte einen Monat wählen, der noch nicht vorbei ist.")


class AskedAlready(Conflict):
    code = "asked_already"
    text = marked("Für diesen Monat haben Sie schon gefragt. Die Antwort steht noch aus.")


class AnsweredAlready(Conflict):
    code = "answered_already"
    text = marked("Dieser Antrag ist schon beantwortet oder zurückgenommen.")


refuse_constraint("limit_request_once", AskedAlready)


@dataclass(frozen=True, slots=True)
class AskForMore:
    """How much more in which month (its first day), and why."""

    month: date
    amounts: Amounts
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LimitRequest:
    """What somebody has asked for, and what became of it."""

    id: int
    public_id: str
    team: int
    person: int
    name: str
    month: date
    amounts: Amounts
    reason: str
    asked_at: datetime
    status: RequestStatus
    granted: Amounts
    answer: str
    decided_at: datetime | None


async def ask_for_more(actor: Actor, team: TeamCard, wanted: AskForMore, now: datetime, today: date) -> LimitRequest:
    """Asks the team's managers on behalf of who belongs to it.

    Raises NothingAsked, NotThatMonth, AskedAlready, and what `_check_amounts` raises.
    """
    purse_of_team(team)
    first = today.replace(day=1)
    if wanted.month.day != 1 or not first <= wanted.month <= months_later(first, MONTHS_AHEAD):
        raise NotThatMonth(field="monat")
    if wanted.amounts == NOTHING:
        raise NothingAsked(field="tage")
    _check_amounts(wanted.amounts)
    async with transaction():
        key: int = await fetch_value(
            "INSERT INTO limit_request (public_id, team, person, month, desk_halves, room_minutes, money, reason,"
            " asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            new_public_id(),
            team.id,
            actor.person,
            wanted.month,
            wanted.amounts.desk_halves,
            wanted.amounts.room_minutes,
            wanted.amounts.money,
            one_line(wanted.reason)[:LONGEST_REASON],
            now,
        )
        await record("limit_request.made", "team", team.id, actor, now)
        await emit("limit_request.made", "limit_request", key, now)
    made = await request_by_id(key)
    assert made is not None, "it was just made"
    return made


async def answer_request(
    actor: Actor, team: TeamCard, public_id: str, granted: Amounts | None, answer: str, now: datetime, today: date
) -> None:
    """Grants so much, or declines (None); both sides hear of it. What is granted holds for that month alone.

    Raises NotFound, AnsweredAlready, NotThatMonth where the month is over, and what `_check_amounts` raises.
    """
    purse = purse_of_team(team)
    if granted is not None:
        _check_amounts(granted)
    given = granted or NOTHING
    status = RequestStatus.GRANTED if given != NOTHING else RequestStatus.DECLINED
    async with transaction():
        request = await _locked(team, public_id)
        last = month_of(request.month).last
        if status is RequestStatus.GRANTED and last is not None and last < today:
            raise NotThatMonth(field="tage")
        await execute(
            "UPDATE limit_request SET status = $2, granted_desk_halves = $3, granted_room_minutes = $4,"
            " granted_money = $5, answer = $6, decided_by = $7, decided_at = $8 WHERE id = $1",
            request.id,
            status,
            given.desk_halves,
            given.room_minutes,
            given.money,
            one_line(answer)[:LONGEST_REASON],
            actor.person,
            now,
        )
        if status is RequestStatus.GRANTED:
            await give_extra(purse, request.person, request.month, given, now)
            await provide_budgets(purse, now, today)
        await record("limit_request.answered", "team", team.id, actor, now, whom=request.person, status=status)
        await emit("limit_request.answered", "limit_request", request.id, now)


async def withdraw_request(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """The person needs it no more. Raises NotFound, AnsweredAlready."""
    async with transaction():
        request = await _locked(team, public_id)
        if request.person != actor.person:
            raise NotFound
        await execute("UPDATE limit_request SET status = 'withdrawn', decided_at = $2 WHERE id = $1", request.id, now)
        await record("limit_request.withdrawn", "team", team.id, actor, now)


async def open_requests(team: int) -> Sequence[LimitRequest]:
    """What waits for an answer, of those who still belong to the team, the oldest first."""
    return await _requests(
        "r.team = $1 AND r.status = 'open' AND EXISTS (SELECT FROM team_member m WHERE m.team = r.team"
        " AND m.person = r.person AND m.left_at IS NULL) ORDER BY r.id",
        team,
    )


async def answered_requests(team: int) -> Sequence[LimitRequest]:
    """What was answered, the latest first."""
    return await _requests(
        "r.team = $1 AND r.status IN ('granted', 'declined') ORDER BY r.decided_at DESC, r.id DESC LIMIT 30", team
    )


async def own_requests(team: int, person: int) -> Sequence[LimitRequest]:
    """What the person has asked for, the latest first."""
    return await _requests("r.team = $1 AND r.person = $2 ORDER BY r.id DESC LIMIT 30", team, person)


async def request_by_id(key: int) -> LimitRequest | None:
    """For mails."""
    return next(iter(await _requests("r.id = $1", key)), None)


async def forget_old_requests(now: datetime) -> int:
    """Deletes those whose month is twelve months over; how many."""
    before = months_later(now.date().replace(day=1), -_KEPT_MONTHS - 1)
    return await execute("DELETE FROM limit_request WHERE month < $1", before)


async def _requests(condition: str, *arguments: object) -> Sequence[LimitRequest]:
    rows = await fetch(f"{_REQUEST} WHERE {condition}", *arguments)
    return [_read(row) for row in rows]


async def _locked(team: TeamCard, public_id: str) -> LimitRequest:
    row = await fetch_row(f"{_REQUEST} WHERE r.team = $1 AND r.public_id = $2 FOR UPDATE OF r", team.id, public_id)
    if row is None:
        raise NotFound
    found = _read(row)
    if found.status is not RequestStatus.OPEN:
        raise AnsweredAlready
    return found


_REQUEST: Final = (
    "SELECT r.id, r.public_id, r.team, r.person, p.name, r.month, r.desk_halves, r.room_minutes, r.money, r.reason,"
    " r.asked_at, r.status, r.granted_desk_halves, r.granted_room_minutes, r.granted_money, r.answer, r.decided_at"
    " FROM limit_request r JOIN person p ON p.id = r.person"
)


def _read(row: Mapping[str, Any]) -> LimitRequest:
    return LimitRequest(
        row["id"],
        row["public_id"],
        row["team"],
        row["person"],
        row["name"],
        row["month"],
        Amounts(row["desk_halves"], row["room_minutes"], row["money"]),
        row["reason"],
        row["asked_at"],
        RequestStatus(row["status"]),
        Amounts(row["granted_desk_halves"], row["granted_room_minutes"], row["granted_money"]),
        row["answer"],
        row["decided_at"],
    )


def _check_amounts(amounts: Amounts) -> None:
    """Raises LimitTooLarge and BudgetTooLarge."""
    if amounts.desk_halves > MOST_HALVES:
        raise LimitTooLarge(field="tage")
    if amounts.room_minutes > MOST_ROOM_MINUTES:
        raise LimitTooLarge(field="stunden")
    if amounts.money > MOST_MONEY:
        raise BudgetTooLarge(field="budget")


@on_merge("limit_request.person")
async def _move_requests(merge: Merge) -> None:
    """Where both wait for an answer for the same month, the one that stays keeps its own."""
    await execute(
        "DELETE FROM limit_request g WHERE person = $2 AND status = 'open' AND EXISTS (SELECT FROM limit_request k"
        " WHERE k.team = g.team AND k.month = g.month AND k.person = $1 AND k.status = 'open')",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE limit_request SET person = $1 WHERE person = $2", merge.kept, merge.gone)


@on_merge("limit_request.decided_by")
async def _keep_managers(merge: Merge) -> None:
    """Who signs in is never merged away, and managers sign in."""
