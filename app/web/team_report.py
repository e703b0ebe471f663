"""A team's report: use and cost of months that are over, in sums. Everybody in the team reads what its manager
reads."""

from datetime import date
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.identity.authentication import Visitor
from app.insights.team_months import OPEN_FOR, TeamMonth, team_months, years_told
from app.network.queries import spaces_of_all
from app.teams.queries import TeamCard, cost_centre_names
from app.web.pages import PageRequest, Pages
from app.web.team_report_view import TeamReportView
from app.web.teams import reported_team

_SINCE_EVER: Final = date.min
_FOR_EVER: Final = date.max


@get("/team/{team:str}/bericht")
async def team_report(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await reported_team(visitor.signed_in, team)
    years = await years_told(found.id)
    year = _year(request.query_params.get("jahr", ""), years)
    months = await team_months(found.id, date(year, 1, 1), date(year, 12, 31)) if year else []
    context = {
        "team": found,
        "years": years,
        "year": year,
        "view": await _view(found, months, visitor),
        "month": _month(request.query_params.get("monat", ""), months),
        "open_for": OPEN_FOR,
    }
    return await pages.show(request, visitor, "team/report.html", context)


@get("/team/{team:str}/bericht.csv")
async def team_report_file(
    request: PageRequest, visitor: NamedDependency[Visitor], team: FromPath[str]
) -> Response[bytes]:
    """The table that `tabelle` names, of all closed months."""
    found = await reported_team(visitor.signed_in, team)
    name = request.query_params.get("tabelle", "monate")
    months = await team_months(found.id, _SINCE_EVER, _FOR_EVER)
    return Response(
        (await _view(found, months, visitor)).file(name),
        media_type="text/csv",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="bericht-{name}.csv"',
        },
    )


async def _view(team: TeamCard, months: list[TeamMonth], visitor: Visitor) -> TeamReportView:
    spaces = {str(space.id): space.name for space in await spaces_of_all()}
    return TeamReportView(months, await cost_centre_names(team.id), spaces, visitor.speaker)


def _year(text: str, years: list[int]) -> int | None:
    """The year that was asked for, where months of it are closed; without one the latest."""
    wanted = [year for year in years if str(year) == text]
    return next(iter(wanted or years), None)


def _month(text: str, months: list[TeamMonth]) -> TeamMonth | None:
    """The month that was asked for, as in 2026-10; without one the latest of the year."""
    wanted = [one for one in months if f"{one.month:%Y-%m}" == text]
    return next(iter(wanted or months), None)


HANDLERS = [team_report, team_report_file]
