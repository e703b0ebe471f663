from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0009_since"

FORWARDS = "ALTER TABLE resource ADD since timestamptz;"

BACKWARDS = "ALTER TABLE resource DROP since;"


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
