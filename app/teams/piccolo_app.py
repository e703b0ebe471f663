"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.teams.purchase_tables import PoolNotice, TeamDocument, TeamOrder, TeamQuote, TeamSetting
from app.teams.tables import CostCentre, Team, TeamMember

APP_CONFIG = AppConfig(
    app_name="teams",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[CostCentre, PoolNotice, Team, TeamDocument, TeamMember, TeamOrder, TeamQuote, TeamSetting],
    migration_dependencies=["app.plans.piccolo_app"],
)
