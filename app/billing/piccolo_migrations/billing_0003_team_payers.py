from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "billing_0003_team_payers"

FORWARDS = """
ALTER TABLE payer DROP CONSTRAINT payer_kind;
ALTER TABLE payer ADD CONSTRAINT payer_kind CHECK (kind IN ('person', 'business', 'team'));
ALTER TABLE payer ALTER COLUMN person DROP NOT NULL;
ALTER TABLE payer ADD CONSTRAINT payer_looked_after CHECK ((person IS NULL) = (kind = 'team'));
"""

BACKWARDS = """
ALTER TABLE payer DROP CONSTRAINT payer_looked_after;
ALTER TABLE payer ALTER COLUMN person SET NOT NULL;
ALTER TABLE payer DROP CONSTRAINT payer_kind;
ALTER TABLE payer ADD CONSTRAINT payer_kind CHECK (kind IN ('person', 'business'));
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "billing", FORWARDS, BACKWARDS)
