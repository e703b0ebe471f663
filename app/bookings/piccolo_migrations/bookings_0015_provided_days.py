from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "bookings_0015_provided_days"

FORWARDS = """
ALTER TABLE team_act_place ADD COLUMN price integer NOT NULL DEFAULT 0, ADD COLUMN give_back_until timestamptz;
UPDATE team_act_place p SET give_back_until = a.call_off_until
  FROM team_act a WHERE a.id = p.act AND p.booking IS NOT NULL;
UPDATE team_act_place p SET price = c.amount / (SELECT count(*) FROM team_act_place o WHERE o.charge = c.id)
  FROM charge c WHERE c.id = p.charge;
CREATE INDEX team_act_place_charge ON team_act_place (charge) WHERE charge IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX team_act_place_charge;
ALTER TABLE team_act_place DROP COLUMN give_back_until, DROP COLUMN price;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "bookings", FORWARDS, BACKWARDS)
