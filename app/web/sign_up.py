"""Getting an account, and getting back into it: signing up, a forgotten password, and the links mailed for both.

Links in mail lead to a page with a button, because programs that look through mail open links.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link
from app.identity.operations import EmailTaken, confirm_email, request_password_reset, reset_password, sign_up
from app.identity.passwords import demand_good_password
from app.identity.rules import usable_email, usable_name
from app.kernel.refusals import BadInput, Refusal
from app.network.queries import the_network
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.platform.settings import Settings
from app.teams.domains import teams_offered
from app.web.forms import NO_ERRORS, refusals_of, show_again, way_on, with_way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.sign_in import enter

_MAILED = "gesendet"


async def network_name() -> str:
    """What makes no password."""
    network = await the_network()
    return network.name if network else ""


@get("/registrieren")
async def sign_up_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    next_url = way_on(request.query_params)
    if visitor.actor is not None:
        return go(next_url)
    if _MAILED in request.query_params:
        return await pages.show(request, visitor, "account/sign_up_mailed.html", {"weiter": next_url})
    context = {"weiter": next_url, "name": "", "email": "", "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/sign_up.html", context)


@post("/registrieren")
async def sign_up_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Answers the same for known and unknown addresses. Without a password the account is opened by mailed links."""
    name, email, password, next_url = (*(data.get(each, "") for each in ("name", "email", "password")), way_on(data))
    network = await network_name()
    refusals = refusals_of(
        lambda: usable_name(name),
        lambda: usable_email(email),
        *([lambda: demand_good_password(password, (name, email, network))] if password else []),
    )
    if not refusals:
        try:
            await sign_up(
                name,
                email,
                password or None,
                visitor.now,
                language=visitor.language,
                next_url=next_url,
                key=settings.signing_key,
                address=visitor.address,
                network=network,
            )
        except TooMany as refusal:
            refusals = [refusal]
        else:
            return go(with_way_on("/registrieren", next_url, **{_MAILED: "ja"}))
    context = {"weiter": next_url, "name": name, "email": email}
    return await show_again(request, visitor, pages, "account/sign_up.html", context, refusals)


@get("/bestaetigen")
async def confirm_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    token = request.query_params.get("token", "")
    try:
        link = await demand_link(token, Purpose.CONFIRM_EMAIL, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/registrieren")
    context = {"token": token, "name": link["name"], "email": link["email"]}
    return await pages.show(request, visitor, "account/confirm.html", context)


@post("/bestaetigen")
async def confirm_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Makes the account and leads on to where the person was when signing up, on whichever device; else to the team of
    the own address, where there is one."""
    try:
        actor, next_url = await confirm_email(data.get("token", ""), visitor.now)
    except (LinkNoLongerWorks, EmailTaken) as refusal:
        return await link_ended(request, visitor, pages, refusal, "/registrieren")
    if next_url == "/" and await teams_offered(actor.person):
        next_url = "/team/beitreten"
    return await enter(request, visitor, pages, actor, next_url)


@get("/passwort-vergessen")
async def forgotten_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    next_url = way_on(request.query_params)
    if _MAILED in request.query_params:
        return await pages.show(request, visitor, "account/forgotten_mailed.html", {"weiter": next_url})
    email = (visitor.actor.email if visitor.actor else None) or ""
    context = {"weiter": next_url, "email": email, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/forgotten.html", context)


@post("/passwort-vergessen")
async def forgotten_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Answers the same for known and unknown addresses."""
    email, next_url = data.get("email", ""), way_on(data)
    try:
        await request_password_reset(
            email,
            next_url,
            visitor.now,
            key=settings.signing_key,
            address=visitor.address,
            language=visitor.language,
        )
    except (BadInput, TooMany) as refusal:
        context = {"weiter": next_url, "email": email}
        return await show_again(request, visitor, pages, "account/forgotten.html", context, [refusal])
    return go(with_way_on("/passwort-vergessen", next_url, **{_MAILED: "ja"}))


@get("/passwort-neu")
async def new_password_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    token = request.query_params.get("token", "")
    try:
        link = await demand_link(token, Purpose.RESET_PASSWORD, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/passwort-vergessen")
    context = _new_password(token, link) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/new_password.html", context)


@post("/passwort-neu")
async def new_password_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Signs in, too: whoever has the link has proved as much as the password would."""
    token = data.get("token", "")
    try:
        link = await demand_link(token, Purpose.RESET_PASSWORD, visitor.now)
        actor, next_url = await reset_password(token, data.get("new", ""), visitor.now, network=await network_name())
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/passwort-vergessen")
    except BadInput as refusal:
        context = _new_password(token, link)
        return await show_again(request, visitor, pages, "account/new_password.html", context, [refusal])
    return await enter(request, visitor, pages, actor, "/konto?getan=passwort" if next_url == "/" else next_url)


def _new_password(token: str, link: Mapping[str, Any]) -> dict[str, Any]:
    return {"token": token, "email": link["email"]}


async def link_ended(
    request: PageRequest, visitor: Visitor, pages: Pages, refusal: Refusal, anew: str
) -> Response[str]:
    """Says why a mailed link does nothing any more; `anew` is the page where another one is to be had."""
    context = {"refusal": refusal, "anew": anew}
    return await pages.show(request, visitor, "account/link_ended.html", context, status=status_of(refusal))


HANDLERS = [
    sign_up_page,
    sign_up_form,
    confirm_page,
    confirm_form,
    forgotten_page,
    forgotten_form,
    new_password_page,
    new_password_form,
]
