"""What can be booked, when it is open, where it stands, and what holds its time."""

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL, personal


class FloorPlan(Table, tablename="floor_plan"):
    """The drawing of one floor of a space (app/inventory/floor_plans.py has its shapes).

    A picture may lie under it from the upper left corner, `picture_width` and `picture_height` units large; its file is
    addressed by its content. Guests see it while it is `picture_shown`.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default="", help_text=NOT_PERSONAL)
    name_en = Text(default="", help_text=NOT_PERSONAL)
    drawing = JSONB(default="{}", help_text=NOT_PERSONAL)
    position = Integer(default=0)
    picture = Text(default=None, null=True, help_text=NOT_PERSONAL)
    picture_width = Integer(default=0)
    picture_height = Integer(default=0)
    picture_shown = Boolean(default=True)
    version = Integer(default=1)


class BookingRules(Table, tablename="booking_rules"):
    """Rules for booking a kind at a space, or one resource of it (app/inventory/booking_rules.py), mostly in minutes.

    What a resource obeys is what its `rules` points to; those of its kind have no `resource`.
    """

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    resource: ForeignKey["Resource"] = ForeignKey("Resource", null=True, on_delete=OnDelete.restrict, default=None)
    shortest = SmallInt(default=15)
    longest = SmallInt(default=1440)
    grid = SmallInt(default=15)
    day_parts = JSONB(default="[]", help_text=NOT_PERSONAL)
    days_ahead = SmallInt(default=400)
    own_members_days = SmallInt(default=0)
    notice = Integer(default=0)
    buffer_before = SmallInt(default=0)
    buffer_after = SmallInt(default=0)
    most_open = SmallInt(default=None, null=True)
    who = Text(default="everyone", help_text=NOT_PERSONAL)
    groups = Array(BigInt(), default=list, help_text=NOT_PERSONAL)
    cancel_before = Integer(default=0)
    needs_approval = Boolean(default=False)
    decide_within = Integer(default=2880)
    most_guests = SmallInt(default=None, null=True)
    outside_hours = Text(default="nobody", help_text=NOT_PERSONAL)
    no_show_after = SmallInt(default=None, null=True)
    version = Integer(default=1)


class Resource(Table, tablename="resource"):
    """A desk, room, booth or parking place, or equipment, which comes with what has it among its `parts`.

    Features and measures are checked or not as those of a space. Booking a resource claims its `parts` as well: what it
    was said to consist of or to bring along (`direct_parts`), and the parts of these. Without `since` it has been there
    as long as its space.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Text(default="desk", help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    position = Integer(default=0)
    capacity = SmallInt(default=1)
    features = Array(Text(), default=list, help_text=NOT_PERSONAL)
    lacking = Array(Text(), default=list, help_text=NOT_PERSONAL)
    internet_mbit = Integer(default=None, null=True)
    internet_measured_on = Date(default=None, null=True)
    door_width_cm = SmallInt(default=None, null=True)
    threshold_cm = SmallInt(default=None, null=True)
    floor_plan = ForeignKey(FloorPlan, null=True, on_delete=OnDelete.restrict, default=None)
    placement = JSONB(default=None, null=True, help_text=NOT_PERSONAL)
    rules = ForeignKey(BookingRules, null=True, on_delete=OnDelete.restrict, default=None)
    parts = Array(BigInt(), default=list, help_text=NOT_PERSONAL)
    direct_parts = Array(BigInt(), default=list, help_text=NOT_PERSONAL)
    since = Timestamptz(default=None, null=True)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class ResourcePhoto(Table, tablename="resource_photo"):
    """A picture of a resource; the file is addressed by its content."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    file = Text(default=None, help_text=NOT_PERSONAL)
    alt_de = Text(default="", help_text=NOT_PERSONAL)
    alt_en = Text(default="", help_text=NOT_PERSONAL)
    position = Integer(default=0)


class WeeklyHours(Table, tablename="weekly_hours"):
    """One opening on one weekday (1 is Monday), wall time in minutes since midnight; 1440 is midnight at the end."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    weekday = SmallInt(default=None)
    opens = SmallInt(default=None)
    closes = SmallInt(default=None)


class HoursException(Table, tablename="hours_exception"):
    """What holds on one day instead of the week's hours; without times the space is closed that day."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    day = Date(default=None)
    opens = SmallInt(default=None, null=True)
    closes = SmallInt(default=None, null=True)
    reason_de = Text(default="", help_text=NOT_PERSONAL)
    reason_en = Text(default="", help_text=NOT_PERSONAL)


class StaffedHours(Table, tablename="staffed_hours"):
    """When somebody of the operator's is there on a weekday; written like `WeeklyHours`."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    weekday = SmallInt(default=None)
    opens = SmallInt(default=None)
    closes = SmallInt(default=None)


class StaffedException(Table, tablename="staffed_exception"):
    """When somebody is there on one day instead; without times nobody is."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    day = Date(default=None)
    opens = SmallInt(default=None, null=True)
    closes = SmallInt(default=None, null=True)


class NoisyEvent(Table, tablename="noisy_event"):
    """Something that will be heard at the desks: a rehearsal, a market, building work."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    what_de = Text(default=None, help_text=NOT_PERSONAL)
    what_en = Text(default="", help_text=NOT_PERSONAL)


class Blocker(Table, tablename="blocker"):
    """Time in which these resources, or without any the whole space, cannot be booked; `rrule` repeats it.

    One that `closes` a day stands beside the exception of that day's hours and holds all resources; `hours_before` are
    the exceptions that held until then, which come back when it is lifted.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    resources = Array(BigInt(), default=list, help_text=NOT_PERSONAL)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    rrule = Text(default=None, null=True, help_text=NOT_PERSONAL)
    reason_de = Text(default=None, help_text=NOT_PERSONAL)
    reason_en = Text(default="", help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)
    lifted_at = Timestamptz(default=None, null=True)
    closes = Date(default=None, null=True)
    hours_before = JSONB(default="[]", help_text=NOT_PERSONAL)


class Claim(Table, tablename="claim"):
    """A resource's time held for [starts_at, ends_at), by what (`holder`) and why (`reason`).

    The constraint `claim_no_overlap` is the promise that nothing is given away twice. Holders of other capabilities
    stand by key without foreign key; a claim that ends is deleted.
    """

    id = BigSerial(primary_key=True)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    reason = Text(default="booking", help_text=NOT_PERSONAL)
    holder = BigInt(default=None)


class Device(Table, tablename="device"):
    """A display at a room, a kiosk at the entrance, or a door system; its token opens its own pages alone.

    Until it is paired it has a code instead, which expires. `walk_in` is the record that holds what is booked at the
    door, one for each space; `opens_before` is how many minutes before a booking a door opens.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    resource = ForeignKey(Resource, null=True, on_delete=OnDelete.restrict, default=None)
    walk_in = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("hold what is booked at the door; the record names nobody", "as long as the space"),
    )
    shows_names = Boolean(default=False)
    opens_before = SmallInt(default=15)
    pairing_hash = Bytea(default=None, null=True, help_text=NOT_PERSONAL)
    pairing_expires_at = Timestamptz(default=None, null=True)
    token_hash = Bytea(default=None, null=True, help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)
    paired_at = Timestamptz(default=None, null=True)
    last_seen_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)


class Departure(Table, tablename="departure"):
    """That a booking (by its public id) was moved from this space to another, so that the doors here learn it."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    booking = Text(default=None, help_text=personal("tell doors whom they let in no more", "31 days"))
    left_at = Timestamptz(default=None)


class Report(Table, tablename="report"):
    """What somebody found broken, cold or dirty at a space or at one resource of it, or asked there.

    Who reports needs no account, so nobody is named but by a contact of one's own accord. The photo stands in the row,
    so that it goes with it.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    resource = ForeignKey(Resource, null=True, on_delete=OnDelete.restrict, default=None)
    about = Text(default=None, help_text=NOT_PERSONAL)
    said = Text(default=None, help_text=personal("let the space mend or answer it", "30 days after it is closed"))
    photo = Bytea(
        default=None, null=True, help_text=personal("show the space what is meant", "30 days after it is closed")
    )
    email = Text(default=None, null=True, help_text=personal("send the answer", "30 days after it is closed"))
    phone = Text(default=None, null=True, help_text=personal("call with the answer", "30 days after it is closed"))
    language = Text(default=None, help_text=NOT_PERSONAL)
    state = Text(default="open", help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)
    closed_at = Timestamptz(default=None, null=True)
    answer = Text(default="", help_text=personal("know what was answered", "30 days after it is closed"))
    answered_at = Timestamptz(default=None, null=True)
    told_at = Timestamptz(default=None, null=True)
