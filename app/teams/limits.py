"""The limits that an employer sets: for everybody, or for one person."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.budgets import provide_budgets
from app.plans.limits import LimitShape
from app.plans.purse_limits import limits_for_all, people_with_own_limits, set_limits_for_all, set_own_limits
from app.platform.database import execute, transaction
from app.platform.outbox import emit
from app.teams.queries import MemberCard, TeamCard

MOST_HALVES: Final = 2 * 31
MOST_ROOM_MINUTES: Final = 31 * 24 * 60
MOST_MONEY: Final = 1_000_000


class LimitTooLarge(BadInput):
    code = "limit_too_large"
    text = marked("So viel hat kein Monat. Lassen Sie das Feld leer, wenn nichts begrenzt sein soll.")


class BudgetTooLarge(BadInput):
    code = "budget_too_large"
    text = marked("Ein Budget hat höchstens 10.000 € im Monat.")


class LimitsMoved(Conflict):
    """Somebody else has set them since they were shown."""

    code = "limits_moved"
    text = marked(
        "Inzwischen hat jemand anderes die Grenzen geändert. Bitte vergleichen Sie und speichern noch einmal."
    )


def purse_of_team(team: TeamCard) -> int:
    """The team's purse. Raises NotFound where the network is free of charge and nothing is limited."""
    if team.purse is None:
        raise NotFound
    return team.purse


def check_limits(limits: LimitShape) -> None:
    """Raises LimitTooLarge and BudgetTooLarge."""
    if (limits.desk_halves or 0) > MOST_HALVES:
        raise LimitTooLarge(field="tage")
    if (limits.room_minutes or 0) > MOST_ROOM_MINUTES:
        raise LimitTooLarge(field="stunden")
    if (limits.money or 0) > MOST_MONEY:
        raise BudgetTooLarge(field="budget")


def state_of(limits: LimitShape | None) -> str:
    """By which a form knows again the limits that it showed; those of nobody's own too."""
    return hashlib.sha256(repr(limits).encode()).hexdigest()[:16]


async def limit_everybody(
    actor: Actor, team: TeamCard, limits: LimitShape, now: datetime, today: date, *, shown: str | None = None
) -> None:
    """From now on these limits hold for everybody in the team who has none of his own; what is booked stays as it is.

    Raises what `check_limits` and `purse_of_team` raise, and LimitsMoved where those before are not the ones with the
    state `shown`.
    """
    purse = purse_of_team(team)
    check_limits(limits)
    async with transaction():
        await _lock(purse)
        before = await limits_for_all(purse)
        if before == limits:
            return
        _check_shown(before, shown)
        await set_limits_for_all(purse, limits)
        await provide_budgets(purse, now, today)
        await record("team.limits_changed", "team", team.id, actor, now, before=said(before), after=said(limits))
        await emit("team.limits_changed", "team", team.id, now)


async def limit_one(
    actor: Actor,
    team: TeamCard,
    member: MemberCard,
    limits: LimitShape | None,
    now: datetime,
    today: date,
    *,
    shown: str | None = None,
) -> None:
    """From now on these hold for this person instead of everybody's; None takes the own ones away.

    Raises what `limit_everybody` raises; `shown` is the state of the person's own ones.
    """
    purse = purse_of_team(team)
    if limits is not None:
        check_limits(limits)
    async with transaction():
        await _lock(purse)
        before = (await people_with_own_limits(purse)).get(member.person)
        if before == limits:
            return
        _check_shown(before, shown)
        await set_own_limits(purse, member.person, limits)
        await provide_budgets(purse, now, today)
        await record(
            "team_member.limits_changed",
            "team",
            team.id,
            actor,
            now,
            whom=member.person,
            before=said(before),
            after=said(limits),
        )
        await emit("team_member.limits_changed", "team_member", member.id, now)


async def _lock(purse: int) -> None:
    """Until the transaction ends nobody else sets limits in this purse."""
    await execute("SELECT FROM shared_purse WHERE id = $1 FOR NO KEY UPDATE", purse)


def _check_shown(before: LimitShape | None, shown: str | None) -> None:
    if shown is not None and shown != state_of(before):
        raise LimitsMoved


def said(limits: LimitShape | None) -> dict[str, object]:
    """As the audit trail keeps them; nothing where there are none."""
    if limits is None:
        return {}
    known: dict[str, object | None] = {
        "desk_days": None if limits.desk_halves is None else limits.desk_halves / 2,
        "room_hours": None if limits.room_minutes is None else limits.room_minutes / 60,
        "money": limits.money,
        "spaces": limits.spaces or None,
        "weekdays": limits.weekdays or None,
    }
    return {name: value for name, value in known.items() if value is not None}


def limits_said(kept: Mapping[str, Any]) -> LimitShape:
    """What `said` has made of limits; without any where there were none."""
    days, hours = kept.get("desk_days"), kept.get("room_hours")
    return LimitShape(
        None if days is None else round(days * 2),
        None if hours is None else round(hours * 60),
        kept.get("money"),
        kept.get("spaces") or [],
        kept.get("weekdays") or [],
    )
