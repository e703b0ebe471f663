"""What an operator does with its webhooks: where they go, of what they tell, their secret, and their log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.identity.audit import record
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.network.queries import OperatorCard
from app.notifications.webhook_rules import (
    ROTATION,
    TEST_EVENT,
    EndpointAsleep,
    TooManyEndpoints,
    checked_events,
    checked_url,
    hint_of,
    secret_of,
    shown,
    trial_payload,
)
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.random_ids import new_public_id

MOST_ENDPOINTS: Final = 10
_SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class EndpointWanted:
    """Where it goes, of what it tells, and whether it is switched on."""

    url: str
    events: Sequence[str]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class EndpointCard:
    """An endpoint as its operator sees it; of its secret the end alone. The former one signs until `former_until`."""

    id: int
    public_id: str
    url: str
    events: tuple[str, ...]
    is_active: bool
    disabled_because: str | None
    hint: str
    former_until: datetime | None
    last_taken_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """One try: when, how long, and what came back."""

    at: datetime
    status: int | None
    ms: int
    excerpt: str
    error: str


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """A message with all its tries, the latest first. `message` is the `webhook-id` that its receiver sees."""

    id: int
    message: str
    event: str
    body: str
    state: str
    next_attempt_at: datetime | None
    created_at: datetime
    attempts: Sequence[AttemptCard]


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """What the settings say of webhooks: the key that secrets are made with, and whether this machine may be asked."""

    key: bytes = field(repr=False)
    own_machine: bool = False


_ENDPOINT: Final = """
    SELECT id, public_id, url, events, is_active, disabled_because, hint, former_until, last_taken_at, created_at
      FROM webhook_endpoint WHERE retired_at IS NULL AND operator = $1
"""


async def endpoints_of(operator: int) -> list[EndpointCard]:
    """The operator's endpoints, the oldest first."""
    return [_card(row) for row in await fetch(f"{_ENDPOINT} ORDER BY id", operator)]


async def endpoint_of(actor: Actor, operator: OperatorCard, public_id: str) -> EndpointCard:
    """The operator's endpoint with this id. Raises NotFound."""
    _demand(actor, operator)
    row = await fetch_row(f"{_ENDPOINT} AND public_id = $2", operator.id, public_id)
    if row is None:
        raise NotFound
    return _card(row)


def new_salt() -> bytes:
    """Of what a secret is made, together with the installation's key."""
    return secrets.token_bytes(_SALT_BYTES)


async def add_endpoint(
    actor: Actor,
    operator: OperatorCard,
    wanted: EndpointWanted,
    now: datetime,
    keys: WebhookKeys,
    *,
    salt: bytes | None = None,
) -> tuple[EndpointCard, str]:
    """A new endpoint and its secret, shown once. Raises NotFound, UrlUnusable, NothingTold, TooManyEndpoints."""
    _demand(actor, operator)
    url, events = checked_url(wanted.url, own_machine=keys.own_machine), checked_events(wanted.events)
    public_id, salt = new_public_id(), salt or new_salt()
    secret = secret_of(keys.key, public_id, salt)
    async with transaction():
        await execute("SELECT FROM operator WHERE id = $1 FOR NO KEY UPDATE", operator.id)
        if len(await endpoints_of(operator.id)) >= MOST_ENDPOINTS:
            raise TooManyEndpoints(most=MOST_ENDPOINTS)
        key: int = await fetch_value(
            "INSERT INTO webhook_endpoint (public_id, operator, url, events, is_active, salt, hint, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            public_id,
            operator.id,
            url,
            events,
            wanted.is_active,
            salt,
            hint_of(secret),
            now,
        )
        await record("webhook.added", "webhook_endpoint", key, actor, now, url=url, events=events)
    return await endpoint_of(actor, operator, public_id), shown(secret)


async def change_endpoint(
    actor: Actor, operator: OperatorCard, public_id: str, wanted: EndpointWanted, now: datetime, keys: WebhookKeys
) -> EndpointCard:
    """Raises NotFound, UrlUnusable, NothingTold. What still waits goes nowhere once it is switched off."""
    endpoint = await endpoint_of(actor, operator, public_id)
    url, events = checked_url(wanted.url, own_machine=keys.own_machine), checked_events(wanted.events)
    async with transaction():
        await execute(
            "UPDATE webhook_endpoint SET url = $2, events = $3, is_active = $4,"
            " disabled_because = CASE WHEN $4 THEN NULL ELSE disabled_because END WHERE id = $1",
            endpoint.id,
            url,
            events,
            wanted.is_active,
        )
        if not wanted.is_active:
            await stop_waiting(endpoint.id)
        details = {"url": url, "events": events, "is_active": wanted.is_active}
        await record("webhook.changed", "webhook_endpoint", endpoint.id, actor, now, **details)
    return await endpoint_of(actor, operator, public_id)


async def rotate_secret(
    actor: Actor,
    operator: OperatorCard,
    public_id: str,
    now: datetime,
    keys: WebhookKeys,
    *,
    salt: bytes | None = None,
) -> tuple[EndpointCard, str]:
    """A new secret, shown once; for a day the former one signs too. Raises NotFound."""
    endpoint = await endpoint_of(actor, operator, public_id)
    salt = salt or new_salt()
    secret = secret_of(keys.key, endpoint.public_id, salt)
    async with transaction():
        await execute(
            "UPDATE webhook_endpoint SET former_salt = salt, former_until = $2, salt = $3, hint = $4 WHERE id = $1",
            endpoint.id,
            now + ROTATION,
            salt,
            hint_of(secret),
        )
        await record("webhook.rotated", "webhook_endpoint", endpoint.id, actor, now)
    return await endpoint_of(actor, operator, public_id), shown(secret)


async def retire_endpoint(actor: Actor, operator: OperatorCard, public_id: str, now: datetime) -> None:
    """Nothing goes there any more. Raises NotFound."""
    endpoint = await endpoint_of(actor, operator, public_id)
    async with transaction():
        await execute("UPDATE webhook_endpoint SET retired_at = $2, is_active = false WHERE id = $1", endpoint.id, now)
        await stop_waiting(endpoint.id)
        await record("webhook.retired", "webhook_endpoint", endpoint.id, actor, now)


async def send_test(actor: Actor, operator: OperatorCard, public_id: str, now: datetime) -> DeliveryCard:
    """Sends a message that tells nothing, once. Raises NotFound, EndpointAsleep."""
    endpoint = await endpoint_of(actor, operator, public_id)
    if not endpoint.is_active:
        raise EndpointAsleep
    message = new_public_id()
    await execute(
        "INSERT INTO webhook_delivery (public_id, endpoint, event, body, next_attempt_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $5)",
        message,
        endpoint.id,
        TEST_EVENT,
        trial_payload(now),
        now,
    )
    return await delivery_of(endpoint, message)


async def resend(actor: Actor, operator: OperatorCard, public_id: str, message: str, now: datetime) -> DeliveryCard:
    """Sends the same message again, with all its tries before it. Raises NotFound, EndpointAsleep."""
    endpoint = await endpoint_of(actor, operator, public_id)
    delivery = await delivery_of(endpoint, message)
    if not endpoint.is_active:
        raise EndpointAsleep
    async with transaction():
        await execute(
            "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_attempt_at = $2 WHERE id = $1",
            delivery.id,
            now,
        )
        await record("webhook.resent", "webhook_endpoint", endpoint.id, actor, now, message=message)
    return await delivery_of(endpoint, message)


_DELIVERY: Final = """
    SELECT id, public_id AS message, event, convert_from(body, 'UTF8') AS body, state, created_at,
           CASE WHEN state = 'waiting' THEN next_attempt_at END AS next_attempt_at
      FROM webhook_delivery WHERE endpoint = $1
"""


async def deliveries_of(endpoint: EndpointCard, limit: int, before: int | None = None) -> list[DeliveryCard]:
    """The endpoint's messages, the latest first; those before the one with this key."""
    rows = await fetch(
        f"{_DELIVERY} AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $2", endpoint.id, limit, before
    )
    return await _with_attempts(rows)


async def delivery_of(endpoint: EndpointCard, message: str) -> DeliveryCard:
    """The endpoint's message with this id. Raises NotFound."""
    found = await _with_attempts(await fetch(f"{_DELIVERY} AND public_id = $2", endpoint.id, message))
    if not found:
        raise NotFound
    return found[0]


async def stop_waiting(endpoint: int) -> None:
    """What waits for this endpoint is tried no more."""
    await execute("UPDATE webhook_delivery SET state = 'stopped' WHERE endpoint = $1 AND state = 'waiting'", endpoint)


async def _with_attempts(rows: Sequence[Mapping[str, Any]]) -> list[DeliveryCard]:
    tries: dict[int, list[AttemptCard]] = {row["id"]: [] for row in rows}
    for row in await fetch(
        "SELECT delivery, at, status, ms, excerpt, error FROM webhook_attempt WHERE delivery = ANY($1::bigint[])"
        " ORDER BY id DESC",
        list(tries),
    ):
        tries[row["delivery"]].append(AttemptCard(row["at"], row["status"], row["ms"], row["excerpt"], row["error"]))
    return [DeliveryCard(**row, attempts=tries[row["id"]]) for row in rows]


def _demand(actor: Actor, operator: OperatorCard) -> None:
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator.id):
        raise NotFound


def _card(row: Mapping[str, Any]) -> EndpointCard:
    return EndpointCard(**{**row, "events": tuple(row["events"])})
