"""How people come into a team by themselves: the link that a company hands out, and its proven mail domains."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, marked
from app.platform.settings import Settings
from app.teams.domain_rules import READ_BY_ITS_KEEPERS, usable_domain, usable_keeper
from app.teams.domains import ask_for_domain, domains_of, let_join, remove_domain
from app.teams.join_links import end_join_link, join_link_of, make_join_link, read_most
from app.teams.queries import TeamCard
from app.web.forms import NO_ERRORS, checked_id, notice, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.team_people import managed_team

NOTICES: Final = {
    "link": marked("Der Link gilt. Einen früheren gibt es nicht mehr."),
    "link-beendet": marked("Über den Link tritt niemand mehr bei. Wer dabei ist, bleibt dabei."),
    "gefragt": marked("Die E-Mail ist unterwegs. Sobald jemand darin zustimmt, gehört die Domain zu Ihrem Team."),
    "domain": marked("Geändert."),
    "domain-entfernt": marked("Die Domain gehört nicht mehr zu Ihrem Team. Wer dabei ist, bleibt dabei."),
}
_BLANK: Final = {"most": "", "domain": "", "keeper": READ_BY_ITS_KEEPERS[0]}


@get("/team/{team:str}/beitritt")
async def entry_page(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
) -> Response[str]:
    return await _show(request, visitor, pages, settings, await managed_team(visitor, team))


@post("/team/{team:str}/beitritt/link")
async def make_link(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """A new link; an earlier one ends."""
    found = await managed_team(visitor, team)
    typed = {**_BLANK, "most": data.get("most", "")[:10]}
    try:
        most = read_most(typed["most"])
        await make_join_link(visitor.signed_in, found, most, visitor.now, key=settings.signing_key)
    except Refusal as refusal:
        return await _show(request, visitor, pages, settings, found, typed, [refusal])
    return go(f"/team/{found.public_id}/beitritt?getan=link")


@post("/team/{team:str}/beitritt/link/beenden")
async def end_link(team: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    found = await managed_team(visitor, team)
    await end_join_link(visitor.signed_in, found, visitor.now)
    return go(f"/team/{found.public_id}/beitritt?getan=link-beendet")


@post("/team/{team:str}/beitritt/domains")
async def ask_domain(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Mails who looks after the domain."""
    found = await managed_team(visitor, team)
    typed = {**_BLANK, "domain": data.get("domain", "")[:255], "keeper": data.get("keeper", "")[:20]}
    refusals = refusals_of(lambda: usable_domain(typed["domain"]), lambda: usable_keeper(typed["keeper"]))
    if not refusals:
        try:
            await ask_for_domain(
                visitor.signed_in, found, typed["domain"], typed["keeper"], visitor.now, key=settings.signing_key
            )
            return go(f"/team/{found.public_id}/beitritt?getan=gefragt")
        except Refusal as refusal:
            refusals = [refusal]
    return await _show(request, visitor, pages, settings, found, typed, refusals)


@post("/team/{team:str}/beitritt/domains/{mail_domain:str}")
async def change_domain(
    team: FromPath[str], mail_domain: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    """Whether people with an address there are offered to join."""
    found = await managed_team(visitor, team)
    lets_join = data.get("lets_join") == "ja"
    await let_join(visitor.signed_in, found, checked_id(mail_domain), lets_join=lets_join, now=visitor.now)
    return go(f"/team/{found.public_id}/beitritt?getan=domain")


@post("/team/{team:str}/beitritt/domains/{mail_domain:str}/entfernen")
async def take_domain_away(
    team: FromPath[str], mail_domain: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    found = await managed_team(visitor, team)
    await remove_domain(visitor.signed_in, found, checked_id(mail_domain), visitor.now)
    return go(f"/team/{found.public_id}/beitritt?getan=domain-entfernt")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    settings: Settings,
    team: TeamCard,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    link = await join_link_of(team.id, key=settings.signing_key)
    context = {
        "team": team,
        "link": link,
        "link_url": f"{settings.address}/team/beitreten/{link.token}" if link else "",
        "domains": await domains_of(team.id),
        "typed": typed,
        "keepers": [(keeper, f"{keeper}@") for keeper in READ_BY_ITS_KEEPERS],
        "notice": notice(request, NOTICES),
    }
    if refusals:
        return await show_again(request, visitor, pages, "team/entry.html", context, refusals)
    return await pages.show(request, visitor, "team/entry.html", context | {"errors": NO_ERRORS})


HANDLERS = [entry_page, make_link, end_link, ask_domain, change_domain, take_domain_away]
