from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "network_0010_charges"

FORWARDS = """
ALTER TABLE network ADD COLUMN charges boolean NOT NULL DEFAULT false;
ALTER TABLE operator ADD COLUMN charges boolean NOT NULL DEFAULT true;
"""

BACKWARDS = """
ALTER TABLE operator DROP COLUMN charges;
ALTER TABLE network DROP COLUMN charges;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "network", FORWARDS, BACKWARDS)
