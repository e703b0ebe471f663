from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "teams_0002_company"

FORWARDS = """
ALTER TABLE team ADD COLUMN legal_form text NOT NULL DEFAULT '';
CREATE INDEX team_ending ON team (ends_on) WHERE ends_on IS NOT NULL AND ended_at IS NULL;
"""

BACKWARDS = """
DROP INDEX team_ending;
ALTER TABLE team DROP COLUMN legal_form;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "teams", FORWARDS, BACKWARDS)
