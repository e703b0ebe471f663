from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0003_frontdesk"

FORWARDS = """
ALTER TABLE person
    ADD entered_by_operator bigint,
    ADD entered_at_space bigint;
DROP INDEX person_phone;
CREATE INDEX person_phone_digits ON person
    ((regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^([+]49|0049)0?', '0'))) WHERE phone IS NOT NULL;

ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
UPDATE role_grant SET role = 'telephone' WHERE role = 'front_desk' AND scope_kind = 'network';
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role
    CHECK (role IN ('team_manager', 'front_desk', 'telephone', 'operator_manager', 'network_administrator'));
"""

BACKWARDS = """
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
UPDATE role_grant SET role = 'front_desk' WHERE role = 'telephone';
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role
    CHECK (role IN ('team_manager', 'front_desk', 'operator_manager', 'network_administrator'));

DROP INDEX person_phone_digits;
CREATE INDEX person_phone ON person (phone) WHERE phone IS NOT NULL;
ALTER TABLE person DROP entered_by_operator, DROP entered_at_space;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
