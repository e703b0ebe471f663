"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.plans.tables import (
    Concession,
    ContractDocument,
    ContractOrder,
    Entitlement,
    EntitlementEntry,
    Membership,
    MembershipPause,
    MembershipTerms,
    Pass,
    PriceListEntry,
    Product,
    ProductVersion,
)

APP_CONFIG = AppConfig(
    app_name="plans",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        Concession,
        ContractDocument,
        ContractOrder,
        Entitlement,
        EntitlementEntry,
        Membership,
        MembershipPause,
        MembershipTerms,
        Pass,
        PriceListEntry,
        Product,
        ProductVersion,
    ],
    migration_dependencies=["app.billing.piccolo_app"],
)
