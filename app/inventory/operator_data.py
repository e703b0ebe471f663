"""What can be booked at an operator's spaces and when, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import Attached, ExportedTable

_RULES: Final = "coalesce(ruled.public_id, space.slug || '/' || booking_rules.kind)"
"""Rules have no id of their own: they are those of a resource, or of a kind at a space."""


def _resources(keys: str, own: str) -> str:
    """The ids of the resources with these keys, in the keys' order; `own` is their space."""
    return (
        f"ARRAY(SELECT resource.public_id FROM unnest({keys}) WITH ORDINALITY AS part (key, place)"  # noqa: S608
        f" JOIN resource ON resource.id = part.key AND resource.space = {own} ORDER BY part.place)"
    )


INVENTORY: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "resources",
        "resource",
        marked("Schreibtische, Räume, Kabinen, Parkplätze und Ausstattung, auch aufgelöste"),
        "resource JOIN space ON space.id = resource.space LEFT JOIN floor_plan ON floor_plan.id = resource.floor_plan"
        " LEFT JOIN booking_rules ON booking_rules.id = resource.rules"
        " LEFT JOIN resource AS ruled ON ruled.id = booking_rules.resource"
        " WHERE space.operator = $1 ORDER BY resource.id",
        {
            "id": "resource.public_id",
            "space": "space.slug",
            "kind": "resource.kind",
            "name": "resource.name",
            "position": "resource.position",
            "capacity": "resource.capacity",
            "features": "resource.features",
            "lacking": "resource.lacking",
            "internet_mbit": "resource.internet_mbit",
            "internet_measured_on": "resource.internet_measured_on",
            "door_width_cm": "resource.door_width_cm",
            "threshold_cm": "resource.threshold_cm",
            "floor": "floor_plan.public_id",
            "placement": "resource.placement",
            "rules": f"CASE WHEN booking_rules.id IS NOT NULL THEN {_RULES} END",
            "parts": _resources("resource.parts", "space.id"),
            "direct_parts": _resources("resource.direct_parts", "space.id"),
            "since": "resource.since",
            "retired_at": "resource.retired_at",
        },
        {
            "capacity": marked("für wie viele Menschen"),
            "floor": marked("Etage, auf der der Platz gezeichnet ist (floor_plans.id)"),
            "placement": marked("wo und wie er gezeichnet ist"),
            "rules": marked("Regeln, die gelten (booking_rules.id)"),
            "parts": marked("was mit gebucht wird (resources.id)"),
            "direct_parts": marked("woraus er besteht oder was er mitbringt (resources.id)"),
            "since": marked("seit wann es ihn gibt; leer: so lange wie den Standort"),
        },
    ),
    ExportedTable(
        "resource_photos",
        "resource_photo",
        marked("Bilder der Plätze und Räume"),
        "resource_photo JOIN resource ON resource.id = resource_photo.resource JOIN space ON space.id = resource.space"
        " WHERE space.operator = $1 ORDER BY resource_photo.resource, resource_photo.position, resource_photo.id",
        {
            "id": "resource_photo.public_id",
            "resource": "resource.public_id",
            "file": "'files/' || resource_photo.file",
            "alt_de": "resource_photo.alt_de",
            "alt_en": "resource_photo.alt_en",
            "position": "resource_photo.position",
        },
        attached=Attached("file", stored="resource_photo.file"),
    ),
    ExportedTable(
        "floor_plans",
        "floor_plan",
        marked("Grundrisse: eine Zeile je Etage, mit Zeichnung und Bild"),
        "floor_plan JOIN space ON space.id = floor_plan.space WHERE space.operator = $1 ORDER BY floor_plan.id",
        {
            "id": "floor_plan.public_id",
            "space": "space.slug",
            "name": "floor_plan.name",
            "name_en": "floor_plan.name_en",
            "drawing": "floor_plan.drawing",
            "position": "floor_plan.position",
            "file": "'files/' || floor_plan.picture",
            "picture_width": "floor_plan.picture_width",
            "picture_height": "floor_plan.picture_height",
            "picture_shown": "floor_plan.picture_shown",
        },
        {
            "name_en": marked("Name, englisch"),
            "drawing": marked("Wände, Fenster, Türen, Räume und Möbel; eine Einheit ist 1,5 cm"),
            "picture_width": marked("Breite des Bildes in Einheiten"),
            "picture_height": marked("Höhe des Bildes in Einheiten"),
            "picture_shown": marked("ob Gäste das Bild sehen"),
        },
        attached=Attached("file", stored="floor_plan.picture"),
    ),
    ExportedTable(
        "booking_rules",
        "booking_rules",
        marked("Regeln fürs Buchen: einer Art am Standort, oder eines einzelnen Platzes"),
        "booking_rules JOIN space ON space.id = booking_rules.space"
        " LEFT JOIN resource AS ruled ON ruled.id = booking_rules.resource"
        " WHERE space.operator = $1 ORDER BY booking_rules.id",
        {
            "id": _RULES,
            "space": "space.slug",
            "kind": "booking_rules.kind",
            "resource": "ruled.public_id",
            **{
                name: f"booking_rules.{name}"
                for name in (
                    *("shortest", "longest", "grid", "day_parts", "days_ahead", "own_members_days", "notice"),
                    *("buffer_before", "buffer_after", "most_open", "who"),
                )
            },
            "groups": "ARRAY(SELECT person_group.public_id FROM person_group"
            " WHERE person_group.id = ANY(booking_rules.groups) AND person_group.operator = $1 ORDER BY 1)",
            **{
                name: f"booking_rules.{name}"
                for name in (
                    *("cancel_before", "needs_approval", "decide_within", "most_guests", "outside_hours"),
                    *("no_show_after",),
                )
            },
        },
        {
            "id": marked("Kennung: die des Platzes, oder Standort und Art"),
            "resource": marked("der Platz, dessen Regeln es sind; leer: alle der Art (resources.id)"),
            "shortest": marked("kürzeste Buchung in Minuten"),
            "longest": marked("längste Buchung in Minuten"),
            "grid": marked("Raster in Minuten"),
            "day_parts": marked("nur diese Teile des Tages, in Minuten seit Mitternacht"),
            "days_ahead": marked("so viele Tage im Voraus"),
            "own_members_days": marked("eigene Mitglieder so viele Tage früher"),
            "notice": marked("spätestens so viele Minuten vorher"),
            "buffer_before": marked("Puffer davor in Minuten"),
            "buffer_after": marked("Puffer danach in Minuten"),
            "most_open": marked("so viele offene Buchungen je Person"),
            "who": marked("wer buchen darf: everyone, members oder groups"),
            "groups": marked("Gruppen, die buchen dürfen (groups.id)"),
            "cancel_before": marked("bis so viele Minuten vorher kostenfrei absagen"),
            "needs_approval": marked("ob der Standort bestätigt"),
            "decide_within": marked("in so vielen Minuten wird entschieden"),
            "most_guests": marked("so viele Gäste dürfen mitkommen"),
            "outside_hours": marked(
                "wer außerhalb der Öffnungszeiten bucht: nobody, organisations, memberships oder everyone"
            ),
            "no_show_after": marked("nach so vielen Minuten gilt als nicht gekommen"),
        },
    ),
    ExportedTable(
        "devices",
        "device",
        marked("Raumanzeigen, Eingangstafeln und Türsysteme, ohne ihre Schlüssel"),
        "device JOIN space ON space.id = device.space LEFT JOIN resource ON resource.id = device.resource"
        " LEFT JOIN known ON known.person = device.walk_in WHERE space.operator = $1 ORDER BY device.id",
        {
            "id": "device.public_id",
            "space": "space.slug",
            "kind": "device.kind",
            "name": "device.name",
            "resource": "resource.public_id",
            "walk_in": "known.id",
            "shows_names": "device.shows_names",
            "opens_before": "device.opens_before",
            "created_at": "device.created_at",
            "paired_at": "device.paired_at",
            "last_seen_at": "device.last_seen_at",
            "revoked_at": "device.revoked_at",
        },
        {
            "kind": marked("display: Raumanzeige, kiosk: Eingangstafel, door: Tür"),
            "walk_in": marked("Eintrag ohne Namen, auf den an der Tür gebucht wird (people.id)"),
            "shows_names": marked("ob Namen zu sehen sind"),
            "opens_before": marked("so viele Minuten vor einer Buchung geht die Tür auf"),
            "paired_at": marked("wann gekoppelt"),
            "last_seen_at": marked("wann zuletzt gesehen"),
        },
    ),
    ExportedTable(
        "reports",
        "report",
        marked("Meldungen von Schäden und Fragen, mit Bild, Kontakt und Antwort"),
        "report JOIN space ON space.id = report.space LEFT JOIN resource ON resource.id = report.resource"
        " WHERE space.operator = $1 ORDER BY report.id",
        {
            "id": "report.public_id",
            "space": "space.slug",
            "resource": "resource.public_id",
            "about": "report.about",
            "said": "report.said",
            "file": "CASE WHEN report.photo IS NOT NULL THEN 'files/report-' || report.public_id || '.webp' END",
            "email": "report.email",
            "phone": "report.phone",
            "language": "report.language",
            "state": "report.state",
            "created_at": "report.created_at",
            "closed_at": "report.closed_at",
            "answer": "report.answer",
            "answered_at": "report.answered_at",
            "told_at": "report.told_at",
        },
        {
            "about": marked("worum es geht: broken, cold, dirt oder question"),
            "said": marked("was gemeldet wurde"),
            "email": marked("E-Mail-Adresse für die Antwort"),
            "phone": marked("Telefonnummer für die Antwort"),
            "state": marked("Stand: open, in_hand oder done"),
            "closed_at": marked("wann erledigt"),
            "told_at": marked("wann Ihr Team eine E-Mail darüber bekam"),
        },
        attached=Attached("file", content="report.photo"),
    ),
)
"""What stands at the spaces."""
