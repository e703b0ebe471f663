"""The end of a company's account: its last day, and taking that back. Says nothing of what anybody has booked."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.team_ends import keep_team, set_team_end
from app.identity.authentication import Visitor
from app.kernel.refusals import Conflict, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.teams.queries import TeamCard
from app.web.company import managed_team
from app.web.forms import NO_ERRORS, notice, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES: Final = {
    "endet": marked("Der letzte Tag steht fest. Alle im Team bekommen eine E-Mail."),
    "bleibt": marked("Das Firmenkonto bleibt. Was abgesagt wurde, bleibt abgesagt."),
}


@get("/team/{team:str}/ende")
async def end_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await managed_team(visitor, team)
    context = _context(found, found.ends_on.isoformat() if found.ends_on else "", visitor)
    context |= {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/end.html", context)


@post("/team/{team:str}/ende")
async def end_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found, text = await managed_team(visitor, team), data.get("letzter_tag", "").strip()[:20]
    try:
        await set_team_end(visitor.signed_in, found, read_day(text, "letzter_tag"), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_again(request, visitor, pages, "team/end.html", _context(found, text, visitor), [refusal])
    return go(f"/team/{found.public_id}/ende?getan=endet")


@post("/team/{team:str}/ende/zuruecknehmen")
async def keep_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str] | Redirect:
    found = await managed_team(visitor, team)
    try:
        await keep_team(visitor.signed_in, found, visitor.now)
    except Conflict as refusal:
        return await show_again(request, visitor, pages, "team/end.html", _context(found, "", visitor), [refusal])
    return go(f"/team/{found.public_id}/ende?getan=bleibt")


def _context(team: TeamCard, text: str, visitor: Visitor) -> dict[str, Any]:
    return {"team": team, "typed": text, "today": local_day(visitor.now, ZONE).isoformat()}


HANDLERS = [end_page, end_form, keep_form]
