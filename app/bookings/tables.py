"""Bookings."""

from piccolo.columns import JSONB, BigInt, BigSerial, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.inventory.tables import Resource
from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL, personal

_HISTORY = "twelve months, then without the person"


class Booking(Table, tablename="booking"):
    """One reservation. Its time is held by claims of inventory while it is requested, held, confirmed or checked in."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the booking in addresses and calendars", _HISTORY))
    group_id = Text(default=None, null=True, help_text=NOT_PERSONAL)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who comes", _HISTORY),
    )
    status = Text(default="confirmed", help_text=NOT_PERSONAL)
    reason = Text(default=None, null=True, help_text=NOT_PERSONAL)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    note = Text(default="", help_text=personal("tell the space what the person wrote", _HISTORY))
    paid_by = Text(default="free", help_text=NOT_PERSONAL)
    price_amount = Integer(default=0)
    price_currency = Text(default="EUR", help_text=NOT_PERSONAL)
    sequence = Integer(default=0)
    purpose = Text(default="work", help_text=NOT_PERSONAL)
    commute_to = Text(
        default=None,
        null=True,
        help_text=personal("show, in sums from five up, which commutes were saved", "as long as the person's name"),
    )
    guest_phone = Text(
        default=None, null=True, help_text=personal("let the space call on the booking's day", "until that day is over")
    )
    made_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say which front desk booked for the person", _HISTORY),
    )
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class DeskHold(Table, tablename="desk_hold"):
    """A resource kept for a newcomer until the mailed link is opened; `choice` is all that was typed in.

    It has ended when it lapsed or became a booking. `link` is the mailed link's key.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    link = BigInt(default=None)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    choice = JSONB(default="{}", help_text=personal("book what the newcomer chose", "a day after it was held"))
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)
    booking = ForeignKey(Booking, null=True, on_delete=OnDelete.restrict, default=None)
