"""The streams that tell an open page of a space that something has changed there, and nothing more."""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from app.identity.authentication import SESSION_COOKIE, Visitor
from app.identity.queries import actor_of_session
from app.identity.rules import Action
from app.inventory.devices import WITH_PAGES, device_of
from app.kernel.refusals import NotFound
from app.platform.database import Busy, DatabaseAway
from app.platform.live import Live
from app.web.device_pages import COOKIE, PATH
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
    """For the space's front desk, as long as the session stands and its person is one."""
    space = await desk_space(slug, visitor)
    session = request.cookies.get(pages.jar.name(SESSION_COOKIE), "")

    async def may_hear(now: datetime) -> bool:
        actor = await actor_of_session(session, now)
        return actor is not None and actor.may(Action.SEE_SPACE_DAY, operator=space.operator.id, space=space.id)

    return _stream(request, _Listener(live, space.id, visitor.signed_in.person, visitor.now, may_hear))


@get(f"{PATH}/aenderungen")
async def changes_for_device(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    live: NamedDependency[Live],
) -> Stream:
    """For what hangs at a door or stands at the entrance, as long as its token holds."""
    token = request.cookies.get(pages.jar.name_below(COOKIE), "")
    device = await device_of(token, WITH_PAGES, visitor.now) if token else None
    if device is None:
        raise NotFound

    async def may_hear(now: datetime) -> bool:
        return await device_of(token, WITH_PAGES, now) is not None

    return _stream(request, _Listener(live, device.space, f"device {device.id}", visitor.now, may_hear))


class _Listener:
    """One open page and whose it is; `may_hear` says whether that still holds at a certain time."""

    def __init__(
        self, live: Live, space: int, owner: int | str, now: datetime, may_hear: Callable[[datetime], Awaitable[bool]]
    ) -> None:
        live.demand_room(owner)
        self._live = live
        self._space = space
        self._owner = owner
        self._opened_at = now
        self._may_hear = may_hear
        self._began = time.monotonic()

    async def stream(self, known: int) -> AsyncIterator[bytes]:
        """What the page is told that knew of this event when it was made.

        The stream ends after some minutes, and at the next beat after its owner may not hear any more: the browser then
        asks anew and is refused, or not.
        """
        pace = self._live.pace
        ends_after = pace.longest * random.uniform(0.8, 1)  # noqa: S311
        with self._live.board(self._space, self._owner) as board:
            yield _HELLO
            if await self._live.is_behind(board, known):
                yield _CHANGED
            beats_at = pace.beat
            while not board.has_ended and self._age < ends_after:
                if await board.changed(within=max(0.0, min(beats_at, ends_after) - self._age)):
                    yield _CHANGED
                if self._age < beats_at:
                    continue
                if not await self._still_may_hear():
                    return
                beats_at = self._age + pace.beat
                yield _BEAT

    @property
    def _age(self) -> float:
        return time.monotonic() - self._began

    async def _still_may_hear(self) -> bool:
        """While the database is away nobody can tell, and nothing changes either."""
        try:
            return await self._may_hear(self._opened_at + timedelta(seconds=self._age))
        except (DatabaseAway, Busy):
            return True


def _stream(request: PageRequest, listener: _Listener) -> Stream:
    """Server-sent events; `ab` in the address is the latest event that the page knew of when it was made."""
    known = checked_key(single(request).get("ab", "0"))
    return Stream(listener.stream(known), media_type="text/event-stream", headers=_HEADERS)


HANDLERS = [changes, changes_for_device]
