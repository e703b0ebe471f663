"""Signing in, proving it anew, signing out."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import SESSION_COOKIE, Visitor
from app.identity.link_sign_in import has_password, request_sign_in_link
from app.identity.operations import WrongPassword
from app.identity.queries import SESSION_LONGEST
from app.identity.rules import Actor, usable_email
from app.identity.sessions import open_session, sign_out
from app.identity.sign_in import WrongCredentials, sign_in, sign_in_again
from app.kernel.refusals import BadInput, Refusal, marked
from app.platform.rate_limits import TooMany
from app.platform.settings import Settings
from app.teams.providers import provider_of_person, provider_that_must_be_used
from app.web.forms import NO_ERRORS, notice, refusals_of, show_again, way_on, with_way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

DEMO_PASSWORD = "nahwerk-demo"  # noqa: S105
"""It stands on the sign-in page of every demo network."""


class DemoAccount(NamedTuple):
    """Somebody as whom a demo network can be tried; `has` is said where the network charges."""

    email: str
    who: str
    has: str = ""


DEMO_ACCOUNTS = (
    DemoAccount("commuter@demo.example", marked("Pendlerin"), marked("ihr Team bezahlt")),
    DemoAccount("freelancer@demo.example", marked("Freiberufler"), marked("hat eine eigene Mitgliedschaft")),
    DemoAccount("guest@demo.example", marked("Gast"), marked("hat keinen Tarif")),
    DemoAccount("employer@demo.example", marked("Arbeitgeber, verwaltet ein Team")),
    DemoAccount("assistant@demo.example", marked("Assistenz des Teams")),
    DemoAccount("council@demo.example", marked("Betriebsrat des Teams")),
    DemoAccount("operator@demo.example", marked("Betreiber des RegioHubs Polch")),
    DemoAccount("frontdesk@demo.example", marked("Empfang im RegioHub Polch")),
    DemoAccount("accountant@demo.example", marked("Buchhaltung des RegioHubs Polch")),
    DemoAccount("telephone@demo.example", marked("Telefon des Netzwerks")),
    DemoAccount("rival@demo.example", marked("Betreiber des RegioHubs Andernach")),
    DemoAccount("network@demo.example", marked("Verwaltung des Netzwerks")),
)

MAILED = "gesendet"
"""Stands in the address after a link was mailed."""

NOTICES = {
    "abgemeldet": marked("Sie sind abgemeldet."),
    "zusammengefuehrt": marked("Ihre Buchungen stehen jetzt in Ihrem Konto. Melden Sie sich an, um sie zu sehen."),
}


class PasswordMissing(BadInput):
    """The password was left empty."""

    code = "password_missing"
    text = marked("Bitte geben Sie Ihr Passwort ein.")


def session_cookie(pages: Pages, token: str) -> Cookie:
    """Keeps somebody signed in for as long as a session can last at all."""
    return pages.jar.cookie(SESSION_COOKIE, token, max_age=int(SESSION_LONGEST.total_seconds()))


async def enter(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    actor: Actor,
    next_url: str,
    *,
    proved_at: datetime | None = None,
) -> Redirect:
    """Signs this browser in and leads on. A session that it had before ends.

    `proved_at` is when a company's provider had the person prove it; without it, who has to sign in at the company is
    sent there.
    """
    if proved_at is None and await provider_that_must_be_used(actor) is not None:
        return go(with_way_on("/anmelden/firma", next_url, nur="ja"))
    token = await open_session(
        actor.person,
        request.headers.get("user-agent", ""),
        visitor.now,
        instead_of=request.cookies.get(pages.jar.name(SESSION_COOKIE)),
        proved_at=proved_at,
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


def wants_link(data: Mapping[str, str]) -> bool:
    """Whether the form was sent by the button for a mailed link."""
    return data.get("womit") == "link"


async def mail_link(email: str, next_url: str, visitor: Visitor, settings: Settings) -> None:
    """Raises EmailUnusable, TooMany."""
    await request_sign_in_link(
        email, next_url, visitor.now, key=settings.signing_key, address=visitor.address, language=visitor.language
    )


@get("/anmelden")
async def sign_in_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    next_url = way_on(request.query_params)
    if visitor.actor is not None:
        return go(next_url)
    if MAILED in request.query_params:
        return await _mailed(request, visitor, pages, "/anmelden", next_url)
    context = {"weiter": next_url, "email": "", "errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "account/sign_in.html", context | _demo())


@post("/anmelden")
async def sign_in_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """By password, or with the other button by a mailed link: the same answer for known and unknown addresses."""
    email, password, next_url = data.get("email", ""), data.get("password", ""), way_on(data)
    by_link = wants_link(data)
    refusals: list[Refusal] = refusals_of(
        lambda: usable_email(email), *([] if by_link else [lambda: demand_password(password)])
    )
    if not refusals:
        try:
            if by_link:
                await mail_link(email, next_url, visitor, settings)
                return go(with_way_on("/anmelden", next_url, **{MAILED: "ja"}))
            actor = await sign_in(email, password, visitor.now, address=visitor.address)
            return await enter(request, visitor, pages, actor, next_url)
        except (WrongCredentials, TooMany) as refusal:
            refusals = [refusal]
    context = {"weiter": next_url, "email": email, "notice": ""}
    return await show_again(request, visitor, pages, "account/sign_in.html", context | _demo(), refusals)


async def _mailed(request: PageRequest, visitor: Visitor, pages: Pages, anew: str, next_url: str) -> Response[str]:
    """Says that a link is on its way; `anew` is the page that sends another one."""
    context = {"anew": anew, "weiter": next_url}
    return await pages.show(request, visitor, "account/sign_in_mailed.html", context)


def _demo() -> dict[str, object]:
    """What the page shows in a demo network only."""
    return {"demo_accounts": DEMO_ACCOUNTS, "demo_password": DEMO_PASSWORD}


@get("/anmelden/erneut")
async def sign_in_again_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor, next_url = visitor.signed_in, way_on(request.query_params)
    if MAILED in request.query_params:
        return await _mailed(request, visitor, pages, "/anmelden/erneut", next_url)
    context = await _again(actor, next_url) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/sign_in_again.html", context)


@post("/anmelden/erneut")
async def sign_in_again_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    actor, password, next_url = visitor.signed_in, data.get("password", ""), way_on(data)
    by_link = wants_link(data) and actor.email is not None
    if await provider_that_must_be_used(actor) is not None:
        return go(with_way_on("/anmelden/erneut", next_url))
    refusals = [] if by_link else refusals_of(lambda: demand_password(password))
    if not refusals:
        try:
            if by_link:
                await mail_link(actor.email or "", next_url, visitor, settings)
                return go(with_way_on("/anmelden/erneut", next_url, **{MAILED: "ja"}))
            token = await sign_in_again(actor, password, visitor.now, address=visitor.address)
        except WrongCredentials:
            refusals = [WrongPassword(field="password")]
        except TooMany as refusal:
            refusals = [refusal]
        else:
            answer = go(next_url)
            answer.cookies.append(session_cookie(pages, token))
            return answer
    form = await _again(actor, next_url)
    return await show_again(request, visitor, pages, "account/sign_in_again.html", form, refusals)


async def _again(actor: Actor, next_url: str) -> dict[str, object]:
    """Who has no password proves it by mail; who works for the network never does. Who comes in through a company may
    prove it there, or has to."""
    return {
        "company": await provider_of_person(actor),
        "company_only": await provider_that_must_be_used(actor) is not None,
        "weiter": next_url,
        "email": actor.email,
        "has_password": await has_password(actor.person),
        "may_use_link": actor.email is not None and not actor.is_staff,
    }


@post("/abmelden")
async def sign_out_form(visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]) -> Redirect:
    if visitor.actor is not None:
        await sign_out(visitor.actor, visitor.now)
    answer = go("/anmelden?getan=abgemeldet")
    answer.cookies.append(pages.jar.expired(SESSION_COOKIE))
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


HANDLERS = [sign_in_page, sign_in_form, sign_in_again_page, sign_in_again_form, sign_out_form]
