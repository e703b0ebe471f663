"""What shared purses provide to somebody on a day, as the person sees it: what is left is the own rest within the
limits, and never what others have left of a shared account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.plans.holdings import ACCOUNT, Account, account_from
from app.plans.limits import OwnLimits
from app.plans.purse_limits import purses_limiting
from app.plans.purses import ScopeShape
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Provided:
    """An account of a purse with the person's own rest of it; None in `account.left` where nothing limits that."""

    account: Account
    purse: int
    is_shared: bool


_PROVIDED: Final = (
    f"SELECT e.*, (SELECT coalesce(sum(x.held_change), 0)::int FROM entitlement_entry x"  # noqa: S608
    " WHERE x.entitlement = e.id AND x.person = $1) AS own_held"
    f" FROM ({ACCOUNT}) e WHERE e.purse IN (SELECT purse FROM purse_member"
    "  WHERE person = $1 AND first <= $2 AND coalesce(last, 'infinity') >= $2)"
    " AND (e.person IS NULL OR e.person = $1) AND e.starts_on <= $2 AND coalesce(e.ends_on, 'infinity') >= $2"
    " AND e.expired_at IS NULL ORDER BY e.purse, e.unit = 'money', coalesce(e.ends_on, 'infinity'), e.id"
)


async def provided_to(person: int, day: date) -> Sequence[Provided]:
    """In the order in which they pay."""
    rows = await fetch(_PROVIDED, person, day)
    if not rows:
        return []
    limits = {one.purse: one for one in await purses_limiting(person, day)}
    found = []
    for row in rows:
        account, is_shared = account_from(row), row["person"] is None
        own = _within(replace(account, held=row["own_held"]), limits, row["purse"], day, is_shared=is_shared)
        found.append(Provided(own, row["purse"], is_shared))
    return found


def _within(account: Account, limits: Mapping[int, OwnLimits], purse: int, day: date, *, is_shared: bool) -> Account:
    own, month = limits.get(purse), day.replace(day=1)
    most = own.most(account.unit, month) if own is not None else None
    rest = own.rest(account.unit, month) if own is not None else None
    scope = account.scope
    if own is not None:
        scope = ScopeShape(
            scope.operators,
            own.limits.spaces or scope.spaces,
            own.limits.weekdays or scope.weekdays,
            scope.opens,
            scope.closes,
        )
    if is_shared:
        return replace(account, person=0, left=rest, granted=most or 0, scope=scope)
    left = account.left if rest is None else rest if account.left is None else min(account.left, rest)
    return replace(account, left=left, granted=account.granted or most or 0, scope=scope)
