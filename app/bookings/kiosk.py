"""Arriving at the kiosk of a space without signing in: by the code on the slip or by the end of a telephone number.

Who is expected is never listed, and an answer names no person.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.bookings.arrivals import check_in
from app.bookings.at_a_device import acting
from app.bookings.availability import count_bookable
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import LONGEST, Status, check_check_in, is_that_day, window_at
from app.bookings.settling import settle_at
from app.identity.queries import PHONE_DIGITS
from app.identity.rules import phone_digits
from app.inventory.devices import DeviceCard
from app.inventory.queries import Count, SpaceClock, SpaceWindow, hours_of
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import Refusal, marked, passes
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.database import fetch
from app.platform.rate_limits import Limit, hit, take_back

CODE_LENGTH: Final = 6
"""So many characters of a booking's id are its code: the slip shows them, and they say nothing elsewhere."""

FEWEST_DIGITS: Final = 4
TRIES: Final = Limit("kiosk_tries", 20, timedelta(minutes=10))
"""How often what is typed into one kiosk may be wrong."""


class NothingExpected(Refusal):
    """Nothing that was typed fits a booking of today here."""

    code = "nothing_expected"
    text = marked(
        "Dazu haben wir heute hier keine Buchung gefunden. Bitte prüfen Sie die Eingabe, oder fragen Sie uns."
    )


class SaidTooLittle(Refusal):
    code = "said_too_little"
    text = marked("Bitte geben Sie den Code vom Zettel ein, oder die letzten {fewest} Ziffern Ihrer Telefonnummer.")


class SaidAmbiguously(Refusal):
    """The number's end fits several people."""

    code = "said_ambiguously"
    text = marked("Das passt zu mehreren Buchungen. Bitte geben Sie mehr Ziffern ein.")


def kiosk_code(public_id: str) -> str:
    """The booking's code as the slip shows it."""
    code = public_id[:CODE_LENGTH].upper()
    return f"{code[:3]} {code[3:]}"


async def arrive_by(device: DeviceCard, said: str, now: datetime) -> list[BookingCard]:
    """Notes the arrival of whoever this code or telephone number belongs to, with all that is booked for now.

    Raises SaidTooLittle, NothingExpected, SaidAmbiguously, TooMany after many wrong tries, and as `check_in` for who
    comes too early.
    """
    await hit(TRIES, device.public_id, now)
    await settle_at(device.space, now)
    found = await _meant(device.space, said, now)
    await take_back(TRIES, device.public_id, now)
    ready = [booking for booking in found if booking.status is Status.CHECKED_IN or _may_arrive(booking, now)]
    return [await check_in(acting(device), booking.public_id, now, for_others=True) for booking in ready or found[:1]]


async def free_now(space: SpaceCard, now: datetime) -> Count | None:
    """How many desks are free for the next hour, None while the space is closed."""
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    today = local_day(now, clock.zone)
    hours = await hours_of([clock], today, today)
    hour = Period(now, now + timedelta(hours=1))
    window = window_at(hours[space.id].periods_within(hour), hour, now)
    if window is None or window.starts_at > now:
        return None
    [count] = await count_bookable([SpaceWindow(space.id, window)], Kind.DESK, hours, now, person=None)
    return count


async def _meant(space: int, said: str, now: datetime) -> list[BookingCard]:
    today = [
        booking
        for booking in await _bookings_around(space, now)
        if is_that_day(booking.period, booking.space.zone, now)
    ]
    code = re.sub("[^0-9a-z]", "", said.lower())
    by_code = [one for one in today if len(code) >= CODE_LENGTH and one.public_id.startswith(code)]
    if len(by_code) == 1:
        return by_code
    digits = phone_digits(said)
    is_number = re.fullmatch(r"[0-9 +/()-]*", said) is not None
    if len(code) < CODE_LENGTH and not (is_number and len(digits) >= FEWEST_DIGITS):
        raise SaidTooLittle(field="wer", fewest=FEWEST_DIGITS)
    by_phone = await _reached_by(today, digits) if is_number else []
    if not by_phone:
        raise NothingExpected(field="wer")
    if len({booking.person for booking in by_phone}) > 1:
        raise SaidAmbiguously(field="wer")
    return by_phone


async def _bookings_around(space: int, now: datetime) -> list[BookingCard]:
    return await bookings_where(
        "b.space = $1 AND b.starts_at > $2 AND b.starts_at < $3 AND b.ends_at > $4 AND b.status = ANY($5)"
        " ORDER BY b.starts_at, b.id",
        space,
        now - LONGEST,
        now + LONGEST,
        now,
        [Status.CONFIRMED, Status.CHECKED_IN, Status.NO_SHOW],
    )


async def _reached_by(bookings: Sequence[BookingCard], digits: str) -> list[BookingCard]:
    """Those whose person, or the number left for the day, is reached by a number that ends so."""
    rows = await fetch(
        f"SELECT p.id FROM person p WHERE p.id = ANY($1::bigint[]) AND right({PHONE_DIGITS}, $3) = $2",  # noqa: S608
        [booking.person for booking in bookings],
        digits,
        len(digits),
    )
    reached = {row["id"] for row in rows}
    return [
        booking
        for booking in bookings
        if booking.person in reached or phone_digits(booking.guest_phone or "").endswith(digits)
    ]


def _may_arrive(booking: BookingCard, now: datetime) -> bool:
    return passes(check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, now)
