"""Tells Piccolo which tables and migrations this capability has."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.bookings.tables import Booking, BookingGuest, DeskHold, Series, ShortNotice, Waiting
from app.bookings.team_tables import TeamAct, TeamActPlace

APP_CONFIG = AppConfig(
    app_name="bookings",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[Booking, BookingGuest, DeskHold, Series, ShortNotice, TeamAct, TeamActPlace, Waiting],
    migration_dependencies=["app.inventory.piccolo_app", "app.plans.piccolo_app", "app.teams.piccolo_app"],
)
