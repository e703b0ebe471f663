from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0004_accountant"

FORWARDS = """
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role CHECK (role IN
    ('team_manager', 'front_desk', 'telephone', 'accountant', 'operator_manager', 'network_administrator'));
"""

BACKWARDS = """
DELETE FROM role_grant WHERE role = 'accountant';
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role
    CHECK (role IN ('team_manager', 'front_desk', 'telephone', 'operator_manager', 'network_administrator'));
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
