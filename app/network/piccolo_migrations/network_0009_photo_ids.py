from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "network_0009_photo_ids"

FORWARDS = """
ALTER TABLE space_photo ADD public_id text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', '')
    CONSTRAINT space_photo_public_id UNIQUE;
"""

BACKWARDS = "ALTER TABLE space_photo DROP public_id;"


async def forwards() -> MigrationManager:
    return sql_migration(ID, "network", FORWARDS, BACKWARDS)
