from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0003_newcomer"

FORWARDS = """
ALTER TABLE mailed_link DROP CONSTRAINT mailed_link_purpose;
ALTER TABLE mailed_link ADD CONSTRAINT mailed_link_purpose
    CHECK (purpose IN ('confirm_email', 'reset_password', 'change_email', 'sign_in', 'book_held'));
CREATE INDEX mailed_link_held_for ON mailed_link (email) WHERE purpose = 'book_held';
"""

BACKWARDS = """
DROP INDEX mailed_link_held_for;
DELETE FROM mailed_link WHERE purpose = 'book_held';
ALTER TABLE mailed_link DROP CONSTRAINT mailed_link_purpose;
ALTER TABLE mailed_link ADD CONSTRAINT mailed_link_purpose
    CHECK (purpose IN ('confirm_email', 'reset_password', 'change_email', 'sign_in'));
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
