from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "calendars_0003_teams"

FORWARDS = """
ALTER TABLE feed
    ADD COLUMN team bigint REFERENCES team ON DELETE RESTRICT,
    DROP CONSTRAINT feed_scope,
    ADD CONSTRAINT feed_scope CHECK (
        (kind = 'person' AND resource IS NULL AND space IS NULL AND team IS NULL)
        OR (kind = 'resource' AND resource IS NOT NULL AND space IS NULL AND team IS NULL)
        OR (kind = 'space' AND resource IS NULL AND space IS NOT NULL AND team IS NULL)
        OR (kind = 'team' AND resource IS NULL AND space IS NULL AND team IS NOT NULL)
    );
CREATE INDEX feed_team ON feed (team) WHERE team IS NOT NULL;
"""

BACKWARDS = """
DELETE FROM feed WHERE kind = 'team';
ALTER TABLE feed
    DROP CONSTRAINT feed_scope,
    DROP COLUMN team,
    ADD CONSTRAINT feed_scope CHECK (
        (kind = 'person' AND resource IS NULL AND space IS NULL)
        OR (kind = 'resource' AND resource IS NOT NULL AND space IS NULL)
        OR (kind = 'space' AND resource IS NULL AND space IS NOT NULL)
    );
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "calendars", FORWARDS, BACKWARDS)
