"""What each person of a team used in a month, where an agreement shows it by name; and the agreement itself."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.insights.team_months import Measure, MonthTold, month_of, team_months
from app.insights.team_names import first_month, named_month, own_use
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.teams.agreements import (
    LONGEST_PARTIES,
    LONGEST_TITLE,
    Agreement,
    AgreementOver,
    AgreementRuns,
    RecordAgreement,
    confirm_agreement,
    end_agreement,
    holds_council_seat,
    looks_of,
    note_look,
    notice_days,
    record_agreement,
    running_agreement,
    told_since,
)
from app.teams.queries import TeamCard, team_for
from app.web.forms import NO_ERRORS, notice, read_day, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.team_report_view import MEASURES_SAID, TeamReportView
from app.web.teams import reported_team

_PAGE: Final = "/team/{team}/bericht/namen"
_FIELDS: Final[Mapping[str, Measure]] = {
    "tage": Measure.HALF_DAYS,
    "stunden": Measure.MINUTES,
    "betrag": Measure.BY_USE,
}
_DONE: Final = {
    "erfasst": marked("Die Vereinbarung ist erfasst."),
    "bestaetigt": marked("Die Vereinbarung ist bestätigt. Alle im Team hören davon."),
    "beendet": marked("Die Vereinbarung ist beendet. Mit Namen wird nichts mehr gezeigt."),
}


@get("/team/{team:str}/bericht/namen")
async def team_names(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    """What is agreed, who has looked, and the reader's own line."""
    found = await reported_team(visitor.signed_in, team)
    return await pages.show(request, visitor, "team/names.html", await _context(request, visitor, found))


@post("/team/{team:str}/bericht/namen")
async def look_at_names(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    """The month by name; that somebody has looked is noted first. A POST, because a GET changes nothing."""
    actor = visitor.signed_in
    found = await team_for(actor, team, Action.MANAGE_TEAM)
    agreement, month = await running_agreement(found.id), _month(data.get("monat", ""))
    if agreement is None or month is None or found.purse is None:
        return go(_PAGE.format(team=team))
    named = await named_month(agreement, found.purse, month, local_day(visitor.now, ZONE))
    if named is None:
        return go(_PAGE.format(team=team))
    await note_look(actor, agreement, month, visitor.now)
    context = await _context(request, visitor, found) | {"named": named}
    return await pages.show(request, visitor, "team/names.html", context)


@get("/team/{team:str}/vereinbarung")
async def agreement_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await team_for(visitor.signed_in, team, Action.MANAGE_TEAM)
    return await pages.show(request, visitor, "team/agreement.html", await _form_context(visitor, found, {}))


@post("/team/{team:str}/vereinbarung")
async def keep_agreement(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = await team_for(actor, team, Action.MANAGE_TEAM)
    refusals = refusals_of(lambda: _day(data, "geschlossen"), lambda: _last(data))
    if not refusals:
        wanted = RecordAgreement(
            data.get("titel", ""),
            data.get("parteien", ""),
            _day(data, "geschlossen"),
            tuple(measure for name, measure in _FIELDS.items() if data.get(name) == "ja"),
            _last(data),
        )
        try:
            await record_agreement(actor, found, wanted, visitor.now, local_day(visitor.now, ZONE))
            return go(f"{_PAGE.format(team=team)}?getan=erfasst")
        except NotFound:
            raise
        except Refusal as refusal:
            refusals = [refusal]
    context = await _form_context(visitor, found, data)
    if any(isinstance(each, AgreementRuns) for each in refusals):
        context["stands"] = await running_agreement(found.id)
    return await show_again(request, visitor, pages, "team/agreement.html", context, refusals)


@post("/team/{team:str}/vereinbarung/bestaetigen")
async def confirm(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await reported_team(visitor.signed_in, team)
    try:
        await confirm_agreement(visitor.signed_in, found, data.get("vereinbarung", ""), visitor.now)
    except AgreementOver as over:
        return await _over(request, visitor, pages, found, over)
    return go(f"{_PAGE.format(team=team)}?getan=bestaetigt")


@post("/team/{team:str}/vereinbarung/beenden")
async def end(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await reported_team(visitor.signed_in, team)
    try:
        await end_agreement(visitor.signed_in, found, data.get("vereinbarung", ""), visitor.now)
    except AgreementOver as over:
        return await _over(request, visitor, pages, found, over)
    return go(f"{_PAGE.format(team=team)}?getan=beendet")


async def _over(
    request: PageRequest, visitor: Visitor, pages: Pages, team: TeamCard, refusal: AgreementOver
) -> Response[str]:
    """The page as it is now, with what was in the way."""
    context = await _context(request, visitor, team)
    return await show_again(request, visitor, pages, "team/names.html", context, [refusal])


async def _context(request: PageRequest, visitor: Visitor, team: TeamCard) -> dict[str, Any]:
    actor, today = visitor.signed_in, local_day(visitor.now, ZONE)
    agreement = await running_agreement(team.id)
    manages = actor.may(Action.MANAGE_TEAM, team=team.id)
    view = TeamReportView([], {}, {}, visitor.speaker)
    months = [one.month for one in await team_months(team.id, date.min, today)] if agreement else []
    return {
        "team": team,
        "agreement": agreement,
        "holds": agreement is not None and agreement.holds_on(today),
        "shows": agreement_says(agreement, visitor) if agreement else "",
        "view": view,
        "units": lambda measure, units: view.units(measure, units, MonthTold(provided=[measure])),
        "measures_said": MEASURES_SAID,
        "heads": lambda measures: [(visitor.speaker.gettext(MEASURES_SAID[one]), "number") for one in measures],
        "month_options": lambda months: [(f"{month:%Y-%m}", view.month_name(month)) for month in months],
        "manages": manages,
        "may_confirm": agreement is not None and agreement.confirmed_at is None and holds_council_seat(actor, team.id),
        "may_end": manages or holds_council_seat(actor, team.id),
        "looks": await looks_of(team.id),
        "days": await notice_days(today),
        "months": months,
        "own": await _own(visitor, team, agreement, months) if agreement else None,
        "done": notice(request, _DONE),
        "errors": NO_ERRORS,
    }


async def _own(visitor: Visitor, team: TeamCard, agreement: Agreement, months: list[date]) -> dict[str, Any] | None:
    """Since when the reader knows, the first month with his name, and his line of the last months that are shown."""
    actor, today = visitor.signed_in, local_day(visitor.now, ZONE)
    told = (await told_since(agreement.id)).get(actor.person)
    if told is None or team.purse is None:
        return None
    since = first_month(told, await notice_days(today))
    measures = [measure for measure in Measure if measure in agreement.shows]
    shown = [month for month in months if month >= since][:3]
    lines = [(month, await own_use(team.purse, actor.person, month, measures)) for month in shown]
    return {"told_at": told, "since": since, "measures": measures, "lines": lines}


async def _form_context(visitor: Visitor, team: TeamCard, data: Mapping[str, str]) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    return {
        "team": team,
        "fields": data,
        "options": [(name, visitor.speaker.gettext(MEASURES_SAID[measure])) for name, measure in _FIELDS.items()],
        "days": await notice_days(today),
        "longest_title": LONGEST_TITLE,
        "longest_parties": LONGEST_PARTIES,
        "errors": NO_ERRORS,
        "stands": None,
        "says": lambda agreement: agreement_says(agreement, visitor),
    }


def agreement_says(agreement: Agreement, visitor: Visitor) -> str:
    """What it shows of a person's month, in words."""
    shown = [visitor.speaker.gettext(MEASURES_SAID[measure]) for measure in Measure if measure in agreement.shows]
    return visitor.speaker.listed(shown)


def _day(data: Mapping[str, str], name: str) -> date:
    return read_day(data.get(name, ""), name)


def _last(data: Mapping[str, str]) -> date | None:
    return _day(data, "bis") if data.get("bis") else None


def _month(text: str) -> date | None:
    """2026-10 as its first day; None for what is no month."""
    try:
        return month_of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return None


HANDLERS = [team_names, look_at_names, agreement_form, keep_agreement, confirm, end]
