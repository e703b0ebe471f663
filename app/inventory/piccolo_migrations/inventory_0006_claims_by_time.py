from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0006_claims_by_time"

FORWARDS = """
CREATE INDEX claim_by_time ON claim (starts_at) INCLUDE (resource, ends_at);
CREATE INDEX claim_long ON claim (ends_at) INCLUDE (resource, starts_at)
 WHERE ends_at - starts_at > interval '24 hours';
"""

BACKWARDS = """
DROP INDEX claim_long;
DROP INDEX claim_by_time;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
