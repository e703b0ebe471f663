from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "bookings_0010_payment"

FORWARDS = """
ALTER TABLE booking
    ADD COLUMN entitlement bigint REFERENCES entitlement ON DELETE RESTRICT,
    ADD COLUMN charge bigint REFERENCES charge ON DELETE RESTRICT;
CREATE INDEX booking_entitlement ON booking (entitlement) WHERE entitlement IS NOT NULL;
CREATE INDEX booking_charge ON booking (charge) WHERE charge IS NOT NULL;
"""

BACKWARDS = """
ALTER TABLE booking DROP COLUMN charge, DROP COLUMN entitlement;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "bookings", FORWARDS, BACKWARDS)
