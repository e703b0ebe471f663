"""The mails about reports: to a space's staff that something was reported, to who reported it the answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.identity.queries import KnownPerson, actor_of_person, people
from app.identity.rules import Action
from app.inventory.reports import ABOUT_NAMES, Report, State, report_by_id, reports_by_id
from app.inventory.rules import label
from app.kernel.refusals import NotFound, marked
from app.network.queries import SpaceCard, space_by_id
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_MOST_TOLD: Final = 5
_MOST_OF_ONE: Final = 200
_HOSTS_READ: Final = "de"
"""Whoever has no account."""


async def tell_answer(office: PostOffice, event: Event, now: datetime) -> None:
    """Sends the answer, with what was reported beneath it, to the address that was left for it."""
    report = await report_by_id(event.aggregate_id, now)
    space = await space_by_id(report.space) if report else None
    if report is None or space is None or report.email is None:
        return
    says = speaker(report.language)
    facts = {"space": space.name, "phone": space.phone or space.operator.phone}
    paragraphs = [*report.answer.split("\n"), says.say(marked("Sie hatten geschrieben:"), {}), *report.said.split("\n")]
    if facts["phone"]:
        paragraphs.append(says.say(marked("Noch eine Frage? {space}, Telefon {phone}."), facts))
    letter = Letter(
        key=f"report-answered-{report.public_id}",
        to=Mailbox("", report.email),
        person=None,
        language=report.language,
        subject=says.say(marked("Antwort auf Ihre Meldung, {space}"), facts),
        template="news",
        context={
            "first": says.say(marked("{space} antwortet Ihnen."), facts),
            "paragraphs": [paragraph for paragraph in paragraphs if paragraph.strip()],
            "actions": [],
        },
    )
    await office.send(letter, now)


async def tell_reports_came(office: PostOffice, event: Event, now: datetime) -> None:
    """Says to one of the staff what was reported, as far as nobody has done it meanwhile.

    Without a person in the event the reader is the space's own address. Who may no longer answer there hears nothing.
    """
    space = await space_by_id(event.aggregate_id)
    reports = [each for each in await reports_by_id(event.ids["reports"], now) if each.state is State.OPEN]
    if space is None or not reports:
        return
    person = await _reader(event.ids["person"], space)
    email = person.email if person else space.email or space.operator.email
    if not email or (person is None and event.ids["person"] is not None):
        return
    says = speaker(person.language if person else _HOSTS_READ)
    actions = [(f"{office.address}/theke/{space.slug}/meldungen", says.gettext(marked("Meldungen ansehen")))]
    if person is not None:
        actions.append((f"{office.address}/konto/erinnerungen", says.gettext(marked("Diese E-Mails abbestellen"))))
    letter = Letter(
        key=f"reports-{event.id}",
        to=Mailbox(person.name if person else space.name, email),
        person=person.id if person else None,
        language=says.language,
        subject=_subject(reports, space, says),
        template="news",
        context={
            "first": _subject(reports, space, says),
            "paragraphs": _lines(reports, says),
            "actions": actions,
        },
    )
    await office.send(letter, now)


async def _reader(key: int | None, space: SpaceCard) -> KnownPerson | None:
    """The person with this key, if he may answer at the space."""
    if key is None:
        return None
    try:
        actor = await actor_of_person(key)
    except NotFound:
        return None
    may = actor.may(Action.ANSWER_REPORTS, operator=space.operator.id, space=space.id)
    return (await people([key]))[key] if may else None


def _subject(reports: Sequence[Report], space: SpaceCard, says: Speaker) -> str:
    if len(reports) == 1:
        return says.say(marked("Gemeldet: {what}, {space}"), what=_what(reports[0], says), space=space.name)
    return says.say(marked("{count} neue Meldungen, {space}"), count=len(reports), space=space.name)


def _lines(reports: Sequence[Report], says: Speaker) -> list[str]:
    lines = [f"{_what(each, says)}: {_short(each.said)}" for each in reports[:_MOST_TOLD]]
    if len(reports) > _MOST_TOLD:
        lines.append(says.say(marked("Und {count} weitere."), count=len(reports) - _MOST_TOLD))
    return lines


def _what(report: Report, says: Speaker) -> str:
    about = says.gettext(ABOUT_NAMES[report.about])
    name = says.word(label(report.kind, report.name or "")) if report.kind else report.name
    return f"{about} ({name})" if name else about


def _short(said: str) -> str:
    """The beginning of it, on one line."""
    line = " ".join(said.split())
    return line if len(line) <= _MOST_OF_ONE else f"{line[:_MOST_OF_ONE].rstrip()} …"
