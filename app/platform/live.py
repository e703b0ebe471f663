"""Open pages hear that something has changed: one connection listens for all of them, and only while there are any.

The outbox says after commits that there are new events (outbox.py). Then one question finds out what they are about,
and every page about that is told that something has changed, and nothing more (docs/decisions/0034-live-updates.md).
"""

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg

from app.platform.database import APP_ROLE, AWAY_AFTER_SECONDS, Busy, DatabaseAway, fetch_value
from app.platform.logs import Log
from app.platform.outbox import CHANNEL
from app.platform.rate_limits import TooMany

_log = Log(__name__)

MOST_OF_ONE = 10
"""Pages that one person or device may have open at a time, in each process."""

AT_ONCE = 1_000
"""Events that are asked for in one question."""

_MOST_MISSING = 10_000
_FREE_AGAIN_AFTER = 60  # seconds, more or less: when somebody closes one


@dataclass(frozen=True, slots=True)
class News:
    """An event and the topics (keys of spaces) that it is about."""

    event: int
    topics: Sequence[int]


FindNews = Callable[[int, Sequence[int]], Awaitable[Sequence[News]]]
"""The first AT_ONCE events behind a key, and those with certain keys."""


@dataclass(frozen=True, slots=True)
class LivePace:
    """How often and how long, in seconds."""

    beat: float = 15.0
    """Between two signs of life to a page; whether it may still hear is looked at so often."""
    longest: float = 300.0
    """After so long a page has to come back."""
    look: float = 10.0
    """Between two looks without being woken."""
    again: float = 1.0
    """Between two tries to reach a database that is away."""
    linger: float = 30.0
    """How long one goes on listening after the last page was closed."""


@dataclass(eq=False, slots=True)
class Board:
    """One open page about a topic; `owner` is the key of the person who looks at it, or the name of the device."""

    topic: int
    owner: int | str
    has_ended: bool = False
    _changed: bool = field(default=False, init=False)
    _told: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def tell(self) -> None:
        self._changed = True
        self._told.set()

    def end(self) -> None:
        self.has_ended = True
        self._told.set()

    async def changed(self, within: float) -> bool:
        """Whether something has changed since it was asked last; waits so many seconds for it at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._told.wait()
        changed, self._changed = self._changed, False
        self._told.clear()
        return changed


class Live:
    """All open pages of this process."""

    def __init__(self, dsn: str, find: FindNews, pace: LivePace | None = None) -> None:
        self.pace = pace or LivePace()
        self._dsn = dsn
        self._find = find
        self._boards: set[Board] = set()
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._has_ended = False

    def demand_room(self, owner: int | str) -> None:
        """Raises TooMany where the owner has as many pages open as one may."""
        if sum(board.owner == owner for board in self._boards) >= MOST_OF_ONE:
            raise TooMany(_FREE_AGAIN_AFTER)

    @contextmanager
    def board(self, topic: int, owner: int | str) -> Iterator[Board]:
        """An open page about the topic, told from now on."""
        board = Board(topic, owner, has_ended=self._has_ended)
        self._boards.add(board)
        if not self._has_ended and (self._task is None or self._task.done()):
            # In an empty context, or it would run in the transaction of the request that came first.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())
        try:
            yield board
        finally:
            self._boards.discard(board)

    async def is_behind(self, board: Board, event: int) -> bool:
        """Whether something has happened after this event; from now on the board is told of all that follows.

        So it is where there is more to look through than a page should wait for, or nobody can tell.
        """
        try:
            async with asyncio.timeout(AWAY_AFTER_SECONDS):
                await self._listening.wait()
            found = await self._find(event, ())
        except (TimeoutError, DatabaseAway, Busy):
            return True
        return len(found) >= AT_ONCE or any(board.topic in news.topics for news in found)

    def end(self) -> None:
        """Ends every page's stream at once, and those that are opened later; for the end of the process."""
        self._has_ended = True
        for board in self._boards:
            board.end()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        """Listens until nobody has had a page open for a while, through whatever happens to the database."""
        unused_since: float | None = None
        was_away = False
        while unused_since is None or time.monotonic() - unused_since < self.pace.linger:
            try:
                unused_since = await self._listen(tell_all=was_away)
                was_away = False
            except Exception as error:
                if not isinstance(error, DatabaseAway | Busy):
                    _log.exception("open pages hear nothing")
                elif not was_away:
                    _log.warning("open pages hear nothing", error=str(error))
                was_away = True
                await asyncio.sleep(self.pace.again)
                unused_since = None if self._boards else unused_since or time.monotonic()
            finally:
                self._listening.clear()

    async def _listen(self, *, tell_all: bool) -> float:
        """Tells the boards of what happens until they have all been closed for a while; since when. DatabaseAway."""
        rung, lost = asyncio.Event(), asyncio.Event()

        def ring(*_: object) -> None:
            rung.set()

        def lose(*_: object) -> None:
            lost.set()
            rung.set()

        connection = await _connected(self._dsn)
        try:
            connection.add_termination_listener(lose)
            await _listens(connection, ring)
            reader = _Reader(self._find, await latest_event())
            self._listening.set()
            for board in self._boards if tell_all else ():
                board.tell()
            unused_since: float | None = None
            while unused_since is None or time.monotonic() - unused_since < self.pace.linger:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.pace.look):
                        await rung.wait()
                rung.clear()
                if lost.is_set():
                    raise DatabaseAway("the connection for LISTEN ended")
                topics = await reader.new_topics()
                for board in [board for board in self._boards if board.topic in topics]:
                    board.tell()
                unused_since = None if self._boards else unused_since or time.monotonic()
            return unused_since
        finally:
            connection.terminate()


class _Reader:
    """Reads each event once.

    Keys are drawn before they commit, so a later one may be seen first: what is missing in between is looked for until
    it is there, or for so long that its transaction must have been undone.
    """

    FORGOTTEN_AFTER = 120.0

    def __init__(self, find: FindNews, after: int) -> None:
        self._find = find
        self._after = after
        self._missing: dict[int, float] = {}

    async def new_topics(self) -> set[int]:
        """What has been in the news since the last call."""
        topics: set[int] = set()
        is_more = True
        while is_more:
            found = await self._find(self._after, list(self._missing))
            self._note([news.event for news in found])
            topics.update(topic for news in found for topic in news.topics)
            is_more = len(found) >= AT_ONCE
        return topics

    def _note(self, events: Sequence[int]) -> None:
        now, newest, present = time.monotonic(), max([self._after, *events]), set(events)
        skipped = range(max(self._after + 1, newest - _MOST_MISSING), newest)
        self._missing |= dict.fromkeys(skipped, now)
        self._missing = {
            event: since
            for event, since in self._missing.items()
            if event not in present and now - since < self.FORGOTTEN_AFTER
        }
        self._after = newest


async def latest_event() -> int:
    """The key of the latest event that anybody can see; 0 before the first."""
    found: int = await fetch_value("SELECT coalesce(max(id), 0) FROM outbox_event")
    return found


async def _connected(dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(
            dsn,
            timeout=AWAY_AFTER_SECONDS,
            server_settings={"role": APP_ROLE, "application_name": "nahwerk-web-listen"},
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseAway(f"{type(error).__name__}: {error}") from error


async def _listens(connection: asyncpg.Connection, ring: Callable[..., None]) -> None:
    try:
        await connection.add_listener(CHANNEL, ring)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseAway(f"{type(error).__name__}: {error}") from error
