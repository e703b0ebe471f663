"""What is booked and waited for at an operator's spaces, for the operator.

A person is named for twelve months after the end, and guests until the booking is over: no longer than the columns say
that the operator may know them (docs/decisions/0038-an-operator-leaves.md).
"""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

_LATELY: Final = "booking.ends_at > $2::timestamptz - interval '12 months'"
_OWN_ORGANISATION: Final = "organisation.operator = $1"

BOOKINGS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "bookings",
        "booking",
        marked("Buchungen an Ihren Standorten, auch abgesagte und vergangene"),
        "booking JOIN space ON space.id = booking.space JOIN resource ON resource.id = booking.resource"
        f" LEFT JOIN known ON known.person = booking.person AND {_LATELY}"
        " LEFT JOIN known AS maker ON maker.person = booking.made_by"
        " LEFT JOIN known AS decider ON decider.person = booking.decided_by"
        f" LEFT JOIN organisation ON organisation.id = booking.organisation AND {_OWN_ORGANISATION}"
        " LEFT JOIN (series JOIN resource AS of_series ON of_series.id = series.resource"
        " JOIN space AS there ON there.id = of_series.space)"
        " ON series.id = booking.series AND there.operator = $1"
        " LEFT JOIN booking AS next ON next.id = booking.taken_over_by AND next.space = booking.space"
        " LEFT JOIN charge ON charge.id = booking.charge AND charge.seller = $1"
        " WHERE space.operator = $1 ORDER BY booking.id",
        {
            "id": "booking.public_id",
            "group": "booking.group_id",
            "space": "space.slug",
            "resource": "resource.public_id",
            "person": "known.id",
            "status": "booking.status",
            "reason": "booking.reason",
            "starts_at": "booking.starts_at",
            "ends_at": "booking.ends_at",
            "people": "booking.people",
            "purpose": "booking.purpose",
            "note": f"CASE WHEN {_LATELY} THEN booking.note ELSE '' END",
            "paid_by": "booking.paid_by",
            "price_amount": "booking.price_amount",
            "price_currency": "booking.price_currency",
            "charge": "charge.public_id",
            "organisation": "organisation.public_id",
            "series": "series.public_id",
            "series_slot": "CASE WHEN series.id IS NOT NULL THEN booking.series_slot END",
            "made_by": "maker.id",
            "cancel_until": "booking.cancel_until",
            "decide_by": "booking.decide_by",
            "decided_by": "decider.id",
            "answer": f"CASE WHEN {_LATELY} THEN booking.answer ELSE '' END",
            "asked_at": "booking.asked_at",
            "coming_later_at": "booking.coming_later_at",
            "checked_in_at": "booking.checked_in_at",
            "left_at": "booking.left_at",
            "early_start_at": "booking.early_start_at",
            "is_late": "booking.is_late",
            "taken_over_by": "next.public_id",
            "created_at": "booking.created_at",
            "updated_at": "booking.updated_at",
        },
        {
            "group": marked("gemeinsame Kennung von Buchungen, die zusammen gemacht wurden"),
            "person": marked("wer kommt (people.id); leer, wenn die Buchung länger als zwölf Monate her ist"),
            "status": marked(
                "Stand: requested, held, confirmed, checked_in, completed, cancelled, no_show oder released"
            ),
            "people": marked("wie viele kommen"),
            "purpose": marked("wofür: work, club, course oder public"),
            "note": marked("was die Person dazu geschrieben hat"),
            "paid_by": marked("womit bezahlt wird"),
            "charge": marked("Betrag, der dafür bei Ihnen fällig wurde (charges.id)"),
            "organisation": marked("Verein, für den gebucht ist (organisations.id)"),
            "series": marked("Serie, zu der sie gehört (series.id)"),
            "series_slot": marked("Beginn nach der Regel der Serie"),
            "cancel_until": marked("bis wann kostenfrei abgesagt werden kann"),
            "decide_by": marked("bis wann über die Anfrage entschieden wird"),
            "decided_by": marked("wer entschieden hat (people.id); leer, wenn es niemand von Ihnen war"),
            "answer": marked("Antwort auf die Anfrage"),
            "asked_at": marked("wann gefragt wurde, ob die Person noch kommt"),
            "coming_later_at": marked("wann die Person gesagt hat, dass sie später kommt"),
            "checked_in_at": marked("wann angekommen"),
            "left_at": marked("wann gegangen"),
            "early_start_at": marked("wann der Beginn vor Ende der Widerrufsfrist verlangt wurde"),
            "is_late": marked("ob zu spät zurückgegeben"),
            "taken_over_by": marked("die Buchung, die den Platz danach genommen hat (bookings.id)"),
        },
    ),
    ExportedTable(
        "booking_guests",
        "booking_guest",
        marked("Namen der Gäste von Buchungen, die noch nicht vorbei sind"),
        "booking_guest JOIN booking ON booking.id = booking_guest.booking JOIN space ON space.id = booking.space"
        " WHERE space.operator = $1 AND booking.ends_at > $2 ORDER BY booking_guest.booking, booking_guest.position",
        {
            "booking": "booking.public_id",
            "name": "booking_guest.name",
            "position": "booking_guest.position",
        },
    ),
    ExportedTable(
        "series",
        "series",
        marked("Serien: die erste Buchung und die Regel, nach der sie wiederkommt"),
        "series JOIN resource ON resource.id = series.resource JOIN space ON space.id = resource.space"
        " LEFT JOIN known ON known.person = series.person"
        f" AND EXISTS (SELECT FROM booking WHERE booking.series = series.id AND {_LATELY})"
        " LEFT JOIN known AS maker ON maker.person = series.made_by"
        f" LEFT JOIN organisation ON organisation.id = series.organisation AND {_OWN_ORGANISATION}"
        " WHERE space.operator = $1 ORDER BY series.id",
        {
            "id": "series.public_id",
            "space": "space.slug",
            "resource": "resource.public_id",
            "person": "known.id",
            "organisation": "organisation.public_id",
            "starts_at": "series.starts_at",
            "ends_at": "series.ends_at",
            "rrule": "series.rrule",
            "skips_school_holidays": "series.skips_school_holidays",
            "made_by": "maker.id",
            "created_at": "series.created_at",
            "updated_at": "series.updated_at",
        },
        {
            "starts_at": marked("Beginn der ersten Buchung"),
            "ends_at": marked("Ende der ersten Buchung"),
            "skips_school_holidays": marked("ob sie in den Schulferien aussetzt"),
            "person": marked("wer kommt (people.id); leer, wenn die letzte Buchung länger als zwölf Monate her ist"),
            "organisation": marked("Verein, für den gebucht ist (organisations.id)"),
        },
    ),
    ExportedTable(
        "waiting",
        "waiting",
        marked("Wartelisten: wer worauf wartet und gewartet hat"),
        "waiting JOIN space ON space.id = waiting.space LEFT JOIN resource ON resource.id = waiting.resource"
        " LEFT JOIN resource AS offer ON offer.id = waiting.offered"
        " LEFT JOIN booking ON booking.id = waiting.booking AND booking.space = waiting.space"
        " LEFT JOIN known ON known.person = waiting.person WHERE space.operator = $1 ORDER BY waiting.id",
        {
            "id": "waiting.public_id",
            "space": "space.slug",
            "kind": "waiting.kind",
            "resource": "resource.public_id",
            "person": "known.id",
            "features": "waiting.features",
            "starts_at": "waiting.starts_at",
            "ends_at": "waiting.ends_at",
            "books_itself": "waiting.books_itself",
            "status": "waiting.status",
            "reason": "waiting.reason",
            "offered": "offer.public_id",
            "offered_at": "waiting.offered_at",
            "offer_expires_at": "waiting.offer_expires_at",
            "booking": "booking.public_id",
            "created_at": "waiting.created_at",
            "updated_at": "waiting.updated_at",
        },
        {
            "features": marked("was der Platz haben muss"),
            "books_itself": marked("ob sofort gebucht wird, wenn etwas frei wird"),
            "status": marked("Stand: waiting, offered, booked oder ended"),
            "offered": marked("was angeboten ist (resources.id)"),
            "offered_at": marked("wann angeboten"),
            "offer_expires_at": marked("bis wann das Angebot gilt"),
            "booking": marked("die Buchung, die daraus wurde (bookings.id)"),
        },
    ),
    ExportedTable(
        "short_notices",
        "short_notice",
        marked("Wer von einer kurzfristigen Absage wissen musste"),
        "short_notice JOIN booking ON booking.id = short_notice.booking JOIN space ON space.id = booking.space"
        " LEFT JOIN blocker ON blocker.id = short_notice.blocker AND blocker.space = booking.space"
        " WHERE space.operator = $1 ORDER BY short_notice.id",
        {
            "booking": "booking.public_id",
            "blocker": "blocker.public_id",
            "made_at": "short_notice.made_at",
            "read_at": "short_notice.read_at",
        },
        {
            "blocker": marked("der Schließtag (blockers.id)"),
            "read_at": marked("wann die Person es gelesen hat"),
        },
    ),
)
"""Bookings, and what belongs to them."""
