"""The stream that tells an open page of a space that something has changed there, and nothing more."""

import random
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from app.identity.authentication import SESSION_COOKIE, Visitor
from app.identity.queries import actor_of_session
from app.identity.rules import Action
from app.network.queries import SpaceCard
from app.platform.database import Busy, DatabaseAway
from app.platform.live import Live
from app.web.forms import checked_key
from app.web.front_desk import desk_space, single
from app.web.pages import PageRequest, Pages

_HELLO: Final = b"retry: 2000\n\n"
_CHANGED: Final = b"event: changed\ndata: changed\n\n"
_BEAT: Final = b": still here\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second keeps nginx from waiting until there is more to send."""


@get("/theke/{slug:str}/aenderungen")
async def changes(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    live: NamedDependency[Live],
) -> Stream:
    """Server-sent events; `ab` is the latest event that the page knew of when it was made.

    The stream ends after some minutes, and at the next beat after the session or the role has gone: the browser then
    asks anew and is refused, or not.
    """
    space = await desk_space(slug, visitor)
    session = request.cookies.get(pages.jar.name(SESSION_COOKIE), "")
    live.demand_room(visitor.signed_in.person)
    listener = _Listener(live, space, session, visitor, checked_key(single(request).get("ab", "0")))
    return Stream(listener.stream(), media_type="text/event-stream", headers=_HEADERS)


class _Listener:
    """One open page and whose it is."""

    def __init__(self, live: Live, space: SpaceCard, session: str, visitor: Visitor, known: int) -> None:
        self._live = live
        self._space = space
        self._session = session
        self._visitor = visitor
        self._known = known
        self._began = time.monotonic()

    async def stream(self) -> AsyncIterator[bytes]:
        pace = self._live.pace
        ends_after = pace.longest * random.uniform(0.8, 1)  # noqa: S311
        with self._live.board(self._space.id, self._visitor.signed_in.person) as board:
            yield _HELLO
            if await self._live.is_behind(board, self._known):
                yield _CHANGED
            beats_at = pace.beat
            while not board.has_ended and self._age < ends_after:
                if await board.changed(within=max(0.0, min(beats_at, ends_after) - self._age)):
                    yield _CHANGED
                if self._age < beats_at:
                    continue
                if not await self._may_hear():
                    return
                beats_at = self._age + pace.beat
                yield _BEAT

    @property
    def _age(self) -> float:
        return time.monotonic() - self._began

    @property
    def _now(self) -> datetime:
        return self._visitor.now + timedelta(seconds=self._age)

    async def _may_hear(self) -> bool:
        """Whether the session still stands and its person is still a front desk of the space.

        While the database is away nobody can tell, and nothing changes either.
        """
        try:
            actor = await actor_of_session(self._session, self._now)
        except (DatabaseAway, Busy):
            return True
        space = self._space
        return actor is not None and actor.may(Action.SEE_SPACE_DAY, operator=space.operator.id, space=space.id)


HANDLERS = [changes]
