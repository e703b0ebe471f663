"""What all pages share: the frame around a template, the ways from one page to the next, and errors as pages."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import marked
from app.network.queries import NetworkCard, OperatorCard, SpaceCard, the_network
from app.platform.cookies import CookieJar
from app.platform.problems import Problem
from app.platform.settings import Settings
from app.platform.templates import Templates
from app.teams.queries import TeamCard
from app.web.navigation import NavItem, Workbench
from app.web.search_form import ZONE
from app.web.workbench import sections_of_network, sections_of_operator, sections_of_space, sections_of_team

PageRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """The network as the frame names it, in the reader's language, and the host that answers for it."""

    name: str
    tagline: str
    phone: str
    phone_hours: str
    email: str
    host: str


class Pages:
    """Renders templates inside the frame for one visitor."""

    def __init__(self, templates: Templates, settings: Settings, jar: CookieJar) -> None:
        self.templates = templates
        self.settings = settings
        self.jar = jar
        self._key = settings.signing_key
        self._network: NetworkCard | None = None

    async def show(
        self,
        request: PageRequest,
        visitor: Visitor,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response[str]:
        """The page of this template. A page is never kept by caches: it may show what is one person's own."""
        self._network = await the_network()
        context = context or {}
        frame = self._frame(request, visitor)
        frame["workbench"] = await _workbench(request.url.path, visitor, context, charges=frame["charges"])
        html = self.templates.render(template, visitor.language, {**frame, **context})
        return Response(
            html,
            status_code=status,
            media_type=MediaType.HTML,
            headers={
                "Cache-Control": "private, no-store",
                "Vary": "Cookie, Accept-Language",
                "Nahwerk-Person": self._sign_of(visitor) or "nobody",
                **(headers or {}),
            },
        )

    def problem(self, request: PageRequest, visitor: Visitor, problem: Problem) -> Response[str]:
        """An error as a page; without asking the database, which may be what is away."""
        html = self.templates.render(
            "error.html", visitor.language, {**self._frame(request, visitor), "problem": problem}
        )
        return Response(
            html,
            status_code=problem.status,
            media_type=MediaType.HTML,
            headers={"Cache-Control": "no-store", **self._known_person(visitor), **problem.headers},
        )

    def _known_person(self, visitor: Visitor) -> dict[str, str]:
        """Where the database is away nobody is known to be signed in, and yet somebody may be."""
        sign = self._sign_of(visitor)
        return {"Nahwerk-Person": sign} if sign else {}

    def _sign_of(self, visitor: Visitor) -> str:
        """By this the worker in the browser knows whose page it is: another one for each session, and no secret."""
        if visitor.actor is None:
            return ""
        return hmac.digest(self._key, f"page of session {visitor.actor.session}".encode(), "sha256").hex()[:16]

    def _frame(self, request: PageRequest, visitor: Visitor) -> dict[str, Any]:
        network = self._network
        token = ScopeState.from_scope(request.scope).csrf_token
        csrf = token if isinstance(token, str) else ""
        return {
            "site": _site(network, visitor.language, urlsplit(self.settings.address).netloc),
            "demo": network is not None and network.is_demo,
            "charges": network is not None and network.charges,
            "actor": visitor.actor,
            "nav": _navigation(request.url.path, visitor, charges=network is not None and network.charges),
            "scheme": visitor.scheme,
            "here": here(request),
            "now": visitor.now,
            "as_of": visitor.speaker.word(visitor.now.astimezone(ZONE)),
            "csrf_input": Markup('<input type="hidden" name="_csrf_token" value="{}">').format(csrf),
        }


def here(request: PageRequest) -> str:
    """The path and query of this page."""
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{request.url.path}?{query}" if query else request.url.path


def go(url: str) -> Redirect:
    """After a form: shows the next page by GET, so that reloading it sends nothing again."""
    return Redirect(url, status_code=303)


def sign_in_first(next_url: str) -> Redirect:
    """To the sign-in page, which leads back to where the person wanted to go."""
    return go(f"/anmelden?{urlencode({'weiter': next_url})}")


def _site(network: NetworkCard | None, language: str, host: str) -> Site:
    if network is None:
        return Site("Nahwerk", "", "", "", "", host)
    tagline, hours = network.tagline[language], network.phone_hours[language]
    return Site(network.name, tagline, network.phone, hours, network.email, host)


async def _workbench(path: str, visitor: Visitor, context: Mapping[str, Any], *, charges: bool) -> Workbench | None:
    """The workbench that this page belongs to, if it does."""
    about = context.get("space"), context.get("operator")
    if visitor.actor is not None and path.startswith("/netzwerk"):
        items = await sections_of_network(visitor.actor, path, visitor.speaker, charges=charges)
        return Workbench(visitor.speaker.gettext(marked("Netzwerk")), items)
    if visitor.actor is not None and isinstance(team := context.get("team"), TeamCard):
        return Workbench(team.name, sections_of_team(team, visitor.actor, path, visitor.speaker, charges=charges))
    if visitor.actor is None or not path.startswith(_WORKBENCH):
        return None
    match about:
        case SpaceCard() as space, _:
            return Workbench(space.name, await sections_of_space(space, visitor.actor, path, visitor.speaker))
        case _, OperatorCard() as operator:
            return Workbench(operator.name, sections_of_operator(operator, visitor.actor, path, visitor.speaker))
    return None


_OF_ACCOUNTS = ("/auslastung", "/betrieb", "/betreiber")
_WORKBENCH = ("/theke/", "/betrieb/", "/betreiber/")
_NAVIGATION = (
    (marked("Plätze finden"), "/plaetze", ("/plaetze", "/standorte", "/buchen")),
    (marked("Meine Woche"), "/woche", ("/woche", "/buchungen", "/warteliste", "/kalender")),
)


_OF_PLANS = ("/tarife", "/beitreten", "/mitgliedschaft")


def _navigation(path: str, visitor: Visitor, *, charges: bool) -> list[NavItem]:
    say = visitor.speaker.gettext
    items = [
        NavItem(say(label), url, path == "/" if url == "/" else path.startswith(parts))
        for label, url, parts in _NAVIGATION
    ]
    if charges and visitor.actor is None:
        items.append(NavItem(say(marked("Tarife")), "/tarife", path.startswith(_OF_PLANS)))
    elif charges:
        items.append(NavItem(say(marked("Mitgliedschaft")), "/mitgliedschaft", path.startswith(_OF_PLANS)))
    if visitor.actor is None:
        items.append(NavItem(say(marked("Anmelden")), "/anmelden", path.startswith("/anmelden")))
        return items
    if visitor.actor.has_team:
        items.append(NavItem(say(marked("Team")), "/team", path.startswith("/team")))
    if visitor.actor.reach(Action.SEE_SPACE_DAY):
        items.append(NavItem(say(marked("Theke")), "/theke", path.startswith("/theke")))
    if visitor.actor.reach(Action.MANAGE_SPACE):
        items.append(NavItem(say(marked("Betrieb")), "/betrieb", path.startswith(("/betrieb", "/betreiber"))))
    elif visitor.actor.reach(Action.SEE_OCCUPANCY):
        items.append(NavItem(say(marked("Auslastung")), "/auslastung", path.startswith(_OF_ACCOUNTS)))
    if visitor.actor.may(Action.SEE_ALL_SPACES):
        items.append(NavItem(say(marked("Netzwerk")), "/netzwerk/heute", path.startswith("/netzwerk")))
    items.append(NavItem(say(marked("Konto")), "/konto", path.startswith("/konto")))
    return items
