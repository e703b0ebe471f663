from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0005_people"

FORWARDS = """
CREATE INDEX audit_entry_whom ON audit_entry (((details->>'whom')::bigint)) WHERE details ? 'whom';
"""

BACKWARDS = """
DROP INDEX audit_entry_whom;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
