from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0002_contact"

FORWARDS = """
ALTER TABLE person
    ADD phone text,
    ADD home_municipality text,
    ADD commutes_to text,
    ADD wants_reminders boolean NOT NULL DEFAULT false,
    ADD merged_into bigint REFERENCES person ON DELETE RESTRICT;
CREATE INDEX person_phone ON person (phone) WHERE phone IS NOT NULL;
CREATE INDEX person_merged_into ON person (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE mailed_link DROP CONSTRAINT mailed_link_purpose;
ALTER TABLE mailed_link ADD CONSTRAINT mailed_link_purpose
    CHECK (purpose IN ('confirm_email', 'reset_password', 'change_email', 'sign_in'));
"""

BACKWARDS = """
DELETE FROM mailed_link WHERE purpose = 'sign_in';
ALTER TABLE mailed_link DROP CONSTRAINT mailed_link_purpose;
ALTER TABLE mailed_link ADD CONSTRAINT mailed_link_purpose
    CHECK (purpose IN ('confirm_email', 'reset_password', 'change_email'));

ALTER TABLE person
    DROP phone, DROP home_municipality, DROP commutes_to, DROP wants_reminders, DROP merged_into;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
