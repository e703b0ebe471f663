"""How an operator's spaces were used, in sums of days, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

_HOURS: Final = ("available", "booked", "used")
_SUMS: Final = (
    *("available_minutes", "booked_minutes", "used_minutes", "no_show_minutes", "late_minutes", "unnoted_minutes"),
    *("outside_minutes", "cancelled_minutes", "bookings", "arrivals", "no_shows", "late", "unnoted", "cancellations"),
)

INSIGHTS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "occupancy_days",
        "occupancy_day",
        marked("Auslastung: die Summen eines Tages je Standort und Art"),
        "occupancy_day JOIN space ON space.id = occupancy_day.space WHERE space.operator = $1"
        " ORDER BY occupancy_day.space, occupancy_day.day, occupancy_day.kind",
        {
            "space": "space.slug",
            "day": "occupancy_day.day",
            "kind": "occupancy_day.kind",
            **{name: f"occupancy_day.{name}" for name in (*_HOURS, "lead", *_SUMS, "opened")},
        },
        {
            "available": marked("verfügbare Minuten je Stunde der Uhr, von 0 bis 23"),
            "booked": marked("gebuchte Minuten je Stunde der Uhr"),
            "used": marked("genutzte Minuten je Stunde der Uhr"),
            "lead": marked("Buchungen nach dem Vorlauf, in den Stufen der Auslastung"),
            "available_minutes": marked("verfügbare Minuten"),
            "booked_minutes": marked("gebuchte Minuten"),
            "used_minutes": marked("genutzte Minuten"),
            "no_show_minutes": marked("Minuten, zu denen niemand kam"),
            "late_minutes": marked("Minuten, die zu spät zurückgegeben wurden"),
            "unnoted_minutes": marked("Minuten, bei denen niemand das Ankommen vermerkt hat"),
            "outside_minutes": marked("Minuten außerhalb der Öffnungszeiten"),
            "cancelled_minutes": marked("abgesagte Minuten"),
            "bookings": marked("Buchungen"),
            "arrivals": marked("davon angekommen"),
            "no_shows": marked("davon nicht gekommen"),
            "late": marked("davon zu spät zurückgegeben"),
            "unnoted": marked("davon ohne Vermerk"),
            "cancellations": marked("abgesagte Buchungen"),
            "opened": marked("Öffnungen des Tages, in Minuten seit Mitternacht paarweise"),
        },
    ),
)
"""Sums of days that are over."""
