"""What an employer has set for a team, on one page: for the works council and whoever may see the team."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.billing.payers import payer_by_id
from app.identity.authentication import Visitor
from app.identity.rules import Action, Role
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.platform.language import Speaker
from app.teams.agreements import agreements_of, notice_days, running_agreement
from app.teams.oversight import LimitsSet, acts_of, holders_of, limits_of
from app.teams.queries import cost_centres_of, team_for
from app.web.audit_words import details_in_words, in_words, way_in_words
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

_LIMITS_SAID: Final = {
    "desk_days": marked("Tage im Monat"),
    "room_hours": marked("Raumstunden im Monat"),
    "money": marked("Budget im Monat"),
    "spaces": marked("nur an diesen Standorten"),
    "weekdays": marked("nur an diesen Wochentagen"),
}
_A_MONDAY: Final = date(2024, 1, 1)


@get("/team/{team:str}/betriebsrat")
async def team_settings(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await team_for(visitor.signed_in, team, Action.SEE_TEAM)
    acts, following = await acts_of(found, request.query_params.get("nach", ""))
    running = await running_agreement(found.id)
    holders = await holders_of(found.id)
    payer = await payer_by_id(found.payer) if found.payer else None
    context: dict[str, Any] = {
        "team": found,
        "payer": payer.details if payer else None,
        "cost_centres": await cost_centres_of(found.id),
        "holders": [
            (visitor.speaker.gettext(text), [holder for holder in holders if holder.role is role])
            for role, text in ROLES_SAID.items()
        ],
        "limits": [
            (one.name, limits_in_words(one, visitor.speaker)) for one in (await limits_of(found) if found.purse else ())
        ],
        "agreement": running,
        "agreement_says": agreement_says(running, visitor) if running else "",
        "agreements": await agreements_of(found.id),
        "days": await notice_days(local_day(visitor.now, ZONE)),
        "acts": acts,
        "next_url": f"/team/{found.public_id}/betriebsrat?nach={following}" if following else "",
        "moments": Moments(visitor),
        "words": lambda action: in_words(action, visitor.speaker),
        "way": lambda via: way_in_words(via, visitor.speaker),
        "details_of": lambda details: details_in_words(_in_words(details, visitor.speaker), visitor.speaker),
    }
    return await pages.show(request, visitor, "team/council.html", context)


def _in_words(details: Mapping[str, Any], speaker: Speaker) -> Mapping[str, Any]:
    """The details with words instead of codes, without how somebody came into the team."""
    said = {str(role): speaker.gettext(text) for role, text in ROLES_SAID.items()}
    shown = {str(measure): speaker.gettext(text) for measure, text in MEASURES_SAID.items()}
    told: dict[str, Any] = {name: value for name, value in details.items() if name != "how"}
    if "role" in told:
        told["role"] = said.get(told["role"], told["role"])
    if "shows" in told:
        told["shows"] = [shown.get(each, each) for each in told["shows"]]
    return told


def limits_in_words(one: LimitsSet, speaker: Speaker) -> str:
    """Every limit that is set, in one line; nothing where none is."""
    known = [name for name in _LIMITS_SAID if name in one.limits]
    return ", ".join(
        f"{speaker.gettext(_LIMITS_SAID.get(name, name))}: {_value(name, one.limits[name], speaker)}"
        for name in [*known, *(one.limits.keys() - set(known))]
        if one.limits[name] not in (None, [], {})
    )


def _value(name: str, value: object, speaker: Speaker) -> str:
    if name == "weekdays" and isinstance(value, list):
        return speaker.listed(speaker.weekday(_A_MONDAY + timedelta(days=day)) for day in value)
    if name == "money" and isinstance(value, int):
        return speaker.money(Money(value))
    return speaker.listed(str(each) for each in value) if isinstance(value, list) else str(value)


HANDLERS = [team_settings]
