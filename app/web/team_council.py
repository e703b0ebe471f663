"""What an employer has set for a team, on one page: for the works council and whoever may see the team."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.billing.payers import payer_by_id
from app.identity.authentication import Visitor
from app.identity.rules import Action, Role
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.language import Speaker
from app.platform.settings import Settings
from app.teams.agreements import agreements_of, notice_days, running_agreement
from app.teams.oversight import TeamAct, acts_of, holders_of
from app.teams.queries import cost_centres_of, team_for
from app.web.audit_words import details_in_words, in_words, way_in_words
from app.web.council_settings import parts_of
from app.web.limit_words import LIMITS_CHANGED, changed_limits, spaces_to_choose
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE
from app.web.staff import Moments
from app.web.team_names import agreement_says
from app.web.team_report_view import MEASURES_SAID

ROLES_SAID: Final = {
    Role.TEAM_MANAGER: marked("Verwaltung"),
    Role.TEAM_ASSISTANT: marked("Assistenz"),
    Role.WORKS_COUNCIL: marked("Betriebsrat oder Personalrat"),
}


@get("/team/{team:str}/betriebsrat")
async def team_settings(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    team: FromPath[str],
) -> Response[str]:
    found = await team_for(visitor.signed_in, team, Action.SEE_TEAM)
    acts, following = await acts_of(found, request.query_params.get("nach", ""))
    running = await running_agreement(found.id)
    holders = await holders_of(found.id)
    payer = await payer_by_id(found.payer) if found.payer else None
    spaces = await spaces_to_choose(visitor)
    context: dict[str, Any] = {
        "team": found,
        "payer": payer.details if payer else None,
        "cost_centres": await cost_centres_of(found.id),
        "holders": [
            (visitor.speaker.gettext(text), [holder for holder in holders if holder.role is role])
            for role, text in ROLES_SAID.items()
        ],
        "parts": await parts_of(found, visitor, settings.signing_key),
        "agreement": running,
        "agreement_says": agreement_says(running, visitor) if running else "",
        "agreements": await agreements_of(found.id),
        "days": await notice_days(local_day(visitor.now, ZONE)),
        "acts": acts,
        "next_url": f"/team/{found.public_id}/betriebsrat?nach={following}" if following else "",
        "moments": Moments(visitor),
        "words": lambda action: in_words(action, visitor.speaker),
        "way": lambda via: way_in_words(via, visitor.speaker),
        "details_of": lambda act: details_in_words(_in_words(act, spaces, visitor.speaker), visitor.speaker),
    }
    return await pages.show(request, visitor, "team/council.html", context)


def _in_words(act: TeamAct, spaces: Sequence[SpaceCard], speaker: Speaker) -> Mapping[str, Any]:
    """The details with words instead of codes, without how somebody came into the team."""
    details = changed_limits(act.details, spaces, speaker) if act.action in LIMITS_CHANGED else act.details
    said = {str(role): speaker.gettext(text) for role, text in ROLES_SAID.items()}
    shown = {str(measure): speaker.gettext(text) for measure, text in MEASURES_SAID.items()}
    told: dict[str, Any] = {name: value for name, value in details.items() if name != "how"}
    if "role" in told:
        told["role"] = said.get(told["role"], told["role"])
    if "shows" in told:
        told["shows"] = [shown.get(each, each) for each in told["shows"]]
    return told


HANDLERS = [team_settings]
