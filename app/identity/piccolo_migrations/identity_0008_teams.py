from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "identity_0008_teams"

FORWARDS = """
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role CHECK (role IN
    ('team_member', 'team_manager', 'team_assistant', 'works_council', 'front_desk', 'telephone', 'accountant',
     'operator_manager', 'network_administrator'));
"""

BACKWARDS = """
DELETE FROM role_grant WHERE role IN ('team_member', 'team_assistant', 'works_council');
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role;
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role CHECK (role IN
    ('team_manager', 'front_desk', 'telephone', 'accountant', 'operator_manager', 'network_administrator'));
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "identity", FORWARDS, BACKWARDS)
