"""What a front desk or the network's telephone sees: who comes, and the people whom it looks after.

A person is in reach of a front desk that has entered the record, or where the person has booked; of the network's
telephone everybody. Beyond its reach a front desk finds nobody by name, and only the name of whoever says an exact
telephone number or e-mail address (docs/decisions/0020-front-desk-and-people.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from app.bookings.queries import BookingCard, bookings_where, guests_of
from app.bookings.rules import HOLDING, LONGEST, Status, is_that_day
from app.identity.merging import Merge, on_merge
from app.identity.queries import PHONE_DIGITS, people
from app.identity.reachability import REACHED
from app.identity.rules import Action, Actor, Reach, phone_digits
from app.inventory.rules import wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard, spaces_of_all
from app.platform.database import execute, fetch, fetch_row
from app.platform.rate_limits import Limit, hit

MOST_FOUND = 20
_SHORTEST_NAME = 2
_SHORTEST_NUMBER = 6

STRANGERS_ASKED = Limit("strangers_asked", 60, timedelta(hours=1))
"""Exact numbers and addresses of people out of reach that one front desk may try."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A person as staff sees it. Without `is_known` the person is out of reach, and nothing but the name is told.

    `email` is told only where staff has typed it in and nobody has confirmed it; `has_account` says that the person has
    confirmed one; from the address of who `is_unreachable` mails come back. `may_merge` is about this record alone.
    """

    id: int
    public_id: str
    name: str
    language: str
    is_known: bool
    has_account: bool
    gets_mails: bool
    is_unreachable: bool
    email: str | None
    phone: str | None
    municipality: str | None
    last_here: datetime | None
    asked_email: str | None
    may_merge: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One booking of a space's day; `phone` is the person's own number, on the day itself only, `guests` are names."""

    booking: BookingCard
    name: str
    person_public_id: str
    phone: str | None
    guests: Sequence[str] = ()


async def spaces_in_reach(actor: Actor) -> list[SpaceCard]:
    """The spaces for which the actor is a front desk, by name; bookings stand also where nobody can book any more."""
    return [
        space
        for space in await spaces_of_all()
        if actor.may(Action.SEE_SPACE_DAY, operator=space.operator.id, space=space.id)
    ]


async def day_of(space: SpaceCard, day: date, now: datetime) -> list[Arrival]:
    """All bookings that touch the day, by start and place, the cancelled ones too."""
    zone = ZoneInfo(space.time_zone)
    span = Period(wall_instant(day, 0, zone), wall_instant(day + timedelta(days=1), 0, zone))
    bookings = await bookings_where(
        "b.space = $1 AND b.starts_at > $2 AND b.starts_at < $3 AND b.ends_at > $4"
        " ORDER BY b.starts_at, r.position, r.id, b.id",
        space.id,
        span.starts_at - LONGEST,
        span.ends_at,
        span.starts_at,
    )
    known = await people({booking.person for booking in bookings})
    guests = await guests_of([booking.id for booking in bookings])
    return [
        Arrival(
            booking,
            known[booking.person].name,
            known[booking.person].public_id,
            booking.guest_phone if is_that_day(booking.period, zone, now) else None,
            guests.get(booking.id, ()),
        )
        for booking in bookings
    ]


async def booking_at(space: SpaceCard, public_id: str) -> BookingCard:
    """The booking with this id at this space. Raises NotFound."""
    found = await bookings_where("b.public_id = $1 AND b.space = $2", public_id, space.id)
    if not found:
        raise NotFound
    return found[0]


async def bookings_ahead(actor: Actor, person: int, now: datetime) -> list[BookingCard]:
    """What the person still has at the actor's spaces, by time."""
    reach = actor.reach(Action.SEE_SPACE_DAY)
    return await bookings_where(
        "b.person = $1 AND b.ends_at > $2 AND b.status = ANY($3)"
        " AND ($4 OR b.space = ANY($5::bigint[]) OR s.operator = ANY($6::bigint[]))"
        " ORDER BY b.starts_at, b.id LIMIT 50",
        person,
        now,
        list(HOLDING),
        *_bounds(reach),
    )


_HERE = """
    (SELECT max(b.starts_at) FROM booking b JOIN space s ON s.id = b.space
      WHERE b.person = p.id AND ($1 OR b.space = ANY($2::bigint[]) OR s.operator = ANY($3::bigint[])))
"""
_IN_REACH = f"""
    ($1 OR p.entered_at_space = ANY($2::bigint[]) OR p.entered_by_operator = ANY($3::bigint[]) OR {_HERE} IS NOT NULL)
"""
_LETTERS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("-", " "))
_NAME = "' ' || " + reduce(
    lambda text, letters: f"replace({text}, '{letters[0]}', '{letters[1]}')", _LETTERS, "lower(p.name)"
)
"""The name as `_Words` writes what was typed, each word behind a blank."""

_GUEST = f"""
    SELECT p.id, p.public_id, p.name, p.language, p.email, p.email_confirmed_at, p.phone, p.home_municipality,
           p.email IS NOT NULL AND NOT {REACHED} AS is_unreachable,
           p.entered_by_operator, p.entered_at_space, {_HERE} AS last_here, {_IN_REACH} AS is_known,
           (SELECT l.email FROM mailed_link l WHERE l.person = p.id AND l.purpose = 'confirm_email'
               AND l.used_at IS NULL AND l.expires_at > $4 ORDER BY l.id DESC LIMIT 1) AS asked_email
      FROM person p
"""  # noqa: S608
_BY_CONTACT = f"""
    p.id IN (SELECT p.id FROM person p WHERE {PHONE_DIGITS} = $5 AND p.phone IS NOT NULL
             UNION SELECT p.id FROM person p WHERE lower(p.email) = $6 AND p.retired_at IS NULL)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Words:
    """What was typed, read as a name and as a number or an address."""

    name: Sequence[str]
    digits: str | None
    email: str | None

    @classmethod
    def of(cls, text: str) -> "_Words":
        digits = phone_digits(text)
        is_number = len(digits) >= _SHORTEST_NUMBER and not re.search("[^0-9 +/()-]", text)
        plain = reduce(lambda plain, letters: plain.replace(*letters), _LETTERS, text.lower())
        words = ["".join(letter for letter in word if letter.isalnum() or letter in "'.") for word in plain.split()]
        email = text.strip().lower() if "@" in text else None
        return cls([] if is_number or email else [word for word in words if word], digits if is_number else None, email)


async def find_people(actor: Actor, text: str, now: datetime) -> list[Guest]:
    """Whom staff may mean by a name, or its beginning, a telephone number or an e-mail address; by name.

    Names are looked for in the actor's reach alone, numbers and addresses everywhere, whole ones only. Raises TooMany
    to whoever tries very many of them.
    """
    words = _Words.of(text)
    reach = actor.reach(Action.BOOK_FOR_OTHERS)
    if sum(map(len, words.name)) < _SHORTEST_NAME and words.digits is None and words.email is None:
        return []
    if not words.name and not reach.everywhere:
        await hit(STRANGERS_ASKED, str(actor.person), now)
    wanted: list[object]
    if words.name:
        which, wanted = f"{_NAME} LIKE ALL ($5::text[]) AND {_IN_REACH}", [[f"% {word}%" for word in words.name]]
    else:
        which, wanted = _BY_CONTACT, [words.digits, words.email]
    rows = await fetch(
        f"{_GUEST} WHERE p.retired_at IS NULL AND {which} ORDER BY p.name, p.id LIMIT {MOST_FOUND}",
        *_bounds(reach),
        now,
        *wanted,
    )
    return [_guest(actor, row) for row in rows]


async def guest(actor: Actor, public_id: str, now: datetime, said: str = "") -> Guest:
    """The person with this id: in the actor's reach, or one whose exact number or address is `said`.

    A record that was merged leads to the one that stayed. Raises NotFound.
    """
    words = _Words.of(said)
    row = await fetch_row(
        f"""{_GUEST} WHERE p.id = (SELECT coalesce(merged_into, id) FROM person WHERE public_id = $5)
               AND p.retired_at IS NULL AND ({_IN_REACH} OR {PHONE_DIGITS} = $6 OR lower(p.email) = $7)""",  # noqa: S608
        *_bounds(actor.reach(Action.BOOK_FOR_OTHERS)),
        now,
        public_id,
        words.digits,
        words.email,
    )
    if row is None:
        raise NotFound
    return _guest(actor, row)


def _guest(actor: Actor, row: Mapping[str, Any]) -> Guest:
    is_known, has_account = bool(row["is_known"]), row["email_confirmed_at"] is not None
    return Guest(
        id=row["id"],
        public_id=row["public_id"],
        name=row["name"],
        language=row["language"],
        is_known=is_known,
        has_account=has_account,
        gets_mails=row["email"] is not None,
        is_unreachable=is_known and row["is_unreachable"],
        email=row["email"] if is_known and not has_account else None,
        phone=row["phone"] if is_known else None,
        municipality=row["home_municipality"] if is_known else None,
        last_here=row["last_here"],
        asked_email=row["asked_email"] if is_known else None,
        may_merge=actor.may(Action.MERGE_PEOPLE, operator=row["entered_by_operator"], space=row["entered_at_space"]),
    )


def _bounds(reach: Reach) -> tuple[bool, list[int], list[int]]:
    return reach.everywhere, list(reach.spaces), list(reach.operators)


async def forget_guest_numbers(now: datetime) -> int:
    """Erases guests' own numbers when the booking's day is over (the space's clock) or it was given back; how many.

    Who has to be called because the day was closed keeps it until that day is over.
    """
    return await execute(
        "UPDATE booking b SET guest_phone = NULL FROM space s WHERE s.id = b.space AND b.guest_phone IS NOT NULL"
        " AND (b.status = ANY($2) AND NOT EXISTS (SELECT FROM short_notice n WHERE n.booking = b.id) OR b.ends_at <= $1"
        " AND ((b.ends_at - interval '1 microsecond') AT TIME ZONE s.time_zone)::date"
        " < ($1 AT TIME ZONE s.time_zone)::date)",
        now,
        [Status.CANCELLED, Status.RELEASED],
    )


async def forget_guests(now: datetime) -> int:
    """Deletes the names of guests 30 days after their booking; how many."""
    return await execute("DELETE FROM booking_guest WHERE forget_at <= $1", now)


_MOVED = (
    *("booking.person", "booking.made_by", "booking.decided_by"),
    *("series.person", "series.made_by", "waiting.person"),
)


@on_merge(*_MOVED)
async def _move_bookings(merge: Merge) -> None:
    for reference in _MOVED:
        table, column = reference.split(".")
        await execute(f"UPDATE {table} SET {column} = $1 WHERE {column} = $2", merge.kept, merge.gone)  # noqa: S608
