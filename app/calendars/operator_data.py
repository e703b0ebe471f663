"""Which calendars of an operator's spaces are subscribed to, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

CALENDARS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "calendar_addresses",
        "feed",
        marked("Kalenderadressen Ihrer Standorte und Räume, ohne die Adressen selbst"),
        "feed LEFT JOIN resource ON resource.id = feed.resource"
        " JOIN space ON space.id = coalesce(feed.space, resource.space)"
        " LEFT JOIN known ON known.person = feed.person WHERE space.operator = $1 ORDER BY feed.id",
        {
            "id": "feed.public_id",
            "kind": "feed.kind",
            "space": "space.slug",
            "resource": "resource.public_id",
            "person": "known.id",
            "language": "feed.language",
            "created_at": "feed.created_at",
            "rotated_at": "feed.rotated_at",
            "revoked_at": "feed.revoked_at",
            "last_fetched_at": "feed.last_fetched_at",
        },
        {
            "kind": marked("wessen Zeit sie zeigt: resource oder space"),
            "person": marked("wer sie angelegt hat (people.id)"),
            "rotated_at": marked("wann die Adresse erneuert wurde"),
            "last_fetched_at": marked("wann zuletzt gelesen"),
        },
    ),
)
"""Subscriptions, which end with the operator."""
