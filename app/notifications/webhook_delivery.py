"""Webhooks on their way: an event becomes one message for each endpoint, and each message is tried until it is taken.

Queued in the transaction of the event's job, so that nothing is forgotten; sent outside of any, so that a slow receiver
holds no connection. A process that dies in between tries again: the message keeps its id.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.bookings.queries import BookingCard, bookings_by_id
from app.inventory.departures import spaces_left
from app.kernel.clock import Clock
from app.notifications.webhook_rules import (
    GONE,
    LISTENED_TO,
    TEST_EVENT,
    Told,
    delay_after,
    departure_payload,
    hint_of,
    is_taken,
    payload,
    secret_of,
    signed_headers,
    told_of,
)
from app.notifications.webhooks import stop_waiting
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import Event, Reaction, Reactions, emit
from app.platform.outgoing import Answer
from app.platform.random_ids import new_public_id

Send = Callable[[str, bytes, Mapping[str, str]], Awaitable[Answer]]

MOST_AT_ONCE: Final = 500
LEASE: Final = timedelta(minutes=1)
"""So long a message is one process's alone; longer than any attempt takes."""

KEPT_FOR: Final = timedelta(days=30)
_LEAVING: Final = frozenset({"booking.moved", "booking.requested", "series.changed"})


def webhook_reactions() -> Reactions:
    """Every event that webhooks are made of."""
    reaction = Reaction("webhooks.queue", queue, wanted=_somebody_listens)
    return {event: [reaction] for event in LISTENED_TO}


async def _somebody_listens() -> bool:
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM webhook_endpoint WHERE is_active AND retired_at IS NULL)"
    )
    return found


async def queue(event: Event, now: datetime) -> None:
    """Writes a message for each endpoint of the operator that hears of such events; a repetition writes none."""
    for booking in await bookings_by_id(event.ids.get("bookings", [event.aggregate_id])):
        told = told_of(event.name, booking, event.occurred_at)
        operator: int = await fetch_value("SELECT operator FROM space WHERE id = $1", booking.space.id)
        if event.name in _LEAVING and await _tell_departures(event, booking, operator, now):
            told = Told.CREATED if told is Told.CHANGED else told
        if told is not None:
            await _queue(operator, event, booking, told, payload(told, booking, event.occurred_at), now)


async def _tell_departures(event: Event, booking: BookingCard, operator: int, now: datetime) -> bool:
    """Tells the operators whose spaces it has left; whether it has come to its operator from another one."""
    left = [space for space in await spaces_left(booking.public_id, event.occurred_at) if space.operator != operator]
    for space in left:
        body = departure_payload(booking.public_id, space.slug, event.occurred_at)
        await _queue(space.operator, event, booking, Told.CANCELLED, body, now)
    return bool(left)


async def _queue(operator: int, event: Event, booking: BookingCard, told: Told, body: bytes, now: datetime) -> None:
    endpoints = await fetch(
        "SELECT id FROM webhook_endpoint WHERE operator = $1 AND is_active AND retired_at IS NULL"
        " AND events @> ARRAY[$2::text]",
        operator,
        told.value,
    )
    for endpoint in endpoints:
        await execute(
            "INSERT INTO webhook_delivery (public_id, endpoint, source, event, body, next_attempt_at, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT ON CONSTRAINT webhook_delivery_once DO NOTHING",
            new_public_id(),
            endpoint["id"],
            f"{event.id}-{booking.public_id}",
            told.value,
            body,
            now,
        )


async def deliver_due(send: Send, key: bytes, clock: Clock, *, lanes: int = 1) -> int:
    """Tries what is due, so many at once, never two at one endpoint; how many tries.

    An endpoint that fails is tried once in a run, so that it holds nobody else up.
    """
    run = _Run(send, key, clock)
    await asyncio.gather(*(run.lane() for _ in range(lanes)))
    return run.tries


class _Run:
    """One run over what is due; `busy` are endpoints at which somebody is just trying, or that have failed."""

    def __init__(self, send: Send, key: bytes, clock: Clock) -> None:
        self._send = send
        self._key = key
        self._clock = clock
        self._busy: list[int] = []
        self._taking = asyncio.Lock()
        self.tries = 0

    async def lane(self) -> None:
        while self.tries < MOST_AT_ONCE:
            self.tries += 1
            async with self._taking:
                message = await self._take()
                if message is not None:
                    self._busy.append(message["endpoint"])
            if message is None:
                self.tries -= 1
                return
            if await self._attempt(message):
                self._busy.remove(message["endpoint"])

    async def _take(self) -> Mapping[str, Any] | None:
        now = self._clock()
        return await fetch_row(
            "UPDATE webhook_delivery d SET next_attempt_at = $2 FROM webhook_endpoint e"
            " WHERE e.id = d.endpoint AND d.id = (SELECT d.id FROM webhook_delivery d"
            " JOIN webhook_endpoint e ON e.id = d.endpoint AND e.is_active AND e.id <> ALL($3::bigint[])"
            " WHERE d.state = 'waiting' AND d.next_attempt_at <= $1"
            " ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)"
            " RETURNING d.id, d.public_id, d.endpoint, d.event, d.body, d.created_at,"
            " e.public_id AS endpoint_id, e.url, e.salt, e.hint, e.former_salt, e.former_until",
            now,
            now + LEASE,
            self._busy,
        )

    async def _attempt(self, message: Mapping[str, Any]) -> bool:
        """Whether the receiver has taken it."""
        now = self._clock()
        secrets = [secret_of(self._key, message["endpoint_id"], message["salt"])]
        if hint_of(secrets[0]) != message["hint"]:
            async with transaction():
                await _disable(message["endpoint"], "key", now)
            return False
        if message["former_until"] is not None and message["former_until"] > now:
            secrets.append(secret_of(self._key, message["endpoint_id"], message["former_salt"]))
        headers = signed_headers(message["public_id"], message["body"], secrets, now)
        answer = await self._send(message["url"], message["body"], headers)
        async with transaction():
            await _note(message, answer, now)
        return is_taken(answer.status)


async def _note(message: Mapping[str, Any], answer: Answer, now: datetime) -> None:
    """Writes what came back and what follows from it."""
    attempts: int = await fetch_value(
        "UPDATE webhook_delivery SET attempts = attempts + 1 WHERE id = $1 RETURNING attempts", message["id"]
    )
    await execute(
        "INSERT INTO webhook_attempt (delivery, at, status, ms, excerpt, error) VALUES ($1, $2, $3, $4, $5, $6)",
        message["id"],
        now,
        answer.status,
        answer.ms,
        answer.excerpt,
        answer.error,
    )
    if is_taken(answer.status):
        await _set_state(message["id"], "taken")
        await execute("UPDATE webhook_endpoint SET last_taken_at = $2 WHERE id = $1", message["endpoint"], now)
        return
    delay = delay_after(attempts, random.random())  # noqa: S311
    if answer.status == GONE:
        await _set_state(message["id"], "failed")
        await _disable(message["endpoint"], "gone", now)
    elif message["event"] == TEST_EVENT:
        await _set_state(message["id"], "failed")
    elif delay is None:
        await _set_state(message["id"], "failed")
        if await _took_nothing_since(message["endpoint"], message["created_at"]):
            await _disable(message["endpoint"], "failing", now)
    else:
        await execute(
            "UPDATE webhook_delivery SET next_attempt_at = $2 WHERE id = $1 AND state = 'waiting'",
            message["id"],
            now + delay,
        )


async def _set_state(delivery: int, state: str) -> None:
    await execute("UPDATE webhook_delivery SET state = $2 WHERE id = $1", delivery, state)


async def _took_nothing_since(endpoint: int, since: datetime) -> bool:
    nothing: bool = await fetch_value(
        "SELECT last_taken_at IS NULL OR last_taken_at < $2 FROM webhook_endpoint WHERE id = $1", endpoint, since
    )
    return nothing


async def _disable(endpoint: int, because: str, now: datetime) -> None:
    """Switches the endpoint off and lets its operator know."""
    if await execute(
        "UPDATE webhook_endpoint SET is_active = false, disabled_because = $2 WHERE id = $1 AND is_active",
        endpoint,
        because,
    ):
        await stop_waiting(endpoint)
        await emit("webhook.disabled", "webhook_endpoint", endpoint, now)


async def forget_deliveries(now: datetime) -> int:
    """Deletes what was told more than 30 days ago, with its tries; how many messages."""
    old = "SELECT id FROM webhook_delivery WHERE created_at < $1 AND state <> 'waiting'"
    async with transaction():
        await execute(f"DELETE FROM webhook_attempt WHERE delivery IN ({old})", now - KEPT_FOR)  # noqa: S608
        return await execute(f"DELETE FROM webhook_delivery WHERE id IN ({old})", now - KEPT_FOR)  # noqa: S608
