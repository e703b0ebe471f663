"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.insights.tables import ClosedDays, OccupancyDay

APP_CONFIG = AppConfig(
    app_name="insights",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[OccupancyDay, ClosedDays],
    migration_dependencies=["app.bookings.piccolo_app"],
)
