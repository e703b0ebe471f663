"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.leaving.tables import OperatorExport

APP_CONFIG = AppConfig(
    app_name="leaving",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[OperatorExport],
    migration_dependencies=["app.notifications.piccolo_app"],
)
