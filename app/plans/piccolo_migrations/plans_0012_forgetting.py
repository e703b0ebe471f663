from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.platform.migrations import sql_migration

ID = "plans_0012_forgetting"

FORWARDS = """
ALTER TABLE pass ADD COLUMN ended_on date;
ALTER TABLE entitlement
    ALTER COLUMN person DROP NOT NULL,
    ADD COLUMN seller bigint REFERENCES operator ON DELETE RESTRICT;
CREATE INDEX entitlement_seller ON entitlement (seller);
CREATE INDEX entitlement_known ON entitlement (ends_on) WHERE person IS NOT NULL;
ALTER TABLE entitlement_entry
    DROP CONSTRAINT entitlement_entry_use,
    ADD CONSTRAINT entitlement_entry_use
        CHECK ((day IS NULL) = (step IS NULL) AND (person IS NULL OR day IS NOT NULL));

-- The only ways in which what is kept for good loses its person, or goes: by the database's own clock and the law's
-- figures, so that the application's role can do neither before its time.

CREATE FUNCTION forget_accounts(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    before date := (least(today, current_date) - interval '12 months')::date;
    gone bigint[];
BEGIN
    SELECT array_agg(e.id) INTO gone FROM entitlement e
     WHERE e.person IS NOT NULL AND e.held_units = 0
       AND (e.ends_on < before AND e.expired_at IS NOT NULL
            OR e.ends_on IS NULL AND e.left_units = 0 AND NOT EXISTS (
                SELECT FROM entitlement_entry x WHERE x.entitlement = e.id AND x.at >= before));
    UPDATE pass p SET ended_on = coalesce(e.ends_on, (SELECT max(x.at)::date FROM entitlement_entry x
                                                       WHERE x.entitlement = e.id))
      FROM entitlement e WHERE e.id = ANY(gone) AND p.id = e.pass;
    DELETE FROM opening_balance b USING pass p JOIN entitlement e ON e.pass = p.id
     WHERE e.id = ANY(gone) AND p.product_version IS NULL AND p.payer IS NULL
       AND b.person = p.person AND b.operator = p.seller AND b.as_of <= p.ended_on;
    DELETE FROM ticket_charge WHERE entitlement = ANY(gone);
    UPDATE fixed_desk_release SET entitlement = NULL WHERE entitlement = ANY(gone);
    UPDATE entitlement_entry SET person = NULL, actor = NULL, reason = '' WHERE entitlement = ANY(gone);
    UPDATE entitlement e SET person = NULL, membership = NULL, pass = NULL, charge = NULL, seller = coalesce(
               (SELECT m.seller FROM membership m WHERE m.id = e.membership),
               (SELECT p.seller FROM pass p WHERE p.id = e.pass),
               (SELECT c.seller FROM charge c WHERE c.id = e.charge))
     WHERE e.id = ANY(gone);
    RETURN coalesce(cardinality(gone), 0);
END $$;

CREATE FUNCTION books_kept_from(today date) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT extract(year FROM today)::integer - (
        SELECT value::integer FROM law_value WHERE name = 'books_years' AND valid_from <= today
         ORDER BY valid_from DESC, id DESC LIMIT 1)
$$;

CREATE FUNCTION forget_contracts(today date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    kept_from integer := books_kept_from(least(today, current_date));
    memberships bigint[];
    passes bigint[];
    orders bigint[];
BEGIN
    SELECT coalesce(array_agg(m.id), '{}') INTO memberships FROM membership m
     WHERE extract(year FROM m.ends_on) < kept_from
       AND NOT EXISTS (SELECT FROM entitlement e WHERE e.membership = m.id);
    SELECT coalesce(array_agg(p.id), '{}') INTO passes FROM pass p
     WHERE extract(year FROM p.ended_on) < kept_from
       AND NOT EXISTS (SELECT FROM entitlement e WHERE e.pass = p.id);
    SELECT coalesce(array_agg(o.id), '{}') INTO orders FROM contract_order o
     WHERE o.membership = ANY(memberships) OR o.pass = ANY(passes);
    DELETE FROM contract_document WHERE contract_order = ANY(orders)
        OR contract_order IS NULL AND extract(year FROM made_at) < kept_from;
    DELETE FROM declaration WHERE membership = ANY(memberships) OR pass = ANY(passes) OR contract_order = ANY(orders)
        OR membership IS NULL AND pass IS NULL AND contract_order IS NULL AND extract(year FROM settled_at) < kept_from;
    DELETE FROM contract_order WHERE id = ANY(orders);
    DELETE FROM fixed_desk_release r USING fixed_desk d WHERE d.id = r.fixed_desk AND d.membership = ANY(memberships);
    DELETE FROM fixed_desk WHERE membership = ANY(memberships);
    DELETE FROM change_offer WHERE membership = ANY(memberships);
    DELETE FROM membership_pause WHERE membership = ANY(memberships);
    DELETE FROM membership_terms WHERE membership = ANY(memberships);
    DELETE FROM membership WHERE id = ANY(memberships);
    DELETE FROM pass WHERE id = ANY(passes);
    RETURN cardinality(memberships) + cardinality(passes);
END $$;

CREATE FUNCTION forget_payers(today date) RETURNS bigint
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
       AND NOT EXISTS (SELECT FROM contract_order WHERE payer = p.id);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

REVOKE ALL ON FUNCTION forget_accounts(date), books_kept_from(date), forget_contracts(date), forget_payers(date)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_accounts(date), forget_contracts(date), forget_payers(date) TO nahwerk_app;
"""

BACKWARDS = """
DROP FUNCTION forget_payers(date);
DROP FUNCTION forget_contracts(date);
DROP FUNCTION books_kept_from(date);
DROP FUNCTION forget_accounts(date);
ALTER TABLE entitlement_entry
    DROP CONSTRAINT entitlement_entry_use,
    ADD CONSTRAINT entitlement_entry_use CHECK ((day IS NULL) = (step IS NULL) AND (day IS NULL) = (person IS NULL));
DROP INDEX entitlement_known;
ALTER TABLE entitlement DROP COLUMN seller, ALTER COLUMN person SET NOT NULL;
ALTER TABLE pass DROP COLUMN ended_on;
"""


async def forwards() -> MigrationManager:
    return sql_migration(ID, "plans", FORWARDS, BACKWARDS)
