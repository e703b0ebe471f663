"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.insights.tables import ClosedDays, OccupancyDay, TeamMonth

APP_CONFIG = AppConfig(
    app_name="insights",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[OccupancyDay, ClosedDays, TeamMonth],
    migration_dependencies=["app.bookings.piccolo_app", "app.teams.piccolo_app"],
)
