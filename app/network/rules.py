"""What a space can have, in words."""

from collections.abc import Mapping
from typing import Final

from app.kernel.refusals import marked

FEATURES: Final[Mapping[str, str]] = {
    "wifi": marked("WLAN"),
    "parking": marked("Parken am Haus"),
    "charging_point": marked("Ladesäule"),
    "step_free": marked("stufenlos"),
    "toilet_accessible": marked("barrierefreies WC"),
    "kitchen": marked("Teeküche"),
    "phone_booth": marked("Telefonkabine"),
    "meeting_room": marked("Besprechungsraum"),
    "printer": marked("Drucker"),
    "monitors": marked("Bildschirme"),
    "lockers": marked("Schließfächer"),
    "bike_parking": marked("Fahrradstellplatz"),
    "late_hours": marked("auch abends"),
}
"""The features of a space by which people filter, in the order in which they are shown."""
