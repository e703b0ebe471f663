"""An operator's webhooks as the interface shows them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from app.notifications.webhook_rules import Told
from app.notifications.webhooks import AttemptCard, DeliveryCard, EndpointCard

Moment = Annotated[datetime, Meta(tz=True)]


class WebhookWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where messages go and of what they tell."""

    url: Annotated[str, Meta(max_length=500, description="https, and reachable from the internet.")]
    events: Annotated[list[Told], Meta(max_length=20)]
    is_active: bool = True


class WebhookShape(msgspec.Struct, frozen=True):
    """An endpoint. `disabled_because` says why it was switched off by itself: gone, failing or key."""

    id: str
    url: str
    events: list[str]
    is_active: bool
    disabled_because: str | None
    secret_ends_with: str
    created_at: Moment
    last_taken_at: Moment | None


class WebhookWithSecret(msgspec.Struct, frozen=True):
    """An endpoint and its secret, which no other answer shows."""

    webhook: WebhookShape
    secret: str


class WebhookList(msgspec.Struct, frozen=True):
    """The endpoints of an operator."""

    items: list[WebhookShape]


class AttemptShape(msgspec.Struct, frozen=True):
    """One try: the status that came back, or a word for why none did."""

    at: Moment
    status: int | None
    ms: int
    excerpt: str
    error: str


class MessageShape(msgspec.Struct, frozen=True):
    """A message with its tries, the latest first. `state` is waiting, taken, failed or stopped."""

    id: str
    event: str
    state: str
    created_at: Moment
    next_attempt_at: Moment | None
    attempts: list[AttemptShape]


class MessageList(msgspec.Struct, frozen=True):
    """Messages, the latest first."""

    items: list[MessageShape]
    next: str | None


def webhook_shape(endpoint: EndpointCard) -> WebhookShape:
    return WebhookShape(
        id=endpoint.public_id,
        url=endpoint.url,
        events=list(endpoint.events),
        is_active=endpoint.is_active,
        disabled_because=endpoint.disabled_because,
        secret_ends_with=endpoint.hint,
        created_at=endpoint.created_at,
        last_taken_at=endpoint.last_taken_at,
    )


def message_shape(delivery: DeliveryCard) -> MessageShape:
    return MessageShape(
        id=delivery.message,
        event=delivery.event,
        state=delivery.state,
        created_at=delivery.created_at,
        next_attempt_at=delivery.next_attempt_at,
        attempts=[_attempt(attempt) for attempt in delivery.attempts],
    )


def _attempt(attempt: AttemptCard) -> AttemptShape:
    return AttemptShape(attempt.at, attempt.status, attempt.ms, attempt.excerpt, attempt.error)
