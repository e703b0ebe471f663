"""Reads of holds: what is kept for a newcomer, and all that was chosen with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.bookings.queries import BOOKED_PLACE, BookedResource, BookedSpace, resource_from, space_from
from app.bookings.rules import Purpose, comfort
from app.inventory.queries import that_fit
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import fetch, fetch_row, fetch_value


class Choice(msgspec.Struct, frozen=True):
    """What was typed in beside the time; `any_of_kind` says that any resource with these features was wanted.

    `by_staff` that a front desk chose it for somebody.
    """

    name: str = ""
    any_of_kind: bool = False
    features: frozenset[str] = frozenset()
    note: str = ""
    purpose: Purpose | None = None
    commute_to: str | None = None
    guest_phone: str = ""
    house_rules: int | None = None
    people: int = 1
    guests: tuple[str, ...] = ()
    by_staff: bool = False
    pays: str | None = None
    agreed_price: int | None = None
    early_start: bool = False


@dataclass(frozen=True, slots=True)
class HeldDesk:
    """A resource that is kept, or was; `booking` is the public id of what became of it.

    Where it `needs_approval` the mailed link asks for it, and its space decides.
    """

    id: int
    public_id: str
    link: int
    email: str
    resource: BookedResource
    space: BookedSpace
    period: Period
    choice: Choice
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    booking: str | None
    booked_by: int | None
    needs_approval: bool

    def lives_at(self, now: datetime) -> bool:
        """Whether it is still kept."""
        return self.ended_at is None and now < self.expires_at

    @property
    def starts_at(self) -> datetime:
        """The start on the space's clock."""
        return self.period.starts_at.astimezone(self.space.zone)

    @property
    def ends_at(self) -> datetime:
        """The end on the space's clock."""
        return self.period.ends_at.astimezone(self.space.zone)

    @property
    def until(self) -> datetime:
        """Until when it is kept, on the space's clock."""
        return self.expires_at.astimezone(self.space.zone)


_HOLD = f"""
    SELECT h.id, h.public_id, h.link, l.email, h.starts_at, h.ends_at, h.choice::text AS choice, h.created_at,
           h.expires_at, h.ended_at, b.public_id AS booking_public_id, b.person AS booked_by,
           coalesce(q.needs_approval, false) AS needs_approval,
           {BOOKED_PLACE}
      FROM desk_hold h
      JOIN mailed_link l ON l.id = h.link
      JOIN resource r ON r.id = h.resource
      JOIN space s ON s.id = r.space
      JOIN operator o ON o.id = s.operator
      LEFT JOIN booking_rules q ON q.id = r.rules
      LEFT JOIN booking b ON b.id = h.booking
"""  # noqa: S608


async def hold_by_id(hold: int) -> HeldDesk | None:
    """The hold with this key, for jobs."""
    return _hold(await fetch_row(f"{_HOLD} WHERE h.id = $1", hold))


async def hold_by_public_id(public_id: str) -> HeldDesk | None:
    """The hold with this id; only the browser that made it may see who was typed in."""
    return _hold(await fetch_row(f"{_HOLD} WHERE h.public_id = $1", public_id))


async def hold_of_person(person: int, public_id: str) -> HeldDesk | None:
    """The hold with this id, if it was made with this person's confirmed address."""
    return _hold(
        await fetch_row(
            f"{_HOLD} JOIN person p ON lower(p.email) = l.email"
            " WHERE h.public_id = $2 AND p.id = $1 AND p.email_confirmed_at IS NOT NULL",
            person,
            public_id,
        )
    )


async def hold_of_link(link: int, *, locked: bool = False) -> HeldDesk | None:
    """What a mailed link books; `locked` keeps others from ending it until the transaction ends."""
    return _hold(await fetch_row(f"{_HOLD} WHERE h.link = $1{' FOR UPDATE OF h' if locked else ''}", link))


async def hold_of_token(token_hash: bytes) -> HeldDesk | None:
    """What a mailed link was for, whether it still works or not."""
    return _hold(await fetch_row(f"{_HOLD} WHERE l.token_hash = $1", token_hash))


async def free_but_for_holds(
    space: int,
    kind: Kind,
    period: Period,
    now: datetime,
    words: Collection[str] = (),
    *,
    person: int | None = None,
    hold: str = "",
) -> list[BookedResource]:
    """Like `free_resources`; holds and offers that are over count as gone, and so do this person's and the hold named.

    `hold` is the public id of one that counts as gone whosever it is.
    """
    fitting, values = that_fit(words, 8)
    rows = await fetch(
        f"""
        SELECT r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
               r.capacity, r.features, coalesce(r.rules, 0) AS rules, r.parts
          FROM resource r
          LEFT JOIN booking_rules q ON q.id = r.rules
         WHERE r.space = $1 AND r.kind = $2 AND r.retired_at IS NULL AND NOT EXISTS (
               SELECT FROM claim c
                WHERE c.resource = ANY(r.id || r.parts)
                  AND c.starts_at < $4::timestamptz + make_interval(mins => coalesce(q.buffer_after, 0))
                  AND c.ends_at > $3::timestamptz - make_interval(mins => coalesce(q.buffer_before, 0))
                  AND NOT (c.reason = 'hold' AND EXISTS (
                      SELECT FROM desk_hold h JOIN mailed_link l ON l.id = h.link
                       WHERE h.id = c.holder
                         AND (h.expires_at <= $6 OR h.public_id = $7
                              OR l.email = (SELECT lower(email) FROM person WHERE id = $5))
                  ))
                  AND NOT (c.reason = 'offer' AND EXISTS (
                      SELECT FROM waiting w WHERE w.id = c.holder AND (w.offer_expires_at <= $6 OR w.person = $5)
                  ))
         ){fitting}
         ORDER BY r.position, r.id
        """,  # noqa: S608
        space,
        kind,
        period.starts_at,
        period.ends_at,
        person,
        now,
        hold,
        *values,
    )
    return sorted((resource_from(row) for row in rows), key=lambda resource: -comfort(resource.features))


async def held_until(resource: int, period: Period, now: datetime) -> datetime | None:
    """Until when the resource is merely held for, or offered to, somebody who has not booked yet."""
    until: datetime | None = await fetch_value(
        "SELECT max(coalesce(h.expires_at, w.offer_expires_at)) FROM claim c"
        " LEFT JOIN desk_hold h ON h.id = c.holder AND c.reason = 'hold' AND h.expires_at > $4"
        " LEFT JOIN waiting w ON w.id = c.holder AND c.reason = 'offer' AND w.offer_expires_at > $4"
        " WHERE c.resource = $1 AND c.starts_at < $3 AND c.ends_at > $2 AND c.reason IN ('hold', 'offer')",
        resource,
        period.starts_at,
        period.ends_at,
        now,
    )
    return until


def _hold(row: Mapping[str, Any] | None) -> HeldDesk | None:
    if row is None:
        return None
    return HeldDesk(
        id=row["id"],
        public_id=row["public_id"],
        link=row["link"],
        email=row["email"],
        resource=resource_from(row),
        space=space_from(row),
        period=Period(row["starts_at"], row["ends_at"]),
        choice=msgspec.json.decode(row["choice"], type=Choice),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        booking=row["booking_public_id"],
        booked_by=row["booked_by"],
        needs_approval=row["needs_approval"],
    )
