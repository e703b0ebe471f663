from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0008_no_shows"

FORWARDS = """
ALTER TABLE entitlement ADD COLUMN no_show_spends boolean NOT NULL DEFAULT true;
GRANT UPDATE (no_show_spends) ON entitlement TO nahwerk_app;
"""

BACKWARDS = """
ALTER TABLE entitlement DROP COLUMN no_show_spends;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
