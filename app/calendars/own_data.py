"""What the tables of calendars hold about a person, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

CALENDARS: Final[Sequence[Section]] = (
    Section(
        "calendar_addresses",
        marked("Kalenderadressen, und welches Programm sie zuletzt gelesen hat"),
        "feed WHERE feed.person = $1 ORDER BY feed.id",
        {
            "kind": "feed.kind",
            "team": "(SELECT team.name FROM team WHERE team.id = feed.team)",
            "language": "feed.language",
            "created_at": "feed.created_at",
            "revoked_at": "feed.revoked_at",
            "last_read_at": "feed.last_fetched_at",
            "last_read_by": "feed.last_fetched_by",
        },
    ),
)
