"""An operator's webhooks and what became of their messages, for the operator."""

from collections.abc import Sequence
from typing import Final

from app.kernel.refusals import marked
from app.platform.exported_tables import ExportedTable

WEBHOOKS: Final[Sequence[ExportedTable]] = (
    ExportedTable(
        "webhooks",
        "webhook_endpoint",
        marked("Adressen, an die Webhooks gehen, ohne ihre Geheimnisse"),
        "webhook_endpoint WHERE webhook_endpoint.operator = $1 ORDER BY webhook_endpoint.id",
        {
            "id": "webhook_endpoint.public_id",
            "url": "webhook_endpoint.url",
            "events": "webhook_endpoint.events",
            "is_active": "webhook_endpoint.is_active",
            "disabled_because": "webhook_endpoint.disabled_because",
            "last_taken_at": "webhook_endpoint.last_taken_at",
            "created_at": "webhook_endpoint.created_at",
            "retired_at": "webhook_endpoint.retired_at",
        },
        {
            "url": marked("Adresse"),
            "events": marked("welche Ereignisse dorthin gehen"),
            "is_active": marked("ob eingeschaltet"),
            "disabled_because": marked("warum abgeschaltet: gone, failing oder key"),
            "last_taken_at": marked("wann zuletzt etwas angenommen wurde"),
        },
    ),
    ExportedTable(
        "webhook_deliveries",
        "webhook_delivery",
        marked("Nachrichten der letzten 30 Tage an diese Adressen"),
        "webhook_delivery JOIN webhook_endpoint ON webhook_endpoint.id = webhook_delivery.endpoint"
        " WHERE webhook_endpoint.operator = $1 ORDER BY webhook_delivery.id",
        {
            "id": "webhook_delivery.public_id",
            "webhook": "webhook_endpoint.public_id",
            "event": "webhook_delivery.event",
            "state": "webhook_delivery.state",
            "attempts": "webhook_delivery.attempts",
            "created_at": "webhook_delivery.created_at",
        },
        {
            "webhook": marked("Adresse (webhooks.id)"),
            "event": marked("was geschehen ist"),
            "state": marked("Stand: waiting, taken, failed oder stopped"),
            "attempts": marked("wie oft versucht"),
        },
    ),
    ExportedTable(
        "webhook_attempts",
        "webhook_attempt",
        marked("Jeder Versuch, und was der Empfänger geantwortet hat"),
        "webhook_attempt JOIN webhook_delivery ON webhook_delivery.id = webhook_attempt.delivery"
        " JOIN webhook_endpoint ON webhook_endpoint.id = webhook_delivery.endpoint"
        " WHERE webhook_endpoint.operator = $1 ORDER BY webhook_attempt.id",
        {
            "delivery": "webhook_delivery.public_id",
            "at": "webhook_attempt.at",
            "status": "webhook_attempt.status",
            "ms": "webhook_attempt.ms",
            "excerpt": "webhook_attempt.excerpt",
            "error": "webhook_attempt.error",
        },
        {
            "delivery": marked("Nachricht (webhook_deliveries.id)"),
            "at": marked("wann versucht"),
            "status": marked("HTTP-Status der Antwort"),
            "ms": marked("Dauer in Millisekunden"),
            "excerpt": marked("Anfang der Antwort"),
            "error": marked("warum es nicht ging"),
        },
    ),
)
"""What an operator's own programs are told."""
