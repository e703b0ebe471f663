from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0014_days_out_of_credit"

FORWARDS = """
ALTER TABLE entitlement
    ADD COLUMN credit bigint REFERENCES entitlement ON DELETE RESTRICT,
    ADD CONSTRAINT entitlement_bought_once CHECK (charge IS NULL OR credit IS NULL);
CREATE INDEX entitlement_credit ON entitlement (credit) WHERE credit IS NOT NULL;
ALTER TABLE ticket_charge
    ALTER COLUMN charge DROP NOT NULL,
    ADD COLUMN amount integer,
    ADD CONSTRAINT ticket_charge_one_of_both CHECK ((charge IS NULL) <> (amount IS NULL));
ALTER TABLE entitlement_entry ADD COLUMN ticket bigint REFERENCES entitlement ON DELETE RESTRICT;
"""

BACKWARDS = """
DELETE FROM ticket_charge WHERE charge IS NULL;
ALTER TABLE entitlement_entry DROP COLUMN ticket;
ALTER TABLE ticket_charge
    DROP CONSTRAINT ticket_charge_one_of_both,
    DROP COLUMN amount,
    ALTER COLUMN charge SET NOT NULL;
ALTER TABLE entitlement DROP CONSTRAINT entitlement_bought_once, DROP COLUMN credit;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
