from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "notifications_0003_bounces"

FORWARDS = """
ALTER TABLE sent_mail
    ADD COLUMN email text,
    ADD COLUMN tag text CONSTRAINT sent_mail_tag UNIQUE,
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN failed_status text,
    ADD CONSTRAINT sent_mail_failed CHECK ((failed_at IS NULL) = (failed_status IS NULL));
"""

BACKWARDS = """
ALTER TABLE sent_mail
    DROP COLUMN email, DROP COLUMN tag, DROP COLUMN failed_at, DROP COLUMN failed_status;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "notifications", FORWARDS, BACKWARDS)
