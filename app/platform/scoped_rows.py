"""No rows without a right: where a request works for others, no statement runs before the actor's right was granted.

Whoever answers such a request has to find out whose the thing is and ask whether the actor may do this there. One who
forgets gets nothing: no row is read and none is written (docs/decisions/0033-isolation.md).
"""

import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from app.kernel.refusals import NotFound
from app.platform.logs import Log

P = ParamSpec("P")
R = TypeVar("R")

_log = Log(__name__)


class ScopeForgotten(NotFound):
    """A statement before any right was granted; to the outside it looks like what does not exist."""


class _Rows:
    """Whether the request's rows are open; the same object in all tasks of one request."""

    __slots__ = ("finding", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        self.finding = 0


_rows: ContextVar[_Rows | None] = ContextVar("scoped_rows", default=None)


@contextmanager
def closed_rows() -> Iterator[None]:
    """Inside, statements raise ScopeForgotten until `open_rows` is called."""
    token = _rows.set(_Rows())
    try:
        yield
    finally:
        _rows.reset(token)


def open_rows() -> None:
    """The actor's right was asked for and granted."""
    rows = _rows.get()
    if rows is not None:
        rows.is_open = True


def finds_scope(query: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """For the few queries that find out whose something is, so that the right can be asked for at all."""

    @functools.wraps(query)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        rows = _rows.get()
        if rows is None:
            return await query(*args, **kwargs)
        rows.finding += 1
        try:
            return await query(*args, **kwargs)
        finally:
            rows.finding -= 1

    return run


def demand_open_rows(sql: str) -> None:
    """Raises ScopeForgotten, and says so in the log."""
    rows = _rows.get()
    if rows is None or rows.is_open or rows.finding:
        return
    _log.error("a statement before any right was granted", sql=" ".join(sql.split())[:120])
    raise ScopeForgotten
