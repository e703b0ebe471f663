from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "network_0004_spaces"

FORWARDS = """
ALTER TABLE space ADD first_published_at timestamptz;
UPDATE space SET first_published_at = published_at;
CREATE INDEX space_photo_file ON space_photo (file);
"""

BACKWARDS = """
DROP INDEX space_photo_file;
ALTER TABLE space DROP first_published_at;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "network", FORWARDS, BACKWARDS)
