"""What columns are called in many tables of the file; a table says the rest itself."""

from collections.abc import Mapping
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

WORDS: Final[Mapping[str, str]] = {
    "id": marked("Kennung, die bleibt"),
    "slug": marked("Name in Adressen"),
    "space": marked("Standort (spaces.slug)"),
    "resource": marked("Platz oder Raum (resources.id)"),
    "person": marked("Person (people.id)"),
    "made_by": marked("wer von Ihnen für die Person gebucht hat (people.id)"),
    "name": marked("Name"),
    "email": marked("E-Mail-Adresse"),
    "phone": marked("Telefonnummer"),
    "street": marked("Straße und Hausnummer"),
    "postcode": marked("Postleitzahl"),
    "place": marked("Ort"),
    "language": marked("Sprache: de oder en"),
    "kind": marked("Art: desk, room, booth, parking oder equipment"),
    "role": marked("Aufgabe: front_desk, accountant oder operator_manager"),
    "position": marked("Stelle in der Reihenfolge"),
    "features": marked("was es gibt, geprüft"),
    "lacking": marked("was es sicher nicht gibt"),
    "internet_mbit": marked("gemessenes Internet in Mbit/s"),
    "internet_measured_on": marked("Tag der Messung"),
    "door_width_cm": marked("Breite der engsten Tür in cm"),
    "threshold_cm": marked("höchste Schwelle in cm"),
    "file": marked("Datei in diesem Archiv"),
    "alt_de": marked("Beschreibung des Bildes, deutsch"),
    "alt_en": marked("Beschreibung des Bildes, englisch"),
    "description_de": marked("Beschreibung, deutsch"),
    "description_en": marked("Beschreibung, englisch"),
    "text_de": marked("Text, deutsch"),
    "text_en": marked("Text, englisch"),
    "reason": marked("Grund"),
    "reason_de": marked("Grund, deutsch"),
    "reason_en": marked("Grund, englisch"),
    "edition": marked("Fassung, von 1 an gezählt"),
    "weekday": marked("Wochentag, Montag ist 1"),
    "day": marked("Tag am Standort"),
    "opens": marked("von, in Minuten seit Mitternacht der Uhr am Standort"),
    "closes": marked("bis, in Minuten seit Mitternacht der Uhr am Standort"),
    "starts_at": marked("Beginn"),
    "ends_at": marked("Ende; leer: ohne Ende"),
    "rrule": marked("Regel der Wiederholung (RFC 5545)"),
    "booking": marked("Buchung (bookings.id)"),
    "price_amount": marked("Preis in Cent"),
    "price_currency": marked("Währung"),
    "currency": marked("Währung"),
    "answer": marked("Antwort"),
    "answered_at": marked("wann beantwortet"),
    "valid_from": marked("ab wann es gilt"),
    "entered_at": marked("wann eingetragen"),
    "accepted_at": marked("wann angenommen"),
    "made_at": marked("wann angelegt"),
    "created_at": marked("wann angelegt"),
    "updated_at": marked("wann zuletzt geändert"),
    "expires_at": marked("bis wann es gilt"),
    "since": marked("seit wann"),
    "revoked_at": marked("wann zurückgenommen"),
    "retired_at": marked("wann aufgelöst"),
    "lifted_at": marked("wann aufgehoben"),
}


def word_of(table: ExportedTable, column: str) -> str:
    """What the column is. Raises KeyError where nobody says it."""
    return table.words.get(column) or WORDS[column]
