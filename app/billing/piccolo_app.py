"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.billing.tables import Charge, LawValue, Payer

APP_CONFIG = AppConfig(
    app_name="billing",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[Charge, LawValue, Payer],
    migration_dependencies=["app.network.piccolo_app"],
)
