"""What the desk should know at once: what happened, what comes next, and at most two things to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.bookings.due import RELEASED_BY_DESK
from app.bookings.rules import Status
from app.bookings.today import ClosedDay, closed_days_still_booked, count_requests_at
from app.identity.authentication import Visitor
from app.identity.reachability import unreachable_people
from app.identity.rules import Action
from app.inventory.reports import ABOUT_NAMES, count_open_reports, newest_open_report
from app.inventory.rules import Hours, label
from app.kernel.refusals import marked
from app.network.queries import SpaceCard
from app.platform.jobs import in_trouble
from app.web.arrivals_view import ArrivalRow, Groups
from app.web.front_desk import STOPPED_AFTER

_MOST_OF_A_KIND: Final = 4
"""Of more than these only the number is told: the list beneath has them all."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do: a link, or with `is_form` a button that sends this form. `about` tells it from its like.

    With `is_call` the address is a telephone number.
    """

    url: str
    label: str
    about: str = ""
    is_form: bool = False
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """One line; `is_bad` where somebody waits for it. `name` stays the same while it is about the same."""

    name: str
    strong: str
    text: str
    acts: Sequence[Act] = ()
    is_bad: bool = False


async def notes_of(
    space: SpaceCard, hours: Hours, groups: Groups, ran_at: datetime | None, visitor: Visitor
) -> list[Note]:
    """All of today, the worst first; a few questions to the database, however many bookings there are."""
    rows = [*groups.expected, *groups.later, *groups.here]
    unreached = set(await in_trouble("mail.", "booking", [row.booking.id for row in rows]))
    unreachable = await unreachable_people({row.booking.person for row in rows})
    bounced = {row.booking.person: row for row in reversed(rows) if row.booking.person in unreachable}
    unsent = [row for row in rows if row.booking.id in unreached and row.booking.person not in unreachable]
    closed = await closed_days_still_booked(space, hours, visitor.now)
    requests = await count_requests_at(space.id, visitor.now)
    return [
        *_stopped(ran_at, visitor),
        *_first_of([_missing(row, space, visitor) for row in groups.missing], _more_missing, visitor),
        *_first_of([_released(row, visitor) for row in groups.absent if _is_released(row)], _more_released, visitor),
        *[_bounced(row, space, visitor) for row in reversed(bounced.values())][:_MOST_OF_A_KIND],
        *[_unsent(row, space, visitor) for row in unsent[:_MOST_OF_A_KIND]],
        *[_closed(day, space, visitor) for day in closed[:_MOST_OF_A_KIND]],
        *_requests(requests, visitor),
        *await _reports(space, visitor),
    ]


def _first_of(notes: Sequence[Note], more: str, visitor: Visitor) -> list[Note]:
    """Not more of a kind than can be read at a glance, and how many there are beyond."""
    beyond = len(notes) - _MOST_OF_A_KIND
    if beyond <= 0:
        return list(notes)
    rest = Note("mehr", visitor.speaker.say(more, count=beyond), "", is_bad=notes[0].is_bad)
    return [*notes[:_MOST_OF_A_KIND], rest]


_more_missing = marked("{count} weitere fehlen.")
_more_released = marked("{count} weitere sind nicht gekommen.")


def _missing(row: ArrivalRow, space: SpaceCard, visitor: Visitor) -> Note:
    say, booking = visitor.speaker, row.booking
    text = say.say(marked("seit {start}: {place}."), start=booking.starts_at.time(), place=row.label)
    if booking.due_at is not None and booking.no_show_at is not None and booking.no_show_at > visitor.now:
        until = booking.no_show_at.astimezone(booking.space.zone).time()
        text += " " + say.say(marked("Um {until} wird der Platz von selbst frei."), until=until)
    at = f"/theke/{space.slug}/buchungen/{booking.public_id}"
    if row.may_release:
        act = Act(f"{at}/freigeben", say.gettext(marked("Jetzt freigeben")), row.name, is_form=True)
    else:
        act = Act(f"{at}/absagen", say.gettext(marked("Absagen")), row.name)
    return Note(
        f"fehlt-{booking.public_id}",
        say.say(marked("{name} fehlt"), name=row.name),
        text,
        [act, *_call(row, visitor)],
        is_bad=True,
    )


def _call(row: ArrivalRow, visitor: Visitor) -> list[Act]:
    if not row.phone:
        return []
    return [Act(row.phone, visitor.speaker.gettext(marked("Anrufen")), row.name, is_call=True)]


def _is_released(row: ArrivalRow) -> bool:
    """Whether the place went to others by itself and the person could still come."""
    return row.booking.status is Status.NO_SHOW and row.booking.reason != RELEASED_BY_DESK and row.may_check_in


def _released(row: ArrivalRow, visitor: Visitor) -> Note:
    say = visitor.speaker
    return Note(
        f"frei-{row.booking.public_id}",
        say.say(marked("{name} ist nicht gekommen."), name=row.name),
        say.say(marked("{place} ist wieder frei, gebucht war {times}."), place=row.label, times=row.times),
        _call(row, visitor),
    )


def _bounced(row: ArrivalRow, space: SpaceCard, visitor: Visitor) -> Note:
    """From whose address mails come back; who is there already can be asked for another one."""
    say = visitor.speaker
    is_here = row.booking.status is Status.CHECKED_IN
    ask, call = marked("Bitte nach der Adresse fragen ({place})."), marked("Bitte anrufen ({place}, {times}).")
    return Note(
        f"zurueck-{row.person}",
        say.say(marked("E-Mails an {name} kommen nicht an."), name=row.name),
        say.say(ask if is_here else call, place=row.label, times=row.times),
        [
            *_call(row, visitor),
            Act(f"/theke/{space.slug}/leute/{row.person}", say.gettext(marked("Kontakt")), row.name),
        ],
    )


def _unsent(row: ArrivalRow, space: SpaceCard, visitor: Visitor) -> Note:
    say = visitor.speaker
    return Note(
        f"mail-{row.booking.public_id}",
        say.say(marked("Keine E-Mail an {name}:"), name=row.name),
        say.say(
            marked("Eine Nachricht zur Buchung ({place}, {times}) ging nicht hinaus."), place=row.label, times=row.times
        ),
        [
            *_call(row, visitor),
            Act(f"/theke/{space.slug}/leute/{row.person}", say.gettext(marked("Kontakt")), row.name),
        ],
    )


def _closed(day: ClosedDay, space: SpaceCard, visitor: Visitor) -> Note:
    say = visitor.speaker
    url = f"/theke/{space.slug}?tag={day.day.isoformat()}"
    if visitor.signed_in.may(Action.MANAGE_SPACE, operator=space.operator.id, space=space.id):
        fields = {
            "art": "schliesstag",
            "ersttag": day.day.isoformat(),
            "grund": day.reason_de,
            "grund_en": day.reason_en,
        }
        url = f"/betrieb/{space.slug}/sperren/pruefen?{urlencode({k: v for k, v in fields.items() if v})}"
    text = marked("Eine Buchung liegt noch an diesem Tag.") if day.bookings == 1 else _STILL_BOOKED
    return Note(
        f"zu-{day.day.isoformat()}",
        say.say(marked("Geschlossen am {day}:"), day=day.day),
        say.say(text, count=day.bookings),
        [Act(url, say.gettext(marked("Umbuchen oder absagen")), say.day(day.day))],
    )


_STILL_BOOKED = marked("{count} Buchungen liegen noch an diesem Tag.")


def _requests(count: int, visitor: Visitor) -> list[Note]:
    say = visitor.speaker
    if not count:
        return []
    text = marked("Eine Anfrage wartet auf Antwort.") if count == 1 else marked("{count} Anfragen warten auf Antwort.")
    return [Note("anfragen", say.say(text, count=count), "", [Act("/theke/anfragen", say.gettext(marked("Ansehen")))])]


async def _reports(space: SpaceCard, visitor: Visitor) -> list[Note]:
    """How many reports are open and what the newest says, for who answers them. With a new one it is another note."""
    if not visitor.signed_in.may(Action.ANSWER_REPORTS, operator=space.operator.id, space=space.id):
        return []
    newest = await newest_open_report(space.id, visitor.now)
    if newest is None:
        return []
    say, count = visitor.speaker, await count_open_reports(space.id)
    strong = marked("Eine Meldung ist offen.") if count == 1 else marked("{count} Meldungen sind offen.")
    about = say.gettext(ABOUT_NAMES[newest.about])
    name = say.word(label(newest.kind, newest.name or "")) if newest.kind else newest.name
    facts = {
        "about": f"{about} ({name})" if name else about,
        "at": newest.created_at.astimezone(ZoneInfo(space.time_zone)),
    }
    text = marked("{about}, {at}.") if count == 1 else marked("Zuletzt: {about}, {at}.")
    return [
        Note(
            f"meldung-{newest.public_id}",
            say.say(strong, count=count),
            say.say(text, facts),
            [Act(f"/theke/{space.slug}/meldungen", say.gettext(marked("Ansehen")), say.gettext(marked("Meldungen")))],
        )
    ]


def is_stopped(ran_at: datetime | None, now: datetime) -> bool:
    """Whether what happens by itself stands still."""
    return ran_at is None or now - ran_at > STOPPED_AFTER


def _stopped(ran_at: datetime | None, visitor: Visitor) -> list[Note]:
    if not is_stopped(ran_at, visitor.now):
        return []
    say = visitor.speaker
    since = say.say(marked("Sie lief zuletzt {time}."), time=ran_at) + " " if ran_at else ""
    return [
        Note(
            "automatik", say.gettext(marked("Die Automatik steht still.")), since + say.gettext(_NO_MAILS), is_bad=True
        )
    ]


_NO_MAILS = marked(
    "E-Mails gehen nicht hinaus, und wer nicht kommt, wird nicht gefragt. Bitte sagen Sie dem Netzwerk Bescheid."
)
