"""The mail to the hosts of a space in the evening: who comes tomorrow, and the link that closes the day."""

import hashlib
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.evening import Evening, evening_of, tomorrow_of
from app.bookings.front_desk import Arrival
from app.bookings.reminders import is_time_to_remind
from app.identity.queries import languages_of
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.network.evening_mail import EveningSetting, evening_settings, hosts_of
from app.network.queries import space_by_id
from app.notifications.booking_mails import short_day
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_HOSTS_READ: Final = "de"
"""Whoever has no account."""

_SUBJECTS: Final = (
    marked("Morgen, {day}: niemand in {space}"),
    marked("Morgen, {day}: 1 Gast in {space}"),
    marked("Morgen, {day}: {come} Gäste in {space}"),
)


async def tell_hosts(office: PostOffice, event: Event, now: datetime) -> None:
    """Writes to each host who comes tomorrow; of a day without guests only where that is wanted. Never at night."""
    space = await space_by_id(event.aggregate_id)
    if space is None or not is_time_to_remind(now, ZoneInfo(space.time_zone)):
        return
    setting = (await evening_settings([space.id])).get(space.id, EveningSetting())
    evening = await evening_of(space, tomorrow_of(space, now), now)
    if setting.is_wanted is False or evening.closing is not None:
        return
    if not evening.guests and not (setting.also_when_empty and evening.is_open):
        return
    hosts = hosts_of(space, setting)
    languages = await languages_of(hosts)
    for email in hosts:
        says = speaker(languages.get(email.lower(), _HOSTS_READ))
        await office.send(_letter(office, evening, email, says), now)


def _letter(office: PostOffice, evening: Evening, email: str, says: Speaker) -> Letter:
    space, day, come = evening.space, evening.day, len(evening.guests)
    host = hashlib.sha256(email.encode()).hexdigest()[:12]
    return Letter(
        key=f"evening-{space.slug}-{day:%Y%m%d}-{host}",
        to=Mailbox(space.name, email),
        person=None,
        language=says.language,
        subject=says.say(
            _SUBJECTS[min(come, 2)],
            day=short_day(day, says),
            come=come,
            space=space.name,
        ),
        template="evening",
        context={
            "day": day,
            "space": space,
            "guests": [_line(each, says) for each in evening.guests],
            "url": office.day_link(space, day, email),
            "end_url": office.no_more_evenings_link(space, email),
        },
    )


def _line(arrival: Arrival, says: Speaker) -> tuple[str, str]:
    """Who it is, and when and where; no number, which stands in the call list alone."""
    booking = arrival.booking
    opens, closes = (at.hour * 60 + at.minute for at in (booking.starts_at, booking.ends_at))
    same_day = booking.starts_at.date() == booking.ends_at.date() and closes > opens
    times = says.span(opens, closes if same_day else 24 * 60)
    what = says.word(label(booking.resource.kind, booking.resource.name))
    more = f" (+{booking.people - 1})" if booking.people > 1 else ""
    return f"{arrival.name}{more}", f"{times}, {what}"
