"""What the documentation asks as an example, by the name of the operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """Values for a route's path, query and body."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


_MORNING: Final = {"starts_at": "2027-03-09T08:00:00+01:00", "ends_at": "2027-03-09T12:00:00+01:00"}
_ANY_DESK: Final = {"space": "regiohub-polch", "kind": "desk", **_MORNING}
_FEED: Final = {"feed_id": "t4n8c2r6y3hjq7ws"}
_SERIES: Final = {"series_id": "n3v8d5k2w9xqyc7h"}
_WAITING: Final = {"waiting_id": "h3v8d5n2r7kcm4xp"}
_BOOKING: Final = {"booking_id": "k7m2p9x4w3tqz8va"}

EXAMPLES: Final[Mapping[str, Example]] = {
    "find_places": Example(query={"q": "Münstermaifeld"}),
    "find_spaces": Example(query={"near": "56751", "radius_km": "30", "features": "wifi,parking", **_MORNING}),
    "show_space": Example(path={"slug": "regiohub-polch"}),
    "show_space_availability": Example(path={"slug": "regiohub-polch"}, query={**_MORNING, "kind": "desk"}),
    "show_resource_availability": Example(
        path={"resource_id": "w5d9k3m7x2vpq8ta"},
        query={"from": "2027-03-08T00:00:00+01:00", "to": "2027-03-15T00:00:00+01:00"},
    ),
    "make_quote": Example(body=_ANY_DESK),
    "make_booking": Example(body={**_ANY_DESK, "note": "Komme gegen halb neun."}),
    "make_bookings_together": Example(
        body={"bookings": [{"space": "regiohub-polch", "kind": kind, **_MORNING} for kind in ("room", "parking")]}
    ),
    "list_bookings": Example(query={"from": "2027-03-01T00:00:00+01:00", "status": "confirmed"}),
    "show_booking": Example(path=_BOOKING),
    "change_booking": Example(path=_BOOKING, body={"ends_at": "2027-03-09T14:00:00+01:00"}),
    "cancel_booking": Example(path=_BOOKING),
    "check_in_booking": Example(path=_BOOKING),
    "make_series": Example(body={**_ANY_DESK, "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=10", "on_conflict": "another"}),
    "show_series": Example(path=_SERIES),
    "change_series": Example(path=_SERIES, body={"from": "2027-03-23", "ends_at": "2027-03-23T14:00:00+01:00"}),
    "cancel_series": Example(path=_SERIES, body={"from": "2027-04-01", "to": "2027-04-14"}),
    "join_waiting_list": Example(body={**_ANY_DESK, "books_itself": "true"}),
    "list_waiting": Example(),
    "show_waiting": Example(path=_WAITING),
    "accept_offer": Example(path=_WAITING),
    "leave_waiting_list": Example(path=_WAITING),
    "show_me": Example(),
    "list_feeds": Example(),
    "make_feed": Example(body={"kind": "person"}),
    "rotate_feed": Example(path=_FEED),
    "revoke_feed": Example(path=_FEED),
    "health_live": Example(),
    "health_ready": Example(),
}
