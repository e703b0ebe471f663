"""An operator's webhooks, for its managers: endpoints, their secrets, and what became of each message."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody

from app.api.access import SIGNED_IN
from app.api.idempotent_writes import written_with_secret
from app.api.managed import managed_operator_at, only_managers_of_operator
from app.api.parameters import (
    Cursor,
    CursorUnknown,
    IdempotencyKey,
    Limit,
    OperatorInPath,
    cursor_of,
    known_id,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.api.webhook_shapes import (
    MessageList,
    MessageShape,
    WebhookList,
    WebhookShape,
    WebhookWanted,
    WebhookWithSecret,
    message_shape,
    webhook_shape,
)
from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound
from app.notifications.webhook_rules import secret_of, shown
from app.notifications.webhooks import (
    EndpointCard,
    EndpointWanted,
    WebhookKeys,
    add_endpoint,
    change_endpoint,
    deliveries_of,
    delivery_of,
    endpoint_of,
    endpoints_of,
    new_salt,
    resend,
    retire_endpoint,
    rotate_secret,
    send_test,
)
from app.platform.settings import Settings

WebhookInPath = Annotated[str, PathParameter(description="The endpoint's id.")]
MessageInPath = Annotated[str, PathParameter(description="The message's id, its `webhook-id`.")]
DEFAULT_LIMIT: Final = 50
_ROOT: Final = "/api/v1/operators/{slug:str}/webhooks"
_ONE: Final = f"{_ROOT}/{{webhook_id:str}}"


class _Made(msgspec.Struct, frozen=True):
    """What is kept of an answer with a secret: of what the secret is made, and not the secret."""

    webhook: WebhookShape
    salt: bytes


@get(
    _ROOT,
    operation_id="list_webhooks",
    response_description="The list.",
    summary="The webhooks of an operator",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_webhooks(visitor: NamedDependency[Visitor], slug: OperatorInPath) -> WebhookList:
    operator = await managed_operator_at(slug, visitor)
    return WebhookList([webhook_shape(endpoint) for endpoint in await endpoints_of(operator.id)])


@post(
    _ROOT,
    operation_id="add_webhook",
    response_description="The endpoint, and its secret this one time.",
    summary="Add a webhook",
    description="Messages are signed by the Standard Webhooks scheme; docs/webhooks.md says what they hold.",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    dto=StrictJson[WebhookWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def add_webhook(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: OperatorInPath,
    data: RequestBody[WebhookWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[WebhookWithSecret]:
    operator = await managed_operator_at(slug, visitor)

    async def run() -> _Made:
        salt, wanted = new_salt(), _wanted(data)
        endpoint, _ = await add_endpoint(visitor.signed_in, operator, wanted, visitor.now, _keys(settings), salt=salt)
        return _Made(webhook_shape(endpoint), salt)

    return await _with_secret(request, visitor, settings, idempotency_key, 201, run)


@put(
    _ONE,
    operation_id="change_webhook",
    response_description="The endpoint as it is now.",
    summary="Change a webhook",
    description="Switched off, what still waits is not sent; switched on again, nothing of it comes back.",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    dto=StrictJson[WebhookWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def change_webhook(
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: OperatorInPath,
    webhook_id: WebhookInPath,
    data: RequestBody[WebhookWanted],
) -> WebhookShape:
    operator = await managed_operator_at(slug, visitor)
    return webhook_shape(
        await change_endpoint(
            visitor.signed_in, operator, known_id(webhook_id), _wanted(data), visitor.now, _keys(settings)
        )
    )


@delete(
    _ONE,
    operation_id="remove_webhook",
    response_description="Nothing more to say.",
    summary="Remove a webhook",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def remove_webhook(visitor: NamedDependency[Visitor], slug: OperatorInPath, webhook_id: WebhookInPath) -> None:
    operator = await managed_operator_at(slug, visitor)
    await retire_endpoint(visitor.signed_in, operator, known_id(webhook_id), visitor.now)


@post(
    f"{_ONE}/secret",
    operation_id="rotate_webhook_secret",
    response_description="The endpoint, and its new secret this one time.",
    summary="Give a webhook a new secret",
    description="For 24 hours every message carries the signatures of both.",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(403, 404, 409, 413, 422),
)
async def rotate_webhook_secret(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    slug: OperatorInPath,
    webhook_id: WebhookInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[WebhookWithSecret]:
    operator = await managed_operator_at(slug, visitor)

    async def run() -> _Made:
        salt = new_salt()
        endpoint, _ = await rotate_secret(
            visitor.signed_in, operator, known_id(webhook_id), visitor.now, _keys(settings), salt=salt
        )
        return _Made(webhook_shape(endpoint), salt)

    return await _with_secret(request, visitor, settings, idempotency_key, 200, run)


@post(
    f"{_ONE}/test",
    operation_id="test_webhook",
    response_description="The message; what became of it stands in the log.",
    summary="Send a test message",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409),
)
async def try_webhook(
    visitor: NamedDependency[Visitor], slug: OperatorInPath, webhook_id: WebhookInPath
) -> MessageShape:
    operator = await managed_operator_at(slug, visitor)
    return message_shape(await send_test(visitor.signed_in, operator, known_id(webhook_id), visitor.now))


@get(
    f"{_ONE}/messages",
    operation_id="list_webhook_messages",
    response_description="One part of the log.",
    summary="What was sent and what became of it",
    description="The messages of the last 30 days.",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def list_webhook_messages(
    visitor: NamedDependency[Visitor],
    slug: OperatorInPath,
    webhook_id: WebhookInPath,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> MessageList:
    operator = await managed_operator_at(slug, visitor)
    endpoint = await endpoint_of(visitor.signed_in, operator, known_id(webhook_id))
    before = None
    if cursor:
        [last] = parts_of(cursor, 1)
        before = await _key_of(endpoint, last)
    found = await deliveries_of(endpoint, limit + 1, before)
    items = found[:limit]
    return MessageList(
        [message_shape(delivery) for delivery in items], cursor_of(items[-1].message) if len(found) > limit else None
    )


@post(
    f"{_ONE}/messages/{{message_id:str}}/resend",
    operation_id="resend_webhook_message",
    response_description="The message, which waits again.",
    summary="Send a message again",
    tags=["webhooks"],
    guards=only_managers_of_operator(),
    security=SIGNED_IN,
    status_code=200,
    responses=refusals(403, 404, 409),
)
async def resend_webhook_message(
    visitor: NamedDependency[Visitor], slug: OperatorInPath, webhook_id: WebhookInPath, message_id: MessageInPath
) -> MessageShape:
    operator = await managed_operator_at(slug, visitor)
    return message_shape(
        await resend(visitor.signed_in, operator, known_id(webhook_id), known_id(message_id), visitor.now)
    )


async def _with_secret(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    settings: Settings,
    idempotency_key: str | None,
    status: int,
    run: Callable[[], Awaitable[_Made]],
) -> Response[WebhookWithSecret]:
    """The answer with the secret, which a repetition makes anew."""

    def told(made: _Made) -> WebhookWithSecret:
        return WebhookWithSecret(made.webhook, shown(secret_of(settings.signing_key, made.webhook.id, made.salt)))

    return await written_with_secret(request, visitor, idempotency_key, status, run, _Made, told)


async def _key_of(endpoint: EndpointCard, message: str) -> int:
    """The key behind which a list goes on. Raises CursorUnknown."""
    try:
        return (await delivery_of(endpoint, message)).id
    except NotFound as error:
        raise CursorUnknown(field="cursor") from error


def _keys(settings: Settings) -> WebhookKeys:
    return WebhookKeys(settings.signing_key, own_machine=settings.webhooks_to_own_machine)


def _wanted(data: WebhookWanted) -> EndpointWanted:
    return EndpointWanted(data.url, [event.value for event in data.events], data.is_active)


HANDLERS = [
    list_webhooks,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_webhook_secret,
    try_webhook,
    list_webhook_messages,
    resend_webhook_message,
]
