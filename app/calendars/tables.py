"""Calendar feeds, and the events of bookings and series as bytes."""

from piccolo.columns import BigSerial, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.bookings.tables import Booking, Series
from app.identity.tables import Person
from app.inventory.tables import Resource
from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL, personal
from app.teams.tables import Team


class Feed(Table, tablename="feed"):
    """An address at which one calendar can be read by whoever knows it; one owner, one scope, read-only."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    kind = Text(default="person", help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose calendar it is, or who subscribed to it", "until revoked, then 30 days"),
    )
    resource = ForeignKey(Resource, null=True, on_delete=OnDelete.restrict, default=None)
    space = ForeignKey(Space, null=True, on_delete=OnDelete.restrict, default=None)
    team = ForeignKey(Team, null=True, on_delete=OnDelete.restrict, default=None)
    language = Text(default="de", help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)
    rotated_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)
    last_fetched_at = Timestamptz(default=None, null=True)
    last_fetched_by = Text(
        default=None,
        null=True,
        help_text=personal("show which program reads the calendar", "until the next fetch"),
    )
    content_tag = Text(default=None, null=True, help_text=NOT_PERSONAL)
    content_changed_at = Timestamptz(default=None, null=True)


class KeptEvent(Table, tablename="kept_event"):
    """A booking's VEVENT in one language, built once for each of its sequences.

    `places` is the sum of the versions of its resource and its space, whose names stand in it; `form` says which
    version of the event's text and which public address wrote it.
    """

    id = BigSerial(primary_key=True)
    booking = ForeignKey(Booking, null=False, on_delete=OnDelete.restrict, default=None)
    language = Text(default="de", help_text=NOT_PERSONAL)
    sequence = Integer(default=0)
    places = Integer(default=0)
    form = Text(default="", help_text=NOT_PERSONAL)
    content = Bytea(default=b"", help_text=personal("show the booking in the person's calendar", "as the booking"))


class KeptSeries(Table, tablename="kept_series"):
    """A series' VEVENTs in one feed, built once for each `version` of what they say.

    They hold the dates of the feed's person alone. `events` is how many they are, `zone` the time zone that they need,
    `form` as in KeptEvent.
    """

    id = BigSerial(primary_key=True)
    feed = ForeignKey(Feed, null=False, on_delete=OnDelete.restrict, default=None)
    series = ForeignKey(Series, null=False, on_delete=OnDelete.restrict, default=None)
    version = Text(default="", help_text=NOT_PERSONAL)
    form = Text(default="", help_text=NOT_PERSONAL)
    zone = Text(default="", help_text=NOT_PERSONAL)
    events = Integer(default=0)
    content = Bytea(default=b"", help_text=personal("show the series in the person's calendar", "as its bookings"))
