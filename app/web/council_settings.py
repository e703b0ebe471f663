"""What an employer has set and bought for a team, as its works council reads it: part by part, with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.plans.limits import LimitShape
from app.plans.purse_limits import limits_for_all, people_with_own_limits
from app.plans.seats import seats_of
from app.plans.team_contracts import team_contracts_of
from app.plans.team_pools import STATE_WORDS, PoolAccount, pools_of
from app.plans.terms_said import name_of
from app.teams.domains import MailDomainCard, domains_of
from app.teams.join_links import join_link_of
from app.teams.oversight import requests_told
from app.teams.providers import provider_of_team
from app.teams.queries import TeamCard, members_of
from app.teams.settings import team_settings
from app.web.holdings_view import amount_text
from app.web.limit_words import limits_in_line, spaces_to_choose
from app.web.search_form import ZONE

_ASKED: Final = marked("{count} von {people} Personen")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the settings: a heading, what is set, and the page on which the works council reads it in full."""

    key: str
    title: str
    lines: Sequence[tuple[str, str]]
    url: str = ""
    note: str = ""


async def parts_of(team: TeamCard, visitor: Visitor, signing_key: bytes) -> list[Part]:
    """All parts; those of money only where the team pays for something."""
    parts = [await _entry(team, visitor, signing_key), await _sign_in(team, visitor)]
    if team.purse is None:
        return parts
    bought = await _bought(team, team.purse, visitor)
    return [bought, await _limits(team, team.purse, visitor), await _requests(team, visitor), *parts]


async def _bought(team: TeamCard, purse: int, visitor: Visitor) -> Part:
    """Contracts, seats and pools: what was bought, and nothing more of what is left than anybody is told."""
    say, today = visitor.speaker, local_day(visitor.now, ZONE)
    lines = []
    for card in await team_contracts_of(purse):
        if card.is_over(today):
            continue
        days = [say.say(marked("seit {day}"), day=say.day_of_year(card.starts_on))]
        if card.ends_on is not None:
            days.append(say.say(marked("bis {day}"), day=say.day_of_year(card.ends_on)))
        lines.append((f"{card.quantity_on(today)} × {name_of(card.terms, say.language)}", ", ".join(days)))
    seats = await seats_of(purse, today)
    if seats:
        free = sum(seat.holder(today) is None for seat in seats)
        said = say.say(marked("{count}, davon frei: {free}"), count=len(seats), free=free)
        lines.append((say.gettext(marked("Teamplätze")), said))
    pools = await pools_of(purse, today, (await team_settings(today))["pool_low_percent"])
    lines += [_pool(one, visitor) for one in pools.accounts]
    note = "" if lines else say.gettext(marked("Das Team hat keine Verträge."))
    return Part(
        "vertraege", say.gettext(marked("Verträge und Plätze")), lines, f"/team/{team.public_id}/vertraege", note
    )


def _pool(one: PoolAccount, visitor: Visitor) -> tuple[str, str]:
    say = visitor.speaker
    bought = say.say(marked("{amount} gekauft"), amount=amount_text(one.unit, one.granted, say))
    left = "" if one.left is None else say.say(marked("noch {amount}"), amount=amount_text(one.unit, one.left, say))
    name = say.say(marked("Kontingent {name}"), name=one.label[say.language])
    return name, ", ".join(filter(None, [bought, say.gettext(STATE_WORDS[one.state]), left]))


async def _limits(team: TeamCard, purse: int, visitor: Visitor) -> Part:
    """Those of everybody, and each person's own: they are the employer's setting and say nothing of use."""
    say, spaces = visitor.speaker, await spaces_to_choose(visitor)
    own = await people_with_own_limits(purse)
    names = {member.person: member.name for member in await members_of(team.id)}

    def said(limits: LimitShape) -> str:
        return limits_in_line(limits, spaces, say)

    lines = [(say.gettext(marked("Für alle")), said(await limits_for_all(purse)))]
    lines.append((say.gettext(marked("Mit eigenen Grenzen")), str(len(own)) if own else say.gettext(marked("niemand"))))
    lines += sorted((names[person], said(limits)) for person, limits in own.items() if person in names)
    return Part("grenzen", say.gettext(marked("Grenzen")), lines, f"/team/{team.public_id}/grenzen")


async def _requests(team: TeamCard, visitor: Visitor) -> Part:
    say, told = visitor.speaker, await requests_told(team.id)
    title = say.gettext(marked("Anträge auf mehr"))
    if told is None:
        note = say.gettext(marked("Zahlen stehen hier, sobald fünf Personen einen Antrag gestellt haben. Namen nie."))
        return Part("antraege", title, [], note=note)
    lines = [
        (say.gettext(marked("Gestellt")), say.say(_ASKED, count=told.asked, people=told.people)),
        (say.gettext(marked("Bewilligt")), str(told.granted)),
        (say.gettext(marked("Abgelehnt")), str(told.declined)),
    ]
    return Part("antraege", title, lines, note=say.gettext(marked("Aus den letzten zwölf Monaten, ohne Namen.")))


async def _entry(team: TeamCard, visitor: Visitor, signing_key: bytes) -> Part:
    """How people come into the team by themselves."""
    say = visitor.speaker
    link = await join_link_of(team.id, key=signing_key)
    if link is None:
        said = say.gettext(marked("keiner"))
    else:
        most = (
            marked("seit {day}; bisher beigetreten: {joined} von höchstens {most}")
            if link.most
            else marked("seit {day}, ohne Grenze; bisher beigetreten: {joined}")
        )
        said = say.say(
            most, day=say.day_of_year(local_day(link.made_at, ZONE)), joined=link.joined, most=link.most or ""
        )
    lines = [(say.gettext(marked("Link zum Beitreten")), said)]
    lines += [(f"@{one.domain}", _domain(one, visitor)) for one in await domains_of(team.id)]
    note = "" if len(lines) > 1 else say.gettext(marked("Es gibt keine Firmenadressen."))
    return Part("beitritt", say.gettext(marked("Beitritt")), lines, note=note)


def _domain(one: MailDomainCard, visitor: Visitor) -> str:
    say = visitor.speaker
    if one.proven_at is None:
        return say.say(marked("noch nicht bestätigt, gefragt bei {address}"), address=one.keeper)
    joins = marked("Beitritt wird angeboten") if one.lets_join else marked("Beitritt wird nicht angeboten")
    proven = say.say(marked("bestätigt am {day}"), day=say.day_of_year(local_day(one.proven_at, ZONE)))
    return f"{proven}, {say.gettext(joins)}"


async def _sign_in(team: TeamCard, visitor: Visitor) -> Part:
    """Where people prove who they are; never the secret, nor who signs in and when."""
    say, title = visitor.speaker, visitor.speaker.gettext(marked("Anmeldung über die Firma"))
    provider = await provider_of_team(team.id)
    if provider is None:
        return Part("anmeldung", title, [], note=say.gettext(marked("Es ist kein Anbieter eingerichtet.")))
    alone = (
        marked("ja, für alle im Team mit einer Adresse der Firma")
        if provider.is_required
        else marked("nein, Passwort und Link per E-Mail gehen auch")
    )
    tried = marked("ausprobiert am {day}") if provider.tried_at else marked("noch nicht ausprobiert")
    on = say.day_of_year(local_day(provider.tried_at, ZONE)) if provider.tried_at else ""
    lines = [
        (say.gettext(marked("Anbieter")), provider.issuer),
        (say.gettext(marked("Eingerichtet")), say.day_of_year(local_day(provider.made_at, ZONE))),
        (say.gettext(marked("Diese Einstellungen")), say.say(tried, day=on)),
        (say.gettext(marked("Nur über die Firma")), say.gettext(alone)),
    ]
    return Part(
        "anmeldung", title, lines, note=say.gettext(marked("Wer sich wann anmeldet, erfährt die Firma von uns nicht."))
    )
