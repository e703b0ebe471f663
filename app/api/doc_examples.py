"""What the documentation asks as an example, by the name of the operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """Values for a route's path, query and body, which is JSON or a form; a file in a form is `@` and its name."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None


_MORNING: Final = {"starts_at": "2027-03-09T08:00:00+01:00", "ends_at": "2027-03-09T12:00:00+01:00"}
_ANY_DESK: Final = {"space": "regiohub-polch", "kind": "desk", **_MORNING}
_FEED: Final = {"feed_id": "t4n8c2r6y3hjq7ws"}
_SERIES: Final = {"series_id": "n3v8d5k2w9xqyc7h"}
_FIXED: Final = {"fixed_desk_id": "n5w8r3k7c2vtm4xp"}
_WAITING: Final = {"waiting_id": "h3v8d5n2r7kcm4xp"}
_BOOKING: Final = {"booking_id": "k7m2p9x4w3tqz8va"}
_SPACE: Final = {"slug": "regiohub-polch"}
_ROOM: Final = {"resource_id": "w5d9k3m7x2vpq8ta"}
_PHOTO: Final = {"photo_id": "d7x3k9m5t2wvq8pa"}
_ORDER: Final = {"order": ["d7x3k9m5t2wvq8pa", "b4n8r2t6y9kwm3qx"]}
_TEXTS: Final = {"alt_de": "Vier Schreibtische am Fenster zum Garten", "alt_en": "Four desks by the garden window"}
_REPORT: Final = {**_SPACE, "report_id": "q5t9w3k7m2xvr8pa"}
_GROUP: Final = {**_SPACE, "group_id": "h3w8t5m2k9xqv4pa"}
_PERSON: Final = "c6r2n9t4x7wmk3qa"
_NOTE: Final = {**_SPACE, "person_id": _PERSON, "note_id": "r9m4k7t2w5xqv3pa"}
_CLUB: Final = {**_SPACE, "organisation_id": "v9x4k7t2m5wqr8pa"}
_OPERATOR: Final = {"slug": "dorfwerk-maifeld"}
_BAR: Final = {**_OPERATOR, "bar_id": "y2k8t5w3m9xqv7pa"}
_WEBHOOK: Final = {**_OPERATOR, "webhook_id": "z6m3k8t4x2wvq9pa"}
_WEBHOOK_WANTED: Final = {
    "url": "https://haus.example/nahwerk",
    "events": ["booking.created", "booking.changed", "booking.cancelled"],
}
_TEAM: Final = {"team": "g4m8t2w6k9xqv3pa"}
_ACT: Final = {**_TEAM, "act": "s7k3m9x5t2wvq8pa"}
_FOR_TEAM: Final = {
    "members": ["e5t9w3k7m2xvr8pa", "u8m4k2t6w9xqv3pa"],
    "day": "2027-03-09",
    "spaces": ["regiohub-polch", "alte-post-andernach"],
}
_BLOCK: Final = {"reason": "Heizung wird repariert", **_MORNING}
_DESK: Final = {"kind": "desk", "name": "A1", "features": ["monitor"], "lacking": ["window"]}
_WEEK: Final = {"week": [{"weekday": 1, "openings": [{"opens": "08:00", "closes": "18:00"}]}]}

EXAMPLES: Final[Mapping[str, Example]] = {
    "find_places": Example(query={"q": "Münstermaifeld"}),
    "list_plans": Example(),
    "find_spaces": Example(query={"near": "56751", "radius_km": "30", "features": "wifi,parking", **_MORNING}),
    "show_space": Example(path={"slug": "regiohub-polch"}),
    "show_space_availability": Example(path={"slug": "regiohub-polch"}, query={**_MORNING, "kind": "desk"}),
    "show_resource_availability": Example(
        path={"resource_id": "w5d9k3m7x2vpq8ta"},
        query={"from": "2027-03-08T00:00:00+01:00", "to": "2027-03-15T00:00:00+01:00"},
    ),
    "show_space_times": Example(
        path={"slug": "regiohub-polch"},
        query={"from": "2027-03-01T00:00:00+01:00", "to": "2027-04-01T00:00:00+02:00", "kind": "room"},
    ),
    "show_occupancy": Example(
        path={"slug": "regiohub-polch"}, query={"from": "2027-03-01", "to": "2027-03-31", "by": "weekday"}
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
    "join_waiting_list": Example(body={**_ANY_DESK, "books_itself": True}),
    "list_waiting": Example(),
    "show_waiting": Example(path=_WAITING),
    "accept_offer": Example(path=_WAITING),
    "leave_waiting_list": Example(path=_WAITING),
    "leave_booking": Example(path=_BOOKING),
    "delay_booking": Example(path=_BOOKING),
    "list_requests": Example(path={"slug": "regiohub-polch"}),
    "approve_booking": Example(path=_BOOKING),
    "decline_booking": Example(path=_BOOKING, body={"answer": "An diesem Abend tagt der Gemeinderat."}),
    "list_teams": Example(),
    "show_team": Example(path=_TEAM, query={"name": "Weber"}),
    "make_team_quote": Example(path=_TEAM, body=_FOR_TEAM),
    "book_for_team": Example(path=_TEAM, body={**_FOR_TEAM, "agreed_price": 1900}),
    "list_team_bookings": Example(path=_TEAM),
    "show_team_booking": Example(path=_ACT),
    "cancel_team_booking": Example(path=_ACT),
    "show_me": Example(),
    "list_entitlements": Example(),
    "list_fixed_desks": Example(),
    "release_days": Example(path=_FIXED, body={"days": ["2027-03-12", "2027-03-19"]}),
    "take_back_day": Example(path={**_FIXED, "day": "2027-03-12"}),
    "show_space_rules": Example(path=_SPACE),
    "set_rules_of_kind": Example(path={**_SPACE, "kind": "room"}, body={"shortest": 60, "cancel_before": 120}),
    "drop_rules_of_kind": Example(path={**_SPACE, "kind": "room"}, query={"version": "1"}),
    "set_rules_of_resource": Example(path=_ROOM, body={"needs_approval": True}),
    "drop_rules_of_resource": Example(path=_ROOM, query={"version": "1"}),
    "show_parts": Example(path=_ROOM),
    "set_parts": Example(path=_ROOM, body={"parts": ["p8t3w6k2m9xqv5ra"]}),
    "list_equipment": Example(path=_SPACE),
    "add_equipment": Example(path=_SPACE, body={"name": "Beamer"}),
    "remove_equipment": Example(path={**_SPACE, "equipment_id": "p8t3w6k2m9xqv5ra"}),
    "list_blockers": Example(path=_SPACE),
    "preview_blocker": Example(path=_SPACE, body=_BLOCK),
    "make_blocker": Example(path=_SPACE, body={**_BLOCK, "state": "4f53cda18c2baa0c"}),
    "lift_blocker": Example(path={**_SPACE, "blocker_id": "x7q4m2t9k5wvr3pa"}),
    "list_resources": Example(path=_SPACE),
    "add_resource": Example(path=_SPACE, body=_DESK),
    "change_resource": Example(path=_ROOM, body={**_DESK, "kind": "room", "name": "Nette", "version": 1}),
    "preview_retirement": Example(path=_ROOM),
    "retire_resource": Example(path=_ROOM, body={"state": "4f53cda18c2baa0c"}),
    "bring_back_resource": Example(path={**_SPACE, **_ROOM}),
    "preview_hours": Example(path=_SPACE, body=_WEEK),
    "set_hours": Example(path=_SPACE, body={**_WEEK, "state": "4f53cda18c2baa0c"}),
    "list_groups": Example(path=_SPACE),
    "make_group": Example(path=_SPACE, body={"name": "Stammgäste"}),
    "show_group": Example(path=_GROUP),
    "retire_group": Example(path=_GROUP),
    "add_to_group": Example(path={**_GROUP, "person_id": _PERSON}),
    "take_from_group": Example(path={**_GROUP, "person_id": _PERSON}),
    "list_organisations": Example(path=_SPACE),
    "make_organisation": Example(path=_SPACE, body={"name": "TV Maifeld 1895", "responsible": _PERSON}),
    "change_responsible": Example(path=_CLUB, body={"responsible": _PERSON}),
    "retire_organisation": Example(path=_CLUB),
    "list_access_windows": Example(
        path=_SPACE, query={"from": "2027-03-09T00:00:00+01:00", "to": "2027-03-10T00:00:00+01:00"}
    ),
    "show_publication": Example(path=_SPACE),
    "publish_space": Example(path=_SPACE),
    "unpublish_space": Example(path=_SPACE),
    "show_evening_mail": Example(path=_SPACE),
    "set_evening_mail": Example(path=_SPACE, body={"is_wanted": True, "emails": ["huette@example.org"]}),
    "list_space_photos": Example(path=_SPACE),
    "add_space_photo": Example(path=_SPACE, form={"photo": "@saal.jpg", **_TEXTS}),
    "order_space_photos": Example(path=_SPACE, body=_ORDER),
    "describe_space_photo": Example(path={**_SPACE, **_PHOTO}, body=_TEXTS),
    "remove_space_photo": Example(path={**_SPACE, **_PHOTO}),
    "list_resource_photos": Example(path=_ROOM),
    "add_resource_photo": Example(path=_ROOM, form={"photo": "@nette.jpg", **_TEXTS}),
    "order_resource_photos": Example(path=_ROOM, body=_ORDER),
    "describe_resource_photo": Example(path={**_ROOM, **_PHOTO}, body=_TEXTS),
    "remove_resource_photo": Example(path={**_ROOM, **_PHOTO}),
    "list_notes": Example(path={**_SPACE, "person_id": _PERSON}),
    "write_note": Example(path={**_SPACE, "person_id": _PERSON}, body={"text": "Braucht die Rampe."}),
    "change_note": Example(path=_NOTE, body={"text": "Braucht die Rampe am Hintereingang."}),
    "delete_note": Example(path=_NOTE),
    "list_bars": Example(path=_OPERATOR, query={"person_id": _PERSON}),
    "list_bookings_ahead": Example(path={**_OPERATOR, "person_id": _PERSON}),
    "make_bar": Example(
        path=_OPERATOR,
        body={"person_id": _PERSON, "reason": "Wiederholt laut in der Kabine.", "last_day": "2027-06-30"},
    ),
    "show_bar": Example(path=_BAR),
    "lift_bar": Example(path=_BAR),
    "answer_objection": Example(path=_BAR, body={"answer": "Wir haben gesprochen.", "lifts": True}),
    "list_reports": Example(path=_SPACE, query={"state": "open"}),
    "show_report": Example(path=_REPORT),
    "show_report_photo": Example(path=_REPORT),
    "set_report_state": Example(path=_REPORT, body={"state": "in_hand"}),
    "answer_report": Example(path=_REPORT, body={"answer": "Der Monitor wird morgen getauscht."}),
    "preview_report_block": Example(path=_REPORT),
    "block_reported": Example(path=_REPORT, body={"state": "4f53cda18c2baa0c"}),
    "list_webhooks": Example(path=_OPERATOR),
    "add_webhook": Example(path=_OPERATOR, body=_WEBHOOK_WANTED),
    "change_webhook": Example(path=_WEBHOOK, body={**_WEBHOOK_WANTED, "is_active": False}),
    "remove_webhook": Example(path=_WEBHOOK),
    "rotate_webhook_secret": Example(path=_WEBHOOK),
    "test_webhook": Example(path=_WEBHOOK),
    "list_webhook_messages": Example(path=_WEBHOOK, query={"limit": "20"}),
    "resend_webhook_message": Example(path={**_WEBHOOK, "message_id": "m4q8t2w6k9xvr3pa"}),
    "list_feeds": Example(),
    "make_feed": Example(body={"kind": "person"}),
    "rotate_feed": Example(path=_FEED),
    "revoke_feed": Example(path=_FEED),
    "health_live": Example(),
    "health_ready": Example(),
}
