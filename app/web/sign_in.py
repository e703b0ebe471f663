"""Signing in, proving it anew, signing out."""

from typing import NamedTuple

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import SESSION_COOKIE, Visitor
from app.identity.operations import WrongPassword
from app.identity.queries import SESSION_LONGEST
from app.identity.rules import Actor, usable_email
from app.identity.sessions import open_session, sign_out
from app.identity.sign_in import WrongCredentials, sign_in, sign_in_again
from app.kernel.refusals import BadInput, Refusal, marked
from app.platform.rate_limits import TooMany
from app.web.forms import NO_ERRORS, notice, refusals_of, show_again, way_on, with_way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

DEMO_PASSWORD = "nahwerk-demo"  # noqa: S105
"""It stands on the sign-in page of every demo network."""


class DemoAccount(NamedTuple):
    """Somebody as whom a demo network can be tried."""

    email: str
    who: str


DEMO_ACCOUNTS = (
    DemoAccount("commuter@demo.example", marked("Pendlerin, ihr Arbeitgeber zahlt")),
    DemoAccount("freelancer@demo.example", marked("Freiberufler mit eigener Mitgliedschaft")),
    DemoAccount("guest@demo.example", marked("Gast ohne Tarif")),
    DemoAccount("employer@demo.example", marked("Arbeitgeber, verwaltet ein Team")),
    DemoAccount("operator@demo.example", marked("Betreiber des RegioHubs Polch")),
    DemoAccount("frontdesk@demo.example", marked("Empfang im RegioHub Polch")),
    DemoAccount("rival@demo.example", marked("Betreiber des RegioHubs Andernach")),
    DemoAccount("network@demo.example", marked("Verwaltung des Netzwerks")),
)

NOTICES = {"abgemeldet": marked("Sie sind abgemeldet.")}


class PasswordMissing(BadInput):
    """The password was left empty."""

    code = "password_missing"
    text = marked("Bitte geben Sie Ihr Passwort ein.")


def session_cookie(pages: Pages, token: str) -> Cookie:
    """Keeps somebody signed in for as long as a session can last at all."""
    return pages.jar.cookie(SESSION_COOKIE, token, max_age=int(SESSION_LONGEST.total_seconds()))


async def enter(request: PageRequest, visitor: Visitor, pages: Pages, actor: Actor, next_url: str) -> Redirect:
    """Signs this browser in and leads on. A session that it had before ends."""
    token = await open_session(
        actor.person,
        request.headers.get("user-agent", ""),
        visitor.now,
        instead_of=request.cookies.get(pages.jar.name(SESSION_COOKIE)),
    )
    answer = go(next_url)
    answer.cookies.append(session_cookie(pages, token))
    return answer


def sign_in_again_first(next_url: str) -> Redirect:
    """To the page that asks for the password once more and leads back."""
    return go(with_way_on("/anmelden/erneut", next_url))


def demand_password(password: str, field: str = "password") -> None:
    """Raises PasswordMissing."""
    if not password:
        raise PasswordMissing(field=field)


@get("/anmelden")
async def sign_in_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    next_url = way_on(request.query_params)
    if visitor.actor is not None:
        return go(next_url)
    context = {"weiter": next_url, "email": "", "errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "account/sign_in.html", context | _demo())


@post("/anmelden")
async def sign_in_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    email, password, next_url = data.get("email", ""), data.get("password", ""), way_on(data)
    refusals: list[Refusal] = refusals_of(lambda: usable_email(email), lambda: demand_password(password))
    if not refusals:
        try:
            actor = await sign_in(email, password, visitor.now, address=visitor.address)
            return await enter(request, visitor, pages, actor, next_url)
        except (WrongCredentials, TooMany) as refusal:
            refusals = [refusal]
    context = {"weiter": next_url, "email": email, "notice": ""}
    return await show_again(request, visitor, pages, "account/sign_in.html", context | _demo(), refusals)


def _demo() -> dict[str, object]:
    """What the page shows in a demo network only."""
    return {"demo_accounts": DEMO_ACCOUNTS, "demo_password": DEMO_PASSWORD}


@get("/anmelden/erneut")
async def sign_in_again_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = {"weiter": way_on(request.query_params), "email": visitor.signed_in.email, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/sign_in_again.html", context)


@post("/anmelden/erneut")
async def sign_in_again_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    actor, password, next_url = visitor.signed_in, data.get("password", ""), way_on(data)
    refusals = refusals_of(lambda: demand_password(password))
    if not refusals:
        try:
            token = await sign_in_again(actor, password, visitor.now, address=visitor.address)
        except WrongCredentials:
            refusals = [WrongPassword(field="password")]
        except TooMany as refusal:
            refusals = [refusal]
        else:
            answer = go(next_url)
            answer.cookies.append(session_cookie(pages, token))
            return answer
    context = {"weiter": next_url, "email": actor.email}
    return await show_again(request, visitor, pages, "account/sign_in_again.html", context, refusals)


@post("/abmelden")
async def sign_out_form(visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]) -> Redirect:
    if visitor.actor is not None:
        await sign_out(visitor.actor, visitor.now)
    answer = go("/anmelden?getan=abgemeldet")
    answer.cookies.append(pages.jar.expired(SESSION_COOKIE))
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


HANDLERS = [sign_in_page, sign_in_form, sign_in_again_page, sign_in_again_form, sign_out_form]
