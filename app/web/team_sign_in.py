"""A team's own sign-in: where its people prove who they are, a trial of it, and whether they have to."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action, FreshSignInNeeded, demand_fresh_sign_in
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.platform.rate_limits import TooMany
from app.teams.company_ways import Setting
from app.teams.openid_rules import CompanySignInFailed
from app.teams.providers import (
    DomainMissing,
    NotTried,
    ProviderWanted,
    SettingsMoved,
    domains_and_provider,
    end_provider,
    provider_of_team,
    require_provider,
    save_provider,
)
from app.teams.queries import TeamCard, team_for
from app.web.company_sign_in import installation_of, send_off
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.sign_in import sign_in_again_first

NOTICES: Final = {
    "gespeichert": marked("Gespeichert. Machen Sie jetzt eine Probe-Anmeldung."),
    "pflicht": marked(
        "Wer zum Team gehört und eine Adresse auf Ihren Domains hat, meldet sich ab jetzt nur noch über die Firma an."
    ),
    "frei": marked("Passwort und Link per E-Mail gehen wieder."),
    "beendet": marked("Die Anmeldung über die Firma ist beendet. Die Konten bleiben."),
}
_TEMPLATE: Final = "team/sign_in.html"


@get("/team/{team:str}/anmeldung")
async def sign_in_settings_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    context = await _context(await _managed(visitor, team), pages)
    more = {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, _TEMPLATE, context | more)


@post("/team/{team:str}/anmeldung")
async def save_sign_in_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await _managed(visitor, team)
    wanted = ProviderWanted(data.get("issuer", "")[:600], data.get("client_id", ""), data.get("secret", ""))
    version = data.get("version", "0")
    try:
        demand_fresh_sign_in(visitor.signed_in, visitor.now)
        await save_provider(
            visitor.signed_in,
            found,
            wanted,
            int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
            visitor.now,
            installation_of(pages),
        )
    except FreshSignInNeeded:
        return sign_in_again_first(_path(found))
    except (BadInput, SettingsMoved, TooMany) as refusal:
        typed = {"issuer": wanted.issuer, "client_id": wanted.client_id}
        return await _again(request, visitor, pages, found, refusal, typed)
    return go(f"{_path(found)}?getan=gespeichert")


@post("/team/{team:str}/anmeldung/probe")
async def try_sign_in_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    """To the provider and back, without an account being opened."""
    found = await _managed(visitor, team)
    provider = await provider_of_team(found.id)
    if provider is None:
        raise NotFound
    try:
        return await send_off(request, visitor, pages, provider, Setting(_path(found), is_trial=True))
    except (CompanySignInFailed, TooMany) as refusal:
        return await _again(request, visitor, pages, found, refusal)


@post("/team/{team:str}/anmeldung/pflicht")
async def require_sign_in_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found, required = await _managed(visitor, team), data.get("pflicht") == "ja"
    try:
        demand_fresh_sign_in(visitor.signed_in, visitor.now)
        await require_provider(visitor.signed_in, found, required, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first(_path(found))
    except (DomainMissing, NotTried) as refusal:
        return await _again(request, visitor, pages, found, refusal)
    return go(f"{_path(found)}?getan={'pflicht' if required else 'frei'}")


@post("/team/{team:str}/anmeldung/ende")
async def end_sign_in_form(visitor: NamedDependency[Visitor], team: FromPath[str]) -> Redirect:
    found = await _managed(visitor, team)
    await end_provider(visitor.signed_in, found, visitor.now)
    return go(f"{_path(found)}?getan=beendet")


async def _managed(visitor: Visitor, team: str) -> TeamCard:
    return await team_for(visitor.signed_in, checked_id(team), Action.MANAGE_TEAM)


async def _context(team: TeamCard, pages: Pages) -> dict[str, object]:
    domains, provider = await domains_and_provider(team)
    return {
        "team": team,
        "domains": domains,
        "provider": provider,
        "redirect": installation_of(pages).redirect(team.public_id),
        "sign_out": f"{pages.settings.address}/firma/abmelden/{team.public_id}",
        "issuer": provider.issuer if provider else "",
        "client_id": provider.client_id if provider else "",
    }


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    refusal: Refusal,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    """The page once more with what was typed; where somebody else has saved meanwhile, with what holds as well."""
    context = (
        await _context(team, pages) | dict(typed or {}) | {"notice": "", "moved": isinstance(refusal, SettingsMoved)}
    )
    return await show_again(request, visitor, pages, _TEMPLATE, context, [refusal])


def _path(team: TeamCard) -> str:
    return f"/team/{team.public_id}/anmeldung"


HANDLERS = [
    sign_in_settings_page,
    save_sign_in_form,
    try_sign_in_form,
    require_sign_in_form,
    end_sign_in_form,
]
