"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.inventory.tables import (
    Blocker,
    BookingRules,
    Claim,
    Departure,
    Device,
    FloorPlan,
    HoursException,
    NoisyEvent,
    Resource,
    ResourcePhoto,
    StaffedException,
    StaffedHours,
    WeeklyHours,
)

APP_CONFIG = AppConfig(
    app_name="inventory",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[
        Blocker,
        BookingRules,
        Claim,
        Departure,
        Device,
        FloorPlan,
        HoursException,
        NoisyEvent,
        Resource,
        ResourcePhoto,
        StaffedException,
        StaffedHours,
        WeeklyHours,
    ],
    migration_dependencies=["app.network.piccolo_app"],
)
