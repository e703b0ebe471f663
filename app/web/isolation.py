"""Requests in which somebody works for others: their rows are closed until a right was granted.

Which addresses these are says WORKBENCH, by their beginnings, so that a new route falls in by itself.
"""

import re
from dataclasses import dataclass, fields, replace
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from app.identity.authentication import Visitor
from app.identity.rules import PERMISSIONS, Action, Actor, Reach, Role
from app.platform.scoped_rows import closed_rows, open_rows

WORKBENCH: Final = re.compile(
    r"/(?:theke|betrieb|betreiber|netzwerk)/.|/netzwerk$"
    r"|/api/v1/spaces/[^/]+/(?:rules/|blockers|equipment|groups|organisations|requests|occupancy)"
)


@dataclass(frozen=True, slots=True)
class AskingActor(Actor):
    """An actor to whom a right of staff that was granted opens the request's rows."""

    def may(
        self, action: Action, *, operator: int | None = None, space: int | None = None, team: int | None = None
    ) -> bool:
        is_allowed = Actor.may(self, action, operator=operator, space=space, team=team)
        if is_allowed and action not in PERMISSIONS[Role.MEMBER]:
            open_rows()
        return is_allowed

    def reach(self, action: Action) -> Reach:
        reach = Actor.reach(self, action)
        if reach:
            open_rows()
        return reach


class Isolation:
    """Middleware behind Authentication."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not WORKBENCH.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        visitor: Visitor = scope["visitor"]  # type: ignore[typeddict-item]
        if visitor.actor is not None:
            scope["visitor"] = replace(visitor, actor=_asking(visitor.actor))  # type: ignore[typeddict-unknown-key]
        with closed_rows():
            await self.app(scope, receive, send)


def _asking(actor: Actor) -> AskingActor:
    return AskingActor(**{field.name: getattr(actor, field.name) for field in fields(actor)})
