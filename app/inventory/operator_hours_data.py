"""When an operator's spaces are open, staffed, noisy or blocked, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable


def _week(name: str, table: str, about: str) -> ExportedTable:
    return ExportedTable(
        name,
        table,
        about,
        f"{table} JOIN space ON space.id = {table}.space WHERE space.operator = $1"
        f" ORDER BY {table}.space, {table}.weekday, {table}.opens",
        {
            "space": "space.slug",
            "weekday": f"{table}.weekday",
            "opens": f"{table}.opens",
            "closes": f"{table}.closes",
        },
    )


def _exceptions(name: str, table: str, about: str, *more: str) -> ExportedTable:
    return ExportedTable(
        name,
        table,
        about,
        f"{table} JOIN space ON space.id = {table}.space WHERE space.operator = $1"
        f" ORDER BY {table}.space, {table}.day, {table}.opens",
        {
            "space": "space.slug",
            "day": f"{table}.day",
            "opens": f"{table}.opens",
            "closes": f"{table}.closes",
            **{column: f"{table}.{column}" for column in more},
        },
    )


HOURS: Final[Sequence[ExportedTable]] = (
    _week("weekly_hours", "weekly_hours", marked("Öffnungszeiten der Woche")),
    _exceptions(
        "hours_exceptions",
        "hours_exception",
        marked("Öffnungszeiten einzelner Tage; ohne Zeiten ist zu"),
        "reason_de",
        "reason_en",
    ),
    _week("staffed_hours", "staffed_hours", marked("Zeiten mit Personal")),
    _exceptions(
        "staffed_exceptions",
        "staffed_exception",
        marked("Zeiten mit Personal an einzelnen Tagen; ohne Zeiten ist niemand da"),
    ),
    ExportedTable(
        "noisy_events",
        "noisy_event",
        marked("Was an den Plätzen zu hören ist"),
        "noisy_event JOIN space ON space.id = noisy_event.space WHERE space.operator = $1 ORDER BY noisy_event.id",
        {
            "space": "space.slug",
            "starts_at": "noisy_event.starts_at",
            "ends_at": "noisy_event.ends_at",
            "what_de": "noisy_event.what_de",
            "what_en": "noisy_event.what_en",
        },
        {"what_de": marked("was zu hören ist, deutsch"), "what_en": marked("was zu hören ist, englisch")},
    ),
    ExportedTable(
        "blockers",
        "blocker",
        marked("Sperren und Schließtage, auch aufgehobene"),
        "blocker JOIN space ON space.id = blocker.space WHERE space.operator = $1 ORDER BY blocker.id",
        {
            "id": "blocker.public_id",
            "space": "space.slug",
            "resources": "ARRAY(SELECT resource.public_id FROM resource WHERE resource.id = ANY(blocker.resources)"
            " AND resource.space = blocker.space ORDER BY resource.id)",
            "starts_at": "blocker.starts_at",
            "ends_at": "blocker.ends_at",
            "rrule": "blocker.rrule",
            "reason_de": "blocker.reason_de",
            "reason_en": "blocker.reason_en",
            "closes": "blocker.closes",
            "hours_before": "blocker.hours_before",
            "created_at": "blocker.created_at",
            "lifted_at": "blocker.lifted_at",
        },
        {
            "resources": marked("was gesperrt ist; leer: der ganze Standort (resources.id)"),
            "closes": marked("der Tag, den sie schließt, wenn es ein Schließtag ist"),
            "hours_before": marked("die Öffnungszeiten, die vorher an diesem Tag galten"),
        },
    ),
)
"""When what is possible."""
