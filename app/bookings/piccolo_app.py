"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.bookings.tables import Booking, BookingGuest, DeskHold, Series, ShortNotice, Waiting

APP_CONFIG = AppConfig(
    app_name="bookings",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[Booking, BookingGuest, DeskHold, Series, ShortNotice, Waiting],
    migration_dependencies=["app.inventory.piccolo_app", "app.plans.piccolo_app"],
)
