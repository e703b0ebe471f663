from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0005_hours_before"

FORWARDS = "ALTER TABLE blocker ADD hours_before jsonb NOT NULL DEFAULT '[]';"

BACKWARDS = "ALTER TABLE blocker DROP hours_before;"


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
