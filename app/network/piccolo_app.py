"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.network.tables import (
    Bar,
    EveningMail,
    FirstVisit,
    HouseRules,
    HouseRulesAcceptance,
    ImportDraft,
    LegalText,
    MemberNote,
    Network,
    OpeningBalance,
    Operator,
    Organisation,
    PersonGroup,
    PersonGroupMember,
    Space,
    SpacePhoto,
    TaxStatus,
)

APP_CONFIG = AppConfig(
    app_name="network",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        Bar,
        EveningMail,
        FirstVisit,
        HouseRules,
        HouseRulesAcceptance,
        ImportDraft,
        LegalText,
        MemberNote,
        Network,
        OpeningBalance,
        Operator,
        Organisation,
        PersonGroup,
        PersonGroupMember,
        Space,
        SpacePhoto,
        TaxStatus,
    ],
    migration_dependencies=["app.identity.piccolo_app"],
)
