"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.platform.tables import IdempotentAnswer, Job, OutboxEvent, PeriodicJob

APP_CONFIG = AppConfig(
    app_name="platform",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[IdempotentAnswer, Job, OutboxEvent, PeriodicJob],
    migration_dependencies=[],
)
