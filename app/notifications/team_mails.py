"""Mails about an employer's account: a role given or taken, and its end. None names a day on which somebody works,
except to that person alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.queries import bookings_by_id
from app.identity.queries import KnownPerson, people
from app.identity.roles import grant_by_id
from app.identity.rules import Role
from app.kernel.refusals import marked, phrase
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event
from app.teams.managing import TEAM_ROLES, holders_of
from app.teams.queries import TeamCard, member_by_id, team_by_id

_ZONE: Final = ZoneInfo("Europe/Berlin")
_ENDS: Final = marked("Das Firmenkonto {team} endet am {day}")
_UNTIL_THEN: Final = marked("Bis dahin bleibt alles, wie es ist.")


async def tell_role_given(office: PostOffice, event: Event, now: datetime) -> None:
    """To who manages the team because somebody has handed it over."""
    team = await team_by_id(event.aggregate_id)
    if team is None:
        return
    role = phrase(TEAM_ROLES[Role.TEAM_MANAGER])
    for holder in await holders_of(team):
        if holder.person == event.ids["person"] and holder.role is Role.TEAM_MANAGER:
            person = (await people([holder.person]))[holder.person]
            says = speaker(person.language)
            subject = says.say(marked("Ihre Aufgabe bei {team}: {role}"), team=team.name, role=role)
            paragraphs = [
                says.say(marked("Das Firmenkonto {team} wurde Ihnen übergeben."), team=team.name),
                says.gettext(marked("Sie verwalten jetzt Leute, Pässe und Grenzen.")),
            ]
            await _write(office, person, f"team-role-given-{event.id}", subject, paragraphs, _to_team(team), now)


async def tell_role_taken(office: PostOffice, event: Event, now: datetime) -> None:
    """To who looks after the team no more because somebody else has taken the role away."""
    held = await grant_by_id(event.aggregate_id)
    if held is None or held.grant.scope_id is None:
        return
    team = await team_by_id(held.grant.scope_id)
    person = (await people([held.person]))[held.person]
    if team is None:
        return
    says = speaker(person.language)
    role = phrase(TEAM_ROLES[held.grant.role])
    subject = says.say(marked("Ihre Aufgabe bei {team} ist beendet: {role}"), team=team.name, role=role)
    paragraphs = [says.gettext(marked("Ihr eigenes Konto und Ihre Buchungen bleiben, wie sie sind."))]
    await _write(
        office,
        person,
        f"team-role-taken-{event.id}",
        subject,
        paragraphs,
        ("/konto", marked("Konto ansehen")),
        now,
    )


async def tell_managers_of_end(office: PostOffice, event: Event, now: datetime) -> None:
    """The last day, to all who look after the team, and that nothing has to be done; nothing where it stays."""
    team = await team_by_id(event.aggregate_id)
    if team is None or team.ends_on is None:
        return
    holders = {each.person: each for each in await holders_of(team)}
    for person in (await people(holders)).values():
        says = speaker(person.language)
        paragraphs = [
            says.gettext(_UNTIL_THEN),
            says.gettext(marked("Die Leute im Team haben dieselbe Nachricht und behalten ihr eigenes Konto.")),
        ]
        key = f"team-ends-{team.public_id}-{team.ends_on:%Y%m%d}-{person.id}"
        await _write(office, person, key, _ends(team, says), paragraphs, _to_team(team), now)


async def tell_member_of_end(office: PostOffice, event: Event, now: datetime) -> None:
    """The last day, and what becomes of what the person has booked behind it; nothing where the account stays."""
    member = await member_by_id(event.aggregate_id)
    team = await team_by_id(member.team) if member is not None else None
    if member is None or team is None or team.ends_on is None:
        return
    person = (await people([member.person]))[member.person]
    says = speaker(person.language)
    paragraphs = [
        says.gettext(_UNTIL_THEN),
        says.gettext(marked("Ihr Konto und alles, was Sie selbst bezahlen, behalten Sie.")),
        *await _paid_otherwise(event.ids["bookings"], says),
        says.gettext(
            marked("Was Sie danach gebucht haben und kein eigenes Guthaben bezahlt, wird mit eigener E-Mail abgesagt.")
        ),
    ]
    key = f"team-member-ends-{member.public_id}-{team.ends_on:%Y%m%d}"
    action = ("/woche", marked("Meine Woche ansehen"))
    await _write(office, person, key, _ends(team, says), paragraphs, action, now)


async def tell_account_ended(office: PostOffice, event: Event, now: datetime) -> None:
    """To who manages the account that it has ended, and what stays readable."""
    team = await team_by_id(event.aggregate_id)
    if team is None:
        return
    holders = {each.person: each for each in await holders_of(team)}
    for person in (await people(holders)).values():
        says = speaker(person.language)
        subject = says.say(marked("Das Firmenkonto {team} ist beendet"), team=team.name)
        paragraphs = [
            says.gettext(marked("Niemand gehört mehr zum Team. Das Firmenkonto können Sie weiter lesen.")),
        ]
        await _write(
            office, person, f"team-ended-{team.public_id}-{person.id}", subject, paragraphs, _to_team(team), now
        )


async def _paid_otherwise(bookings: Sequence[int], says: Speaker) -> list[str]:
    found = sorted(await bookings_by_id(bookings), key=lambda booking: booking.starts_at)
    days = [f"{says.day_of_year(local_day(each.starts_at, _ZONE))}, {each.space.name}" for each in found]
    return [says.say(marked("Das bezahlt jetzt Ihr eigenes Guthaben: {days}."), days="; ".join(days))] if days else []


def _ends(team: TeamCard, says: Speaker) -> str:
    assert team.ends_on is not None, "asked for before"
    return says.say(_ENDS, team=team.name, day=says.day_of_year(team.ends_on))


def _to_team(team: TeamCard) -> tuple[str, str]:
    return f"/team/{team.public_id}", marked("Firmenkonto ansehen")


async def _write(
    office: PostOffice,
    person: KnownPerson,
    key: str,
    subject: str,
    paragraphs: Sequence[str],
    action: tuple[str, str],
    now: datetime,
) -> None:
    if person.email is None:
        return
    url, word = action
    letter = Letter(
        key=key,
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=subject,
        template="news",
        context={
            "first": subject,
            "paragraphs": list(paragraphs),
            "actions": [(f"{office.address}{url}", speaker(person.language).gettext(word))],
        },
    )
    await office.send(letter, now)
