"""A booking before it stands: what was typed in, and the rows that it becomes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.bookings.candidates import Candidate
from app.bookings.decision import Wish
from app.bookings.facts import Facts
from app.bookings.payment import PaidRows
from app.bookings.queries import BookingCard
from app.bookings.rules import Purpose, Status, default_purpose
from app.identity.audit import new_entry
from app.identity.rules import Actor
from app.network.groups import OrganisationCard
from app.platform.new_rows import NewRow
from app.platform.outbox import new_event
from app.platform.random_ids import new_public_id

GUESTS_KEPT_FOR: Final = timedelta(days=30)
"""After the booking's end; then their names are deleted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking but for its resource."""

    person: int
    facts: Facts
    wish: Wish
    note: str
    purpose: Purpose | None
    commute_to: str | None
    guest_phone: str | None
    guests: tuple[str, ...] = ()
    organisation: OrganisationCard | None = None
    early_start: bool = False

    @property
    def counts_open(self) -> bool:
        """Whether a rule limits how many bookings the person may hold: then nobody else may add one meanwhile."""
        return any(rules.most_open for rules in self.facts.rules.values())

    def booking(self, candidate: Candidate, *, made_by: int | None) -> BookingCard:
        """The booking of this candidate. Where nothing was said of the commute, it is the person's usual one."""
        resource, decision = candidate.resource, candidate.decision
        purpose = Purpose.CLUB if self.organisation else default_purpose(resource.kind, resource.capacity)
        return BookingCard(
            id=self.facts.next_booking,
            public_id=new_public_id(),
            person=self.person,
            status=decision.status,
            reason=None,
            resource=resource,
            space=self.facts.space,
            period=self.wish.period,
            note=self.note,
            paid_by=decision.paid_by,
            price=decision.price,
            sequence=0,
            purpose=self.purpose or purpose,
            commute_to=self.facts.usual_commute if self.commute_to is None else self.commute_to or None,
            guest_phone=self.guest_phone,
            made_by=made_by,
            created_at=self.wish.now,
            updated_at=self.wish.now,
            people=max(self.wish.people, 1 + len(self.guests)),
            organisation=self.organisation.name if self.organisation else None,
            cancel_until=decision.cancel_until,
            decide_by=decision.decide_by,
            due_at=decision.due_at,
            no_show_at=decision.no_show_at,
        )

    def rows(self, booking: BookingCard, actor: Actor | None, paid: PaidRows, **columns: object) -> list[NewRow]:
        """What pays, the booking with further columns, its guests, its entry in the audit trail and its event.

        Without an actor it is booked by itself.
        """
        now = self.wish.now
        event = "booking.requested" if booking.status is Status.REQUESTED else "booking.confirmed"
        return [
            *self.bare_rows(booking, paid, **columns),
            new_entry("booking.made", "booking", booking.id, actor, now, **for_whom(actor, booking.person)),
            new_event(event, "booking", booking.id, now),
        ]

    def bare_rows(self, booking: BookingCard, paid: PaidRows, **columns: object) -> list[NewRow]:
        """What pays, the booking with further columns and its guests, of which nothing is told yet."""
        if self.organisation is not None:
            columns |= {"organisation": self.organisation.id}
        if self.early_start and booking.price.amount:
            columns |= {"early_start_at": booking.created_at}
        columns |= paid.columns
        return [
            *paid.rows,
            _new_booking(booking, columns),
            *new_guests(booking.id, self.guests, booking.period.ends_at),
        ]


def new_guests(booking: int, guests: tuple[str, ...], ends_at: datetime) -> list[NewRow]:
    """The rows of a booking's guests."""
    return [
        NewRow(
            "booking_guest",
            {"booking": booking, "name": name, "position": position, "forget_at": ends_at + GUESTS_KEPT_FOR},
        )
        for position, name in enumerate(guests)
    ]


def for_whom(actor: Actor | None, person: int) -> dict[str, object]:
    """What the audit trail says beside who acted, where that was somebody else, or nobody."""
    return {} if actor is not None and person == actor.person else {"whom": person}


def by_staff(actor: Actor, person: int) -> dict[str, int]:
    """What an event says where staff has acted for the person, so that its mail can say so."""
    return {} if person == actor.person else {"staff": actor.person}


def _new_booking(booking: BookingCard, columns: dict[str, object]) -> NewRow:
    """Columns that a plain booking leaves empty are named only where they are not."""
    rare = {
        "people": booking.people if booking.people > 1 else None,
        "cancel_until": booking.cancel_until,
        "decide_by": booking.decide_by,
        "due_at": booking.due_at,
        "no_show_at": booking.no_show_at,
    }
    return NewRow(
        "booking",
        {
            "id": booking.id,
            "public_id": booking.public_id,
            "resource": booking.resource.id,
            "space": booking.space.id,
            "person": booking.person,
            "status": booking.status,
            "starts_at": booking.period.starts_at,
            "ends_at": booking.period.ends_at,
            "note": booking.note,
            "paid_by": booking.paid_by,
            "price_amount": booking.price.amount,
            "price_currency": booking.price.currency,
            "sequence": booking.sequence,
            "purpose": booking.purpose,
            "commute_to": booking.commute_to,
            "guest_phone": booking.guest_phone,
            "made_by": booking.made_by,
            "created_at": booking.created_at,
            "updated_at": booking.updated_at,
            **{name: value for name, value in rare.items() if value is not None},
            **columns,
        },
    )
