from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "network_0011_address"

FORWARDS = """
ALTER TABLE network
    ADD COLUMN street text NOT NULL DEFAULT '',
    ADD COLUMN postcode text NOT NULL DEFAULT '',
    ADD COLUMN place text NOT NULL DEFAULT '';
"""

BACKWARDS = """
ALTER TABLE network DROP COLUMN place, DROP COLUMN postcode, DROP COLUMN street;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "network", FORWARDS, BACKWARDS)
