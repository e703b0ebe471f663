from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0006_own_contracts"

FORWARDS = """
ALTER TABLE concession ADD COLUMN public_id text;
UPDATE concession SET public_id = substr(md5(random()::text || id), 1, 16);
ALTER TABLE concession ALTER COLUMN public_id SET NOT NULL,
    ADD CONSTRAINT concession_public_id UNIQUE (public_id),
    ADD COLUMN answer text NOT NULL DEFAULT '';
CREATE INDEX concession_open ON concession (asked_at) WHERE checked_at IS NULL AND ended_at IS NULL;

ALTER TABLE entitlement ADD COLUMN told_ending_at timestamptz;
GRANT UPDATE (told_ending_at) ON entitlement TO nahwerk_app;

DROP INDEX entitlement_month;
CREATE UNIQUE INDEX entitlement_month ON entitlement (membership, unit, starts_on, (left_units IS NULL))
    WHERE membership IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX entitlement_month;
CREATE UNIQUE INDEX entitlement_month ON entitlement (membership, unit, starts_on) WHERE membership IS NOT NULL;
ALTER TABLE entitlement DROP COLUMN told_ending_at;
DROP INDEX concession_open;
ALTER TABLE concession DROP COLUMN answer, DROP COLUMN public_id;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
