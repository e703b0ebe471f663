"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.notifications.tables import SentMail, WebhookAttempt, WebhookDelivery, WebhookEndpoint

APP_CONFIG = AppConfig(
    app_name="notifications",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[SentMail, WebhookAttempt, WebhookDelivery, WebhookEndpoint],
    migration_dependencies=["app.calendars.piccolo_app"],
)
