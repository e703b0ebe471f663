"""The way through the workbench of a space and of an operator: what the actor may open there."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.identity.rules import Action, Actor
from app.inventory.reports import count_open_reports
from app.kernel.refusals import marked
from app.network.queries import OperatorCard, SpaceCard
from app.plans.declarations import count_open_declarations
from app.platform.language import Speaker
from app.teams.queries import TeamCard
from app.web.navigation import NavItem

_REPORTS = "/theke/{slug}/meldungen"
_DECLARATIONS = "/netzwerk/erklaerungen"

OF_A_SPACE = (
    (marked("Heute"), "/theke/{slug}", Action.SEE_SPACE_DAY),
    (marked("Kalender"), "/theke/{slug}/kalender", Action.SEE_SPACE_DAY),
    (marked("Gäste"), "/theke/{slug}/leute", Action.SEE_SPACE_DAY),
    (marked("Meldungen"), _REPORTS, Action.ANSWER_REPORTS),
    (marked("Plätze und Räume"), "/betrieb/{slug}/plaetze", Action.MANAGE_SPACE),
    (marked("Auslastung"), "/betrieb/{slug}/auslastung", Action.SEE_OCCUPANCY),
    (marked("Betrieb"), "/betrieb/{slug}", Action.MANAGE_SPACE),
)
"""The sections of a space's workbench, in their order; the one with the longest address that fits is the current."""

OF_AN_OPERATOR = ((marked("Betreiber"), "/betreiber/{slug}", Action.MANAGE_OPERATOR),)

OF_THE_NETWORK = (
    (marked("Heute"), "/netzwerk/heute", Action.SEE_ALL_SPACES),
    (marked("Betreiber"), "/netzwerk/betreiber", Action.MANAGE_NETWORK),
    (marked("Firmen"), "/netzwerk/firmen", Action.MANAGE_NETWORK),
    (marked("Tarife"), "/netzwerk/tarife", Action.MANAGE_NETWORK),
    (marked("Neuer Standort"), "/netzwerk/neuer-standort", Action.PUBLISH_BY_PHONE),
    (marked("Verträge"), "/netzwerk/menschen", Action.KEEP_CONTRACTS),
    (marked("Kündigungen"), _DECLARATIONS, Action.KEEP_CONTRACTS),
    (marked("Ermäßigungen"), "/netzwerk/ermaessigungen", Action.KEEP_CONTRACTS),
    (marked("Auslastung"), "/netzwerk/auslastung", Action.SEE_OCCUPANCY),
    (marked("Technik"), "/netzwerk", Action.SEE_JOBS),
    (marked("Protokoll"), "/netzwerk/protokoll", Action.SEE_AUDIT_TRAIL),
    (marked("Texte"), "/netzwerk/texte", Action.MANAGE_NETWORK),
    (marked("Einstellungen"), "/netzwerk/einstellungen", Action.MANAGE_NETWORK),
)


OF_A_TEAM: Final[Sequence[tuple[str, str, Action | None]]] = (
    (marked("Übersicht"), "/team/{team}", None),
    (marked("Bericht"), "/team/{team}/bericht", None),
    (marked("Mitbestimmung"), "/team/{team}/betriebsrat", Action.SEE_TEAM),
    (marked("Kollegen"), "/team/{team}/kollegen", None),
    (marked("Teamtage"), "/team/{team}/tage", None),
    (marked("Für andere buchen"), "/team/{team}/buchen", Action.BOOK_FOR_TEAM),
    (marked("Leute"), "/team/{team}/personen", Action.BOOK_FOR_TEAM),
    (marked("Beitritt"), "/team/{team}/beitritt", Action.MANAGE_TEAM),
    (marked("Firma"), "/team/{team}/firma", Action.MANAGE_TEAM),
    (marked("Kostenstellen"), "/team/{team}/kostenstellen", Action.MANAGE_TEAM),
    (marked("Verwaltung"), "/team/{team}/verwaltung", Action.MANAGE_TEAM),
    (marked("Anmeldung"), "/team/{team}/anmeldung", Action.MANAGE_TEAM),
)
"""The sections of a team and the action that opens each; those without one are for everybody who belongs to it."""

OF_WHAT_A_TEAM_PAYS: Final = frozenset({"/team/{team}/kostenstellen"})
"""Sections of a team that are not there where nobody pays for it."""

OF_WHAT_IS_SOLD = frozenset({_DECLARATIONS, "/netzwerk/tarife", "/netzwerk/menschen", "/netzwerk/ermaessigungen"})
"""Sections that are not there in a network that is free of charge for good."""


async def sections_of_network(actor: Actor, path: str, speaker: Speaker, *, charges: bool) -> list[NavItem]:
    """What the actor may open of the network as a whole; beside the declarations, how many wait."""
    sections = [
        (label, address)
        for label, address, action in OF_THE_NETWORK
        if actor.may(action) and (charges or address not in OF_WHAT_IS_SOLD)
    ]
    items = _items(sections, path, speaker)
    if not any(item.url == _DECLARATIONS for item in items):
        return items
    count = await count_open_declarations()
    return [replace(item, count=count) if item.url == _DECLARATIONS else item for item in items]


async def sections_of_space(space: SpaceCard, actor: Actor, path: str, speaker: Speaker) -> list[NavItem]:
    """What the actor may open at this space, and at its operator; beside the reports, how many are open."""
    operator, slug = space.operator.id, space.slug
    sections = [
        (label, address.format(slug=slug))
        for label, address, action in OF_A_SPACE
        if actor.may(action, operator=operator, space=space.id)
    ]
    of_guests = path.replace(f"/theke/{slug}/gaeste/", f"/theke/{slug}/leute/")
    items = _items(sections + _of_operator(space.operator, actor), of_guests, speaker)
    reports = _REPORTS.format(slug=slug)
    if not any(item.url == reports for item in items):
        return items
    count = await count_open_reports(space.id)
    return [replace(item, count=count) if item.url == reports else item for item in items]


def sections_of_team(team: TeamCard, actor: Actor, path: str, speaker: Speaker) -> list[NavItem]:
    """What the actor may open of this team."""
    sections = [
        (label, address.format(team=team.public_id))
        for label, address, action in OF_A_TEAM
        if (action is None or actor.may(action, team=team.id))
        and (team.payer is not None or address not in OF_WHAT_A_TEAM_PAYS)
    ]
    return _items(sections, path, speaker)


def sections_of_operator(operator: OperatorCard, actor: Actor, path: str, speaker: Speaker) -> list[NavItem]:
    """What the actor may open at this operator."""
    return _items(_of_operator(operator, actor), path, speaker)


def _of_operator(operator: OperatorCard, actor: Actor) -> list[tuple[str, str]]:
    return [
        (label, address.format(slug=operator.slug))
        for label, address, action in OF_AN_OPERATOR
        if actor.may(action, operator=operator.id)
    ]


def _items(sections: list[tuple[str, str]], path: str, speaker: Speaker) -> list[NavItem]:
    here = max((url for _, url in sections if path == url or path.startswith(f"{url}/")), key=len, default="")
    return [NavItem(speaker.gettext(label), url, url == here) for label, url in sections]
