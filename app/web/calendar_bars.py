"""What lies on a space's days, each with its shape and its words; pages arrange it by hours or days."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from app.bookings.calendar import Entry, whole_days
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, check_changeable
from app.identity.authentication import Visitor
from app.inventory.held_time import Claimed
from app.inventory.rules import MINUTES_OF_A_DAY
from app.inventory.standing_claims import FIXED_DESK
from app.kernel.periods import Period
from app.kernel.refusals import marked, passes
from app.kernel.wall_time import local_day
from app.web.front_desk import state_at_desk

_HELD = {
    "hold": marked("vorgemerkt"),
    "offer": marked("angeboten"),
    "buffer": marked("bleibt frei"),
    "fixed_desk": marked("fest vergeben"),
}
_TAKEN = marked("vergeben")


@dataclass(frozen=True, slots=True)
class Bar:
    """Time that is taken on one day, in minutes of its wall clock.

    `kind` is a class of static/staff.css (in, late, ask, keep, block, part; empty for what is booked), `more` what its
    `text` leaves out, `state` of that how a booking stands. With a `url` it leads on; one that `moves` can be dragged.
    """

    day: date
    opens: int
    closes: int
    kind: str
    text: str
    more: str
    times: str
    url: str = ""
    booking: str = ""
    moves: bool = False
    state: str = ""


Bars = Mapping[tuple[int, date], Sequence[Bar]]


def bars_of(
    entries: Sequence[Entry],
    claims: Sequence[Claimed],
    resources: Collection[int],
    days: Sequence[date],
    zone: ZoneInfo,
    url_of: Callable[[BookingCard], str],
    visitor: Visitor,
    holders: Mapping[int, str],
) -> Bars:
    """By resource and day all that takes the time of these, in order; `url_of` a booking is where its bar leads, and
    `holders` are the names of whom fixed desks belong to, by key.

    What is taken with a whole stands at its parts as well.
    """
    bars: dict[tuple[int, date], list[Bar]] = defaultdict(list)
    by_key = {entry.booking.id: entry for entry in entries}
    for entry in entries:
        if entry.booking.resource.id not in resources:
            continue
        url = url_of(entry.booking)
        for day, opens, closes in _on_days(entry.period, days, zone):
            bars[entry.booking.resource.id, day].append(_of_booking(entry, day, opens, closes, url, visitor))
    for claim in claims:
        if claim.resource not in resources:
            continue
        entry_of_claim = by_key.get(claim.holder) if claim.reason == "booking" else None
        if entry_of_claim is not None and entry_of_claim.booking.resource.id == claim.resource:
            continue
        for day, opens, closes in _on_days(claim.period, days, zone):
            holder = holders.get(claim.holder, "") if claim.reason == FIXED_DESK else ""
            bars[claim.resource, day].append(_of_claim(claim, entry_of_claim, holder, day, opens, closes, visitor))
    return {key: sorted(of_one, key=lambda bar: bar.opens) for key, of_one in bars.items()}


def _short_name(name: str) -> str:
    """Retterath, S. for Sophie Retterath."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first[0]}." if first else name


def _of_booking(entry: Entry, day: date, opens: int, closes: int, url: str, visitor: Visitor) -> Bar:
    booking, say = entry.booking, visitor.speaker
    shape, word = state_at_desk(booking, visitor.now)
    kind = "in" if booking.status in (Status.CHECKED_IN, Status.COMPLETED) else "late" if shape == "late" else ""
    text = booking.organisation or _short_name(entry.name)
    if booking.status is Status.REQUESTED:
        kind, text = "ask", say.say(marked("Anfrage: {name}"), name=text)
    return Bar(
        day,
        opens,
        closes,
        kind,
        text,
        f"{entry.name}, {say.span(opens, closes)}, {say.word(word)}",
        say.span(opens, closes),
        url,
        booking.public_id,
        passes(check_changeable, booking.status, booking.period.ends_at, visitor.now)
        and booking.period.duration <= timedelta(minutes=closes - opens),
        say.word(word),
    )


def _of_claim(
    claim: Claimed, whole: Entry | None, holder: str, day: date, opens: int, closes: int, visitor: Visitor
) -> Bar:
    say = visitor.speaker
    kind, text = "keep", say.gettext(_HELD.get(claim.reason, _TAKEN))
    if claim.reason == "blocker":
        kind, text = "block", say.say(marked("Gesperrt: {reason}"), reason=claim.because)
    elif holder:
        text = say.say(marked("fest vergeben: {name}"), name=_short_name(holder))
    elif whole is not None:
        name = whole.booking.organisation or _short_name(whole.name)
        kind, text = "part", say.say(marked("mit {place}: {name}"), place=whole.booking.resource.name, name=name)
    return Bar(day, opens, closes, kind, text, say.span(opens, closes), say.span(opens, closes))


def _on_days(period: Period, days: Sequence[date], zone: ZoneInfo) -> Iterable[tuple[date, int, int]]:
    """The days of a run that the period touches, each with the minutes of its wall clock."""
    clipped = period.clipped_to(whole_days(days[0], days[-1], zone))
    if clipped is None:
        return
    starts, ends = clipped.starts_at.astimezone(zone), clipped.ends_at.astimezone(zone)
    day, last = starts.date(), local_day(clipped.ends_at - timedelta(microseconds=1), zone)
    while day <= last:
        opens = starts.hour * 60 + starts.minute if day == starts.date() else 0
        closes = ends.hour * 60 + ends.minute if day == ends.date() else MINUTES_OF_A_DAY
        if opens < closes:
            yield day, opens, closes
        day += timedelta(days=1)
