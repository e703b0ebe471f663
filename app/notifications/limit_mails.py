"""The mails about asking for more: to who looks after the team, and the answer to the person. They name a month, an
amount and what was written, and no day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.identity.queries import people, team_staff_who_may
from app.identity.rules import Action
from app.kernel.money import Money
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import Month
from app.notifications.post_office import Letter, PostOffice
from app.plans.limits import Amounts
from app.plans.uses import HALVES_OF_A_DAY
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.teams.limit_requests import LimitRequest, RequestStatus, request_by_id
from app.teams.queries import TeamCard, team_by_id

_ASKED: Final = marked("{name} braucht {amount} mehr im {month}")
_GRANTED: Final = marked("Bewilligt: {granted} mehr im {month}")
_DECLINED: Final = marked("Abgelehnt: {amount} mehr im {month}")

_FOR_A_MONTH: Final = marked("Was Sie bewilligen, gilt nur in diesem Monat. Sie können auch einen Teil bewilligen.")


async def tell_limit_asked(office: PostOffice, key: int, now: datetime) -> None:
    """Asks everybody who manages the team; not when it is answered or withdrawn already."""
    found = await _found(key)
    if found is None or found[0].status is not RequestStatus.OPEN:
        return
    request, team = found
    for manager in await team_staff_who_may(Action.MANAGE_TEAM, team=team.id):
        paragraphs = [phrase(marked("Der Grund: {reason}"), reason=request.reason)] if request.reason else []
        paragraphs.append(phrase(_FOR_A_MONTH))
        url, word = f"/team/{team.public_id}/antraege", marked("Antrag beantworten")
        await _send(office, manager, f"asked-{manager}", found, _ASKED, paragraphs, url, word, now)


async def tell_limit_answered(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the person what was granted, or that nothing was, with the answer in the manager's words."""
    found = await _found(key)
    if found is None or found[0].status not in (RequestStatus.GRANTED, RequestStatus.DECLINED):
        return
    request, team = found
    is_granted = request.status is RequestStatus.GRANTED
    paragraphs = [phrase(marked("Die Antwort: {answer}"), answer=request.answer)] if request.answer else []
    if is_granted:
        paragraphs.append(phrase(marked("Sie können gleich damit buchen. {team} zahlt."), team=team.name))
    else:
        paragraphs.append(phrase(marked("Sie können weiter mit eigenem Tarif, eigener Karte oder selbst bezahlen.")))
    url, first = f"/team/{team.public_id}/mein-rahmen", _GRANTED if is_granted else _DECLINED
    await _send(office, request.person, "answered", found, first, paragraphs, url, marked("Mein Rahmen ansehen"), now)


async def _found(key: int) -> tuple[LimitRequest, TeamCard] | None:
    request = await request_by_id(key)
    team = await team_by_id(request.team) if request is not None else None
    return (request, team) if request is not None and team is not None else None


async def _send(
    office: PostOffice,
    to: int,
    news: str,
    found: tuple[LimitRequest, TeamCard],
    first: str,
    paragraphs: Sequence[Phrase],
    url: str,
    word: str,
    now: datetime,
) -> None:
    request, team = found
    person = (await people([to]))[to]
    if person.email is None:
        return
    says = speaker(person.language)
    facts = {
        "name": request.name,
        "amount": _amounts(request.amounts),
        "granted": _amounts(request.granted),
        "month": Month(request.month),
    }
    letter = Letter(
        key=f"limit-{news}-{request.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(first, **facts),
        template="news",
        context={
            "first": says.say(first, **facts),
            "paragraphs": [team.name, *(says.word(each) for each in paragraphs)],
            "actions": [(f"{office.address}{url}", says.gettext(word))],
        },
    )
    await office.send(letter, now)


def _amounts(amounts: Amounts) -> list[object]:
    """2 Tage, 3 Stunden in Räumen und 50,00 €."""
    said: list[object] = []
    days, half = divmod(amounts.desk_halves, HALVES_OF_A_DAY)
    if half:
        said.append(phrase(marked("{n}½ Tage"), n=days) if days else phrase(marked("½ Tag")))
    elif days:
        said.append(phrase(marked("1 Tag")) if days == 1 else phrase(marked("{n} Tage"), n=days))
    if amounts.room_minutes:
        hours, minutes = divmod(amounts.room_minutes, 60)
        text = marked("{n} Minuten in Räumen") if minutes else marked("{n} Stunden in Räumen")
        if hours == 1 and not minutes:
            text = marked("{n} Stunde in Räumen")
        said.append(phrase(text, n=amounts.room_minutes if minutes else hours))
    if amounts.money:
        said.append(Money(amounts.money))
    return said
