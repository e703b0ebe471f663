from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0010_company_sessions"

FORWARDS = """
ALTER TABLE session
    ADD COLUMN identity bigint REFERENCES federated_identity ON DELETE RESTRICT,
    ADD COLUMN company_session text NOT NULL DEFAULT '';
CREATE INDEX session_identity ON session (identity) WHERE identity IS NOT NULL;
"""

BACKWARDS = """
ALTER TABLE session DROP COLUMN identity, DROP COLUMN company_session;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
