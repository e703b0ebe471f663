"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.calendars.tables import Feed, KeptEvent, KeptSeries

APP_CONFIG = AppConfig(
    app_name="calendars",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[Feed, KeptEvent, KeptSeries],
    migration_dependencies=["app.bookings.piccolo_app"],
)
