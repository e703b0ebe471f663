"""What the tables of bookings hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

BOOKINGS: Final[Sequence[Section]] = (
    Section(
        "bookings",
        marked("Buchungen, mit allem, was dazu angegeben wurde"),
        "booking JOIN space ON space.id = booking.space JOIN resource ON resource.id = booking.resource"
        " LEFT JOIN organisation ON organisation.id = booking.organisation"
        " LEFT JOIN series ON series.id = booking.series WHERE booking.person = $1 ORDER BY booking.starts_at",
        {
            "id": "booking.public_id",
            "space": "space.name",
            "kind": "resource.kind",
            "resource": "resource.name",
            "starts_at": "booking.starts_at",
            "ends_at": "booking.ends_at",
            "status": "booking.status",
            "reason": "booking.reason",
            "note": "booking.note",
            "purpose": "booking.purpose",
            "commute_to": "booking.commute_to",
            "number_for_the_day": "booking.guest_phone",
            "people": "booking.people",
            "guests": "(SELECT array_agg(booking_guest.name) FROM booking_guest"
            " WHERE booking_guest.booking = booking.id)",
            "organisation": "organisation.name",
            "series": "series.public_id",
            "price": "booking.price_amount",
            "currency": "booking.price_currency",
            "paid_by": "booking.paid_by",
            "made_by_staff": "booking.made_by IS NOT NULL",
            "decided_by_staff": "booking.decided_by IS NOT NULL",
            "answer": "booking.answer",
            "checked_in_at": "booking.checked_in_at",
            "left_at": "booking.left_at",
            "told_at_short_notice_read_at": "(SELECT short_notice.read_at FROM short_notice"
            " WHERE short_notice.booking = booking.id)",
            "created_at": "booking.created_at",
            "updated_at": "booking.updated_at",
        },
    ),
    Section(
        "series",
        marked("Serien"),
        "series JOIN resource ON resource.id = series.resource JOIN space ON space.id = resource.space"
        " WHERE series.person = $1 ORDER BY series.id",
        {
            "id": "series.public_id",
            "space": "space.name",
            "resource": "resource.name",
            "first_starts_at": "series.starts_at",
            "first_ends_at": "series.ends_at",
            "rule": "series.rrule",
            "made_by_staff": "series.made_by IS NOT NULL",
            "created_at": "series.created_at",
        },
    ),
    Section(
        "waiting",
        marked("Wartelisten"),
        "waiting JOIN space ON space.id = waiting.space WHERE waiting.person = $1 ORDER BY waiting.id",
        {
            "id": "waiting.public_id",
            "space": "space.name",
            "kind": "waiting.kind",
            "starts_at": "waiting.starts_at",
            "ends_at": "waiting.ends_at",
            "books_itself": "waiting.books_itself",
            "choice": "waiting.choice",
            "status": "waiting.status",
            "reason": "waiting.reason",
            "created_at": "waiting.created_at",
        },
    ),
    Section(
        "booked_for_others",
        marked("Was Sie für andere in einem Team gebucht haben"),
        "team_act JOIN team ON team.id = team_act.team WHERE team_act.made_by = $1 ORDER BY team_act.id",
        {
            "team": "team.name",
            "day": "team_act.day",
            "made_at": "team_act.made_at",
            "called_off_at": "team_act.called_off_at",
        },
    ),
    Section(
        "booked_by_a_team",
        marked("Was ein Team für Sie gebucht hat oder buchen wollte"),
        "team_act_place JOIN team_act ON team_act.id = team_act_place.act JOIN team ON team.id = team_act.team"
        " LEFT JOIN booking ON booking.id = team_act_place.booking"
        " WHERE team_act_place.person = $1 ORDER BY team_act_place.id",
        {"team": "team.name", "day": "team_act.day", "booking": "booking.public_id"},
    ),
)
