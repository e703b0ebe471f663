from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "bookings_0011_early_start"

FORWARDS = """
ALTER TABLE booking ADD COLUMN early_start_at timestamptz;
"""

BACKWARDS = """
ALTER TABLE booking DROP COLUMN early_start_at;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "bookings", FORWARDS, BACKWARDS)
