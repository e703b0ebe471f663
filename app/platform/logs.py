"""Structured logs on standard error: one line for each thing that happened, and nothing in it that opens a door."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from app.kernel.refusals import Refusal

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Stands in every line that is written while a request or a job is worked on."""

MASK = "***"
_LONGEST_ERROR = 200

_SECRET_NAME = re.compile(r"passwor[dt]|secret|token|authorization|cookie|api_?key|csrf", re.IGNORECASE)
_SECRETS = (
    (re.compile(r"(/calendars/)[^/\s?#\"'.]+"), rf"\1{MASK}"),
    (re.compile(r"\b(bearer|basic)(\s+|%20)[^\s\"',;]+", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(\w://[^\s:/@]*:)[^\s/]+(?=@)"), rf"\1{MASK}"),
    (
        re.compile(r"((?:passwor[dt]|secret|token|code|csrf|api_?key)\w*[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;]+", re.I),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII), MASK),  # whatever random_ids.new_token made
)
_OUR_OWN = frozenset({"level", "logger", "timestamp", "request_id"})
"""What `configure_logging` adds to each line; nobody else has a say in it."""
_MAIL_ADDRESS = re.compile(r"[^\s<>()\"',;:=]+@[^\s<>()\"',;:]+")


def masked(text: str) -> str:
    """The text without feed tokens, bearer tokens, passwords and whatever else `random_ids.new_token` made."""
    for secret, replacement in _SECRETS:
        text = secret.sub(replacement, text)
    return text


def error_in_short(error: BaseException) -> str:
    """The error's type and the first line of its message, for staff to read: no stack, no secret, no mail address.

    A refusal is its code alone, because its facts may be about a person.
    """
    message = error.code if isinstance(error, Refusal) else next(iter(str(error).splitlines()), "")
    short = _MAIL_ADDRESS.sub(MASK, masked(message))[:_LONGEST_ERROR]
    return f"{type(error).__name__}: {short}" if short else type(error).__name__


def configure_logging(log_format: str) -> None:
    """Sends all logs, the libraries' too, to standard error as `text` for people or `json` for machines.

    uvicorn is to be started with `log_config=None`, or it sets up its own.
    """
    added: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=added,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                mask_secrets,
                _renderer(log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncpg", "litestar"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *added,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def mask_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: values that are secret by their name or by their form become `***`."""
    return {name: value if name in _OUR_OWN else _masked_value(name, value) for name, value in event.items()}


def _masked_value(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _masked_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked_value(name, inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return MASK if _SECRET_NAME.search(name) else masked(_text(value))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _add_request_id(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    current = request_id.get()
    if current:
        event["request_id"] = current
    return event


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )
