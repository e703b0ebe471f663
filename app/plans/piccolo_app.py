"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.plans.contract_tables import ChangeOffer, ContractDocument, ContractOrder, Declaration
from app.plans.tables import (
    Concession,
    Entitlement,
    EntitlementEntry,
    FixedDesk,
    FixedDeskRelease,
    LimitStep,
    Membership,
    MembershipPause,
    MembershipTerms,
    Pass,
    PriceListEntry,
    Product,
    ProductVersion,
    PurseExtra,
    PurseMember,
    SharedPurse,
    TicketCharge,
)
from app.plans.team_tables import Seat, SeatHolding, TeamAccount, TeamContract, TeamContractStep

APP_CONFIG = AppConfig(
    app_name="plans",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        ChangeOffer,
        Concession,
        ContractDocument,
        ContractOrder,
        Declaration,
        Entitlement,
        EntitlementEntry,
        FixedDesk,
        FixedDeskRelease,
        LimitStep,
        Membership,
        MembershipPause,
        MembershipTerms,
        Pass,
        PriceListEntry,
        Product,
        ProductVersion,
        PurseExtra,
        PurseMember,
        Seat,
        SeatHolding,
        SharedPurse,
        TeamAccount,
        TeamContract,
        TeamContractStep,
        TicketCharge,
    ],
    migration_dependencies=["app.billing.piccolo_app", "app.inventory.piccolo_app"],
)
