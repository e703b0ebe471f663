"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.teams.agreement_tables import TeamAgreement, TeamAgreementNotice, TeamNamesLook
from app.teams.near_tables import ColleagueSight, TeamDay, TeamDayAnswer, TeamDayChoice
from app.teams.purchase_tables import PoolNotice, TeamDocument, TeamOrder, TeamQuote, TeamSetting
from app.teams.tables import (
    CompanySignIn,
    CostCentre,
    IdentityProvider,
    JoinLink,
    LimitRequest,
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
        ColleagueSight,
        CompanySignIn,
        CostCentre,
        IdentityProvider,
        JoinLink,
        LimitRequest,
        MailDomain,
        PoolNotice,
        Team,
        TeamAgreement,
        TeamAgreementNotice,
        TeamDay,
        TeamDayAnswer,
        TeamDayChoice,
        TeamDocument,
        TeamInvitation,
        TeamMember,
        TeamNamesLook,
        TeamOrder,
        TeamQuote,
        TeamSetting,
        TeamUpload,
    ],
    migration_dependencies=["app.network.piccolo_app", "app.plans.piccolo_app"],
)
