"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.teams.purchase_tables import PoolNotice, TeamDocument, TeamOrder, TeamQuote, TeamSetting
from app.teams.tables import (
    CompanySignIn,
    CostCentre,
    IdentityProvider,
    JoinLink,
    MailDomain,
    Team,
    TeamInvitation,
    TeamMember,
    TeamUpload,
)

APP_CONFIG = AppConfig(
    app_name="teams",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        CompanySignIn,
        CostCentre,
        IdentityProvider,
        JoinLink,
        MailDomain,
        PoolNotice,
        Team,
        TeamDocument,
        TeamInvitation,
        TeamMember,
        TeamOrder,
        TeamQuote,
        TeamSetting,
        TeamUpload,
    ],
    migration_dependencies=["app.plans.piccolo_app"],
)
