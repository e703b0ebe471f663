"""Who has to be reached because a day was closed shortly before: the call list, and that somebody has read of it.

The link in the mail notes that its reader has read it, and does nothing else
(docs/decisions/0021-links-that-act-without-signing-in.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.bookings.queries import BookingCard, bookings_by_id
from app.identity.queries import people
from app.identity.reachability import REACHED, unreachable_people
from app.inventory.blockers import BlockerCard
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from app.platform.random_ids import id_signed, signed_id
from app.platform.rate_limits import Limit, address_key, hit

SHORT: Final = timedelta(hours=12)
"""A day that is closed so shortly before somebody comes is told by telephone, too."""

KEPT_FOR: Final = timedelta(days=7)

USES: Final = Limit("read_link", 120, timedelta(minutes=15))
"""Uses of such links from one network address, right ones and wrong ones."""

_PURPOSE: Final = "read link"


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to be reached; `phone` is the number for this day or the person's own, None without any."""

    bookings: Sequence[BookingCard]
    name: str
    phone: str | None
    gets_mails: bool
    read_at: datetime | None


async def note_short_notice(blocker: int, bookings: Sequence[BookingCard], now: datetime) -> None:
    """Puts all of them on the call list of this closing where the first comes within SHORT; without that those alone
    whom no mail reaches. Call it in the transaction that cancels them."""
    if not bookings:
        return
    known = await people({booking.person for booking in bookings})
    is_short = min(booking.period.starts_at for booking in bookings) - now < SHORT
    unreached = await unreachable_people(known) | {key for key, person in known.items() if person.email is None}
    listed = [booking.id for booking in bookings if is_short or booking.person in unreached]
    await execute(
        "INSERT INTO short_notice (booking, blocker, made_at) SELECT id, $2, $3 FROM unnest($1::bigint[]) AS id"
        " ON CONFLICT DO NOTHING",
        listed,
        blocker,
        now,
    )


async def call_list(blocker: BlockerCard, now: datetime) -> list[Call]:
    """Who was to come that day and has to be reached: who gets no mail first, who has read it last.

    Empty when the day is over: the numbers are shown for this alone. Who may see it, the caller decides.
    """
    if blocker.period.ends_at <= now:
        return []
    rows = await fetch(
        f"SELECT n.booking, n.read_at, p.name, coalesce(b.guest_phone, p.phone) AS phone, {REACHED} AS gets_mails"  # noqa: S608
        " FROM short_notice n JOIN booking b ON b.id = n.booking"
        " JOIN person p ON p.id = b.person WHERE n.blocker = $1",
        blocker.id,
    )
    of_person: dict[int, list[BookingCard]] = {}
    for card in await bookings_by_id([row["booking"] for row in rows]):
        of_person.setdefault(card.person, []).append(card)
    said = {row["booking"]: row for row in rows}
    calls = [_call(cards, [said[card.id] for card in cards]) for cards in of_person.values()]
    return sorted(
        calls, key=lambda call: (call.read_at is not None, call.gets_mails, call.bookings[0].period.starts_at)
    )


def _call(cards: Sequence[BookingCard], said: Sequence[Mapping[str, Any]]) -> Call:
    """One line for all of a person's bookings that day."""
    phone = next((each["phone"] for each in said if each["phone"]), None)
    return Call(cards, said[0]["name"], phone, said[0]["gets_mails"], said[0]["read_at"])


async def with_calls(blockers: Sequence[int]) -> set[int]:
    """Which of these closings have somebody on their list."""
    rows = await fetch("SELECT DISTINCT blocker FROM short_notice WHERE blocker = ANY($1::bigint[])", list(blockers))
    return {row["blocker"] for row in rows}


def read_token(public_id: str, key: bytes) -> str:
    """What stands in the link with which the person of this booking says that he has read of it."""
    return signed_id(key, _PURPOSE, public_id)


async def is_on_call_list(booking: int) -> bool:
    """Whether the mail asks its reader to say that it was read."""
    found: bool = await fetch_value("SELECT EXISTS (SELECT FROM short_notice WHERE booking = $1)", booking)
    return found


async def notice_of_token(
    token: str, now: datetime, *, key: bytes, address: str
) -> tuple[BookingCard, datetime | None]:
    """The cancelled booking of such a link, and when its person has said so. Raises NotFound, TooMany."""
    await hit(USES, address_key(address), now)
    public_id = id_signed(key, _PURPOSE, token)
    rows = await fetch(
        "SELECT n.booking, n.read_at FROM short_notice n JOIN booking b ON b.id = n.booking"
        " WHERE b.public_id = $1 AND b.ends_at > $2",
        public_id or "",
        now,
    )
    if not rows:
        raise NotFound
    [card] = await bookings_by_id([rows[0]["booking"]])
    return card, rows[0]["read_at"]


async def confirm_read(token: str, now: datetime, *, key: bytes, address: str) -> None:
    """Notes once that the person has read of it, of all that he had booked that day. Raises NotFound, TooMany."""
    booking, _ = await notice_of_token(token, now, key=key, address=address)
    await execute(
        "UPDATE short_notice n SET read_at = $3 FROM booking b WHERE b.id = n.booking AND b.person = $2"
        " AND n.blocker = (SELECT blocker FROM short_notice WHERE booking = $1) AND n.read_at IS NULL",
        booking.id,
        booking.person,
        now,
    )


async def forget_old_notices(now: datetime) -> int:
    """Deletes who had to be reached a week after that day; how many."""
    return await execute(
        "DELETE FROM short_notice n USING booking b WHERE b.id = n.booking AND b.ends_at < $1", now - KEPT_FOR
    )
