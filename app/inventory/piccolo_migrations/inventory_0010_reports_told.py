from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0010_reports_told"

FORWARDS = """
ALTER TABLE report ADD COLUMN told_at timestamptz;
UPDATE report SET told_at = created_at;
CREATE INDEX report_open ON report (space) WHERE state = 'open';
CREATE INDEX report_untold ON report (space) WHERE told_at IS NULL AND state = 'open';
"""

BACKWARDS = """
DROP INDEX report_open;
ALTER TABLE report DROP COLUMN told_at;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
