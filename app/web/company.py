"""A company's account as who looks after it sets it up: what it brings, founding it, and what the company says."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.payers import PayerDetails, PayerKind
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import Conflict, Refusal, marked
from app.network.charging import network_charges
from app.teams.company import CompanyDetails, TeamChangedMeanwhile, change_company, checked_company, company_of
from app.teams.doubles import CompanyKnown, demand_unknown
from app.teams.operations import found_team
from app.teams.queries import TeamCard, team_for
from app.web.forms import NO_ERRORS, checked_id, done_once, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.resources import version_in

NOTICES: Final = {"firma": marked("Gespeichert. Neue Rechnungen tragen diese Angaben.")}
_FIELDS: Final[Mapping[str, str]] = {
    "company": marked("Firma, Verein oder Kommune"),
    "legal_form": marked("Rechtsform"),
    "team_name": marked("Name des Firmenkontos"),
    "name": marked("Ansprechperson"),
    "street": marked("Straße und Hausnummer"),
    "postcode": marked("Postleitzahl"),
    "place": marked("Ort"),
    "email": marked("E-Mail-Adresse für Rechnungen"),
    "vat_id": marked("Umsatzsteuer-Identifikationsnummer"),
    "leitweg_id": marked("Leitweg-ID"),
    "order_number": marked("Bestellnummer"),
}
_OF_THE_PAYER: Final = ("name", "company", "street", "postcode", "place", "email", "vat_id")
_LONGEST: Final = 300


@get("/firma")
async def for_companies(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What an account brings, for everybody."""
    return await pages.show(request, visitor, "team/for_companies.html")


@get("/team/neu")
async def new_team_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = visitor.signed_in
    typed = dict.fromkeys(_FIELDS, "") | {"name": actor.name, "email": actor.email or ""}
    context = {"typed": typed, "form_key": token_urlsafe(12), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/new.html", context)


@post("/team/neu")
async def found_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Founds the account and leads to its first steps, or shows the form again with what is wrong. A company that has
    one already gets another where `trotzdem` says so."""
    actor, typed = visitor.signed_in, _typed(data)
    details = _details(typed, charges=await network_charges())
    refusals = _refusals(details)
    if not refusals:

        async def found() -> str:
            if data.get("trotzdem") != "ja":
                await demand_unknown(actor, details, visitor.address, visitor.now)
            return (await found_team(actor, details, visitor.now)).public_id

        answer = await done_once(actor.person, "team", data, visitor.now, found)
        if isinstance(answer, str):
            return go(f"/team/{answer}?getan=gegruendet")
        refusals = [answer]
    is_known = any(isinstance(each, CompanyKnown) for each in refusals)
    context = {
        "typed": typed,
        "form_key": data.get("schluessel", "")[:40],
        "asks_again": is_known or data.get("trotzdem") == "ja",
        "insists": data.get("trotzdem") == "ja",
    }
    return await show_again(request, visitor, pages, "team/new.html", context, refusals)


@get("/team/{team:str}/firma")
async def company_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await managed_team(visitor, team)
    context = _form(found, _said(await company_of(found)), found.version)
    context |= {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/company.html", context)


@post("/team/{team:str}/firma")
async def save_company(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    """Saves, or shows the form again with what is wrong; a stale one beside what holds now."""
    found, typed = await managed_team(visitor, team), _typed(data)
    details = _details(typed, charges=found.payer is not None or await network_charges())
    refusals = _refusals(details)
    if not refusals:
        try:
            await change_company(visitor.signed_in, found, details, version_in(data), visitor.now)
            return go(f"/team/{found.public_id}/firma?getan=firma")
        except Conflict as refusal:
            refusals = [refusal]
    context = _form(found, typed, version_in(data))
    if any(isinstance(each, TeamChangedMeanwhile) for each in refusals):
        stands = _said(await company_of(found))
        context |= {
            "version": found.version,
            "stands": [
                (visitor.speaker.gettext(_FIELDS[field]), stands[field] or "–")
                for field in _FIELDS
                if stands[field] != typed[field].strip()
            ],
        }
    return await show_again(request, visitor, pages, "team/company.html", context, refusals)


async def managed_team(visitor: Visitor, public_id: str) -> TeamCard:
    """The team for who manages it. Raises NotFound for everybody else."""
    return await team_for(visitor.signed_in, checked_id(public_id), Action.MANAGE_TEAM)


def _refusals(details: CompanyDetails) -> list[Refusal]:
    """What is wrong with them, in the order of the form."""
    _, refusals = checked_company(details)
    return sorted(refusals, key=lambda refusal: list(_FIELDS).index(refusal.field or ""))


def _form(team: TeamCard, typed: Mapping[str, str], version: int) -> dict[str, Any]:
    return {"team": team, "typed": typed, "version": version, "stands": []}


def _typed(data: Mapping[str, str]) -> dict[str, str]:
    return {name: data.get(name, "")[:_LONGEST] for name in _FIELDS}


def _details(typed: Mapping[str, str], *, charges: bool) -> CompanyDetails:
    """Without charges nobody pays, and nothing is asked that is for invoices."""
    if not charges:
        return CompanyDetails(typed["team_name"], legal_form=typed["legal_form"])
    payer = PayerDetails(PayerKind.TEAM, **{name: typed[name] for name in _OF_THE_PAYER})
    return CompanyDetails(typed["team_name"], payer, typed["leitweg_id"], typed["order_number"], typed["legal_form"])


def _said(details: CompanyDetails) -> dict[str, str]:
    """The details as the form's fields have them."""
    payer = details.payer
    return {
        "team_name": details.name,
        "legal_form": details.legal_form,
        "leitweg_id": details.leitweg_id,
        "order_number": details.order_number,
        **{name: getattr(payer, name) if payer is not None else "" for name in _OF_THE_PAYER},
    }


HANDLERS = [for_companies, new_team_page, found_form, company_page, save_company]
