"""Bookings."""

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Charge
from app.identity.tables import Person
from app.inventory.tables import Blocker, Resource
from app.network.tables import Organisation, Space
from app.plans.contract_tables import Declaration
from app.plans.tables import Entitlement
from app.platform.personal_data import NOT_PERSONAL, personal

_HISTORY = "twelve months, then without the person"
_WAITED = "twelve months"


class Series(Table, tablename="series"):
    """A recurring booking: the first slot and the rule by which it comes back (RFC 5545), in the space's wall time."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the series in addresses and calendars", _HISTORY))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who comes", _HISTORY),
    )
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict, default=None)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    rrule = Text(default=None, help_text=NOT_PERSONAL)
    skips_school_holidays = Boolean(default=False)
    sequence = Integer(default=0)
    made_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say which front desk booked for the person", _HISTORY),
    )
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Booking(Table, tablename="booking"):
    """One reservation. `early_start_at` is when a consumer said to want what he pays for before the days to withdraw
    are over, knowing that this ends the right; `withdrawn_by` is the declaration that has taken the order back.

    Its time is held by claims of inventory while it is requested, held, confirmed or checked in.

    `series_slot` is the start that the series' rule gives it, wherever it was moved. Until `cancel_until` it can be
    given back as if it had never been. `due_at` is when something happens to it by itself: the end of a request's time
    (`decide_by`), the question whether the person still comes, its release as a no-show (from `no_show_at` on). One
    that was released too late (`is_late`) counts, unless somebody else takes the place over.
    """

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
    entitlement = ForeignKey(Entitlement, null=True, on_delete=OnDelete.restrict, default=None)
    charge = ForeignKey(Charge, null=True, on_delete=OnDelete.restrict, default=None)
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
    people = SmallInt(default=1)
    organisation = ForeignKey(Organisation, null=True, on_delete=OnDelete.restrict, default=None)
    series = ForeignKey(Series, null=True, on_delete=OnDelete.restrict, default=None)
    series_slot = Timestamptz(default=None, null=True)
    cancel_until = Timestamptz(default=None, null=True)
    decide_by = Timestamptz(default=None, null=True)
    decided_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff decided", _HISTORY),
    )
    answer = Text(default="", help_text=personal("say why a request was declined", _HISTORY))
    due_at = Timestamptz(default=None, null=True)
    no_show_at = Timestamptz(default=None, null=True)
    asked_at = Timestamptz(default=None, null=True)
    coming_later_at = Timestamptz(default=None, null=True)
    checked_in_at = Timestamptz(
        default=None, null=True, help_text=personal("know who is in, and how much is used", _HISTORY)
    )
    left_at = Timestamptz(default=None, null=True, help_text=personal("know who is in, and how much is used", _HISTORY))
    is_late = Boolean(default=False)
    early_start_at = Timestamptz(default=None, null=True)
    taken_over_by: ForeignKey["Booking"] = ForeignKey("self", null=True, on_delete=OnDelete.restrict, default=None)
    withdrawn_by = ForeignKey(Declaration, null=True, on_delete=OnDelete.restrict, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class BookingGuest(Table, tablename="booking_guest"):
    """Somebody whom the person brings along."""

    id = BigSerial(primary_key=True)
    booking = ForeignKey(Booking, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default=None, help_text=personal("tell the front desk who comes", "30 days after the booking"))
    position = SmallInt(default=0)
    forget_at = Timestamptz(default=None)


class Waiting(Table, tablename="waiting"):
    """A place in line for a resource, a kind or (without kind) whatever a space has, in a window of time.

    `choice` is what a booking would be made with. While it is `offered`, a claim holds the place until
    `offer_expires_at`.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the place in line in addresses", _WAITED))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who waits", _WAITED),
    )
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Text(default=None, null=True, help_text=NOT_PERSONAL)
    resource = ForeignKey(Resource, null=True, on_delete=OnDelete.restrict, default=None)
    features = Array(Text(), default=list, help_text=NOT_PERSONAL)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    books_itself = Boolean(default=False)
    choice = JSONB(default="{}", help_text=personal("book what the person chose", "as long as the person waits"))
    status = Text(default="waiting", help_text=NOT_PERSONAL)
    reason = Text(default=None, null=True, help_text=NOT_PERSONAL)
    offered = ForeignKey(Resource, null=True, on_delete=OnDelete.restrict, default=None)
    offered_at = Timestamptz(default=None, null=True)
    offer_expires_at = Timestamptz(default=None, null=True)
    booking = ForeignKey(Booking, null=True, on_delete=OnDelete.restrict, default=None)
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


class ShortNotice(Table, tablename="short_notice"):
    """That a booking was cancelled so late that its person has to be reached, and when he has read of it."""

    id = BigSerial(primary_key=True)
    booking = ForeignKey(Booking, null=False, on_delete=OnDelete.restrict, default=None)
    blocker = ForeignKey(Blocker, null=False, on_delete=OnDelete.restrict, default=None)
    made_at = Timestamptz(default=None)
    read_at = Timestamptz(
        default=None, null=True, help_text=personal("know whom to call", "a week after the booking's day")
    )
