"""Mails among colleagues: somebody asks to see one's days, or shows his own; a team day is proposed or set."""

from datetime import datetime

from app.identity.queries import people
from app.kernel.refusals import Phrase, marked, phrase
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.teams.colleagues import Sight, sight_by_id
from app.teams.queries import members_of
from app.teams.team_days import SetDay, team_day_by_id


async def tell_asked(office: PostOffice, key: int, now: datetime) -> None:
    """Asks the one whose days are meant, unless it was taken back or answered meanwhile."""
    sight = await sight_by_id(key)
    if sight is None or sight.is_allowed:
        return
    first = marked("{name} aus {team} möchte sehen, an welchen Tagen Sie wo arbeiten.")
    more = marked(
        "Sie entscheiden, und Sie können es sofort zurücknehmen. Antworten Sie nicht, ändert sich nichts. Wer das Team"
        " verwaltet, sieht Ihre Tage nicht."
    )
    await _tell(office, sight, f"colleague-asked-{key}-{now:%Y%m%d}", sight.person, sight.viewer, first, more, now)


async def tell_allowed(office: PostOffice, key: int, now: datetime) -> None:
    """Tells the one who may see them, once a day at most."""
    sight = await sight_by_id(key)
    if sight is None or not sight.is_allowed:
        return
    first = marked("{name} aus {team} zeigt Ihnen jetzt die eigenen Tage.")
    more = marked("Ihre Tage sieht dadurch niemand. Wenn Sie sie auch zeigen wollen, geht das auf der Seite.")
    await _tell(office, sight, f"colleague-allowed-{key}-{now:%Y%m%d}", sight.viewer, sight.person, first, more, now)


async def _tell(
    office: PostOffice, sight: Sight, key: str, whom: int, about: int, first: str, more: str, now: datetime
) -> None:
    known = await people([whom, about])
    reader, other = known.get(whom), known.get(about)
    if reader is None or reader.email is None or other is None:
        return
    says = speaker(reader.language)
    said = says.say(first, name=other.name, team=sight.team)
    letter = Letter(
        key=key,
        to=Mailbox(reader.name, reader.email),
        person=reader.id,
        language=reader.language,
        subject=said,
        template="news",
        context={
            "first": said,
            "paragraphs": [says.gettext(more)],
            "actions": [
                (f"{office.address}/team/{sight.team_public_id}/kollegen#wer", says.gettext(marked("Ansehen")))
            ],
        },
    )
    await office.send(letter, now)


async def tell_proposed(office: PostOffice, key: int, now: datetime) -> None:
    """Asks everybody in the team but who has proposed it, as long as it is open."""
    meant = await team_day_by_id(key)
    if meant is None or meant.day is not None:
        return
    text = phrase(marked("{team} plant einen Teamtag: {title}"), team=meant.team_name, title=meant.title)
    more = marked(
        "Sagen Sie, wann Sie können. Wie die Einzelnen antworten, sehen nur Leute, die einander ihre Tage zeigen."
    )
    await _tell_team(office, meant, f"team-day-proposed-{key}", text, phrase(more), marked("Antworten"), now)


async def tell_set(office: PostOffice, key: int, now: datetime) -> None:
    """Tells everybody in the team but who has proposed it when it is."""
    meant = await team_day_by_id(key)
    if meant is None or meant.day is None:
        return
    text = phrase(marked("Teamtag am {day}: {title}"), day=meant.day, title=meant.title)
    where = (
        phrase(marked("Treffpunkt ist {space}."), space=meant.space_name)
        if meant.space_name
        else phrase(marked("Wo Sie arbeiten, ist Ihnen überlassen."))
    )
    await _tell_team(office, meant, f"team-day-set-{key}", text, where, marked("Platz buchen"), now)


async def _tell_team(
    office: PostOffice, meant: SetDay, key: str, first: Phrase, more: Phrase, action: str, now: datetime
) -> None:
    page = f"{office.address}/team/{meant.team_public_id}/tage/{meant.public_id}"
    for member in await members_of(meant.team):
        person = (await people([member.person])).get(member.person)
        if person is None or person.email is None or person.id == meant.proposed_by:
            continue
        says = speaker(person.language)
        letter = Letter(
            key=f"{key}-{person.id}",
            to=Mailbox(person.name, person.email),
            person=person.id,
            language=person.language,
            subject=says.word(first),
            template="news",
            context={
                "first": says.word(first),
                "paragraphs": [says.word(more)],
                "actions": [(page, says.gettext(action))],
            },
        )
        await office.send(letter, now)
