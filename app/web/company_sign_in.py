"""Signing in through a company: to its provider, back, and the agreement of who comes for the first time.

The answer comes by GET, as the standard has it. It signs in only the browser in which it was begun, and once.
"""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.federation import OtherIdentity, unlink_identity
from app.identity.link_sign_in import StaffNeedsPassword
from app.identity.operations import EmailTaken
from app.identity.rules import Action, NameUnusable, usable_email
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import local_day
from app.platform.problems import status_of
from app.platform.random_ids import new_token
from app.platform.rate_limits import Limit, TooMany, address_key, hit
from app.teams.company import TeamEnded
from app.teams.company_sign_in import (
    AddressMovedAway,
    Came,
    NotByCompany,
    SignedIn,
    ToAgree,
    Tried,
    agree,
    come_back,
    who_waits,
)
from app.teams.company_ways import LASTS, Setting, SignInLapsed, begin_way
from app.teams.openid_rules import WHY, CompanySignInFailed
from app.teams.providers import Installation, ProviderCard, provider_for
from app.teams.queries import team_for
from app.web.forms import NO_ERRORS, checked_id, show_again, way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.sign_in import Proof, enter

COOKIE: Final = "firma"
_ZONE: Final = ZoneInfo("Europe/Berlin")
_FAILURES: Final = (
    *(CompanySignInFailed, StaffNeedsPassword, NotByCompany, AddressMovedAway, OtherIdentity, EmailTaken, TeamEnded),
)


ASKED: Final = Limit("companies_asked", 60, timedelta(minutes=15))
"""Addresses typed in from one network address: whose companies are here is not to be listed."""


class NoCompany(BadInput):
    """No team with a provider has proved this domain."""

    code = "no_company"
    text = marked("Für diese Adresse ist keine Anmeldung über eine Firma eingerichtet.")


def installation_of(pages: Pages) -> Installation:
    """What the settings say of signing in elsewhere."""
    settings = pages.settings
    answers = f"{settings.address}/anmelden/firma/zurueck"
    return Installation(settings.signing_key, answers, own_machine=settings.webhooks_to_own_machine)


@get("/anmelden/firma")
async def company_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    next_url = way_on(request.query_params)
    if visitor.actor is not None:
        return go(next_url)
    context = {"weiter": next_url, "email": "", "only": "nur" in request.query_params, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/company.html", context)


@post("/anmelden/firma")
async def company_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str]:
    """By the address's domain to the company's provider; signed in already, to prove it anew."""
    next_url, email = way_on(data), data.get("email", "")[:300]
    try:
        address = usable_email(email)
        await hit(ASKED, address_key(visitor.address), visitor.now)
        provider = await provider_for(address)
        if provider is None:
            raise NoCompany(field="email")
        setting = Setting(next_url, again=visitor.actor is not None, hint=address)
        return await send_off(request, visitor, pages, provider, setting)
    except (BadInput, CompanySignInFailed, TooMany) as refusal:
        context = {"weiter": next_url, "email": email, "only": False}
        return await show_again(request, visitor, pages, "account/company.html", context, [refusal])


async def send_off(
    request: PageRequest, visitor: Visitor, pages: Pages, provider: ProviderCard, setting: Setting
) -> Response[str]:
    """A page that goes on to the provider by itself. A redirection would not do: our forms lead to our own host alone,
    and browsers apply that to where a form is sent on to.

    Raises CompanySignInFailed, TooMany.
    """
    browser = _browser(request, pages) or new_token()
    url = await begin_way(provider, browser, setting, visitor.now, installation_of(pages), address=visitor.address)
    context = {"company": provider.team_name, "host": urlsplit(url).netloc, "url": url}
    answer = await pages.show(request, visitor, "account/company_leave.html", context)
    answer.cookies.append(pages.jar.cookie(COOKIE, browser, max_age=2 * int(LASTS.total_seconds())))
    return answer


@get("/anmelden/firma/zurueck/{team:str}")
async def company_answer(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str] | Redirect:
    query = request.query_params
    state, code = query.get("state", "")[:200], query.get("code", "")[:4000]
    came = Came(team, state, code, query.get("iss"), query.get("error", "")[:100])
    browser = _browser(request, pages)
    try:
        if browser is None:
            raise SignInLapsed("lapsed")
        outcome = await come_back(came, browser, visitor.actor, visitor.now, installation_of(pages))
    except _FAILURES as refusal:
        return await _failed(request, visitor, pages, refusal)
    if isinstance(outcome, ToAgree):
        return go("/anmelden/firma/zustimmen")
    if isinstance(outcome, Tried):
        return await _show_trial(request, visitor, pages, outcome)
    return await _enter(request, visitor, pages, outcome)


@get("/anmelden/firma/zustimmen")
async def agree_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What the person agrees to, before anything is made."""
    try:
        context = await _to_agree_to(request, visitor, pages)
    except SignInLapsed as refusal:
        return await _failed(request, visitor, pages, refusal)
    return await pages.show(request, visitor, "account/company_agree.html", context | {"errors": NO_ERRORS})


@post("/anmelden/firma/zustimmen")
async def agree_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    name = data.get("name", "")[:300]
    try:
        today = local_day(visitor.now, _ZONE)
        signed_in = await agree(_browser(request, pages) or "", name, visitor.language, visitor.now, today)
    except NameUnusable as refusal:
        context = await _to_agree_to(request, visitor, pages) | {"name": name}
        return await show_again(request, visitor, pages, "account/company_agree.html", context, [refusal])
    except _FAILURES as refusal:
        return await _failed(request, visitor, pages, refusal)
    return await _enter(request, visitor, pages, signed_in)


@post("/konto/firmenanmeldung/{identity:str}/trennen")
async def unlink_form(visitor: NamedDependency[Visitor], identity: FromPath[str]) -> Redirect:
    await unlink_identity(visitor.signed_in, checked_id(identity), visitor.now)
    return go("/konto?getan=getrennt")


async def _to_agree_to(request: PageRequest, visitor: Visitor, pages: Pages) -> dict[str, object]:
    waiting, known_as = await who_waits(_browser(request, pages) or "", visitor.now)
    return {
        "company": waiting.provider.team_name,
        "email": waiting.email,
        "name": waiting.name,
        "known_as": known_as,
    }


async def _enter(request: PageRequest, visitor: Visitor, pages: Pages, signed_in: SignedIn) -> Redirect:
    there = Proof(signed_in.proved_at, signed_in.began)
    answer = await enter(request, visitor, pages, signed_in.actor, signed_in.next_url, there=there)
    answer.cookies.append(pages.jar.expired(COOKIE))
    return answer


async def _show_trial(request: PageRequest, visitor: Visitor, pages: Pages, tried: Tried) -> Response[str]:
    team = await team_for(visitor.signed_in, tried.team, Action.MANAGE_TEAM)
    context = {"team": team, "tried": tried, "why": WHY.get(tried.why, ""), "here": f"/team/{tried.team}/anmeldung"}
    return await pages.show(request, visitor, "team/sign_in_tried.html", context)


async def _failed(request: PageRequest, visitor: Visitor, pages: Pages, refusal: Refusal) -> Response[str]:
    """Says why, and how to get in all the same; the address, which others can make up, is not repeated."""
    context = {"refusal": refusal, "here": "/anmelden/firma"}
    return await pages.show(request, visitor, "account/company_failed.html", context, status=status_of(refusal))


def _browser(request: PageRequest, pages: Pages) -> str | None:
    """The token that this browser alone has."""
    return request.cookies.get(pages.jar.name(COOKIE)) or None


HANDLERS = [company_page, company_form, company_answer, agree_page, agree_form, unlink_form]
