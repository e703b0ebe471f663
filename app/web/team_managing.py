"""Who looks after a team: inviting somebody, handing it over, taking a role away, laying one's own down."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import invitations_to_team, revoke_invitation
from app.identity.roles import LastTeamManager, RolesExclude
from app.identity.rules import Action, Role, usable_email, usable_name
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.platform.settings import Settings
from app.teams.managing import TEAM_ROLES, hand_over, holders_of, invite_to_look_after, take_role, team_role
from app.teams.queries import TeamCard, members_of
from app.web.company import managed_team
from app.web.forms import NO_ERRORS, checked_id, checked_key, notice, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.teams import visible_team

NOTICES: Final = {
    "eingeladen": marked("Die Einladung ist unterwegs."),
    "entfernt": marked("Entfernt. Der Zugang ist sofort zu."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
}
_BLANK: Final = {"name": "", "email": "", "role": Role.TEAM_MANAGER.value}


class HeirNeeded(BadInput):
    code = "heir_needed"
    text = marked("Bitte wählen Sie, wer das Firmenkonto verwalten soll.")


@get("/team/{team:str}/verwaltung")
async def managing_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    return await _show(request, visitor, pages, await managed_team(visitor, team))


@post("/team/{team:str}/verwaltung")
async def invite_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await managed_team(visitor, team)
    typed = {name: data.get(name, "")[:300] for name in _BLANK}
    refusals: list[Refusal] = refusals_of(
        lambda: usable_name(typed["name"]), lambda: usable_email(typed["email"]), lambda: team_role(typed["role"])
    )
    if not refusals:
        try:
            await invite_to_look_after(
                visitor.signed_in,
                found,
                typed["role"],
                typed["name"],
                typed["email"],
                visitor.now,
                key=settings.signing_key,
                address=visitor.address,
                language=visitor.language,
            )
            return go(f"/team/{found.public_id}/verwaltung?getan=eingeladen")
        except Refusal as refusal:
            refusals = [refusal]
    return await _show(request, visitor, pages, found, typed, refusals)


@post("/team/{team:str}/verwaltung/einladungen/{invitation:str}/zuruecknehmen")
async def take_invitation_back(
    visitor: NamedDependency[Visitor], team: FromPath[str], invitation: FromPath[str]
) -> Redirect:
    found, public_id = await managed_team(visitor, team), checked_id(invitation)
    if public_id not in {each.public_id for each in await invitations_to_team(found.id, visitor.now)}:
        raise NotFound
    await revoke_invitation(visitor.signed_in, public_id, visitor.now)
    return go(f"/team/{found.public_id}/verwaltung?getan=zurueck")


@post("/team/{team:str}/verwaltung/uebergeben")
async def hand_over_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await managed_team(visitor, team)
    try:
        if not data.get("an"):
            raise HeirNeeded(field="an")
        await hand_over(visitor.signed_in, found, checked_id(data["an"]), visitor.now)
    except (HeirNeeded, RolesExclude) as refusal:
        return await _show(request, visitor, pages, found, _BLANK, [refusal])
    return go("/team?getan=uebergeben")


@post("/team/{team:str}/verwaltung/{role:str}/entfernen")
async def remove_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    role: FromPath[str],
) -> Response[str] | Redirect:
    """Also for who lays his own role down and may nothing else here."""
    actor, found, key = visitor.signed_in, await visible_team(visitor.signed_in, team), str(checked_key(role))
    is_own = any(each.key == key and each.person == actor.person for each in await holders_of(found))
    try:
        await take_role(actor, found, key, visitor.now)
    except LastTeamManager as refusal:
        return await _show(request, visitor, pages, found, _BLANK, [refusal])
    if is_own:
        return go("/team?getan=aufgehoert")
    return go(f"/team/{found.public_id}/verwaltung?getan=entfernt")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    actor, say = visitor.signed_in, visitor.speaker.gettext
    holders = await holders_of(team)
    is_manager = any(each.person == actor.person and each.role is Role.TEAM_MANAGER for each in holders)
    apart = {each.person for each in holders if each.role is Role.WORKS_COUNCIL} | {actor.person}
    context = {
        "team": team,
        "holders": holders,
        "invitations": await invitations_to_team(team.id, visitor.now),
        "names": TEAM_ROLES,
        "me": actor.person,
        "typed": typed,
        "roles": [(role.value, say(TEAM_ROLES[role])) for role in TEAM_ROLES],
        "heirs": [
            (each.public_id, f"{each.name}, {each.email}")
            for each in await members_of(team.id)
            if is_manager and each.email and each.person not in apart
        ],
        "is_manager": is_manager,
        "may_invite": actor.may(Action.MANAGE_TEAM, team=team.id) and not team.has_ended,
        "notice": notice(request, NOTICES),
    }
    if refusals:
        return await show_again(request, visitor, pages, "team/managing.html", context, refusals)
    return await pages.show(request, visitor, "team/managing.html", context | {"errors": NO_ERRORS})


HANDLERS = [managing_page, invite_form, take_invitation_back, hand_over_form, remove_form]
