"""The way through the workbench of a space, an operator, a team and the network: what the actor may open there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.identity.rules import Action, Actor, Role
from app.inventory.reports import count_open_reports
from app.kernel.refusals import marked
from app.network.queries import OperatorCard, SpaceCard
from app.plans.declarations import count_open_declarations
from app.platform.language import Speaker
from app.teams.queries import TeamCard
from app.web.navigation import NavItem

MOST_IN_A_ROW: Final = 7
"""So many sections stand in one row; of more the groups do, and a second row has the pages of the open one."""
_REPORTS = "/theke/{slug}/meldungen"
_DECLARATIONS = "/netzwerk/erklaerungen"
_LOOKING_AFTER: Final = (Action.MANAGE_TEAM, Action.BOOK_FOR_TEAM, Action.SEE_TEAM)


@dataclass(frozen=True, slots=True)
class Section:
    """A page and what belongs to it: the addresses below its own, and below `also`.

    It is there for who may do one of the actions in `who` or has one of its roles, and for everybody where that is
    empty; what `is_sold` only where something is charged for.
    """

    label: str
    address: str
    who: tuple[Action | Role, ...] = ()
    also: tuple[str, ...] = ()
    is_sold: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Sections that belong together, named after the first of them if it has no label of its own."""

    sections: tuple[Section, ...]
    label: str = ""


OF_A_SPACE: Final = (
    Section(marked("Heute"), "/theke/{slug}", (Action.SEE_SPACE_DAY,)),
    Section(marked("Kalender"), "/theke/{slug}/kalender", (Action.SEE_SPACE_DAY,)),
    Section(marked("Gäste"), "/theke/{slug}/leute", (Action.SEE_SPACE_DAY,), ("/theke/{slug}/gaeste",)),
    Section(marked("Meldungen"), _REPORTS, (Action.ANSWER_REPORTS,)),
    Section(marked("Plätze und Räume"), "/betrieb/{slug}/plaetze", (Action.MANAGE_SPACE,)),
    Section(marked("Auslastung"), "/betrieb/{slug}/auslastung", (Action.SEE_OCCUPANCY,)),
    Section(marked("Betrieb"), "/betrieb/{slug}", (Action.MANAGE_SPACE,)),
)

OF_AN_OPERATOR: Final = (Section(marked("Betreiber"), "/betreiber/{slug}", (Action.MANAGE_OPERATOR,)),)

OF_THE_NETWORK: Final = (
    Group((Section(marked("Heute"), "/netzwerk/heute", (Action.SEE_ALL_SPACES,)),)),
    Group(
        (
            Section(marked("Betreiber"), "/netzwerk/betreiber", (Action.MANAGE_NETWORK,)),
            Section(marked("Neuer Standort"), "/netzwerk/neuer-standort", (Action.PUBLISH_BY_PHONE,)),
        )
    ),
    Group((Section(marked("Firmen"), "/netzwerk/firmen", (Action.MANAGE_NETWORK,)),)),
    Group(
        (
            Section(marked("Verträge"), "/netzwerk/menschen", (Action.KEEP_CONTRACTS,), is_sold=True),
            Section(marked("Kündigungen"), _DECLARATIONS, (Action.KEEP_CONTRACTS,), is_sold=True),
            Section(marked("Tarife"), "/netzwerk/tarife", (Action.MANAGE_NETWORK,), is_sold=True),
            Section(marked("Ermäßigungen"), "/netzwerk/ermaessigungen", (Action.KEEP_CONTRACTS,), is_sold=True),
        )
    ),
    Group((Section(marked("Auslastung"), "/netzwerk/auslastung", (Action.SEE_OCCUPANCY,)),)),
    Group(
        (
            Section(marked("Technik"), "/netzwerk", (Action.SEE_JOBS,)),
            Section(marked("Protokoll"), "/netzwerk/protokoll", (Action.SEE_AUDIT_TRAIL,)),
        )
    ),
    Group(
        (
            Section(marked("Einstellungen"), "/netzwerk/einstellungen", (Action.MANAGE_NETWORK,)),
            Section(marked("Texte"), "/netzwerk/texte", (Action.MANAGE_NETWORK,)),
        )
    ),
)

OF_A_TEAM: Final = (
    Group(
        (
            Section(marked("Übersicht"), "/team/{team}"),
            Section(marked("Mein Rahmen"), "/team/{team}/mein-rahmen", (Role.TEAM_MEMBER,), is_sold=True),
            Section(marked("Kollegen"), "/team/{team}/kollegen", (Role.TEAM_MEMBER,)),
            Section(marked("Teamtage"), "/team/{team}/tage"),
        )
    ),
    Group((Section(marked("Für andere buchen"), "/team/{team}/buchen", (Action.BOOK_FOR_TEAM,)),)),
    Group(
        (
            Section(marked("Leute"), "/team/{team}/personen", _LOOKING_AFTER),
            Section(marked("Beitritt"), "/team/{team}/beitritt", (Action.MANAGE_TEAM,)),
        )
    ),
    Group(
        (
            Section(marked("Teamplätze"), "/team/{team}/plaetze", (Action.SEE_TEAM,), is_sold=True),
            Section(marked("Kontingent"), "/team/{team}/kontingent", (Action.SEE_TEAM,), is_sold=True),
            Section(marked("Tarife"), "/team/{team}/tarife", (Action.SEE_TEAM,), is_sold=True),
            Section(marked("Angebote"), "/team/{team}/angebote", (Action.SEE_TEAM,), is_sold=True),
            Section(
                marked("Verträge"),
                "/team/{team}/vertraege",
                (Action.SEE_TEAM,),
                ("/team/{team}/bestellungen",),
                is_sold=True,
            ),
        ),
        marked("Pässe"),
    ),
    Group(
        (
            Section(marked("Grenzen"), "/team/{team}/grenzen", (Action.SEE_TEAM,), is_sold=True),
            Section(marked("Anträge"), "/team/{team}/antraege", (Action.MANAGE_TEAM,), is_sold=True),
        )
    ),
    Group(
        (
            Section(
                marked("Bericht"),
                "/team/{team}/bericht",
                (Action.SEE_TEAM, Role.TEAM_MEMBER),
                ("/team/{team}/vereinbarung",),
            ),
            Section(marked("Mitbestimmung"), "/team/{team}/betriebsrat", (Action.SEE_TEAM,)),
        )
    ),
    Group(
        (
            Section(marked("Firma"), "/team/{team}/firma", (Action.MANAGE_TEAM,), ("/team/{team}/ende",)),
            Section(marked("Kostenstellen"), "/team/{team}/kostenstellen", (Action.MANAGE_TEAM,), is_sold=True),
            Section(marked("Verwaltung"), "/team/{team}/verwaltung", (Action.MANAGE_TEAM,)),
            Section(marked("Anmeldung"), "/team/{team}/anmeldung", (Action.MANAGE_TEAM,)),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose workbench it is: what stands for it in addresses, and its keys for the question who may what."""

    named: Mapping[str, str]
    operator: int | None = None
    space: int | None = None
    team: int | None = None

    def is_open(self, section: Section, actor: Actor, *, charges: bool) -> bool:
        """Whether the actor may open this section here."""
        if section.is_sold and not charges:
            return False
        held = {grant.role for grant in actor.grants if grant.covers(self.operator, self.space, self.team)}
        return not section.who or any(
            who in held
            if isinstance(who, Role)
            else actor.may(who, operator=self.operator, space=self.space, team=self.team)
            for who in section.who
        )


async def sections_of_network(actor: Actor, path: str, speaker: Speaker, *, charges: bool) -> list[NavItem]:
    """What the actor may open of the network as a whole; beside the declarations, how many wait."""
    groups = _opened(OF_THE_NETWORK, actor, _Whose({}), charges=charges)
    waits = any(section.address == _DECLARATIONS for group in groups for section in group.sections)
    counts = {_DECLARATIONS: await count_open_declarations()} if waits else {}
    return _way(groups, path, speaker, counts)


async def sections_of_space(space: SpaceCard, actor: Actor, path: str, speaker: Speaker) -> list[NavItem]:
    """What the actor may open at this space, and at its operator; beside the reports, how many are open."""
    whose = _Whose({"slug": space.slug}, operator=space.operator.id, space=space.id)
    here = _opened([Group((section,)) for section in OF_A_SPACE], actor, whose)
    groups = here + _of_operator(space.operator, actor)
    reports = _REPORTS.format(slug=space.slug)
    waits = any(section.address == reports for group in groups for section in group.sections)
    return _way(groups, path, speaker, {reports: await count_open_reports(space.id)} if waits else {})


def sections_of_team(team: TeamCard, actor: Actor, path: str, speaker: Speaker, *, charges: bool) -> list[NavItem]:
    """What the actor may open of this team."""
    whose = _Whose({"team": team.public_id}, team=team.id)
    return _way(_opened(OF_A_TEAM, actor, whose, charges=charges and team.purse is not None), path, speaker)


def sections_of_operator(operator: OperatorCard, actor: Actor, path: str, speaker: Speaker) -> list[NavItem]:
    """What the actor may open at this operator."""
    return _way(_of_operator(operator, actor), path, speaker)


def _of_operator(operator: OperatorCard, actor: Actor) -> list[Group]:
    return _opened([Group(OF_AN_OPERATOR)], actor, _Whose({"slug": operator.slug}, operator=operator.id))


def _opened(groups: Sequence[Group], actor: Actor, whose: _Whose, *, charges: bool = True) -> list[Group]:
    """What of these groups the actor may open, with the addresses that they have here."""
    found = []
    for group in groups:
        sections = tuple(
            replace(
                section,
                address=section.address.format(**whose.named),
                also=tuple(each.format(**whose.named) for each in section.also),
            )
            for section in group.sections
            if whose.is_open(section, actor, charges=charges)
        )
        if sections:
            found.append(replace(group, sections=sections))
    return found


def _way(
    groups: Sequence[Group], path: str, speaker: Speaker, counts: Mapping[str, int] | None = None
) -> list[NavItem]:
    """The sections in one row where they fit, otherwise their groups; a group of one is that section."""
    counts = counts or {}
    sections = [section for group in groups for section in group.sections]
    here = _section_of(path, sections)

    def item(section: Section) -> NavItem:
        label, url = speaker.gettext(section.label), section.address
        return NavItem(label, url, section is here, counts.get(url, 0))

    if len(sections) <= max(MOST_IN_A_ROW, len(groups)):
        return [item(section) for section in sections]
    return [_grouped(group, [item(section) for section in group.sections], speaker) for group in groups]


def _grouped(group: Group, pages: list[NavItem], speaker: Speaker) -> NavItem:
    """The entry of a group leads to its first page."""
    [first, *more] = pages
    if not more:
        return first
    label = speaker.gettext(group.label) if group.label else first.label
    return NavItem(
        label, first.url, any(page.current for page in pages), sum(page.count for page in pages), tuple(pages)
    )


def _section_of(path: str, sections: Sequence[Section]) -> Section | None:
    """The one whose address goes furthest along the path."""
    found = [
        (len(address), section)
        for section in sections
        for address in (section.address, *section.also)
        if path == address or path.startswith(f"{address}/")
    ]
    return max(found, key=lambda each: each[0])[1] if found else None
