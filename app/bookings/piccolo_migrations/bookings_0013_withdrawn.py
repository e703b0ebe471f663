from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "bookings_0013_withdrawn"

FORWARDS = """
ALTER TABLE booking ADD COLUMN withdrawn_by bigint REFERENCES declaration ON DELETE RESTRICT;
CREATE INDEX booking_withdrawn_by ON booking (withdrawn_by) WHERE withdrawn_by IS NOT NULL;
"""

BACKWARDS = """
ALTER TABLE booking DROP COLUMN withdrawn_by;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "bookings", FORWARDS, BACKWARDS)
