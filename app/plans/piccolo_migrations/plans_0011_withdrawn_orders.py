from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0011_withdrawn_orders"

FORWARDS = """
ALTER TABLE declaration
    ADD COLUMN contract_order bigint REFERENCES contract_order ON DELETE RESTRICT,
    ADD COLUMN charged integer,
    ADD COLUMN owed integer,
    ADD CONSTRAINT declaration_amounts CHECK ((charged IS NULL) = (owed IS NULL) AND owed >= 0);
CREATE UNIQUE INDEX declaration_contract_order ON declaration (contract_order);
GRANT UPDATE (contract_order, charged, owed) ON declaration TO nahwerk_app;
"""

BACKWARDS = """
ALTER TABLE declaration DROP COLUMN contract_order, DROP COLUMN charged, DROP COLUMN owed;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
