from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0018_teams_settled"

FORWARDS = """
-- Of two records that become one, budgets of one month are joined: the second ends (plans/merging.py).
DROP INDEX entitlement_budget;
CREATE UNIQUE INDEX entitlement_budget ON entitlement (purse, person, starts_on)
 WHERE purse IS NOT NULL AND person IS NOT NULL AND unit = 'money' AND expired_at IS NULL;

-- The uses of a record become those of the one that stays. Steps of a day that both have used go on after each other.
CREATE FUNCTION move_uses(kept bigint, gone bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE entitlement_entry x SET person = kept, step = x.step + coalesce((
           SELECT max(k.step) FROM entitlement_entry k
            WHERE k.entitlement = x.entitlement AND k.person = kept AND k.day = x.day), 0)
     WHERE x.person = gone;
$$;
REVOKE ALL ON FUNCTION move_uses(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION move_uses(bigint, bigint) TO nahwerk_app;

-- An employer whose years are over is no payer any more; the sums of its purse stay.
ALTER TABLE shared_purse ALTER COLUMN payer DROP NOT NULL;

CREATE OR REPLACE FUNCTION forget_payers(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    day date := least(today, current_date);
    kept_from integer := books_kept_from(day);
    gone bigint;
BEGIN
    UPDATE charge c SET payer = NULL
     WHERE c.payer IS NOT NULL AND extract(year FROM greatest(c.supply_until, c.made_at::date)) < kept_from
       AND NOT EXISTS (SELECT FROM membership m WHERE c.key = 'membership:' || m.id || ':deposit');
    DELETE FROM payer p
     WHERE p.created_at < day - interval '12 months'
       AND NOT EXISTS (SELECT FROM charge WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM membership WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM pass WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM contract_order WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM team_contract WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM shared_purse WHERE payer = p.id);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""

BACKWARDS = """
CREATE OR REPLACE FUNCTION forget_payers(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    day date := least(today, current_date);
    kept_from integer := books_kept_from(day);
    gone bigint;
BEGIN
    UPDATE charge c SET payer = NULL
     WHERE c.payer IS NOT NULL AND extract(year FROM greatest(c.supply_until, c.made_at::date)) < kept_from
       AND NOT EXISTS (SELECT FROM membership m WHERE c.key = 'membership:' || m.id || ':deposit');
    DELETE FROM payer p
     WHERE p.created_at < day - interval '12 months'
       AND NOT EXISTS (SELECT FROM charge WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM membership WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM pass WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM contract_order WHERE payer = p.id)
       AND NOT EXISTS (SELECT FROM shared_purse WHERE payer = p.id);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
ALTER TABLE shared_purse ALTER COLUMN payer SET NOT NULL;
DROP FUNCTION move_uses(bigint, bigint);
DROP INDEX entitlement_budget;
CREATE UNIQUE INDEX entitlement_budget ON entitlement (purse, person, starts_on)
 WHERE purse IS NOT NULL AND person IS NOT NULL AND unit = 'money';
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
