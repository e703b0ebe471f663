"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.teams.tables import CostCentre, Team, TeamAgreement, TeamAgreementNotice, TeamMember, TeamNamesLook

APP_CONFIG = AppConfig(
    app_name="teams",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[CostCentre, Team, TeamMember, TeamAgreement, TeamAgreementNotice, TeamNamesLook],
    migration_dependencies=["app.plans.piccolo_app"],
)
