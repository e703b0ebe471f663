"""Structured logs on standard error: one line for each thing that happened, and nothing in it that opens a door."""

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec

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
_ONE_WORD = re.compile(r"[^\s\"'=\[{]+")
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


class Log:
    """Writes what happens in one named part of the program: an event in plain words, and facts by their names."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **facts: object) -> None:
        self._write(logging.INFO, event, facts)

    def warning(self, event: str, **facts: object) -> None:
        self._write(logging.WARNING, event, facts)

    def error(self, event: str, *, exc_info: BaseException | bool = False, **facts: object) -> None:
        self._write(logging.ERROR, event, facts, exc_info)

    def exception(self, event: str, **facts: object) -> None:
        """An error with the stack of the exception that is being handled."""
        self._write(logging.ERROR, event, facts, exc_info=True)

    def _write(
        self, level: int, event: str, facts: Mapping[str, object], exc_info: BaseException | bool = False
    ) -> None:
        self._logger.log(level, event, exc_info=exc_info, extra={"facts": facts})


class LineFormatter(logging.Formatter):
    """One record, ours or a library's, as what it tells: masked, with the request that it belongs to."""

    def told(self, record: logging.LogRecord) -> dict[str, object]:
        line: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if current := request_id.get():
            line["request_id"] = current
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return {name: _masked_value(name, value) for name, value in line.items()}


class JsonLines(LineFormatter):
    """For machines."""

    def format(self, record: logging.LogRecord) -> str:
        return msgspec.json.encode(self.told(record)).decode()


class TextLines(LineFormatter):
    """For people: the time, how grave it is, where and what; then the facts, and a stack below."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.told(record)
        stack = f"\n{line.pop('exception')}" if "exception" in line else ""
        start = f"{line.pop('timestamp')} {line.pop('level'):7} {line.pop('logger')}: {line.pop('event')}"
        return " ".join([start, *(f"{name}={_shown(value)}" for name, value in line.items())]) + stack


def configure_logging(log_format: str) -> None:
    """Sends all logs, the libraries' too, to standard error as `text` for people or `json` for machines.

    uvicorn is to be started with `log_config=None`, or it sets up its own.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncpg", "litestar"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


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


def _shown(value: object) -> str:
    """As it is where that is one word; else as JSON, so that a line stays a line."""
    text = str(value)
    return text if _ONE_WORD.fullmatch(text) else msgspec.json.encode(value).decode()
