"""Who else gets into one's account: browsers that are signed in, and programs with a key."""

from collections.abc import Mapping
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.api_tokens import create_api_token, revoke_api_token
from app.identity.authentication import Visitor
from app.identity.queries import OpenSession, list_api_tokens, sessions_of
from app.identity.rules import FreshSignInNeeded, Scope, demand_fresh_sign_in, usable_name
from app.identity.sessions import revoke_other_sessions, revoke_session
from app.kernel.refusals import BadInput, Phrase, Refusal, marked
from app.web.browsers import browser_name
from app.web.forms import NO_ERRORS, checked_id, network_time, notice, refusals_of, show_again, with_way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go, here
from app.web.sign_in import sign_in_again_first

SESSION_NOTICES = {
    "beendet": marked("Die Sitzung ist beendet."),
    "andere": marked("Alle anderen Sitzungen sind beendet."),
}
TOKEN_NOTICES = {"widerrufen": marked("Der Schlüssel gilt nicht mehr.")}
SCOPE_TEXTS = {
    Scope.READ: marked("Konto und Buchungen ansehen"),
    Scope.BOOKINGS: marked("Plätze buchen, verschieben und absagen"),
    Scope.FEEDS: marked("Kalender-Adressen anlegen, erneuern und löschen"),
    Scope.STAFF: marked("Alles, was Ihre Rollen im Netzwerk erlauben"),
}

_RIGHTS = "rechte"
"""The group of checkboxes in the form."""


class NoScopeChosen(BadInput):
    """A key that may do nothing is of no use."""

    code = "scope_unknown"
    text = marked("Bitte wählen Sie mindestens eines davon.")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session and what its browser is called."""

    session: OpenSession
    browser: Phrase


@get("/konto/sitzungen")
async def sessions_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    sessions = await sessions_of(visitor.signed_in, visitor.now)
    context = {
        "rows": [SessionRow(session, browser_name(session.browser)) for session in sessions],
        "notice": notice(request, SESSION_NOTICES),
        "local": network_time,
    }
    return await pages.show(request, visitor, "account/sessions.html", context)


@post("/konto/sitzungen/{session:str}/beenden")
async def end_session(visitor: NamedDependency[Visitor], session: FromPath[str]) -> Redirect:
    await revoke_session(visitor.signed_in, checked_id(session), visitor.now)
    return go("/konto/sitzungen?getan=beendet")


@post("/konto/sitzungen/andere-beenden")
async def end_other_sessions(visitor: NamedDependency[Visitor]) -> Redirect:
    await revoke_other_sessions(visitor.signed_in, visitor.now)
    return go("/konto/sitzungen?getan=andere")


@get("/konto/zugriff")
async def tokens_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = {
        "tokens": await list_api_tokens(visitor.signed_in),
        "scope_texts": SCOPE_TEXTS,
        "notice": notice(request, TOKEN_NOTICES),
        "local": network_time,
    }
    return await pages.show(request, visitor, "account/tokens.html", context)


@get("/konto/zugriff/neu")
async def new_token_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    try:
        demand_fresh_sign_in(visitor.signed_in, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first(here(request))
    context = _new_token(visitor, request.query_params) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/new_token.html", context)


@post("/konto/zugriff/neu")
async def new_token_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Shows the key in the answer itself: it is kept nowhere, so no later page could."""
    actor, name, scopes = visitor.signed_in, data.get("name", ""), _chosen(data)
    refusals: list[Refusal] = refusals_of(lambda: usable_name(name), lambda: _demand_any(scopes))
    if refusals:
        context = _new_token(visitor, data)
        return await show_again(request, visitor, pages, "account/new_token.html", context, refusals)
    try:
        text, token = await create_api_token(actor, name, scopes, visitor.now)
    except FreshSignInNeeded:
        typed = {"name": name} | dict.fromkeys(scopes, "ja")
        return sign_in_again_first(with_way_on("/konto/zugriff/neu", "/", **typed))
    context = {"text": text, "token": token, "scope_texts": SCOPE_TEXTS}
    return await pages.show(request, visitor, "account/token_made.html", context, status=201)


@post("/konto/zugriff/{token:str}/widerrufen")
async def revoke_token(visitor: NamedDependency[Visitor], token: FromPath[str]) -> Redirect:
    await revoke_api_token(visitor.signed_in, checked_id(token), visitor.now)
    return go("/konto/zugriff?getan=widerrufen")


def _new_token(visitor: Visitor, fields: Mapping[str, str]) -> dict[str, object]:
    """The form as filled in; who has no role is not offered what roles allow."""
    offered = [scope for scope in Scope if scope is not Scope.STAFF or visitor.signed_in.is_staff]
    return {
        "name": fields.get("name", ""),
        "offered": [(scope.value, SCOPE_TEXTS[scope]) for scope in offered],
        "chosen": _chosen(fields),
    }


def _chosen(fields: Mapping[str, str]) -> list[str]:
    return [scope.value for scope in Scope if scope.value in fields]


def _demand_any(scopes: list[str]) -> None:
    if not scopes:
        raise NoScopeChosen(field=_RIGHTS)


HANDLERS = [
    sessions_page,
    end_session,
    end_other_sessions,
    tokens_page,
    new_token_page,
    new_token_form,
    revoke_token,
]
