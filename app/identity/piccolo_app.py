"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.identity.tables import (
    ApiToken,
    AuditEntry,
    FederatedIdentity,
    Invitation,
    MailedLink,
    MailTrouble,
    Person,
    RoleGrant,
    Session,
)

APP_CONFIG = AppConfig(
    app_name="identity",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        ApiToken,
        AuditEntry,
        FederatedIdentity,
        Invitation,
        MailedLink,
        MailTrouble,
        Person,
        RoleGrant,
        Session,
    ],
    migration_dependencies=["app.platform.piccolo_app"],
)
