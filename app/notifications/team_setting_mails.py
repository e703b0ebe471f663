"""Mails to those who manage a team when somebody else of them has changed how its people come in and sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event
from app.teams.domains import DomainNamed, named_domain
from app.teams.providers import provider_of_team
from app.teams.queries import TeamCard, managers_of, team_by_id

_ZONE: Final = ZoneInfo("Europe/Berlin")
_LOOK: Final = marked("Wenn das nicht abgesprochen ist, sehen Sie bitte gleich nach.")

_OF_PROVIDER: Final[Mapping[str, str]] = {
    "identity_provider.changed": marked("{who} hat den Anbieter eingetragen: {issuer} ({when})."),
    "identity_provider.required": marked(
        "{who} hat festgelegt, dass sich alle im Team mit einer Adresse der Firma nur noch dort anmelden ({when})."
    ),
    "identity_provider.left_open": marked("{who} hat Passwort und Link per E-Mail wieder erlaubt ({when})."),
    "identity_provider.ended": marked("{who} hat die Anmeldung über die Firma beendet ({when})."),
}
_OF_DOMAIN: Final[Mapping[str, str]] = {
    "mail_domain.proven": marked("Die Domain {domain} gehört jetzt zum Team ({when}). Zugestimmt hat {keeper}."),
    "mail_domain.removed": marked("{who} hat die Domain {domain} entfernt ({when})."),
    "mail_domain.changed": marked("{who} hat für @{domain} geändert, ob der Beitritt angeboten wird ({when})."),
}


@dataclass(frozen=True, slots=True)
class _News:
    """What has changed at which team; `known` to who did it, or hears of it otherwise."""

    team: TeamCard
    subject: str
    text: str
    facts: Mapping[str, object]
    page: str
    known: frozenset[int]


async def tell_sign_in_changed(office: PostOffice, event: Event, now: datetime) -> None:
    """To the other managers: who has changed the sign-in by the company, what, and when."""
    team = await team_by_id(event.aggregate_id)
    if team is None:
        return
    provider = await provider_of_team(team.id)
    if event.name == "identity_provider.changed" and provider is None:
        return
    facts = {"issuer": provider.issuer if provider is not None else ""}
    subject = marked("{team}: Anmeldung über die Firma geändert")
    known = frozenset({event.ids["person"]})
    await _tell(office, event, _News(team, subject, _OF_PROVIDER[event.name], facts, "anmeldung", known), now)


async def tell_domain_changed(office: PostOffice, event: Event, now: datetime) -> None:
    """The same of a mail domain. Who has asked for it hears by a mail of its own that it is proven."""
    domain: DomainNamed | None = await named_domain(event.aggregate_id)
    team = await team_by_id(domain.team) if domain is not None else None
    if domain is None or team is None:
        return
    facts = {"domain": domain.domain, "keeper": domain.keeper}
    known = frozenset(key for key in (event.ids.get("person"), domain.asked_by) if key is not None)
    if event.name != "mail_domain.proven":
        known = frozenset({event.ids["person"]})
    subject = marked("{team}: Firmenadressen geändert")
    await _tell(office, event, _News(team, subject, _OF_DOMAIN[event.name], facts, "beitritt", known), now)


async def _tell(office: PostOffice, event: Event, news: _News, now: datetime) -> None:
    actor = event.ids.get("person")
    who = (await people([actor]))[actor].name if actor is not None else ""
    others = [key for key in await managers_of(news.team.id) if key not in news.known]
    for person in (await people(others)).values():
        if person.email is None:
            continue
        says: Speaker = speaker(person.language)
        when = event.occurred_at.astimezone(_ZONE)
        first = says.say(news.subject, team=news.team.name)
        what = says.say(news.text, {**news.facts, "who": who, "when": when})
        page = f"{office.address}/team/{news.team.public_id}/{news.page}"
        letter = Letter(
            key=f"team-setting-{event.id}-{person.id}",
            to=Mailbox(person.name, person.email),
            person=person.id,
            language=person.language,
            subject=first,
            template="news",
            context={
                "first": first,
                "paragraphs": [what, says.gettext(_LOOK)],
                "actions": [(page, says.gettext(marked("Einstellungen ansehen")))],
            },
        )
        await office.send(letter, now)
