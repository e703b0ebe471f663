"""How often something may be done: exact limits, and leased ones that cost next to no statement.

Windows are fixed: they begin at whole multiples of their length, so that at most twice the limit passes around the
border of two windows. Counts stand in an unlogged table; a crash of the database forgives what was counted.
"""

import asyncio
import hashlib
import ipaddress
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.kernel.refusals import Refusal, marked
from app.platform.database import execute, fetch_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT = timedelta(days=1)


class TooMany(Refusal):
    """The limit is reached; `retry_after` says in whole seconds when the next window begins."""

    code = "too_many"
    text = marked("Das waren zu viele Versuche. Bitte warten Sie {minutes} Min.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(minutes=math.ceil(retry_after / 60))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hits in each window of this length, for each key. No window is longer than a day."""

    name: str
    hits: int
    per: timedelta

    def window_at(self, now: datetime) -> datetime:
        return now - (now - _EPOCH) % self.per

    def refusal(self, now: datetime) -> TooMany:
        return TooMany(max(1, math.ceil((self.window_at(now) + self.per - now).total_seconds())))

    def row_key(self, key: str) -> str:
        """What stands in the table: addresses only as a hash."""
        return f"{self.name}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"


def address_key(address: str) -> str:
    """The key of a network address. One household or firm has a whole /64 of IPv6, so that it counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


async def hit(limit: Limit, key: str, now: datetime) -> None:
    """Counts one; raises TooMany when the limit was reached before. Exact, also in parallel.

    Call it before the operation's transaction: what is rolled back has not been counted.
    """
    counted = await fetch_value(
        "INSERT INTO rate_limit AS r (key, window_at, hits) VALUES ($1, $2, 1)"
        " ON CONFLICT (key, window_at) DO UPDATE SET hits = r.hits + 1 WHERE r.hits < $3 RETURNING hits",
        limit.row_key(key),
        limit.window_at(now),
        limit.hits,
    )
    if counted is None:
        raise limit.refusal(now)


async def take_back(limit: Limit, key: str, now: datetime) -> None:
    """Uncounts one hit of the same window; where only failures shall count."""
    await execute(
        "UPDATE rate_limit SET hits = hits - 1 WHERE key = $1 AND window_at = $2 AND hits > 0",
        limit.row_key(key),
        limit.window_at(now),
    )


@dataclass(slots=True)
class _Allowance:
    """What this process may still let pass for one key in the current window."""

    left: int
    debt: int
    is_used_up: bool = False
    taking: asyncio.Task[None] | None = None


class LeasedLimit:
    """A limit that a process counts down in memory, taking a lease of hits from the table when it has none left.

    The first lease of a window is taken on credit and entered with the second, so that a caller who stays within one
    lease costs no statement. One process alone lets pass exactly the limit. Of several each may let pass one lease that
    is never entered, and may keep the rest of its last lease unused: with P processes the sum that passes lies between
    the limit less (P - 1) leases and the limit plus P leases.
    """

    def __init__(self, limit: Limit, leases: int = 60) -> None:
        if limit.hits % leases or leases < 2:
            raise ValueError(f"{limit.hits} hits cannot be parted into {leases} equal leases")
        self.limit = limit
        self.lease = limit.hits // leases
        self._window_at = _EPOCH
        self._allowances: dict[str, _Allowance] = {}

    async def hit(self, key: str, now: datetime) -> None:
        """Counts one; raises TooMany when there is no lease left to take."""
        allowance = self._allowance(key, now)
        while allowance.left == 0:
            if allowance.is_used_up:
                raise self.limit.refusal(now)
            await self._lease_taken(allowance, key)
        allowance.left -= 1

    def _allowance(self, key: str, now: datetime) -> _Allowance:
        window_at = self.limit.window_at(now)
        if window_at > self._window_at:
            self._window_at, self._allowances = window_at, {}
        allowance = self._allowances.get(key)
        if allowance is None:
            allowance = self._allowances[key] = _Allowance(left=self.lease, debt=self.lease)
        return allowance

    async def _lease_taken(self, allowance: _Allowance, key: str) -> None:
        """One statement for all who wait for it; where it fails, it fails for all of them at once."""
        if allowance.taking is None or allowance.taking.done():
            allowance.taking = asyncio.create_task(self._take_lease(allowance, key))
        await asyncio.shield(allowance.taking)

    async def _take_lease(self, allowance: _Allowance, key: str) -> None:
        entered = await fetch_value(
            "INSERT INTO rate_limit AS r (key, window_at, hits) VALUES ($1, $2, $3)"
            " ON CONFLICT (key, window_at) DO UPDATE SET hits = r.hits + $3 WHERE r.hits + $3 <= $4 RETURNING hits",
            self.limit.row_key(key),
            self._window_at,
            self.lease + allowance.debt,
            self.limit.hits,
        )
        if entered is None:
            allowance.is_used_up = True
        else:
            allowance.left, allowance.debt = self.lease, 0


async def forget_old(now: datetime) -> int:
    """Deletes the counts of windows that have long ended; how many."""
    return await execute("DELETE FROM rate_limit WHERE window_at < $1", now - _KEPT)
