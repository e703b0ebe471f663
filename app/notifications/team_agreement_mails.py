"""Mails about an agreement by which a report shows names: to the works council, and to everybody concerned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.insights.team_months import Measure
from app.insights.team_names import first_month
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.teams.agreements import Agreement, agreement_by_id, agreement_of_notice, council_of, notice_days
from app.teams.queries import TeamCard, team_by_id

_ZONE: Final = ZoneInfo("Europe/Berlin")
_SHOWN: Final = {
    Measure.HALF_DAYS: marked("Tage"),
    Measure.MINUTES: marked("Raumstunden"),
    Measure.BY_USE: marked("Nach Verbrauch"),
}


async def ask_to_confirm(office: PostOffice, agreement: int, now: datetime) -> None:
    """Asks each seat of the works council; nothing where there is none, or it is decided."""
    found = await agreement_by_id(agreement)
    if found is None or found.confirmed_at is not None or found.ended_at is not None:
        return
    team = await team_by_id(found.team)
    assert team is not None, "teams are never deleted"
    for person in await council_of(found.team):
        says = speaker((await people([person]))[person].language)
        first = says.say(
            marked("{team} hat eine Vereinbarung erfasst, nach der der Bericht Nutzung mit Namen zeigt: {title}."),
            team=team.name,
            title=found.title,
        )
        paragraphs = [says.gettext(marked("Sie gilt erst, wenn Sie sie bestätigen. Bis dahin bleibt es bei Summen."))]
        subject = says.say(marked("Bitte bestätigen: Vereinbarung bei {team}"), team=team.name)
        await _write(office, team, person, f"team-agreement-{found.id}-{person}", subject, first, paragraphs, now)


async def tell_of_agreement(office: PostOffice, notice: int, now: datetime) -> None:
    """Tells somebody what will be seen with the name, and from when on; nothing where the agreement has ended."""
    known = await agreement_of_notice(notice)
    if known is None or known[0].ended_at is not None:
        return
    agreement, person = known
    team = await team_by_id(agreement.team)
    assert team is not None, "teams are never deleted"
    says = speaker((await people([person]))[person].language)
    today = local_day(now, _ZONE)
    since = first_month(now, await notice_days(today))
    paragraphs = [
        says.say(
            marked("Vereinbart haben das: {parties}. Titel: {title}."), parties=agreement.parties, title=agreement.title
        ),
        says.say(
            marked("Zu sehen ist je Monat: {shown}. Nie zu sehen ist, an welchem Tag und wo."),
            shown=_said(agreement, says),
        ),
        says.say(marked("Frühestens beginnt es am {day}, nur für ganze Monate danach."), day=says.day_of_year(since)),
        says.gettext(marked("Wer einen Monat ansieht, steht auf der Seite für alle im Team.")),
    ]
    first = says.say(
        marked("Die Verwaltung von {team} sieht künftig mit Ihrem Namen, wie viel Sie nutzen."), team=team.name
    )
    subject = says.say(marked("{team} sieht künftig, wie viel Sie nutzen"), team=team.name)
    await _write(office, team, person, f"team-agreement-told-{notice}", subject, first, paragraphs, now)


def _said(agreement: Agreement, says: Speaker) -> str:
    return says.listed(says.gettext(_SHOWN[measure]) for measure in Measure if measure in agreement.shows)


async def _write(
    office: PostOffice,
    team: TeamCard,
    person_key: int,
    key: str,
    subject: str,
    first: str,
    paragraphs: Sequence[str],
    now: datetime,
) -> None:
    person = (await people([person_key]))[person_key]
    if person.email is None:
        return
    page = f"{office.address}/team/{team.public_id}/bericht/namen"
    letter = Letter(
        key=key,
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=subject,
        template="news",
        context={
            "first": first,
            "paragraphs": list(paragraphs),
            "actions": [(page, speaker(person.language).gettext(marked("Vereinbarung ansehen")))],
        },
    )
    await office.send(letter, now)
