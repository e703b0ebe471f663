from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0004_workroom"

FORWARDS = """
ALTER TABLE resource ADD direct_parts bigint[] NOT NULL DEFAULT '{}';
UPDATE resource SET direct_parts = parts WHERE parts <> '{}';
ALTER TABLE blocker ADD closes date;
CREATE UNIQUE INDEX blocker_closes ON blocker (space, closes) WHERE closes IS NOT NULL AND lifted_at IS NULL;
"""

BACKWARDS = """
ALTER TABLE blocker DROP closes;
ALTER TABLE resource DROP direct_parts;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
