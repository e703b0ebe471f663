from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0009_change_orders"

FORWARDS = """
ALTER TABLE contract_order
    ADD COLUMN difference integer,
    ADD CONSTRAINT contract_order_change CHECK (difference IS NULL OR membership IS NOT NULL);
DROP INDEX contract_order_membership;
CREATE UNIQUE INDEX contract_order_joining ON contract_order (membership) WHERE difference IS NULL;
CREATE INDEX contract_order_membership ON contract_order (membership);
"""

BACKWARDS = """
DELETE FROM contract_document d USING contract_order o WHERE o.id = d.contract_order AND o.difference IS NOT NULL;
DELETE FROM contract_order WHERE difference IS NOT NULL;
DROP INDEX contract_order_membership;
DROP INDEX contract_order_joining;
CREATE UNIQUE INDEX contract_order_membership ON contract_order (membership);
ALTER TABLE contract_order DROP CONSTRAINT contract_order_change, DROP COLUMN difference;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
