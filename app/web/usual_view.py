"""The usual desk as 'Meine Woche' offers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from babel.dates import format_date

from app.bookings.rules import DayPart
from app.bookings.usual_desk import UsualDesk, usual_desk
from app.identity.authentication import Visitor
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.web.search_form import ZONE, clock_text


@dataclass(frozen=True, slots=True)
class UsualOffer:
    """What is offered, what is to be known of it, and the one button. Without an address there is no day for it."""

    title: str
    note: str
    url: str
    button: str
    repeat: str


async def usual_offer(person: int, visitor: Visitor) -> UsualOffer | None:
    """The offer to somebody with a habit."""
    usual = await usual_desk(person, visitor.now, visitor.language)
    return _offer(usual, visitor) if usual else None


def _offer(usual: UsualDesk, visitor: Visitor) -> UsualOffer:
    say = visitor.speaker
    what = say.word(label(usual.resource.kind, usual.resource.name))
    repeat = say.say(marked("Jeden {weekdays} wiederholen"), weekdays=weekdays_text(usual.habit.weekdays, visitor))
    if usual.day is None:
        note = say.say(marked("In den nächsten zwei Wochen ist jeder Tag gebucht oder geschlossen."))
        return UsualOffer(f"{what}, {usual.space.name}", note, "", "", repeat)
    time = {
        "tag": usual.day.isoformat(),
        "zeit": DayPart.OWN.value,
        "von": clock_text(usual.habit.span.opens),
        "bis": clock_text(usual.habit.span.closes),
    }
    if usual.desk is None:
        note = say.say(marked("Dann ist in {space} alles belegt."), space=usual.space.name)
        near = {"ort": f"{usual.space.postcode} {usual.space.place}", **time}
        return UsualOffer(
            _title(what, usual, visitor),
            note,
            f"/plaetze?{urlencode(near)}",
            say.gettext(marked("Plätze in der Nähe suchen")),
            repeat,
        )
    note = "" if usual.is_free else say.say(marked("{what} ist dann nicht frei, dieser schon."), what=what)
    choice = {"standort": usual.space.slug, "art": usual.desk.kind.value, **time, "platz": usual.desk.public_id}
    return UsualOffer(
        _title(say.word(label(usual.desk.kind, usual.desk.name)), usual, visitor),
        note,
        f"/buchen?{urlencode(choice)}",
        say.gettext(marked("Wie immer buchen") if usual.is_free else marked("Diesen Platz buchen")),
        repeat,
    )


def _title(what: str, usual: UsualDesk, visitor: Visitor) -> str:
    """Platz 4 in Polch, morgen 8–17 Uhr; a day that is not tomorrow by its name."""
    say = visitor.speaker
    assert usual.day is not None, "only what has a day has a title"
    facts = {"what": what, "place": usual.space.place, "hours": usual.habit.span}
    if usual.day == local_day(visitor.now, ZONE) + timedelta(days=1):
        return say.say(marked("{what} in {place}, morgen {hours}"), facts)
    day = format_date(usual.day, "EEEE, d. MMMM" if visitor.language == "de" else "EEEE d MMMM", locale=say.locale)
    return say.say(marked("{what} in {place}, {day}, {hours}"), facts, day=day)


def weekdays_text(weekdays: Iterable[int], visitor: Visitor) -> str:
    """Dienstag und Donnerstag."""
    names = visitor.speaker.locale.days["format"]["wide"]
    return visitor.speaker.listed(names[weekday - 1] for weekday in sorted(weekdays))
