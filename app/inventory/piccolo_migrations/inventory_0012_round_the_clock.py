from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "inventory_0012_round_the_clock"

FORWARDS = """
ALTER TABLE booking_rules
    DROP CONSTRAINT booking_rules_outside_hours,
    ADD CONSTRAINT booking_rules_outside_hours
        CHECK (outside_hours IN ('nobody', 'organisations', 'memberships', 'everyone'));
"""

BACKWARDS = """
UPDATE booking_rules SET outside_hours = 'organisations' WHERE outside_hours = 'memberships';
ALTER TABLE booking_rules
    DROP CONSTRAINT booking_rules_outside_hours,
    ADD CONSTRAINT booking_rules_outside_hours CHECK (outside_hours IN ('nobody', 'organisations', 'everyone'));
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "inventory", FORWARDS, BACKWARDS)
