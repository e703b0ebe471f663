"""One's own account: name, address, password and language. Sessions and keys for programs stand in access.py."""

from dataclasses import replace

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.bookings.no_shows import own_no_shows
from app.identity.authentication import LANGUAGE_COOKIE, Visitor
from app.identity.commuting import commute_of
from app.identity.link_sign_in import has_password
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link
from app.identity.operations import (
    EmailTaken,
    WrongPassword,
    change_language,
    change_name,
    change_password,
    confirm_email_change,
    request_email_change,
)
from app.identity.passwords import demand_good_password
from app.identity.queries import list_api_tokens, sessions_of
from app.identity.reminders import wants_reminders
from app.identity.rules import FreshSignInNeeded, LanguageUnknown, demand_fresh_sign_in
from app.identity.sign_in import WrongCredentials, sign_in_again
from app.kernel.refusals import BadInput, Refusal, marked
from app.network.bars import bar_token, bars_of_person
from app.platform.rate_limits import TooMany
from app.platform.settings import Settings
from app.teams.domains import teams_offered
from app.teams.providers import company_sign_ins_of
from app.web.commuting import commute_text
from app.web.forms import NO_ERRORS, notice, refusals_of, show_again, with_way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go, here
from app.web.sign_in import demand_password, session_cookie, sign_in_again_first
from app.web.sign_up import link_ended, network_name

NOTICES = {
    "name": marked("Ihr Name ist geändert."),
    "adresse": marked("Danke. Ihre E-Mail-Adresse ist bestätigt."),
    "email": marked("Ihre neue E-Mail-Adresse gilt. Andere Geräte sind abgemeldet."),
    "passwort": marked("Ihr Passwort ist geändert. Andere Geräte sind abgemeldet."),
    "sprache": marked("Ihre Sprache ist geändert."),
    "getrennt": marked("Getrennt. Die Firma öffnet Ihr Konto nicht mehr."),
    "pendeln": marked("Ihre Angaben zum Pendeln sind geändert."),
    "entfernt": marked("Aus Ihren Buchungen ist entfernt, wohin Sie gependelt wären."),
    "erinnerungen": marked("Ihre Erinnerungen sind geändert."),
}
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


@get("/konto")
async def overview(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = visitor.signed_in
    context = {
        "language_name": LANGUAGE_NAMES[actor.language],
        "has_password": await has_password(actor.person),
        "commute": commute_text(await commute_of(actor.person), visitor),
        "reminded": await wants_reminders(actor.person),
        "offered_teams": await teams_offered(actor.person),
        "missed": await own_no_shows(actor.person, visitor.now),
        "sessions": await sessions_of(actor, visitor.now),
        "tokens": await list_api_tokens(actor),
        "companies": await company_sign_ins_of(actor.person),
        "bars": [
            (bar, bar_token(bar.public_id, pages.settings.signing_key)) for bar in await bars_of_person(actor.person)
        ],
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "account/overview.html", context)


@get("/konto/name")
async def name_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = {"name": visitor.signed_in.name, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/name.html", context)


@post("/konto/name")
async def name_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    name = data.get("name", "")
    try:
        await change_name(visitor.signed_in, name, visitor.now)
    except BadInput as refusal:
        return await show_again(request, visitor, pages, "account/name.html", {"name": name}, [refusal])
    return go("/konto?getan=name")


@get("/konto/email")
async def email_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    if "gesendet" in request.query_params:
        return await pages.show(request, visitor, "account/email_mailed.html", {"current": visitor.signed_in.email})
    try:
        demand_fresh_sign_in(visitor.signed_in, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first(here(request))
    context = {"current": visitor.signed_in.email, "email": request.query_params.get("email", ""), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/email.html", context)


@post("/konto/email")
async def email_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    email = data.get("email", "")
    try:
        await request_email_change(
            visitor.signed_in, email, visitor.now, key=settings.signing_key, address=visitor.address
        )
    except FreshSignInNeeded:
        return sign_in_again_first(with_way_on("/konto/email", "/", email=email))
    except (BadInput, TooMany) as refusal:
        context = {"current": visitor.signed_in.email, "email": email}
        return await show_again(request, visitor, pages, "account/email.html", context, [refusal])
    return go("/konto/email?gesendet=ja")


@get("/konto/email/bestaetigen")
async def confirm_email_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Demands to be signed in: a link at a mistyped address must not open the account to its reader."""
    actor, token = visitor.signed_in, request.query_params.get("token", "")
    try:
        link = await demand_link(token, Purpose.CHANGE_EMAIL, visitor.now)
        if link["person"] != actor.person:
            raise LinkNoLongerWorks
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/konto/email")
    context = {"token": token, "email": link["email"]}
    return await pages.show(request, visitor, "account/confirm_email.html", context)


@post("/konto/email/bestaetigen")
async def confirm_email_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    try:
        is_new = await confirm_email_change(visitor.signed_in, data.get("token", ""), visitor.now)
    except (LinkNoLongerWorks, EmailTaken) as refusal:
        return await link_ended(request, visitor, pages, refusal, "/konto/email")
    return go(f"/konto?getan={'email' if is_new else 'adresse'}")


@get("/konto/passwort")
async def password_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Who has none sets the first one, after a fresh sign-in; a change asks for the current one instead."""
    actor, template = visitor.signed_in, "account/password.html"
    if not await has_password(actor.person):
        template = "account/first_password.html"
        try:
            demand_fresh_sign_in(actor, visitor.now)
        except FreshSignInNeeded:
            return sign_in_again_first(here(request))
    return await pages.show(request, visitor, template, {"email": actor.email, "errors": NO_ERRORS})


@post("/konto/passwort")
async def password_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """The current password is itself a fresh sign-in, so that it is asked for once; who has none has none to give."""
    actor, current, new = visitor.signed_in, data.get("current", ""), data.get("new", "")
    network = await network_name()
    if not await has_password(actor.person):
        try:
            await change_password(actor, None, new, visitor.now, network=network)
        except FreshSignInNeeded:
            return sign_in_again_first("/konto/passwort")
        except BadInput as refusal:
            context = {"email": actor.email}
            return await show_again(request, visitor, pages, "account/first_password.html", context, [refusal])
        return go("/konto?getan=passwort")
    refusals: list[Refusal] = refusals_of(
        lambda: demand_password(current, "current"),
        lambda: demand_good_password(new, (actor.name, actor.email or "", network), field="new"),
    )
    token = ""
    if not refusals:
        try:
            token = await sign_in_again(actor, current, visitor.now, address=visitor.address)
            proven = replace(actor, authenticated_at=visitor.now)
            await change_password(proven, current, new, visitor.now, network=network)
        except WrongCredentials:
            refusals = [WrongPassword(field="current")]
        except TooMany as refusal:
            refusals = [refusal]
    answer: Response[str] | Redirect = go("/konto?getan=passwort")
    if refusals:
        answer = await show_again(request, visitor, pages, "account/password.html", {"email": actor.email}, refusals)
    if token:
        answer.cookies.append(session_cookie(pages, token))
    return answer


@get("/konto/sprache")
async def language_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = {"chosen": visitor.signed_in.language, "languages": LANGUAGE_NAMES, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/language.html", context)


@post("/konto/sprache")
async def language_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """The language of mails and pages; what was chosen in this browser before gives way to it."""
    language = data.get("language", "")
    try:
        await change_language(visitor.signed_in, language, visitor.now)
    except LanguageUnknown as refusal:
        context = {"chosen": visitor.signed_in.language, "languages": LANGUAGE_NAMES}
        return await show_again(request, visitor, pages, "account/language.html", context, [refusal])
    answer = go("/konto?getan=sprache")
    answer.cookies.append(pages.jar.expired(LANGUAGE_COOKIE))
    return answer


HANDLERS = [
    overview,
    name_page,
    name_form,
    email_page,
    email_form,
    confirm_email_page,
    confirm_email_form,
    password_page,
    password_form,
    language_page,
    language_form,
]
